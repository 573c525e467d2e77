"""Measures grading side by side with the usual ways and writes docs/medidas/.

jeitos    usual: `nbgrader autograde` and `otter run`: a ten-task DAG, five checks, one run
          same work: ours, warm: the same DAG, the same five checks, one run (course/), and a class of it
          exercise 1: nine steps, six of them runs of the DAG, 13 criteria; warm, cold, and the bare runs
          others, warm: every other exercise of the course
turmas    30 submissions, 100 in a row, 1,000 judgements of evidence that was kept, a report over 1,000
maquinas  exercise 1 by one worker of a cluster and by two, a core each; what the batch itself takes
servicos  from nothing to healthy, and their memory
licoes    each lesson's cells: an hour more, so only when it is asked for

What is compared stands in one part and takes turns there (A B A B ...), so that a machine that slows down slows both.
A part that is not measured keeps the figures that it had. Bare runs tell how fast the machine itself was: of two rounds of
jeitos the faster machine's stays, and of the slower one the page tells what became of the ratios.
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
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

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

Figures = dict[str, Any]
Part = Callable[[int, int, Path], Figures]
"""Measures so many turns, with a class of so many, in a folder of its own."""


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
    parts: dict[str, Part] = {
        "jeitos": ways, "turmas": classes, "maquinas": several_machines, "servicos": services, "licoes": lessons,
    }  # fmt: skip
    parser.add_argument(
        "--so", nargs="+", choices=parts, default=[name for name in parts if name != "licoes"],
        help="only these parts (default: all but licoes)",
    )  # fmt: skip
    asked = parser.parse_args()
    kept = OUTPUT / "bench.json"
    document = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    about = {
        "machine": {
            "cores": cores(), "memory_gb": round(psutil.virtual_memory().total / 1e9),
            "system": platform.platform(), "python": platform.python_version(),
        },
        "versions": {name: version(name) for name in ("apache-airflow", "nbgrader")} | {"otter-grader": OTTER_VERSION},
    }  # fmt: skip
    for name in asked.so:
        print(f"Medindo: {name}...", flush=True)
        with tempfile.TemporaryDirectory() as scratch:
            part = parts[name](asked.n, asked.turma, Path(scratch))
        if name == "jeitos":
            part |= about  # where its figures stay, so does what it was measured with
        document = page.with_part(document, part)
    if missing := [name for name, key in page.KEYS.items() if key not in document]:
        raise SystemExit(f"A página pede também: --so {' '.join(missing)}")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    (OUTPUT / "bench.svg").write_text(page.as_plot(document), encoding="utf-8")
    (OUTPUT / "README.md").write_text(page.as_page(document), encoding="utf-8")
    print(page.as_page(document))


def ways(n: int, students: int, folder: Path) -> Figures:
    """The usual ways and ours, in turns."""
    taken: dict[str, list[float]] = {
        name: [] for name in ("nbgrader", "otter", "same", "first", "warm", "cold", "alone", "bare", "help")
    }
    others = {one.name: one for one in sorted(EXERCISE.parent.iterdir()) if _is_other(one)}
    taken_of_others: dict[str, list[dict[str, float]]] = {name: [] for name in others}
    course = _usual_course(folder)
    same_work = course / "solutions" / SAME_WORK
    answer = next((same_work / "gabarito" / "dags").glob("*.py")).read_text(encoding="utf-8")
    programs = make_environment(folder)
    usual = [way(folder / way.name, programs, answer) for way in (Nbgrader, Otter)]
    for way in usual:
        seconds_of_usual(way)  # once without counting, like ours
    for exercise in (EXERCISE, same_work, *others.values()):
        measures.check(exercise, "warm")  # starts the stage, builds the template database
    for turn in track(range(n), description="Voltas"):
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
    group = measures.class_of(students, SAME_WORK, course, "turma")
    same_beside = {"nbgrader": taken["same"][0::2], "otter": taken["same"][1::2]}
    return {
        "n": n,
        "nbgrader_seconds": summary(taken["nbgrader"]),
        "otter_seconds": summary(taken["otter"]),
        "same_work_seconds": summary(taken["same"]),
        "nbgrader_over_same_work": ratios(taken["nbgrader"], same_beside["nbgrader"]),
        "otter_over_same_work": ratios(taken["otter"], same_beside["otter"]),
        "class_students": students,
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
        "help_seconds": summary(taken["help"], 3),
        "others": {
            name: {"first_seconds": summary([one["first"] for one in turns]), "warm_seconds": summary([one["all"] for one in turns])}
            for name, turns in taken_of_others.items()
        },
    }  # fmt: skip


def classes(n: int, students: int, folder: Path) -> Figures:
    """Many submissions: whether the last ones take longer, and what stays in memory."""
    live = measures.class_of(LIVE, SAME_WORK, _usual_course(folder), "fila")
    judged = measures.recorded(RECORDED, EXERCISE)
    reports = [measures.report(REPORTED, EXERCISE) for _ in range(n)]
    group = measures.class_of(students, EXERCISE.name, _own_course(folder), "ex1")
    tenth = len(live.stage_mb) // 10
    return {
        "exercise_students": students,
        "exercise_class_seconds_per_student": round(group.seconds_per_student, 2),
        "exercise_class_minutes": round(group.ends[-1] / 60, 1),
        "live": LIVE,
        "live_last_over_first": round(live.last_over_first, 2),
        "stage_mb_first": round(statistics.median(live.stage_mb[:tenth])),
        "stage_mb_last": round(statistics.median(live.stage_mb[-tenth:])),
        "child_mb": round(max(live.child_mb, group.child_mb)),
        "recorded": RECORDED,
        "recorded_ms": round(1000 * statistics.median(judged), 1),
        "recorded_last_over_first": round(measures.last_over_first(judged), 2),
        "reported": REPORTED,
        "report_seconds": summary(reports),
    }


def several_machines(n: int, students: int, folder: Path) -> Figures:
    """One worker and two, in turns."""
    course = _own_course(folder)
    taken: dict[int, list[float]] = {1: [], 2: []}
    for turn in track(range(n), description="Voltas"):
        for workers, seconds in taken.items():
            mark = f"por {workers}, volta {turn}"
            seconds.append(machines.seconds_with(workers, BY_WORKERS, EXERCISE.name, course, mark))
    return {
        "by_workers": BY_WORKERS,
        "two_workers_over_one": ratios(taken[1], taken[2]),
        "overhead_ms": round(machines.overhead_ms(LIVE, EXERCISE.name, course), 1),
    }


def services(n: int, students: int, folder: Path) -> Figures:
    return {
        "services": {
            name: {
                "seconds": summary([one.seconds for one in turns]),
                "memory_mb": summary([one.memory_mb for one in turns], 0),
            }
            for name, turns in surroundings.services(n).items()
        }
    }


def lessons(n: int, students: int, folder: Path) -> Figures:
    return {"lessons": surroundings.lessons()}


def _usual_course(folder: Path) -> Path:
    course = folder / "curso"
    shutil.copytree(HERE / "course", course)
    return course


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
