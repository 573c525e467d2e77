"""Collects a submission as data: named files, size-capped, no links followed. Nothing is run here."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from autograder.model.exercise import Exercise

MAX_FILE_BYTES = 1_000_000
MAX_DEPTH = 4  # folders below the delivery in which a misplaced file is looked for
MAX_ENTRIES = 5_000


@dataclass(frozen=True)
class Submission:
    """The files of one submission, by relative path, and what was wrong with the others."""

    files: dict[str, bytes]
    problems: dict[str, str]
    """One sentence in Portuguese per file that could not be taken."""
    notes: tuple[str, ...] = ()
    """Files that were taken from another place than the one asked for, in one sentence each."""

    @property
    def all_notes(self) -> tuple[str, ...]:
        """Everything that was found while collecting."""
        return (*self.problems.values(), *self.notes)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over names and contents; equal submissions have equal ones."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            digest.update(f"{len(name)}:{name}:{len(self.files[name])}:".encode())
            digest.update(self.files[name])
        for name in sorted(self.problems):
            digest.update(f"!{name}:{self.problems[name]}".encode())
        return digest.hexdigest()

    def write(self, folder: Path) -> None:
        """Lays the files out under `folder`, read-only."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o444)


def collect(folder: Path, exercise: Exercise) -> Submission:
    """Reads the exercise's named files under `folder`. Never raises for what a student may have done.

    A file that is not where it belongs is taken from elsewhere in the delivery, where only one has its
    name: zips and forms flatten folders or put one more around them.
    """
    files: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    notes: list[str] = []
    for name in exercise.files:
        try:
            place = _place_of(folder, name)
            files[name] = _read(folder, place)
            if place != name:
                notes.append(f"{name} estava em {printable(place)}: foi aceito assim mesmo.")
        except _Refused as refusal:
            problems[name] = str(refusal)
    return Submission(files, problems, tuple(notes))


def printable(name: str) -> str:
    """A file's name as text: what the system holds may be none."""
    return os.fsencode(name).decode("utf-8", "replace")


def _place_of(folder: Path, name: str) -> str:
    """Where in the delivery the file stands: `name` itself, or the one other place that has one of its kind."""
    if os.path.lexists(folder / name):
        return name
    found = _namesakes(folder, Path(name).name)
    if len(found) > 1:
        places = ", ".join(printable(place) for place in found[:3])
        raise _Refused(
            f"Falta {name}, e há mais de um arquivo com esse nome ({places}): deixe só um, no lugar pedido."
        )
    return found[0] if found else name


def _namesakes(folder: Path, base: str) -> list[str]:
    """Relative paths of regular files called `base`; no link is followed."""
    found: list[str] = []
    waiting = [("", 0)]
    looked = 0
    while waiting:
        inner, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(folder / inner), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            looked += 1
            if looked > MAX_ENTRIES:
                return found
            path = os.path.join(inner, entry.name)
            if entry.is_dir(follow_symlinks=False):
                if depth < MAX_DEPTH and not entry.name.startswith((".", "__")):
                    waiting.append((path, depth + 1))
            elif entry.name == base and entry.is_file(follow_symlinks=False):
                found.append(path)
    return sorted(found)


class _Refused(Exception):
    """The file cannot be taken; the message says why and what to do."""


def _read(folder: Path, name: str) -> bytes:
    """One file, opened component by component so that no link is followed on the way."""
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        *parents, last = Path(name).parts
        for part in parents:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
            os.close(directory)
            directory = inner
        descriptor = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    except FileNotFoundError:
        raise _Refused(_missing(folder, name)) from None
    except OSError:
        raise _Refused(
            f"{name} é um atalho (link) ou não pode ser lido. Entregue o arquivo de verdade, com esse nome."
        ) from None
    finally:
        os.close(directory)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise _Refused(f"{name} não é um arquivo comum. Entregue um arquivo de texto com esse nome.")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > MAX_FILE_BYTES:
            raise _Refused(
                f"{name} tem {status.st_size / 1e6:.0f} MB; o limite é 1 MB. "
                "Um pipeline é só código: tire os dados de dentro dele."
            )
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise _Refused(f"{name} passa de 1 MB. Um pipeline é só código: tire os dados de dentro dele.")
    if not content.strip():
        raise _Refused(f"{name} está vazio. Salve o arquivo antes de entregar.")
    if b"\0" in content:
        raise _Refused(f"{name} tem bytes nulos: não é um arquivo de texto. Salve de novo em UTF-8.")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _Refused(
            f"{name} não está em UTF-8 (linha {line}). Salve de novo escolhendo a codificação UTF-8."
        ) from None
    return content


def _missing(folder: Path, name: str) -> str:
    """Names the near misses, because a wrong file name is the most common reason."""
    expected = Path(name)
    around = folder / expected.parent
    found = sorted(p.name for p in around.glob(f"*{expected.suffix}")) if around.is_dir() else []
    others = [printable(other) for other in found]
    if others:
        return f"Falta {name}. Na pasta há {', '.join(others[:3])}: o arquivo precisa ter o nome pedido."
    return f"Falta {name}. Confira se o arquivo está na pasta entregue, com esse nome."
