"""The index of lesson 00: every line of the module is named there, and is taught where the index says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

import modulo_index as index

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
MODULE = index.read()
WELCOME = nbformat.read(NOTEBOOKS / "00-comece-aqui.ipynb", nbformat.NO_CONVERT)

# What a page of a module has; the lines of each part are at least this many.
LEAST = {
    "o-modulo": 9,
    "airflow-conceitos": 4,
    "airflow-exemplo": 22,
    "airflow-operators": 4,
    "prefect": 6,
    "dagster": 5,
    "ci-cd": 9,
    "monitoramento": 8,
    "exercicios": 3,
    "recursos": 4,
    "checklist": 5,
}


def _lines() -> Iterator[Any]:
    for line in MODULE.lines:
        yield pytest.param(line, id=re.sub(r"[^a-z0-9]+", "-", line.name.lower()).strip("-"))


def _cells() -> dict[str, str]:
    return {cell.id: cell.source for cell in WELCOME.cells}


def _text_of(target: str) -> str:
    """All that a learner reads in a lesson or an exercise; "" for what is only announced."""
    if target in MODULE.announced:
        return ""
    folder = NOTEBOOKS if target not in MODULE.exercises else ROOT / "exercises" / target
    notebook = nbformat.read(folder / f"{target}.ipynb", nbformat.NO_CONVERT)
    # The index itself proves nothing.
    return "\n".join(cell.source for cell in notebook.cells if not cell.id.startswith(index.CELL))


def test_the_module_is_there_with_all_its_parts() -> None:
    assert {part.id: len(part.lines) for part in MODULE.parts}.keys() == LEAST.keys()
    for part in MODULE.parts:
        assert len(part.lines) >= LEAST[part.id], part.id
    names = [(part.id, line.name) for part in MODULE.parts for line in part.lines]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("part", MODULE.parts, ids=lambda part: part.id)
def test_the_welcome_page_has_the_table(part: index.Part) -> None:
    """`python scripts/modulo_index.py` writes it anew."""
    assert _cells()[index.CELL + part.id] == index.table(part, MODULE)


def test_the_page_has_no_table_of_its_own_making() -> None:
    made = {index.CELL + part.id for part in MODULE.parts} | {"onde-esta"}
    assert {name for name in _cells() if name.startswith(index.CELL)} == made


@pytest.mark.parametrize("line", list(_lines()))
def test_a_line_is_taught_where_the_index_says(line: index.Line) -> None:
    assert line.places, f"{line.name}: falta onde"
    written = [place for place in line.places if place.target not in MODULE.announced]
    for place in written:
        if place.target in MODULE.exercises:
            assert (ROOT / "exercises" / place.target / f"{place.target}.ipynb").is_file()
            continue
        path = NOTEBOOKS / f"{place.target}.ipynb"
        assert path.is_file(), f"{line.name}: não há {path.name}"
        assert place.heading, f"{line.name}: falta a seção em {path.name}"
        assert index.section(path, place.heading), f"{path.name} não tem a seção «{place.heading}»"
    assert line.terms or not written, f"{line.name}: faltam os termos"
    text = "\n".join(_text_of(place.target) for place in line.places).lower()
    missing = [term for term in line.terms if term.lower() not in text]
    assert not missing, f"{line.name}: {', '.join(missing)} não aparece em {[p.target for p in written]}"


def test_what_is_announced_is_not_there_yet() -> None:
    """The day lesson 03 lands, its lines want a section."""
    for target in MODULE.announced:
        assert not list(NOTEBOOKS.glob(f"{target}*.ipynb")), (
            f"{target} chegou: diga as seções em docs/modulo.toml"
        )
        assert not list((ROOT / "exercises").glob(f"{target}-*")), f"{target} chegou: ponha-o em [exercicios]"
    used = {place.target for line in MODULE.lines for place in line.places}
    assert set(MODULE.announced) | set(MODULE.exercises) <= used


def test_every_lesson_is_on_the_map() -> None:
    mapped = _cells()["mapa"]
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if path.stem == "00-comece-aqui":
            continue
        row = next((row for row in mapped.splitlines() if f"({path.name})" in row), "")
        assert row, f"{path.name} não está no mapa"
        lesson = nbformat.read(path, nbformat.NO_CONVERT)
        top = "\n".join(cell.source for cell in lesson.cells[:2])
        minutes = re.search(r"(\d+)\s*min", top)
        assert minutes
        assert f"| {minutes[1]} |" in row, f"{path.name} diz {minutes[1]} minutos; o mapa: {row}"


def test_a_line_that_is_taught_nowhere_is_found() -> None:
    """The test above would catch a section that was renamed and a term that went away."""
    renamed = index.Line(
        "x", (index.Place("07a-boas-praticas", "Uma seção que não existe"),), ("idempotente",)
    )
    with pytest.raises(AssertionError, match="não tem a seção"):
        test_a_line_is_taught_where_the_index_says(renamed)
    gone = index.Line("x", (index.Place("07a-boas-praticas", "Idempotência"),), ("palavra-que-ninguém-diz",))
    with pytest.raises(AssertionError, match="não aparece"):
        test_a_line_is_taught_where_the_index_says(gone)
