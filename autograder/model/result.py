"""The result: one versioned JSON document that every door reads. None of them computes a grade of its own."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from autograder.model.exercise import ChecklistItem

SCHEMA_VERSION: Literal[1] = 1


class Status(StrEnum):
    """passed and failed judge the work; blocked, not_attempted, waiting and error do not."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    NOT_ATTEMPTED = "not_attempted"
    WAITING = "waiting"  # hidden, and this is a class package: graded at delivery
    ERROR = "error"  # the grader's own fault: held for the instructor


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DifferingRow(_Document):
    """A row that differs, in the student's terms."""

    table: str
    what: str


class Verdict(_Document):
    """What became of one criterion."""

    criterion: str
    title: str
    status: Status
    points: int = Field(ge=0)
    max_points: int = Field(gt=0)
    checklist: ChecklistItem | None = None
    """Which item of the checklist it proves; none in an optional exercise."""
    visible: bool
    expected: str = ""
    seen: str = ""
    rows: tuple[DifferingRow, ...] = Field(default=(), max_length=3)
    log: str = ""
    hint: str = ""
    """The next hint, where the work did not pass."""


class Result(_Document):
    """Everything one grading said."""

    schema_version: Literal[1] = SCHEMA_VERSION
    exercise: str
    title: str
    points: int = Field(ge=0)
    max_points: int = Field(gt=0)
    verdicts: tuple[Verdict, ...]
    seed: int
    fingerprint: str
    """SHA-256 of the submission's files."""
    grader: str
    """SHA-256 of the graders and criteria that judged."""
    level: str
    """What kept the student's code apart while it ran."""
    versions: dict[str, str]
    graded_at: datetime
    seconds: float = Field(ge=0)
    notes: tuple[str, ...] = ()
    """What was found while collecting the submission."""

    @property
    def held(self) -> bool:
        """True where the grader itself failed and a person must look."""
        return any(verdict.status is Status.ERROR for verdict in self.verdicts)


def json_schema() -> dict[str, Any]:
    """The published JSON Schema of a result."""
    return Result.model_json_schema()


def json_schema_text() -> str:
    """The published schema as it is committed."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
