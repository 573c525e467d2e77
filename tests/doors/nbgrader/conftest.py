"""A class: a course of its own, nbgrader's real programs, and what they leave in gradebook and feedback."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Course

EXERCISE = "ex1-dag-complexo"
FILE = "dags/vendas_diarias.py"


@dataclass(frozen=True)
class Classroom:
    """The instructor's clone of a course; students hand in from it too, each under a name."""

    course: Course

    @property
    def root(self) -> Path:
        return self.course.root

    @property
    def folder(self) -> Path:
        return self.root / ".nbgrader"

    @property
    def environment(self) -> dict[str, str]:
        home = self.root.parent / "casa"
        home.mkdir(exist_ok=True)
        own = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "c"), "JUPYTER_DATA_DIR": str(home / "d")}
        return self.course.environment | own

    def nbgrader(
        self, *arguments: str, cwd: Path | None = None, code: int = 0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """The real `nbgrader`; fails the test where it ends otherwise than said."""
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=cwd or self.root, env=self.environment | environment, stdin=subprocess.DEVNULL,
            capture_output=True, encoding="utf-8", timeout=580, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr[-4000:]
        return done

    def as_student(self, name: str) -> dict[str, str]:
        """What tells one student's account from another's: nbgrader keeps there what was handed in."""
        return {"JUPYTER_DATA_DIR": str(self.root.parent / "casa" / name)}

    def curso(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "curso.cli", *arguments], cwd=self.root, env=self.environment,
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=580, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def delivery(self, student: str) -> Path:
        """The folder of what nbgrader collected of this student."""
        return self.folder / "submitted" / student / EXERCISE

    def deliver(self, student: str, source: str | None) -> Path:
        """Lays a delivery where nbgrader collects them: the released notebook and, where given, the file."""
        folder = self.delivery(student)
        folder.mkdir(parents=True)
        shutil.copy(self.root / "exercises" / EXERCISE / f"{EXERCISE}.ipynb", folder)
        if source is not None:
            (folder / FILE).parent.mkdir()
            (folder / FILE).write_text(source, encoding="utf-8")
        return folder

    def answer(self) -> str:
        return (self.course.answer / FILE).read_text(encoding="utf-8")

    def grades(self) -> dict[str, dict[str, str]]:
        """The exported rows of a class with one exercise, by student."""
        return {row["student_id"]: row for row in self._exported()}

    def scores(self) -> dict[tuple[str, str], float]:
        """The exported points by student and exercise."""
        return {(row["student_id"], row["assignment"]): float(row["raw_score"]) for row in self._exported()}

    def _exported(self) -> list[dict[str, str]]:
        target = self.root.parent / "notas.csv"
        self.nbgrader("export", "--to", str(target))
        with target.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def told(self, student: str) -> dict[str, str]:
        """The HTML that each test cell of the graded notebook shows."""
        path = self.folder / "autograded" / student / EXERCISE / f"{EXERCISE}.ipynb"
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
        shown = {}
        for cell in cells:
            (output,) = cell["outputs"]
            assert output["output_type"] == "execute_result"
            shown[cell["metadata"]["nbgrader"]["grade_id"]] = "".join(output["data"]["text/html"])
        return shown


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory, new_course: Callable[[Path], Course]) -> Classroom:
    """A class in a folder with spaces and accents, its exercise registered."""
    made = Classroom(new_course(tmp_path_factory.mktemp("Turma de março") / "curso de orquestração"))
    made.nbgrader("generate_assignment", EXERCISE)
    return made


@pytest.fixture(scope="session")
def without_bubblewrap(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which everything can be found but bwrap."""
    folder = tmp_path_factory.mktemp("sem-bwrap")
    for directory in ("/usr/local/bin", "/usr/bin", "/bin", str(Path(sys.executable).parent)):
        for entry in os.scandir(directory) if os.path.isdir(directory) else ():
            link = folder / entry.name
            if entry.name != "bwrap" and not link.is_symlink():
                link.symlink_to(entry.path)
    return str(folder)
