"""What a cluster adds: two workers beside one, and what the batch itself takes for each submission."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

from autograder.doors import grade
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from autograder.submission import Submission
from curso.classroom.batch import grade_class
from curso.classroom.cluster import Cluster
from curso.classroom.executors import Executor
from curso.classroom.settings import class_seed
from curso.classroom.work import Answer, Work

ROOT = Path(__file__).resolve().parents[2]
DASK = str(Path(sys.executable).with_name("dask"))
START_SECONDS = 60


def seconds_with(workers: int, students: int, exercise_id: str, root: Path, mark: str) -> float:
    """Seconds of a class graded by this many workers, each with one core and stages of its own, warm."""
    with _cluster(workers) as address, tempfile.TemporaryDirectory() as folder:
        executor = Cluster(address, probe().level, print)
        _grade(workers * 2, exercise_id, root, f"{mark} aquecendo", Path(folder) / "antes", executor)
        started = time.perf_counter()
        _grade(students, exercise_id, root, mark, Path(folder) / "turma", executor)
        return time.perf_counter() - started


def overhead_ms(students: int, exercise_id: str, root: Path) -> float:
    """Milliseconds for each submission of what is not grading: collecting, checking, remembering, writing."""
    folder = root / "solutions" / exercise_id
    one = grade(folder, folder / "gabarito", seed=class_seed(exercise_id, root))
    assert one.evidence
    with tempfile.TemporaryDirectory() as scratch:
        executor = _AtOnce(Answer(result=one.result, evidence=one.evidence))
        started = time.perf_counter()
        _grade(students, exercise_id, root, "de imediato", Path(scratch), executor)
        return 1000 * (time.perf_counter() - started - executor.own_seconds) / students


class _AtOnce:
    """Gives everybody the same answer, without grading."""

    def __init__(self, answer: Answer) -> None:
        assert answer.result
        self.least = Level(answer.result.level)
        self.own_seconds = 0.0
        self._fingerprint = answer.result.fingerprint
        self._text = answer.model_dump_json()

    def answers(self, waiting: Mapping[str, Work]) -> Generator[tuple[str, str | None]]:
        for name, work in waiting.items():
            started = time.perf_counter()
            files = {file: text.encode() for file, text in work.files.items()}
            text = self._text.replace(self._fingerprint, Submission(files, work.problems).fingerprint)
            self.own_seconds += time.perf_counter() - started
            work.model_dump_json()  # as every executor does
            yield name, text


def _grade(students: int, exercise_id: str, root: Path, mark: str, folder: Path, executor: Executor) -> None:
    """Answers that differ in a comment: nothing of them is remembered."""
    pipeline = next((root / "solutions" / exercise_id / "gabarito" / "dags").glob("*.py"))
    answer = pipeline.read_text(encoding="utf-8")
    deliveries = {}
    for number in range(students):
        delivery = folder / "entregas" / f"estudante-{number}"
        (delivery / "dags").mkdir(parents=True)
        (delivery / "dags" / pipeline.name).write_text(f"# {mark} {number}\n{answer}", encoding="utf-8")
        deliveries[delivery.name] = delivery
    graded = grade_class(exercise_id, deliveries, folder / "resultados", root=root, executor=executor)
    if any(result.points != result.max_points for result in graded.values()):
        raise SystemExit("A turma não tirou todos os pontos: a medida não serve.")


@contextlib.contextmanager
def _cluster(workers: int) -> Iterator[str]:
    """A scheduler and workers on this machine, each worker on one core."""
    free = sorted(os.sched_getaffinity(0))
    with contextlib.ExitStack() as running, tempfile.TemporaryDirectory(prefix="dask-") as scratch:
        folder = Path(scratch)
        told = folder / "scheduler.json"
        local = ["--host", "127.0.0.1", "--no-dashboard"]
        _run([DASK, "scheduler", *local, "--port", "0", "--scheduler-file", str(told)], folder, {}, running)
        deadline = time.monotonic() + START_SECONDS
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        address: str = json.loads(told.read_text(encoding="utf-8"))["address"]
        for number in range(workers):
            core = str(free[number % len(free)])
            stages = {"CURSO_PALCOS": str(folder / f"p{number}"), "CURSO_OCIOSO_SEGUNDOS": "30"}
            asked = [*local, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder / f"d{number}")]
            _run(["taskset", "-c", core, DASK, "worker", address, *asked], folder, stages, running)
        yield address


def _run(command: list[str], folder: Path, more: dict[str, str], running: contextlib.ExitStack) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | more
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    running.callback(process.wait)
    running.callback(process.kill)  # asked to end, a worker would first finish what it has
