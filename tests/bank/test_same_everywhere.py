"""A verdict is the same warm and cold, confined and not.

A sample is graded in every way that this machine has; in `make test-full` the whole bank in the two that differ
most, warm in a cage and cold without any confinement (every way would take hours).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.doors import grade
from autograder.model.result import Status
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from curso.bank import bank_of
from curso.places import exercise_folder

EXERCISE = "ex1-dag-complexo"
SAMPLE = {"taskflow-mapeado", "commit-a-cada-linha", "portao-so-olha-o-que-vale"}
BROKEN = {
    "não é Python": "def (:\n",
    "sai na carga": "import os\nos._exit(0)\n",
    "nenhum DAG": "x = 1\n",
}


def _entries() -> list[object]:
    bank = bank_of(EXERCISE)
    names = [*bank.right(), *bank.wrong()]
    assert set(names) >= SAMPLE
    return [name if name in SAMPLE else pytest.param(name, marks=pytest.mark.full) for name in names]


def statuses(folder: Path, seed: int, *, warm: bool, level: Level) -> dict[str, Status]:
    result = grade(exercise_folder(EXERCISE), folder, seed=seed, warm=warm, level=level).result
    assert result.level == level.value
    return {verdict.criterion: verdict.status for verdict in result.verdicts}


def ways(*, every: bool) -> list[tuple[bool, Level]]:
    """Warm or cold, and at which level."""
    best = probe().level
    cold = [level for level in Level if best.reaches(level)] if every else [Level.PLAIN]
    return [(True, best), *((False, level) for level in cold)]


@pytest.mark.parametrize("name", _entries())
def test_an_entry_of_the_bank(name: str, tmp_path: Path, seed_of: Callable[[str], int]) -> None:
    bank = bank_of(EXERCISE)
    folder = bank.right().get(name) or tmp_path
    if folder == tmp_path:
        bank.build_wrong(name, tmp_path)
    first, *others = [
        statuses(folder, seed_of(name), warm=warm, level=level)
        for warm, level in ways(every=name in SAMPLE)
    ]
    assert others
    assert all(other == first for other in others)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_submission(name: str, tmp_path: Path) -> None:
    file = tmp_path / "dags" / "vendas_diarias.py"
    file.parent.mkdir()
    file.write_text(BROKEN[name], encoding="utf-8")
    first, *others = [statuses(tmp_path, 5, warm=warm, level=level) for warm, level in ways(every=True)]
    assert first["carrega"] is Status.FAILED
    assert all(other == first for other in others)
