"""What is measured of our own grading. Every measure refuses to be one where the work was not graded in full."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from generated_class import write_class

from autograder.doors import grade, judge_again
from autograder.model.exercise import load_exercise
from curso.classroom.batch import grade_class

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1e6

IN_A_PROCESS = """
import json, sys, time
from pathlib import Path
started = time.perf_counter()
from autograder.doors import grade
first = []
def told(verdict):
    first.append(time.perf_counter() - asked)
asked = time.perf_counter()
done = grade(Path(sys.argv[1]), Path(sys.argv[2]), seed=7, warm=sys.argv[3] == "warm", on_verdict=told)
print(json.dumps({
    "points": done.result.points, "max_points": done.result.max_points, "notes": done.result.notes,
    "first": first[0], "all": time.perf_counter() - asked,
}))
"""

EACH_ALONE = """
import json, sys, time
from pathlib import Path
from autograder.judge.graders import graders_of
from autograder.model.evidence import Outcome
from autograder.model.exercise import load_exercise
from autograder.run.play import play
from autograder.sandbox.probe import probe
from autograder.submission import collect
folder = Path(sys.argv[1])
exercise, graders = load_exercise(folder), graders_of(folder)
submission = collect(folder / "gabarito", exercise)
scenarios = graders.scenarios(graders.draw(7))
load = next(iter(scenarios[0].steps.items()))
started = time.perf_counter()
for scenario in scenarios:
    # Whatever it runs, it has loaded first: alone it knows of no other one's loading.
    steps = scenario.steps if load[0] in scenario.steps else dict([load]) | scenario.steps
    one = type(scenario)(scenario.id, scenario.build, steps, scenario.environment, scenario.services)
    evidence = play(submission, exercise, [one], graders.observe, seed=7, level=probe().level)
    assert all(step.outcome is Outcome.OK for step in evidence.steps.values())
print(json.dumps(time.perf_counter() - started))
"""
"""Without a stage that is shared: each scenario pays for Airflow's imports, as a check in a fresh process does."""

BARE = """
import json, os, sys, time, traceback
from datetime import timedelta
from pathlib import Path
from unittest import mock
from autograder.judge.graders import graders_of
from autograder.run.inside import airflow
from autograder.run.world import Run
exercise, scratch = Path(sys.argv[1]), Path(sys.argv[2])
airflow.preload()
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
from airflow.sdk.definitions import dag as dag_module
import pendulum
run_task = dag_module._run_task
def ending_with_its_task(**asked):
    outcome = run_task(**asked)
    if getattr(outcome, "error", None):
        # As a real worker does: else a failed load would hold SQLite's lock for 5 s.
        traceback.clear_frames(outcome.error.__traceback__)
    return outcome
dag_module._run_task = ending_with_its_task
def try_again_at_once(task):
    waits = {"retry_delay": timedelta(0), "retry_exponential_backoff": 0, "max_retry_delay": None}
    if task.is_mapped:
        task.partial_kwargs.update(waits)
    else:
        for name, value in waits.items():
            setattr(task, name, value)
graders = graders_of(exercise)
file = exercise / "gabarito" / "dags" / "vendas_diarias.py"
def runs():
    spent = []
    for scenario in graders.scenarios(graders.draw(7)):
        world = scratch / f"{len(os.listdir(scratch))}"
        world.mkdir()
        scenario.build(world)
        os.environ.update(scenario.environment(world))
        for step in scenario.steps.values():
            if not isinstance(step, Run):
                continue
            bag = DagBag(dag_folder=file, safe_mode=False, bundle_path=file.parent, bundle_name="dags-folder")
            DagBundlesManager().sync_bundles_to_db()
            sync_bag_to_db(bag, "dags-folder", None)
            dag = bag.dags[step.dag_id]
            for task in dag.task_dict.values():
                try_again_at_once(task)
            after = pendulum.instance(step.run_after)
            with mock.patch.object(time, "sleep", airflow._sleep_unless_idle(time.sleep)):
                started = time.perf_counter()
                dag.test(run_after=after, logical_date=after)
                spent.append(time.perf_counter() - started)
    return spent
runs()
print("\\n" + json.dumps(runs()))
"""
"""The limit: nothing but `dag.test()`, one after the other in a process that has done all of it once before."""


def check(exercise: Path, how: str) -> dict[str, Any]:
    """Seconds of one check of the exercise's answer in a fresh process, `whole` from its start to its end."""
    command = [sys.executable, "-c", IN_A_PROCESS, str(exercise), str(exercise / "gabarito"), how]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    measured: dict[str, Any] = json.loads(done.stdout)
    if measured["points"] != measured["max_points"] or (how == "warm" and measured["notes"]):
        raise SystemExit(f"A medida não serve: {measured}")
    return measured | {"whole": seconds}


