"""`curso lab` as a newcomer meets it: the real program, an empty home, a real browser."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from curso import lab as lab_module
from lab_browser import ROOT, Lab, browser_page, open_welcome, running_lab
from system_packages import find_browser

MENU = ["Arquivo", "Editar", "Exibir", "Executar", "Kernel", "Nbgrader", "Abas", "Configurações", "Ajuda"]


@dataclass
class Visit:
    lab: Lab
    scratch: Path
    tree_before: set[str]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    scratch = tmp_path_factory.mktemp("newcomer")
    before = set(os.listdir(ROOT))
    with running_lab(scratch) as lab:
        yield Visit(lab, scratch, before)


def test_the_door_leads_to_the_welcome_page(visit: Visit) -> None:
    address, body = visit.lab.get("/")
    assert urlsplit(address).path == "/lab/tree/notebooks/00-comece-aqui.ipynb"
    assert "JupyterLab" in body


def test_portuguese_is_the_default_and_the_catalogue_is_complete(visit: Visit) -> None:
    settings = json.loads(visit.lab.get("/lab/api/settings/@jupyterlab/translation-extension:plugin")[1])
    assert settings["schema"]["properties"]["locale"]["default"] == "pt_BR"
    catalogue = json.loads(visit.lab.get("/lab/api/translations/pt_BR")[1])["data"]["jupyterlab"]
    assert catalogue["menu\u0004File"] == ["Arquivo"]  # ours
    assert catalogue["About %1"] == ["Sobre %1"]  # the language pack's, still there


def test_what_the_server_translates_is_portuguese_on_an_english_system(visit: Visit) -> None:
    menus = visit.lab.get("/lab/api/settings/@jupyterlab/filebrowser-extension:open-with")[1]
    assert '"label": "Abrir Com"' in menus


def test_no_news_and_no_update_check(visit: Visit) -> None:
    settings = json.loads(visit.lab.get("/lab/api/settings/@jupyterlab/apputils-extension:notification")[1])
    properties = settings["schema"]["properties"]
    assert properties["fetchNews"]["default"] == "false"
    assert properties["checkForUpdates"]["default"] is False


@pytest.mark.parametrize("extension", ["formgrader", "assignment_list", "course_list", "validate_assignment"])
def test_the_instructor_has_nbgrader(visit: Visit, extension: str) -> None:
    log = visit.lab.log.read_text(encoding="utf-8")
    assert f"nbgrader.server_extensions.{extension} | extension was successfully loaded" in log


@pytest.mark.skipif(
    find_browser() is None, reason="needs a Chromium or Chrome: `make test` says how to get it"
)
def test_what_the_learner_sees(visit: Visit) -> None:
    pictures = ROOT / ".curso" / "imagens-de-teste"
    pictures.mkdir(parents=True, exist_ok=True)
    with browser_page() as page:
        open_welcome(page, visit.lab)
        page.screenshot(path=pictures / "lab.png")
        assert page.locator("html").get_attribute("lang") in ("pt-BR", "pt_BR", "pt")
        items = page.locator("#jp-MainMenu .lm-MenuBar-item")
        assert items.all_inner_texts() == MENU
        assert page.locator(".jp-MarkdownOutput h1").first.inner_text().startswith("Comece aqui")
        assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0, "something pops up at the start"

        def entries(menu: str) -> list[str]:
            items.get_by_text(menu, exact=True).click()
            page.wait_for_selector(".lm-Menu .lm-Menu-itemLabel")
            texts = page.locator(".lm-Menu .lm-Menu-itemLabel").all_inner_texts()
            page.keyboard.press("Escape")
            page.wait_for_selector(".lm-Menu", state="detached")
            return [text for text in texts if text]

        assert {"Formgrader", "Assignment List", "Create assignment"} <= set(entries("Nbgrader"))
        assert {"Recortar célula", "Excluir célula"} <= set(entries("Editar"))
        assert {"Desligar", "Imprimir…", "Espaços de trabalho"} <= set(entries("Arquivo"))


def test_it_leaves_the_home_and_the_course_as_they_were(visit: Visit) -> None:
    time.sleep(0.5)
    home = visit.scratch / "home"
    assert not (home / ".jupyter").exists()
    assert not (home / ".local" / "share" / "jupyter").exists()
    # These are ours, and git sees none of them; no other thing may appear.
    assert set(os.listdir(ROOT)) - visit.tree_before <= {".curso", ".nbgrader", "trabalho"}


def test_arguments_of_the_learner_win() -> None:
    given = ["--no-browser", "--LabApp.default_url=/tree"]
    assert [arg for arg in lab_module.jupyter_arguments(given, ROOT) if "default_url" in arg] == given[1:]
    landing = [arg for arg in lab_module.jupyter_arguments([], ROOT) if "default_url" in arg]
    assert landing == ["--LabApp.default_url=/lab/tree/notebooks/00-comece-aqui.ipynb"]


def test_a_notebook_of_the_course_is_what_opens() -> None:
    lesson = "notebooks/01a-airflow-fundamentos.ipynb"
    for named in (lesson, str(ROOT / lesson)):
        arguments = lab_module.jupyter_arguments(["--port", "8899", named], ROOT)
        assert f"--LabApp.default_url=/lab/tree/{lesson}" in arguments
        assert named not in arguments, "for Jupyter its folder would be the root of everything"
    assert "/tmp/outro.ipynb" in lab_module.jupyter_arguments(["/tmp/outro.ipynb"], ROOT)


def test_settings_of_the_learner_win(tmp_path: Path) -> None:
    mine = {"JUPYTER_CONFIG_DIR": "/meu", "JUPYTER_CONFIG_PATH": "/outro", "PATH": "/usr/bin"}
    lab_module.prepare_environment(mine, tmp_path)
    assert mine["JUPYTER_CONFIG_DIR"] == "/meu"
    assert mine["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0] == "/outro"
    assert mine["PATH"].split(os.pathsep) == [str(Path(sys.executable).parent), "/usr/bin"]
    nobody: dict[str, str] = {}
    lab_module.prepare_environment(nobody, tmp_path)
    assert nobody["JUPYTER_CONFIG_DIR"] == str(tmp_path / "config")
    assert nobody["JUPYTER_DATA_DIR"] == str(tmp_path / "data")


def test_language_pack_is_made_once_and_survives_odd_folder_names(tmp_path: Path) -> None:
    state = tmp_path / "pasta com espaço e acentuação"
    state.mkdir()
    first = lab_module.build_language_pack(state)
    assert first is not None
    assert lab_module.build_language_pack(state) == first
    assert [path.name for path in (state / "language").iterdir()] == [first.name]


def test_translations_keep_their_placeholders() -> None:
    path = Path(lab_module.__file__).parent / "labconfig" / "pt_BR.json"
    for contexts in json.loads(path.read_text(encoding="utf-8")).values():
        for messages in contexts.values():
            for english, portuguese in messages.items():
                plural = portuguese if isinstance(portuguese, str) else portuguese[-1]
                for placeholder in ("%1", "%2"):
                    # A plural may count what its singular takes for granted.
                    allowed = placeholder in english or not isinstance(portuguese, str)
                    assert (placeholder in plural) <= allowed, english
                    assert (placeholder in plural) >= (placeholder in english), english


def test_a_broken_start_is_one_portuguese_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert lab_module.start([], tmp_path) == 2
    told = capsys.readouterr().err
    assert told == f"Não há lições em {tmp_path}: rode `make lab` na pasta do curso.\n"
    (tmp_path / "notebooks").mkdir()
    (tmp_path / ".curso").write_text("a file where a folder should be", encoding="utf-8")
    assert lab_module.start([], tmp_path) == 2
    told = capsys.readouterr().err
    assert told.startswith("Não consegui escrever em ")
    assert told.count("\n") == 1
