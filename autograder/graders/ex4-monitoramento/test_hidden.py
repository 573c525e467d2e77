"""The hidden criteria of exercise 4. Their messages name the symptom, never the inputs."""

from __future__ import annotations

from typing import Any

from autograder.judge import Unmet, criterion, expect, run_of
from autograder.judge.checks import calls_of
from autograder.judge.messages import Message, mails, mentions, not_kept, posts
from autograder.model.evidence import Evidence, StepEvidence
from autograder.model.reports.calls import CallResult

FLAPS = ("1", "2", "2-de-novo", "3", "4", "5", "6")
"""The checks in their order; the second one is performed twice."""
NUMBER = (0, 1, None, 2, 3, 4, 5)
RATE_TOLERANCE = 0.000_51
SECONDS_TOLERANCE = 0.011
TASK_COLUMNS = ("instancias", "sucessos", "falhas", "taxa_sucesso", "tentativas_falhas")
DAY_COLUMNS = ("execucoes", "taxa_sucesso", "taxa_falha", "p50", "p95", "p99", "prazos_perdidos")
MANY = 500


# --- metrics -----------------------------------------------------------------------------------------


@criterion("tentativas")
def test_by_task(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = (
        "por_task() dá uma linha por task: instâncias que terminaram na janela (cada índice mapeado é uma), quantas "
        "deram certo e quantas falharam, e todas as tentativas que falharam, também as que depois foram refeitas."
    )
    _same_rows(wanted, calls_of(evidencia, "tasks/chamadas"), esperado["tasks"], "task_id", TASK_COLUMNS)


@criterion("dia-local")
def test_local_days(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = (
        "resumo_do_dia() vale da meia-noite à meia-noite no relógio do fuso pedido, que em dia de mudança dura 23 ou "
        "25 horas, com uma linha por DAG que não está stale, em ordem alfabética."
    )
    _same_rows(wanted, calls_of(evidencia, "dias/chamadas"), esperado["days"], "dag_id", DAY_COLUMNS)


def _same_rows(
    wanted: str,
    results: tuple[CallResult, ...],
    right: list[list[dict[str, Any]]],
    key: str,
    columns: tuple[str, ...],
) -> None:
    expect(len(results) == len(right), wanted, "Faltam respostas no relato das chamadas.")
    for result, rows in zip(results, right, strict=True):
        expect(not result.error, wanted, f"Uma das chamadas deu erro: {result.error[:200]}.")
        seen = result.value
        shape = isinstance(seen, list) and all(isinstance(row, dict) for row in seen)
        expect(
            shape, wanted, f"Uma das chamadas devolveu {type(seen).__name__}, e não uma lista de dicionários."
        )
        assert isinstance(seen, list)
        names = [row.get(key) if isinstance(row, dict) else None for row in seen]
        due = [row[key] for row in rows]
        if names != due:
            if sorted(map(str, names)) == sorted(due):
                raise Unmet(wanted, "As linhas são as certas, mas fora de ordem.")
            extra = sum(name not in due for name in names)
            absent = sum(name not in names for name in due)
            raise Unmet(
                wanted, f"Em uma das perguntas faltam {absent} linha(s) e sobram {extra}, ou há repetidas."
            )
        for row, answer in zip(seen, rows, strict=True):
            assert isinstance(row, dict)
            for column in columns:
                _compare(wanted, column, row.get(column, "ausente"), answer[column])


def _compare(wanted: str, column: str, seen: Any, right: float | None) -> None:
    if right is None or seen is None:
        expect(
            seen is None and right is None,
            wanted,
            _symptom(
                column, "é None onde há valor" if seen is None else "não é None onde nada há para medir"
            ),
        )
        return
    number = isinstance(seen, int | float) and not isinstance(seen, bool)
    expect(number, wanted, f"Em uma das linhas, {column} não veio ou não é um número.")
    tolerance = SECONDS_TOLERANCE if column.startswith("p") and column[1:].isdigit() else RATE_TOLERANCE
    way = "a mais" if seen > (right or 0) else "a menos"
    expect(abs(seen - (right or 0)) <= tolerance, wanted, _symptom(column, f"vem {way}"))


def _symptom(column: str, what: str) -> str:
    return f"Em uma das linhas, {column} {what}."


@criterion("so-leitura")
def test_the_metadata_is_only_read(evidencia: Evidence) -> None:
    changed = [name for name, step in evidencia.steps.items() if step.changed]
    expect(
        not changed,
        "O banco de metadados do Airflow só é lido: depois de tudo, ele é o mesmo, byte por byte.",
        f"Ele mudou em {len(changed)} das execuções: alguma coisa sua grava nele (ou mexe no arquivo).",
    )


# --- alerts ------------------------------------------------------------------------------------------


def _received(step: StepEvidence, wanted: str) -> dict[str, list[Message]]:
    lost = not_kept(step)
    expect(not lost, wanted, f"Em uma só verificação chegaram mais de {MANY + lost} coisas.")
    return {"e-mail": mails(step, "correio"), "Slack": posts(step, "slack")}


def _count(messages: list[Message], mark: str, dag_id: str) -> int:
    return sum(mark in message.head and mentions(message.head, dag_id) for message in messages)


@criterion("fadiga")
def test_ten_flaps_are_one_alert(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = (
        "Um problema que continua, ou que vai e volta, avisa uma vez por canal; um novo, depois da recuperação, avisa "
        "de novo; a mesma verificação rodada outra vez não muda nada."
    )
    told = esperado["flaps"]
    total = dict.fromkeys(("e-mail", "Slack"), 0)
    problems = []
    for name, number in zip(FLAPS, NUMBER, strict=True):
        run = run_of(evidencia, f"oscilacao/{name}")
        failed = run.failures()
        for channel, messages in _received(run.step, wanted).items():
            for dag_id in (*told["dags"], *told["unwatched"]):
                due = 0 if number is None else int(dag_id in told["alerts"][number])
                seen = _count(messages, "[ALERTA]", dag_id)
                total[channel] += seen
                if seen > due:
                    again = "A mesma verificação, rodada de novo, avisou outra vez" if number is None else (
                        "Houve alerta repetido de um problema já avisado" if due == 0 else "Houve alerta em dobro"
                    )  # fmt: skip
                    problems.append(f"{again} (no {channel}).")
                if seen < due:
                    words = "Um problema novo, depois de recuperado o anterior, não foi avisado" if number else (
                        "O primeiro alerta de um problema não saiu"
                    )  # fmt: skip
                    problems.append(f"{words} (no {channel}).")
        if failed and problems:
            raise Unmet(wanted, f"Uma das verificações falhou em {failed}. {problems[0]}")
    if problems:
        right = sum(len(alerts) for alerts in told["alerts"])
        counts = " e ".join(f"{n} no {channel}" for channel, n in total.items())
        more = f" Em seis verificações chegaram {counts} alertas." if max(total.values()) > right else ""
        raise Unmet(wanted, problems[0] + more)


@criterion("recuperacao")
def test_a_recovery_is_told_once(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = (
        "Depois de duas verificações boas seguidas, quem recebeu o alerta recebe um [RECUPERADO], um só por canal; "
        "quem nunca esteve em alerta não recebe nada."
    )
    told = esperado["flaps"]
    for name, number in zip(FLAPS, NUMBER, strict=True):
        run = run_of(evidencia, f"oscilacao/{name}")
        for channel, messages in _received(run.step, wanted).items():
            for dag_id in (*told["dags"], *told["unwatched"]):
                due = 0 if number is None else int(dag_id in told["recoveries"][number])
                seen = _count(messages, "[RECUPERADO]", dag_id)
                if seen > due:
                    why = "cedo demais, ou repetida," if due == 0 else "em dobro"
                    raise Unmet(wanted, f"No {channel} chegou uma recuperação {why}.")
                expect(
                    seen == due, wanted, f"No {channel} não chegou a recuperação de um DAG que se recuperou."
                )


@criterion("canal-fora")
def test_a_channel_that_is_down(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = (
        "Com o Slack fora do ar o e-mail sai assim mesmo, uma vez; na verificação seguinte o Slack recebe o que "
        "faltou, e ninguém recebe em dobro."
    )
    (dag_id,) = esperado["outage"]["alerts"][0]
    seen = [_received(run_of(evidencia, f"canal-fora/{name}").step, wanted) for name in ("1", "2")]
    mailed = [_count(one["e-mail"], "[ALERTA]", dag_id) for one in seen]
    posted = [_count(one["Slack"], "[ALERTA]", dag_id) for one in seen]
    expect(mailed[0], wanted, "Com o Slack fora do ar, o e-mail também não saiu.")
    expect(sum(mailed) == 1, wanted, f"O e-mail do mesmo problema chegou {sum(mailed)} vezes.")
    expect(posted[1], wanted, "O Slack voltou, e o alerta que ele não tinha recebido nunca chegou.")
    expect(sum(posted) == 1, wanted, f"O Slack voltou e recebeu o mesmo alerta {sum(posted)} vezes.")
