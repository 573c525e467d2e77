"""The hidden criteria of exercise 5. Their messages name the symptom, never the inputs."""

from __future__ import annotations

import re
from typing import Any

from autograder.judge import Waits, criterion, differing_rows, expect
from autograder.judge.checks import flow_run_of, materialized_in, reached
from autograder.model.evidence import Evidence, Row, StepEvidence

TABLES = ("vendas", "vendas_por_regiao")
DAY, AGAIN, NEXT = "prefect-dia/primeira", "prefect-dia/segunda", "prefect-dia/outro-dia"
FALLEN, RISEN = "prefect-queda/primeira", "prefect-queda/segunda"
BY_CLOCK = "prefect-agenda/execução"
DAGSTER_DAY = "dagster-dia/execução"
PARTITION, PARTITION_AGAIN = "dagster-particao/primeira", "dagster-particao/segunda"
SPOILT, REPLACED = "dagster-ruim/execução", "dagster-recurso/execução"
MAX_QUESTIONS = 6
PRODUCTION = "producao.db"


def of_day(step: StepEvidence, table: str, date: str) -> list[Row]:
    return [row for row in step.tables.get(table, []) if row.get("data") == date]


def sales(rows: list[Row]) -> set[str]:
    return {str(row.get("venda_id")) for row in rows}


def wanted_sales(day: dict[str, Any]) -> set[str]:
    """Those that count however their versions are cleaned, which is another criterion's question."""
    return {sale for of_store in day["certain"].values() for sale in of_store}


def asked(step: StepEvidence, day: dict[str, Any], store: int) -> list[Row]:
    return reached(step, "api", f"{day['base']}/{day['date']}/{store}")


def answered(step: StepEvidence, day: dict[str, Any]) -> set[int]:
    """The stores whose sales the API has told."""
    return {
        store for store in day["open"] if any(row.get("status") == 200 for row in asked(step, day, store))
    }


def short(error: str) -> str:
    """An error without the addresses in it: they say which day and store were drawn."""
    return re.sub(r"https?://\S+", "(endereço)", error)[:300]


def must_be_whole(step: StepEvidence) -> None:
    """What a service has not kept cannot be counted."""
    lost = sum(int(row["more"] or 0) for row in step.services.get("api", []) if "more" in row)
    expect(
        not lost,
        "O flow faz alguns pedidos por loja, e não centenas.",
        "A API recebeu mais pedidos do que se consegue contar.",
    )


def first_run(evidence: Evidence, day: dict[str, Any]) -> StepEvidence:
    """A good day in Prefect. Raises Waits where it wrote none of its sales: nothing else would mean anything."""
    step, _ = flow_run_of(evidence, DAY)
    if not sales(of_day(step, "vendas", day["date"])) & wanted_sales(day):
        raise Waits("Espera um flow que grave as vendas de um dia em que nada falha.")
    return step


def dagster_run(evidence: Evidence, day: dict[str, Any]) -> StepEvidence:
    """The same in Dagster."""
    step, _ = materialized_in(evidence, DAGSTER_DAY)
    if not sales(of_day(step, "vendas", day["date"])) & wanted_sales(day):
        raise Waits("Espera assets que gravem as vendas de um dia em que nada falha.")
    return step


def others_untouched(step: StepEvidence, day: dict[str, Any], wanted: str) -> None:
    for table in TABLES:
        rows = [row for row in step.tables.get(table, []) if row.get("data") != day["date"]]
        differences = differing_rows(table, rows, day["history"][table], visible=False)
        expect(not differences, wanted, f"As linhas de outros dias em `{table}` mudaram.", rows=differences)


def repeated_alike(first: StepEvidence, again: StepEvidence, day: dict[str, Any], wanted: str) -> None:
    for table in TABLES:
        before = of_day(first, table, day["date"])
        after = of_day(again, table, day["date"])
        differences = differing_rows(table, after, before, visible=False) if before else []
        expect(not differences, wanted, f"Depois da segunda execução, `{table}` mudou.", rows=differences)


# --- Prefect -----------------------------------------------------------------------------------------


