"""What the learner did in the lessons: predictions made, challenges solved, hints taken.

Keyed by ids, so that a challenge that comes or goes touches no other one's record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from autograder.model.result import Status
from curso import kept
from curso.places import state_folder
from curso.portuguese import refusal

FILE = "licoes.json"
CALLED = "O registro das lições"


class ChallengeRecord(BaseModel):
    """What is known of one challenge; a pass once proven stays."""

    model_config = ConfigDict(extra="forbid")

    best: Status = Status.NOT_ATTEMPTED
    last: Status = Status.NOT_ATTEMPTED
    tries: int = Field(default=0, ge=0)
    passed_at: datetime | None = None
    hints_seen: int = Field(default=0, ge=0, le=3)


class PredictionRecord(BaseModel):
    """The first guess, which is the prediction, and the last one."""

    model_config = ConfigDict(extra="forbid")

    first: str
    last: str
    answered_at: datetime
    confirmed_at: datetime | None = None


class Record(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    challenges: dict[str, ChallengeRecord] = {}
    predictions: dict[str, PredictionRecord] = {}


def load(folder: Path | None = None) -> tuple[Record, str]:
    """The record, and a sentence where a damaged one was set aside ("" otherwise)."""
    try:
        return kept.load((folder or state_folder()) / FILE, Record, CALLED)
    except OSError as error:
        return Record(), _not_kept(error)


def note_try(challenge_id: str, status: Status, folder: Path | None = None) -> str:
    """Takes the outcome of a try into the record. Returns a notice, mostly ""."""
    if status in (Status.ERROR, Status.NOT_ATTEMPTED):
        return ""

    def change(record: Record) -> None:
        known = record.challenges.setdefault(challenge_id, ChallengeRecord())
        known.last = status
        known.tries += 1
        if status is Status.PASSED:
            known.best = status
            known.passed_at = known.passed_at or datetime.now(UTC)
        elif known.best is not Status.PASSED:
            known.best = status

    return _change(change, folder)


def next_hint(challenge_id: str, folder: Path | None = None) -> tuple[int, str]:
    """How many hints of this challenge have been taken, with the one that is being taken now; and a notice."""
    taken = 1

    def change(record: Record) -> None:
        nonlocal taken
        known = record.challenges.setdefault(challenge_id, ChallengeRecord())
        taken = known.hints_seen = min(3, known.hints_seen + 1)

    notice = _change(change, folder)
    return taken, notice


def note_guess(prediction_id: str, letter: str, folder: Path | None = None) -> str:
    """Takes a guess into the record: the first one stays beside the last. Returns a notice, mostly ""."""

    def change(record: Record) -> None:
        known = record.predictions.get(prediction_id)
        if known is None:
            now = datetime.now(UTC)
            record.predictions[prediction_id] = PredictionRecord(first=letter, last=letter, answered_at=now)
        else:
            known.last = letter

    return _change(change, folder)


def note_confirmed(prediction_id: str, folder: Path | None = None) -> str:
    """The learner has seen what happened. Returns a notice, mostly ""."""

    def change(record: Record) -> None:
        known = record.predictions.get(prediction_id)
        if known is not None:
            known.confirmed_at = known.confirmed_at or datetime.now(UTC)

    return _change(change, folder)


def _change(change: Callable[[Record], None], folder: Path | None) -> str:
    """A lesson goes on where its record can't be written: the learner is told, and loses no answer."""
    try:
        with kept.changing((folder or state_folder()) / FILE, Record, CALLED) as (record, notice):
            change(record)
    except OSError as error:
        return _not_kept(error)
    return notice


def _not_kept(error: OSError) -> str:
    where = f" em {error.filename}" if error.filename else ""
    return f"Isto não ficou anotado no seu progresso: não consegui escrever{where} ({refusal(error)})."
