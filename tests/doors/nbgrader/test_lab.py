"""Both sides of a class in a real Lab and a real browser; the pictures in .curso/imagens-de-teste are for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from classroom_tour import EXERCISE, Seen, class_in_lab, tour
from curso.bank import bank_of
from lab_browser import ROOT
from system_packages import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

MISTAKE = "cancelada-conta"
MOST_SECONDS_TO_ANSWER = 5.0  # a blocked Lab would be silent for as long as a whole grading takes

pytestmark = pytest.mark.skipif(
    find_browser() is None, reason="needs a Chromium or Chrome: `make test` says how to get it"
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    scratch = tmp_path_factory.mktemp("turma")
    bank_of(EXERCISE).build_wrong(MISTAKE, scratch / "entrega")
    pictures = ROOT / ".curso" / "imagens-de-teste"
    pictures.mkdir(parents=True, exist_ok=True)

    def picture(page: Page, name: str) -> None:
        page.screenshot(path=pictures / name)

    with class_in_lab(scratch) as (course, lab, page):
        return tour(course, lab, page, scratch / "entrega", picture)


def test_the_button_grades_and_shows_the_points(seen: Seen) -> None:
    assert seen.score == "70 / 100"


def test_the_instructor_reads_the_message_beside_the_cell(seen: Seen) -> None:
    assert "As tabelas têm as linhas certas" in seen.message
    assert "linha que não deveria estar aí" in seen.message


def test_the_student_reads_the_same_in_the_feedback(seen: Seen) -> None:
    assert "As tabelas têm as linhas certas" in seen.feedback


def test_the_lab_answers_while_it_grades(seen: Seen) -> None:
    assert len(seen.lab_answers_seconds) >= 5
    assert max(seen.lab_answers_seconds) < MOST_SECONDS_TO_ANSWER
