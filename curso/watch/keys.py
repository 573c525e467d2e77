"""The terminal while it is watched: keys one by one, and everything as it was at the end, whatever happens."""

from __future__ import annotations

import os
import signal
import sys
import termios
import tty
from types import FrameType
from typing import Self

from curso.watch.session import END


class Keys:
    """Reads single keys. Use as a context manager."""

    def __init__(self) -> None:
        self._terminal = sys.stdin.fileno()
        self.resumed = False
        """Set when the process was stopped (Ctrl+Z) and goes on: the screen must be drawn anew."""

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._terminal)
        self._signals = {
            signal.SIGTERM: signal.signal(signal.SIGTERM, _leave),
            signal.SIGHUP: signal.signal(signal.SIGHUP, _leave),
            signal.SIGCONT: signal.signal(signal.SIGCONT, self._resume),
        }
        tty.setcbreak(self._terminal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._signals.items():
            signal.signal(number, before)
        termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)

    def fileno(self) -> int:
        return self._terminal

    def read(self) -> list[str]:
        """The keys that were typed; arrows and the like are none. END where the terminal is gone."""
        try:
            typed = os.read(self._terminal, 1024).decode("utf-8", errors="replace")
        except OSError:
            return [END]
        if not typed:
            return [END]
        return [] if typed.startswith("\x1b") else list(typed)

    def _resume(self, number: int, frame: FrameType | None) -> None:
        tty.setcbreak(self._terminal)
        self.resumed = True


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
