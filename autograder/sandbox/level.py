"""The levels of confinement and the probe that finds the one this machine reaches."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum

NOBODY = 65534


class Level(StrEnum):
    """How far the student's code is kept apart; the value stands in every result."""

    CAGE = "bubblewrap"
    """Own file system, processes and network, as a user without rights."""
    PLAIN = "autoavaliação, sem isolamento"
    """A process of the same user, with resource limits only."""


@dataclass(frozen=True)
class Probe:
    """What was found, and in one Portuguese sentence why."""

    level: Level
    as_root: bool
    reason: str


@functools.cache
def probe() -> Probe:
    """Tries the cage once. Cached for the life of the process."""
    as_root = os.geteuid() == 0
    if sys.platform != "linux":
        return Probe(
            Level.PLAIN,
            as_root,
            "O isolamento usa recursos do Linux; neste sistema a correção é só autoavaliação.",
        )
    if shutil.which("bwrap") is None:
        return Probe(
            Level.PLAIN, as_root, "Falta o bubblewrap. Para isolar a correção: sudo apt install bubblewrap."
        )
    # The mounts are those of a real cage: in many containers a fresh /proc is what is refused.
    mounts = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    command = [*namespaces(as_root), *mounts, *drop_rights(as_root), "/usr/bin/env", "true"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=20, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Probe(Level.PLAIN, as_root, f"O bubblewrap não respondeu ({error}).")
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["sem explicação"])[-1]
        return Probe(Level.PLAIN, as_root, f"Este sistema não deixa o bubblewrap criar namespaces ({said}).")
    return Probe(Level.CAGE, as_root, "O bubblewrap isola arquivos, processos e rede do código do estudante.")


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
    return ["--", "setpriv", *user, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
