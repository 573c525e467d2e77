"""A cage: the file system, user and environment in which a stage is started.

Inside, a submission stands in /entrega (read-only), the world in /mundo and the orchestrator's home in
/casa. Where each run has namespaces of its own, it mounts these three from its room under /palco itself;
without bubblewrap the folders are used where they lie.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.level import NOBODY, Level, drop_rights, namespaces

PACKAGE = Path(__file__).resolve().parents[1]
ROOMS = "/palco"
TEMPLATE = "/modelo"


@dataclass(frozen=True)
class Places:
    """The three folders as the student's code sees them."""

    submission: Path
    world: Path
    home: Path


@dataclass(frozen=True)
class Room:
    """Where one scenario is laid out, seen from outside."""

    submission: Path
    world: Path
    home: Path | None
    """None where each run gets a home of its own that ends with it."""
    address: dict[str, str]
    """How the stage is told of it; empty where it knows no other."""


class Cage:
    """The surroundings of a stage: the scratch folder that it sees, and the command that starts it there."""

    def __init__(self, scratch: Path, level: Level, template: Path | None = None) -> None:
        """`template` is what the orchestrator's home is filled with before each run."""
        self.level = level
        self.scratch = scratch
        self._as_root = os.geteuid() == 0
        self._template = template
        self._shared = Places(scratch / "entrega", scratch / "mundo", scratch / "casa")
        self.inside = Places(Path("/entrega"), Path("/mundo"), Path("/casa")) if level.caged else self._shared
        if not level.nested:
            for folder in (self._shared.submission, self._shared.world, self._shared.home):
                folder.mkdir(parents=True)

    def room(self, folder: Path, name: str) -> Room:
        """The room `name` of the submission that lies under `folder`, itself under the scratch folder.

        Without namespaces of their own all scenarios share one room, one after the other.
        """
        if not self.level.nested:
            return Room(self._shared.submission, self._shared.world, self._shared.home, {})
        submission, world = folder / "entrega", folder / name
        for made in (submission, world):
            made.mkdir(exist_ok=True)
        address = {
            "submission": str(submission.relative_to(self.scratch)),
            "world": str(world.relative_to(self.scratch)),
        }
        return Room(submission, world, None, address)

    @property
    def template(self) -> str:
        """The template's folder as the stage sees it; empty where there is none."""
        if self._template is None:
            return ""
        return TEMPLATE if self.level.caged else str(self._template)

    def hand_over(self, *folders: Path) -> None:
        """Gives what root has just written to the user that will run the student's code."""
        if not (self._as_root and self.level.caged):
            return
        for folder in folders:
            for parent, directories, files in os.walk(folder):
                for path in [parent, *(os.path.join(parent, name) for name in (*directories, *files))]:
                    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def environment(self) -> dict[str, str]:
        """All of the environment: nothing of the grader's own gets in."""
        binaries = [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
        if not self.level.caged:
            binaries.append("/opt/homebrew/bin")
        return {
            "PATH": os.pathsep.join(binaries),
            "HOME": str(self.inside.home),
            "TMPDIR": "/tmp" if self.level.caged else str(self.inside.home),
            "USER": "estudante",
            "LOGNAME": "estudante",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": "/curso" if self.level.caged else str(PACKAGE.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONSAFEPATH": "1",
        }

    def command(self, program: list[str], environment: dict[str, str]) -> list[str]:
        """The command line that starts `program` in here (no shell of ours reads what is in it)."""
        if not self.level.caged:
            return program
        command = namespaces(self._as_root)
        if not self._as_root:
            # bwrap's own first process would be the student's user's: the stage takes its place, which no
            # other process in there can kill, stop or look into. As root bwrap's is out of reach anyway, and
            # is what dies with the grader.
            command.append("--as-pid-1")
        for folder in ("/usr", "/bin", "/sbin", "/lib", "/lib64"):
            path = Path(folder)
            if path.is_symlink():
                command += ["--symlink", os.readlink(path), folder]
            elif path.exists():
                command += ["--ro-bind", folder, folder]
        # Of /etc only what programs need to start and to name time zones and users. (bwrap's own would be 0700.)
        command += ["--perms", "0755", "--dir", "/etc"]
        for name in (
            "ld.so.cache", "localtime", "passwd", "group", "nsswitch.conf", "mime.types",
            "alternatives",  # where Debian keeps who is `awk` and who is `which`
        ):  # fmt: skip
            command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        # Before the libraries: a course that was cloned under /tmp has them there.
        proc = ["--perms", "0555", "--dir"] if self._as_root else ["--proc"]  # root's is mounted at the end
        command += [*proc, "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
        made: set[Path] = {Path("/tmp")}
        for library in _python_folders():
            command += _passable_parents(library, made)
            command += ["--ro-bind", str(library), str(library)]
        # Of the grader only what runs in here: neither graders nor judge can be read from inside.
        for part in ("/curso", "/curso/autograder", "/curso/autograder/run"):
            command += ["--perms", "0755", "--dir", part]
        for part in ("__init__.py", "run/__init__.py", "run/inside"):
            command += ["--ro-bind", str(PACKAGE / part), f"/curso/autograder/{part}"]
        if self._template:
            command += ["--ro-bind", str(self._template), TEMPLATE]
        command += self._own_folders()
        for name, value in environment.items():
            command += ["--setenv", name, value]
        return [*command, *drop_rights(self._as_root), *program]

    def _own_folders(self) -> list[str]:
        if not self.level.nested:
            shared, inside = self._shared, self.inside
            binds = ["--ro-bind", str(shared.submission), str(inside.submission)]
            for out, within in ((shared.world, inside.world), (shared.home, inside.home)):
                binds += ["--bind", str(out), str(within)]
            return [*binds, "--chdir", str(inside.world)]
        # Each run mounts its own over these; what the stage itself keeps in its home is never seen by one.
        points = [str(self.inside.submission), str(self.inside.world)]
        mounts = [part for point in points for part in ("--perms", "0755", "--dir", point)]
        mounts += ["--perms", "0777", "--tmpfs", str(self.inside.home), "--bind", str(self.scratch), ROOMS]
        # What runs one after the other in here must not find what an earlier one left.
        return [*mounts, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(self.inside.home)]


def _python_folders() -> list[Path]:
    """Where the interpreter and its libraries lie, outermost first and without repetition."""
    candidates = {sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")}
    candidates.add(str(Path(os.path.realpath(sys.executable)).parents[1]))
    folders: list[Path] = []
    for folder in sorted((Path(c) for c in candidates), key=lambda path: len(path.parts)):
        covered = any(folder.is_relative_to(known) for known in folders)
        if not covered and not folder.is_relative_to("/usr"):
            folders.append(folder)
    return folders


def _passable_parents(folder: Path, made: set[Path]) -> list[str]:
    """bwrap makes missing parents 0700, which a user without rights could not pass."""
    arguments: list[str] = []
    for parent in reversed(folder.parents[:-1]):
        if parent not in made:
            made.add(parent)
            arguments += ["--perms", "0755", "--dir", str(parent)]
    return arguments
