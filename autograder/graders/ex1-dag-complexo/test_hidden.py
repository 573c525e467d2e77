"""The hidden criteria of exercise 1. Their messages name the symptom, never the inputs."""

from __future__ import annotations

from typing import Any

from autograder.judge import Unmet, Waits, criterion, differing_rows, expect, run_of
from autograder.model.evidence import Evidence

LOADED_BEFORE_THE_BRANCH = ("vendas", "vendas_por_regiao", "vendas_por_categoria", "ranking_lojas")
NEVER_FOR_A_REFUSED_DAY = (
    "vendas", "vendas_por_regiao", "vendas_por_categoria", "ranking_lojas", "metas_do_dia", "plantao",
    "resumo_diario",
)  # fmt: skip


def of_day(step: Any, table: str, day: str) -> list[Any] | None:
    rows = step.tables.get(table)
    return None if rows is None else [row for row in rows if row.get("data") == day]


def sales_of(file: str) -> set[tuple[str, str, str]]:
    """Sale, store and product of each line of a day's file."""
    lines = [line.split(";") for line in file.splitlines()[1:]]
    return {(line[0], line[1], line[2]) for line in lines}


@criterion("outro-dia")
def test_another_day(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = "Pedido outro dia, o DAG processa esse dia e nenhum outro."
    for name, scenario in (("holiday", "feriado/execução"), ("weekend", "fim-de-semana/execução")):
        step = run_of(evidencia, scenario).step
        day = esperado[name]
        for table in LOADED_BEFORE_THE_BRANCH:
            rows = of_day(step, table, day["date"])
            if not rows:
                run_of(evidencia, "dia-util/primeira").must_have_worked()
            expect(rows, wanted, f"Em outra data, {table} ficou sem as linhas do dia pedido.")
        # Which sales count, and what they are worth, is the numbers' question; here, whose day they are.
        in_file = sales_of(day["file"])
        loaded = of_day(step, "vendas", day["date"]) or []
        strange = {str(row.get("venda_id")) for row in loaded} - {sale for sale, _, _ in in_file}
        expect(
            not strange, wanted, "Em outra data, `vendas` recebeu vendas que não estão no arquivo desse dia."
        )
        found = {(str(r.get("venda_id")), str(r.get("loja_id")), str(r.get("produto_id"))) for r in loaded}
        expect(
            2 * len(found & in_file) >= len(day["tables"]["vendas"]),
            wanted,
            "Em outra data, a maior parte das vendas do arquivo desse dia não chegou a `vendas`.",
        )
        later = {
            str(r.get("data")) for t in step.tables.values() for r in t if str(r.get("data")) > day["date"]
        }
        expect(not later, wanted, "Em outra data, foram gravadas linhas de um dia que ninguém pediu.")


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
    run_of(evidencia, "dia-util/primeira").must_have_worked()
    for name, scenario, words in cases:
        run = run_of(evidencia, scenario)
        day = esperado[name]
        # Which amounts the goals hold is the numbers' question; here, which branch wrote.
        goals = of_day(run.step, "metas_do_dia", day["date"])
        if day["tables"]["metas_do_dia"]:
            expect(goals, wanted, f"Em {words}, metas_do_dia ficou vazia.")
        else:
            expect(not goals, wanted, f"Em {words}, metas_do_dia foi preenchida.")
        duty = of_day(run.step, "plantao", day["date"])
        differences = differing_rows("plantao", duty, day["tables"]["plantao"], visible=False)
        if differences:
            raise Unmet(wanted, f"Em {words}, plantao não está certa.", rows=differences)
        kinds = {row.get("tipo_dia") for row in of_day(run.step, "resumo_diario", day["date"]) or []}
        right = {row["tipo_dia"] for row in day["tables"]["resumo_diario"]}
        expect(kinds, wanted, f"Em {words} o resumo não saiu: a junção parou junto com o ramo pulado.")
        expect(kinds == right, wanted, f"Em {words} o resumo diz {', '.join(map(str, kinds))} em tipo_dia.")
        told = any(file.startswith("avisos/") for file in run.step.files)
        expect(told, wanted, f"Em {words} o aviso, depois da junção, não saiu.")
        skipped = [t.id for t in run.report.tasks if t.state == "skipped"]
        hidden = f"Em {words} nenhuma task ficou skipped: a escolha está escondida dentro de uma task."
        expect(skipped, wanted, hidden)


@criterion("portao-de-qualidade")
def test_quality_gate(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run = run_of(evidencia, "corrompido/execução")
    day = esperado["corrupted"]
    wanted = (
        "Um arquivo corrompido para no portão: nada é carregado, e `qualidade` tem uma linha que diz por quê."
    )
    _a_good_day_must_pass(evidencia, esperado["workday"])
    leaked = [table for table in NEVER_FOR_A_REFUSED_DAY if of_day(run.step, table, day["date"])]
    expect(not leaked, wanted, f"O dia corrompido chegou a: {', '.join(leaked)}.")
    told = f"avisos/{day['date']}.txt" in run.step.files
    expect(not told, wanted, "O aviso do dia saiu, como se nada tivesse acontecido.")
    rows = of_day(run.step, "qualidade", day["date"]) or []
    if not rows:
        run_of(evidencia, "dia-util/primeira").must_have_worked()
    expect(rows, wanted, "Nada foi gravado em `qualidade`: o motivo se perdeu.")
    expect(
        len(rows) == 1,
        wanted,
        f"`qualidade` ficou com {len(rows)} linhas do dia: cada tentativa gravou a sua.",
    )
    (right,) = day["tables"]["qualidade"]
    wrong = [column for column in right if str(rows[0].get(column)) != str(right[column])]
    expect(not wrong, wanted, f"Na linha de `qualidade` não está certo: {', '.join(wrong)}.")


def _a_good_day_must_pass(evidence: Evidence, day: dict[str, Any]) -> None:
    """A gate that refuses every day is none: sales of a good day's file must have come through it."""
    step = run_of(evidence, "dia-util/primeira").step
    in_file = {sale for sale, _, _ in sales_of(day["file"])}
    loaded = {str(row.get("venda_id")) for row in of_day(step, "vendas", day["date"]) or []}
    if not loaded & in_file:
        raise Waits(
            "Espera que um dia bom passe pelo portão: nenhuma venda do arquivo dele chegou a `vendas`."
        )
