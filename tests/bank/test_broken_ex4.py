"""Deliveries of exercise 4 of which one file is missing, unfinished or does not load: the other still counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.doors import grade
from autograder.model.result import Result, Status
from curso.places import exercise_folder

EXERCISE = exercise_folder("ex4-monitoramento")
METRICS, DAG = "monitoramento/metricas.py", "dags/vigia.py"


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


@pytest.mark.parametrize("name", [METRICS, DAG])
def test_a_missing_file_is_named(name: str, delivery: Path) -> None:
    (delivery / name).unlink()
    result = grade(EXERCISE, delivery, seed=5).result
    assert result.points == 0
    assert any(f"Falta {name}" in verdict.seen for verdict in result.verdicts)


def test_metrics_count_before_the_watch_is_begun(
    delivery: Path, check_words: Callable[[Result], None]
) -> None:
    shutil.copyfile(EXERCISE / DAG, delivery / DAG)
    result = grade(EXERCISE, delivery, seed=5).result
    assert failed(result) == {"agenda", "alerta", "prazo-do-vigia"}
    assert result.points == 52
    check_words(result)


def test_metrics_that_do_not_load_say_so_everywhere(
    delivery: Path, check_words: Callable[[Result], None]
) -> None:
    (delivery / METRICS).write_text("def taxas(:\n", encoding="utf-8")
    result = grade(EXERCISE, delivery, seed=5).result
    assert failed(result) == {"carrega", "taxas", "percentis", "prazos-perdidos", "tentativas"}
    assert result.points == 0
    assert "SyntaxError" in told(result, "carrega")
    assert "o arquivo não carrega: SyntaxError" in told(result, "taxas")
    check_words(result)


def test_a_function_that_is_missing_is_named(delivery: Path, check_words: Callable[[Result], None]) -> None:
    text = (delivery / METRICS).read_text(encoding="utf-8")
    (delivery / METRICS).write_text(text.replace("def por_task(", "def por_tarefa("), encoding="utf-8")
    result = grade(EXERCISE, delivery, seed=5).result
    assert failed(result) == {"tentativas"}
    assert "não tem a função por_task" in told(result, "tentativas")
    check_words(result)


def test_a_function_that_ends_the_process_blames_nobody_else(delivery: Path) -> None:
    text = (delivery / METRICS).read_text(encoding="utf-8")
    ends = text.replace(
        "    # A última tentativa", "    import os\n\n    os._exit(0)\n    # A última tentativa"
    )
    assert ends != text
    (delivery / METRICS).write_text(ends, encoding="utf-8")
    result = grade(EXERCISE, delivery, seed=5).result
    assert failed(result) == {"tentativas"}
    assert "na função por_task" in told(result, "tentativas")
