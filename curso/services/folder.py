"""What one service keeps on disk: its data, its ports, and what its supervisor says of it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from curso.atomic import write_text
from curso.places import ROOT, services_folder

HOST = "127.0.0.1"
FIRST_PORT, LAST_PORT = (
    20_000,
    32_000,
)  # below what Linux hands out by itself, so that nobody gets ours by chance
KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


class Phase(StrEnum):
    """How far a service is."""

    STOPPED = "parado"
    STARTING = "iniciando"
    READY = "pronto"
    FAILED = "falhou"


class State(BaseModel):
    """Written by the supervisor alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pid: int
    created: float
    """When the supervisor's process was created (seconds since 1970): a pid alone may be somebody else's by now."""
    phase: Phase
    step: int = 0
    steps: int = 1
    words: str = ""
    """What is being done, or what went wrong."""

    def told(self, title: str) -> str:
        """How far a service is, for whoever waits for it."""
        return f"{title} está iniciando: {self.words}"

    @property
    def alive(self) -> bool:
        return is_running(self.pid, self.created)


class Folder:
    """`.curso/servicos/NAME/`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = services_folder() / name

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def create(self) -> None:
        """Makes the folder, for this user's eyes only. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)

    @property
    def logs(self) -> Path:
        return self.path / "registros"

    def state(self) -> State | None:
        """What the supervisor last said; None where there is nothing, or nothing that makes sense."""
        try:
            return State.model_validate_json((self / "estado.json").read_text(encoding="utf-8"))
        except (OSError, ValidationError, UnicodeDecodeError):
            return None

    def write_state(self, state: State) -> None:
        write_text(self / "estado.json", state.model_dump_json())

    def forget_state(self) -> None:
        (self / "estado.json").unlink(missing_ok=True)

    def ports(self, kinds: Mapping[str, str]) -> dict[str, int]:
        """The service's ports by name, drawn once and kept, so that what was told an address still finds it."""
        kept = self._kept_ports()
        if not kinds.keys() <= kept.keys():
            self.create()
            kept |= {name: _draw(kind) for name, kind in kinds.items() if name not in kept}
            write_text(self / "portas.json", json.dumps(kept))
        return {name: kept[name] for name in kinds}

    def free_ports(self, kinds: Mapping[str, str]) -> dict[str, int]:
        """Like `ports`, but one that another program has taken meanwhile is drawn anew. Ask while the service is down."""
        ports = self.ports(kinds)
        for name, port in ports.items():
            if not _is_free(port, kinds[name]):
                ports[name] = _draw(kinds[name])
        write_text(self / "portas.json", json.dumps(self._kept_ports() | ports))
        return ports

    def _kept_ports(self) -> dict[str, int]:
        try:
            kept = json.loads((self / "portas.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(kept, dict):
            return {}
        return {str(k): v for k, v in kept.items() if isinstance(v, int) and 0 < v < 1 << 16}

    def choose_web_path(self) -> None:
        """Fixes the path under which the service's pages are served: below the Lab that is open, if one is."""
        write_text(self / "caminho.txt", f"{lab_path()}{self.name}/")

    def web_path(self) -> str:
        """The path that was chosen when the service was last started."""
        try:
            return (self / "caminho.txt").read_text(encoding="utf-8")
        except OSError:
            return f"/{self.name}/"

    def secret(self, name: str) -> str:
        """A random key of this installation, made once."""
        path = self / f"{name}.segredo"
        with contextlib.suppress(OSError):
            if kept := path.read_text(encoding="utf-8").strip():
                return kept
        drawn = secrets.token_urlsafe(32)
        write_text(path, drawn)
        return drawn

    def fernet_key(self) -> str:
        """A random key in the form that Airflow encrypts connections with: 32 bytes in padded base64."""
        return f"{self.secret('fernet')}="


def is_running(pid: int, created: float) -> bool:
    """Whether that very process is there, and no zombie."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - created) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def me() -> tuple[int, float]:
    """This process, as `is_running` knows it."""
    return os.getpid(), psutil.Process().create_time()


def lab_path() -> str:
    """The path in front of everything that the course's open Lab serves; `/` where there is none."""
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        if server.get("root_dir") == str(ROOT):
            return str(server["base_url"])
    return "/"


def _draw(kind: str) -> int:
    while True:
        port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        if _is_free(port, kind):
            return port


def _is_free(port: int, kind: str) -> bool:
    with socket.socket(socket.AF_INET, KINDS[kind]) as probe:
        if kind == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
