"""The course's small Dagster: started once for this file, and used as a lesson uses it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from curso.services import control
from curso.services.dagster_client import TO_WRITE, Dagster, ErroNasDefinicoes
from curso.services.folder import HOST, Folder, Phase
from curso.services.service import ServiceError
from curso.services.supervisor import running

VENDAS = """
import dagster as dg


@dg.asset
def vendas(context: dg.AssetExecutionContext):
    context.log.info("lendo as vendas")
    return dg.MaterializeResult(value=[3, -1], metadata={"linhas": 2, "loja": "Recife"})


@dg.asset(deps=[vendas])
def limpas():
    return [3]


@dg.asset_check(asset=limpas)
def sem_negativas(limpas):
    return dg.AssetCheckResult(passed=all(valor > 0 for valor in limpas))


@dg.asset
def quebrado():
    raise ValueError("acabou a luz")


todas = dg.define_asset_job("todas", selection=[vendas, limpas])
madrugada = dg.ScheduleDefinition(
    name="madrugada", job=todas, cron_schedule="0 2 * * *", execution_timezone="America/Sao_Paulo"
)
"""
DIAS = """
import dagster as dg

dias = dg.DailyPartitionsDefinition(start_date="2026-03-01", end_date="2026-03-05")


@dg.asset(partitions_def=dias)
def caixa(context: dg.AssetExecutionContext):
    return context.partition_key


@dg.sensor(target=[caixa], minimum_interval_seconds=2)
def chegou(context):
    return dg.RunRequest(run_key="sempre o mesmo", partition_key="2026-03-04")
"""


@pytest.fixture(scope="module")
def dagster(services: Path) -> Iterator[Dagster]:
    seen: list[Any] = []
    control.start("dagster", seen.append)
    assert {state.words for state in seen} >= {"code-server", "daemon"}  # whoever waits is told how far it is
    yield control.client("dagster")
    control.stop("dagster")


def test_a_run_from_file_to_metadata(dagster: Dagster) -> None:
    assert dagster.escrever("vendas.py", VENDAS) == {
        "assets": ["limpas", "quebrado", "vendas"],
        "jobs": ["todas"],
        "schedules": ["madrugada"],
        "sensors": [],
    }
    run = dagster.materializar("vendas", "limpas").esperar(90)
    assert run.estado == "SUCCESS"
    assert [row["passo"] for row in run.passos] == ["vendas", "limpas", "limpas_sem_negativas"]
    assert any(event["mensagem"] == "lendo as vendas" for event in run.eventos)
    assert len(run.linha_do_tempo().axes[0].patches) == 3
    seen = dagster.asset("vendas")
    assert (seen["run"], seen["metadata"]["linhas"], seen["metadata"]["loja"]) == (run.id, 2, "Recife")
    assert dagster.asset("limpas")["checks"] == {"sem_negativas": "SUCCEEDED"}
    assert dagster.asset("limpas")["dependencias"] == ["vendas"]
    assert [row["run"] for row in dagster.assets()] == [run.id[:8], None, run.id[:8]]
    assert "-->" in dagster.desenhar().texto
    with pytest.raises(KeyError, match="há: limpas, quebrado, vendas"):
        dagster.asset("estoque")


def test_a_failed_run_is_an_end_and_tells_the_step(dagster: Dagster) -> None:
    run = dagster.materializar("quebrado").esperar(90)
    assert run.estado == "FAILURE"
    assert [(row["passo"], row["estado"]) for row in run.passos] == [("quebrado", "FAILURE")]
    with pytest.raises(ServiceError, match="Could not find"):
        dagster.executar("nenhum")


def test_without_the_daemon_a_run_stays_in_the_queue(dagster: Dagster) -> None:
    with dagster.sem_daemon():
        run = dagster.executar("todas")
        time.sleep(4)
        assert run.estado == "QUEUED"
    assert run.esperar(90).estado == "SUCCESS"
    assert [one.id for one in dagster.runs(pipelineName="todas")] == [run.id]


def test_a_schedule_is_told_in_its_own_time_zone(dagster: Dagster) -> None:
    (first,) = dagster.proximos("madrugada", 1)
    assert (first.hour, str(first.tzinfo)) == (2, "America/Sao_Paulo")
    dagster.ligar("madrugada")
    dagster.desligar("madrugada")
    assert dagster.tiques("madrugada") == []
    with pytest.raises(ServiceError, match="nenhum sensor chamado «tarde»"):
        dagster.ligar("tarde")


def test_partitions_a_backfill_and_a_sensor_that_asks_twice(dagster: Dagster) -> None:
    dagster.escrever("dias.py", DIAS)
    assert dagster.materializar("caixa", particao="2026-03-01").esperar(90).estado == "SUCCESS"
    backfill = dagster.backfill("caixa", particoes=["2026-03-02", "2026-03-03"]).esperar(150)
    assert sorted(run.tags["dagster/partition"] for run in backfill.runs) == ["2026-03-02", "2026-03-03"]
    assert dagster.asset("caixa")["particoes"] == {"feitas": 3, "falharam": 0, "total": 4}
    dagster.ligar("chegou")
    deadline = time.monotonic() + 60
    while len(dagster.tiques("chegou")) < 3 and time.monotonic() < deadline:
        time.sleep(0.5)
    dagster.desligar("chegou")
    (run,) = dagster.runs_de("chegou")
    assert run.esperar(90).tags["dagster/partition"] == "2026-03-04"


def test_a_file_that_cannot_be_loaded_says_dagsters_own_reason(dagster: Dagster) -> None:
    with pytest.raises(ErroNasDefinicoes, match="NameError: name 'define_asset_job' is not defined"):
        dagster.escrever("velho.py", "import dagster\njob = define_asset_job('todas')\n")
    assert dagster.assets() == []  # the whole project is down with it
    assert "vendas" in dagster.apagar("velho.py")["assets"]


def test_a_starter_file_is_not_saved(dagster: Dagster) -> None:
    dagster.escrever("desafio.py", f"import dagster as dg\n{TO_WRITE}\n")
    assert not (dagster.pasta_defs / "desafio.py").exists()
    for name in ("../fora.py", "com espaço.py", "__init__.py", "sem_final"):
        with pytest.raises(ValueError, match="possa importar"):
            dagster.escrever(name, "")


def test_dg_speaks_to_the_project(dagster: Dagster) -> None:
    assert "vendas" in dagster.dg("list", "defs")


def test_the_page_is_served_under_its_own_path(dagster: Dagster) -> None:
    assert dagster.url.endswith("/dagster/")
    with urlopen(f"{dagster.url}assets", timeout=30) as answer:
        assert b"/dagster/" in answer.read()


def test_it_listens_on_this_machine_only_and_tells_nobody(
    dagster: Dagster, addresses_of: Callable[[Path], set[str]]
) -> None:
    assert addresses_of(Folder("dagster").path) == {HOST}
    assert "telemetry:\n  enabled: false" in (dagster.pasta / "dagster.yaml").read_text(encoding="utf-8")
    assert not (dagster.pasta / ".telemetry").exists()


def test_a_program_that_dies_is_started_again(dagster: Dagster) -> None:
    folder = Folder("dagster")

    def daemons() -> list[int]:
        return [p.pid for p in running(folder.path, "dagster._daemon")]

    (before,) = daemons()
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while (now := daemons()) in ([], [before]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert now not in ([], [before])
    assert dagster.executar("todas").esperar(120).estado == "SUCCESS"
    state = control.status("dagster")
    assert state is not None
    assert state.phase is Phase.READY
