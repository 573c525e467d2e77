"""Test cells: what nbgrader reads in them is what the verdict says, whatever the verdict."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade

from autograder.model.exercise import ChecklistItem
from autograder.model.result import Status, Verdict
from curso.classroom.cells import _fill
from curso.classroom.plugins import MoodleCollector, slug
from curso.classroom.settings import LatePolicy

if TYPE_CHECKING:
    from conftest import Course


def cell_of(points: float) -> Any:
    about = {"grade": True, "solution": False, "grade_id": "agenda", "points": points, "locked": True}
    return new_code_cell("", metadata={"nbgrader": about})


def verdict(status: Status, points: int = 0) -> Verdict:
    return Verdict(
        criterion="agenda", title="Agenda <b>", status=status, points=points, max_points=6,
        checklist=ChecklistItem.DAGS, visible=True, seen="<script>x</script>\x1b[2J",
    )  # fmt: skip


@pytest.mark.parametrize("status", list(Status))
def test_nbgrader_reads_the_points_of_the_verdict(status: Status) -> None:
    cell = cell_of(6)
    _fill(cell, verdict(status, 6 if status is Status.PASSED else 0), None)
    assert len(cell.outputs) == 1
    assert determine_grade(cell) == (6.0 if status is Status.PASSED else 0.0, 6.0)
    shown = cell.outputs[0].data["text/html"]
    assert "<script>" not in shown
    assert "\x1b" not in shown


def test_points_never_pass_the_cell(subtests: pytest.Subtests) -> None:
    for given, most in ((6, 4), (6, 6), (0, 6)):
        with subtests.test(given=given, most=most):
            cell = cell_of(most)
            _fill(cell, verdict(Status.PASSED, given), None)
            score, _ = determine_grade(cell)
            assert score is not None
            assert math.isfinite(score)
            assert score == min(given, most)


def test_a_cell_whose_criterion_is_gone_earns_nothing() -> None:
    cell = cell_of(6)
    _fill(cell, None, None)
    assert determine_grade(cell) == (0.0, 6.0)


@pytest.mark.parametrize(
    ("minutes_late", "points"),
    [(0, 0), (15, 0), (16, 10), (24 * 60 + 15, 20), (5 * 24 * 60, 50), (1000 * 24 * 60, 50)],
)
def test_lateness(minutes_late: int, points: float) -> None:
    policy = LatePolicy.model_validate(
        {"tolerancia_minutos": 15, "desconto_por_dia": 0.1, "desconto_maximo": 0.5}
    )
    assert policy.penalty(100, 60 * minutes_late) == points


@pytest.mark.parametrize(
    ("inner", "student", "file"),
    [
        ("Ana Ávila_1_assignsubmission_file_/dags/x.py", "ana-avila-1", "dags/x.py"),
        ("Ana Ávila_1_assignsubmission_file_x.py", "ana-avila-1", "x.py"),
        ("ED-Tarefa-77/Ana_Maria_1_assignsubmission_file_/x.py", "ana-maria-1", "x.py"),
        ("ENTREGAS/Ana_1_assignsubmission_file_x.py", "ana-1", "x.py"),
        ("ana/dags/x.py", "ana", "dags/x.py"),
    ],
)
def test_whose_file_it_is(inner: str, student: str, file: str) -> None:
    collector = MoodleCollector(valid_ext=[".py"])
    found = collector.collect(f"/c/.nbgrader/downloaded/ex/extracted/{inner}")
    assert found == {"student_id": student, "file_id": file}


@pytest.mark.parametrize("inner", ["x.py", "ana/leia-me.pdf"])
def test_what_belongs_to_nobody_is_left(inner: str) -> None:
    assert MoodleCollector(valid_ext=[".py"]).collect(f"/c/extracted/{inner}") is None


def test_slugs_are_plain() -> None:
    assert slug("João d'Ávila Çelik") == "joao-d-avila-celik"


def test_a_check_in_validate_has_minutes(fresh: Course) -> None:
    """nbgrader's own 30 s would end one that has to warm up first."""
    told = "from traitlets.config import Config as C; from curso.classroom.config import configure; c = C(); configure(c); print(c.Execute.timeout)"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=fresh.root, env=fresh.environment, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert int(done.stdout) >= 300
