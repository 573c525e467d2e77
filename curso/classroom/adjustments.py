"""Points that an instructor set by hand, each with its reason; they survive every regrading."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.model.exercise import BrokenExerciseError
from curso import atomic
from curso.classroom.settings import class_folder
from curso.places import ROOT

FILE = "ajustes.json"


class Adjustment(BaseModel):
    """One criterion of one student."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    points: Annotated[float, Field(ge=0)]
    reason: Annotated[str, Field(min_length=3)]
    when: datetime


class _Adjustments(BaseModel):
    """The whole file, keyed by exercise, student and criterion."""

    model_config = ConfigDict(extra="forbid")

    version: int = 1
    exercises: dict[str, dict[str, dict[str, Adjustment]]] = {}


def _load(root: Path) -> _Adjustments:
    path = class_folder(root) / FILE
    try:
        return _Adjustments.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return _Adjustments()
    except (ValidationError, OSError):
        # Not set aside in silence: points that a person gave must not vanish from a gradebook.
        raise BrokenExerciseError(
            f"{path} está danificado e guarda os pontos que você ajustou à mão: restaure uma cópia ou apague-o."
        ) from None


def adjustments_of(exercise_id: str, student: str, root: Path = ROOT) -> dict[str, Adjustment]:
    """By criterion. Raises BrokenExerciseError where the file is damaged."""
    return _load(root).exercises.get(exercise_id, {}).get(student, {})


def adjust(
    exercise_id: str, student: str, criterion: str, points: float | None, reason: str, root: Path = ROOT
) -> None:
    """Sets the points of one criterion, or with None takes the adjustment back."""
    known = _load(root)
    mine = known.exercises.setdefault(exercise_id, {}).setdefault(student, {})
    if points is None:
        mine.pop(criterion, None)
    else:
        mine[criterion] = Adjustment(points=points, reason=reason, when=datetime.now(UTC))
    atomic.write_text(class_folder(root) / FILE, known.model_dump_json(indent=1))


def forget(student: str, root: Path = ROOT) -> None:
    """Takes every adjustment of this student out."""
    known = _load(root)
    for students in known.exercises.values():
        students.pop(student, None)
    atomic.write_text(class_folder(root) / FILE, known.model_dump_json(indent=1))
