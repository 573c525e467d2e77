"""Pauses that a pipeline asks for: noted, and not waited for."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from unittest import mock

SHORT_SLEEP = 0.1  # seconds: below, a library polls something, and nobody asked for a pause
MAX_SKIPPED = 200  # after these a loop that polls really waits


@contextlib.contextmanager
def skipped(*machinery: str) -> Iterator[list[float]]:
    """Skips what the student's code sleeps, in whatever thread, and gives the seconds of each pause.

    Open it before the file is loaded: one that says `from time import sleep` keeps what it has found.
    `machinery` are packages whose own sleeps are real, because they poll.
    """
    pauses: list[float] = []
    sleep = time.sleep

    def noted(seconds: float) -> None:
        package = str(sys._getframe(1).f_globals.get("__name__", "")).split(".")[0]
        if seconds < SHORT_SLEEP or package in machinery or len(pauses) >= MAX_SKIPPED:
            sleep(seconds)
        else:
            pauses.append(round(float(seconds), 3))

    with mock.patch.object(time, "sleep", noted):
        yield pauses
