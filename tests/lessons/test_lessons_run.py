"""Every cell of every lesson runs, offline and with real services; every challenge is tried right after its cell."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from curso.lessons.content import challenge
from lesson_bank import calls, read_bank, try_bank
from lesson_runner import CourseCopy, Lesson, course_copy, run_notebook

HAS_SPARK = importlib.util.find_spec("pyspark") is not None


WRONG_ANSWERS = 3
"""How many wrong answers `make test` tries where each of them is a DAG that a real Airflow has to read and run."""


def _with_bank(bank: Path, *, whole: bool) -> Any:
    def after_cell(lesson: Lesson, cell: Any) -> None:
        for name in [name for function, name in calls(cell.source) if function == "desafio"]:
            answers = read_bank(bank / f"{name}.py")
            wrong = [answer for answer in answers if not answer.right]
            spared = wrong[WRONG_ANSWERS:] if challenge(name).dag and not whole else []
            try_bank(lesson, name, cell, [answer for answer in answers if answer not in spared])

    return after_cell


@pytest.mark.timeout(1500)
@pytest.mark.parametrize(
    "whole", [False, pytest.param(True, marks=pytest.mark.full)], ids=["sample", "whole"]
)
def test_lesson_runs(lesson: str, whole: bool, bank: Path) -> None:
    with course_copy() as copy:
        _, ran = run_notebook(copy, lesson, after_cell=_with_bank(bank, whole=whole))
    slowest = sorted(ran.seconds.items(), key=lambda pair: -pair[1])[:8]
    # Shown with `-rP`.
    print(
        f"{sum(ran.seconds.values()):.0f} s;", "; ".join(f"{cell} {seconds} s" for cell, seconds in slowest)
    )


@pytest.mark.full
@pytest.mark.timeout(3000)
def test_lesson_runs_again(lesson: str) -> None:
    """All of it, Spark too where it is installed, and once more in the same course: services up, files written."""
    skip = () if HAS_SPARK else ("spark",)
    with course_copy() as copy:
        run_notebook(copy, lesson, skip=skip)
        run_notebook(copy, lesson, skip=skip)


def test_a_copy_is_a_whole_course(tmp_path: Path) -> None:
    with course_copy(notebooks=tmp_path) as copy:
        assert isinstance(copy, CourseCopy)
        assert copy.curso("--help").returncode == 0
        folder = copy.folder
    assert not folder.exists()
