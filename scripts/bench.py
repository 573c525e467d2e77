"""Measures a check side by side with the usual way, in one run, and writes docs/medidas/.

usual    `nbgrader autograde` of one submission: a ten-task DAG, five test cells in a kernel
ours     `curso verificar` of exercise 1, answer of the course, cold: nine steps, six of them runs of the DAG

The two take turns (A B A B ...), so that a machine that slows down slows both.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook
from rich.progress import track

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "docs" / "medidas"
EXERCISE = "ex1-dag-complexo"

DAG_OF_THE_USUAL_WAY = textwrap.dedent(
    """
    %%writefile pipeline.py
    import os, sqlite3
    import pendulum
    from airflow.sdk import dag, task

    @dag(dag_id="usual", schedule="0 2 * * *", start_date=pendulum.datetime(2026, 1, 1), catchup=False)
    def usual():
        @task
        def extract():
            return [1, 2, 3]

        @task
        def part(rows, n):
            return sum(rows) * n

        @task
        def load(values):
            with sqlite3.connect(os.environ["WAREHOUSE"]) as db:
                db.execute("CREATE TABLE IF NOT EXISTS totals (value INTEGER)")
                db.executemany("INSERT INTO totals VALUES (?)", [(v,) for v in values])

        rows = extract()
        load([part.override(task_id=f"part_{n}")(rows, n) for n in range(8)])

    usual()
    """
).strip()

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
        cells = [new_code_cell(DAG_OF_THE_USUAL_WAY)]
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


def check_ours() -> tuple[float, int]:
    """Seconds and peak bytes of one cold `curso verificar`; it must give all points."""
    command = [sys.executable, "-m", "curso.cli", "verificar", EXERCISE, "--json", "--semente", "7"]
    command += ["--entrega", str(ROOT / "solutions" / EXERCISE / "gabarito")]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    watch = MemoryWatch(process.pid)
    watch.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    result = json.loads(output)
    if result["points"] != result["max_points"]:
        raise SystemExit(f"A resposta do exercício vale {result['points']}: a medida não serve.")
    return seconds, watch.peak


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
    turns = parser.parse_args().n
    ours, usual, memory, help_seconds = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        course = UsualWay(Path(folder))
        check_ours()  # warms the disk cache and builds the template database
        course.grade()
        if course.score() != 100:
            raise SystemExit("O jeito usual não deu todos os pontos: a medida não serve.")
        for _ in track(range(turns), description="Medindo"):
            seconds, peak = check_ours()
            ours.append(seconds)
            memory.append(peak / 1e6)
            started = time.perf_counter()
            course.grade()
            usual.append(time.perf_counter() - started)
            help_seconds.append(seconds_of([str(Path(sys.executable).parent / "curso"), "--help"]))
    document = {
        "n": turns,
        "machine": {
            "cores": os.cpu_count(), "memory_gb": round(psutil.virtual_memory().total / 1e9),
            "system": platform.platform(), "python": platform.python_version(),
        },
        "versions": {name: version(name) for name in ("apache-airflow", "nbgrader", "pytest")},
        "ours_cold_seconds": summary(ours),
        "usual_seconds": summary(usual),
        "usual_over_ours": summary([u / o for u, o in zip(usual, ours, strict=True)]),
        "ours_peak_mb": summary(memory, 0),
        "help_seconds": summary(help_seconds, 3),
    }  # fmt: skip
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "bench.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    (OUTPUT / "README.md").write_text(as_page(document), encoding="utf-8")
    print(as_page(document))


def as_page(document: dict[str, Any]) -> str:
    machine = document["machine"]

    def row(what: str, name: str, unit: str) -> str:
        value = document[name]
        return f"| {what} | {value['median']} {unit} | {value['min']} a {value['max']} |"

    rows = [
        row(
            "`curso verificar` do exercício 1, a frio (seis execuções do DAG, 13 critérios)",
            "ours_cold_seconds",
            "s",
        ),
        row(
            "`nbgrader autograde` do jeito usual (uma execução de um DAG de dez tasks, 5 células)",
            "usual_seconds",
            "s",
        ),
        row("usual ÷ nosso, par a par", "usual_over_ours", "vezes"),
        row("pico de memória de uma verificação (PSS da árvore)", "ours_peak_mb", "MB"),
        row("`curso --help`", "help_seconds", "s"),
    ]
    return "\n".join(
        [
            "# Medidas",
            "",
            f"Feitas por `make bench` em uma rodada só, alternando as duas correções; n = {document['n']}, mediana, "
            f"mínimo e máximo. Máquina: {machine['cores']} núcleos, {machine['memory_gb']} GB, Python "
            f"{machine['python']}, Airflow {document['versions']['apache-airflow']}, nbgrader "
            f"{document['versions']['nbgrader']}. Os tempos variam de uma máquina para outra; as razões, menos.",
            "",
            "| o que | mediana | mínimo e máximo |",
            "| --- | ---: | --- |",
            *rows,
            "",
            "A correção a frio paga cada vez o custo de importar o Airflow, e ainda assim faz seis execuções onde o "
            "jeito usual faz uma.",
            "",
        ]
    )


if __name__ == "__main__":
    main()
