from __future__ import annotations

from autograder.judge import criterion, expect, run_of
from autograder.judge.checks import parse_of


@criterion("carrega")
def test_loads(evidencia):
    found = [dag.dag_id for dag in parse_of(evidencia, "dia/carga").dags]
    expect(found == ["visitas"], "O arquivo declara o DAG `visitas`.", f"Os DAGs que há no arquivo: {found}.")


@criterion("conta")
def test_counts(evidencia, esperado):
    rows = run_of(evidencia, "dia/execução").step.tables.get("visitas", [])
    seen = [row["total"] for row in rows]
    expect(
        seen == [esperado["visitas"]], "A tabela tem o número de visitas.", f"O que está na tabela: {seen}."
    )
