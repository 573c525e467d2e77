"""What the tests of the bank share: one exercise folder, one grading, one check of what students read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import doors
from autograder.doors import Grading
from autograder.judge.graders import Graders
from autograder.model.result import Result, Status
from autograder.run.world import Parse, Scenario, Step
from curso.places import exercise_folder

PORTUGUESE = re.compile(
    r"\b(as?|os?|de|d[oa]s?|em|n[oa]s?|que|e|não|uma?|com|por|para|sem|seu|sua|se|ao|aqui|está|estão|falta|faltam|diferem)\b",
    re.IGNORECASE,
)
SEED_LIMIT = 2**31

collect_ignore_glob = ["ex*/right/*", "ex*/hostile/*"]  # submissions with tests of their own


@pytest.fixture(scope="session")
def exercise() -> Path:
    """The exercise that broken submissions are handed in for; any exercise would do."""
    return exercise_folder("ex1-dag-complexo")


@pytest.fixture(scope="session")
def answer(exercise: Path) -> str:
    """The text of the answer's one file."""
    return (exercise / "gabarito" / "dags" / "vendas_diarias.py").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def seed_of() -> Callable[[str], int]:
    """A seed of its own for every entry, the same in every run."""
    return lambda name: zlib.crc32(name.encode()) % SEED_LIMIT


@pytest.fixture
def hand_in(tmp_path: Path, exercise: Path) -> Callable[[str | bytes], Grading]:
    """Grades one file handed in under the right name."""

    def grade_it(content: str | bytes, seed: int = 11) -> Grading:
        file = tmp_path / "entrega" / "dags" / "vendas_diarias.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return doors.grade(exercise, tmp_path / "entrega", seed=seed)

    return grade_it


@pytest.fixture
def short_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], None]:
    """Gives every step less time than a real grading does: what loops forever would cost minutes."""
    found = doors.graders_of

    def shorten(parse_seconds: float, run_seconds: float) -> None:
        class Hurried(Graders):
            def scenarios(self, drawn: object) -> list[Scenario]:
                return [
                    replace(s, steps={n: hurry(step) for n, step in s.steps.items()})
                    for s in super().scenarios(drawn)
                ]

        def hurry(step: Step) -> Step:
            seconds = parse_seconds if isinstance(step, Parse) else run_seconds
            return replace(step, limits=replace(step.limits, wall_seconds=seconds))

        monkeypatch.setattr(doors, "graders_of", lambda folder: Hurried(**vars(found(folder))))

    return shorten


@pytest.fixture(scope="session")
def check_words() -> Callable[[Result], None]:
    """Every failed verdict says in Portuguese what was expected, what was seen and what to try next."""

    def check(result: Result) -> None:
        for verdict in result.verdicts:
            told = [verdict.expected, verdict.seen, verdict.hint, *(row.what for row in verdict.rows)]
            where = f"{verdict.criterion}: {told}"
            assert not any("Traceback" in text or 'File "/' in text for text in told), where
            if verdict.status is Status.FAILED:
                for text in (verdict.expected, verdict.seen, verdict.hint):
                    assert PORTUGUESE.search(text), where
                if not verdict.visible:
                    # Hidden criteria tell the symptom, never the inputs.
                    assert not re.search(r"V\d{4}-|receita_centavos=|loja_id=", " ".join(told)), where
                    assert not verdict.log, where
            if verdict.status is Status.BLOCKED:
                assert PORTUGUESE.search(verdict.seen), where

    return check
