"""Measures grading side by side with the usual way, in one run, and writes docs/medidas/.

usual       `nbgrader autograde`: a ten-task DAG, five test cells in a kernel
same work   ours, warm: the same DAG, five checks, one run (scripts/bench_course)
exercise 1  ours: nine steps, six of them runs of the DAG, 13 criteria; warm and cold

What is compared takes turns (A B A B ...), so that a machine that slows down slows both.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook
from rich.progress import track

from autograder.run.play import cores
from curso.classroom.batch import grade_class

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "docs" / "medidas"
EXERCISE = "ex1-dag-complexo"
SAME_WORK = "ex-usual"

BENCH_COURSE = ROOT / "scripts" / "bench_course"
ANSWER = BENCH_COURSE / "solutions" / SAME_WORK / "gabarito" / "dags" / "pipeline.py"

CHECKS_OF_THE_USUAL_WAY = [
    "from airflow.dag_processing.dagbag import DagBag\nbag = DagBag('pipeline.py')\nassert not bag.import_errors",
    "dag = bag.dags['usual']\nassert len(dag.tasks) == 10",
    "assert dag.catchup is False",
    "from airflow.dag_processing.bundles.manager import DagBundlesManager\n"
    "from airflow.dag_processing.dagbag import sync_bag_to_db\n"
    "DagBundlesManager().sync_bundles_to_db()\nsync_bag_to_db(bag, 'dags-folder', None)\n"
    "run = dag.test(logical_date=__import__('pendulum').datetime(2026, 3, 1))\nassert run.state == 'success'",
    "import os, sqlite3\nrows = sqlite3.connect(os.environ['WAREHOUSE']).execute('select sum(value) from totals')\n"
    "assert rows.fetchone()[0] == 6 * 28",
]


class UsualWay:
    """A course with one assignment and one submission, as nbgrader's own documentation builds them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        airflow_home = folder / "airflow"
        (airflow_home / "dags").mkdir(parents=True)
        self.environment = os.environ | {
            # nbgrader calls `alembic` by name.
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "AIRFLOW_HOME": str(airflow_home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(airflow_home / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "WAREHOUSE": str(folder / "warehouse.db"),
        }
        self._call("airflow", "db", "migrate")
        (folder / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'usual'\nc.ExecutePreprocessor.timeout = 300\n"
        )
        for place in ("source/a1", "submitted/student/a1"):
            target = folder / place
            target.mkdir(parents=True)
            nbformat.write(self._notebook(), target / "p1.ipynb")
        self._call("nbgrader", "generate_assignment", "a1")

    def grade(self) -> None:
        (self.folder / "warehouse.db").unlink(missing_ok=True)
        self._call("nbgrader", "autograde", "a1", "--student", "student", "--force")

    def score(self) -> float:
        code = (
            "from nbgrader.api import Gradebook\n"
            "with Gradebook('sqlite:///gradebook.db') as g: print(g.find_submission('a1', 'student').score)"
        )
        return float(self._call(sys.executable, "-c", code))

    def _notebook(self) -> Any:
        cells = [new_code_cell("%%writefile pipeline.py\n" + ANSWER.read_text(encoding="utf-8"))]
        cells[0].metadata["nbgrader"] = _grade_cell("dag", solution=True, points=0)
        for number, check in enumerate(CHECKS_OF_THE_USUAL_WAY):
            cell = new_code_cell(check)
            cell.metadata["nbgrader"] = _grade_cell(f"test{number}", solution=False, points=20)
            cells.append(cell)
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        return new_notebook(cells=cells, metadata={"kernelspec": kernel})

    def _call(self, program: str, *words: str) -> str:
        where = str(Path(sys.executable).parent / program) if "/" not in program else program
        done = subprocess.run(
            [where, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{program} {' '.join(words)}:\n{done.stderr[-2000:]}")
        return done.stdout


def _grade_cell(name: str, *, solution: bool, points: int) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "schema_version": 3, "grade_id": name, "solution": solution, "locked": not solution,
        "grade": not solution, "task": False,
    }  # fmt: skip
    return metadata if solution else metadata | {"points": points}


class MemoryWatch(threading.Thread):
    """The most that a process and its children held together, in bytes (proportional where Linux tells)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self.peak = 0

    def run(self) -> None:
        while self._root.is_running() and self._root.status() != psutil.STATUS_ZOMBIE:
            total = 0
            try:
                for process in [self._root, *self._root.children(recursive=True)]:
                    full = process.memory_full_info()
                    total += getattr(full, "pss", full.rss)
            except psutil.Error:
                pass
            self.peak = max(self.peak, total)
            time.sleep(0.1)


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
now = time.perf_counter()
steps = done.evidence.steps.values()
print(json.dumps({
    "points": done.result.points, "max_points": done.result.max_points, "notes": done.result.notes,
    "first": first[0], "all": now - asked, "process": now - started, "steps": sum(s.seconds for s in steps),
}))
"""


def check(exercise: Path, how: str) -> dict[str, Any]:
    """Seconds of one check of the exercise's answer in a fresh process; it must give all points."""
    command = [sys.executable, "-c", IN_A_PROCESS, str(exercise), str(exercise / "gabarito"), how]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    watch = MemoryWatch(process.pid)
    watch.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    measured: dict[str, Any] = json.loads(output)
    if measured["points"] != measured["max_points"] or (how == "warm" and measured["notes"]):
        raise SystemExit(f"A medida não serve: {measured}")
    return measured | {"whole": seconds, "peak_mb": watch.peak / 1e6}


def class_of(students: int, root: Path) -> float:
    """Seconds per submission of a class whose files all differ."""
    answer = (root / "solutions" / SAME_WORK / "gabarito" / "dags" / "pipeline.py").read_text(
        encoding="utf-8"
    )
    with tempfile.TemporaryDirectory() as folder:
        deliveries = {}
        for number in range(students):
            delivery = Path(folder) / f"estudante-{number}"
            (delivery / "dags").mkdir(parents=True)
            (delivery / "dags" / "pipeline.py").write_text(f"# {number}\n{answer}", encoding="utf-8")
            deliveries[delivery.name] = delivery
        started = time.perf_counter()
        graded = grade_class(SAME_WORK, deliveries, Path(folder) / "resultados", root=root)
        seconds = time.perf_counter() - started
    if any(result.points != result.max_points for result in graded.values()):
        raise SystemExit("A turma não tirou todos os pontos: a medida não serve.")
    return seconds / students


def stage_memory_mb() -> float:
    """What the warm stage itself holds, proportionally."""
    sizes = []
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):
            if "autograder.run.inside" in (process.info["cmdline"] or []):
                full = process.memory_full_info()
                sizes.append(getattr(full, "pss", full.rss) / 1e6)
    return max(sizes, default=0.0)


def seconds_of(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def summary(values: list[float], digits: int = 2) -> dict[str, float]:
    return {
        "min": round(min(values), digits),
        "median": round(statistics.median(values), digits),
        "max": round(max(values), digits),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=5, help="counted turns (default 5)")
    parser.add_argument("--turma", type=int, default=30, help="submissions of the class (default 30)")
    asked = parser.parse_args()
    exercise = ROOT / "solutions" / EXERCISE
    usual: list[float] = []
    same: list[dict[str, Any]] = []
    warm: list[dict[str, Any]] = []
    cold: list[dict[str, Any]] = []
    help_seconds: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        bench_course = Path(folder) / "curso"
        shutil.copytree(BENCH_COURSE, bench_course)
        same_work = bench_course / "solutions" / SAME_WORK
        theirs = UsualWay(Path(folder) / "usual")
        theirs.grade()
        if theirs.score() != 100:
            raise SystemExit("O jeito usual não deu todos os pontos: a medida não serve.")
        for path in (exercise, same_work):
            check(path, "warm")  # starts the stage, builds the template database, warms the disk's cache
        for _ in track(range(asked.n), description="Medindo"):
            same.append(check(same_work, "warm"))
            started = time.perf_counter()
            theirs.grade()
            usual.append(time.perf_counter() - started)
            warm.append(check(exercise, "warm"))
            cold.append(check(exercise, "cold"))
            help_seconds.append(seconds_of([str(Path(sys.executable).parent / "curso"), "--help"]))
        per_student = class_of(asked.turma, bench_course)
        stage_mb = stage_memory_mb()
    document = {
        "n": asked.n,
        "machine": {
            "cores": cores(), "memory_gb": round(psutil.virtual_memory().total / 1e9),
            "system": platform.platform(), "python": platform.python_version(),
        },
        "versions": {name: version(name) for name in ("apache-airflow", "nbgrader", "pytest")},
        "usual_seconds": summary(usual),
        "same_work_seconds": summary([one["whole"] for one in same]),
        "usual_over_same_work": summary([u / o["whole"] for u, o in zip(usual, same, strict=True)]),
        "class_students": asked.turma,
        "class_seconds_per_student": round(per_student, 2),
        "usual_over_class": round(statistics.median(usual) / per_student, 1),
        "first_verdict_seconds": summary([one["first"] for one in warm]),
        "warm_seconds": summary([one["all"] for one in warm]),
        "cold_seconds": summary([one["all"] for one in cold]),
        "cold_over_warm": summary([c["all"] / w["all"] for c, w in zip(cold, warm, strict=True)]),
        "warm_over_its_runs": summary([one["all"] / (one["steps"] / cores()) for one in warm]),
        "cold_peak_mb": summary([one["peak_mb"] for one in cold], 0),
        "stage_mb": round(stage_mb),
        "help_seconds": summary(help_seconds, 3),
    }  # fmt: skip
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "bench.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    (OUTPUT / "bench.svg").write_text(as_plot(document), encoding="utf-8")
    (OUTPUT / "README.md").write_text(as_page(document), encoding="utf-8")
    print(as_page(document))


ROWS = (
    (
        "`nbgrader autograde` do jeito usual: um DAG de dez tasks, uma execução, 5 células",
        "usual_seconds",
        "s",
    ),
    ("o mesmo trabalho, nosso, aquecido (processo inteiro)", "same_work_seconds", "s"),
    ("usual ÷ nosso, par a par", "usual_over_same_work", "vezes"),
    ("exercício 1, aquecido: o primeiro veredito", "first_verdict_seconds", "s"),
    ("exercício 1, aquecido: todos os 13 critérios (seis execuções)", "warm_seconds", "s"),
    ("exercício 1, a frio", "cold_seconds", "s"),
    ("frio ÷ aquecido, par a par", "cold_over_warm", "vezes"),
    ("aquecido ÷ só as execuções, repartidas pelos núcleos", "warm_over_its_runs", "vezes"),
    ("pico de memória de uma verificação a frio (PSS da árvore)", "cold_peak_mb", "MB"),
    ("`curso --help`", "help_seconds", "s"),
)


def as_page(document: dict[str, Any]) -> str:
    machine = document["machine"]
    rows = [
        f"| {what} | {document[name]['median']} {unit} | {document[name]['min']} a {document[name]['max']} |"
        for what, name, unit in ROWS
    ]
    return "\n".join(
        [
            "# Medidas",
            "",
            f"Feitas por `make bench` em uma rodada só, alternando o que se compara; n = {document['n']}, mediana, "
            f"mínimo e máximo. Máquina: {machine['cores']} núcleos, {machine['memory_gb']} GB, Python "
            f"{machine['python']}, Airflow {document['versions']['apache-airflow']}, nbgrader "
            f"{document['versions']['nbgrader']}. Os tempos variam de uma máquina para outra; as razões, menos.",
            "",
            "![Segundos por correção](bench.svg)",
            "",
            "| o que | mediana | mínimo e máximo |",
            "| --- | ---: | --- |",
            *rows,
            "",
            f"Uma turma de {document['class_students']} com esse mesmo trabalho: "
            f"{document['class_seconds_per_student']} s por entrega, {document['usual_over_class']} vezes mais "
            f"entregas por minuto do que uma depois da outra do jeito usual. O corretor aquecido ocupa "
            f"{document['stage_mb']} MB enquanto espera.",
            "",
        ]
    )


def as_plot(document: dict[str, Any]) -> str:
    """Horizontal bars of seconds, as an SVG that needs no library."""
    bars = [
        ("jeito usual, 1 execução", document["usual_seconds"]["median"], "#8b949e"),
        ("o mesmo, aquecido", document["same_work_seconds"]["median"], "#1a7f37"),
        ("exercício 1 a frio, 6 execuções", document["cold_seconds"]["median"], "#8b949e"),
        ("exercício 1 aquecido", document["warm_seconds"]["median"], "#1a7f37"),
    ]
    most = max(seconds for _, seconds, _ in bars)
    lines = []
    for number, (what, seconds, colour) in enumerate(bars):
        y, width = 20 + 40 * number, round(360 * seconds / most)
        lines += [
            f'<text x="230" y="{y + 17}" text-anchor="end">{what}</text>',
            f'<rect x="240" y="{y}" width="{width}" height="24" rx="3" fill="{colour}"/>',
            f'<text x="{248 + width}" y="{y + 17}">{seconds:.1f} s</text>',
        ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="680" height="190" font-family="sans-serif" font-size="13">'
        '<rect width="680" height="190" fill="#fff"/>' + "".join(lines) + "</svg>\n"
    )


if __name__ == "__main__":
    main()
