"""Deliveries of exercise 3 of which one file is missing, unfinished or does not load: the other still counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.doors import grade
from autograder.model.result import Result, Status
from curso.places import exercise_folder

EXERCISE = exercise_folder("ex3-ci-cd")
WORKFLOW, TESTS = ".github/workflows/deploy.yml", "tests/test_dags.py"
OF_THE_FILE = {"gatilhos", "permissoes", "actions-fixadas", "limites", "sem-alertas"}


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    shutil.copytree(EXERCISE / "gabarito", tmp_path / "entrega")
    return tmp_path / "entrega"


def passed(result: Result) -> set[str]:
    statuses = {verdict.status for verdict in result.verdicts}
    assert statuses <= {Status.PASSED, Status.FAILED, Status.BLOCKED}
    return {verdict.criterion for verdict in result.verdicts if verdict.status is Status.PASSED}


def told(result: Result, criterion: str) -> str:
    (verdict,) = [verdict for verdict in result.verdicts if verdict.criterion == criterion]
    return f"{verdict.expected} {verdict.seen}"


@pytest.mark.parametrize("name", [WORKFLOW, TESTS])
def test_a_missing_file_is_named(name: str, delivery: Path) -> None:
    (delivery / name).unlink()
    result = grade(EXERCISE, delivery, seed=5).result
    assert result.points == 0
    assert any(f"Falta {name}" in verdict.seen for verdict in result.verdicts)


def test_tests_count_before_the_workflow_is_begun(delivery: Path, check_words: Callable[[Result], None]) -> None:
    shutil.copyfile(EXERCISE / WORKFLOW, delivery / WORKFLOW)
    result = grade(EXERCISE, delivery, seed=5).result
    assert passed(result) == {"testes-verdes", "carga", "catalogo", "convencoes", "datas", "carga-leve", "sensores"}
    check_words(result)


def test_a_workflow_counts_before_the_tests_are_begun(delivery: Path, check_words: Callable[[Result], None]) -> None:
    """What it says of itself waits for it to publish something, and no test lets it."""
    shutil.copyfile(EXERCISE / TESTS, delivery / TESTS)
    result = grade(EXERCISE, delivery, seed=5).result
    assert passed(result) == set()
    assert "terminou vermelho: falhou o passo «pytest" in told(result, "publica")
    check_words(result)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("on: push\njobs:\n  a: [\n", "não é YAML, linha"),
        ("só uma frase\n", "actionlint"),
        pytest.param("on: push\njobs: {}\n", "actionlint", marks=pytest.mark.full),
        pytest.param("- uma\n- lista\n", "actionlint", marks=pytest.mark.full),
    ],
    ids=["no YAML", "a sentence", "no jobs", "a list"],
)
def test_what_is_no_workflow_says_why(
    text: str, words: str, delivery: Path, check_words: Callable[[Result], None]
) -> None:
    (delivery / WORKFLOW).write_text(text, encoding="utf-8")
    result = grade(EXERCISE, delivery, seed=5).result
    assert not passed(result) & OF_THE_FILE
    assert words in told(result, "sem-alertas")
    check_words(result)
