"""A prediction: the learner commits to an answer before the real system gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import EllipsisType

from curso.lessons.names import check_id


@dataclass(frozen=True)
class Prediction:
    """A question with lettered options. Each option says why it is, or isn't, what happens."""

    id: str
    question: str
    options: Mapping[str, str]
    answer: str
    why: Mapping[str, str]

    def __post_init__(self) -> None:
        check_id(self.id)
        if len(self.options) < 2 or list(self.options) != list("abcdefgh"[: len(self.options)]):
            raise ValueError(f"{self.id}: options are lettered a, b, c… and there are two of them or more")
        if self.answer not in self.options:
            raise ValueError(f"{self.id}: the answer {self.answer!r} is none of the options")
        if set(self.why) != set(self.options):
            raise ValueError(f"{self.id}: each option has its own `why`, and nothing else has one")

    def letter(self, guess: object) -> str | None:
        """The option that `guess` names, None where it names none."""
        letter = guess.strip().lower() if isinstance(guess, str) else None
        return letter if letter in self.options else None

    @property
    def letters(self) -> str:
        """ "a", "b" ou "c": what a learner may answer."""
        quoted = [f'"{letter}"' for letter in self.options]
        return f"{', '.join(quoted[:-1])} ou {quoted[-1]}"


def is_unanswered(guess: object) -> bool:
    return isinstance(guess, EllipsisType)
