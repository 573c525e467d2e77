"""What the verbs of the terminal share: exit codes, one sentence for every failure, a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from curso.portuguese import refusal

if TYPE_CHECKING:
    from autograder.model.exercise import ChecklistItem, Exercise
    from autograder.model.result import Result, Verdict

PASSED, FAILED, COULD_NOT_GRADE = 0, 1, 2


class Stop(Exception):
    """Nothing could be graded; the message says what to do."""


def sentence_of(error: BaseException) -> str | None:
    """What people are told of a failure that may be expected; None of any other, which is a defect."""
    from autograder.model.exercise import BrokenExerciseError
    from curso.places import UnknownExerciseError
    from curso.record.kept import NewerVersionError
    from curso.services.errors import ServiceError

    if isinstance(
        error, Stop | BrokenExerciseError | UnknownExerciseError | ServiceError | NewerVersionError
    ):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "Interrompido. Nada do seu trabalho foi mudado."
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"O sistema recusou uma operação de arquivo{where}: {refusal(error)}."
    return None


@contextmanager
def sentences() -> Iterator[None]:
    """Turns every expected failure into one sentence on standard error and exit code 2."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        typer.echo(sentence, err=True)
        raise typer.Exit(COULD_NOT_GRADE) from None


def load_named(name: str) -> Exercise:
    from autograder.model.exercise import load_exercise
    from curso.places import exercise_folder

    return load_exercise(exercise_folder(name))


def criterion_must_exist(exercise: Exercise, criterion: str) -> None:
    known = [c.id for c in exercise.criteria]
    if criterion not in known:
        raise Stop(f"{exercise.id} não tem o critério «{criterion}». Os que há: {', '.join(known)}.")


def item_named(name: str) -> ChecklistItem:
    """The checklist item of this name. Raises Stop."""
    from autograder.model.exercise import CHECKLIST_TITLES, ChecklistItem

    try:
        return ChecklistItem(name)
    except ValueError:
        known = ", ".join(f"{item} ({title})" for item, title in CHECKLIST_TITLES.items())
        raise Stop(f"A checklist não tem o item «{name}». Os que há: {known}.") from None


def terminal_needed(name: str) -> None:
    """Raises Stop where nobody could look or type."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop(f"`curso observar` precisa de um terminal; fora de um, use `curso verificar {name}`.")


def typed(question: str) -> str:
    """What somebody types in answer; "" where nobody is there."""
    typer.echo(question, err=True, nl=False)
    return sys.stdin.readline()


def exit_code(result: Result) -> int:
    from autograder.model.result import Status

    statuses = {verdict.status for verdict in result.verdicts}
    if Status.ERROR in statuses:
        return COULD_NOT_GRADE
    return PASSED if statuses <= {Status.PASSED, Status.WAITING} else FAILED


@dataclass(frozen=True)
class Watching:
    """What a door shows while a submission is graded."""

    on_progress: Callable[[int, int], None]
    on_verdict: Callable[[Verdict], None] | None = None
    """None where nobody looks before the end."""


@contextmanager
def watching(*, quiet: bool, lines: bool, criteria: Sequence[str]) -> Iterator[Watching]:
    """Verdicts and a bar for people, `passo` and `veredito` lines for the notebook, nothing for pipes."""
    if lines:
        yield Watching(
            lambda done, total: print(f"passo {done}/{total}", file=sys.stderr, flush=True),
            lambda verdict: print(f"veredito {verdict.model_dump_json()}", file=sys.stderr, flush=True),
        )
        return
    if quiet or not sys.stderr.isatty():
        yield Watching(lambda done, total: None)
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from curso import tell

    console = Console(stderr=True)
    bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console)
    task = bar.add_task("Preparando o Airflow…", total=None)
    told: dict[str, Verdict] = {}
    with Live(bar, console=console, transient=True, refresh_per_second=8) as live:

        def step(done: int, total: int) -> None:
            words = "Executando o seu DAG" if done else "Preparando o Airflow…"
            bar.update(task, description=words, total=total if done else None, completed=done)

        def show(verdict: Verdict) -> None:
            told[verdict.criterion] = verdict
            live.update(Group(tell.so_far([told[name] for name in criteria if name in told]), bar))

        yield Watching(step, show)


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for people, nothing for pipes."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, total=total, completed=done)
