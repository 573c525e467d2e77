"""How lessons answer: one card for a notebook, the same words as plain text everywhere else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from curso.tell import clean

GREEN, RED, GREY, BLUE, PURPLE = "#1a7f37", "#cf222e", "#6e7781", "#0969da", "#8250df"
"""The colours of `curso.tell`, readable on a light page and on a dark one."""


@dataclass(frozen=True)
class Sign:
    """How a card begins: "✔ passou", in a colour."""

    mark: str
    word: str
    colour: str

    @property
    def text(self) -> str:
        return f"{self.mark} {self.word}"


@dataclass(frozen=True)
class Folded:
    """What is shown only to who opens it."""

    title: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """What a lesson's function shows. In every text, `code` between backticks is set as code; all is escaped."""

    sign: Sign
    title: str
    parts: tuple[str | Folded, ...] = ()

    def _repr_html_(self) -> str:
        sign = f"<span style='white-space:nowrap;color:{self.sign.colour};font-weight:bold'>{self.sign.text}</span>"
        parts = "".join(_part(part) for part in self.parts)
        return (
            f"<div style='max-width:60em;border-left:.25em solid {self.sign.colour};padding:.1em .8em'>"
            f"{sign} <b>{_marked(self.title)}</b>{parts}</div>"
        )

    def __repr__(self) -> str:
        return "\n".join([f"{self.sign.text}: {clean(self.title)}", *_plain(self.parts)])


def notices(*sentences: str) -> tuple[str, ...]:
    """Those that say something, as parts of a card."""
    return tuple(sentence for sentence in sentences if sentence)


def _plain(parts: Iterable[str | Folded]) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if isinstance(part, Folded):
            lines += [f"{part.title}:", *(f"  {clean(line)}" for line in part.parts)]
        else:
            lines.append(clean(part))
    return lines


def _part(part: str | Folded) -> str:
    if isinstance(part, Folded):
        inside = "".join(_part(line) for line in part.parts)
        return f"<details><summary>{_marked(part.title)}</summary>{inside}</details>"
    return f"<div style='margin:.3em 0;white-space:pre-line'>{_marked(part)}</div>"


def _marked(text: str) -> str:
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(clean(text)))
