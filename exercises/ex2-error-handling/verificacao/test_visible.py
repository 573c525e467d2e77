"""The visible criteria of exercise 2."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from autograder.judge import SeenRun, Unmet, Waits, criterion, differing_rows, expect, run_of
from autograder.judge.checks import only_dag, parse_of
from autograder.model.evidence import Evidence, Row

DAG_ID = "cotacoes"
COMMON, UNSTEADY = "dia-comum/primeira", "instavel/execução"
FIRST, SECOND = "principal", "secundaria"
BAD_ONCE = ("text", "true", "null", "low", "high")
PATIENCE = 11.0  # seconds: what the statement allows to a whole task, and a bit; a request has 3


def rate_of(run: SeenRun, day: dict[str, Any], code: str) -> Row | None:
    """The day's row of a currency; the first, where there are several."""
    rows = run.rows("cotacoes", data=day["date"])
    return next((row for row in rows if row.get("moeda") == code), None)


def right(day: dict[str, Any], code: str) -> dict[str, Any]:
    """The row that a currency must have."""
    (row,) = [row for row in day["cotacoes"] if row["moeda"] == code]
    return dict(row)


def codes(day: dict[str, Any], *roles: str) -> list[str]:
    """The currencies that are there for this."""
    return [code for role in roles for code in day["roles"].get(role, [])]


def shown(row: Row | None) -> str:
    """A row of `cotacoes` as a student reads it."""
    return f"taxa={row.get('taxa')}, fonte={row.get('fonte')}" if row else "nenhuma linha"


def must_have_rows(run: SeenRun, day: dict[str, Any]) -> None:
    """Raises Waits where a run has written nothing at all: another criterion tells why."""
    if not run.rows("cotacoes", data=day["date"]):
        why = run.failures()
        raise Waits(f"Espera uma execução que grave cotações{f'; esta falhou em {why}' if why else ''}.")


@criterion("carrega")
def test_loads(evidencia: Evidence) -> None:
    only_dag(evidencia, "carga/hoje", DAG_ID)
    report = parse_of(evidencia, "carga/hoje")
    used = [what for what in report.touched if what == "usou a rede" or what.startswith("leu a ")]
    expect(
        not used,
        "Carregar o arquivo não pergunta nada a ninguém: o Airflow o carrega a cada poucos segundos.",
        f"Ao carregar, ele {', '.join(used[:3])}.",
    )


