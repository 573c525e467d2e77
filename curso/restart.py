"""`curso reiniciar`: an exercise from its beginning again, with the work of before beside it."""

from __future__ import annotations

import filecmp
from datetime import datetime
from pathlib import Path

from curso.places import ROOT, exercise_folder, work_folder
from curso.start import given_files, start_work


def restart_work(exercise_id: str, root: Path = ROOT) -> list[str]:
    """Moves the learner's copy aside, makes a new one, and tells what happened, line by line.

    Raises UnknownExerciseError, and OSError where the folder can't be moved.
    """
    name = exercise_folder(exercise_id, root).name
    work = work_folder(name, root)
    if not work.exists():
        return [
            f"Você ainda não tinha começado: o exercício já está no ponto de partida. Rode curso comecar {name}."
        ]
    if _untouched(work, root / "exercises" / name):
        return [f"trabalho/{name} ainda está como no começo; nada foi mudado."]
    kept = _free(work)
    work.rename(kept)
    return [
        f"O trabalho de antes está em trabalho/{kept.name}.",
        *start_work(name, root),
        "O que você já provou continua no seu progresso.",
    ]


def _untouched(work: Path, given: Path) -> bool:
    """True where there is nothing in it that the exercise doesn't bring."""
    wanted = {path.relative_to(given) for path in given_files(given)}
    found = {path.relative_to(work) for path in work.rglob("*") if not path.is_dir()}
    return found == wanted and all(filecmp.cmp(given / name, work / name, shallow=False) for name in wanted)


def _free(work: Path) -> Path:
    """A name beside it that says when, and that nothing has yet."""
    stamp = f"{work.name}.{datetime.now():%Y-%m-%d-%Hh%Mm%S}"
    number, kept = 1, work.with_name(stamp)
    while kept.exists() or kept.is_symlink():
        number += 1
        kept = work.with_name(f"{stamp}-{number}")
    return kept
