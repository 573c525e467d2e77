"""What there is to study, as the course itself says it: lessons, exercises, and the road of lesson 00.

Read from the notebooks' own text: nothing here is written down a second time, and nothing heavy is imported.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.model.exercise import BrokenExerciseError, Exercise, load_exercise
from curso.places import ROOT, exercise_folder, exercise_ids

WELCOME = "00-comece-aqui"
ROAD = "caminho"
"""The id of the cell of lesson 00 with the table of weeks. Its links are what each week asks for."""

_CHALLENGE = re.compile(r'^[^#\n]*\bdesafio\(\s*"([^"]+)"', re.MULTILINE)
_PREDICTION = re.compile(r'^[^#\n]*\bpreveja\(\s*"([^"]+)"', re.MULTILINE)
_MINUTES = re.compile(r"\b(\d+) minutos\b")
_LINK = re.compile(r"\]\(([^)\s]+)\.ipynb\)")


@dataclass(frozen=True)
class Lesson:
    """One notebook of `notebooks/`."""

    id: str
    title: str
    path: str
    minutes: int
    """0 where it doesn't say."""
    challenges: tuple[str, ...]
    predictions: tuple[str, ...]


@dataclass(frozen=True)
class Week:
    """One week of the road: ids of lessons and exercises, in order, and what one can do at the end of it."""

    number: int
    items: tuple[str, ...]
    goal: str


@dataclass(frozen=True)
class Syllabus:
    lessons: tuple[Lesson, ...]
    exercises: tuple[Exercise, ...]
    weeks: tuple[Week, ...]

    @property
    def challenges(self) -> tuple[str, ...]:
        return tuple(challenge for lesson in self.lessons for challenge in lesson.challenges)


def read_syllabus(root: Path = ROOT) -> Syllabus:
    """Everything there is to study. Raises BrokenExerciseError where a notebook or an exercise can't be read."""
    # A name with a dot is a copy that an update laid beside ("01a-airflow.novo-2026-03-01").
    paths = (path for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")) if "." not in path.stem)
    notebooks = {path.stem: _cells(path) for path in paths}
    lessons = tuple(_lesson(name, cells) for name, cells in notebooks.items())
    exercises = tuple(load_exercise(exercise_folder(name, root)) for name in exercise_ids(root))
    known = {*notebooks, *(exercise.id for exercise in exercises)}
    return Syllabus(lessons, exercises, _weeks(notebooks.get(WELCOME, []), known))


@dataclass(frozen=True)
class _Cell:
    id: str
    code: bool
    text: str


def _cells(path: Path) -> list[_Cell]:
    try:
        document: Any = json.loads(path.read_bytes())
        return [
            _Cell(cell["id"], cell["cell_type"] == "code", "".join(cell["source"]))
            for cell in document["cells"]
        ]
    except (ValueError, KeyError, TypeError):
        raise BrokenExerciseError(
            f"{path} não é um notebook que dê para ler: recupere-o com `git checkout` ou do pacote da turma."
        ) from None


def _lesson(name: str, cells: list[_Cell]) -> Lesson:
    first = cells[0].text if cells else ""
    title = next((line.lstrip("# ") for line in first.splitlines() if line.startswith("#")), name)
    minutes = _MINUTES.search(first)
    code = "\n".join(cell.text for cell in cells if cell.code)
    return Lesson(
        id=name,
        title=title,
        path=f"notebooks/{name}.ipynb",
        minutes=int(minutes[1]) if minutes else 0,
        challenges=tuple(dict.fromkeys(_CHALLENGE.findall(code))),
        predictions=tuple(dict.fromkeys(_PREDICTION.findall(code))),
    )


def _weeks(welcome: list[_Cell], known: set[str]) -> tuple[Week, ...]:
    """The rows of the road's table. A link to what is not here (yet) asks for nothing."""
    table = next((cell.text for cell in welcome if cell.id == ROAD), "")
    weeks = []
    for line in table.splitlines():
        columns = [column.strip() for column in line.strip().strip("|").split("|")]
        number = re.search(r"Semana (\d+)", columns[0])
        if number and len(columns) > 1:
            links = (link.rsplit("/", 1)[-1] for link in _LINK.findall(line))
            items = tuple(dict.fromkeys(link for link in links if link in known))
            weeks.append(Week(int(number[1]), items, columns[-1]))
    return tuple(weeks)
