"""Where things are: the course's root, its exercises, and the learner's own copies."""

from __future__ import annotations

import os
from pathlib import Path

import autograder

ROOT = Path(autograder.__file__).resolve().parents[1]
RESULTS, REPORT = "-resultados", "-relatorio"
"""What `curso corrigir` and `curso relatorio` add to the name of the folder of deliveries: grades of people."""


class UnknownExerciseError(Exception):
    """No exercise has this name; the message says which there are."""


def exercises_folder(root: Path = ROOT) -> Path:
    """The source of exercises in a full clone, what students receive in a class package."""
    solutions = root / "solutions"
    return solutions if solutions.is_dir() else root / "exercises"


def exercise_ids(root: Path = ROOT) -> list[str]:
    return sorted(path.parent.name for path in exercises_folder(root).glob("*/exercise.toml"))


def exercise_folder(exercise_id: str, root: Path = ROOT) -> Path:
    """The folder that defines this exercise. Raises UnknownExerciseError."""
    known = exercise_ids(root)
    if exercise_id not in known:
        near = [name for name in known if name.startswith(exercise_id)] if exercise_id else []
        if len(near) == 1:
            return exercises_folder(root) / near[0]
        raise UnknownExerciseError(
            f"Não conheço o exercício «{exercise_id}». Os que existem: {', '.join(known) or 'nenhum'}."
        )
    return exercises_folder(root) / exercise_id


def work_folder(exercise_id: str, root: Path = ROOT) -> Path:
    """The learner's own copy."""
    return root / "trabalho" / exercise_id


def state_folder(root: Path = ROOT) -> Path:
    """What the course keeps for itself; ignored by git. `CURSO_ESTADO` names another folder."""
    folder = Path(os.environ.get("CURSO_ESTADO") or root / ".curso")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def services_folder(root: Path = ROOT) -> Path:
    """Where the course's local services keep their data; CURSO_SERVICOS moves it."""
    given = os.environ.get("CURSO_SERVICOS")
    return Path(given).absolute() if given else state_folder(root) / "servicos"
