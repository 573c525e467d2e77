"""Deliveries of exercise 5 of which one half is missing, unfinished or does not load: the other half still counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.doors import grade
from autograder.model.exercise import load_exercise
from autograder.model.result import Result, Status
from curso.places import exercise_folder

EXERCISE = exercise_folder("ex5-tres-orquestradores")
CORE, FLOW, ASSETS = "nucleo.py", "fluxo.py", "ativos.py"
POINTS = {criterion.id: criterion.points for criterion in load_exercise(EXERCISE).criteria}
PREFECT = sum(points for name, points in POINTS.items() if name.startswith(("prefect", "fluxo")))
DAGSTER = sum(POINTS.values()) - PREFECT


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    shutil.copytree(EXERCISE / "gabarito", tmp_path / "entrega")
    return tmp_path / "entrega"


def failed(result: Result) -> set[str]:
    statuses = {verdict.status for verdict in result.verdicts}
    assert statuses <= {Status.PASSED, Status.FAILED, Status.BLOCKED}
    return {verdict.criterion for verdict in result.verdicts if verdict.status is Status.FAILED}


def told(result: Result, criterion: str) -> str:
    (verdict,) = [verdict for verdict in result.verdicts if verdict.criterion == criterion]
    return f"{verdict.expected} {verdict.seen}"


@pytest.mark.parametrize("name", [CORE, FLOW, ASSETS])
def test_a_missing_file_is_named(name: str, delivery: Path) -> None:
    (delivery / name).unlink()
    result = grade(EXERCISE, delivery, seed=5).result
    assert result.points == 0
    assert any(f"Falta {name}" in verdict.seen for verdict in result.verdicts)


def test_the_flow_counts_before_the_assets_are_begun(
    delivery: Path, check_words: Callable[[Result], None]
) -> None:
    shutil.copyfile(EXERCISE / ASSETS, delivery / ASSETS)
    result = grade(EXERCISE, delivery, seed=5).result
    assert failed(result) == {"dagster-linhas", "dagster-agenda"}
    assert result.points == PREFECT + POINTS["ativos-carrega"]
    check_words(result)


def test_the_assets_count_before_the_flow_is_begun(
    delivery: Path, check_words: Callable[[Result], None]
) -> None:
    shutil.copyfile(EXERCISE / FLOW, delivery / FLOW)
    result = grade(EXERCISE, delivery, seed=5).result
    assert failed(result) == {"prefect-linhas", "prefect-agenda"}
    assert result.points == DAGSTER + POINTS["fluxo-carrega"]
    check_words(result)


@pytest.mark.parametrize(
    ("name", "lost", "points"),
    [(FLOW, "fluxo-carrega", DAGSTER), (ASSETS, "ativos-carrega", PREFECT)],
)
@pytest.mark.parametrize(
    ("source", "words"),
    [("def x(:\n", "SyntaxError"), ("import nao_existe\n", "ModuleNotFoundError"), ("x = 1\n", "")],
)
def test_half_that_does_not_load_costs_that_half(
    name: str,
    lost: str,
    points: int,
    source: str,
    words: str,
    delivery: Path,
    check_words: Callable[[Result], None],
) -> None:
    (delivery / name).write_text(source, encoding="utf-8")
    result = grade(EXERCISE, delivery, seed=5).result
    assert failed(result) == {lost}
    assert result.points == points
    assert words in told(result, lost)
    check_words(result)


def test_a_core_that_does_not_load_costs_both(delivery: Path, check_words: Callable[[Result], None]) -> None:
    (delivery / CORE).write_text("def x(:\n", encoding="utf-8")
    result = grade(EXERCISE, delivery, seed=5).result
    assert failed(result) == {"fluxo-carrega", "ativos-carrega"}
    assert result.points == 0
    assert "nucleo.py" in told(result, "fluxo-carrega")
    check_words(result)
