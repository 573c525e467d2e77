"""What the lessons stand on: how fast the services start and how much memory they take, how long the lessons run."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from curso.services import control
from curso.services.catalog import MODULES
from curso.services.folder import Folder
from curso.services.supervisor import left_by

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from lesson_runner import course_copy, run_notebook  # noqa: E402

MEGABYTE = 1e6
SETTLING_SECONDS = 5


@dataclass(frozen=True)
class ServiceMeasured:
    """Seconds until it is healthy, in an empty folder; and the proportional memory (PSS) of all its processes."""

    seconds: float
    memory_mb: float


def service(name: str) -> ServiceMeasured:
    """Starts a service from nothing, looks at it, and ends it."""
    before = os.environ.get("CURSO_SERVICOS")
    # Short and open to others: PostgreSQL runs as another user, and a socket's path has its limit.
    with tempfile.TemporaryDirectory(prefix="curso-medida-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        os.environ["CURSO_SERVICOS"] = folder
        try:
            started = time.perf_counter()
            control.start(name)
            seconds = time.perf_counter() - started
            time.sleep(SETTLING_SECONDS)
            memory = sum(map(_proportional, left_by(Folder(name).path)))
            control.stop(name)
        finally:
            if before is None:
                del os.environ["CURSO_SERVICOS"]
            else:
                os.environ["CURSO_SERVICOS"] = before
    return ServiceMeasured(seconds, memory / MEGABYTE)


def services(turns: int) -> dict[str, list[ServiceMeasured]]:
    return {name: [service(name) for _ in range(turns)] for name in MODULES}


def lessons() -> dict[str, float]:
    """Seconds of each lesson's cells, services' starts included, as a learner runs them for the first time."""
    taken = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        with course_copy() as copy:
            _, lesson = run_notebook(copy, path.name)
        taken[path.stem] = round(sum(lesson.seconds.values()), 1)
        print(f"{path.stem}: {taken[path.stem]:.0f} s", flush=True)
    return taken


def _proportional(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss)
    except psutil.Error:
        return 0.0
