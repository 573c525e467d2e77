from __future__ import annotations

from autograder.judge import criterion, expect, run_of


@criterion("de-novo")
def test_once_more(evidencia, esperado):
    rows = run_of(evidencia, "duas-vezes/segunda").step.tables.get("visitas", [])
    wanted = "Depois da segunda execução, a tabela tem o mesmo número."
    expect(
        [row["total"] for row in rows] == [esperado["visitas"]], wanted, "O que está na tabela é outra coisa."
    )
