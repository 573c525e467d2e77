"""Every exercise through every door: the starter earns nothing and the answer everything, the same at each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.model.exercise import load_exercise
from curso.places import ROOT

if TYPE_CHECKING:
    from conftest import Classroom

IN_TEST = {"ex1-dag-complexo", "ex5-tres-orquestradores"}
"""What `make test` takes: one of a single file, and the one with the most files and orchestrators."""
EXERCISES = [
    pytest.param(name, marks=() if name in IN_TEST else pytest.mark.full)
    for name in sorted(path.parent.name for path in (ROOT / "solutions").glob("*/exercise.toml"))
]


def _copy(files: tuple[str, ...], source: Path, target: Path) -> None:
    for name in files:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)


def _in_notebook(room: Classroom, exercise_id: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the cell that checks shows, as text, when the working copy's notebook runs from top to bottom."""
    for name, value in room.environment.items():
        monkeypatch.setenv(name, value)
    path = room.root / "trabalho" / exercise_id / f"{exercise_id}.ipynb"
    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    (cell,) = [c for c in notebook.cells if c.cell_type == "code" and "verificar(" in c.source]
    return str(cell.outputs[-1].data["text/html"])


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_starter_nothing_answer_everything(
    exercise_id: str, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = classroom
    released, answer = (
        room.root / "exercises" / exercise_id,
        room.root / "solutions" / exercise_id / "gabarito",
    )
    exercise = load_exercise(released)
    work = room.root / "trabalho" / exercise_id
    check = ("verificar", exercise_id, "--json")

    assert room.course.curso("comecar", exercise_id).code == 0
    assert all((work / name).is_file() for name in exercise.files)
    started = room.course.curso(*check)
    assert started.result["points"] == 0
    assert set(started.statuses.values()) == {"not_attempted"}
    assert f"<b>0</b> de {exercise.max_points} pontos" in _in_notebook(room, exercise_id, monkeypatch)

    _copy(exercise.files, answer, work)
    assert room.course.curso(*check).result["points"] == exercise.max_points
    shown = _in_notebook(room, exercise_id, monkeypatch)
    assert f"<b>{exercise.max_points}</b> de {exercise.max_points} pontos" in shown

    room.nbgrader("generate_assignment", exercise_id, "--force")
    for student, source in {"em-branco": released, "completa": answer}.items():
        delivery = room.folder / "submitted" / student / exercise_id
        _copy((f"{exercise_id}.ipynb",), released, delivery)
        _copy(exercise.files, source, delivery)
    room.nbgrader("autograde", exercise_id)
    scores = {student: points for (student, handed), points in room.scores().items() if handed == exercise_id}
    assert scores == {"em-branco": 0, "completa": exercise.max_points}
