"""The index of lesson 00: its tables, made from docs/modulo.toml, which says where each line of the module is taught.

`python scripts/modulo_index.py` writes them anew into the notebook; tests/lessons/test_index.py holds both together.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULE = ROOT / "docs" / "modulo.toml"
WELCOME = ROOT / "notebooks" / "00-comece-aqui.ipynb"
CELL = "onde-"
"""Ids of the cells that are made here: this and the part's id."""


@dataclass(frozen=True)
class Place:
    """Where a line is taught: a section of a notebook, an exercise, or something announced."""

    target: str
    heading: str


@dataclass(frozen=True)
class Line:
    """One line of the module, in our words."""

    name: str
    places: tuple[Place, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    id: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Module:
    parts: tuple[Part, ...]
    announced: dict[str, str]
    exercises: dict[str, str]

    @property
    def lines(self) -> Iterator[Line]:
        for part in self.parts:
            yield from part.lines


def read(path: Path = MODULE) -> Module:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    parts = tuple(
        Part(part["id"], part["titulo"], tuple(map(_line, part["linhas"]))) for part in told["parte"]
    )
    return Module(parts, told["em_construcao"], told["exercicios"])


def _line(told: dict[str, Any]) -> Line:
    places = (place.partition("#") for place in told["onde"])
    return Line(
        told["nome"],
        tuple(Place(target, heading) for target, _, heading in places),
        tuple(told.get("termos", ())),
    )


def headings(notebook: Path) -> list[str]:
    """The headings of a notebook, without their marks; the tables made here are no sections."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found = []
    for cell in cells:
        fenced = False
        prose = cell["cell_type"] == "markdown" and not cell["id"].startswith(CELL)
        for line in "".join(cell["source"]).splitlines() if prose else ():
            fenced ^= line.startswith("```")
            if line.startswith("#") and not fenced:
                found.append(line.lstrip("#").strip())
    return found


def section(notebook: Path, wanted: str) -> str | None:
    """The whole heading that `wanted` begins or stands in; None where there is none."""
    bare = wanted.replace("`", "")
    return next((one for one in headings(notebook) if bare in one.replace("`", "")), None)


def table(part: Part, module: Module, notebooks: Path = ROOT / "notebooks") -> str:
    """A part's lines as Markdown."""
    rows = [f"| {line.name} | {'; '.join(_told(line.places, module, notebooks))} |" for line in part.lines]
    return "\n".join([f"### {part.title}", "", "| no módulo | no curso |", "| --- | --- |", *rows])


def _told(places: tuple[Place, ...], module: Module, notebooks: Path) -> Iterator[str]:
    """One text for each target, its sections together."""
    targets: dict[str, list[str]] = {}
    for place in places:
        targets.setdefault(place.target, []).append(place.heading)
    for target, wanted in targets.items():
        if target in module.announced:
            yield f"{module.announced[target]} *(em construção)*"
        elif target in module.exercises:
            yield f"[{module.exercises[target]}](../exercises/{target}/{target}.ipynb)"
        else:
            path = notebooks / f"{target}.ipynb"
            said = ", ".join(_bare(section(path, heading) or heading) for heading in wanted)
            yield f"[{target.partition('-')[0]}]({path.name}) {said}" if path != WELCOME else f"aqui: {said}"


def _bare(heading: str) -> str:
    """A heading as it is named in a sentence: without "3." in front."""
    number, dot, rest = heading.partition(". ")
    return rest if dot and number.isdigit() else heading


def write(path: Path = WELCOME) -> None:
    """Writes the tables into the cells of the welcome page."""
    module = read()
    made = {CELL + part.id: table(part, module) for part in module.parts}
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] in made:
            cell["source"] = made.pop(cell["id"]).splitlines(keepends=True)
    if made:
        raise SystemExit(f"faltam células em {path.name}: {', '.join(made)}")
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
