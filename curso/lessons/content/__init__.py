"""The questions and challenges of the lessons: each `licao_NN.py` beside this file defines those of lesson NN."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import TypeVar

from curso.lessons.challenge import Challenge
from curso.lessons.names import lesson_of
from curso.lessons.prediction import Prediction

Item = TypeVar("Item", Challenge, Prediction)


class UnknownNameError(Exception):
    """No challenge or prediction has this id; the message says which there are."""


def lessons() -> list[str]:
    """ "01", "02"…: the lessons that define something."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name.removeprefix("licao_") for name in names if name.startswith("licao_"))


def module_of(lesson: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.licao_{lesson}")


def challenges(lesson: str) -> list[Challenge]:
    return list(getattr(module_of(lesson), "CHALLENGES", ()))


def predictions(lesson: str) -> list[Prediction]:
    return list(getattr(module_of(lesson), "PREDICTIONS", ()))


def challenge(name: object) -> Challenge:
    """The challenge with this id. Raises UnknownNameError."""
    return _named(name, {lesson: partial(challenges, lesson) for lesson in lessons()}, "o desafio")


def prediction(name: object) -> Prediction:
    """The prediction with this id. Raises UnknownNameError."""
    return _named(name, {lesson: partial(predictions, lesson) for lesson in lessons()}, "a pergunta")


def _named(name: object, shelves: dict[str, partial[list[Item]]], what: str) -> Item:
    """Only the lesson's own module is loaded, so that one being written never breaks another."""
    lesson = lesson_of(name) if isinstance(name, str) else ""
    for item in shelves[lesson]() if lesson in shelves else ():
        if item.id == name:
            return item
    near = [lesson] if lesson in shelves else list(shelves)
    known = sorted(_ids(shelves, near))
    there = (
        f"Os que existem{f' na lição {lesson}' if lesson in shelves else ''}: {', '.join(known) or 'nenhum'}."
    )
    if what == "a pergunta":
        there = there.replace("Os que", "As que").replace("nenhum.", "nenhuma.")
    raise UnknownNameError(f"Não conheço {what} «{name}». {there}")


def _ids(shelves: dict[str, partial[list[Item]]], wanted: list[str]) -> Iterator[str]:
    for lesson in wanted:
        for item in shelves[lesson]():
            yield item.id
