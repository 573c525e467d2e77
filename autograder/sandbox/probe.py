"""Finds the level of confinement that this machine reaches, by trying."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.cage import Cage
from autograder.sandbox.level import Level


@dataclass(frozen=True)
class Probe:
    """What was found, and in one Portuguese sentence why."""

    level: Level
    as_root: bool
    reason: str


@functools.cache
def probe() -> Probe:
    """Tries a cage once, and in it all that a single run needs. Cached for the life of the process."""
    level, reason = _try_cage()
    return Probe(level, os.geteuid() == 0, reason)


def _try_cage() -> tuple[Level, str]:
    if sys.platform != "linux":
        return Level.PLAIN, "O isolamento usa recursos do Linux; neste sistema a correção é só autoavaliação."
    if shutil.which("bwrap") is None:
        return Level.PLAIN, "Falta o bubblewrap. Para isolar a correção: sudo apt install bubblewrap."
    with tempfile.TemporaryDirectory(prefix="curso-exame-") as scratch:
        cage = Cage(Path(scratch), Level.CAGE)
        trial = [sys.executable, "-I", "-S", "/curso/autograder/run/inside/nest.py"]
        command = cage.command(trial, cage.environment())
        try:
            done = subprocess.run(command, capture_output=True, timeout=30, text=True, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return Level.PLAIN, f"O bubblewrap não respondeu ({error})."
    try:
        found = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr.strip().splitlines() or ["sem explicação"])[-1]
        return Level.PLAIN, f"Este sistema não deixa o bubblewrap criar namespaces ({said})."
    return level_of(found)


def level_of(found: dict[str, object]) -> tuple[Level, str]:
    """The level that a trial inside of a cage shows (see `run/inside/nest.py`), and why."""
    if not found["nested"]:
        return (
            Level.SHARED,
            "O bubblewrap isola a correção, mas este sistema não deixa dar a cada execução os seus próprios "
            f"namespaces ({found['why']}): as execuções de uma entrega dividem a mesma gaiola, uma por vez.",
        )
    if not found["landlock"]:
        return (
            Level.UNLOCKED,
            f"Cada execução tem os seus próprios namespaces; falta só o Landlock do kernel ({found['why']}).",
        )
    return Level.CAGE, "Cada execução tem arquivos, processos e rede só seus, e escreve só no que é seu."
