"""A learner's way through Lab with a lesson and the orchestrators' own pages, in a real browser."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from playwright.sync_api import TimeoutError

from curso.services import control
from curso.services.lab import PAGES
from curso.services.supervisor import left_by
from lab_browser import ROOT, Lab, browser_page, open_welcome, running_lab
from lesson_runner import course_copy
from system_packages import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = ROOT / ".curso" / "imagens-de-teste"
LESSON = "01a-airflow-fundamentos"
LESSON_SECONDS = 400
FLOW = """
from prefect import flow

@flow(name="caju-na-tela", flow_run_name="cajueiro")
def caju():
    return 7

caju()
"""

pytestmark = pytest.mark.skipif(
    find_browser() is None, reason="needs a Chromium or Chrome: `make test` says how to get it"
)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """The Lab of a copy of the course: it saves what it has run. Its services are gone when it is."""
    with course_copy() as copy:
        monkeypatch.setenv("CURSO_SERVICOS", str(copy.services))
        monkeypatch.setenv("PYTHONPATH", str(copy.root))
        with running_lab(tmp_path, root=copy.root) as running:
            yield running
        deadline = time.monotonic() + 60
        while (left := _left(copy.services)) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert left == [], "the Lab is gone and its services are not"


def _left(services: Path) -> list[psutil.Process]:
    return [process for name in PAGES for process in left_by(services / name)]


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


@pytest.mark.timeout(900)
def test_a_lesson_runs_and_airflow_is_reached_from_the_launcher(lab: Lab) -> None:
    with browser_page() as page:
        open_welcome(page, lab)
        run_lesson(page, lab)
        airflow = open_service(page, "Airflow")
        airflow.goto(f"{lab.url}/airflow/dags/caju_resumo")
        trigger_and_see_it_succeed(airflow)


@pytest.mark.timeout(600)
def test_dagster_is_reached_from_the_launcher_and_runs_what_its_page_asks_for(lab: Lab) -> None:
    with browser_page() as page:
        open_welcome(page, lab)
        dagster = open_service(page, "Dagster")
        dagster.get_by_text("Lineage", exact=False).first.wait_for()
        control.client("dagster").escrever(
            "castanhas.py", "import dagster as dg\n\n\n@dg.asset\ndef castanhas():\n    return 7\n"
        )
        button = dagster.get_by_role("button", name="Materialize").first
        for _ in range(4):  # the page remembers for a while that this project had nothing to show
            dagster.goto(f"{lab.url}/dagster/assets/castanhas")
            with contextlib.suppress(TimeoutError):
                button.wait_for(timeout=15_000)
                break
        button.click()
        runs = control.client("dagster").runs
        for _ in range(200):
            if runs():
                break
            dagster.wait_for_timeout(200)
        (run,) = runs()
        assert run.esperar(120).estado == "SUCCESS"
        dagster.goto(f"{lab.url}/dagster/runs/{run.id}")
        dagster.get_by_text("STEP_SUCCESS").first.wait_for()
        picture(dagster, "dagster-run")


@pytest.mark.timeout(600)
def test_prefects_page_is_reached_from_the_launcher_and_shows_a_run(lab: Lab, tmp_path: Path) -> None:
    """Its script, its style and its API all come through Lab's address; a real flow runs and is seen there."""
    with browser_page() as page:
        open_welcome(page, lab)
        prefect = open_service(page, "Prefect")
        prefect.get_by_text("Runs", exact=True).first.wait_for()
        client = control.client("prefect")
        flow = tmp_path / "caju.py"
        flow.write_text(FLOW, encoding="utf-8")
        subprocess.run([sys.executable, flow], env=os.environ | client.ambiente, check=True, timeout=120)
        prefect.get_by_text("Runs", exact=True).first.click()
        prefect.get_by_text("cajueiro").first.wait_for()
        prefect.get_by_text("Completed").first.wait_for()
        assert "/prefect/runs" in prefect.url
        picture(prefect, "prefect-execucoes")


def run_lesson(page: Page, lab: Lab) -> None:
    """Runs every cell and sees that none of them failed."""
    # Nothing that was open before comes back and takes the screen while the menu is being used.
    page.goto(lab.address(f"/lab/tree/notebooks/{LESSON}.ipynb?reset"))
    notebook = page.locator(".jp-NotebookPanel", has=page.locator("h1", has_text="Lição 01a"))
    notebook.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
    notebook.locator(".jp-MarkdownCell").first.click()
    page.locator("#jp-MainMenu").get_by_text("Executar", exact=True).click()
    page.locator(".lm-Menu").get_by_text("Executar todas as células", exact=True).click()
    # The kernel is idle between two cells, too: what ends a run is the last cell's number, or an error.
    errors = notebook.locator("[data-mime-type='application/vnd.jupyter.error']")
    last = notebook.locator(".jp-CodeCell").last.locator(".jp-InputPrompt", has_text=re.compile(r"\d"))
    errors.or_(last).first.wait_for(timeout=LESSON_SECONDS * 1000)
    picture(page, "licao-01")
    assert errors.count() == 0, errors.first.inner_text()
    assert notebook.locator(".jp-RenderedMermaid svg, .jp-RenderedMermaid img").count() >= 1, (
        "no DAG was drawn"
    )


def open_service(page: Page, title: str) -> Page:
    """From the launcher's card to the service's own page, under Lab's address."""
    page.locator("#jp-MainMenu").get_by_text("Arquivo", exact=True).click()
    page.locator(".lm-Menu").get_by_text("Novo iniciador", exact=True).click()
    card = page.locator(".jp-LauncherCard", has_text=title)
    card.wait_for()
    picture(page, "launcher")
    with page.context.expect_page() as opened:
        card.click()
    service = opened.value
    service.set_default_timeout(90_000)
    service.wait_for_load_state()
    assert f"/{title.lower()}/" in service.url
    return service


def trigger_and_see_it_succeed(page: Page) -> None:
    """Through Airflow's own buttons: the DAG of the lesson, triggered, and green."""
    page.get_by_text("caju_resumo").first.wait_for()
    before = len(control.client("airflow").execucoes("caju_resumo"))
    page.locator(
        "[data-testid='trigger-dag-button'], button:has-text('Acionar'), button:has-text('Trigger')"
    ).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Trigger").or_(
        page.get_by_role("dialog").get_by_role("button", name="Acionar")
    ).last.click()
    runs = control.client("airflow").execucoes
    for _ in range(200):
        if len(runs("caju_resumo")) > before:
            break
        page.wait_for_timeout(200)
    newest = runs("caju_resumo")[-1].esperar(120)
    picture(page, "airflow-execucao")
    assert newest.estado == "success"
