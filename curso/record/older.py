"""What version 1 of the record held, in two files, and how it reads today."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from autograder.model.result import Status
from curso.record.model import ExerciseRecord, Prediction, Proof, Record, Tried

LESSONS_FILE = "licoes.json"


class _Tried(BaseModel):
    model_config = ConfigDict(extra="forbid")

    best: Status = Status.NOT_ATTEMPTED
    last: Status = Status.NOT_ATTEMPTED
    tries: int = Field(default=0, ge=0)
    passed_at: datetime | None = None
    hints_seen: int = Field(default=0, ge=0, le=3)

    def today(self) -> Tried:
        passed = self.best is Status.PASSED
        at = self.passed_at or datetime.fromtimestamp(0, UTC)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return Tried(
            best=self.best,
            last=self.last,
            tries=self.tries,
            tried_at=at if self.passed_at else None,
            hints_seen=self.hints_seen,
            proof=Proof(at=at) if passed else None,
        )


class _Exercises(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Literal[1]
    exercises: dict[str, dict[str, _Tried]] = {}


class _Lessons(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Literal[1]
    challenges: dict[str, _Tried] = {}
    predictions: dict[str, Prediction] = {}


def exercises(document: dict[str, Any]) -> Record:
    """`progresso.json` as it was. Raises ValidationError."""
    old = _Exercises.model_validate(document)
    return Record(
        exercises={
            name: ExerciseRecord(criteria={one: tried.today() for one, tried in criteria.items()})
            for name, criteria in old.exercises.items()
        }
    )


def lessons(content: bytes) -> Record:
    """`licoes.json` as it was. Raises ValidationError."""
    old = _Lessons.model_validate_json(content)
    challenges = {name: tried.today() for name, tried in old.challenges.items()}
    return Record(challenges=challenges, predictions=old.predictions)
