"""The five checks of the usual way."""

from __future__ import annotations

from typing import Any

from autograder.judge import criterion, expect, run_of
from autograder.judge.checks import parse_of
from autograder.model.evidence import Evidence
from autograder.model.reports.airflow import DagSeen


def the_dag(evidence: Evidence) -> DagSeen:
    dags = parse_of(evidence, "dia/carga").dags
    expect(len(dags) == 1, "O arquivo define um DAG.", "Não há um DAG só.")
    return dags[0]


@criterion("carrega")
def test_loads(evidencia: Evidence) -> None:
    the_dag(evidencia)


@criterion("dez-tasks")
def test_ten(evidencia: Evidence) -> None:
    expect(len(the_dag(evidencia).tasks) == 10, "O DAG tem dez tasks.", "Não são dez.")


@criterion("catchup")
def test_catchup(evidencia: Evidence) -> None:
    expect(the_dag(evidencia).catchup_said, "O catchup foi dito.", "O catchup não foi dito.")


@criterion("roda")
def test_runs(evidencia: Evidence) -> None:
    run = run_of(evidencia, "dia/execução")
    expect(not run.failures(), "A execução termina verde.", f"A execução falhou em {run.failures()}.")


@criterion("soma")
def test_sum(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    rows = run_of(evidencia, "dia/execução").step.tables["totals"]
    total = sum(int(row["value"] or 0) for row in rows)
    expect(total == esperado["total"], "A soma está certa.", f"A soma deu {total}.")
