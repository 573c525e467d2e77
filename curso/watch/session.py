"""What happens when: a save starts a check (and ends the one before), keys ask, news come in.

It knows no terminal: `screen` draws what is here, and `run` brings keys, saves and news.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from autograder.model.exercise import Exercise
from autograder.model.result import Result, Status, Verdict
from curso.watch.checking import Broken, News, Progress

END = "\x04"
"""What a terminal sends at its end (Ctrl+D)."""


class Running(Protocol):
    """A check that is running (`checking.Check`)."""

    def cancel(self) -> None: ...


@dataclass
class Doors:
    """What a session asks of the world."""

    start: Callable[[], Running]
    """Starts a check of what is saved now."""
    problem: Callable[[], str]
    """Why what is saved cannot be run yet; "" where it can."""
    note: Callable[[Result], str]
    """Takes a result into the record."""
    hint: Callable[[str], str]
    """The next hint of a criterion."""
    restart: Callable[[], list[str]]
    """Puts the work aside and begins anew."""
    clock: Callable[[], float] = time.monotonic


@dataclass
class Session:
    """One exercise being watched."""

    exercise: Exercise
    doors: Doors
    manual: bool = False
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    """Criteria whose verdict is of what is saved now; the others' are of before."""
    running: Running | None = None
    result: Result | None = None
    """Of what is saved now."""
    progress: Progress = field(default_factory=lambda: Progress(0, 0))
    problem: str = ""
    notice: str = ""
    hint: str = ""
    waiting: bool = False
    """Manual mode: something was saved since the last check."""
    over: bool = False
    _focus: str = ""
    _sure: bool = False
    _started: float = 0.0

    # --- saves and checks ----------------------------------------------------------------------------

    def saved(self) -> None:
        """Something was saved."""
        if self.manual:
            self.waiting = True
        else:
            self.check()

    def check(self) -> None:
        """Ends the check that is running, if any, and checks what is saved now."""
        self.stop()
        self.fresh.clear()
        self.result, self.waiting, self._sure = None, False, False
        self.progress = Progress(0, 0)
        self.notice = ""
        self.problem = self.doors.problem()
        if not self.problem:
            self._started = self.doors.clock()
            self.running = self.doors.start()

    def stop(self) -> None:
        if self.running is not None:
            self.running.cancel()
            self.running = None

    def heard(self, news: News) -> None:
        """Something came from the check that is running."""
        if isinstance(news, Progress):
            self.progress = news
        elif isinstance(news, Verdict):
            self._learn(news)
        elif isinstance(news, Broken):
            self.running, self.problem = None, news.why
        else:
            for verdict in news.verdicts:
                self._learn(verdict)
            self.running, self.result = None, news
            self.notice = self.doors.note(news)

    def _learn(self, verdict: Verdict) -> None:
        self.verdicts[verdict.criterion] = verdict
        self.fresh.add(verdict.criterion)

    # --- keys ----------------------------------------------------------------------------------------

    def key(self, key: str) -> None:
        key = key.lower()
        sure, self._sure = self._sure, False
        if key in ("s", "q", END):
            self.over = True
        elif key in ("\n", "\r"):
            self.check()
        elif key == "d":
            self._ask_hint()
        elif key == "p":
            self._next()
        elif key == "r":
            if sure:
                self.notice = " ".join(self.doors.restart())
                self.verdicts.clear()
                self._focus = self.hint = ""
            else:
                self._sure = True
                self.notice = "Recomeçar do arquivo inicial? O trabalho de agora fica guardado ao lado. Tecle r de novo."

    def _ask_hint(self) -> None:
        focus = self.focus
        if focus is None:
            self.notice = "Não há o que dizer agora: nenhum critério está esperando por você."
        else:
            self.hint = self.doors.hint(focus.criterion)

    def _next(self) -> None:
        """On to the next criterion that has not passed."""
        open_ones = [verdict.criterion for verdict in self._open()]
        self.hint = ""
        if open_ones:
            at = open_ones.index(self.focus.criterion) if self.focus else -1
            self._focus = open_ones[(at + 1) % len(open_ones)]

    # --- what is looked at ---------------------------------------------------------------------------

    @property
    def focus(self) -> Verdict | None:
        """The criterion to work on: the one chosen, or the first that failed."""
        open_ones = self._open()
        chosen = [verdict for verdict in open_ones if verdict.criterion == self._focus]
        failed = [verdict for verdict in open_ones if verdict.status is Status.FAILED]
        return next(iter(chosen or failed or open_ones), None)

    def _open(self) -> list[Verdict]:
        known = (self.verdicts.get(criterion.id) for criterion in self.exercise.criteria)
        return [
            verdict
            for verdict in known
            if verdict and verdict.status not in (Status.PASSED, Status.WAITING, Status.ERROR)
        ]

    @property
    def seconds(self) -> float:
        """How long the check has been running; 0 where none is."""
        return self.doors.clock() - self._started if self.running is not None else 0.0

    @property
    def all_passed(self) -> bool:
        return self.result is not None and {v.status for v in self.result.verdicts} <= {
            Status.PASSED,
            Status.WAITING,
        }