@criterion("dia-comum")
def test_good_rates_of_a_common_day(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run, day = run_of(evidencia, COMMON), esperado["common"]
    good = codes(day, "good")
    wanted = "Em um dia comum, cada moeda que a fonte principal conhece bem tem a sua linha, e a execução termina verde."
    rows = [row for row in run.rows("cotacoes", data=day["date"]) if row.get("moeda") in good]
    differences = differing_rows("cotacoes", rows, [right(day, code) for code in good], visible=True)
    failures = run.failures()
    if differences:
        words = f"As cotações de {' e '.join(good)} em {day['date']} não estão como a fonte principal disse."
        words += f" A execução falhou em {failures}." if failures else ""
        raise Unmet(wanted, words, rows=differences, log=run.log())
    expect(
        run.report.state == "success",
        wanted,
        f"A execução terminou {run.report.state}: {failures}.",
        log=run.log(),
    )


@criterion("quarentena")
def test_bad_records_are_set_aside(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run, day = run_of(evidencia, COMMON), esperado["common"]
    must_have_rows(run, day)
    wanted = "Um registro ruim vai para a quarentena, com o motivo e o que a fonte mandou, e nunca para `cotacoes`."
    # A source that was not asked can't have sent one: whether it should have been is another criterion's question.
    bad = [row for row in day["quarentena"] if run.gets(row["fonte"], f"/{row['moeda']}")]
    if not any(row["fonte"] == FIRST for row in bad):
        raise Waits("Espera que a fonte principal seja perguntada por todas as moedas.")
    for row in bad:
        there = rate_of(run, day, row["moeda"])
        expect(
            there is None or not _believed(there, row),
            wanted,
            f"{row['moeda']}: a fonte {row['fonte']} respondeu {json.dumps(row['registro']['taxa'])}, e em `cotacoes` "
            f"ficou {shown(there)}.",
        )
    seen = run.rows("quarentena", data=day["date"])
    plain = [{k: v for k, v in row.items() if k != "registro"} for row in bad]
    differences = differing_rows("quarentena", seen, plain, visible=True)
    if differences:
        raise Unmet(
            wanted, "As linhas da quarentena não são as dos registros ruins deste dia.", rows=differences
        )
    sent = {(row["moeda"], row["fonte"]): row["registro"] for row in bad}
    for row in seen:
        kept = str(row.get("registro"))[:200]
        expect(
            _same_record(kept, sent[str(row.get("moeda")), str(row.get("fonte"))]),
            "`registro` guarda o JSON que a fonte mandou: quem for investigar precisa dele.",
            f"Na linha de {row.get('moeda')} ele guarda: {kept}",
        )


def _believed(there: Row, bad: dict[str, Any]) -> bool:
    """True where a row says what a bad record said; a column of numbers makes a number of a text that looks like one."""
    rate = bad["registro"]["taxa"]
    number = float(rate) if isinstance(rate, str) else rate
    return bool(there.get("fonte") == bad["fonte"] and there.get("taxa") == number)


def _same_record(text: str, sent: dict[str, Any]) -> bool:
    try:
        return bool(json.loads(text) == sent)
    except ValueError:
        return False


@criterion("insistir")
def test_what_passes_is_asked_again(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run, day = run_of(evidencia, UNSTEADY), esperado["unsteady"]
    run_of(evidencia, COMMON)
    must_have_rows(run, day)
    cases = {
        "busy": f"respondeu {day['statuses'][-1]} duas vezes e se recuperou",
        "cut": "mandou uma resposta cortada no meio e depois uma inteira",
        "garbage": "respondeu uma página de manutenção (200, sem JSON) e depois se recuperou",
    }
    for role, happened in cases.items():
        for code in codes(day, role):
            row, wanted = rate_of(run, day, code), right(day, code)
            asked = len(run.gets(FIRST, f"/{code}"))
            expect(
                row is not None and (row.get("taxa"), row.get("fonte")) == (wanted["taxa"], wanted["fonte"]),
                "Um defeito que passa merece outra tentativa na mesma fonte: pelo menos três por moeda.",
                f"{code}: a fonte principal {happened}; você fez {asked} pedido(s), e ficou {shown(row)}.",
            )


@criterion("timeout")
def test_a_hanging_answer_is_given_up(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run, day = run_of(evidencia, UNSTEADY), esperado["unsteady"]
    must_have_rows(run, day)
    wanted = "Um pedido que não responde em 3 s é abandonado, e a moeda segue o seu caminho."
    for code, late in day["late"].items():
        row = rate_of(run, day, code)
        asked = run.gets(FIRST, f"/{code}")
        if not asked:
            raise Waits(f"Espera que a fonte principal seja perguntada por {code}.")
        expect(
            row is None or row.get("taxa") != late,
            wanted,
            f"{code}: a fonte principal ficou muda por mais de 10 s, e o seu DAG esperou por ela.",
        )
        # Until it hung up, or asked something else: between two tries of a task a busy machine takes its own time.
        later = [_at(r) for r in (*asked[1:], *run.gets(SECOND, f"/{code}"))]
        left = [float(asked[0]["left"])] if asked[0].get("left") else []
        waited = min(later + left, default=_at(asked[0])) - _at(asked[0])
        expect(waited < PATIENCE, wanted, f"{code}: você esperou {waited:.0f} s antes de tentar outra coisa.")
        expect(row, wanted, f"{code}: depois do pedido sem resposta, a moeda ficou sem cotação.")


def _at(row: Row) -> float:
    return float(row.get("at") or 0)


@criterion("fallback")
def test_the_second_source_stands_in(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    common, unsteady = run_of(evidencia, COMMON), run_of(evidencia, UNSTEADY)
    cases: list[tuple[SeenRun, dict[str, Any], Iterable[str]]] = [
        (common, esperado["common"], ("unknown", *BAD_ONCE)),
        (unsteady, esperado["unsteady"], ("dead",)),
    ]
    must_have_rows(common, esperado["common"])
    must_have_rows(unsteady, esperado["unsteady"])
    wanted = "Sem uma cotação boa da principal, vale a da secundária, marcada com fonte = secundaria."
    for run, day, roles in cases:
        for role in roles:
            for code in codes(day, role):
                row, answer = rate_of(run, day, code), right(day, code)
                if role in BAD_ONCE and row and row.get("fonte") == FIRST:
                    continue  # a bad record that was believed is the quarantine's question
                expect(
                    row is not None
                    and (row.get("taxa"), row.get("fonte")) == (answer["taxa"], answer["fonte"]),
                    wanted,
                    f"{code}: a principal não tinha uma cotação boa, a secundária tinha, e ficou {shown(row)}.",
                )
        needless = [code for code in codes(day, "good") if run.gets(SECOND, f"/{code}")]
        expect(
            not needless,
            "A secundária só é perguntada pelo que a principal não deu: cada pedido a ela é pago.",
            f"Foi perguntada também por {', '.join(needless)}, que a principal tinha respondido bem.",
        )
