"""The hidden criteria of exercise 1. Their messages name the symptom, never the inputs."""

from __future__ import annotations

from typing import Any

from autograder.judge import Unmet, criterion, differing_rows, expect, run_of
from autograder.model.evidence import Evidence

LOADED_BEFORE_THE_BRANCH = ("vendas", "vendas_por_regiao", "vendas_por_categoria", "ranking_lojas")
NEVER_FOR_A_REFUSED_DAY = (
    "vendas", "vendas_por_regiao", "vendas_por_categoria", "ranking_lojas", "metas_do_dia", "plantao",
    "resumo_diario",
)  # fmt: skip


def of_day(step: Any, table: str, day: str) -> list[Any] | None:
    rows = step.tables.get(table)
    return None if rows is None else [row for row in rows if row.get("data") == day]


@criterion("outro-dia")
def test_another_day(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    for name, scenario in (("holiday", "feriado/execução"), ("weekend", "fim-de-semana/execução")):
        step = run_of(evidencia, scenario).step
        day = esperado[name]
        for table in LOADED_BEFORE_THE_BRANCH:
            differences = differing_rows(
                table, of_day(step, table, day["date"]), day["tables"][table], visible=False
            )
            if differences:
                raise Unmet(
                    "Pedido outro dia, o DAG processa esse dia, inteiro e certo.",
                    "Em outra data os números não são os dela.",
                    rows=differences,
                )


@criterion("carga-atomica")
def test_half_a_load_leaves_nothing(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run = run_of(evidencia, "queda/execução")
    day = esperado["broken"]
    rows = of_day(run.step, "vendas", day["date"])
    wanted = (
        "Quando a carga de `vendas` quebra no meio, o dia fica como estava antes: nem metade nova, nem vazio."
    )
    expect(rows is not None, wanted, "A tabela `vendas` sumiu.")
    assert rows is not None
    if not differing_rows("vendas", rows, day["tables"]["vendas"], visible=False):
        return  # loaded by a way that the broken disk does not touch: the whole new day is there
    before = [row for row in rows if str(row.get("venda_id", "")).startswith("V-previa-")]
    if len(rows) == len(before) == 5:
        return
    if not rows:
        raise Unmet(wanted, "O dia que já estava carregado foi apagado, e o novo não entrou.")
    raise Unmet(wanted, "Ficou na tabela uma mistura: parte do dia novo sem o resto.")


@criterion("desvio")
def test_branch_and_join(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = (
        "Dia útil compara metas, folga registra plantão; o outro ramo fica skipped e o resumo sai sempre."
    )
    cases = (
        ("workday", "dia-util/primeira", "um dia útil"),
        ("holiday", "feriado/execução", "um feriado"),
        ("weekend", "fim-de-semana/execução", "um fim de semana"),
    )
    for name, scenario, words in cases:
        run = run_of(evidencia, scenario)
        day = esperado[name]
        for table in ("metas_do_dia", "plantao"):
            rows = of_day(run.step, table, day["date"])
            differences = differing_rows(table, rows, day["tables"][table], visible=False)
            if differences:
                raise Unmet(wanted, f"Em {words}, {table} não está certa.", rows=differences)
        kinds = {row.get("tipo_dia") for row in of_day(run.step, "resumo_diario", day["date"]) or []}
        right = {row["tipo_dia"] for row in day["tables"]["resumo_diario"]}
        expect(kinds, wanted, f"Em {words} o resumo não saiu: a junção parou junto com o ramo pulado.")
        expect(kinds == right, wanted, f"Em {words} o resumo diz {', '.join(map(str, kinds))} em tipo_dia.")
        expect(
            f"avisos/{day['date']}.txt" in run.step.files,
            wanted,
            f"Em {words} o aviso, depois da junção, não saiu.",
        )
        skipped = [t.id for t in run.report.tasks if t.state == "skipped"]
        expect(
            skipped,
            wanted,
            f"Em {words} nenhuma task ficou skipped: a escolha está escondida dentro de uma task.",
        )


@criterion("portao-de-qualidade")
def test_quality_gate(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run = run_of(evidencia, "corrompido/execução")
    day = esperado["corrupted"]
    wanted = (
        "Um arquivo corrompido para no portão: nada é carregado, e `qualidade` tem uma linha que diz por quê."
    )
    leaked = [table for table in NEVER_FOR_A_REFUSED_DAY if of_day(run.step, table, day["date"])]
    expect(not leaked, wanted, f"O dia corrompido chegou a: {', '.join(leaked)}.")
    told = f"avisos/{day['date']}.txt" in run.step.files
    expect(not told, wanted, "O aviso do dia saiu, como se nada tivesse acontecido.")
    rows = of_day(run.step, "qualidade", day["date"]) or []
    expect(rows, wanted, "Nada foi gravado em `qualidade`: o motivo se perdeu.")
    expect(
        len(rows) == 1,
        wanted,
        f"`qualidade` ficou com {len(rows)} linhas do dia: cada tentativa gravou a sua.",
    )
    (right,) = day["tables"]["qualidade"]
    wrong = [column for column in right if str(rows[0].get(column)) != str(right[column])]
    expect(not wrong, wanted, f"Na linha de `qualidade` não está certo: {', '.join(wrong)}.")
