"""The visible criteria of exercise 4."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from typing import Any

from autograder.judge import Unmet, criterion, expect, run_of, step_of
from autograder.judge.checks import calls_of, deadlines_of, only_dag, parse_of
from autograder.judge.messages import Message, mails, mentions, not_kept, number_after, posts, refusals
from autograder.model.evidence import Evidence, StepEvidence
from autograder.model.reports.airflow import DagSeen
from autograder.model.reports.calls import CallResult

DAG_ID = "vigia"
MAX_PARSE_SECONDS = 5.0
QUARTER = 900
REFERENCES = ("DagRunQueuedAtDeadline", "DagRunLogicalDateDeadline")
MAX_INTERVAL = 600
IN_THE_FILE = "unusual_prefix_"
RATE_TOLERANCE = 0.000_51  # rounded to three places is right
SECONDS_TOLERANCE = 0.011  # and seconds to two
TOLD = {"taxa_falha": 0.011, "p95": 1.01, "prazos_perdidos": 0.0}


def the_dag(evidence: Evidence) -> DagSeen:
    """The one DAG of the file. Raises Unmet where it is not there."""
    return only_dag(evidence, "carga/hoje", DAG_ID, file="dags/vigia.py")


@criterion("carrega")
def test_loads(evidencia: Evidence) -> None:
    the_dag(evidencia)


@criterion("carga-leve")
def test_loading_touches_nothing(evidencia: Evidence) -> None:
    the_dag(evidencia)
    report = parse_of(evidencia, "carga/hoje")
    wanted = "Carregar os arquivos só descreve o DAG: não lê Variable nem banco, não fala com ninguém."
    expect(not report.touched, wanted, f"Ao carregar, ele {', '.join(report.touched[:3])}.")
    expect(
        report.seconds < MAX_PARSE_SECONDS,
        "O arquivo carrega em menos de 5 s: o Airflow o carrega de novo o tempo todo.",
        f"O seu levou {report.seconds:.1f} s.",
    )


@criterion("agenda")
def test_schedule(evidencia: Evidence) -> None:
    dag = the_dag(evidencia)
    wanted = "O vigia dispara a cada 15 minutos (nos minutos 00, 15, 30 e 45), com catchup dito por escrito."
    runs = [datetime.fromisoformat(run) for run in dag.next_runs]
    expect(runs, wanted, "Em março de 2026 o scheduler não dispararia nenhuma execução dele.")
    expect(len(runs) > 1, wanted, "Em dez dias de março de 2026 o scheduler dispararia só uma execução dele.")
    gaps = sorted({int((later - earlier).total_seconds()) for earlier, later in pairwise(runs)})
    expect(gaps == [QUARTER], wanted, f"Entre uma execução e a seguinte passam {_minutes(gaps)} minutos.")
    off = sorted({run.strftime("%M:%S") for run in runs if (run.minute % 15, run.second) != (0, 0)})
    expect(not off, wanted, f"Ele dispara nos minutos {', '.join(off[:4])}.")
    expect(dag.catchup_said, wanted, "catchup não está dito no seu DAG.")


def _minutes(gaps: list[int]) -> str:
    return ", ".join(f"{gap / 60:g}" for gap in gaps[:3])


# --- metrics -----------------------------------------------------------------------------------------


@criterion("taxas")
def test_rates(evidencia: Evidence, sorteio: Any, esperado: dict[str, Any]) -> None:
    wanted = (
        "taxas() conta as execuções que terminaram na janela (success ou failed) e devolve execucoes, sucessos, "
        "falhas, taxa_sucesso e taxa_falha; sem nenhuma, as taxas são None."
    )
    for question, seen, right in _asked(evidencia, esperado, "taxas"):
        value = _value(wanted, question, seen, dict)
        wrong = [
            name for name, number in right.items()
            if not _close(value.get(name, "ausente"), number, RATE_TOLERANCE if name.startswith("taxa") else 0)
        ]  # fmt: skip
        shown = ", ".join(f"{name}={value.get(name, '(não veio)')}" for name in wrong)
        expect(not wrong, wanted, f"{question} Não está certo: {shown}.")


@criterion("percentis")
def test_percentiles(evidencia: Evidence, sorteio: Any, esperado: dict[str, Any]) -> None:
    wanted = (
        "duracoes() devolve p50, p95 e p99, em segundos, da duração das execuções com sucesso que terminaram na "
        "janela, com interpolação linear; sem nenhuma, None."
    )
    for question, seen, right in _asked(evidencia, esperado, "duracoes"):
        value = _value(wanted, question, seen, dict)
        wrong = [
            name for name, number in right.items()
            if not _close(value.get(name, "ausente"), number, SECONDS_TOLERANCE)
        ]  # fmt: skip
        shown = ", ".join(f"{name}={value.get(name, '(não veio)')}" for name in wrong)
        expect(not wrong, wanted, f"{question} Não está certo: {shown}.")


@criterion("prazos-perdidos")
def test_missed_deadlines(evidencia: Evidence, sorteio: Any, esperado: dict[str, Any]) -> None:
    wanted = "prazos_perdidos() devolve quantas execuções perderam um prazo que vencia na janela."
    for question, seen, right in _asked(evidencia, esperado, "prazos_perdidos"):
        value = _value(wanted, question, seen, int)
        expect(_close(value, right, 0), wanted, f"{question} Devolveu {value}, que não está certo.")


def _asked(evidence: Evidence, expected: dict[str, Any], function: str) -> list[tuple[str, CallResult, Any]]:
    """Each question to this function in words, what came back, and what is right."""
    results = calls_of(evidence, "metricas/chamadas")
    answers = expected["metrics"]["answers"]
    if len(results) != len(answers):
        raise Unmet("As funções devolvem os seus resultados.", "Faltam respostas no relato das chamadas.")
    found = []
    for result, answer in zip(results, answers, strict=True):
        if answer["function"] == function:
            asked = answer["asked"]
            question = f"Para {asked['dag_id']}, de {asked['inicio']} até {asked['fim']}:"
            found.append((question, result, answer["value"]))
    return found


def _value(wanted: str, question: str, seen: CallResult, kind: type) -> Any:
    expect(not seen.error, wanted, f"{question} {seen.error}.")
    names = {dict: "um dicionário", int: "um número inteiro"}
    right_kind = isinstance(seen.value, kind) and not isinstance(seen.value, bool)
    expect(right_kind, wanted, f"{question} Devolveu {str(seen.value)[:80]}, que não é {names[kind]}.")
    return seen.value


def _close(seen: Any, right: float | None, tolerance: float) -> bool:
    if right is None or seen is None:
        return seen is None and right is None
    if isinstance(seen, bool) or not isinstance(seen, int | float):
        return False
    return abs(seen - right) <= tolerance


# --- alerts ------------------------------------------------------------------------------------------


def received(step: StepEvidence) -> dict[str, list[Message]]:
    """What reached each channel. Raises Unmet for a flood."""
    lost = not_kept(step)
    expect(
        not lost,
        "Cada canal recebe uma mensagem por problema.",
        f"Chegaram mais de {500 + lost} coisas em uma verificação: ninguém lê isso.",
    )
    return {"e-mail": mails(step, "correio"), "Slack": posts(step, "slack")}


@criterion("alerta")
def test_an_alert_reaches_both_channels_once(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    the_dag(evidencia)
    run = run_of(evidencia, "alerta/verificação")
    told = esperado["alert"]
    bad = told["alerts"][0]
    wanted = (
        "Cada DAG com regra violada dá um alerta por canal, que começa por [ALERTA] e o nome do DAG e diz cada "
        "regra violada com o valor visto; os outros não dão nenhum."
    )

    def fail(words: str) -> None:
        failed = run.failures()
        raise Unmet(wanted, f"A execução falhou em {failed}. {words}" if failed else words, log=run.log())

    for channel, messages in received(run.step).items():
        for dag_id, values in bad.items():
            alerts = [m for m in messages if "[ALERTA]" in m.head and mentions(m.head, dag_id)]
            if not alerts:
                fail(f"No {channel}, nenhum alerta de {dag_id} ({_why_none(channel, messages, run.step)}).")
            if len(alerts) > 1:
                fail(f"No {channel} chegaram {len(alerts)} alertas de {dag_id} na mesma verificação.")
            for rule, value in values.items():
                numbers = number_after(alerts[0].text, rule)
                if not any(abs(number - value) <= TOLD[rule] for number in numbers):
                    shown = ", ".join(f"{number:g}" for number in numbers[:3]) or "nenhum número"
                    fail(f"No {channel}, o alerta de {dag_id} traz {shown} depois de «{rule}».")
            if channel == "e-mail":
                to = alerts[0].to
                expect(
                    mentions(to, told["recipient"]),
                    "O e-mail vai para quem está em alertas_para.",
                    f"O seu foi para {to}.",
                )
        others = [
            m
            for m in messages
            if not any("[ALERTA]" in m.head and mentions(m.head, dag_id) for dag_id in bad)
        ]
        if others:
            fail(f"No {channel} chegou também: «{others[0].head[:100]}».")
    failed = run.failures()
    expect(
        not failed,
        "Uma verificação com os dois canais no ar termina verde.",
        f"Falhou: {failed}.",
        log=run.log(),
    )


def _why_none(channel: str, messages: list[Message], step: StepEvidence) -> str:
    refused = refusals(step, "slack") if channel == "Slack" else []
    if refused:
        return f"o webhook recusou {len(refused)}: respondeu {refused[0]['status']} a {str(refused[0]['path'])[:40]}"
    if messages:
        return f"o que chegou começa por «{messages[0].head[:60]}»"
    return "não chegou nada lá"


@criterion("prazo-do-vigia")
def test_the_watch_is_watched(evidencia: Evidence) -> None:
    dag = the_dag(evidencia)
    wanted = (
        "O DAG declara um prazo (deadline) de até 10 minutos, contado de quando a execução entra na fila ou da data "
        "lógica; quando ele passa, chega uma mensagem [PRAZO] que diz qual DAG e qual execução."
    )
    expect(dag.deadlines, wanted, "O seu DAG não tem deadline.")
    good = [
        one for one in dag.deadlines
        if one.reference in REFERENCES and one.interval is not None and 0 < one.interval <= MAX_INTERVAL
    ]  # fmt: skip
    first = dag.deadlines[0]
    expect(good, wanted, f"O seu é de {first.interval} segundos contados por {first.reference}.")
    missed = deadlines_of(evidencia, "prazo/perdido")
    expect(missed, wanted, "O prazo está declarado, mas nenhum foi criado para a execução.")
    broken = [one for one in missed if one.state != "success"]
    if broken:
        name = broken[0].deadline.callback
        where = (
            " (o triggerer não carrega o arquivo do DAG)"
            if IN_THE_FILE in name and "Module" in broken[0].error
            else ""
        )
        seen = f"O Airflow chamou {_readable(name)}, que falhou: {_last_line(broken[0].error)[:300]}{where}."
        raise Unmet(wanted, seen, log=broken[0].error)
    step = step_of(evidencia, "prazo/perdido")
    channels = received(step)
    all_of_them = [message for messages in channels.values() for message in messages]
    expect(all_of_them, wanted, "O callback rodou, mas não chegou mensagem em nenhum canal.")
    for channel, messages in channels.items():
        expect(
            len(messages) <= len(missed),
            wanted,
            f"No {channel} chegaram {len(messages)} mensagens por um prazo só.",
        )
        for message in messages:
            words = f"{message.head}\n{message.text}"
            expect(
                "[PRAZO]" in message.head,
                wanted,
                f"A mensagem no {channel} começa por «{message.head[:80]}».",
            )
            expect(mentions(words, DAG_ID), wanted, f"A mensagem no {channel} não diz de que DAG fala.")
            expect(
                any(one.run_id in words for one in missed), wanted,
                f"A mensagem no {channel} não diz o run_id: «{message.text.strip()[:120]}».",
            )  # fmt: skip


def _last_line(error: str) -> str:
    """The end of what Airflow keeps of an error: a line, or a whole traceback as a list of lines."""
    if error.rstrip().endswith("]") and "[" in error:
        with suppress(ValueError, SyntaxError):
            error = "".join(map(str, ast.literal_eval(error[error.index("[") :])))
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    return _readable(lines[-1]) if lines else "sem detalhe"


def _readable(text: str) -> str:
    """Without what Airflow puts before the name of a DAG's file."""
    return re.sub(rf"{IN_THE_FILE}[0-9a-f]+_", "", text)
