"""The learner's record: what each criterion's best and last verdict was, and which hints were seen.

Keyed by names, so that a criterion that comes or goes touches no other one's record.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from autograder.model.exercise import CHECKLIST_TITLES, ChecklistItem, Exercise
from autograder.model.result import Result, Status
from curso import kept

FILE = "progresso.json"
CALLED = "O registro de progresso"


class CriterionRecord(BaseModel):
    """What is known of one criterion of one exercise."""

    model_config = ConfigDict(extra="forbid")

    best: Status
    last: Status
    tries: int = Field(ge=0)
    passed_at: datetime | None = None
    hints_seen: int = Field(default=0, ge=0, le=3)


class Record(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    exercises: dict[str, dict[str, CriterionRecord]] = {}

    def of(self, exercise_id: str, criterion_id: str) -> CriterionRecord:
        """The record of one criterion, made on first use."""
        criteria = self.exercises.setdefault(exercise_id, {})
        return criteria.setdefault(
            criterion_id, CriterionRecord(best=Status.NOT_ATTEMPTED, last=Status.NOT_ATTEMPTED, tries=0)
        )


class ItemProgress(BaseModel):
    """One line of the checklist: points proven of the points there are."""

    item: ChecklistItem
    title: str
    points: int
    max_points: int

    @property
    def done(self) -> bool:
        return self.max_points > 0 and self.points == self.max_points


def load(folder: Path) -> tuple[Record, str]:
    """The record in `folder` and a sentence where a damaged one was set aside ("" otherwise)."""
    return kept.load(folder / FILE, Record, CALLED)


def changing(folder: Path) -> AbstractContextManager[tuple[Record, str]]:
    """The record for a change: one writer at a time, written whole at the end."""
    return kept.changing(folder / FILE, Record, CALLED)


def note_result(folder: Path, result: Result) -> str:
    """Takes a result into the record; a pass once proven stays. Returns a notice, mostly ""."""
    with changing(folder) as (record, notice):
        for verdict in result.verdicts:
            if verdict.status in (Status.ERROR, Status.WAITING):
                continue
            known = record.of(result.exercise, verdict.criterion)
            known.last = verdict.status
            if verdict.status is not Status.NOT_ATTEMPTED:
                known.tries += 1
            if verdict.status is Status.PASSED:
                known.best = Status.PASSED
                known.passed_at = known.passed_at or result.graded_at
            elif known.best is not Status.PASSED:
                known.best = verdict.status
    return notice


def next_hint(folder: Path, exercise: Exercise, criterion_id: str) -> tuple[int, str, str]:
    """The next hint of this criterion's ladder (1 to 3, the last one again after that), and a notice, mostly ""."""
    with changing(folder) as (record, notice):
        known = record.of(exercise.id, criterion_id)
        known.hints_seen = min(3, known.hints_seen + 1)
        return known.hints_seen, exercise.criterion(criterion_id).hints[known.hints_seen - 1], notice


def checklist(record: Record, exercises: list[Exercise]) -> list[ItemProgress]:
    """The five items, each with the points that its criteria have proven so far."""
    lines = []
    for item, title in CHECKLIST_TITLES.items():
        points = max_points = 0
        for exercise in exercises:
            for criterion in exercise.criteria:
                if criterion.checklist is item:
                    max_points += criterion.points
                    known = record.exercises.get(exercise.id, {}).get(criterion.id)
                    if known and known.best is Status.PASSED:
                        points += criterion.points
        lines.append(ItemProgress(item=item, title=title, points=points, max_points=max_points))
    return lines
