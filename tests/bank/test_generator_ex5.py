"""The worlds of exercise 5 over 12 seeds: every draw holds every case, and the reference agrees with the answer's core.

The answer's core shares nothing with the reference: it asks the API itself, and lets SQL work out the regions.
"""

from __future__ import annotations

import importlib.util
import json
import sqlite3
from contextlib import closing
from datetime import UTC
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from autograder.judge.graders import graders_of
from autograder.run.services.web import Answer, Request
from curso.places import exercise_folder

FOLDER = exercise_folder("ex5-tres-orquestradores")
GRADERS = graders_of(FOLDER)
WORLD: Any = GRADERS.world
SEEDS = range(12)
DAYS = ("common", "next", "unsteady", "fallen", "scheduled", "partition", "spoilt", "replaced")
TABLES = ("vendas", "vendas_por_regiao")


@pytest.fixture(scope="module")
def core() -> ModuleType:
    """The answer's core, which is also what the bank's submissions are made from."""
    file = FOLDER / "gabarito" / "nucleo.py"
    spec = importlib.util.spec_from_file_location("nucleo_da_resposta", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Api:
    """Asks a world's API without any network."""

    def __init__(self, drawn: Any, *days: Any) -> None:
        self._sales = WORLD.Sales(drawn, days)
        self._base = drawn.base
        self._asked: dict[str, int] = {}

    def ask(self, path: str, turn: int = 1, method: str = "GET") -> Answer:
        whole = self._base + path
        self._asked[whole] = self._asked.get(whole, 0) + 1
        answer: Answer = self._sales.answer(Request(method, whole, {}, "", self._asked[whole], turn))
        return answer

    def insist(self, day: Any, store: int) -> Any:
        """What a patient client gets in the end; None for a store that did not open."""
        for _ in range(3):
            answer = self.ask(f"/{day.date}/{store}", turn=2)
            if answer.status == 404:
                return None
            if answer.status == 200 and not answer.cut:
                return json.loads(answer.body)
        raise AssertionError(f"a API não respondeu {store} em três pedidos")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_agrees_with_the_answers_core(seed: int, core: ModuleType, tmp_path: Path) -> None:
    drawn = WORLD.draw(seed)
    wanted = GRADERS.expected(drawn)
    for name in DAYS:
        day = getattr(drawn, name)
        folder = tmp_path / name
        folder.mkdir()
        WORLD.build(folder, day, drawn, earlier=True)
        warehouse = str(folder / WORLD.OBSERVE.database)
        api = Api(drawn, day)
        answers = [api.insist(day, store) for store in core.lojas(warehouse)]
        core.gravar_vendas(warehouse, str(day.date), [sale for one in answers for sale in core.limpar(one)])
        core.gravar_regioes(warehouse, str(day.date))
        with closing(sqlite3.connect(warehouse)) as connection:
            connection.row_factory = sqlite3.Row
            for table in TABLES:
                rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
                right = wanted[name][table] + wanted[name]["history"][table]
                assert sorted(map(str, rows)) == sorted(map(str, right)), (name, table)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_draw_holds_every_case(seed: int) -> None:
    drawn = WORLD.draw(seed)
    days = {name: getattr(drawn, name) for name in DAYS}
    region = {store: where for store, _, where in drawn.stores}
    assert set(region.values()) == set(WORLD.REGIONS)
    wanted = GRADERS.expected(drawn)
    for name, day in days.items():
        assert len(day.open) >= 4, name
        assert len(day.closed) == 2, name
        certain = wanted[name]["certain"]
        assert all(certain[str(store)] for store in day.open), (
            "each store has a sale that nobody argues about"
        )
        assert any(row["vendas"] == 0 for row in wanted[name]["vendas_por_regiao"]), "a region without a sale"
        lines = [line for of_store in day.lines.values() for line in of_store]
        versions = {line.sale: [one.status for one in lines if one.sale == line.sale] for line in lines}
        assert ["cancelada", "ok"] in versions.values(), "cancelled first, confirmed last"
        assert ["ok", "cancelada"] in versions.values(), "confirmed first, cancelled last"
        assert ["ok", "ok"] in versions.values(), "sent twice"
        counted = {row["venda_id"]: row for row in wanted[name]["vendas"]}
        unit = [
            row["valor_centavos"] // row["quantidade"] for row in counted.values() if row["quantidade"] > 0
        ]
        assert any(cents >= 100_000 for cents in unit), "a price with a thousands separator"
        assert any(int(cents / 100 * 100) != cents for cents in unit), "a price that floats get wrong"
        assert any(row["quantidade"] > 1 for row in counted.values())
        bad = [row for row in counted.values() if row["quantidade"] < 1]
        assert len(bad) == (1 if name == "spoilt" else 0)
    dates = [day.date for day in days.values()]
    assert abs((drawn.next.date - drawn.common.date).days) > 1, (
        "the common day's world has rows of its neighbours"
    )
    assert max(dates).year == 2026
    assert len(drawn.unsteady.busy) == len(drawn.unsteady.cut) == 1
    assert not set(drawn.unsteady.busy) & drawn.unsteady.cut
    assert len(drawn.fallen.dead) == 1
    in_order = [store for store, _, _ in drawn.stores if store in drawn.fallen.open]
    (dead,) = drawn.fallen.dead
    assert dead not in (in_order[0], in_order[-1]), "whoever asks in the table's order has answers before it"
    assert drawn.scheduled.run_after.astimezone(UTC).hour == 5


def test_the_api_answers_what_the_statement_says() -> None:
    drawn = WORLD.draw(3)
    api = Api(drawn, drawn.unsteady, drawn.fallen)
    day = drawn.unsteady
    ((busy, status),) = day.busy.items()
    assert [api.ask(f"/{day.date}/{busy}").status for _ in range(3)] == [status, status, 200]
    (cut,) = day.cut
    assert [api.ask(f"/{day.date}/{cut}").cut for _ in range(2)] == [True, False]
    assert {api.ask(f"/{day.date}/{store}").status for store in day.closed} == {404}
    (dead,) = drawn.fallen.dead
    path = f"/{drawn.fallen.date}/{dead}"
    assert {api.ask(path).status for _ in range(9)} == {503}
    assert api.ask(path, turn=2).status == 200
    for path in ("/", "/2020-01-01/1", f"/{day.date}", f"/{day.date}/99", f"/{day.date}/{busy}/x"):
        assert api.ask(path).status == 400, path
    assert api.ask(f"/{day.date}/{busy}", method="POST").status == 400


def test_draws_repeat_and_differ() -> None:
    assert WORLD.draw(7) == WORLD.draw(7)
    assert len({str(WORLD.draw(seed)) for seed in range(5)}) == 5
    json.dumps(GRADERS.expected(WORLD.draw(7)))
