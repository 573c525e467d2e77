"""What nbgrader converts in a submission's place.

The notebook is the one that was released, whatever was handed in under any name: edited metadata,
duplicated cells and broken JSON have nothing to act on. Beside it stand the files that the exercise names.
What was handed in stays where it is, untouched.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.model.exercise import Exercise
from autograder.submission import collect

MAX_NOTE_BYTES = 200


def rebuild(delivery: Path, target: Path, released: Path, exercise: Exercise) -> None:
    """Lays out in `target` what nbgrader is to convert for `delivery`. Raises OSError."""
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    shutil.copyfile(released / f"{exercise.id}.ipynb", target / f"{exercise.id}.ipynb")
    collect(delivery, exercise).write(target)
    # What nbgrader itself laid beside the student's files: when it came, and where its feedback goes.
    for name, good in (("timestamp.txt", _is_a_date), ("submission_secret.txt", str.isalnum)):
        text = _short_text(delivery / name)
        if good(text):
            (target / name).write_text(text, encoding="utf-8")


def _short_text(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_NOTE_BYTES:
            return ""
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _is_a_date(text: str) -> bool:
    """nbgrader ends a whole batch over one bad date; without one a delivery is simply never late."""
    try:
        return bool(text) and parse_utc(text) is not None
    except (ValueError, OverflowError, TypeError):
        return False
