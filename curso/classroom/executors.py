"""Who grades: the one thing that a batch asks of this machine's processes, or of a cluster's (`cluster`)."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from autograder.run.play import cores
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from curso.classroom.work import CLEANING_SECONDS, Work
from curso.places import ROOT

CEILING_SECONDS = 900.0
"""Nothing takes longer than this that has not gone wrong: every step's own clock ends long before."""


class Executor(Protocol):
    """Grades submissions somewhere."""

    @property
    def least(self) -> Level:
        """Below this level of confinement it grades nothing."""

    def answers(self, waiting: Mapping[str, Work]) -> Generator[tuple[str, str | None]]:
        """Each one's answer as it comes, in no promised order; None where it was lost with whoever had it.

        Ends what is being graded when it is closed.
        """


class Local:
    """As many processes as there are cores, each with one submission at a time: what dies takes no other along."""

    def __init__(
        self,
        course: Path = ROOT,
        command: Sequence[str] = (sys.executable, "-P", "-m", "curso.classroom.work"),
        ceiling: float = CEILING_SECONDS,
    ) -> None:
        self.least = probe().level
        self._command = [*command, str(course)]
        self._ceiling = ceiling

    def answers(self, waiting: Mapping[str, Work]) -> Generator[tuple[str, str | None]]:
        to_do: SimpleQueue[tuple[str, Work]] = SimpleQueue()
        done: SimpleQueue[tuple[str, str | None]] = SimpleQueue()
        for one in waiting.items():
            to_do.put(one)
        workers = [_Worker(self._command, self._ceiling) for _ in range(min(cores(), len(waiting)))]

        def keep_busy(worker: _Worker) -> None:
            with contextlib.suppress(Empty):
                while True:
                    name, work = to_do.get_nowait()
                    done.put((name, worker.ask(work)))

        threads = [threading.Thread(target=keep_busy, args=[worker], daemon=True) for worker in workers]
        for thread in threads:
            thread.start()
        try:
            for _ in waiting:
                yield done.get()
        finally:
            with contextlib.suppress(Empty):
                while True:
                    to_do.get_nowait()
            for worker in workers:
                worker.hang_up()
            for thread in threads:
                thread.join(2 * CLEANING_SECONDS)
            for worker in workers:
                worker.close()


class _Worker:
    """A process that grades (`work`), started when it is needed, and again after it died."""

    def __init__(self, command: list[str], ceiling: float) -> None:
        self._command = command
        self._ceiling = ceiling
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def ask(self, work: Work) -> str | None:
        """The answer; None where the process died, or was ended because it took too long."""
        if self._closed:
            return None
        answer = b""
        with contextlib.suppress(
            OSError, ValueError
        ):  # it died before or while it was told, or was hung up on
            process = self._running()
            assert process.stdin and process.stdout
            clock = threading.Timer(self._ceiling, process.kill)
            clock.start()
            try:
                process.stdin.write(work.model_dump_json().encode() + b"\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            finally:
                clock.cancel()
        if not answer.endswith(b"\n"):
            self.close()
            return None
        return answer.decode("utf-8", "replace")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                start_new_session=True,  # Ctrl+C is for the door, which says what becomes of the work in hand
            )  # fmt: skip
        return self._process

    def hang_up(self) -> None:
        """Asks it to clear away what it is doing, and to end."""
        self._closed = True
        if self._process and self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(2 * CLEANING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
