"""How the record is kept: one writer at a time, every write whole, and a copy beside it.

A pass is told to the learner only after both files have it. So one accident (a process killed anywhere, a file cut
off, emptied, overwritten or gone) never costs a pass: the other file still has it, and the next to come puts both
right and says so in one sentence.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from curso import atomic
from curso.record import older
from curso.record.model import VERSION, Record

FILE = "progresso.json"
COPY = "progresso.copia.json"
LOCK = "progresso.json.trava"
CALLED = "O registro de progresso"


class NewerVersionError(Exception):
    """The file is of a course newer than this one, and stays as it is; the message is for people."""


def load(folder: Path) -> tuple[Record, str]:
    """The record, and a sentence where something had to be put right ("" mostly).

    Raises NewerVersionError, and OSError where a file that needs it cannot be put right.
    """
    main, copy = _bytes(folder / FILE), _bytes(folder / COPY)
    if not (folder / older.LESSONS_FILE).exists() and main == copy:
        if main is None:
            return Record(), ""
        whole = _File(folder / FILE)
        if whole.record and not whole.older:
            return whole.record, ""
    with _locked(folder):
        return _put_right(folder)


@contextmanager
def changing(folder: Path) -> Iterator[tuple[Record, str]]:
    """The record for a change, which is written when the block ends. Raises as `load` does."""
    with _locked(folder):
        record, notice = _put_right(folder)
        yield record, notice
        _write(folder, record)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(folder: Path, record: Record) -> None:
    text = record.model_dump_json(indent=1)
    for name in (COPY, FILE):
        atomic.write_text(folder / name, text)


class _File:
    """One of the two files, as it was found. Raises NewerVersionError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = _bytes(path)
        self.record: Record | None = None
        self.older = False
        if self.content is not None:
            self._read(self.content)

    @property
    def damaged(self) -> bool:
        return self.content is not None and self.record is None

    def _read(self, content: bytes) -> None:
        try:
            document: Any = json.loads(content)
            version = document["version"]
            if isinstance(version, int) and version > VERSION:
                raise NewerVersionError(
                    f"{CALLED} é da versão {version}, de um curso mais novo que este, que só conhece até a {VERSION}. "
                    "Não mexi nele: atualize o curso com `git pull`, ou com o pacote novo da turma."
                )
            self.older = version == 1
            self.record = older.exercises(document) if self.older else Record.model_validate_json(content)
        except (ValueError, TypeError, KeyError, RecursionError):  # a ValidationError is a ValueError
            return


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _put_right(folder: Path) -> tuple[Record, str]:
    """Reads all that there is, and leaves both files whole and the same. Only for the one who has the lock."""
    for scratch in (*folder.glob(f".{FILE}.*"), *folder.glob(f".{COPY}.*")):
        scratch.unlink(missing_ok=True)  # of a writer that was killed before it could rename
    main, copy = _File(folder / FILE), _File(folder / COPY)
    lessons = _bytes(folder / older.LESSONS_FILE)
    notices, saved = [], []
    record = main.record or copy.record or Record()
    if main.record and copy.record and main.content != copy.content:
        record.merge(copy.record)  # a writer killed between the two had told it only the copy
    if main.damaged:
        aside = " e ".join(_set_aside(file.path) for file in (main, copy) if file.damaged)
        then = "recuperei tudo da cópia de segurança" if copy.record else "comecei um novo"
        notices.append(f"{CALLED} estava danificado: guardei-o como {aside} e {then}.")
    elif main.content is None and copy.record:
        notices.append(f"{CALLED} tinha sumido: recuperei-o da cópia de segurança ({COPY}).")
    if main.older and main.content:
        saved.append(_save(main.path, main.content))
    if lessons is not None:
        path = folder / older.LESSONS_FILE
        try:
            record.merge(older.lessons(lessons))
            saved.append(_save(path, lessons))
        except ValueError:
            notices.append(f"O registro das lições estava danificado: guardei-o como {_set_aside(path)}.")
    if saved:
        notices.append(
            "O seu progresso passou para o formato novo do registro; nada se perdeu, e o que havia antes ficou "
            f"ao lado ({' e '.join(saved)})."
        )
    if saved or main.content != copy.content or main.damaged:
        _write(folder, record)
    if lessons is not None:
        (folder / older.LESSONS_FILE).unlink(missing_ok=True)  # kept under another name by now
    return record, " ".join(notices)


def _set_aside(path: Path) -> str:
    aside = path.with_name(f"{path.name}.danificado-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
    path.replace(aside)
    return aside.name


def _save(path: Path, content: bytes) -> str:
    """Keeps what an older version wrote, beside, and says under which name; the same content only once."""
    number, kept = 1, path.with_name(f"{path.name}.versao-1")
    while kept.exists() and kept.read_bytes() != content:
        number += 1
        kept = path.with_name(f"{path.name}.versao-1-{number}")
    atomic.write_bytes(kept, content)
    return kept.name
