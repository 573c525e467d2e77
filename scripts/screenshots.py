"""Make the README's images in docs/imagens/ from the running program, so that they never lie."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from classroom_tour import class_in_lab, tour
from curso.bank import bank_of
from lab_browser import ROOT, Lab, browser_page, open_welcome, running_lab
from system_packages import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGES = ROOT / "docs" / "imagens"
EXERCISE = "ex1-dag-complexo"
MISTAKE = "cancelada-conta"


def main() -> int:
    if find_browser() is None:
        print("Para refazer as imagens, instale o Chromium ou o Google Chrome.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="imagens-") as folder:
        scratch = Path(folder)
        with running_lab(scratch) as lab, browser_page(width=1280, height=800) as page:
            open_welcome(page, lab)
            page.screenshot(path=IMAGES / "jupyterlab-boas-vindas.png")
        submission = scratch / "entrega"
        bank_of(EXERCISE).build_wrong(MISTAKE, submission)
        with checked_in_lab(scratch / "verificar", submission, height=1200) as page:
            page.screenshot(path=IMAGES / "verificar-notebook.png")
        with panel_in_lab(scratch / "painel", submission) as page:
            page.screenshot(path=IMAGES / "painel.png")
        with class_in_lab(scratch / "turma") as (course, lab, page):
            tour(course, lab, page, submission, lambda page, name: page.screenshot(path=IMAGES / name))
    print(f"Imagens refeitas em {IMAGES.relative_to(ROOT)}/.")
    return 0


@contextmanager
def started_in_lab(scratch: Path, submission: Path, *, height: int) -> Iterator[tuple[Lab, Page]]:
    """The Lab of a course in `scratch`, where the exercise is begun and holds `submission`."""
    course = scratch / "Curso de orquestração"
    left_out = shutil.ignore_patterns(".*", "trabalho", "tests", "dist", "__pycache__")
    shutil.copytree(ROOT, course, ignore=left_out)
    with patch.dict(os.environ, {"PYTHONPATH": str(course)}):
        start = [sys.executable, "-m", "curso.cli", "comecar", EXERCISE]
        subprocess.run(start, cwd=course, check=True, capture_output=True)
        work = course / "trabalho" / EXERCISE
        shutil.copytree(submission, work, dirs_exist_ok=True)
        with running_lab(scratch, root=course) as lab, browser_page(width=1280, height=height) as page:
            page.set_default_timeout(120_000)
            yield lab, page


@contextmanager
def checked_in_lab(scratch: Path, submission: Path, *, height: int = 900) -> Iterator[Page]:
    """The exercise's notebook in such a Lab, run to the table of `submission`'s verdicts."""
    with started_in_lab(scratch, submission, height=height) as (lab, page):
        page.goto(lab.address(f"/lab/tree/trabalho/{EXERCISE}/{EXERCISE}.ipynb"))
        page.wait_for_selector(".jp-NotebookPanel .jp-MarkdownOutput h1")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
        page.locator("#jp-MainMenu").get_by_text("Executar", exact=True).click()
        page.locator(".lm-Menu").get_by_text("Executar todas as células", exact=True).click()
        cell = page.locator(".jp-CodeCell", has_text="verificar(")
        cell.locator(".jp-OutputArea-output table").wait_for()
        cell.evaluate("cell => cell.scrollIntoView({block: 'start'})")
        page.mouse.move(0, 0)  # no row looks chosen
        yield page


@contextmanager
def panel_in_lab(scratch: Path, submission: Path) -> Iterator[Page]:
    """The panel beside the statement in such a Lab, with `submission`'s verdicts."""
    with started_in_lab(scratch, submission, height=1150) as (lab, page):
        page.goto(lab.address(f"/lab/tree/trabalho/{EXERCISE}/{EXERCISE}.ipynb"))
        page.wait_for_selector(".jp-NotebookPanel .jp-MarkdownOutput h1")
        exercise = page.locator(f"#curso-painel [data-exercise='{EXERCISE}']")
        exercise.get_by_role("button").first.click()
        exercise.get_by_role("button", name="Verificar").click()
        failed = exercise.locator("[data-criterion]", has_text="ainda não").first
        failed.get_by_role("button").first.click()
        exercise.get_by_text("nesta verificação").wait_for()
        edge = page.locator("#jp-main-split-panel > .lm-SplitPanel-handle").first.bounding_box()
        assert edge
        page.mouse.move(edge["x"] + 1, 500)
        page.mouse.down()
        page.mouse.move(edge["x"] + 160, 500)
        page.mouse.up()
        page.locator("#curso-painel").evaluate("panel => panel.scrollTo(0, 0)")
        page.mouse.move(0, 0)
        yield page


if __name__ == "__main__":
    sys.exit(main())
