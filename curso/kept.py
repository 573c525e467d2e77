"""Documents the course keeps of a learner: written whole, by one writer at a time; a damaged one is set aside."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from curso import atomic
from curso.portuguese import refusal

Document = TypeVar("Document", bound=BaseModel)


def load(path: Path, model: type[Document], called: str) -> tuple[Document, str]:
    """The document at `path` and a sentence where a damaged one was set aside ("" otherwise).

    `called` is what the learner knows it by: "O registro de progresso".
    """
    try:
        return model.model_validate_json(path.read_bytes()), ""
    except FileNotFoundError:
        return model(), ""
    except (ValidationError, ValueError, OSError):
        aside = path.with_name(f"{path.name}.danificado-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
        try:
            path.replace(aside)
        except OSError as error:
            return model(), f"{called} não pôde ser lido ({refusal(error)}); comecei um novo."
        return model(), f"{called} estava danificado: guardei-o como {aside.name} e comecei um novo."


@contextmanager
def changing(path: Path, model: type[Document], called: str) -> Iterator[tuple[Document, str]]:
    """The document for a change: one writer at a time, written whole at the end."""
    with path.with_name(f"{path.name}.trava").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        document, notice = load(path, model, called)
        yield document, notice
        atomic.write_text(path, document.model_dump_json(indent=1))
