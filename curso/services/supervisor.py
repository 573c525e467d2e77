"""The process that owns a service: `python -m curso.services.supervisor NAME`.

It starts the service's programs in order, says how far it is, and ends them all when it is told to, when one
of them dies, or when the Lab it was started from is gone. What a program left running becomes this process's
child (it is a subreaper), so that nothing outlives it; should it be killed itself, its programs get a SIGTERM.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil

from curso.services.catalog import service_named
from curso.services.folder import Folder, Phase, State, is_running, me
from curso.services.service import Part, ServiceError

MARK = "CURSO_SERVICO"
"""The variable by which every process of a service is known, whatever became of its parents: the service's folder."""
OWNER = "CURSO_LAB_PROCESSO"
"""The Lab that services end with: its pid and creation time, `pid:seconds`. Without it they live until they are stopped."""
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_LOOK_SECONDS = 0.5


class _Told(Exception):
    """Somebody asked for the end."""


class Supervisor:
    """Runs one service from its first program to its last."""

    def __init__(self, name: str) -> None:
        self.service = service_named(name)
        self.folder = Folder(name)
        self.pid, self.created = me()
        self.processes: dict[str, tuple[Part, subprocess.Popen[bytes]]] = {}
        self.restarts: Counter[str] = Counter()
        self.owner = _owner()

    def run(self) -> int:
        self.say(0, 1, "preparando")
        try:
            self._start()
            self.say(1, 1, "", Phase.READY)
            self._watch()
        except _Told:
            self._stop()
            self.folder.forget_state()
        except (ServiceError, OSError) as error:
            self._stop()
            self.say(0, 1, str(error), Phase.FAILED)
            return 1
        except BaseException as error:
            self._stop()
            self.say(0, 1, f"erro inesperado ({error!r}): veja os registros", Phase.FAILED)
            raise
        return 0

    def say(self, step: int, steps: int, words: str, phase: Phase = Phase.STARTING) -> None:
        self.folder.write_state(
            State(pid=self.pid, created=self.created, phase=phase, step=step, steps=steps, words=words)
        )

    def _start(self) -> None:
        ports = self.folder.free_ports(self.service.ports)
        self.service.prepare(self.folder, ports)
        parts = self.service.parts(self.folder, ports)
        for number, part in enumerate(parts):
            self.say(number, len(parts), part.name)
            self._start_part(part)

    def _start_part(self, part: Part) -> None:
        self._launch(part)
        deadline = time.monotonic() + part.seconds
        while not part.ready():
            self._check()
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"{part.name} não ficou pronto em {part.seconds:.0f} s{self._last_words(part)}"
                )
            time.sleep(0.1)

    def _launch(self, part: Part) -> None:
        with (self.folder.logs / f"{part.name}.log").open("ab") as log:
            process = subprocess.Popen(
                part.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**(part.environment or os.environ), MARK: str(self.folder.path)},
                cwd=self.folder.path,
                preexec_fn=end_with_parent if sys.platform == "linux" else None,
            )
        self.processes[part.name] = part, process

    def _watch(self) -> NoReturn:
        while True:
            self._check()
            time.sleep(_LOOK_SECONDS)

    def _check(self) -> None:
        """Raises what ends the service: a program that died, a Lab that is gone."""
        if self.owner and not is_running(*self.owner):
            raise _Told
        for part, process in list(self.processes.values()):
            if (code := process.poll()) is not None:
                if self.restarts[part.name] < part.restarts:
                    self.restarts[part.name] += 1
                    self._launch(part)
                    continue
                raise ServiceError(f"{part.name} parou ({_how(code)}){self._last_words(part)}")

    def _last_words(self, part: Part) -> str:
        try:
            lines = (self.folder.logs / f"{part.name}.log").read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            lines = []
        return f": {lines[-1].strip()[:300]}" if lines else ""

    def _stop(self) -> None:
        """Asks every program to end, then makes sure."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # we are at it
        programs = list(self.processes.values())
        for _, process in reversed(programs):
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + max((part.stop_seconds for part, _ in programs), default=0.0)
        for _, process in programs:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
        end_all(psutil.Process().children(recursive=True))


def end_all(processes: list[psutil.Process]) -> None:
    """Kills what is left, and waits until it is gone."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(processes, timeout=5)


def left_by(folder: Path) -> list[psutil.Process]:
    """Every process of a service that keeps its data there, the supervisor included."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and (
                process.environ().get(MARK) == str(folder) or _renamed(process, folder)
            ):
                found.append(process)
    return found


def running(folder: Path, *words: str) -> list[psutil.Process]:
    """Those of them whose command line has these words one after another; what ends while it is looked at is none."""
    found = []
    for process in left_by(folder):
        with contextlib.suppress(psutil.Error, OSError):
            line = process.cmdline()
            if any(line[start : start + len(words)] == [*words] for start in range(len(line))):
                found.append(process)
    return found


def _renamed(process: psutil.Process, folder: Path) -> bool:
    """Airflow's programs write their title over their environment; where they work tells whose they are."""
    return process.cwd() == str(folder) and " ".join(process.cmdline()).startswith("airflow")


def _owner() -> tuple[int, float] | None:
    pid, _, created = os.environ.get(OWNER, "").partition(":")
    try:
        return int(pid), float(created)
    except ValueError:
        return None


def _how(code: int) -> str:
    return f"sinal {signal.Signals(-code).name}" if code < 0 else f"código {code}"


def end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _told(number: int, frame: FrameType | None) -> None:
    raise _Told


def main() -> int:
    signal.signal(signal.SIGTERM, _told)
    signal.signal(signal.SIGINT, _told)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    return Supervisor(sys.argv[1]).run()


if __name__ == "__main__":
    sys.exit(main())
