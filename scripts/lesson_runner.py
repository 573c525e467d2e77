"""Executes lessons as a learner would: every cell, top to bottom, in a fresh kernel, with real services, offline.

The tests (`tests/lessons`) and the site (`scripts/site`) both run them through here. A lesson runs in a copy of
the course, so that nothing of it reaches the working copy of whoever runs this.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from autograder.run.adapters import cache_folder

ROOT = Path(__file__).resolve().parent.parent
OFFLINE = Path(__file__).resolve().parent / "offline"
CELL_SECONDS = 300
SPARK_SECONDS = 600
_NOT_COPIED = {".git", ".venv", ".uv", ".curso", ".nbgrader", "trabalho", "tests", "dist", "build", "_site"}
_CACHES = {
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".import_linter_cache",
    ".ipynb_checkpoints",
}
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")

Cell = Any  # nbformat's nodes carry no types
AfterCell = Callable[["Lesson", Cell], None]


class LessonError(AssertionError):
    """A cell failed, or something was left behind; the message has all there is to know."""


@dataclass(frozen=True)
class CourseCopy:
    """A course of its own in a temporary folder, and the environment in which its programs run offline."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "curso de orquestração"

    @property
    def services(self) -> Path:
        return self.folder / "servicos"

    @property
    def calls(self) -> Path:
        """Where tries to reach another machine are noted."""
        return self.folder / "tentou-sair.txt"

    @property
    def environment(self) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        ours = ("CURSO_", "JUPYTER_", "AIRFLOW_", "PREFECT_", "DAGSTER_", "IPYTHON")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
        nowhere = {
            name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
        }
        local = {name: "127.0.0.1,localhost,::1" for name in ("no_proxy", "NO_PROXY")}
        return kept | nowhere | local | {
            "HOME": str(home),
            "IPYTHONDIR": str(home / ".ipython"),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "PYTHONPATH": os.pathsep.join([str(OFFLINE), str(self.root)]),
            "CURSO_SERVICOS": str(self.services),
            # What takes seconds to make and is the same for all: Airflow's empty database, matplotlib's fonts.
            "CURSO_CACHE": str(cache_folder()),
            "MPLCONFIGDIR": str(cache_folder() / "matplotlib"),
            "CURSO_SEM_REDE": str(self.calls),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "100",
        }  # fmt: skip

    def curso(self, *args: str) -> subprocess.CompletedProcess[str]:
        """The real `curso` of this copy."""
        return subprocess.run(
            [sys.executable, "-m", "curso.cli", *args], cwd=self.root, env=self.environment,
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip

    def processes(self) -> list[psutil.Process]:
        """Whatever still runs on behalf of this copy."""
        found = []
        mark = str(self.folder)
        for process in psutil.process_iter():
            try:
                told = [*process.cmdline(), process.cwd(), process.environ().get("CURSO_SERVICOS", "")]
            except (psutil.Error, OSError):
                continue
            if process.pid != os.getpid() and any(mark in text for text in told):
                found.append(process)
        return found


@dataclass
class Lesson:
    """One notebook in execution."""

    name: str
    client: NotebookClient
    kernel_log: Path
    """What the kernel itself says, outside of any cell."""
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, cell: Cell, position: int) -> None:
        """Executes one cell. Raises LessonError with its id, its source and what it said."""
        began = time.monotonic()
        try:
            self.client.execute_cell(cell, position)
        except CellExecutionError as error:
            raise LessonError(self._told(cell, error.traceback)) from None
        except CellTimeoutError:
            raise LessonError(self._told(cell, "passou do tempo")) from None
        except DeadKernelError:
            said = self.kernel_log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise LessonError(self._told(cell, f"o kernel morreu:\n{said}")) from None
        finally:
            self.seconds[cell.id] = round(time.monotonic() - began, 1)

    def run_extra(self, source: str, cell_id: str) -> Cell:
        """Executes a cell that the notebook doesn't have, in the same kernel; its outputs are in what is returned."""
        cell = nbformat.v4.new_code_cell(source, id=cell_id)
        self.client.nb.cells.append(cell)
        self.run(cell, len(self.client.nb.cells) - 1)
        return cell

    def _told(self, cell: Cell, problem: str) -> str:
        said = "\n".join(filter(None, map(output_text, cell.outputs)))
        lines = [f"{self.name}, célula {cell.id}:", *(f"    {line}" for line in cell.source.splitlines())]
        lines += ["mostrou:", said[-4000:]] if said else []
        return _ESCAPES.sub("", "\n".join([*lines, problem[-6000:]]))


