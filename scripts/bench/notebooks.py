"""Notebooks as nbgrader and otter-grader are given them, for whoever measures or attacks those two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook


def graded_cell(name: str, source: str, points: float = 0) -> Any:
    """nbgrader's cell for a solution, or with points a locked one that tests it."""
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = {
        "schema_version": 3, "grade_id": name, "solution": not points, "locked": bool(points),
        "grade": bool(points), "task": False, **({"points": points} if points else {}),
    }  # fmt: skip
    return cell


def write_notebook(cells: list[Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
