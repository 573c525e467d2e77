"""A service's life, seen from outside, with the course's real PostgreSQL (it starts in a second)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from curso.services import control
from curso.services.folder import HOST, Folder, Phase
from curso.services.service import ServiceError
from curso.services.supervisor import OWNER, left_by, running

NAME = "postgres"


@pytest.fixture(autouse=True)
def _stopped(services: Path) -> Iterator[None]:
    yield
    control.stop(NAME)


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def curso(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "curso.cli", *arguments], capture_output=True, text=True, timeout=120,
        env=os.environ | environment, check=False,
    )  # fmt: skip


def test_from_start_to_stop_in_the_terminal() -> None:
    started = curso("servicos", "iniciar", NAME)
    assert (started.returncode, started.stdout) == (0, "O PostgreSQL está no ar.\n"), started.stderr
    assert control.client(NAME).sql("SELECT 1 + %s AS soma", [1])[0]["soma"] == 2
    again = curso("servicos", "iniciar", NAME)
    assert again.returncode == 0
    assert curso("servicos", "estado", NAME).stdout.split() == [NAME, "pronto"]
    assert "ready to accept connections" in curso("servicos", "registro", NAME).stdout
    assert curso("servicos", "parar").stdout == "O PostgreSQL parou.\n"
    state = curso("servicos", "estado", NAME)
    assert (state.returncode, state.stdout.split()) == (1, [NAME, "parado"])
    with pytest.raises(ServiceError, match=r"não está no ar: rode `servico\(\"postgres\"\)`"):
        control.client(NAME)


def test_what_was_stored_is_there_after_a_restart() -> None:
    control.start(NAME)
    client = control.client(NAME)
    client.sql(
        "CREATE TABLE IF NOT EXISTS lojas (nome text); DELETE FROM lojas; INSERT INTO lojas VALUES ('Aracaju')"
    )
    control.stop(NAME)
    control.start(NAME)
    assert control.client(NAME).sql("SELECT nome FROM lojas") == [{"nome": "Aracaju"}]


def test_two_who_start_it_together_get_the_same_one() -> None:
    threads = [threading.Thread(target=control.start, args=(NAME,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    supervisors = running(Folder(NAME).path, "curso.services.supervisor")
    assert len(supervisors) == 1


def test_it_listens_on_this_machine_only(addresses_of: Callable[[Path], set[str]]) -> None:
    control.start(NAME)
    assert addresses_of(Folder(NAME).path) == {HOST}


def test_a_program_that_dies_takes_the_service_down_with_a_reason() -> None:
    control.start(NAME)
    server = next(p for p in running(Folder(NAME).path, "-D") if p.name() == "postgres")
    server.send_signal(signal.SIGKILL)
    until(lambda: (state := control.status(NAME)) is not None and state.phase is Phase.FAILED)
    state = control.status(NAME)
    assert state is not None
    assert "postgres parou (sinal SIGKILL)" in state.words
    until(lambda: left_by(Folder(NAME).path) == [])
    control.start(NAME)  # and the way on is to start it again
    assert control.client(NAME).sql("SELECT 1 AS um") == [{"um": 1}]


def test_a_supervisor_that_is_killed_leaves_nothing_and_is_told() -> None:
    control.start(NAME)
    state = control.status(NAME)
    assert state is not None
    os.kill(state.pid, signal.SIGKILL)
    until(lambda: left_by(Folder(NAME).path) == [])  # its programs were told of its death
    after = control.status(NAME)
    assert after is not None
    assert (after.phase, after.words) == (Phase.FAILED, "foi interrompido de fora")
    control.start(NAME)
    assert control.client(NAME).sql("SELECT 1 AS um") == [{"um": 1}]


def test_it_ends_with_the_lab_it_was_started_from() -> None:
    lab = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    created = psutil.Process(lab.pid).create_time()
    started = curso("servicos", "iniciar", NAME, **{OWNER: f"{lab.pid}:{created}"})
    assert started.returncode == 0, started.stderr
    lab.kill()
    lab.wait()
    until(lambda: left_by(Folder(NAME).path) == [])
    assert control.status(NAME) is None


def test_a_port_that_somebody_took_is_replaced() -> None:
    control.start(NAME)
    control.stop(NAME)
    port = Folder(NAME).ports({"sql": "tcp"})["sql"]
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((HOST, port))
        taken.listen()
        control.start(NAME)
    assert Folder(NAME).ports({"sql": "tcp"})["sql"] != port
    assert control.client(NAME).sql("SELECT 1 AS um") == [{"um": 1}]


def test_damaged_state_and_ports_do_not_matter() -> None:
    folder = Folder(NAME)
    folder.create()
    (folder / "estado.json").write_text("{")
    (folder / "portas.json").write_text('["x"]')
    control.start(NAME)
    assert control.client(NAME).sql("SELECT 1 AS um") == [{"um": 1}]


def test_an_interrupted_first_start_is_done_over(services: Path) -> None:
    folder = Folder(NAME)
    data = folder / "dados"
    if (data / "PG_VERSION").exists():
        (data / "PG_VERSION").unlink()
    control.start(NAME)
    assert control.client(NAME).sql("SELECT 1 AS um") == [{"um": 1}]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "arquivo").write_text("")
    refused = curso("servicos", "iniciar", NAME, CURSO_SERVICOS=str(tmp_path / "arquivo" / "aqui"))
    assert refused.returncode == 2
    assert "há um arquivo onde deveria haver uma pasta" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_an_unknown_service_is_one_sentence() -> None:
    refused = curso("servicos", "iniciar", "kafka")
    assert refused.returncode == 2
    there = "airflow, dagster, postgres, caixa-postal, slack, metricas, prefect"
    assert refused.stderr == f"Não conheço o serviço «kafka». Os que existem: {there}.\n"