def output_text(output: Any) -> str:
    """What an output shows as plain text; an error shows nothing, since its traceback is told apart."""
    if output.output_type == "stream":
        return str(output.text)
    return str(output.get("data", {}).get("text/plain", ""))


def tags(cell: Cell) -> list[str]:
    return list(cell.metadata.get("tags", []))


@contextmanager
def course_copy(*, notebooks: Path | None = None) -> Iterator[CourseCopy]:
    """A copy of the course, with `notebooks` in place of its own where that is given.

    In the end its services are stopped, and whatever still runs of it is a LessonError (and is ended).
    """
    # Short and open to others: PostgreSQL runs as another user, and a socket's path has its limit.
    folder = Path(tempfile.mkdtemp(prefix="curso-licao-"))
    folder.chmod(0o755)
    copy = CourseCopy(folder)
    try:
        shutil.copytree(ROOT, copy.root, ignore=_ignored, symlinks=True)
        if notebooks is not None:
            shutil.rmtree(copy.root / "notebooks")
            shutil.copytree(notebooks, copy.root / "notebooks")
        yield copy
        _stop_services(copy)
        left = _wait_for_silence(copy)
        if left:
            raise LessonError("Ficou rodando depois de `curso servicos parar`:\n" + "\n".join(left))
        if copy.calls.exists():
            raise LessonError("Algo tentou sair desta máquina:\n" + copy.calls.read_text(encoding="utf-8"))
    finally:
        left = copy.processes()
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=10)  # until then they may still write
        shutil.rmtree(folder, ignore_errors=True)


def run_notebook(
    copy: CourseCopy, name: str, *, after_cell: AfterCell | None = None, skip: tuple[str, ...] = ("spark",)
) -> tuple[Any, Lesson]:
    """Executes `notebooks/<name>` of the copy in a fresh kernel; cells with a tag in `skip` are left out.

    Returns the notebook as executed, and the lesson (for the seconds of each cell).
    """
    path = copy.root / "notebooks" / name
    notebook = nbformat.read(path, 4)
    shown = len(notebook.cells)
    environment = copy.environment
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        startup_timeout=120,
        timeout_func=lambda cell: SPARK_SECONDS if "spark" in tags(cell) else CELL_SECONDS,
        resources={"metadata": {"path": str(path.parent)}},
        ipython_hist_file=":memory:",
    )
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # a "python3" in the user's home is not the course's
    lesson = Lesson(name, client, copy.folder / "kernel.log")
    with lesson.kernel_log.open("ab") as log, client.setup_kernel(env=environment, stderr=log):
        for position, cell in enumerate(list(notebook.cells)):
            if cell.cell_type == "code" and not set(tags(cell)) & set(skip):
                lesson.run(cell, position)
                if after_cell is not None:
                    after_cell(lesson, cell)
    del notebook.cells[shown:]
    return notebook, lesson


def _ignored(folder: str, names: list[str]) -> set[str]:
    return (_NOT_COPIED if Path(folder) == ROOT else set()) & set(names) | _CACHES & set(names)


def _stop_services(copy: CourseCopy) -> None:
    if not copy.services.exists():
        return
    done = copy.curso("servicos", "parar")
    if done.returncode:
        raise LessonError(
            f"`curso servicos parar` terminou com {done.returncode}:\n{done.stdout}{done.stderr}"
        )


def _wait_for_silence(copy: CourseCopy, seconds: float = 15) -> list[str]:
    """What still runs of the copy after a while, as lines."""
    deadline = time.monotonic() + seconds
    while (left := copy.processes()) and time.monotonic() < deadline:
        time.sleep(0.2)
    lines = []
    for process in left:
        try:
            lines.append(f"  {process.pid}: {' '.join(process.cmdline())[:200]}")
        except psutil.Error:
            continue
    return lines
