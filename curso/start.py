"""`curso comecar`: the learner's own copy of an exercise, never overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path

from curso.delivered import note_delivered
from curso.places import ROOT, exercise_folder, work_folder

LEFT_OUT = ("verificacao", "exercise.toml", "__pycache__")


def start_work(exercise_id: str, root: Path = ROOT) -> list[str]:
    """Copies what is missing into `trabalho/<exercise>` and tells what happened, line by line."""
    name = exercise_folder(exercise_id, root).name
    source, target = root / "exercises" / name, work_folder(name, root)
    new, kept = [], []
    for path in given_files(source):
        relative = path.relative_to(source)
        copy = target / relative
        if copy.exists() or copy.is_symlink():
            kept.append(relative)
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        _copy_new(path, copy)
        new.append(relative)
    note_delivered(name, root, (path.as_posix() for path in new))
    if not new:
        return [f"trabalho/{name} já está completo; nada foi mudado."]
    lines = [f"trabalho/{name}: {len(new)} arquivo(s) novo(s)."]
    if kept:
        lines.append(f"{len(kept)} que já existiam ficaram como estavam.")
    lines.append(f"O enunciado é trabalho/{name}/{name}.ipynb. Para conferir: curso verificar {name}")
    return lines


def given_files(source: Path) -> list[Path]:
    """What a learner receives of an exercise in `exercises/`: no criteria, no graders."""
    return [
        path
        for path in sorted(source.rglob("*"))
        if not path.is_dir() and not any(part in LEFT_OUT for part in path.relative_to(source).parts)
    ]


def _copy_new(source: Path, target: Path) -> None:
    """Copies without ever replacing, even if another process made the file meanwhile."""
    with source.open("rb") as content:
        try:
            with target.open("xb") as copy:
                shutil.copyfileobj(content, copy)
        except FileExistsError:
            return
