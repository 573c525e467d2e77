"""A copy of the course to knock on: the doors' tests never touch the working copy of whoever runs them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.model.result import Result

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


@dataclass(frozen=True)
class ToyClass:
    """A class of the toy exercise (tests/core/toy): whatever a submission can do, at the price of a bare interpreter."""

    course: Course
    deliveries: Path
    scratch: Path
    """Where its warm stages live and its temporary folders lie: what is killed leaves some behind."""

    @property
    def results(self) -> Path:
        return self.deliveries.with_name("resultados")

    @property
    def environment(self) -> dict[str, str]:
        return self.course.environment | {
            "CURSO_PALCOS": str(self.stages),
            "TMPDIR": str(self.scratch / "tmp"),
        }

    @property
    def stages(self) -> Path:
        return self.scratch / "palcos"

    def start(self, *more: str | Path) -> subprocess.Popen[str]:
        """`curso corrigir` over the class, in a process of its own."""
        asked = ("corrigir", "ex-toy", "--turma", self.deliveries, "--resultados", self.results, *more)
        return subprocess.Popen(
            self.course.command(*asked),
            cwd=self.course.root.parent,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            # Whoever runs the tests in a shell's background has it ignored, and children would inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def grade(self, *more: str | Path) -> Ran:
        process = self.start(*more)
        out, err = process.communicate(timeout=280)
        return Ran(process.returncode, out, err)

    def kept(self) -> dict[str, Result]:
        """What stands in the folder of results; each must be whole at any moment."""
        return {
            path.stem: Result.model_validate_json(path.read_bytes())
            for path in sorted(self.results.glob("*.json"))
        }

    def forget(self) -> None:
        """As if nothing had been graded yet, in the same round."""
        shutil.rmtree(self.results, ignore_errors=True)
        shutil.rmtree(self.course.root / ".nbgrader" / "resultados", ignore_errors=True)

    def keepers(self) -> list[psutil.Process]:
        found = []
        for lock in self.stages.glob("*/tranca"):
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                found.append(psutil.Process(int(lock.read_text())))
        return found

    def close(self) -> None:
        for keeper in self.keepers():
            with contextlib.suppress(psutil.Error):
                keeper.terminate()
                keeper.wait(20)
        shutil.rmtree(self.scratch, ignore_errors=True)


TOY_RIGHT = """
import os, sqlite3, time
time.sleep({seconds})
world = os.environ["MUNDO"]
number = int(open(f"{{world}}/numero.txt").read())
connection = sqlite3.connect(f"{{world}}/armazem.db")
connection.execute("INSERT INTO numeros VALUES ('visto', ?)", ({number},))
connection.commit()
"""
TOY_POINTS = {
    "Ana Ávila": (10, TOY_RIGHT.format(seconds=0, number="number")),
    "Beto": (0, TOY_RIGHT.format(seconds=0, number="2026")),
    "Çelik": (10, TOY_RIGHT.format(seconds=0.6, number="number")),
    "Dora": (0, TOY_RIGHT.format(seconds=0, number="number + 1")),
    "Enzo": (0, "import os; os._exit(0)"),
    "Fabi": (0, "import os, signal; os.kill(0, signal.SIGKILL)"),
    "Gil": (10, TOY_RIGHT.format(seconds=0.3, number="number")),
    "Hugo": (0, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"),
    "Íris": (10, TOY_RIGHT.format(seconds=0.9, number="number")),
    "João": (0, "raise SystemExit('chega')"),
    "Léa": (0, " "),
    "Malu": (0, "# O seu pipeline vai aqui.\n"),
}
"""What each student of the toy class hands in, and the points it deserves."""


@pytest.fixture
def toy_points() -> dict[str, int]:
    return {name: points for name, (points, _) in TOY_POINTS.items()}


@pytest.fixture
def toy_class(alone: None, tmp_path: Path) -> Iterator[ToyClass]:
    """A course of this test alone that has the toy exercise beside the others, and a class that handed it in."""
    course = copy_course(tmp_path / "curso")
    toy = ROOT / "tests" / "core" / "toy"
    shutil.copytree(toy / "course" / "exercises" / "ex-toy", course.root / "solutions" / "ex-toy")
    graders = Path("autograder", "graders", "ex-toy")
    shutil.copytree(toy / "course" / graders, course.root / graders)
    shutil.copyfile(toy / "toy.py", course.root / "autograder" / "run" / "inside" / "toy.py")
    with (course.root / "autograder" / "run" / "adapters.py").open("a", encoding="utf-8") as adapters:
        adapters.write('\nADAPTERS["toy"] = Adapter("toy", lambda places: {}, lambda: None)\n')
    deliveries = tmp_path / "turma da noite"
    for name, (_, source) in TOY_POINTS.items():
        (deliveries / name).mkdir(parents=True)
        (deliveries / name / "pipeline.py").write_text(source, encoding="utf-8")
    scratch = Path(tempfile.mkdtemp(prefix="turma-"))  # a socket's path is short
    scratch.chmod(0o711)  # stages work in it as nobody
    (scratch / "tmp").mkdir()
    toys = ToyClass(course, deliveries, scratch)
    yield toys
    toys.close()


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
