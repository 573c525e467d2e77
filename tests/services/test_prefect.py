"""The course's Prefect server: started once for this file, and used as a lesson uses it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from curso.services import control
from curso.services.folder import HOST, Folder, Phase
from curso.services.prefect_client import Prefect
from curso.services.service import ServiceError, answers
from curso.services.supervisor import running

VENDAS = """
from prefect import flow, task


@task
def extrair(dia):
    print("lendo o dia", dia)
    return [3, 4]


@task(retries=1)
def dobrar(valor):
    return 2 * valor


@flow(log_prints=True)
def vendas(dia: int = 10):
    dobrados = dobrar.map(extrair.submit(dia)).result()
    if dia == 13:
        raise ValueError("dia de azar")
    return sum(dobrados)
"""
RUN = "import sys; from vendas import vendas; vendas(int(sys.argv[1]), return_state=True)"
SERVE = """
from prefect.schedules import Interval
from vendas import vendas

vendas.serve("de-hora-em-hora", schedules=[Interval(3600, slug="de-hora")])
"""


@pytest.fixture(scope="module")
def prefect(services: Path) -> Iterator[Prefect]:
    control.start("prefect")
    client: Prefect = control.client("prefect")
    (client.pasta_flows / "vendas.py").write_text(VENDAS, encoding="utf-8")
    yield client
    control.stop("prefect")


def run(prefect: Prefect, day: int) -> None:
    """A flow in a process of its own, as a kernel is one."""
    subprocess.run(
        [sys.executable, "-c", RUN, str(day)], cwd=prefect.pasta_flows, check=True, capture_output=True,
        env={**os.environ, **prefect.ambiente},
    )  # fmt: skip


def test_a_flow_and_its_tasks_are_seen(prefect: Prefect) -> None:
    run(prefect, 10)
    found = prefect.ultima("vendas")
    assert (found.estado, found.parametros) == ("Completed", {"dia": 10})
    assert [row["estado"] for row in found.estados] == ["Pending", "Running", "Completed"]
    assert [(row["task"].rsplit("-", 1)[0], row["estado"], row["tentativas"]) for row in found.tasks] == [
        ("extrair", "Completed", 1),
        ("dobrar", "Completed", 1),
        ("dobrar", "Completed", 1),
    ]
    assert "lendo o dia 10" in found.log()
    assert found.desenhar().texto.count("-->") == 2
    assert len(found.linha_do_tempo().axes[0].patches) == 3


def test_a_failed_run_says_why(prefect: Prefect) -> None:
    run(prefect, 13)
    (failed,) = prefect.esperar("vendas", estado="Failed")
    assert "dia de azar" in failed.mensagem
    assert prefect.execucao(failed.id).estado == "Failed"
    with pytest.raises(ServiceError, match="terminou em Failed sem passar por Completed"):
        failed.esperar("Completed")
    with pytest.raises(ServiceError, match="nenhuma execução"):
        prefect.ultima("compras")
    with pytest.raises(ServiceError, match=r"eu esperava 1\. As que há: nenhuma"):
        prefect.esperar("compras", segundos=0)
    with pytest.raises(ServiceError, match="404"):
        prefect.execucao("00000000-0000-0000-0000-000000000000")


def test_a_program_beside_the_notebook_ends_when_told(prefect: Prefect) -> None:
    beside = prefect.ao_lado("-c", SERVE).esperar("Your flow 'vendas' is being served")
    again = prefect.ao_lado("-c", SERVE)
    assert not beside.vivo, "the same program once more takes the first one's place"
    again.esperar("Your flow 'vendas' is being served")
    ahead = prefect.esperar_agenda("vendas/de-hora-em-hora", ["de-hora"])["de-hora"]
    assert [one.prevista for one in ahead] == sorted(one.prevista for one in ahead if one.prevista)
    prefect.api(
        "POST", f"/deployments/{deployment(prefect)}/create_flow_run", json={"parameters": {"dia": 7}}
    )
    deadline = time.monotonic() + 60
    while not any(one.parametros == {"dia": 7} and one.terminou for one in prefect.execucoes("vendas")):
        assert time.monotonic() < deadline, again.registro()
        time.sleep(0.5)
    again.parar()
    assert not again.vivo
    assert "parado" in repr(again)


def deployment(prefect: Prefect) -> str:
    return str(prefect.api("GET", "/deployments/name/vendas/de-hora-em-hora")["id"])


def test_a_program_that_ends_early_is_told_with_its_last_words(prefect: Prefect) -> None:
    with pytest.raises(ServiceError, match=r"terminou antes.*\n(.*\n)*.*ZeroDivisionError"):
        prefect.ao_lado("-c", "1 / 0").esperar("pronto")


KERNEL = """
from curso.services import control

control.client("prefect").conectar()

from prefect import flow


@flow
def quebra():
    raise ValueError("primeira linha\\nsegunda linha")


quebra(return_state=True)
"""


def test_a_kernel_is_told_where_the_server_is_and_shows_short_logs(prefect: Prefect) -> None:
    done = subprocess.run([sys.executable, "-c", KERNEL], check=True, capture_output=True, encoding="utf-8")
    assert "Encountered exception during execution" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    log = prefect.ultima("quebra").log()
    assert "Traceback" in log
    assert "segunda linha" in log


def test_what_a_lesson_made_on_the_server_is_taken_away(prefect: Prefect) -> None:
    trigger = {"type": "event", "posture": "Reactive", "expect": ["caju.nada"], "threshold": 1, "within": 0}
    made = {"name": "do teste", "trigger": trigger, "actions": [{"type": "do-nothing"}], "enabled": True}
    for _ in range(2):
        prefect.api("POST", "/automations/", json=made)
    prefect.apagar_automacao("do teste")
    assert prefect.api("POST", "/automations/filter", json={}) == []
    for _ in range(2):
        prefect.apagar_deployment("vendas/de-hora-em-hora")
    assert prefect.execucoes("vendas", "Scheduled") == []
    with pytest.raises(ServiceError, match="404"):
        prefect.esperar_agenda("vendas/de-hora-em-hora", ["de-hora"])


def test_prefects_own_command_speaks_to_this_server(prefect: Prefect) -> None:
    assert prefect.api_url in prefect.comando("config", "view")


def test_its_page_is_there_with_its_settings(prefect: Prefect) -> None:
    with urlopen(prefect.url) as answer:
        assert "<title>Prefect Server</title>" in answer.read().decode()
    with urlopen(f"{prefect.url}ui-settings") as answer:
        assert '"api_url":"/prefect/api"' in answer.read().decode()


def test_it_listens_on_this_machine_only_and_keeps_to_its_folder(
    prefect: Prefect, addresses_of: Callable[[Path], set[str]]
) -> None:
    folder = Folder("prefect")
    assert addresses_of(folder.path) == {HOST}
    assert (folder / "prefect.db").is_file()
    assert (folder / "paginas").is_dir()


def test_a_server_that_dies_is_started_again(prefect: Prefect) -> None:
    def servers() -> list[int]:
        return [p.pid for p in running(prefect.pasta, "server", "start")]

    (before,) = servers()
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 90
    while servers() in ([], [before]) or not answers(f"{prefect.api_url}/health"):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert prefect.ultima("vendas").terminou
    state = control.status("prefect")
    assert state is not None
    assert state.phase is Phase.READY
