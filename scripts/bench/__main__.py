"""Measures grading side by side with the usual ways, in one run, and writes docs/medidas/.

usual       `nbgrader autograde` and `otter run`: a ten-task DAG, five checks, one run
same work   ours, warm: the same DAG, the same five checks, one run (course/)
exercise 1  ours: nine steps, six of them runs of the DAG, 13 criteria; warm, cold, and the bare runs
others      ours, warm: every other exercise of the course
classes     30 submissions, then 100 more, then 1,000 judgements of evidence that was kept, and a report over 1,000
machines    exercise 1 by one worker of a cluster and by two, a core each; what the batch itself takes
services    from nothing to healthy, and their memory; with --licoes also each lesson's cells (an hour more)

What is compared takes turns (A B A B ...), so that a machine that slows down slows both.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import machines
import measures
import page
import psutil
import surroundings
from rich.progress import track
from usual_ways import FULL_MARKS, OTTER_VERSION, Nbgrader, Otter, UsualWay, make_environment

from autograder.run.play import cores

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OUTPUT = ROOT / "docs" / "medidas"
EXERCISE = ROOT / "solutions" / "ex1-dag-complexo"
SAME_WORK = "ex-usual"
LIVE, RECORDED, REPORTED = 100, 1_000, 1_000
BY_WORKERS = 12  # submissions: what a worker takes to begin is not counted
ALONE_TURNS = 2  # a minute each


def seconds_of(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def seconds_of_usual(way: UsualWay) -> float:
    started = time.perf_counter()
    way.grade()
    seconds = time.perf_counter() - started
    if way.score() != FULL_MARKS:
        raise SystemExit(f"{way.name} não deu todos os pontos: a medida não serve.")
    return seconds


def summary(values: list[float], digits: int = 2) -> dict[str, float]:
    return {
        "min": round(min(values), digits),
        "median": round(statistics.median(values), digits),
        "max": round(max(values), digits),
    }


def ratios(over: list[float], under: list[float]) -> dict[str, float]:
    """Pair by pair, as they were measured one after the other."""
    return summary([a / b for a, b in zip(over, under, strict=True)])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-n", type=int, default=5, help="counted turns (default 5)")
    parser.add_argument("--turma", type=int, default=30, help="submissions of the class (default 30)")
    parser.add_argument("--licoes", action="store_true", help="also measure each lesson: an hour more")
    asked = parser.parse_args()
    taken: dict[str, list[float]] = {
        name: [] for name in ("nbgrader", "otter", "same", "first", "warm", "cold", "alone", "bare", "help")
    }
    others = {folder.name: folder for folder in sorted(EXERCISE.parent.iterdir()) if _is_other(folder)}
    taken_of_others: dict[str, list[dict[str, float]]] = {name: [] for name in others}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        course = folder / "curso"
        shutil.copytree(HERE / "course", course)
        same_work = course / "solutions" / SAME_WORK
        answer = next((same_work / "gabarito" / "dags").glob("*.py")).read_text(encoding="utf-8")
        programs = make_environment(folder)
        usual = [way(folder / way.name, programs, answer) for way in (Nbgrader, Otter)]
        for way in usual:
            seconds_of_usual(way)  # once without counting, like ours
        for exercise in (EXERCISE, same_work, *others.values()):
            measures.check(exercise, "warm")  # starts the stage, builds the template database
        for turn in track(range(asked.n), description="Medindo"):
            for way in usual:
                taken["same"].append(measures.check(same_work, "warm")["whole"])
                taken[way.name].append(seconds_of_usual(way))
            warm = measures.check(EXERCISE, "warm")
            taken["first"].append(warm["first"])
            taken["warm"].append(warm["all"])
            for name, other in others.items():
                taken_of_others[name].append(measures.check(other, "warm"))
            taken["cold"].append(measures.check(EXERCISE, "cold")["all"])
            if turn < ALONE_TURNS:
                taken["alone"].append(measures.each_alone(EXERCISE))
            bare = measures.bare_runs(EXERCISE, folder / f"limite-{turn}")
            taken["bare"].append(sum(bare))
            taken["help"].append(seconds_of([str(Path(sys.executable).parent / "curso"), "--help"]))
        print("Turmas...")
        group = measures.class_of(asked.turma, SAME_WORK, course, "turma")
        live = measures.class_of(LIVE, SAME_WORK, course, "fila")
        judged = measures.recorded(RECORDED, EXERCISE)
        reports = [measures.report(REPORTED, EXERCISE) for _ in range(asked.n)]
        alone = _own_course(folder)
        exercise_class = measures.class_of(asked.turma, EXERCISE.name, alone, "ex1")
        one, two = (
            machines.seconds_with(workers, BY_WORKERS, EXERCISE.name, alone, f"por {workers}")
            for workers in (1, 2)
        )
        overhead = machines.overhead_ms(LIVE, EXERCISE.name, alone)
    print("Serviços...")
    services = surroundings.services(asked.n)
    lessons = surroundings.lessons() if asked.licoes else {}
    same_beside = {"nbgrader": taken["same"][0::2], "otter": taken["same"][1::2]}
    document = {
        "n": asked.n,
        "machine": {
            "cores": cores(), "memory_gb": round(psutil.virtual_memory().total / 1e9),
            "system": platform.platform(), "python": platform.python_version(),
        },
        "versions": {name: version(name) for name in ("apache-airflow", "nbgrader")} | {"otter-grader": OTTER_VERSION},
        "nbgrader_seconds": summary(taken["nbgrader"]),
        "otter_seconds": summary(taken["otter"]),
        "same_work_seconds": summary(taken["same"]),
        "nbgrader_over_same_work": ratios(taken["nbgrader"], same_beside["nbgrader"]),
        "otter_over_same_work": ratios(taken["otter"], same_beside["otter"]),
        "class_students": asked.turma,
        "class_seconds_per_student": round(group.seconds_per_student, 2),
        "nbgrader_over_class": round(statistics.median(taken["nbgrader"]) / group.seconds_per_student, 1),
        "otter_over_class": round(statistics.median(taken["otter"]) / group.seconds_per_student, 1),
        "first_verdict_seconds": summary(taken["first"]),
        "warm_seconds": summary(taken["warm"]),
        "cold_seconds": summary(taken["cold"]),
        "cold_over_warm": ratios(taken["cold"], taken["warm"]),
        "alone_seconds": summary(taken["alone"]),
        "alone_over_warm": ratios(taken["alone"], taken["warm"][: len(taken["alone"])]),
        "bare_seconds": summary(taken["bare"]),
        "warm_over_bare": ratios(taken["warm"], taken["bare"]),
        "exercise_class_seconds_per_student": round(exercise_class.seconds_per_student, 2),
        "exercise_class_minutes": round(exercise_class.ends[-1] / 60, 1),
        "by_workers": BY_WORKERS,
        "two_workers_over_one": round(one / two, 2),
        "overhead_ms": round(overhead, 1),
        "help_seconds": summary(taken["help"], 3),
        "live": LIVE,
        "live_last_over_first": round(live.last_over_first, 2),
        "stage_mb_first": round(statistics.median(live.stage_mb[: len(live.stage_mb) // 10])),
        "stage_mb_last": round(statistics.median(live.stage_mb[-len(live.stage_mb) // 10 :])),
        "child_mb": round(max(live.child_mb, exercise_class.child_mb)),
        "recorded": RECORDED,
        "recorded_ms": round(1000 * statistics.median(judged), 1),
        "recorded_last_over_first": round(measures.last_over_first(judged), 2),
        "reported": REPORTED,
        "report_seconds": summary(reports),
        "others": {
            name: {"first_seconds": summary([one["first"] for one in turns]), "warm_seconds": summary([one["all"] for one in turns])}
            for name, turns in taken_of_others.items()
        },
        "services": {
            name: {"seconds": summary([one.seconds for one in turns]), "memory_mb": summary([one.memory_mb for one in turns], 0)}
            for name, turns in services.items()
        },
        "lessons": lessons,
    }  # fmt: skip
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "bench.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    (OUTPUT / "bench.svg").write_text(page.as_plot(document), encoding="utf-8")
    (OUTPUT / "README.md").write_text(page.as_page(document), encoding="utf-8")
    print(page.as_page(document))


def _is_other(folder: Path) -> bool:
    return (folder / "exercise.toml").is_file() and folder != EXERCISE


def _own_course(folder: Path) -> Path:
    """Exercise 1 with its graders in a course of its own, so that nothing is remembered from another day."""
    course = folder / "curso-ex1"
    for part in ("solutions", "autograder/graders"):
        shutil.copytree(ROOT / part / EXERCISE.name, course / part / EXERCISE.name)
    return course


if __name__ == "__main__":
    main()
