"""Makes `exercises/` from `solutions/`: statement, starter files, criteria, visible graders, a sample day.

The statement's source is `enunciado.md`; the notebooks (also nbgrader's source in `solutions/`) come from it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.judge.graders import graders_of
from autograder.model.exercise import Exercise, load_exercise

NOT_COPIED = ("__pycache__", "gabarito", "dados", "enunciado.md")


def publish(source: Path, target: Path) -> None:
    """Writes the exercise in `source` (a folder of `solutions/`) to `target`, replacing what is there."""
    exercise = load_exercise(source)
    notebook = statement_notebook(source, exercise)
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*NOT_COPIED, "*.ipynb"))
    (target / f"{exercise.id}.ipynb").write_text(notebook, encoding="utf-8")
    _sample(source, target / "dados")


def refresh_source(source: Path) -> None:
    """Writes nbgrader's source notebook beside the statement it comes from."""
    exercise = load_exercise(source)
    (source / f"{exercise.id}.ipynb").write_text(statement_notebook(source, exercise), encoding="utf-8")


def statement_notebook(source: Path, exercise: Exercise) -> str:
    """The statement as a notebook: one cell per section, and a cell that checks the work."""
    text = (source / "enunciado.md").read_text(encoding="utf-8")
    text = text.replace("{{CRITERIOS}}", criteria_table(exercise))
    cells: list[Any] = [new_markdown_cell(part.strip()) for part in re.split(r"(?m)^(?=## )", text)]
    cells.append(new_code_cell(f'from curso import verificar\n\nverificar("{exercise.id}")'))
    for number, cell in enumerate(cells):
        # Ids that stay the same from one generation to the next keep the drift check honest.
        cell["id"] = hashlib.sha256(f"{exercise.id}/{number}".encode()).hexdigest()[:8]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    text_out: str = nbformat.writes(notebook, version=4)
    return text_out + "\n"


def criteria_table(exercise: Exercise) -> str:
    """The criteria as a Markdown table, in the order of grading."""
    lines = ["| critério | o que vale | pontos | onde se confere |", "| --- | --- | ---: | --- |"]
    for criterion in exercise.criteria:
        where = "aqui" if criterion.visible else "escondido"
        lines.append(f"| `{criterion.id}` | {criterion.title} | {criterion.points} | {where} |")
    return "\n".join(lines)


def _sample(source: Path, target: Path) -> None:
    """The sample's world as files to look at, and its expected rows."""
    graders = graders_of(source)
    drawn = graders.draw(graders.world.SAMPLE_SEED)
    target.mkdir()
    graders.world.write_sample(target, drawn)
    # Only the days that the sample shows: a class must not get more answers than questions.
    shown = {name: graders.expected(drawn)[name] for name in graders.world.SAMPLE_DAYS}
    expected = json.dumps(shown, ensure_ascii=False, indent=1)
    (target / "esperado.json").write_text(expected + "\n", encoding="utf-8")
