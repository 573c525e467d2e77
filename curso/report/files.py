"""Writes a report's files whole, and never over anything but what it wrote itself and nobody has changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from autograder.model.exercise import BrokenExerciseError
from curso import atomic


def write(folder: Path, mark: str, texts: Mapping[str, str]) -> list[Path]:
    """Writes each text under its name. Only their owner can read them: they name people.

    `.mark.json` beside them says what was written. Raises BrokenExerciseError with a sentence, before anything is
    written, where a file is not ours; and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    known = folder / f".{mark}.json"
    written = _written(known)
    for name in contents:
        path = folder / name
        if path.is_symlink() or (path.exists() and _digest_of(path) not in written.get(name, [])):
            raise BrokenExerciseError(
                f"{path} já existe, e não é um relatório como este comando o escreveu: mova esse arquivo ou escolha outra pasta com --saida."
            )
    # Both the one that is there and the one to come: interrupted in between, either is ours.
    for name, content in contents.items():
        before = [_digest_of(folder / name)] if (folder / name).exists() else []
        written[name] = [*before, _digest(content)]
    atomic.write_text(known, json.dumps(written, indent=1, sort_keys=True))
    for name, content in contents.items():
        atomic.write_bytes(folder / name, content)
    return [folder / name for name in contents]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of(path: Path) -> str:
    return _digest(path.read_bytes()) if path.is_file() else ""


def _written(path: Path) -> dict[str, list[str]]:
    """{} where nothing is known, and then nothing there is ours."""
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {str(name): list(map(str, of)) for name, of in known.items() if isinstance(of, list)}
