"""nbgrader's gradebook of this course."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curso.classroom.settings import class_folder, load_settings
from curso.places import ROOT


def gradebook_file(root: Path = ROOT) -> Path:
    return class_folder(root) / "gradebook.db"


def open_gradebook(root: Path = ROOT) -> Any:
    """A context manager. nbgrader makes the file where there is none."""
    from nbgrader.api import Gradebook

    find_programs()
    return Gradebook(f"sqlite:///{gradebook_file(root)}", load_settings(root).course.course_id)


def find_programs() -> None:
    """nbgrader calls alembic by its name, also where this environment was not activated."""
    here = str(Path(sys.executable).parent)
    paths = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if here not in paths:
        os.environ["PATH"] = os.pathsep.join([here, *paths])


@dataclass(frozen=True)
class Graded:
    """What the gradebook says of one student's submission."""

    points: float
    """Adjusted by hand, and less what lateness costs."""
    waits: bool
    """A person must look before these points mean anything."""
    first_name: str = ""
    last_name: str = ""
    email: str = ""


def graded_in(exercise_id: str, root: Path = ROOT) -> dict[str, Graded]:
    """By student; those who handed in nothing are not in it."""
    with open_gradebook(root) as gradebook:
        return {
            str(one.student_id): Graded(
                points=max(0.0, one.score - (one.late_submission_penalty or 0.0)),
                waits=bool(one.needs_manual_grade),
                first_name=one.student.first_name or "",
                last_name=one.student.last_name or "",
                email=one.student.email or "",
            )
            for one in gradebook.assignment_submissions(exercise_id)
        }
