"""The course's small Airflow: started once for this file, and used as a lesson uses it."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from curso.services import control
from curso.services.airflow_client import TO_WRITE, Airflow, ErroNoDag
from curso.services.folder import HOST, Folder, Phase
from curso.services.service import ServiceError
from curso.services.supervisor import running

VENDAS = """
from airflow.sdk import Variable, dag, task


@dag(schedule="0 2 * * *", catchup=False)
def vendas():
    @task
    def extrair():
        print("extraindo da loja", Variable.get("loja"))
        return [3, 4]

    @task
    def dobrar(valor):
        return 2 * valor

    @task.bash
    def avisar():
        return "exit 1"

    dobrar.expand(valor=extrair()) >> avisar()


vendas()
"""


@pytest.fixture(scope="module")
def airflow(services: Path) -> Iterator[Airflow]:
    seen: list[Any] = []
    control.start("airflow", seen.append)
    assert {state.words for state in seen} >= {
        "api-server",
        "triggerer",
    }  # whoever waits is told how far it is
    yield control.client("airflow")
    control.stop("airflow")


def test_a_run_from_file_to_picture(airflow: Airflow) -> None:
    airflow.variavel("loja", "Recife")
    assert airflow.escrever_dag("vendas.py", VENDAS) == ["vendas"]
    run = airflow.disparar("vendas", data="2026-03-10", conf={"motivo": "teste"}).esperar(90)
    assert run.estado == "failed"
    assert [(row["task"], row["mapa"], row["estado"]) for row in run.tasks] == [
        ("extrair", None, "success"),
        ("dobrar", 0, "success"),
        ("dobrar", 1, "success"),
        ("avisar", None, "failed"),
    ] or {(row["task"], row["mapa"]) for row in run.tasks} == {
        ("extrair", None), ("dobrar", 0), ("dobrar", 1), ("avisar", None),
    }  # fmt: skip
    assert run["extrair"].xcom() == [3, 4]
    assert run["dobrar", 1].xcom() == 8
    assert "extraindo da loja Recife" in run["extrair"].log()
    assert run.detalhes["conf"] == {"motivo": "teste"}
    picture = run.desenhar()._repr_mimebundle_()["text/vnd.mermaid"]
    assert "avisar<br/>failed" in picture
    assert "-->" in airflow.desenhar("vendas").texto
    assert len(run.linha_do_tempo().axes[0].patches) == 4
    with pytest.raises(KeyError, match="há: avisar, dobrar, extrair"):
        run["carregar"]


def test_the_same_date_again_replaces_the_run(airflow: Airflow) -> None:
    airflow.escrever_dag("dia.py", "from airflow.sdk import DAG\nwith DAG('dia', schedule=None):\n    pass\n")
    for _ in range(2):
        airflow.disparar("dia", data="2026-03-11")
    assert [run.data.date().isoformat() for run in airflow.execucoes("dia") if run.data] == ["2026-03-11"]


def test_a_file_that_cannot_be_imported_says_airflows_own_reason(airflow: Airflow) -> None:
    with pytest.raises(ErroNoDag, match="unexpected keyword argument 'schedule_interval'"):
        airflow.escrever_dag(
            "velho.py", "from airflow.sdk import DAG\ndag = DAG('velho', schedule_interval='@daily')\n"
        )
    assert airflow.escrever_dag(
        "velho.py", "from airflow.sdk import DAG\ndag = DAG('velho', schedule='@daily')\n"
    ) == ["velho"]
    airflow.apagar_dag("velho.py")
    with pytest.raises(ServiceError, match="404"):
        airflow.disparar("velho")


def test_a_starter_file_is_kept_and_not_waited_for(airflow: Airflow) -> None:
    assert airflow.escrever_dag("desafio.py", f"from airflow.sdk import DAG\n{TO_WRITE}\n") == []
    assert (airflow.pasta_dags / "desafio.py").exists()
    with pytest.raises(ValueError, match="nome simples"):
        airflow.escrever_dag("../fora.py", "")


def test_an_assets_watcher_begins_with_a_reading_of_the_active_dag(airflow: Airflow) -> None:
    """Airflow forgets watchers of a paused DAG: what it watches for has no trigger until the file is read again."""
    text = """
from airflow.providers.standard.triggers.file import FileDeleteTrigger
from airflow.sdk import Asset, AssetWatcher, dag, task

watcher = AssetWatcher(name="vigia", trigger=FileDeleteTrigger(filepath="/nao-existe/recado.txt", poke_interval=60))


@dag(schedule=[Asset("recado", watchers=[watcher])])
def recebe():
    @task
    def atender():
        pass

    atender()


recebe()
"""
    assert airflow.escrever_dag("recebe.py", text) == ["recebe"]
    assert _count(airflow, "asset_watcher") == 0
    airflow.ativar("recebe")
    airflow.reler("recebe")
    assert _count(airflow, "asset_watcher") == 1
    airflow.apagar_dag("recebe.py")


def _count(airflow: Airflow, table: str) -> int:
    engine = sqlalchemy.create_engine(airflow.banco)
    with engine.connect() as connection:
        rows: int = connection.execute(sqlalchemy.text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return rows


def test_connections_are_kept_encrypted_and_replaced(airflow: Airflow) -> None:
    for password in ("um", "dois"):
        airflow.conectar("caju", f"postgresql://maria:{password}@127.0.0.1:5432/caju")
    known = airflow.api("GET", "/connections/caju")
    assert (known["conn_type"], known["login"], known["schema"]) == ("postgres", "maria", "caju")
    stored = (
        sqlite3.connect(Folder("airflow") / "airflow.db")
        .execute("SELECT password FROM connection")
        .fetchall()
    )
    assert len(stored) == 1
    assert "dois" not in stored[0][0]


def test_the_database_is_read_and_never_written(airflow: Airflow) -> None:
    engine = sqlalchemy.create_engine(airflow.banco)
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT count(*) FROM dag")).scalar_one() >= 1
        with pytest.raises(sqlalchemy.exc.OperationalError, match="readonly"):
            connection.execute(sqlalchemy.text("DELETE FROM dag"))
    engine.dispose()


def test_airflows_own_command_speaks_to_this_installation(airflow: Airflow) -> None:
    assert airflow.comando("config", "get-value", "core", "executor").strip().endswith("LocalExecutor")


def test_it_listens_on_this_machine_only(airflow: Airflow, addresses_of: Callable[[Path], set[str]]) -> None:
    assert addresses_of(Folder("airflow").path) == {HOST}


def test_a_program_that_dies_is_started_again(airflow: Airflow) -> None:
    folder = Folder("airflow")

    def schedulers() -> list[int]:
        return [p.pid for p in running(folder.path, "scheduler", "--skip-serve-logs")]

    (before,) = schedulers()
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while (now := schedulers()) in ([], [before]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert now not in ([], [before])
    airflow.escrever_dag("depois.py", VENDAS.replace("vendas()", "depois()").replace("exit 1", "true"))
    airflow.variavel("loja", "Natal")
    assert airflow.disparar("depois").esperar(150).estado == "success"
    state = control.status("airflow")
    assert state is not None
    assert state.phase is Phase.READY
