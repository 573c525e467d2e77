"""The notebook's door: the statement's own notebook in a real kernel, and in a real browser."""

from __future__ import annotations

import html
import os
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from curso.bank import bank_of
from lab_browser import ROOT
from screenshots import checked_in_lab
from system_packages import find_browser

if TYPE_CHECKING:
    from conftest import Course, History, Ran

EXERCISE = "ex1-dag-complexo"
FILE = "dags/vendas_diarias.py"
WORDS = {
    "passou": "passed", "ainda não": "failed", "espera outro": "blocked", "não tentado": "not_attempted",
    "na entrega": "waiting", "falha do corretor": "error",
}  # fmt: skip


class _Table(HTMLParser):
    """The rows of the one table, each cell as its text; and every tag that was met."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "code" and self.rows and len(self.rows[-1]) == 2:
            self.rows[-1][-1] += "\n"

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    @property
    def statuses(self) -> dict[str, str]:
        """Status by criterion, as the table's readers see them."""
        return {title.splitlines()[-1]: WORDS[state.split(" ", 1)[1]] for state, title, *_ in self.rows[1:]}

    @property
    def points(self) -> dict[str, str]:
        return {title.splitlines()[-1]: points for _, title, points, _ in self.rows[1:]}


def _run_all(course: Course, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Runs the working copy's notebook from top to bottom; the last output as HTML and as text."""
    for name, value in course.environment.items():
        monkeypatch.setenv(name, value)
    path = course.work / f"{EXERCISE}.ipynb"
    notebook = nbformat.read(path, 4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}})
    client.execute()
    (cell,) = [c for c in notebook.cells if c.cell_type == "code" and "verificar(" in c.source]
    assert not [output for output in cell.outputs if output.output_type in ("stream", "error")]
    data = cell.outputs[-1].data
    return data["text/html"], data["text/plain"]


def _same(ran: Ran, source: str) -> _Table:
    table = _Table(source)
    assert table.statuses == ran.statuses
    assert table.points == {
        v["criterion"]: f"{v['points']}/{v['max_points']}" for v in ran.result["verdicts"]
    }
    assert f"<b>{ran.result['points']}</b> de 100 pontos" in source
    return table


def test_the_untouched_notebook_shows_that_nothing_was_attempted(
    fresh: Course, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.curso("comecar", EXERCISE)
    source, text = _run_all(fresh, monkeypatch)
    _same(history.starter, source)
    assert "0 de 100 pontos" in text
    assert fresh.record.exists(), "the notebook's checks count for the checklist"


def test_the_answer_passes_in_the_notebook(
    fresh: Course, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.curso("comecar", EXERCISE)
    fresh.hand_in((fresh.answer / FILE).read_text(encoding="utf-8"))
    source, text = _run_all(fresh, monkeypatch)
    _same(history.answer, source)
    assert text.count("✔ passou") == 13
    assert fresh.checklist()["dags"] == (110, 110, True)


def test_a_broken_file_is_told_and_what_it_says_stays_text(
    fresh: Course, history: History, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.curso("comecar", EXERCISE)
    fresh.hand_in(broken)
    source, text = _run_all(fresh, monkeypatch)
    table = _same(history.broken, source)
    assert "script" not in table.tags
    assert html.escape("<script>alert(1)</script> & fim") in source
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", source + text)


def test_a_name_that_no_exercise_has_is_one_sentence(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in course.environment.items():
        monkeypatch.setenv(name, value)
    code = "from curso import verificar\nverificar('<b>ex9</b>')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    data = notebook.cells[0].outputs[-1].data
    known = ", ".join(sorted(folder.name for folder in (course.root / "exercises").iterdir()))
    assert data["text/html"] == (
        f"<p>Não conheço o exercício «&lt;b&gt;ex9&lt;/b&gt;». Os que existem: {known}.</p>"
    )
    assert data["text/plain"] == f"Não conheço o exercício «<b>ex9</b>». Os que existem: {known}."


def test_stopping_the_cell_leaves_a_sentence(course: Course, tmp_path: Path) -> None:
    kernel = KernelManager(kernel_name="python3")
    kernel.start_kernel(cwd=str(tmp_path), env=course.environment)
    client = kernel.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        asked = client.execute(f"import curso\ncurso.verificar({EXERCISE!r}, {str(course.answer)!r})")
        shown, errors, stopped = [], [], False
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            message = client.get_iopub_msg(timeout=60)
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != asked:
                continue
            if "data" in content:
                shown.append(content["data"].get("text/html", ""))
                if not stopped and "etapas" in shown[-1]:  # a bar that moves: the DAG is being run
                    assert re.search(r"<progress value='\d+' max='\d+'>", shown[-1])
                    kernel.interrupt_kernel()
                    stopped = True
            errors += [content] if kind == "error" else []
            if kind == "status" and content["execution_state"] == "idle":
                break
        assert stopped
        assert errors == []
        assert "<p>Verificação interrompida. Nada do seu trabalho foi mudado.</p>" in shown
        assert not any("<table" in piece for piece in shown)
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


CLEARS_AWAY = """
import pathlib, sys, time
left = pathlib.Path(sys.argv[1])
try:
    left.touch()
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)
    left.unlink()
"""
STOPPED = """
import sys
from curso import checking, notebook
checking.command = lambda *_: [sys.executable, "-c", sys.argv[1], sys.argv[2]]
print(notebook.verificar("ex1"))
"""


def test_a_check_that_is_stopped_has_the_time_to_clear_away(tmp_path: Path) -> None:
    """Lab interrupts everything in the kernel's process group at once."""
    left = tmp_path / "pasta-temporaria"
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED, CLEARS_AWAY, str(left)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True,
        # Whoever runs the tests in a shell's background has it ignored, and children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not left.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert out.endswith("Verificação interrompida. Nada do seu trabalho foi mudado.\n")
    assert not left.exists()


@pytest.mark.skipif(
    find_browser() is None, reason="needs a Chromium or Chrome: `make test` says how to get it"
)
def test_a_learner_sees_the_table_in_the_lab(tmp_path: Path, broken: str, course: Course) -> None:
    submission = course.hand_in(broken, tmp_path / "entrega")
    with checked_in_lab(tmp_path, submission) as page:
        table = page.locator(".jp-CodeCell .jp-OutputArea-output table")
        assert table.locator("tbody tr").count() == 13
        assert table.locator("script").count() == 0
        first = table.locator("tbody tr").first
        assert first.locator("td").first.inner_text() == "✘ ainda não"
        assert "<script>alert(1)</script> & fim" in first.inner_text()
        first.locator("summary", has_text="fim do log").click()
        assert "RuntimeError" in first.locator("pre").inner_text()
        # Read without scrolling sideways, and the column that teaches is the widest.
        output = page.locator(".jp-CodeCell .jp-OutputArea-output").last
        assert output.evaluate("area => area.scrollWidth <= area.clientWidth + 1")
        widths = first.locator("td").evaluate_all("cells => cells.map(cell => cell.clientWidth)")
        assert max(widths) == widths[-1], widths
        assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0


def test_the_picture_in_the_readme_has_a_mistake_to_show() -> None:
    """`scripts/screenshots.py` takes it from the bank; an entry that goes must not break `make imagens`."""
    from screenshots import MISTAKE

    assert MISTAKE in bank_of(EXERCISE).wrong()
