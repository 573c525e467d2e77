"""A learner's week in miniature, in the Lab's panel and in a real browser."""

from __future__ import annotations

import contextlib
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import TimeoutError

from curso.bank import bank_of
from lab_browser import ROOT, Lab, browser_page, free_port, open_welcome, running_lab
from lesson_bank import read_bank
from system_packages import find_browser

if TYPE_CHECKING:
    from conftest import Course
    from playwright.sync_api import Locator, Page

EXERCISE = "ex1-dag-complexo"
MISTAKE = "cancelada-conta"
CHALLENGE, LESSON = "01b.cron", "01b-airflow-tempo-e-falhas"
PICTURES = ROOT / ".curso" / "imagens-de-teste"
CHECK_MS = 240_000

pytestmark = pytest.mark.skipif(
    find_browser() is None, reason="needs a Chromium or Chrome: `make test` says how to get it"
)


@pytest.fixture
def course(tmp_path: Path, new_course: Callable[[Path], Course], monkeypatch: pytest.MonkeyPatch) -> Course:
    course = new_course(tmp_path / "curso de orquestração")
    monkeypatch.setenv("PYTHONPATH", str(course.root))
    return course


@pytest.mark.timeout(900)
def test_a_week_in_miniature(course: Course, tmp_path: Path) -> None:
    port = free_port()
    with browser_page(width=1400, height=1000) as page:
        with running_lab(tmp_path, root=course.root, port=port) as lab:
            open_welcome(page, lab)
            panel = Panel(page)
            the_panel_is_there_at_once(panel)
            everything_is_reached_by_keyboard(panel)
            an_item_is_marked_and_unmarked(panel)
            the_exercise_begins(panel, course)
            a_wrong_answer_is_told_criterion_by_criterion(panel, course, tmp_path)
            hints_come_one_at_a_time(panel, course)
            a_challenge_solved_in_a_notebook_shows(panel, course, lab)
            a_right_answer_passes(panel, course)
        the_lab_is_gone(panel)
        with running_lab(tmp_path, root=course.root, port=port) as lab:
            the_lab_is_back(panel)
            page.goto(lab.address(f"/lab/tree/notebooks/{LESSON}.ipynb"))
            everything_is_still_proven(panel)


