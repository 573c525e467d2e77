"""A copy of the course to knock on: the doors' tests never touch the working copy of whoever runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = "ex1-dag-complexo"
FILE = "dags/vendas_diarias.py"
NOT_COPIED = {".git", ".venv", ".uv", ".curso", ".nbgrader", "trabalho", "tests", "dist", "__pycache__"}
collect_ignore = ["sixth"]  # an exercise whose graders the judge reads
CACHES = {".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".ipynb_checkpoints"}

# Words of click's, typer's, Python's and the system's own sentences, none of which is Portuguese.
ENGLISH = re.compile(
    r"\b(usage|error|try|missing|invalid|unexpected|no such|got|option|options|argument|arguments|command|commands|"
    r"value|required|default|not|the|is|file|directory|denied|show|exit|traceback)\b",
    re.IGNORECASE,
)

BROKEN = """
print("\\x1b[31mvermelho")
raise RuntimeError("<script>alert(1)</script> & \\x1b[2Jfim")
"""

# Loads, runs, and says things to the terminal of whoever reads its log.
ONE_TASK = """
import pendulum
from airflow.sdk import dag, task


@dag(dag_id="vendas_diarias", schedule="0 2 * * *", catchup=False,
     start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"))
def vendas_diarias():
    @task
    def tudo():
        print("\\x1b]0;outro título\\x07antes \\x1b[31mvermelho\\x1b[0m \\x9b2J depois\\r<b>negrito</b>")
        raise ValueError("quebrou \\x1b[2Jde <i>propósito</i>")

    tudo()


vendas_diarias()
"""


@dataclass(frozen=True)
class Ran:
    """One call of a real program that has ended."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def statuses(self) -> dict[str, str]:
        return {verdict["criterion"]: verdict["status"] for verdict in self.result["verdicts"]}

    def sentence(self) -> str:
        """The one Portuguese sentence that a refused call leaves on standard error."""
        assert self.code == 2, self
        assert self.out == ""
        assert self.err.count("\n") == 1, self.err
        sentence = self.err.strip()
        assert sentence.endswith((".", "`.")), sentence
        named = re.sub(r"\bex\d+-[a-z-]+", "", sentence)  # an exercise may have an English name
        assert not ENGLISH.search(named), sentence
        return sentence


@dataclass(frozen=True)
class Course:
    """A course in a folder of its own, and its programs."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if name != "CURSO_GRADERS"}
        return kept | {"PYTHONPATH": str(self.root), "LC_ALL": "C.UTF-8", "COLUMNS": "100"}

    @property
    def work(self) -> Path:
        return self.root / "trabalho" / EXERCISE

    @property
    def answer(self) -> Path:
        return self.root / "solutions" / EXERCISE / "gabarito"

    @property
    def record(self) -> Path:
        return self.root / ".curso" / "progresso.json"

    def command(self, *args: str | Path) -> list[str]:
        return [sys.executable, "-m", "curso.cli", *map(str, args)]

    def curso(self, *args: str | Path, cwd: Path | None = None) -> Ran:
        """The real `curso`, called from a folder that is not the course."""
        done = subprocess.run(
            self.command(*args),
            cwd=cwd or self.root.parent,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def hand_in(self, source: str, folder: Path | None = None) -> Path:
        """Writes `source` as the exercise's file, in the working copy where no other folder is named."""
        folder = folder or self.work
        (folder / FILE).parent.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(source, encoding="utf-8")
        return folder

    def checklist(self) -> dict[str, tuple[int, int, bool]]:
        """What `curso progresso --json` says of each item: points, points there are, done."""
        ran = self.curso("progresso", "--json")
        assert (ran.code, ran.err) == (0, ""), ran
        items = ran.result["checklist"]
        return {item["item"]: (item["points"], item["max_points"], item["done"]) for item in items}


def copy_course(target: Path) -> Course:
    """Everything but caches, environments and the learner's own; of the tests only the bank."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        top = NOT_COPIED if Path(folder) == ROOT else {"__pycache__"}
        return (top | CACHES) & set(names)

    shutil.copytree(ROOT, target, ignore=ignored, symlinks=True)
    shutil.copytree(ROOT / "tests" / "bank", target / "tests" / "bank", ignore=ignored)
    return Course(target)


@pytest.fixture(scope="session")
def new_course() -> Callable[[Path], Course]:
    """Makes a course in a folder that is not there yet."""
    return copy_course


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """One course for all that only reads it; its name is one that people give to folders."""
    return copy_course(tmp_path_factory.mktemp("Área de trabalho") / "curso de orquestração")


@pytest.fixture
def fresh(tmp_path: Path) -> Course:
    """A course of this test alone, to change and to break."""
    return copy_course(tmp_path / "meu curso")


@pytest.fixture(scope="session")
def broken() -> str:
    """A file that does not load and says so with what terminals and browsers act on."""
    return BROKEN


@pytest.fixture(scope="session")
def one_task() -> str:
    """A DAG that runs, prints what terminals and browsers act on, and fails."""
    return ONE_TASK


@dataclass(frozen=True)
class History:
    """A learner's way through the exercise: each call, and the checklist after it."""

    course: Course
    starter: Ran
    answer: Ran
    broken: Ran
    after_starter: dict[str, tuple[int, int, bool]]
    after_answer: dict[str, tuple[int, int, bool]]
    after_broken: dict[str, tuple[int, int, bool]]


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Starts, checks the starter, hands in the answer, then breaks the file."""
    course = copy_course(tmp_path_factory.mktemp("História") / "curso")
    assert course.curso("comecar", EXERCISE).code == 0
    check: Callable[[], Ran] = lambda: course.curso("verificar", EXERCISE, "--json", "--semente", "7")  # noqa: E731
    starter = check()
    after_starter = course.checklist()
    course.hand_in((course.answer / FILE).read_text(encoding="utf-8"))
    answer = check()
    after_answer = course.checklist()
    course.hand_in(BROKEN)
    broken = check()
    return History(course, starter, answer, broken, after_starter, after_answer, course.checklist())
