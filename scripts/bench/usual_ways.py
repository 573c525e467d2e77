"""The usual ways of grading a notebook, as their own documentation builds them: nbgrader and otter-grader.

Both get the same ten-task DAG and the same five checks, one of which runs it, in an environment of their own
with this course's versions, so that nothing that the course configures can slow them down or speed them up.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from textwrap import indent

from nbformat.v4 import new_code_cell

from notebooks import graded_cell, write_notebook

ROOT = Path(__file__).resolve().parents[2]
OTTER_VERSION = "7.0.0"
POINTS = 20
FULL_MARKS = 100.0

CHECKS = (
    "from airflow.dag_processing.dagbag import DagBag\nbag = DagBag('pipeline.py')\nassert not bag.import_errors",
    "dag = bag.dags['usual']\nassert len(dag.tasks) == 10",
    "assert dag.catchup is False",
    "from airflow.dag_processing.bundles.manager import DagBundlesManager\n"
    "from airflow.dag_processing.dagbag import sync_bag_to_db\n"
    "DagBundlesManager().sync_bundles_to_db()\nsync_bag_to_db(bag, 'dags-folder', None)\n"
    "run = dag.test(logical_date=__import__('pendulum').datetime(2026, 3, 1))\nassert run.state == 'success'",
    "import os, sqlite3\nrows = sqlite3.connect(os.environ['WAREHOUSE']).execute('select sum(value) from totals')\n"
    "assert rows.fetchone()[0] == 6 * 28",
)
"""Each uses what the ones before it have defined, as the cells of a notebook do."""


class UsualWay(ABC):
    """One course with one assignment and one submission, which earns everything."""

    name: str

    def __init__(self, folder: Path, programs: Path, answer: str) -> None:
        """`programs` is the `bin` of the environment from `make_environment`; `answer` the DAG's source."""
        self.folder = folder
        self._programs = programs
        airflow_home = folder / "airflow"
        (airflow_home / "dags").mkdir(parents=True)
        self._environment = os.environ | {
            "PATH": os.pathsep.join((str(programs), os.environ["PATH"])),  # nbgrader calls `alembic` by name
            "AIRFLOW_HOME": str(airflow_home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(airflow_home / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "WAREHOUSE": str(folder / "warehouse.db"),
            "JUPYTER_NO_CONFIG": "1",
        }
        self._call("airflow", "db", "migrate")
        self._build("%%writefile pipeline.py\n" + answer)

    def grade(self) -> None:
        (self.folder / "warehouse.db").unlink(missing_ok=True)
        self._grade()

    @abstractmethod
    def score(self) -> float:
        """What the last grading gave, of FULL_MARKS."""

    @abstractmethod
    def _build(self, answer_cell: str) -> None: ...

    @abstractmethod
    def _grade(self) -> None: ...

    def _call(self, program: str, *words: str) -> str:
        command = [str(self._programs / program), *words]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{program} {' '.join(words)}:\n{done.stderr[-2000:]}")
        return done.stdout


class Nbgrader(UsualWay):
    """`nbgrader autograde`, the five checks in cells of the notebook."""

    name = "nbgrader"

    def _build(self, answer_cell: str) -> None:
        (self.folder / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'usual'\nc.ExecutePreprocessor.timeout = 300\n"
        )
        cells = [graded_cell("dag", answer_cell)]
        cells += [graded_cell(f"test{n}", check, POINTS) for n, check in enumerate(CHECKS)]
        for place in ("source/a1", "submitted/student/a1"):
            write_notebook(cells, self.folder / place / "p1.ipynb")
        self._call("nbgrader", "generate_assignment", "a1")

    def _grade(self) -> None:
        self._call("nbgrader", "autograde", "a1", "--student", "student", "--force")

    def score(self) -> float:
        code = (
            "from nbgrader.api import Gradebook\n"
            "with Gradebook('sqlite:///gradebook.db') as g: print(g.find_submission('a1', 'student').score)"
        )
        return float(self._call("python", "-c", code))


class Otter(UsualWay):
    """`otter run`, the five checks in test files of its own."""

    name = "otter"

    def _build(self, answer_cell: str) -> None:
        tests = self.folder / "tests"
        tests.mkdir()
        for number, check in enumerate(CHECKS):
            (tests / f"q{number}.py").write_text(
                "from otter.test_files import test_case\n"
                f'OK_FORMAT = False\nname = "q{number}"\npoints = {POINTS}\n\n'
                "@test_case()\ndef test(env):\n"
                f"    exec({check!r}, env)\n"
            )
        write_notebook([new_code_cell(answer_cell)], self.folder / "p1.ipynb")
        self._call("otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-requirements")

    def _grade(self) -> None:
        self._call("otter", "run", "-a", "autograder.zip", "--no-logo", "p1.ipynb")

    def score(self) -> float:
        results = json.loads((self.folder / "results.json").read_text(encoding="utf-8"))
        return float(sum(test.get("score", 0) for test in results["tests"]))


def make_environment(folder: Path) -> Path:
    """A fresh environment with this course's versions and otter-grader; returns its `bin`.

    otter-grader wants an older `wrapt` than the course has; Airflow takes both.
    """
    uv = "uv" if _runs("uv") else str(ROOT / ".uv" / "bin" / "uv")
    exported = _run(
        uv, "export", "--project", str(ROOT), "--frozen", "--no-dev", "--no-emit-project", "--no-hashes"
    )
    (folder / "versions.txt").write_text(exported)
    (folder / "override.txt").write_text("wrapt<2\n")
    _run(uv, "venv", "--quiet", "--python", sys.executable, "--no-python-downloads", str(folder / "env"))
    _run(
        uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(folder / "env" / "bin" / "python"),
        "-r", str(folder / "versions.txt"), f"otter-grader=={OTTER_VERSION}", "--override", str(folder / "override.txt"),
    )  # fmt: skip
    return folder / "env" / "bin"


def _runs(program: str) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{indent(done.stderr[-2000:], '  ')}")
    return done.stdout
