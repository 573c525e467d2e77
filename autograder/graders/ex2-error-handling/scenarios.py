"""The hidden scenarios: a source that asks for patience, a warehouse that refuses a row half way, a day without any source.

The patience has a day of its own: where one task asks for all currencies, its pauses are those of them all.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.run.world import Run, Scenario

TRAP = "disco cheio no armazém (falha simulada)"


def scenarios(drawn: Any, world: ModuleType) -> list[Scenario]:
    """`world` is the exercise's own module, which drew `drawn`."""

    def breaking(folder: Path) -> None:
        earlier = world.earlier_version(drawn.broken)
        _load_and_trap(folder / world.OBSERVE.database, drawn.broken, earlier)

    def run(day: Any) -> dict[str, Any]:
        return {"execução": Run(world.DAG_ID, day.run_after, world.LIMITS, skip_sleeps=True)}

    return [
        world.scenario("limite", drawn.limited, run(drawn.limited)),
        world.scenario("queda", drawn.broken, run(drawn.broken), breaking),
        world.scenario("apagao", drawn.blackout, run(drawn.blackout)),
    ]


def refused(day: Any) -> str:
    """A currency from the middle, in the warehouse's order as well as in that of the codes."""
    in_table = [currency.code for currency in day.currencies]
    by_code = sorted(in_table)

    def off_centre(code: str) -> float:
        return max(abs(order.index(code) / (len(order) - 1) - 0.5) for order in (in_table, by_code))

    return min(in_table, key=off_centre)


def _load_and_trap(database: Path, day: Any, earlier: list[Any]) -> None:
    """From now on the warehouse refuses one currency, like a disk that fills up."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany("INSERT INTO cotacoes VALUES (?, ?, ?, ?)", earlier)
        for event in ("INSERT", "UPDATE"):
            connection.execute(
                f"CREATE TRIGGER disco_{event} BEFORE {event} ON cotacoes WHEN NEW.moeda = '{refused(day)}' "
                f"BEGIN SELECT RAISE(ABORT, '{TRAP}'); END"
            )
