"""The hidden criteria of exercise 2. Their messages name the symptom, never the inputs."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from typing import Any

from autograder.judge import SeenRun, Waits, criterion, differing_rows, expect, run_of
from autograder.model.evidence import Evidence, Row
from autograder.model.reports.airflow import LENT, TaskRun

COMMON, AGAIN, UNSTEADY = "dia-comum/primeira", "dia-comum/segunda", "instavel/execução"
LIMITED, BLACKOUT, BROKEN = "limite/execução", "apagao/execução", "queda/execução"
FIRST, SECOND, CACHE = "principal", "secundaria", "cache"
INBOX = "caixa"
MIN_QUESTIONS, MAX_QUESTIONS = 3, 6
MIN_GROWTH = 0.05  # seconds
TRAP = "disco cheio"


def with_role(day: dict[str, Any], *roles: str) -> list[str]:
    """Currencies by what happens to them."""
    return [code for role in roles for code in day["roles"].get(role, [])]


def common_run(evidence: Evidence, day: dict[str, Any]) -> SeenRun:
    """The run of a common day. Raises Waits where it did not end well: nothing else would mean anything."""
    run = run_of(evidence, COMMON)
    if run.report.state != "success" or not run.rows("cotacoes", data=day["date"]):
        raise Waits("Espera um dia comum que termine verde e grave cotações.")
    return run


def must_have_rows(run: SeenRun, day: dict[str, Any]) -> None:
    if not run.rows("cotacoes", data=day["date"]):
        raise Waits("Espera uma execução que grave cotações em um dia em que as fontes falham e voltam.")


@criterion("cache")
def test_the_newest_known_rate_stands_in(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["common"]
    run = common_run(evidencia, day)
    wanted = "Sem nenhuma fonte, vale a última cotação de um dia anterior, marcada com fonte = cache."
    answers = {row["moeda"]: row for row in day["cotacoes"]}
    for code in with_role(day, "nowhere", "spoilt"):
        row = next((row for row in run.rows("cotacoes", data=day["date"]) if row.get("moeda") == code), None)
        if row and row.get("fonte") in (FIRST, SECOND) and code in with_role(day, "spoilt"):
            continue  # a bad record that was believed is the quarantine's question
        expect(row, wanted, "Uma moeda que nenhuma das duas fontes deu ficou sem linha.")
        assert row is not None
        expect(row.get("fonte") == CACHE, wanted, f"A linha dela diz fonte={row.get('fonte')}.")
        known = [r for r in day["history"] if r["moeda"] == code and r["taxa"] == row.get("taxa")]
        expect(known, wanted, "A taxa dela não é nenhuma das que estavam em `cotacoes`.")
        expect(
            known[0]["data"] < day["date"], wanted, "Foi usada a cotação de um dia posterior ao processado."
        )
        expect(
            row.get("taxa") == answers[code]["taxa"],
            wanted,
            "Foi usada uma cotação mais velha, havendo uma mais nova.",
        )


@criterion("sem-insistir")
def test_what_is_final_is_asked_once(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["common"]
    run = common_run(evidencia, day)
    wanted = "Um 404 ou um registro ruim não muda se você perguntar de novo: um pedido por fonte basta."
    cases = (
        (FIRST, ("unknown", "nowhere"), "um 404 da fonte principal"),
        (SECOND, ("nowhere",), "um 404 da fonte secundária"),
        (FIRST, ("text", "true", "null", "low", "high", "spoilt"), "um registro ruim da fonte principal"),
        (SECOND, ("spoilt",), "um registro ruim da fonte secundária"),
    )
    if not any(run.gets(FIRST, f"/{code}") for code in with_role(day, "unknown", "nowhere")):
        raise Waits("Espera que a fonte principal seja perguntada por todas as moedas.")
    for source, roles, words in cases:
        most = max(len(run.gets(source, f"/{code}")) for code in with_role(day, *roles))
        expect(
            most <= 1,
            wanted,
            f"Depois de {words}, o seu DAG perguntou de novo: {most} pedidos pela mesma moeda.",
        )


# --- waiting -----------------------------------------------------------------------------------------


def asked_to_wait(run: SeenRun, earlier: Row, later: Row) -> float:
    """Seconds between two questions that were slept or asked for between tries; where there are none, those that passed."""
    waited = 0.0
    for task in _askers(run, earlier, later):
        waited += sum(seconds for seconds, _, _ in _sleeps(task, earlier, later))
        waited += sum(_between_tries(task, earlier, later))
    return waited or _at(later) - _at(earlier)


def _single_waits(run: SeenRun, earlier: Row, later: Row) -> list[float]:
    """Each wait between two questions on its own, whoever asked beside them; where there is none, the time that passed.

    Between two of its tries the whole task waits: what its threads sleep besides, to spread their questions, is no pause
    for this one. What a thread of the task's sleeps without a question in between is one wait. A thread that the event
    loop lends sleeps for another coroutine each time.
    """
    questions = [_at(row) for source in (FIRST, SECOND) for row in run.step.services.get(source, [])]
    waits: list[float] = []
    for task in _askers(run, earlier, later):
        between = _between_tries(task, earlier, later)
        waits += between
        if sum(between) >= 1:
            continue
        last: dict[int, tuple[int, float]] = {}  # by thread: its last wait's place, and when it last slept
        for seconds, at, by in _sleeps(task, earlier, later):
            number, before = last.get(by, (-1, at))
            if by == LENT or number < 0 or any(before < moment < at for moment in questions):
                number = len(waits)
                waits.append(0.0)
            waits[number] += seconds
            last[by] = number, at
    return waits or [_at(later) - _at(earlier)]


def _sleeps(task: TaskRun, earlier: Row, later: Row) -> list[tuple[float, float, int]]:
    """What it slept between two questions: seconds, when, and in which of its threads."""
    slept = zip(task.sleeps, task.slept_at, task.slept_by, strict=False)
    return [one for one in slept if _at(earlier) < one[1] < _at(later)]


def _between_tries(task: TaskRun, earlier: Row, later: Row) -> list[float]:
    """What it asked to wait between those of its tries that lie between two questions."""
    gaps = zip(task.waits, pairwise(task.spans), strict=False)
    return [wait for wait, (one, other) in gaps if _at(earlier) <= one[1] and other[0] <= _at(later)]


def _askers(run: SeenRun, *asked: Row) -> list[TaskRun]:
    """Who asked these questions: another currency's pauses are its own."""
    moments = [_at(row) for row in asked]
    found = [t for t in run.report.tasks if any(a <= at <= z for a, z in t.spans for at in moments)]
    return found or list(run.report.tasks)


