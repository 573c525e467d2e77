"""The visible criteria of exercise 5."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from autograder.judge import Unmet, Waits, criterion, differing_rows, expect
from autograder.judge.checks import definitions_of, flow_of, flow_run_of, materialized_in, reached
from autograder.model.evidence import Evidence, Row, StepEvidence
from autograder.model.reports.dagster import MaterializeReport
from autograder.model.reports.prefect import FlowRunReport

FLOW, DEPLOYMENT = "vendas_diarias", "implantacao"
ASSETS = ("vendas", "vendas_por_regiao")
DAY, UNSTEADY = "prefect-dia/primeira", "prefect-instavel/execução"
DAGSTER_DAY = "dagster-dia/execução"
AT = "05:00"  # UTC: 02:00 in São Paulo


def of_day(step: StepEvidence, table: str, day: dict[str, Any]) -> list[Row] | None:
    """The day's rows; None where the table is gone."""
    rows = step.tables.get(table)
    return None if rows is None else [row for row in rows if row.get("data") == day["date"]]


def asked(step: StepEvidence, day: dict[str, Any], store: int) -> list[Row]:
    """What the API was asked about this day of this store."""
    return reached(step, "api", f"{day['base']}/{day['date']}/{store}")


def why_flow(report: FlowRunReport) -> str:
    """How a flow that did not end well has ended, in one line."""
    if report.state == "COMPLETED":
        return ""
    failed = [f"{task.name}: {task.error}" for task in report.tasks if task.state == "Failed"]
    return f" A execução terminou {report.state}: {(failed or [report.error or 'sem mensagem'])[0][:300]}."


def why_assets(report: MaterializeReport) -> str:
    """How a materialization that did not end well has ended, in one line."""
    if report.state == "SUCCESS":
        return ""
    checks = [
        f"o check {check.name} de {check.asset} não passou" for check in report.checks if not check.passed
    ]
    failed = [f"{step.key}: {step.error}" for step in report.steps if step.state == "FAILURE"]
    return f" A execução terminou {report.state}: {(checks + failed or [report.error or 'sem mensagem'])[0][:300]}."


def log_of(step: StepEvidence) -> str:
    """The end of what was printed."""
    return list(step.output.values())[-1][-1500:] if step.output else ""


def both_tables_right(step: StepEvidence, day: dict[str, Any], wanted: str, why: str) -> None:
    """Raises Unmet where one of the tables is not what the day must leave."""
    for table in ASSETS:
        differences = differing_rows(table, of_day(step, table, day), day[table], visible=True)
        if differences:
            seen = f"Depois de processar {day['date']}, a tabela {table} não tem as linhas do dia.{why}"
            raise Unmet(wanted, seen, rows=differences, log=log_of(step))


@criterion("fluxo-carrega")
def test_the_flow_loads(evidencia: Evidence) -> None:
    report = flow_of(evidencia, "fluxo/carga")
    wanted = f"`fluxo.py` carrega e define um flow na função `{FLOW}`."
    expect(not report.error, wanted, f"A carga parou com: {report.error}")
    names = [flow.function for flow in report.flows]
    expect(names, wanted, "O arquivo carregou, mas não define nenhum flow no nível do módulo.")
    expect(FLOW in names, wanted, f"Os flows do seu arquivo estão nas funções: {', '.join(names)}.")


@criterion("ativos-carrega")
def test_the_definitions_load(evidencia: Evidence) -> None:
    report = definitions_of(evidencia, "ativos/carga")
    wanted = "`ativos.py` carrega, e `defs` tem os assets `vendas` e `vendas_por_regiao`."
    expect(not report.error, wanted, f"A carga parou com: {report.error}")
    keys = [asset.key for asset in report.assets]
    missing = [key for key in ASSETS if key not in keys]
    found = ", ".join(keys) or "nenhum"
    expect(not missing, wanted, f"Falta {' e '.join(missing)}; os assets de `defs` são: {found}.")