@criterion("prefect-repetir")
def test_the_same_day_again_changes_nothing(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["common"]
    first = first_run(evidencia, day)
    again, _ = flow_run_of(evidencia, AGAIN)
    wanted = "Rodar o mesmo dia de novo deixa as mesmas linhas, e as dos outros dias como estavam."
    repeated_alike(first, again, day, wanted)
    others_untouched(again, day, wanted)


@criterion("prefect-sem-insistir")
def test_what_is_final_is_asked_once(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["common"]
    first = first_run(evidencia, day)
    must_be_whole(first)
    wanted = "Um 404 é uma resposta: um pedido basta. E uma loja que não responde recebe no máximo seis por execução."
    numbers = [len(asked(first, day, store)) for store in day["closed"]]
    if not any(numbers):
        raise Waits("Espera que a API seja perguntada por todas as lojas.")
    expect(
        max(numbers) <= 1,
        wanted,
        f"Depois de um 404, o seu flow perguntou de novo: {max(numbers)} pedidos pela mesma loja em uma execução.",
    )
    fallen, _ = flow_run_of(evidencia, FALLEN)
    must_be_whole(fallen)
    tries = [len(asked(fallen, esperado["fallen"], store)) for store in esperado["fallen"]["dead"]]
    expect(
        max(tries) <= MAX_QUESTIONS,
        wanted,
        f"Uma loja fora do ar recebeu {max(tries)} pedidos em uma só execução.",
    )


@criterion("prefect-cache")
def test_what_was_answered_is_not_asked_again(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day, other, hard = esperado["common"], esperado["next"], esperado["fallen"]
    first = first_run(evidencia, day)
    if not answered(first, day):
        raise Waits("Espera que a API seja perguntada.")
    wanted = "Uma loja e um dia que a API já respondeu não são perguntados de novo; outro dia é perguntado."
    again, _ = flow_run_of(evidencia, AGAIN)
    must_be_whole(again)
    repeated = [store for store in answered(first, day) if asked(again, day, store)]
    expect(
        not repeated,
        wanted,
        f"Na segunda execução do mesmo dia, {len(repeated)} loja(s) já respondida(s) foram perguntadas outra vez.",
    )
    after, _ = flow_run_of(evidencia, NEXT)
    forgotten = [store for store in other["open"] if not asked(after, other, store)]
    expect(
        not forgotten,
        wanted,
        "Pedido outro dia, o flow não perguntou por todas as lojas: usou a resposta guardada de um dia que não é este.",
    )
    fallen, _ = flow_run_of(evidencia, FALLEN)
    risen, _ = flow_run_of(evidencia, RISEN)
    must_be_whole(risen)
    repeated = [store for store in answered(fallen, hard) if asked(risen, hard, store)]
    expect(
        not repeated,
        wanted,
        "Depois de uma execução que falhou por causa de uma loja, a seguinte perguntou de novo por "
        f"{len(repeated)} que já tinha(m) respondido.",
    )


@criterion("prefect-falha")
def test_a_day_without_a_store_is_not_written(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["fallen"]
    first_run(evidencia, esperado["common"])
    step, report = flow_run_of(evidencia, FALLEN)
    wanted = "Sem a resposta de uma loja, o flow falha e o dia fica como estava; quando ela volta, rodar de novo completa o dia."
    if not any(asked(step, day, store) for store in day["dead"]):
        raise Waits("Espera que a API seja perguntada por todas as lojas.")
    for table in TABLES:
        rows = of_day(step, table, day["date"])
        differences = differing_rows(table, rows, day["earlier"][table], visible=False)
        expect(
            not differences, wanted, f"Faltando uma loja, `{table}` foi mexida assim mesmo.", rows=differences
        )
    expect(
        report.state != "COMPLETED",
        wanted,
        "Faltando uma loja, a execução terminou Completed, como se nada houvesse.",
    )
    after, _ = flow_run_of(evidencia, RISEN)
    missing = wanted_sales(day) - sales(of_day(after, "vendas", day["date"]))
    expect(
        not missing,
        wanted,
        f"Com a loja de volta, a nova execução não completou o dia: faltam {len(missing)} venda(s).",
    )


@criterion("prefect-disparo")
def test_the_clocks_run_processes_the_eve(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["scheduled"]
    first_run(evidencia, esperado["common"])
    step, report = flow_run_of(evidencia, BY_CLOCK)
    wanted = "Disparado pela agenda, sem dizer o dia, o flow processa a véspera do disparo (em São Paulo)."
    found = sales(of_day(step, "vendas", day["date"]))
    why = f" A execução terminou {report.state}: {short(report.error)}" if report.state != "COMPLETED" else ""
    asked_days = {
        str(row.get("path")).split("/")[-2] for row in step.services.get("api", []) if row.get("path")
    } - {day["date"]}
    expect(
        not asked_days,
        wanted,
        "Disparado às 02:00 de um dia, ele perguntou por um dia que não é o da véspera.",
    )
    missing = wanted_sales(day) - found
    expect(not missing, wanted, f"O dia da véspera ficou sem {len(missing)} das suas vendas.{why}")


# --- Dagster -----------------------------------------------------------------------------------------


@criterion("dagster-particao")
def test_a_partition_is_one_day(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["partition"]
    dagster_run(evidencia, esperado["common"])
    first, report = materialized_in(evidencia, PARTITION)
    again, _ = materialized_in(evidencia, PARTITION_AGAIN)
    wanted = (
        "Materializar uma partição grava o dia dela e nenhum outro, e materializar de novo não muda nada."
    )
    missing = wanted_sales(day) - sales(of_day(first, "vendas", day["date"]))
    refused = f" O Dagster recusou: {short(report.error)}" if report.state == "REFUSED" else ""
    expect(
        not missing, wanted, f"A partição pedida ficou sem {len(missing)} das vendas do dia dela.{refused}"
    )
    others_untouched(first, day, wanted)
    strange = {
        str(row.get("path"))
        for row in first.services.get("api", [])
        if f"/{day['date']}/" not in str(row.get("path"))
    }
    expect(not strange, wanted, "Ao materializar uma partição, a API foi perguntada por outros dias.")
    repeated_alike(first, again, day, wanted)


@criterion("dagster-check")
def test_a_check_blocks_what_comes_after(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["spoilt"]
    good = dagster_run(evidencia, esperado["common"])
    wanted = (
        "Um asset check bloqueante pega a venda de quantidade menor que 1: `vendas_por_regiao` não é mexida."
    )
    if not any(
        row not in esperado["common"]["history"]["vendas_por_regiao"]
        for row in good.tables.get("vendas_por_regiao", [])
    ):
        raise Waits("Espera que `vendas_por_regiao` seja gravada em um dia bom.")
    step, report = materialized_in(evidencia, SPOILT)
    rows = of_day(step, "vendas_por_regiao", day["date"])
    differences = differing_rows(
        "vendas_por_regiao", rows, day["earlier"]["vendas_por_regiao"], visible=False
    )
    expect(
        not differences,
        wanted,
        "Em um dia com uma venda impossível, `vendas_por_regiao` foi mexida.",
        rows=differences,
    )
    caught = [check for check in report.checks if not check.passed]
    expect(
        caught,
        wanted,
        "O dia ruim parou antes da tabela, mas nenhum asset check disse que não passou: quem olha a interface não vê por quê.",
    )
    _, fine = materialized_in(evidencia, DAGSTER_DAY)
    wrongly = [check.name for check in fine.checks if not check.passed]
    expect(not wrongly, wanted, f"Em um dia bom, o check {', '.join(wrongly)} também não passou.")


@criterion("dagster-recurso")
def test_the_warehouse_is_a_resource(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["replaced"]
    dagster_run(evidencia, esperado["common"])
    step, report = materialized_in(evidencia, REPLACED)
    wanted = "O armazém é o resource `armazem`, com a configuração `caminho`: trocada ela na execução, tudo vai para o outro banco."
    expect(
        report.state != "REFUSED",
        wanted,
        f"O Dagster recusou a execução que troca o caminho do resource: {short(report.error)}",
    )
    expect(
        PRODUCTION not in step.changed,
        wanted,
        "A execução que pedia outro banco gravou no de CAJU_ARMAZEM: o caminho não vem do resource.",
    )
    missing = wanted_sales(day) - sales(of_day(step, "vendas", day["date"]))
    expect(not missing, wanted, f"O banco pedido na execução ficou sem {len(missing)} venda(s) do dia.")
    rows = of_day(step, "vendas_por_regiao", day["date"])
    expect(rows, wanted, "`vendas_por_regiao` não foi gravada no banco pedido na execução.")
