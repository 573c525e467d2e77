"""Services from outside: start, stop, ask. The doors (terminal, notebook, Lab) all come through here."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from curso.services.catalog import service_named
from curso.services.folder import Folder, Phase, State
from curso.services.service import ServiceError, module
from curso.services.supervisor import MARK, end_all, left_by

START_SECONDS = 400.0
STOP_SECONDS = 40.0

Progress = Callable[[State], None]
"""Told again and again while a service starts."""


def start(name: str, on_progress: Progress = lambda state: None) -> None:
    """Starts a service, or waits for one that is starting; one that runs stays as it is. Raises ServiceError."""
    service = service_named(name)
    folder = Folder(name)
    with _turn(folder):
        state = folder.state()
        if state is None or not state.alive or state.phase is Phase.FAILED:
            _sweep(folder)
            folder.forget_state()
            supervisor = _launch(folder)
        elif state.phase is Phase.READY:
            return
        else:
            supervisor = None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            state = folder.state()
            if state is not None and state.phase is Phase.READY and state.alive:
                return
            if state is not None and state.phase is Phase.FAILED:
                raise ServiceError(
                    f"{service.title} não iniciou: {state.words}. Tente de novo; se continuar, "
                    f"`curso servicos registro {name}` mostra o que o serviço escreveu."
                )
            if _gone(supervisor, state):
                raise ServiceError(
                    f"{service.title} não iniciou: o processo que cuida dele terminou. "
                    f"Veja `curso servicos registro {name}`."
                )
            if state is not None:
                on_progress(state)
            time.sleep(0.1)
    raise ServiceError(f"{service.title} não ficou pronto em {START_SECONDS:.0f} s.")


def stop(name: str) -> bool:
    """Ends a service and everything it left. False where nothing ran."""
    folder = Folder(name)
    service_named(name)
    state = folder.state()
    ran = state is not None and state.alive
    if state is not None and state.alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(state.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while state.alive and time.monotonic() < deadline:
            time.sleep(0.05)
    swept = _sweep(folder)
    if folder.path.is_dir():
        folder.forget_state()
    return ran or swept


def status(name: str) -> State | None:
    """What is known of a service; None where it is not running. One that died unasked is FAILED, with the reason."""
    state = Folder(name).state()
    if state is None:
        return None
    if state.alive or state.phase is Phase.FAILED:
        return state
    return state.model_copy(update={"phase": Phase.FAILED, "words": "foi interrompido de fora"})


def client(name: str) -> Any:
    """What a lesson talks to a running service with. Raises ServiceError where it does not run."""
    service = service_named(name)
    state = status(name)
    if state is None or state.phase is not Phase.READY:
        raise ServiceError(
            f'{service.title} não está no ar: rode `servico("{name}")` ou `curso servicos iniciar {name}`.'
        )
    folder = Folder(name)
    return service.client(folder, folder.ports(service.ports))


def page(name: str) -> str | None:
    """The address of the service's page for people."""
    service = service_named(name)
    folder = Folder(name)
    return service.page(folder, folder.ports(service.ports)) if service.page else None


def logs(name: str) -> list[Path]:
    """What its programs wrote, the supervisor's own last."""
    service_named(name)
    return sorted(Folder(name).logs.glob("*.log"))


def _launch(folder: Folder) -> subprocess.Popen[bytes]:
    folder.create()
    folder.logs.mkdir(exist_ok=True)
    with (folder.logs / "supervisor.log").open("ab") as log:
        return subprocess.Popen(
            module("curso.services.supervisor", folder.name),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, MARK: str(folder.path)},
            cwd=folder.path,
            start_new_session=True,  # a Ctrl+C in this terminal is not meant for it
        )


def _gone(supervisor: subprocess.Popen[bytes] | None, state: State | None) -> bool:
    if supervisor is not None:
        return supervisor.poll() is not None
    return state is None or not state.alive


def _sweep(folder: Folder) -> bool:
    """Ends what a killed supervisor may have left, politely first."""
    left = left_by(folder.path)
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=15)
    end_all(stubborn)
    return bool(left)


@contextlib.contextmanager
def _turn(folder: Folder) -> Iterator[None]:
    """One start at a time: a notebook and a terminal may ask together."""
    folder.create()
    with (folder / "vez").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
