"""A stage that stays warm between gradings, shared by all doors of one user: found, or started.

Its folder is named by all that it depends on (this checkout, the interpreter and its packages, the code that
runs inside, the level), so a grader that has changed never speaks with a stage from before. A keeper
outside of the cage (`keeper`) looks after the folder and removes it at the end.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

from autograder.run.adapters import Adapter
from autograder.run.keeper import DOOR, LOCK, ROOMS, is_locked
from autograder.run.stage import READY_SECONDS, Line, Stage, StageError, command_of
from autograder.sandbox import cage as cages
from autograder.sandbox.cage import Cage
from autograder.sandbox.level import Level

IDLE_SECONDS = 600.0
STOP_SECONDS = 10.0
MAX_TRIES = 2


class Unfit(StageError):
    """The stage runs, and must not be shared: to ask again would change nothing."""


class WarmStage(Stage):
    """A connection to a warm stage. While it is open the stage does not count as idle."""

    def __init__(self, cage: Cage, door: Path) -> None:
        super().__init__(cage, door)
        self._session = Line(door)
        try:
            hello = self._session.document(READY_SECONDS)
            if hello["cold"]:
                raise Unfit(hello["cold"])
            self.versions = hello["versions"]
        except StageError:
            self._session.close()
            raise

    def close(self) -> None:
        super().close()
        self._session.close()


def warm_stage(adapter: Adapter, level: Level) -> WarmStage:
    """The warm stage of this adapter; started where there is none. Raises StageError where there can be none."""
    if not level.nested:
        raise StageError("este sistema não dá a cada execução os seus próprios namespaces")
    template = adapter.template()
    folder = _folder(adapter, level, template)
    cage = Cage(folder / ROOMS, level, template)
    deadline = time.monotonic() + READY_SECONDS
    tries = 0
    while time.monotonic() < deadline:
        try:
            return WarmStage(cage, folder / DOOR)
        except (FileNotFoundError, ConnectionRefusedError):
            _start_keeper(cage, adapter, folder)
        except Unfit:
            raise
        except StageError:
            # Perhaps it ended just now because it was idle; one that fails to load fails every time.
            tries += 1
            if tries == MAX_TRIES:
                raise
        except OSError as error:
            raise StageError(f"o palco aquecido não atende ({error})") from None
        time.sleep(0.02)
    raise StageError("o palco aquecido não abriu")


def stop_warm(*, of_every_checkout: bool = False) -> int:
    """Ends every warm stage of this checkout, or of all that this user has, and says how many there were."""
    stopped = 0
    for folder in _runtime().glob("*" if of_every_checkout else f"{_checkout()}-*"):
        with contextlib.suppress(OSError, ValueError):
            keeper = int((folder / LOCK).read_text())
            if not is_locked(folder / LOCK):
                continue  # its keeper was killed; the next one cleans up
            os.kill(keeper, signal.SIGTERM)
            stopped += 1
            deadline = time.monotonic() + STOP_SECONDS
            while folder.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
    return stopped


def _runtime() -> Path:
    """A short folder that only this user can use, whatever the environment of the door says of others."""
    given = os.environ.get("CURSO_PALCOS")
    return Path(given) if given else Path("/tmp") / f"curso-{os.getuid()}"


def _checkout() -> str:
    return hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:8]


def _folder(adapter: Adapter, level: Level, template: Path | None) -> Path:
    cage = Cage(Path("/"), level, template)
    environment = cage.environment() | adapter.environment(cage.inside)
    said: list[object] = [
        adapter.name, level.value, cage.command([], environment), sys.version,
        os.stat(sysconfig.get_path("purelib")).st_mtime_ns,  # changes with every package
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(said).encode())
    for path in sorted((cages.PACKAGE / "run" / "inside").glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return _runtime() / f"{_checkout()}-{digest.hexdigest()[:16]}"


def _start_keeper(cage: Cage, adapter: Adapter, folder: Path) -> None:
    """Starts a keeper, unless another door is doing so; it leaves this process at once and lives on."""
    _make_private(folder.parent)
    idle = float(os.environ.get("CURSO_OCIOSO_SEGUNDOS", IDLE_SECONDS))
    command, environment = command_of(cage, adapter.name, adapter.environment(cage.inside), idle)
    asked = {"folder": str(folder), "command": command, "environment": environment}
    try:
        done = subprocess.run(
            [sys.executable, "-s", "-m", "autograder.run.keeper"],
            input=json.dumps(asked), capture_output=True, text=True, timeout=READY_SECONDS, check=False,
            env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StageError(f"o palco aquecido não abriu ({error})") from None
    if done.returncode:
        raise StageError(f"o palco aquecido não abriu: {done.stderr.strip()[-500:]}")


def _make_private(folder: Path) -> None:
    """In a folder where everyone may write, another user may have been there first."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise StageError(f"{folder} não é uma pasta só deste usuário")
