"""One check in a process of its own: it tells as it goes, and a newer save can cancel it.

The process is forked, so it has everything imported already. Whoever forks must have no threads.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.doors import grade, kept_warm
from autograder.model.exercise import load_exercise
from autograder.model.result import Result, Verdict
from curso.checking import CLEAN_UP_SECONDS

# Elsewhere a fork of a process that has touched the system's own libraries may crash.
_CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@dataclass(frozen=True)
class Progress:
    done: int
    total: int


@dataclass(frozen=True)
class Broken:
    """The check ended without a result."""

    why: str


News = Progress | Verdict | Result | Broken


class Check:
    """A check that is running."""

    def __init__(self, exercise_folder: Path, work: Path) -> None:
        self._news, theirs = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_check, args=(exercise_folder, work, theirs))
        self._process.start()
        theirs.close()

    def fileno(self) -> int:
        """To wait for news with `select`."""
        number: int = self._news.fileno()
        return number

    def news(self) -> list[News]:
        """All that has come. The last one ever is a Result or Broken."""
        come: list[News] = []
        try:
            while self._news.poll():
                come.append(self._news.recv())
        except (EOFError, OSError):
            if not (come and isinstance(come[-1], Result | Broken)):
                why = "A verificação terminou sem resultado; rode `curso doutor` em outro terminal."
                come.append(Broken(why))
        return come

    def cancel(self) -> None:
        """Tells it to stop. It clears its scratch away by itself, and nobody listens to it any more."""
        self._news.close()
        if self._process.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGINT)

    def gone(self) -> bool:
        """True once the process has ended and nothing of it is left."""
        if self._process.is_alive():
            return False
        self._news.close()
        return True

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def join(self, seconds: float) -> None:
        self._process.join(seconds)


class Warmth:
    """Starts the warm stage at once, and keeps it from ending while it is watched."""

    def __init__(self, exercise_folder: Path) -> None:
        theirs, self._ours = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_keep_warm, args=(exercise_folder, theirs, self._ours))
        self._process.start()
        theirs.close()

    def close(self) -> None:
        self._ours.close()
        self._process.terminate()
        self._process.join(CLEAN_UP_SECONDS)


def _check(exercise_folder: Path, work: Path, news: Connection) -> None:
    _leave_the_terminal()
    tell: Callable[[News], None] = news.send
    try:
        grading = grade(
            exercise_folder,
            work,
            on_progress=lambda done, total: tell(Progress(done, total)),
            on_verdict=tell,
        )
        tell(grading.result)
    except (KeyboardInterrupt, BrokenPipeError):
        return  # a newer save; nobody listens
    except Exception as error:
        with contextlib.suppress(OSError):
            tell(Broken(f"A verificação parou: {error}"))


def _keep_warm(exercise_folder: Path, until: Connection, theirs: Connection) -> None:
    _leave_the_terminal()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    theirs.close()
    with contextlib.suppress(EOFError, OSError), kept_warm(load_exercise(exercise_folder)):
        until.recv()  # nothing is ever sent: it ends when the one who watches ends


def _leave_the_terminal() -> None:
    """Ctrl+C and what is printed are for the one who watches."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
