"""A verification in a process of its own, as those who wait for it see it: the notebook and Lab's panel."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.model.result import Verdict

CLEAN_UP_SECONDS = 15.0
"""What a check that was interrupted may take to clear its temporary folders away; then it is killed, and they stay."""

NO_RESULT = "A verificação terminou sem resultado. Tente `curso doutor` no terminal."


@dataclass(frozen=True)
class Step:
    """How far the run is: steps done, and steps there are."""

    done: int
    total: int


def command(exercise: str, submission: str | Path | None = None) -> list[str]:
    """The terminal's own command: the result on standard output, the way there on standard error."""
    line = [sys.executable, "-m", "curso.cli", "verificar", exercise, "--json", "--progresso"]
    return line if submission is None else [*line, "--entrega", str(submission)]


def heard(line: str) -> Step | Verdict | str:
    """What one line of standard error says; a sentence for people is given back as it is, "" where it is empty."""
    if line.startswith("passo "):
        done, total = line.split()[1].split("/")
        return Step(int(done), int(total))
    if line.startswith("veredito "):
        return Verdict.model_validate_json(line.removeprefix("veredito "))
    return line.strip()
