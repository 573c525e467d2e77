"""A cage: the file system, user and environment in which a stage is started.

Inside, a submission stands in /entrega (read-only), the world in /mundo and the orchestrator's home in
/casa. Without bubblewrap the same three folders are used where they lie.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.level import NOBODY, Level, Probe, drop_rights, namespaces

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Places:
    """The three folders as the student's code sees them."""

    submission: Path
    world: Path
    home: Path


class Cage:
    """Three fresh folders under `scratch` and the command that starts a program among them."""

    def __init__(self, scratch: Path, found: Probe, level: Level) -> None:
        self.level = level
        self._as_root = found.as_root
        self.outside = Places(scratch / "entrega", scratch / "mundo", scratch / "casa")
        for folder in (self.outside.submission, self.outside.world, self.outside.home):
            folder.mkdir(parents=True)
        self.inside = (
            Places(Path("/entrega"), Path("/mundo"), Path("/casa")) if level is Level.CAGE else self.outside
        )

    def hand_over(self, *folders: Path) -> None:
        """Gives what root has just written to the user that will run the student's code."""
        if not (self._as_root and self.level is Level.CAGE):
            return
        for folder in folders:
            for parent, directories, files in os.walk(folder):
                for path in [parent, *(os.path.join(parent, name) for name in (*directories, *files))]:
                    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def environment(self) -> dict[str, str]:
        """All of the environment: nothing of the grader's own gets in."""
        tmp = "/tmp" if self.level is Level.CAGE else str(self.outside.home)
        alone = {"STAGE_ALONE": "1"} if self.level is Level.CAGE else {}
        binaries = [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
        if self.level is Level.PLAIN:
            binaries.append("/opt/homebrew/bin")
        return {
            "PATH": os.pathsep.join(binaries),
            "HOME": str(self.inside.home),
            "TMPDIR": tmp,
            "USER": "estudante",
            "LOGNAME": "estudante",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": "/curso" if self.level is Level.CAGE else str(PACKAGE.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONSAFEPATH": "1",
            **alone,
        }

    def command(self, program: list[str], environment: dict[str, str]) -> list[str]:
        """The command line that starts `program` in here (no shell is involved)."""
        if self.level is Level.PLAIN:
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
        # Of /etc only what programs need to start and to name time zones and users.
        for name in ("ld.so.cache", "localtime", "passwd", "group", "nsswitch.conf", "mime.types"):
            command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        # Before the libraries: a course that was cloned under /tmp has them there.
        command += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
        made: set[Path] = {Path("/tmp")}
        for library in _python_folders():
            command += _passable_parents(library, made)
            command += ["--ro-bind", str(library), str(library)]
        # Of the grader only what runs in here: neither graders nor judge can be read from inside.
        for part in ("/curso", "/curso/autograder", "/curso/autograder/run"):
            command += ["--perms", "0755", "--dir", part]
        for part in ("__init__.py", "run/__init__.py", "run/inside"):
            command += ["--ro-bind", str(PACKAGE / part), f"/curso/autograder/{part}"]
        command += ["--ro-bind", str(self.outside.submission), str(self.inside.submission)]
        for out, inside in ((self.outside.world, self.inside.world), (self.outside.home, self.inside.home)):
            command += ["--bind", str(out), str(inside)]
        command += ["--chdir", str(self.inside.world)]
        for name, value in environment.items():
            command += ["--setenv", name, value]
        return [*command, *drop_rights(self._as_root), *program]


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
