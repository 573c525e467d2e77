"""A class seen in a real browser, both sides: for the tests and for the instructor guide's pictures.

The student fetches, hands in and reads feedback from nbgrader's panel of assignments; the instructor
collects, autogrades, looks at the points and the message, and releases feedback in the formgrader.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from lab_browser import ROOT, Lab, browser_page, running_lab

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

EXERCISE = "ex1-dag-complexo"
FILE = "dags/vendas_diarias.py"
Picture = Callable[["Page", str], object]


@dataclass
class Seen:
    """What the two sides saw."""

    score: str = ""
    message: str = ""
    feedback: str = ""
    lab_answers_seconds: list[float] = field(default_factory=list)
    """How long the Lab took to answer while it was grading."""


@contextmanager
def class_in_lab(scratch: Path) -> Iterator[tuple[Path, Lab, Page]]:
    """A course of its own with exercise 1 released, open in a Lab."""
    course = scratch / "Curso de orquestração"
    shutil.copytree(
        ROOT, course, ignore=shutil.ignore_patterns(".*", "trabalho", "tests", "dist", "__pycache__")
    )
    with patch.dict(os.environ, {"PYTHONPATH": str(course)}):
        for verb in ("generate_assignment", "release_assignment"):
            command = [sys.executable, "-m", "nbgrader", verb, EXERCISE]
            subprocess.run(command, cwd=course, check=True, capture_output=True)
        with running_lab(scratch, root=course) as lab, browser_page(width=1440, height=900) as page:
            page.set_default_timeout(180_000)
            page.goto(lab.address("/lab"))
            page.wait_for_selector("#jp-MainMenu")
            yield course, lab, page


def tour(course: Path, lab: Lab, page: Page, submission: Path, picture: Picture) -> Seen:
    """Walks through the whole class; `submission` is what the student hands in."""
    seen = Seen()
    _open(page, "Assignment List")
    page.locator("#released_assignments_list button", has_text="Fetch").click()
    fetched = page.locator("#fetched_assignments_list")
    fetched.locator("button", has_text="Submit").first.wait_for()
    shutil.copyfile(submission / FILE, course / "trabalho" / EXERCISE / FILE)
    fetched.locator("button", has_text="Submit").first.click()
    submitted = page.locator("#submitted_assignments_list")
    submitted.locator("button", has_text="Fetch Feedback").wait_for()
    picture(page, "nbgrader-entrega.png")

    _open(page, "Formgrader")
    frame = page.frame_locator("iframe").first
    row = frame.locator("tr", has_text=EXERCISE)
    row.locator(".glyphicon-cloud-download").click()
    _dismiss(frame)
    picture(page, "nbgrader-formgrader.png")
    row.locator("td.num-submissions a").click()
    with _timing_the_lab(lab, seen):
        frame.locator(".glyphicon-flash").first.click()
        frame.locator(".modal-title", has_text="Success").wait_for()
    _dismiss(frame)
    score = frame.locator("td.score")
    score.get_by_text("/").first.wait_for()
    seen.score = score.first.inner_text()
    picture(page, "nbgrader-correcao.png")
    frame.locator(".glyphicon-comment").first.click()
    _dismiss(frame)
    frame.locator(".glyphicon-envelope").first.click()
    _dismiss(frame)

    frame.locator("td.student-name a, td.student-id a").first.click()
    frame.locator("td.name a, td.notebook-name a", has_text=EXERCISE).first.click()
    answered = frame.locator("text=Esperado:").first
    answered.wait_for()
    answered.evaluate("element => element.scrollIntoView({block: 'center'})")
    seen.message = frame.locator("body").inner_text()
    picture(page, "nbgrader-mensagem.png")

    _open(page, "Assignment List")
    submitted.locator("button", has_text="Fetch Feedback").click()
    submitted.locator("a", has_text="feedback").first.wait_for()
    picture(page, "nbgrader-feedback.png")
    (made,) = (course / "trabalho" / EXERCISE / "feedback").rglob("*.html")
    seen.feedback = made.read_text(encoding="utf-8")
    return seen


def _open(page: Page, panel: str) -> None:
    page.locator("#jp-MainMenu").get_by_text("Nbgrader", exact=True).click()
    page.locator(".lm-Menu").get_by_text(panel, exact=True).click()


def _dismiss(frame: FrameLocator) -> None:
    """Closes the box that tells how it went, and waits until it is gone."""
    box = frame.locator(".modal.show, .modal.in").first
    box.locator(".modal-title", has_text="Success").wait_for()
    box.locator(".modal-footer button").first.click()
    frame.locator(".modal-backdrop").first.wait_for(state="detached")


@contextmanager
def _timing_the_lab(lab: Lab, seen: Seen) -> Iterator[None]:
    """Asks the Lab for something small again and again, from beside the browser."""
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            started = time.monotonic()
            lab.get("/api/status")
            seen.lab_answers_seconds.append(time.monotonic() - started)
            done.wait(0.2)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        done.set()
        asking.join()
