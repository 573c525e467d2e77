"""A program that a lesson starts beside the notebook: a worker, a flow that serves itself.

It ends with the notebook's kernel, or with its service: `curso servicos parar` sweeps whatever bears the service's mark.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from curso.services.service import ServiceError
from curso.services.supervisor import MARK, end_all, end_with_parent

STOP_SECONDS = 30.0

_running: dict[tuple[Path, tuple[str, ...]], Programa] = {}


class Programa:
    """`vivo` says whether it runs, `registro()` what it wrote, `parar()` ends it and all that it started."""

    def __init__(self, process: subprocess.Popen[bytes], words: str, log: Path) -> None:
        self._process = process
        self._words = words
        self._log = log

    @classmethod
    def iniciar(
        cls, servico: Path, pasta: Path, argumentos: Sequence[str], ambiente: Mapping[str, str]
    ) -> Programa:
        """Starts `python ARGUMENTOS` in a folder, on behalf of the service that keeps its data in `servico`.

        One that runs with these arguments is ended first: a cell may be run twice.
        """
        arguments = tuple(map(str, argumentos))
        old = _running.pop((servico, arguments), None)
        if old is not None:
            old.parar()
        words = " ".join(arguments)
        logs = servico / "registros"
        logs.mkdir(exist_ok=True)
        log = logs / f"ao-lado-{hashlib.sha256(words.encode()).hexdigest()[:8]}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**ambiente, MARK: str(servico)},
                cwd=pasta,
                start_new_session=True,  # to interrupt a cell is not meant for it
                preexec_fn=_before,
            )
        program = cls(process, words, log)
        _running[servico, arguments] = program
        atexit.register(program.parar)
        return program

    @property
    def vivo(self) -> bool:
        return self._process.poll() is None

    def registro(self) -> str:
        """What it has written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def esperar(self, texto: str, segundos: float = 60) -> Programa:
        """Waits until it has written this. Raises ServiceError when it ends first, or takes longer."""
        deadline = time.monotonic() + segundos
        while texto not in self.registro():
            if not self.vivo or time.monotonic() > deadline:
                how = f"não escreveu isso em {segundos:.0f} s" if self.vivo else "terminou antes"
                last = "\n".join(self.registro().strip().splitlines()[-8:])
                raise ServiceError(
                    f"`python {self._words}` devia escrever «{texto}» e {how}. O que escreveu por último:\n"
                    f"{last or '(nada)'}"
                )
            time.sleep(0.2)
        return self

    def parar(self) -> None:
        """Ends it as Ctrl+C in its terminal would, and makes sure."""
        started: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            started = psutil.Process(self._process.pid).children(recursive=True)
        if self.vivo:
            self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
            if self.vivo:
                self._process.kill()
                self._process.wait()
        end_all(started)

    def __repr__(self) -> str:
        return f"python {self._words}: {'rodando' if self.vivo else 'parado'}"


def _before() -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_DFL
    )  # a kernel ignores it between two cells, and we would inherit that
    if sys.platform == "linux":
        end_with_parent()
