"""The pages of the site, as Sphinx reads them: the lessons with their outputs, the statements, one front page."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from drawings import FENCE, MIME

from autograder.model.exercise import load_exercise
from curso.publish import criteria_table
from lesson_runner import ROOT

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")
_CODE = re.compile(r"(^```.*?^```[^\n]*$|`[^`\n]*`)", re.M | re.S)
INDEX = """# Módulo 4: Orquestração e Workflows

Um curso aberto, em português, para quem já programa em Python e SQL e quer que pipelines de dados rodem sozinhos, todo \
dia, sem susto.

Este site é para **ler**: cada página é uma lição, com o que as células mostraram quando rodaram em um Airflow de verdade. \
Para **fazer** (prever, quebrar, consertar, ser corrigido), abra as lições no JupyterLab do curso, com `make lab`.

```{{toctree}}
:caption: Lições
:maxdepth: 1

{lessons}
```

```{{toctree}}
:caption: Exercícios
:maxdepth: 1

{exercises}
```

```{{toctree}}
:caption: Para quem dá aula
:maxdepth: 1

guia-do-instrutor
```
"""


def write(source: Path, lessons: Mapping[str, Any], drawn: Mapping[str, str]) -> None:
    """Writes every page to `source`, an empty folder."""
    (source / "licoes").mkdir()
    for name, notebook in lessons.items():
        for cell in notebook.cells:
            _prepare(cell, source, drawn)
        nbformat.write(notebook, source / "licoes" / name)
    exercises = []
    (source / "exercicios").mkdir()
    for folder in sorted(path.parent for path in (ROOT / "solutions").glob("*/exercise.toml")):
        text = (folder / "enunciado.md").read_text(encoding="utf-8")
        text = text.replace("{{CRITERIOS}}", criteria_table(load_exercise(folder)))
        exercises.append(f"exercicios/{folder.name}")
        page = source / f"{exercises[-1]}.md"
        page.write_text(_relinked(text, folder, page.parent, source), encoding="utf-8")
    guide = ROOT / "docs" / "guia-do-instrutor.md"
    text = _relinked(guide.read_text(encoding="utf-8"), guide.parent, source, source)
    (source / "guia-do-instrutor.md").write_text(text, encoding="utf-8")
    index = INDEX.format(
        lessons="\n".join(f"licoes/{name.removesuffix('.ipynb')}" for name in lessons),
        exercises="\n".join(exercises),
    )
    (source / "index.md").write_text(index, encoding="utf-8")


def _prepare(cell: Any, source: Path, drawn: Mapping[str, str]) -> None:
    """What Sphinx can't show becomes what it can: drawings are pictures, links lead to the site's own pages."""
    if cell.cell_type == "markdown":
        cell.source = FENCE.sub(lambda match: _picture(match[1].strip(), source, drawn), cell.source)
        cell.source = _relinked(cell.source, ROOT / "notebooks", source / "licoes", source)
        return
    cell.metadata.pop("collapsed", None)
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        mermaid = data.pop(MIME, None)
        if mermaid is not None and mermaid.strip() in drawn:
            data["image/svg+xml"] = drawn[mermaid.strip()]
    # A progress bar that took itself away.
    cell.outputs = (
        [output for output in cell.get("outputs", ()) if not _says_nothing(output)]
        if "outputs" in cell
        else []
    )


def _says_nothing(output: Any) -> bool:
    return "data" in output and output.data.get("text/html") == ""


def _picture(text: str, source: Path, drawn: Mapping[str, str]) -> str:
    if text not in drawn:
        return f"```text\n{text}\n```"
    name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.svg"
    (source / "_diagramas").mkdir(exist_ok=True)
    (source / "_diagramas" / name).write_text(drawn[text], encoding="utf-8")
    return f"```{{image}} /_diagramas/{name}\n:alt: Diagrama\n:class: diagrama\n```"


def _relinked(text: str, here: Path, page_folder: Path, source: Path) -> str:
    """`text` of a file in `here`, for a page in `page_folder`: of relative links those to pages and images stay."""

    def relink(match: re.Match[str]) -> str:
        image, label, target = match.groups()
        path, hash_sign, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:") or not path:
            return match[0]
        there = (here / path).resolve()
        if image and there.is_file():
            (source / "_imagens").mkdir(exist_ok=True)
            shutil.copyfile(there, source / "_imagens" / there.name)
            return f"![{label}](/_imagens/{there.name})"
        page = _page_of(there)
        return f"[{label}](/{page}{hash_sign}{anchor})" if page else label

    return _outside_code(text, lambda prose: _LINK.sub(relink, prose))


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if number % 2 else change(part) for number, part in enumerate(_CODE.split(text)))


def _page_of(path: Path) -> str:
    """The site's page of a file in the repository, "" where it has none."""
    if not path.is_relative_to(ROOT):
        return ""
    relative = path.relative_to(ROOT)
    top, *rest = relative.parts
    if top == "notebooks" and path.suffix == ".ipynb":
        return f"licoes/{path.name}"
    if top in ("solutions", "exercises") and rest and path.suffix in (".md", ".ipynb"):
        return f"exercicios/{rest[0]}.md"
    return "guia-do-instrutor.md" if relative == Path("docs/guia-do-instrutor.md") else ""
