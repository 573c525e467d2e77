"""Mermaid, drawn once while the site is made, by the JupyterLab that learners read the lessons in.

Mermaid is JavaScript, and what reads it from elsewhere reads it from a CDN. JupyterLab brings its own copy, so
a page of nothing but diagrams is opened in it, and the pictures are taken from there.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

import nbformat

from lab_browser import ROOT, browser_page, running_lab
from system_packages import find_browser

MIME = "text/vnd.mermaid"
FENCE = re.compile(r"^```+ *\{?mermaid\}? *\n(.*?)^```+ *$", re.M | re.S)
_PAGE = "diagramas.ipynb"
_KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def found_in(notebooks: Iterable[Any]) -> list[str]:
    """Every Mermaid text of these notebooks, in Markdown and in what cells showed; each once."""
    return list(
        dict.fromkeys(text for notebook in notebooks for cell in notebook.cells for text in _of(cell))
    )


def _of(cell: Any) -> Iterator[str]:
    if cell.cell_type == "markdown":
        yield from (match[1].strip() for match in FENCE.finditer(cell.source))
    for output in cell.get("outputs", ()):
        if MIME in output.get("data", {}):
            yield output.data[MIME].strip()


def draw(texts: list[str], scratch: Path) -> dict[str, str]:
    """The SVG of each text that could be drawn; none at all where there is no browser."""
    if find_browser() is None:
        return {}
    course = scratch / "curso"
    left_out = shutil.ignore_patterns(".*", "trabalho", "tests", "dist", "build", "__pycache__")
    shutil.copytree(ROOT, course, ignore=left_out)
    # One cell: of many, Lab draws only those in sight.
    cell = nbformat.v4.new_markdown_cell("\n\n".join(f"```mermaid\n{text}\n```" for text in texts))
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=_KERNEL), course / _PAGE)
    with (
        patch.dict(os.environ, {"PYTHONPATH": str(course)}),
        running_lab(scratch, root=course) as lab,
        browser_page(width=1200, height=1000) as page,
    ):
        page.set_default_timeout(60_000)
        page.goto(lab.address(f"/lab/tree/{_PAGE}"))
        drawing = ".jp-MarkdownCell .jp-RenderedMermaid"
        page.wait_for_function(
            "([drawing, count]) => document.querySelectorAll(drawing).length >= count"
            " && [...document.querySelectorAll(drawing)].every(one => one.firstElementChild)",
            arg=[drawing, len(texts)],
        )
        sources = page.eval_on_selector_all(
            drawing, "all => all.map(one => one.querySelector('img')?.src ?? '')"
        )
    found = {}
    for text, source in zip(texts, sources, strict=True):
        head, _, data = source.partition(",")
        if head.startswith("data:image/svg+xml"):
            found[text] = unquote(data)
    return found
