"""What the doors note in the record. Each returns a notice for the learner, mostly "".

`folder` says where the record lies; asking for it may fail, as writing may.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from autograder.model.exercise import ChecklistItem, Exercise
from autograder.model.result import Result, Status
from curso.places import state_folder
from curso.portuguese import refusal
from curso.record import kept
from curso.record.kept import NewerVersionError
from curso.record.model import AnswerOpened, Prediction, Proof, Record, Tried

Folder = Callable[[], Path]

_SAY_NOTHING_OF_THE_WORK = (Status.ERROR, Status.WAITING)


def note_result(result: Result, folder: Folder = state_folder) -> str:
    """Takes the verdicts of a grading in. Where it cannot be written the learner keeps the result, and is told."""
    proof = Proof(
        at=result.graded_at,
        versions=result.versions,
        seed=result.seed,
        level=result.level,
        submission=result.fingerprint,
        grader=result.grader,
    )

    def change(record: Record) -> None:
        exercise = record.of(result.exercise)
        for verdict in result.verdicts:
            if verdict.status not in _SAY_NOTHING_OF_THE_WORK:
                exercise.of(verdict.criterion).note(verdict.status, proof)

    return _change(change, folder)


def note_try(challenge_id: str, status: Status, folder: Folder = state_folder) -> str:
    """Takes the outcome of a challenge in."""
    if status in (*_SAY_NOTHING_OF_THE_WORK, Status.NOT_ATTEMPTED):
        return ""

    def change(record: Record) -> None:
        record.challenges.setdefault(challenge_id, Tried()).note(status, Proof(at=_now()))

    return _change(change, folder)


def note_guess(prediction_id: str, letter: str, folder: Folder = state_folder) -> str:
    """Takes a guess in: the first one stays beside the last."""

    def change(record: Record) -> None:
        fresh = Prediction(first=letter, last=letter, answered_at=_now())
        record.predictions.setdefault(prediction_id, fresh).last = letter

    return _change(change, folder)


def note_confirmed(prediction_id: str, folder: Folder = state_folder) -> str:
    """The learner has seen what happened."""

    def change(record: Record) -> None:
        known = record.predictions.get(prediction_id)
        if known is not None:
            known.confirmed_at = known.confirmed_at or _now()

    return _change(change, folder)


def next_challenge_hint(challenge_id: str, folder: Folder = state_folder) -> tuple[int, str]:
    """How many hints of this challenge have been taken, with the one that is being taken now; and a notice."""
    taken = 1

    def change(record: Record) -> None:
        nonlocal taken
        taken = _one_more(record.challenges.setdefault(challenge_id, Tried()))

    notice = _change(change, folder)
    return taken, notice


def next_hint(exercise: Exercise, criterion_id: str, folder: Folder = state_folder) -> tuple[int, str, str]:
    """The next hint of this criterion's ladder (1 to 3, the last one again after that), and a notice.

    Raises NewerVersionError and OSError: without the record nobody knows which hint is next.
    """
    with kept.changing(folder()) as (record, notice):
        taken = _one_more(record.of(exercise.id).of(criterion_id))
    return taken, exercise.criterion(criterion_id).hints[taken - 1], notice


def mark(item: ChecklistItem, *, mine: bool, folder: Folder = state_folder) -> str:
    """The learner's own "já domino", set or taken back. Raises NewerVersionError and OSError."""
    with kept.changing(folder()) as (record, notice):
        if mine:
            record.mine.setdefault(item, _now())
        else:
            record.mine.pop(item, None)
    return notice


def note_answer_opened(exercise_id: str, *, before_passing: bool, folder: Folder = state_folder) -> str:
    """The answer was opened. Raises NewerVersionError and OSError: it opens only where that is noted."""
    with kept.changing(folder()) as (record, notice):
        exercise = record.of(exercise_id)
        exercise.answer = exercise.answer or AnswerOpened(at=_now(), before_passing=before_passing)
    return notice


def read(folder: Folder = state_folder) -> tuple[Record, str]:
    """The record, or an empty one and why: for doors that go on without it."""
    try:
        return kept.load(folder())
    except NewerVersionError as error:
        return Record(), str(error)
    except OSError as error:
        return Record(), not_kept(error)


def not_kept(error: OSError) -> str:
    where = f" em {error.filename}" if error.filename else ""
    return f"Isto não ficou anotado no seu progresso: não consegui escrever{where} ({refusal(error)})."


def _change(change: Callable[[Record], None], folder: Folder) -> str:
    """Work goes on where its record can't be written: the learner is told, and loses no answer."""
    try:
        with kept.changing(folder()) as (record, notice):
            change(record)
    except NewerVersionError as error:
        return f"Isto não ficou anotado no seu progresso. {error}"
    except OSError as error:
        return not_kept(error)
    return notice


def _one_more(tried: Tried) -> int:
    tried.hints_seen = min(3, tried.hints_seen + 1)
    return tried.hints_seen


def _now() -> datetime:
    return datetime.now(UTC)
