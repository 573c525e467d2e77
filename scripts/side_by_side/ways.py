"""nbgrader and otter-grader as their documentation sets them up, each in an environment of its own.

Two students hand in the same small exercise: the attacker, and a neighbour whose work is right.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from importlib.metadata import version
from pathlib import Path

import nbformat
from attacks import RIGHT
from nbformat.v4 import new_code_cell

from notebooks import graded_cell, write_notebook

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = "assert soma([10, -10, 7]) == 7  # "
"""What is never shown to students; a secret follows it."""
POINTS = 10.0
NEIGHBOUR = "vizinha"
ATTACKER = "atacante"
SECONDS = 120.0
"""After that someone who grades a class would have stopped it by hand."""
PATIENCE = 900.0
"""For what has nothing to do with an attack."""


class Way(ABC):
    """One way of grading the two of them."""

    name: str
    packages: tuple[str, ...]

    def __init__(self, folder: Path) -> None:
        """Makes the environment, with uv from PyPI, under `folder`."""
        self.environment = folder / f"ambiente-{self.name}"
        uv = str(ROOT / ".uv" / "bin" / "uv") if (ROOT / ".uv" / "bin" / "uv").exists() else "uv"
        python = str(self.environment / "bin" / "python")
        _run(
            uv, "venv", "--quiet", "--python", sys.executable, "--no-python-downloads", str(self.environment)
        )
        _run(uv, "pip", "install", "--quiet", "--python", python, *self.packages)

    @abstractmethod
    def grade(self, folder: Path, cell: str, secret: str) -> tuple[float | None, float | None]:
        """The attacker's points and the neighbour's, None where there are none."""

    def _call(self, folder: Path, program: str, *words: str, seconds: float = PATIENCE) -> str:
        """Whatever the attack does to it; what it has started ends with it, where it has not fled."""
        environment = os.environ | {
            "PATH": os.pathsep.join((str(self.environment / "bin"), os.environ["PATH"])),
            "HOME": str(folder),
            "JUPYTER_NO_CONFIG": "1",
        }
        called = subprocess.Popen(
            [str(self.environment / "bin" / program), *words], cwd=folder, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            return called.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            return ""
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(called.pid, signal.SIGKILL)
            called.wait()


class Nbgrader(Way):
    name = "nbgrader"
    packages = (f"nbgrader=={version('nbgrader')}", "ipykernel", "setuptools<81")

    def grade(self, folder: Path, cell: str, secret: str) -> tuple[float | None, float | None]:
        (folder / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'lado_a_lado'\n"
        )
        hidden = f"### BEGIN HIDDEN TESTS\n{HIDDEN}{secret}\n### END HIDDEN TESTS"
        cells = [
            graded_cell("soma", "### BEGIN SOLUTION\n" + RIGHT + "### END SOLUTION"),
            graded_cell("teste", "assert soma([1, 2, 3]) == 6\n" + hidden, POINTS),
        ]
        write_notebook(cells, folder / "source" / "a1" / "p1.ipynb")
        self._call(folder, "nbgrader", "generate_assignment", "a1")
        released = nbformat.read(folder / "release" / "a1" / "p1.ipynb", as_version=4).cells
        for student, handed_in in ((ATTACKER, cell), (NEIGHBOUR, f"{RIGHT}# {secret}")):
            mine = [nbformat.from_dict({**released[0], "source": handed_in}), *released[1:]]
            write_notebook(mine, folder / "submitted" / student / "a1" / "p1.ipynb")
        self._call(folder, "nbgrader", "autograde", "a1", seconds=SECONDS)
        return self._score(folder, ATTACKER), self._score(folder, NEIGHBOUR)

    def _score(self, folder: Path, student: str) -> float | None:
        code = (
            "from nbgrader.api import Gradebook\nwith Gradebook('sqlite:///gradebook.db') as g:\n"
            f"    s = g.find_submission('a1', '{student}')\n    print(None if s.needs_manual_grade else s.score)"
        )
        printed = self._call(folder, "python", "-c", code).strip()
        return float(printed) if printed not in ("", "None") else None


class Otter(Way):
    name = "otter-grader"
    packages = ("otter-grader==7.0.0", "ipykernel", "setuptools<81")

    def grade(self, folder: Path, cell: str, secret: str) -> tuple[float | None, float | None]:
        (folder / "tests").mkdir()
        (folder / "tests" / "q1.py").write_text(
            f'from otter.test_files import test_case\n\nOK_FORMAT = False\nname = "q1"\npoints = {POINTS}\n\n\n'
            "@test_case()\ndef test_visible(soma):\n    assert soma([1, 2, 3]) == 6\n\n\n"
            f"@test_case(hidden=True)\ndef test_hidden(soma):\n    {HIDDEN}{secret}\n"
        )
        self._call(folder, "otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-requirements")
        for student, handed_in in ((ATTACKER, cell), (NEIGHBOUR, f"{RIGHT}# {secret}")):
            write_notebook([new_code_cell(handed_in)], folder / "entregas" / student / "p1.ipynb")
        scores = []
        for student in (ATTACKER, NEIGHBOUR):
            place = folder / "notas" / student
            place.mkdir(parents=True)
            handed = folder / "entregas" / student / "p1.ipynb"
            zipped = str(folder / "autograder.zip")
            words = ("run", "-a", zipped, "-o", str(place), "--no-logo", str(handed))
            self._call(folder, "otter", *words, seconds=SECONDS)
            scores.append(self._score(place / "results.json"))
        return scores[0], scores[1]

    def _score(self, results: Path) -> float | None:
        try:
            tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
        except (OSError, ValueError, KeyError):
            return None
        return float(sum(test.get("score", 0) for test in tests))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{done.stderr[-2000:]}")
