"""`make site`: two toy notebooks become pages with what their cells showed, in Portuguese, without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from lab_browser import browser_page
from system_packages import find_browser

ROOT = Path(__file__).resolve().parents[2]
DRAWING = "flowchart LR\n  extrair --> carregar"
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {"name": "python"},
}
SHOWS = f"""class Desenho:
    def _repr_mimebundle_(self, **_):
        return {{"text/vnd.mermaid": {DRAWING!r}, "text/plain": "desenho em texto"}}


Desenho()"""
FIRST = {
    "inicio": "# Primeira lição\n\nLeia a [segunda](02-segunda.ipynb#o-fim), o [enunciado](../exercises/ex1-dag-complexo/ex1-dag-complexo.ipynb)"
    " e o [registro](../CHANGELOG.md). Custa R$ 10 ou R$ 20.",
    "desenho": f"```mermaid\n{DRAWING}\n```",
}
CODE = {
    "conta": "6 * 7",
    "mostra": SHOWS,
    "desafio": "from curso.lessons.notebook_door import dica\ndica('99.x')",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    notebooks = tmp_path_factory.mktemp("notebooks")
    cells = [nbformat.v4.new_markdown_cell(text, id=name) for name, text in FIRST.items()]
    cells += [nbformat.v4.new_code_cell(text, id=name) for name, text in CODE.items()]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), notebooks / "01-primeira.ipynb")
    cells = [nbformat.v4.new_markdown_cell("# Segunda lição\n\n## O fim\n\nAcabou.", id="fim")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), notebooks / "02-segunda.ipynb")
    target = tmp_path_factory.mktemp("site") / "aqui"
    command = [sys.executable, ROOT / "scripts" / "site", "--notebooks", notebooks, "--destino", target]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def test_pages_have_what_cells_showed(site: Path) -> None:
    page = (site / "licoes" / "01-primeira.html").read_text(encoding="utf-8")
    assert "<h1>Primeira lição" in page
    assert ">42\n" in page
    assert "nome desconhecido" in page, "a card's HTML"
    assert "R$ 10 ou R$ 20." in page, "money is no formula"


def test_links_lead_to_the_sites_own_pages(site: Path) -> None:
    page = (site / "licoes" / "01-primeira.html").read_text(encoding="utf-8")
    assert 'href="02-segunda.html#o-fim"' in page
    assert 'href="../exercicios/ex1-dag-complexo.html"' in page
    assert "o registro. Custa" in page, "what has no page is no link"
    assert (site / "exercicios" / "ex1-dag-complexo.html").is_file()
    front = (site / "index.html").read_text(encoding="utf-8")
    for name in (
        "licoes/01-primeira",
        "licoes/02-segunda",
        "exercicios/ex1-dag-complexo",
        "guia-do-instrutor",
    ):
        assert f'href="{name}.html"' in front


def test_the_statement_has_its_criteria(site: Path) -> None:
    page = (site / "exercicios" / "ex1-dag-complexo.html").read_text(encoding="utf-8")
    assert "parse-sem-io" in page
    assert "{{CRITERIOS}}" not in page


@pytest.mark.skipif(
    find_browser() is None, reason="needs a Chromium or Chrome: `make test` says how to get it"
)
def test_in_a_browser_it_is_drawn_in_portuguese_and_asks_nobody(site: Path) -> None:
    asked: list[str] = []
    with browser_page() as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto((site / "licoes" / "01-primeira.html").as_uri())
        pictures = page.locator("article img")
        assert pictures.count() == 2, "the cell's drawing and the text's"
        for picture in pictures.all():
            assert picture.evaluate("one => one.complete && one.naturalWidth > 100")
        assert page.get_attribute("html", "lang") == "pt-BR"
        assert page.get_by_text("Buscar").first.is_visible()
        page.goto((site / "search.html").as_uri() + "?q=carregar")
        page.get_by_role("link", name="Exercício 1: DAG complexo").first.wait_for()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
