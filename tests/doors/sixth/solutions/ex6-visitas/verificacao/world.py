"""The world of the sixth exercise: one file with a line per visit, and an empty table."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.run.world import Observe, Parse, Run, Scenario

SAMPLE_SEED = 6
SAMPLE_DAYS = ("visitas",)
OBSERVE = Observe(database="armazem.db", tables=("visitas",), folders=())
RUN = Run("visitas", datetime(2026, 3, 2, 5, tzinfo=UTC))


@dataclass(frozen=True)
class Draw:
    visits: int


def draw(seed: int) -> Draw:
    return Draw(random.Random(seed).randint(10, 500))


def write_sample(folder: Path, drawn: Draw) -> None:
    lines = "\n".join(f"{number},{number % 12 + 1}" for number in range(drawn.visits))
    (folder / "visitas.csv").write_text(f"visita,loja\n{lines}\n", encoding="utf-8")


def build(folder: Path, drawn: Draw) -> None:
    write_sample(folder, drawn)
    with closing(sqlite3.connect(folder / "armazem.db")) as connection, connection:
        connection.execute("CREATE TABLE visitas (total INTEGER)")


def environment(world: Path) -> dict[str, str]:
    return {"AIRFLOW_VAR_PASTA_DADOS": str(world)}


def scenarios(drawn: Draw) -> list[Scenario]:
    steps = {"carga": Parse(), "execução": RUN}
    return [Scenario("dia", lambda folder: build(folder, drawn), steps, environment)]
