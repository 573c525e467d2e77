"""The levels of confinement, and the bwrap arguments that they come down to."""

from __future__ import annotations

from enum import StrEnum

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
