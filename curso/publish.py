"""Makes `exercises/` from `solutions/`: statement, starter files, criteria, visible graders, a sample day.

The statement's source is `enunciado.md`. The notebook and the sample that are made from it stand in
`solutions/` too, so that `nbgrader generate_assignment` makes the same `exercises/` as `curso gerar`.
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
from autograder.model.exercise import Criterion, Exercise, load_exercise

NOT_COPIED = ("__pycache__", "gabarito", "enunciado.md")
CRITERIA_CELLS = """### Um critério por célula

As células abaixo são para a entrega: nelas o nbgrader escreve os pontos e a mensagem de cada critério. Aqui elas só \
repetem, uma a uma, o que a verificação acima disse. Não é preciso mexer nelas."""


def publish(source: Path, target: Path) -> None:
    """Writes the exercise in `source` (a folder of `solutions/`) to `target`, replacing what is there."""
    exercise = load_exercise(source)
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*NOT_COPIED, "*.ipynb", "dados"))
    (target / f"{exercise.id}.ipynb").write_text(released_notebook(source, exercise), encoding="utf-8")
    _sample(source, target / "dados")


def refresh_source(source: Path) -> None:
    """Writes nbgrader's source notebook and the sample beside the statement that they come from."""
    exercise = load_exercise(source)
    (source / f"{exercise.id}.ipynb").write_text(statement_notebook(source, exercise), encoding="utf-8")
    shutil.rmtree(source / "dados", ignore_errors=True)
    _sample(source, source / "dados")


def statement_notebook(source: Path, exercise: Exercise) -> str:
    """The statement as a notebook: a cell per section, one that checks the work, and one per criterion."""
    return _as_text(_statement(source, exercise))


def released_notebook(source: Path, exercise: Exercise) -> str:
    """The same as students receive it: test cells locked, with the checksums that nbgrader looks at."""
    from nbgrader.preprocessors import ComputeChecksums, LockCells  # seconds to import, and only needed here

    notebook = _statement(source, exercise)
    for step in (LockCells(), ComputeChecksums()):
        notebook, _ = step.preprocess(notebook, {})
    return _as_text(notebook)


def _statement(source: Path, exercise: Exercise) -> Any:
    text = (source / "enunciado.md").read_text(encoding="utf-8")
    text = text.replace("{{CRITERIOS}}", criteria_table(exercise))
    cells: list[Any] = [new_markdown_cell(part.strip()) for part in re.split(r"(?m)^(?=## )", text)]
    check = f'from curso import verificar\n\nresultado = verificar("{exercise.id}")\nresultado'
    cells += [new_code_cell(check), new_markdown_cell(CRITERIA_CELLS)]
    cells += [_test_cell(criterion) for criterion in exercise.criteria]
    for number, cell in enumerate(cells):
        # Ids that stay the same from one generation to the next keep the drift check honest.
        cell["id"] = hashlib.sha256(f"{exercise.id}/{number}".encode()).hexdigest()[:8]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def _test_cell(criterion: Criterion) -> Any:
    """nbgrader's test cell of one criterion. There is nothing in it to read or to get round."""
    about = {
        "grade": True, "grade_id": criterion.id, "points": criterion.points, "locked": True, "solution": False,
        "task": False, "schema_version": 3, "cell_type": "code",
    }  # fmt: skip
    return new_code_cell(f'resultado.criterio("{criterion.id}")', metadata={"nbgrader": about})


def _as_text(notebook: Any) -> str:
    text: str = nbformat.writes(notebook, version=4)
    return text + "\n"


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
