"""Looks after one warm stage, from outside of its cage: starts it, waits for its end, leaves nothing behind.

It is told what to start as JSON on standard input, and goes to the background once its socket is there.
While it lives it holds a lock, so of two that are started at once one goes away again.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from autograder.run.scratch import empty
from autograder.run.stage import kill, listen_at, start

ROOMS = "palco"
DOOR = "porta"
LOCK = "tranca"


def main() -> None:
    asked = json.load(sys.stdin)
    folder = Path(asked["folder"])
    lock = _lock(folder)
    if lock is None:
        return
    _wipe(folder)  # what a keeper that was killed may have left
    (folder / ROOMS).mkdir()
    (folder / ROOMS).chmod(0o711)  # the cage's user passes through, and cannot list
    with listen_at(folder / DOOR) as listener:
        if os.fork():
            os._exit(0)
        _go_to_background()
        process = start(asked["command"], asked["environment"], listener, stderr=1)

    def stop(*_: Any) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    signal.signal(signal.SIGTERM, stop)
    os.write(lock, str(os.getpid()).encode())  # from here on it can be told to stop
    process.wait()
    kill(process)
    _wipe(folder)
    with contextlib.suppress(OSError):
        (folder / LOCK).unlink()
        folder.rmdir()
        folder.parent.rmdir()  # others may live there


def is_locked(path: Path) -> bool:
    """True while a keeper lives."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock(folder: Path) -> int | None:
    """The lock's descriptor, or None where another keeper has it. Makes the folder."""
    while True:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        try:
            descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            continue  # the last one is just removing the folder
        except BlockingIOError:
            os.close(descriptor)
            return None
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), os.stat(folder / LOCK)):
                os.ftruncate(descriptor, 0)
                return descriptor
        os.close(descriptor)  # the last one removed it between our two calls


def _wipe(folder: Path) -> None:
    """Removes all but the lock, the socket first: nobody shall knock where nobody lives."""
    (folder / DOOR).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # a door may be clearing its own part at this moment
        empty(folder / ROOMS)
        (folder / ROOMS).rmdir()


def _go_to_background() -> None:
    os.setsid()
    os.chdir("/")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)


if __name__ == "__main__":
    main()
