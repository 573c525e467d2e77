"""The hidden scenarios: other days, a corrupted one, and a load that breaks in the middle."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.run.world import Run, Scenario


def scenarios(drawn: Any, world: ModuleType) -> list[Scenario]:
    """`world` is the exercise's own module, which drew `drawn`."""

    def with_newer_file(day: Any) -> Any:
        newer = replace(drawn.workday, date=day.date + timedelta(days=2))
        return lambda folder: world.build(folder, day, other_files=(newer,))

    def breaking(folder: Path) -> None:
        world.build(folder, drawn.broken)
        _load_earlier_version_and_trap(folder / world.OBSERVE.database, drawn.broken)

    def run(day: Any) -> dict[str, Any]:
        return {"execução": Run(world.DAG_ID, day.run_after)}

    return [
        Scenario("feriado", with_newer_file(drawn.holiday), run(drawn.holiday), world.environment),
        Scenario("fim-de-semana", with_newer_file(drawn.weekend), run(drawn.weekend), world.environment),
        Scenario(
            "corrompido", lambda f: world.build(f, drawn.corrupted), run(drawn.corrupted), world.environment
        ),
        Scenario("queda", breaking, run(drawn.broken), world.environment),
    ]


def earlier_version(day: Any) -> list[tuple[object, ...]]:
    """What an earlier load of the day had left in `vendas`."""
    return [(str(day.date), f"V-previa-{n}", 3, 104, 1, 1_000 + n) for n in range(5)]


def _load_earlier_version_and_trap(database: Path, day: Any) -> None:
    """From now on the warehouse refuses one sale from the middle of the file, like a disk that fills up."""
    refused = _from_the_middle(day)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany("INSERT INTO vendas VALUES (?, ?, ?, ?, ?, ?)", earlier_version(day))
        connection.execute(
            f"CREATE TRIGGER disco BEFORE INSERT ON vendas WHEN NEW.venda_id = '{refused}' "
            "BEGIN SELECT RAISE(ABORT, 'disco cheio (falha simulada)'); END"
        )


def _from_the_middle(day: Any) -> str:
    """A valid sale from the middle of the day, in the file's order as well as in that of the ids."""
    in_file = list(dict.fromkeys(line.sale for line in day.lines))
    by_id = sorted(in_file)
    last = {line.sale: line for line in day.lines}

    def off_centre(sale: str) -> float:
        return max(abs(order.index(sale) / len(order) - 0.5) for order in (in_file, by_id))

    return min((sale for sale in in_file if last[sale].status == "ok"), key=off_centre)
