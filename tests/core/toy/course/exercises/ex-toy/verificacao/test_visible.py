from __future__ import annotations

from autograder.judge import criterion, differing_rows, expect, run_of
from autograder.judge.checks import parse_of


@criterion("declara")
def test_declares(evidencia):
    expect(parse_of(evidencia, "visivel/carga").dags, "O arquivo declara um DAG.", "Nenhum.")


@criterion("grava")
def test_writes(evidencia, esperado):
    run = run_of(evidencia, "visivel/execução")
    wanted = [{"nome": "visto", "valor": esperado["valor"]}]
    rows = [row for row in run.step.tables.get("numeros", []) if row["nome"] == "visto"]
    differences = differing_rows("numeros", rows, wanted, visible=True)
    expect(not differences, "O número está na tabela.", "Não está.", rows=differences, log="o fim do log")
