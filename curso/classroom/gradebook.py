"""nbgrader's gradebook of this course."""

from __future__ import annotations

import os
import sys
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
