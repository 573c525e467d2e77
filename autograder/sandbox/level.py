"""The levels of confinement and the probe that finds the one this machine reaches."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

NOBODY = 65534


class Level(StrEnum):
    """How far the student's code is kept apart; the value stands in every result. Best first."""

    CAGE = "completo"
    """bubblewrap; in it each run has users, files, processes and network of its own, and Landlock."""
    UNLOCKED = "completo, sem Landlock"
    """The same on a kernel without Landlock."""
    SHARED = "básico"
    """bubblewrap alone: the runs of one submission follow one another in one cage."""
    PLAIN = "autoavaliação, sem isolamento"
    """A process of the same user, with resource limits only."""

    @property
    def caged(self) -> bool:
        """bubblewrap stands around it."""
        return self is not Level.PLAIN

    @property
    def nested(self) -> bool:
        """Each run has namespaces of its own."""
        return self in (Level.CAGE, Level.UNLOCKED)

    def reaches(self, other: Level) -> bool:
        """True where this level keeps apart at least as well as `other`."""
        order = list(Level)
        return order.index(self) <= order.index(other)


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
    from autograder.sandbox.cage import Cage  # a cage knows its level; only here a level needs a cage

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


def namespaces(as_root: bool) -> list[str]:
    """The start of a bwrap command with every namespace of its own.

    As real root no user namespace is made: inside of one, RLIMIT_NPROC would not hold and the
    binds could not be owned by root. The rights are dropped afterwards by `drop_rights`.
    """
    user = [] if as_root else ["--unshare-user"]
    return [
        "bwrap", "--die-with-parent", "--new-session", "--clearenv",
        *user, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
    ]  # fmt: skip


def drop_rights(as_root: bool) -> list[str]:
    """The end of a bwrap command: from root to nobody, or every capability away."""
    if not as_root:
        return ["--cap-drop", "ALL", "--"]
    user = f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"
    # As root bwrap covers parts of the /proc that it mounts, and under a covered one the kernel lets no nested
    # namespace mount its own. Nobody may write there anyway, so it is mounted here, whole.
    mount = 'mount -t proc -o nosuid,nodev,noexec proc /proc && exec "$@"'
    setpriv = "setpriv", *user, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"
    return ["--cap-add", "ALL", "--", "/bin/sh", "-c", mount, "sh", *setpriv]
