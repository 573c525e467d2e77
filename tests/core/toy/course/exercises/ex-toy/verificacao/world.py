"""The toy's world: one number in a file, an empty warehouse."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.run.world import Limits, Observe, Parse, Run, Scenario

SAMPLE_SEED = 7
OBSERVE = Observe(database="armazem.db", tables=("numeros",), folders=("saida",))
RUN = Run("toy", datetime(2026, 3, 2, 5, tzinfo=UTC), Limits(wall_seconds=10.0))


@dataclass(frozen=True)
class Draw:
    number: int


def draw(seed: int) -> Draw:
    return Draw(2026 if seed == SAMPLE_SEED else random.Random(seed).randint(10, 1_000_000))


def build(folder: Path, number: int) -> None:
    (folder / "saida").mkdir()
    (folder / "numero.txt").write_text(str(number), encoding="utf-8")
    with closing(sqlite3.connect(folder / "armazem.db")) as connection, connection:
        connection.execute("CREATE TABLE numeros (nome TEXT, valor INTEGER)")


def scenarios(drawn: Draw) -> list[Scenario]:
    return [
        Scenario(
            "visivel",
            lambda folder: build(folder, drawn.number),
            {"carga": Parse(), "execução": RUN},
            lambda world: {"MUNDO": str(world)},
        )
    ]
