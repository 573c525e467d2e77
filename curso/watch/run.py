"""The loop of `curso observar`: waits for keys, news and saves, and repaints when something has changed."""

from __future__ import annotations

import contextlib
import selectors
import sys
import time

from rich.console import Console
from rich.live import Live

from autograder.model.exercise import load_exercise
from autograder.model.result import Result
from autograder.sandbox.probe import probe
from curso.checking import CLEAN_UP_SECONDS
from curso.places import exercise_folder, work_folder
from curso.portuguese import refusal
from curso.record.events import next_hint, note_result
from curso.record.kept import NewerVersionError
from curso.restart import restart_work
from curso.watch.checking import Check, Warmth
from curso.watch.files import Files, half_typed
from curso.watch.keys import Keys
from curso.watch.screen import last_word, screen
from curso.watch.session import Doors, Session

LOOK_SECONDS = 0.03
"""How often the files are looked at."""


def watch(exercise_id: str, *, manual: bool = False) -> bool:
    """Watches the learner's copy until told to stop; True where everything that is judged here passed."""
    folder = exercise_folder(exercise_id)
    exercise = load_exercise(folder)
    work = work_folder(folder.name)
    checks: list[Check] = []

    def start() -> Check:
        checks.append(Check(folder, work))
        return checks[-1]

    def hint(criterion: str) -> str:
        try:
            number, text, notice = next_hint(exercise, criterion)
        except (NewerVersionError, OSError) as error:
            return refusal(error) if isinstance(error, OSError) else str(error)
        return f"{number} de 3 ({exercise.criterion(criterion).title}): {text} {notice}".strip()

    def restart() -> list[str]:
        try:
            return restart_work(folder.name)
        except OSError as error:
            return [f"Não consegui guardar o trabalho de antes: {refusal(error)}."]

    def note(result: Result) -> str:
        return note_result(result)

    session = Session(
        exercise,
        Doors(
            start=start,
            problem=lambda: half_typed(work, exercise.files),
            note=note,
            hint=hint,
            restart=restart,
        ),
        manual=manual,
    )
    files = Files(work, exercise.files)
    probe()  # remembered, also by what is forked from here
    warmth = Warmth(folder)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            _loop(session, files, checks)
    finally:
        session.stop()
        warmth.close()
        _take_leave(checks)
    Console(highlight=False).print(last_word(session))
    return session.all_passed


def _loop(session: Session, files: Files, checks: list[Check]) -> None:
    console = Console(highlight=False)
    with (
        Keys() as keys,
        Live(console=console, screen=True, auto_refresh=False, redirect_stdout=False) as live,
    ):
        session.saved()  # what is there now
        shown: object = None
        while not session.over:
            _wait(keys, session)
            for check in [check for check in checks if check is not session.running and check.gone()]:
                checks.remove(check)
            if keys.resumed:
                keys.resumed, shown = False, None
                console.set_alt_screen(True)
            now = _look(session, console)
            if now != shown:
                shown = now
                live.update(screen(session, session.seconds), refresh=True)
            if files.saved():
                session.saved()
    sys.stdout.flush()


def _wait(keys: Keys, session: Session) -> None:
    """Until a key or news come, or it is time to look at the files again."""
    running = session.running
    with selectors.DefaultSelector() as selector:
        selector.register(keys, selectors.EVENT_READ)
        if isinstance(running, Check):
            selector.register(running, selectors.EVENT_READ)
        for ready, _ in selector.select(LOOK_SECONDS):
            if ready.fileobj is keys:
                for key in keys.read():
                    session.key(key)
            elif isinstance(running, Check) and running is session.running:
                for news in running.news():
                    session.heard(news)


def _look(session: Session, console: Console) -> object:
    """All that decides what is drawn."""
    return (
        dict(session.verdicts), set(session.fresh), session.running is not None, session.result, session.progress,
        session.problem, session.notice, session.hint, session.waiting, session.focus, int(session.seconds),
        console.size,
    )  # fmt: skip


def _take_leave(checks: list[Check]) -> None:
    """What was cancelled clears away after itself; what doesn't in time is ended."""
    deadline = time.monotonic() + CLEAN_UP_SECONDS
    for check in checks:
        check.join(max(0.0, deadline - time.monotonic()))
        if not check.gone():
            check.kill()
