"""The worlds of exercise 2 over 40 seeds: every draw holds every case, and the reference agrees with a client of its own.

The client shares nothing with the reference: it asks the sources themselves, as a pipeline would, and follows the
statement's table.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from autograder.judge.graders import graders_of
from autograder.run.services.web import Answer, Request
from curso.places import exercise_folder

GRADERS = graders_of(exercise_folder("ex2-error-handling"))
WORLD: Any = GRADERS.world
SEEDS = range(40)
DAYS = ("common", "unsteady", "limited", "blackout", "broken")


class Client:
    """Asks the sources of a day without any network, and writes down what the statement tells to."""

    def __init__(self, day: Any) -> None:
        self.day = day
        self.sources = {name: WORLD.Source(day, name) for name in (WORLD.FIRST, WORLD.SECOND)}
        self.counted: dict[str, int] = {}
        opened = self.ask(WORLD.FIRST, "/sessoes", method="POST")
        self.session = json.loads(opened.body)["sessao"]
        self.rates: list[tuple[Any, ...]] = []
        self.quarantine: list[tuple[Any, ...]] = []
        with closing(sqlite3.connect(":memory:")) as self.warehouse:
            WORLD.fill(self.warehouse, day)
            for currency in self.warehouse.execute("SELECT moeda, minimo, maximo FROM moedas").fetchall():
                self.collect(*currency)

    def ask(self, source: str, path: str, method: str = "GET") -> Answer:
        whole = self.day.bases[source] + path
        self.counted[whole] = self.counted.get(whole, 0) + 1
        query = {"sessao": self.session} if source == WORLD.FIRST and method == "GET" else {}
        answer: Answer = self.sources[source].answer(Request(method, whole, query, "", self.counted[whole]))
        return answer

    def collect(self, code: str, low: float, high: float) -> None:
        date = str(self.day.date)
        for source in self.sources:
            record = self.insist(source, f"/{date}/{code}")
            if record is None:
                continue
            reason = "fora_da_faixa"
            if type(record["taxa"]) not in (int, float):
                reason = "tipo_invalido"
            elif low <= record["taxa"] <= high:
                self.rates.append((date, code, record["taxa"], source))
                return
            self.quarantine.append((date, code, source, reason))
        found = self.warehouse.execute(
            "SELECT taxa FROM cotacoes WHERE moeda = ? AND data < ? AND julianday(?) - julianday(data) <= 7"
            " ORDER BY data DESC",
            (code, date, date),
        ).fetchone()
        if found:
            self.rates.append((date, code, found[0], "cache"))

    def insist(self, source: str, path: str) -> dict[str, Any] | None:
        for _ in range(3):
            answer = self.ask(source, path)
            if answer.status == 404:
                return None
            if answer.status == 200 and not answer.cut and answer.hang < 3:
                try:
                    return dict(json.loads(answer.body))
                except ValueError:
                    pass
        return None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_agrees_with_a_client(seed: int) -> None:
    drawn = WORLD.draw(seed)
    expected = GRADERS.expected(drawn)
    for name in DAYS:
        client = Client(getattr(drawn, name))
        rates = [
            tuple(row[c] for c in ("data", "moeda", "taxa", "fonte")) for row in expected[name]["cotacoes"]
        ]
        assert sorted(client.rates) == sorted(rates), name
        set_aside = [
            tuple(row[c] for c in ("data", "moeda", "fonte", "motivo"))
            for row in expected[name]["quarentena"]
        ]
        assert sorted(client.quarantine) == sorted(set_aside), name


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_answers_are_taken_for_one_another(seed: int) -> None:
    drawn = WORLD.draw(seed)
    for name in DAYS:
        day = getattr(drawn, name)
        for currency in day.currencies:
            told = [
                step.rate
                for source in (WORLD.FIRST, WORLD.SECOND)
                for step in dict.fromkeys(day.plans[source][currency.code])
                if isinstance(step.rate, float)
            ]
            # A cut answer holds the rate that the whole one holds.
            told = list(dict.fromkeys(told))
            known = [rate for _, code, rate, _ in day.history if code == currency.code]
            assert len({*told, *known}) == len(told) + len(known)
            assert all(currency.low < rate < currency.high for rate in known)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_draw_holds_every_case(seed: int) -> None:
    drawn = WORLD.draw(seed)
    assert len({getattr(drawn, name).date for name in DAYS}) == len(DAYS)
    for name, roles in (("common", WORLD.COMMON), ("unsteady", WORLD.UNSTEADY)):
        assert sorted(getattr(drawn, name).roles.values()) == sorted(roles)
    for name in DAYS:
        day = getattr(drawn, name)
        later = [row for row in day.history if row[0] > str(day.date)]
        ages = sorted({(day.date - type(day.date).fromisoformat(row[0])).days for row in day.history})
        assert later, "a cache that must not be used"
        if name == "blackout":
            assert not [age for age in ages if 0 < age <= WORLD.MAX_AGE]
        else:
            assert len([age for age in ages if 0 < age <= WORLD.MAX_AGE]) == 2, (
                "an older one beside the newest"
            )
    (code,) = drawn.common.of("true")
    (currency,) = [c for c in drawn.common.currencies if c.code == code]
    assert currency.low <= 1 <= currency.high, "else true would be refused by its range"
    (code,) = drawn.common.of("text")
    (currency,) = [c for c in drawn.common.currencies if c.code == code]
    assert currency.low <= float(drawn.common.plans[WORLD.FIRST][code][0].rate) <= currency.high


@pytest.mark.parametrize("seed", SEEDS)
def test_the_warehouse_refuses_a_row_from_the_middle(seed: int, tmp_path: Path) -> None:
    drawn = WORLD.draw(seed)
    (scenario,) = [s for s in GRADERS.scenarios(drawn) if s.id == "queda"]
    scenario.build(tmp_path)
    with closing(sqlite3.connect(tmp_path / WORLD.OBSERVE.database)) as db:
        (trap, _) = [sql for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    refused = trap.split("'")[1]
    in_table = [currency.code for currency in drawn.broken.currencies]
    assert refused not in (in_table[0], in_table[-1], min(in_table), max(in_table))


def test_draws_repeat_and_differ() -> None:
    assert WORLD.draw(7) == WORLD.draw(7)
    addresses = {WORLD.address(WORLD.draw(seed).common, WORLD.FIRST) for seed in SEEDS}
    assert len(addresses) == len(SEEDS), "nothing that can be written into a DAG"
