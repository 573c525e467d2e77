"""Services in a data folder of the test's own; none is left when it ends. A small one also as a bare process."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from curso.services import control
from curso.services.catalog import MODULES
from curso.services.supervisor import left_by


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a space and an accent in its name, as people have them."""
    folder = tmp_path_factory.mktemp("serviços da lição")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CURSO_SERVICOS", str(folder))
        patch.delenv("CURSO_LAB_PROCESSO", raising=False)
        yield folder
        for name in MODULES:
            control.stop(name)
            assert left_by(folder / name) == []


@pytest.fixture(scope="session")
def addresses_of() -> Callable[[Path], set[str]]:
    """The addresses at which the programs of a service listen; gRPC writes an IPv4 address as an IPv6 one."""

    def ask(folder: Path) -> set[str]:
        found = set()
        for process in left_by(folder):
            with contextlib.suppress(psutil.Error):
                found |= {
                    c.laddr.ip.removeprefix("::ffff:")
                    for c in process.net_connections("inet")
                    if c.status == psutil.CONN_LISTEN
                }
        return found

    return ask


@dataclass
class Small:
    """A small service, started, told to end, killed, started again."""

    module: str
    folder: Path
    port: int
    http: int = 0
    """Where a service has a second port: its page."""
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", f"curso.services.{self.module}"]
        command += ["--folder", str(self.folder), "--port", str(self.port)]
        command += ["--http", str(self.http)] if self.http else []
        self.process = subprocess.Popen(command)
        tcp = self.http or self.port
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", tcp), timeout=1):
                return
            time.sleep(0.05)
        raise AssertionError(f"{self.module} did not come up")

    def stop(self) -> None:
        """SIGTERM must be enough, and clean."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=10) == 0

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Small]:
    """The service that the test module names as SERVICE; at the end SIGTERM must be enough."""
    module = request.module.SERVICE
    service = Small(module, tmp_path / "servico", free_port(), free_port() if module == "metrics" else 0)
    try:
        yield service
        if service.process.poll() is None:
            service.stop()
    finally:
        service.kill()