def each_alone(exercise: Path) -> float:
    """Seconds of the exercise's scenarios, one after the other, each in a fresh Airflow process."""
    command = [sys.executable, "-c", EACH_ALONE, str(exercise)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return float(json.loads(done.stdout))


def bare_runs(exercise: Path, folder: Path) -> list[float]:
    """Seconds of each bare `dag.test()` that exercise 1 needs."""
    home = folder / "airflow"
    worlds = folder / "mundos"
    worlds.mkdir(parents=True)
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(folder), "AIRFLOW_HOME": str(home), "PYTHONPATH": str(ROOT),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR", "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    }  # fmt: skip
    airflow = str(Path(sys.executable).parent / "airflow")
    subprocess.run([airflow, "db", "migrate"], env=environment, check=True, capture_output=True)
    command = [sys.executable, "-c", BARE, str(exercise), str(worlds)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    spent: list[float] = json.loads(done.stdout.splitlines()[-1])
    shutil.rmtree(folder)
    return spent


@dataclass(frozen=True)
class ClassMeasured:
    """A class graded side by side; `ends` are the seconds from the start at which each result was there."""

    ends: list[float]
    stage_mb: list[float]
    child_mb: float

    @property
    def seconds_per_student(self) -> float:
        return self.ends[-1] / len(self.ends)

    @property
    def last_over_first(self) -> float:
        """Time per submission in the last tenth, by that in the first."""
        return last_over_first([b - a for a, b in zip([0.0, *self.ends], self.ends, strict=False)])


def last_over_first(seconds: list[float]) -> float:
    tenth = max(len(seconds) // 10, 1)
    return statistics.mean(seconds[-tenth:]) / statistics.mean(seconds[:tenth])


def class_of(students: int, exercise_id: str, root: Path, mark: str) -> ClassMeasured:
    """Grades a class whose files all differ, and differ from those of every other `mark`."""
    pipeline = next((root / "solutions" / exercise_id / "gabarito" / "dags").glob("*.py"))
    answer = pipeline.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        deliveries = {}
        for number in range(students):
            delivery = Path(folder) / f"estudante-{number}"
            (delivery / "dags").mkdir(parents=True)
            (delivery / "dags" / pipeline.name).write_text(f"# {mark} {number}\n{answer}", encoding="utf-8")
            deliveries[delivery.name] = delivery
        ends: list[float] = []
        with memory_of_the_stage() as memory:
            started = time.perf_counter()
            graded = grade_class(
                exercise_id,
                deliveries,
                Path(folder) / "resultados",
                on_result=lambda name, result: ends.append(time.perf_counter() - started),
                root=root,
            )
    if any(result.points != result.max_points for result in graded.values()):
        raise SystemExit("A turma não tirou todos os pontos: a medida não serve.")
    return ClassMeasured(ends, memory.stage_mb, memory.child_mb)


def recorded(times: int, exercise: Path) -> list[float]:
    """Processor seconds of each judgement of evidence that was kept: nothing is run, and nothing is waited for."""
    grading = grade(exercise, exercise / "gabarito", seed=7)
    assert grading.evidence
    spent = []
    for _ in range(times):
        started = time.process_time()
        again = judge_again(exercise, grading.result, grading.evidence)
        spent.append(time.process_time() - started)
        if again.points != again.max_points:
            raise SystemExit("A evidência guardada perdeu pontos: a medida não serve.")
    return spent


def report(students: int, exercise: Path) -> float:
    """Processor seconds of `curso relatorio`, the whole process, over a generated class: it waits for nothing."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "turma-resultados"
        write_class(load_exercise(exercise), students, results)
        program = str(Path(sys.executable).parent / "curso")
        command = [program, "relatorio", exercise.name, "--turma", str(results)]
        before = os.times()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        after = os.times()
        grades = (Path(folder) / "turma-relatorio" / f"canvas-{exercise.name}.csv").read_text(
            encoding="utf-8"
        )
    if not students / 2 < grades.count("\n") <= students + 2:
        raise SystemExit("O relatório não fala da turma toda: a medida não serve.")
    return after.children_user + after.children_system - before.children_user - before.children_system


class MemoryWatch(threading.Thread):
    """Looks at warm stages until told to stop: their size (RSS), and the most that a child holds of its own (USS)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stage_mb: list[float] = []
        self.child_mb = 0.0
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.25):
            for stage in _stages():
                with contextlib.suppress(psutil.Error):
                    self.stage_mb.append(stage.memory_info().rss / MEGABYTE)
                    for child in stage.children(recursive=True):
                        with contextlib.suppress(psutil.Error):
                            self.child_mb = max(self.child_mb, child.memory_full_info().uss / MEGABYTE)

    def stop(self) -> None:
        self._ended.set()
        self.join()


@contextlib.contextmanager
def memory_of_the_stage() -> Iterator[MemoryWatch]:
    watch = MemoryWatch()
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def _stages() -> list[psutil.Process]:
    """The processes that fork: those that run the stage's code and whose parent does not."""
    found: dict[int, tuple[psutil.Process, int]] = {}
    for process in psutil.process_iter(["cmdline", "ppid"]):
        line = process.info["cmdline"] or []
        if "autograder.run.inside" in line and "bwrap" not in line[0]:
            found[process.pid] = (process, process.info["ppid"])
    return [process for process, parent in found.values() if parent not in found]
