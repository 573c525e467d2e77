"""The ids of predictions and challenges: the lesson's number, a dot, a short name ("01.catchup", "02b.pools")."""

from __future__ import annotations

import re

_ID = re.compile(r"(\d\d[a-z]?)\.[a-z0-9]+(?:-[a-z0-9]+)*")


def check_id(name: str) -> None:
    """Raises ValueError where `name` is not written as an id."""
    if not _ID.fullmatch(name):
        raise ValueError(f'{name!r} is no id: write the lesson, a dot and a short name, as in "01.catchup"')


def lesson_of(name: str) -> str:
    """ "01" of "01.catchup"; "" where `name` is not written as an id."""
    found = _ID.fullmatch(name)
    return found[1] if found else ""
