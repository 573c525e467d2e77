"""One world, one loading and one run: what the usual way does with its notebook."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from autograder.run.world import Observe, Parse, Run, Scenario

SAMPLE_SEED = 1
OBSERVE = Observe(database="warehouse.db", tables=("totals",), folders=())


def draw(seed: int) -> int:
    return seed


def build(folder: Path) -> None:
    with closing(sqlite3.connect(folder / OBSERVE.database)) as connection, connection:
        connection.execute("CREATE TABLE totals (value INTEGER)")


def scenarios(drawn: int) -> list[Scenario]:
    steps = {"carga": Parse(), "execução": Run("usual", datetime(2026, 3, 2, 2, tzinfo=UTC))}
    return [
        Scenario("dia", build, steps, lambda world: {"WAREHOUSE": str(world / OBSERVE.database)}),
    ]
