"""The whole of `curso relatorio`: read, add up, write."""

from __future__ import annotations

from pathlib import Path

from curso.places import ROOT
from curso.report import files, gradebooks
from curso.report.page import page
from curso.report.results import of_folder, of_nbgrader


def write_report(
    exercise_id: str, class_folder: Path | None, target: Path | None, root: Path = ROOT
) -> tuple[list[Path], tuple[str, ...]]:
    """What was written, and a sentence for each file that could not be used.

    Raises BrokenExerciseError with a sentence where there is nothing to report or no place to write to.
    """
    known = of_folder(exercise_id, class_folder, root) if class_folder else of_nbgrader(exercise_id, root)
    name = known.exercise.id
    grades = {f"moodle-{name}.csv": gradebooks.moodle(known), f"canvas-{name}.csv": gradebooks.canvas(known)}
    texts = {f"relatorio-{name}.html": page(known, list(grades)), **grades}
    return files.write(target or known.place, f"relatorio-{name}", texts), known.troubles