class Panel:
    """The sidebar, as a reader of the screen finds what is in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.whole = page.get_by_role("region", name="Curso", exact=True)

    def section(self, name: str) -> Locator:
        return self.whole.get_by_role("region", name=name, exact=True)

    def item(self, name: str) -> Locator:
        return self.section("Checklist").locator(f"[data-item='{name}']")

    @property
    def exercise(self) -> Locator:
        return self.section("Exercícios").locator(f"[data-exercise='{EXERCISE}']")

    def lesson(self, name: str) -> Locator:
        return self.section("Lições").locator(f"[data-lesson='{name}']")

    def current_tab(self, name: str) -> Locator:
        return self.page.locator(".lm-DockPanel-tabBar .lm-mod-current", has_text=name)

    def criterion(self, name: str) -> Locator:
        return self.exercise.locator(f"[data-criterion='{name}']")

    def open(self, place: Locator) -> None:
        """Opens what a disclosure hides, if it does."""
        button = place.get_by_role("button").first
        if button.get_attribute("aria-expanded") == "false":
            button.click()

    def button(self, place: Locator, begins: str) -> Locator:
        return place.get_by_role("button", name=re.compile(f"^{begins}"))

    def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"painel-{name}.png")


def the_panel_is_there_at_once(panel: Panel) -> None:
    panel.section("O que fazer agora").get_by_text("Comece aqui").first.wait_for()
    panel.picture("inicio")
    assert panel.section("Checklist").get_by_role("listitem").count() == 5
    assert panel.section("Lições").get_by_role("listitem").count() >= 10
    assert panel.section("Serviços").get_by_role("listitem").count() >= 5


def everything_is_reached_by_keyboard(panel: Panel) -> None:
    """From anywhere in Lab to the panel, and on to its first button."""
    panel.page.keyboard.press("Control+Shift+Y")
    assert panel.whole.evaluate("panel => panel === document.activeElement")
    panel.page.keyboard.press("Tab")
    focused = panel.page.locator(":focus")
    assert focused.inner_text().startswith("Abrir")
    assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"


def an_item_is_marked_and_unmarked(panel: Panel) -> None:
    item = panel.item("deploys")
    panel.button(item, "Marcar já domino").click()
    item.get_by_text("já domino", exact=True).wait_for()
    assert item.evaluate("item => getComputedStyle(item).borderTopStyle") == "dashed"
    assert panel.section("Checklist").get_by_text("provado", exact=True).count() == 0
    panel.button(item, "Desmarcar já domino").click()
    panel.button(item, "Marcar já domino").wait_for()


def the_exercise_begins(panel: Panel, course: Course) -> None:
    panel.open(panel.exercise)
    panel.button(panel.exercise, "Começar").click()
    panel.button(panel.exercise, "Verificar").wait_for()
    panel.current_tab(f"{EXERCISE}.ipynb").wait_for()
    assert (course.work / "dags" / "vendas_diarias.py").is_file()


def a_wrong_answer_is_told_criterion_by_criterion(panel: Panel, course: Course, tmp_path: Path) -> None:
    bank = bank_of(EXERCISE, course.root)
    bank.build_wrong(MISTAKE, tmp_path / "errada")
    shutil.copytree(tmp_path / "errada", course.work, dirs_exist_ok=True)
    panel.button(panel.exercise, "Verificar").click()
    panel.button(panel.exercise, "Parar").wait_for()
    panel.criterion("carrega").get_by_text("passou").wait_for(timeout=CHECK_MS)
    assert panel.exercise.get_by_text("aguardando").count() > 0, "the first verdict didn't wait for the last"
    panel.picture("verificando")
    panel.button(panel.exercise, "Verificar").wait_for(timeout=CHECK_MS)
    lost = bank.wrong()[MISTAKE].loses
    for name in lost:
        assert panel.criterion(name).get_by_text("ainda não").count() == 1
    said = panel.whole.get_by_role("log").inner_text()
    assert re.search(r"Verificação terminada: \d+ pontos\.", said)
    panel.open(panel.criterion(lost[0]))
    panel.criterion(lost[0]).get_by_text("Visto:").wait_for()


def hints_come_one_at_a_time(panel: Panel, course: Course) -> None:
    lost = bank_of(EXERCISE, course.root).wrong()[MISTAKE].loses[0]
    about = tomllib.loads(
        (course.root / "solutions" / EXERCISE / "exercise.toml").read_text(encoding="utf-8")
    )
    (ladder,) = [one["hints"] for one in about["criteria"] if one["id"] == lost]
    hints = panel.criterion(lost).get_by_role("list", name="Dicas").get_by_role("listitem")
    for number in range(3):
        assert hints.count() == number
        panel.button(panel.criterion(lost), "(Pedir|Mais) uma dica").click()
        hints.nth(number).wait_for()
        assert hints.nth(number).inner_text() == ladder[number].replace("`", "")
    assert panel.button(panel.criterion(lost), "(Pedir|Mais) uma dica").count() == 0
    panel.picture("dicas")


def a_challenge_solved_in_a_notebook_shows(panel: Panel, course: Course, lab: Lab) -> None:
    (answer,) = read_bank(ROOT / "tests" / "lessons" / "bank" / f"{CHALLENGE}.py")[0].cells
    cell = new_code_cell(f"from curso.licao import desafio\n\n{answer}")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[cell], metadata=kernel), course.work / "rascunho.ipynb")
    lesson = panel.lesson(LESSON)
    assert lesson.get_by_text("0/4 desafios").count() == 1
    panel.page.goto(lab.address(f"/lab/tree/trabalho/{EXERCISE}/rascunho.ipynb?reset"))
    notebook = panel.page.locator(".jp-NotebookPanel", has_text="from curso.licao import desafio")
    notebook.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
    run_first_cell(notebook)
    passed = notebook.get_by_text("passou").first
    try:
        passed.wait_for(timeout=CHECK_MS)
    except TimeoutError:
        panel.picture("desafio-no-caderno")
        raise AssertionError(f"the notebook shows:\n{notebook.inner_text()}") from None
    lesson.get_by_text("1/4 desafios").wait_for()


def run_first_cell(notebook: Locator) -> None:
    """A key that Lab swallows while it is still drawing the page is pressed again, as a person would."""
    waiting = notebook.locator(".jp-CodeCell .jp-InputPrompt").first.get_by_text("[ ]:")
    for _ in range(3):
        notebook.locator(".jp-CodeCell .cm-content").first.click()
        notebook.page.keyboard.press("Shift+Enter")
        with contextlib.suppress(TimeoutError):
            waiting.wait_for(state="hidden", timeout=20_000)
            return
    raise AssertionError(f"Lab did not run the cell:\n{notebook.inner_text()}")


def a_right_answer_passes(panel: Panel, course: Course) -> None:
    shutil.copytree(course.answer, course.work, dirs_exist_ok=True)
    panel.open(panel.exercise)
    panel.button(panel.exercise, "Verificar").click()
    panel.exercise.get_by_text("100 de 100 pontos").wait_for(timeout=CHECK_MS)
    panel.picture("passou")
    assert panel.exercise.get_by_text("ainda não").count() == 0
    panel.exercise.get_by_text("100/100").wait_for()


def the_lab_is_gone(panel: Panel) -> None:
    """Lab says so in a dialog of its own, over everything; the panel too, and what was known stays."""
    there = panel.page.locator("#curso-painel")
    there.get_by_text("O Lab não responde").wait_for()
    assert there.get_by_text("100/100").count() == 1


def the_lab_is_back(panel: Panel) -> None:
    """The same page, not loaded again, finds the server that was started anew."""
    panel.page.get_by_text("O Lab não responde").wait_for(state="hidden")


def everything_is_still_proven(panel: Panel) -> None:
    panel.exercise.get_by_text("100/100").wait_for()
    panel.lesson(LESSON).get_by_text("1/4 desafios").wait_for()
    panel.picture("depois")
