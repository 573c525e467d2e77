"""Links, anchors and images in everything people read lead somewhere. No network: of others' pages, only the form."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]


def _listed(*patterns: str) -> list[Path]:
    """What git has or would take, so that nobody's build or working copy counts."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *patterns]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file())


PAGES = [page for page in _listed("*.md", "*.ipynb") if "tests" not in page.relative_to(ROOT).parts]


def _markdown(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def _links(source: str) -> Iterator[tuple[str, str, str]]:
    """("link" or "image", target, text)."""
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        children = token.children or []
        for position, child in enumerate(children):
            if child.type == "link_open":
                label = "".join(inner.content for inner in children[position + 1 : position + 2])
                yield "link", str(child.attrGet("href")), label
            elif child.type == "image":
                yield "image", str(child.attrGet("src")), child.content
    for found in re.finditer(r"""<(?:img|a)\b[^>]*?\b(src|href)=["']([^"']+)["']""", source):
        yield ("image" if found[1] == "src" else "link"), found[2], "html"


@cache
def _anchors(page: Path) -> frozenset[str]:
    """What a heading can be linked by: GitHub's way, and in a notebook JupyterLab's."""
    tokens = MarkdownIt("commonmark").parse(_markdown(page))
    found = set()
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open":
            text = "".join(child.content for child in inline.children or [])
            found.add(re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-"))
            if page.suffix == ".ipynb":
                found.add(text.replace(" ", "-"))
    return frozenset(found)


def problems(page: Path) -> list[str]:
    found = []
    for kind, target, label in _links(_markdown(page)):
        address = urlsplit(target)
        if kind == "image" and not label.strip():
            found.append(f"a imagem {target} não tem texto alternativo")
        if address.scheme in ("http", "https"):
            local = address.hostname in ("127.0.0.1", "localhost")
            good = re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", address.hostname or "") and " " not in target
            if not local and (not good or address.scheme != "https"):
                found.append(f"{target} não é um endereço https bem escrito")
        elif address.scheme and address.scheme != "mailto":
            found.append(f"{target}: que tipo de endereço é esse?")
        elif not address.scheme:
            there = (page.parent / unquote(address.path)).resolve() if address.path else page
            if not there.exists():
                found.append(f"{target} não existe")
            elif (
                address.fragment
                and there.suffix in (".md", ".ipynb")
                and unquote(address.fragment) not in _anchors(there)
            ):
                found.append(f"{target}: não há esse título em {there.name}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert problems(page) == []


def test_what_is_broken_is_found(tmp_path: Path) -> None:
    (tmp_path / "outra.md").write_text("# Um título: com `código`\n", encoding="utf-8")
    page = tmp_path / "pagina.md"
    page.write_text(
        "# Início\n[bem](outra.md) [bem](outra.md#um-título-com-código) [bem](#início) [bem](https://airflow.apache.org/docs/)\n"
        "[a](nada.md) [b](outra.md#nada) [c](#nada) [d](https://) [e](http://airflow.apache.org) [f](ftp://x.org)\n"
        "![](outra.md) <img src='nada.png'> [g](https://x) ![bem](outra.md) [bem](http://127.0.0.1:8888/)\n",
        encoding="utf-8",
    )
    assert problems(page) == [
        "nada.md não existe",
        "outra.md#nada: não há esse título em outra.md",
        "#nada: não há esse título em pagina.md",
        "https:// não é um endereço https bem escrito",
        "http://airflow.apache.org não é um endereço https bem escrito",
        "ftp://x.org: que tipo de endereço é esse?",
        "a imagem outra.md não tem texto alternativo",
        "https://x não é um endereço https bem escrito",
        "nada.png não existe",
    ]