@criterion("prefect-linhas")
def test_the_flow_leaves_the_days_rows(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    step, report = flow_run_of(evidencia, DAY)
    wanted = "O flow grava as vendas do dia e o resumo por região, e termina Completed."
    both_tables_right(step, esperado["common"], wanted, why_flow(report))
    expect(
        report.state == "COMPLETED", wanted, f"As linhas estão certas.{why_flow(report)}", log=log_of(step)
    )


@criterion("dagster-linhas")
def test_the_assets_leave_the_days_rows(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    step, report = materialized_in(evidencia, DAGSTER_DAY)
    wanted = (
        "Materializar a partição de um dia grava as vendas dele e o resumo por região, e termina em sucesso."
    )
    both_tables_right(step, esperado["common"], wanted, why_assets(report))
    expect(
        report.state == "SUCCESS", wanted, f"As linhas estão certas.{why_assets(report)}", log=log_of(step)
    )


@criterion("prefect-insistir")
def test_what_passes_is_asked_again(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    common, _ = flow_run_of(evidencia, DAY)
    if not of_day(common, "vendas", esperado["common"]):
        raise Waits("Espera um flow que grave as vendas de um dia em que nada falha.")
    step, report = flow_run_of(evidencia, UNSTEADY)
    day = esperado["unsteady"]
    wanted = "Um defeito que passa (5xx, conexão que cai) merece outra tentativa: pelo menos três pedidos por loja."
    sold = {str(row.get("venda_id")) for row in of_day(step, "vendas", day) or []}
    happened = {
        **{
            int(store): (f"respondeu {status} duas vezes e se recuperou", 3)
            for store, status in day["busy"].items()
        },
        **dict.fromkeys(day["cut"], ("cortou a primeira resposta no meio e depois mandou uma inteira", 2)),
    }
    # The one that was given up first: without it a flow may well have left out the other too.
    for store in sorted(happened, key=lambda store: len(asked(step, day, store)) >= happened[store][1]):
        words, number = happened[store][0], len(asked(step, day, store))
        # Which version of a sale counts is another criterion's question.
        expect(
            set(day["certain"][str(store)]) <= sold,
            wanted,
            f"Loja {store}: a API {words}; você fez {number} pedido(s), e faltam vendas dela.{why_flow(report)}",
            log=log_of(step),
        )


def daily_at_two(runs: tuple[str, ...]) -> bool:
    """True where runs start each day of the window at 02:00 of São Paulo, and at no other time."""
    moments = [datetime.fromisoformat(run) for run in runs]
    days = {moment.date() for moment in moments}
    return len(days) == len(moments) >= 9 and {f"{moment:%H:%M}" for moment in moments} == {AT}


def told(runs: tuple[str, ...]) -> str:
    """A few of these instants, as a student reads them."""
    if not runs:
        return "Com esta declaração, nenhuma execução começaria sozinha."
    moments = [datetime.fromisoformat(run) for run in runs[:3]]
    return (
        f"As primeiras execuções de março começariam em {', '.join(f'{m:%d/%m %H:%M} UTC' for m in moments)}."
    )


@criterion("prefect-agenda")
def test_the_deployment_runs_at_two(evidencia: Evidence) -> None:
    report = flow_of(evidencia, "fluxo/carga")
    wanted = f"`{DEPLOYMENT}()` devolve um deployment do flow que dispara todo dia às 02:00 de São Paulo (05:00 UTC)."
    deployment = report.deployment
    if deployment is None:
        raise Unmet(wanted, f"Não há deployment: {report.deployment_error}.")
    names = {flow.name: flow.function for flow in report.flows}
    expect(
        names.get(deployment.flow) == FLOW,
        wanted,
        f"O deployment é do flow {deployment.flow}, não de `{FLOW}`.",
    )
    expect(not deployment.paused, wanted, "O deployment nasce pausado (paused=True): nada dispara.")
    expect(daily_at_two(deployment.next_runs), wanted, told(deployment.next_runs))


@criterion("dagster-agenda")
def test_the_assets_run_at_two(evidencia: Evidence) -> None:
    report = definitions_of(evidencia, "ativos/carga")
    wanted = "Um schedule (ou uma automation condition) pede os assets todo dia às 02:00 de São Paulo, com a partição da véspera."
    expect(report.schedules, wanted, "`defs` não tem nenhum schedule nem automation condition com horário.")
    problems = []
    for schedule in report.schedules:
        if not daily_at_two(schedule.next_runs):
            problems.append(f"`{schedule.name}`: {told(schedule.next_runs)}")
        elif schedule.automation:
            if "vendas" in schedule.assets:
                return
            problems.append(f"`{schedule.name}` não inclui o asset vendas.")
        elif schedule.error:
            problems.append(f"`{schedule.name}`: o disparo das 02:00 parou com {schedule.error.rstrip('.')}.")
        elif set(ASSETS) - set(schedule.assets):
            found = ", ".join(schedule.assets) or "nenhum asset"
            problems.append(f"`{schedule.name}` não inclui os dois assets; materializa só: {found}.")
        elif schedule.partitions != ("2026-03-01",):
            partitions = ", ".join(filter(None, schedule.partitions))
            asks = f"pede a partição {partitions}" if partitions else "não diz a partição"
            problems.append(f"`{schedule.name}`: o disparo de 02/03 {asks}; a da véspera é 2026-03-01.")
        else:
            return
    raise Unmet(wanted, " ".join(problems[:2]))