def _at(row: Row) -> float:
    return float(row.get("at") or 0)


@criterion("espera-crescente")
def test_pauses_grow_and_end(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run, day = run_of(evidencia, UNSTEADY), esperado["unsteady"]
    must_have_rows(run, day)
    (code,) = with_role(day, "dead")
    asked = run.gets(FIRST, f"/{code}")
    if not asked:
        raise Waits("Espera que a fonte principal seja perguntada por todas as moedas.")
    wanted = "Uma fonte que não volta recebe de três a seis pedidos, com esperas que crescem (backoff), e depois é deixada em paz."
    expect(
        len(asked) <= MAX_QUESTIONS,
        wanted,
        f"Ela recebeu {len(asked)} pedidos por uma mesma moeda em uma só execução.",
    )
    if len(asked) < MIN_QUESTIONS:
        raise Waits("Espera pelo menos três pedidos pela mesma moeda; é o critério de insistir que os pede.")
    # Where currencies are asked for side by side nobody knows whose a wait is: a single growing choice is enough.
    threads = {by for task in _askers(run, *asked) for by in task.slept_by}
    if len(threads) > 1 or LENT in threads:
        first, last = (_single_waits(run, *pair) for pair in (asked[:2], asked[-2:]))
        series = [[one, other] for one in first for other in last]
    else:
        series = [[asked_to_wait(run, *pair) for pair in pairwise(asked)]]
    growing = (one for one in series if one[-1] >= max(1, one[0] + MIN_GROWTH))
    pauses = next(growing, series[0])
    told = ", ".join(f"{pause:.1f} s" for pause in pauses)
    expect(pauses[-1] >= 1, wanted, f"As esperas entre os pedidos foram de {told}: quase nada.")
    expect(
        pauses[-1] > pauses[0] + MIN_GROWTH,
        wanted,
        f"As esperas entre os pedidos foram de {told}: não crescem.",
    )


@criterion("retry-after")
def test_retry_after_is_honoured(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run, day = run_of(evidencia, LIMITED), esperado["limited"]
    common_run(evidencia, esperado["common"])
    wanted = "Um 429 diz em Retry-After quantos segundos esperar: você espera pelo menos isso e pergunta de novo à mesma fonte."
    for code, seconds in day["retry_after"].items():
        asked = run.gets(FIRST, f"/{code}")
        if not asked:
            raise Waits("Espera que a fonte principal seja perguntada por todas as moedas.")
        expect(len(asked) > 1, wanted, "Depois do 429 a fonte não foi perguntada de novo.")
        waited = asked_to_wait(run, asked[0], asked[1])
        expect(waited >= seconds - 0.5, wanted, f"Você esperou {waited:.0f} s, menos do que a fonte pediu.")
        row = next((row for row in run.rows("cotacoes", data=day["date"]) if row.get("moeda") == code), None)
        expect(
            row and row.get("fonte") == FIRST, wanted,
            "A fonte respondeu bem depois da espera, e a resposta dela não foi a que ficou.",
        )  # fmt: skip


# --- writing -----------------------------------------------------------------------------------------


@criterion("gravacao")
def test_a_day_is_written_whole_and_once(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    day = esperado["common"]
    first, again = common_run(evidencia, day), run_of(evidencia, AGAIN)
    wanted = "Rodar o mesmo dia de novo deixa as mesmas linhas, e as dos outros dias como estavam."
    for table in ("cotacoes", "quarentena"):
        before, after = first.rows(table, data=day["date"]), again.rows(table, data=day["date"])
        differences = differing_rows(table, after, before, visible=False) if before else []
        expect(not differences, wanted, f"Depois da segunda execução, `{table}` mudou.", rows=differences)
    others = [row for row in again.step.tables.get("cotacoes", []) if row.get("data") != day["date"]]
    differences = differing_rows("cotacoes", others, day["history"], visible=False)
    expect(not differences, wanted, "As linhas de outros dias não são mais as mesmas.", rows=differences)

    day = esperado["broken"]
    broken = run_of(evidencia, BROKEN)
    rows = broken.rows("cotacoes", data=day["date"])
    wanted = "Quando a gravação quebra no meio, o dia fica como estava antes, e a execução fica vermelha."
    if not differing_rows("cotacoes", rows, day["cotacoes"], visible=False):
        return  # written by a way that the trap does not touch
    if differing_rows("cotacoes", rows, day["earlier"], visible=False):
        expect(rows, wanted, "O que o dia já tinha foi apagado, e o novo não entrou.")
        expect(False, wanted, "Ficou uma mistura: parte do dia novo sem o resto, ou junto do que já havia.")
    expect(
        broken.report.state == "failed", wanted, "O erro foi engolido: a execução terminou verde sem gravar."
    )


# --- failing -----------------------------------------------------------------------------------------


@criterion("falha-total")
def test_a_day_without_rates_is_red(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    common_run(evidencia, esperado["common"])
    run, day = run_of(evidencia, BLACKOUT), esperado["blackout"]
    wanted = "Sem nenhuma fonte e sem cache que valha, a execução fica vermelha e não grava nada."
    rows = run.rows("cotacoes", data=day["date"])
    stale = any(row.get("fonte") == CACHE for row in rows)
    expect(not stale, wanted, "Foi usada uma cotação velha demais para o cache, ou de um dia posterior.")
    expect(not rows, wanted, "Foram gravadas cotações que ninguém deu.")
    expect(
        run.report.state == "failed",
        wanted,
        "A execução terminou verde: quem olha o painel acha que o dia tem cotações.",
    )


URL = re.compile(r"https?://[^\s\"'<>]+")
TAG = re.compile(r"<[^>]*>")


@criterion("aviso")
def test_one_useful_message_for_a_failure(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    common = common_run(evidencia, esperado["common"])
    quiet = [common, run_of(evidencia, UNSTEADY), run_of(evidencia, LIMITED)]
    red = [
        (run_of(evidencia, BLACKOUT), esperado["blackout"]),
        (run_of(evidencia, BROKEN), esperado["broken"]),
    ]
    wanted = "Uma execução vermelha manda um e-mail por task que falhou de vez (ou um só); uma verde, nenhum."
    for run in quiet:
        sent = len(run.step.services.get(INBOX, []))
        if run.report.state == "success":
            expect(not sent, wanted, f"Em um dia que terminou verde, o plantão recebeu {sent} e-mail(s).")
    red = [(run, day) for run, day in red if run.report.state == "failed"]
    if not red:
        raise Waits("Espera uma execução que fique vermelha quando deve.")
    for run, day in red:
        messages = run.step.services.get(INBOX, [])
        failed = [task for task in run.report.tasks if task.state == "failed"]
        expect(messages, wanted, "Uma execução ficou vermelha, e o plantão não recebeu nada.")
        expect(
            len(messages) <= max(1, len(failed)),
            wanted,
            f"Falhou {len(failed)} task, e o plantão recebeu {len(messages)} e-mails: parece um por tentativa.",
        )
        for message in messages:
            lacks = _lacks(message, day, failed)
            expect(
                not lacks,
                "O e-mail diz ao plantão qual task, qual DAG, qual data, qual erro e onde olhar.",
                f"Em um dos e-mails falta: {', '.join(lacks)}.",
            )


def _lacks(message: Row, day: dict[str, Any], failed: list[TaskRun]) -> list[str]:
    raw = html.unescape(f"{message.get('subject')}\n{message.get('text')}")
    links = URL.findall(raw)
    text = _without_links(raw)
    year, month, number = day["date"].split("-")
    errors = [_without_links(task.error.partition(": ")[2])[:40] for task in failed]
    known = [*filter(None, errors), *map(str, day["statuses"]), TRAP]
    there = {
        "o endereço do plantão": day["duty"] in str(message.get("to")),
        "a task que falhou": any(re.search(rf"\b{re.escape(task.id)}\b", text) for task in failed),
        "o DAG": "cotacoes" in text,
        "a data do dia": day["date"] in text or f"{number}/{month}/{year}" in text,
        "o erro": any(re.search(rf"(?<!\w){re.escape(one)}", text) for one in known),
        "um link para a execução": any("cotacoes" in link for link in links),
    }
    return [what for what, is_there in there.items() if not is_there]


def _without_links(text: str) -> str:
    """Words alone: no links, no tags, one space between them. An error may begin with the address that it is about."""
    return " ".join(html.unescape(TAG.sub(" ", URL.sub(" ", text))).split())


@criterion("limpeza")
def test_every_session_is_closed(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    common_run(evidencia, esperado["common"])
    wanted = "Toda sessão aberta na fonte principal é fechada, termine a execução como terminar."
    cases = (
        (COMMON, "um dia comum"), (UNSTEADY, "um dia instável"),
        (BLACKOUT, "um dia sem nenhuma fonte"), (BROKEN, "um dia em que a gravação quebrou"),
    )  # fmt: skip
    for name, words in cases:
        asked = run_of(evidencia, name).step.services.get(FIRST, [])
        opened = sum(r.get("method") == "POST" and r.get("status") == 201 for r in asked)
        closed = sum(r.get("method") == "DELETE" and r.get("status") == 204 for r in asked)
        if not opened and name == COMMON:
            raise Waits("Espera que o DAG abra uma sessão na fonte principal.")
        expect(
            closed == opened, wanted, f"Em {words}, ficou aberta {opened - closed} de {opened} sessão(ões)."
        )
