"""The bank of a challenge: right and wrong answers in percent cells, tried in the lesson's own kernel.

    # %% certa
    ordem = ["extrair", "carregar"]
    desafio("01.ordem", ordem)
    # %% errada: ao contrário | a carga veio antes
    ...

A marker that ends in "(2)" continues the answer above it with one more cell; an answer is judged by its last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lesson_runner import Lesson

_MARKER = re.compile(
    r"# %% (certa|errada)(?: *: *(?P<what>[^|]*?))?(?: *\| *(?P<said>.*?))?(?: *\((?P<part>\d+)\))?"
)
_CALL = re.compile(r"""\b(desafio|preveja|confira|dica)\(\s*["']([^"']+)["']""")
UNTRIED, PASSED, WRONG = "○ não tentado: ", "✔ passou: ", "✘ ainda não: "


class BankError(AssertionError):
    """The bank, or what came of trying it, is not as it should be."""


@dataclass
class Answer:
    """One answer of the bank: its cells, and the fragment its message has to hold where it is wrong."""

    right: bool
    what: str
    said: str
    cells: list[str] = field(default_factory=list)


def read_bank(path: Path) -> list[Answer]:
    """The answers in `path`, in order. Raises BankError."""
    answers: list[Answer] = []
    for marker, source in _cells(path):
        found = _MARKER.fullmatch(marker.rstrip())
        if not found:
            raise BankError(f"{path.name}: «{marker}» não é «# %% certa» nem «# %% errada: o quê | trecho»")
        right = found[1] == "certa"
        if found["part"] and int(found["part"]) > 1:
            if not answers or answers[-1].right is not right:
                raise BankError(f"{path.name}: «{marker}» não continua nada")
            answers[-1].cells.append(source)
            continue
        if not right and not found["said"]:
            raise BankError(f"{path.name}: «{marker}» não diz que trecho a mensagem deve ter")
        answers.append(Answer(right, found["what"] or found[1], found["said"] or "", [source]))
    return answers


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    marker, lines = "", []
    for line in [*path.read_text(encoding="utf-8").splitlines(), "# %%"]:
        if line.startswith("# %%"):
            if marker:
                yield marker, "\n".join(lines).strip("\n") + "\n"
            marker, lines = line, []
        else:
            lines.append(line)


def calls(source: str) -> list[tuple[str, str]]:
    """The lesson functions a cell calls, each with its id: [("desafio", "01.ordem")]."""
    code = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("#"))
    return [(found[1], found[2]) for found in _CALL.finditer(code)]


def card(cell: Any) -> str:
    """What the cell's value shows as text, "" where it has none."""
    texts = [
        str(o.data.get("text/plain", ""))
        for o in cell.outputs
        if o.output_type in ("execute_result", "display_data")
    ]
    return texts[-1] if texts else ""


def try_bank(lesson: Lesson, challenge: str, shipped: Any, answers: list[Answer]) -> None:
    """`shipped` (the challenge's cell, just run) was not attempted; right answers pass; each wrong one has its message.

    Raises BankError or LessonError.
    """
    if not card(shipped).startswith(UNTRIED):
        raise BankError(
            f"{challenge}: como vem na lição devia dar «não tentado», e mostrou:\n{card(shipped)}"
        )
    messages: dict[str, str] = {}
    for number, answer in enumerate(answers):
        where = f"{challenge}, {'certa' if answer.right else 'errada'} «{answer.what}»"
        for part, source in enumerate(answer.cells):
            cell = lesson.run_extra(source, f"banco-{challenge.replace('.', '-')}-{number}-{part}")
        shown = card(cell)
        wanted = PASSED if answer.right else WRONG
        if not shown.startswith(wanted):
            raise BankError(f"{where} devia começar com «{wanted}», e mostrou:\n{shown or '(nada)'}")
        if answer.right:
            continue
        message = shown.partition("\n")[2]
        if answer.said not in message:
            raise BankError(f"{where} devia conter «{answer.said}», e mostrou:\n{shown}")
        if message in messages:
            raise BankError(f"{where} tem a mesma mensagem que «{messages[message]}»:\n{message}")
        messages[message] = answer.what
