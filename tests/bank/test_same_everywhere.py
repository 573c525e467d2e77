"""A verdict is the same warm and cold, confined and not: a sample of the bank in every way that this machine has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.doors import grade
from autograder.model.result import Status
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from curso.bank import bank_of
from curso.places import exercise_folder

EVERY_LEVEL = [
    ("ex1-dag-complexo", "taskflow-mapeado"),
    ("ex1-dag-complexo", "commit-a-cada-linha"),
    ("ex1-dag-complexo", "portao-so-olha-o-que-vale"),
]
BOTH_ENDS = [
    ("ex2-error-handling", "threads-e-aviso-do-dag"),
    ("ex2-error-handling", "retry-after-com-teto"),
    ("ex3-ci-cd", "git-archive-e-uv"),
    ("ex3-ci-cd", "so-a-primeira-task"),
    ("ex4-monitoramento", "quantis-e-httpx"),
    ("ex4-monitoramento", "pela-data-logica"),
    ("ex5-tres-orquestradores", "async-e-automation"),
    ("ex5-tres-orquestradores", "cache-sem-o-dia"),
]
IN_TEST = {"taskflow-mapeado", "retry-after-com-teto"}
"""What `make test` takes: a right one at every level and a wrong one; cold, each of the others costs minutes."""
BROKEN = {
    "não é Python": "def (:\n",
    "sai na carga": "import os\nos._exit(0)\n",
    "nenhum DAG": "x = 1\n",
}


def statuses(exercise_id: str, folder: Path, seed: int, *, warm: bool, level: Level) -> dict[str, Status]:
    result = grade(exercise_folder(exercise_id), folder, seed=seed, warm=warm, level=level).result
    assert result.level == level.value
    return {verdict.criterion: verdict.status for verdict in result.verdicts}


def ways(*, every_level: bool) -> list[tuple[bool, Level]]:
    """Warm and confined as well as can be, and cold: at every level, or at the one that differs most."""
    best = probe().level
    levels = [level for level in Level if best.reaches(level)] if every_level else [Level.PLAIN]
    return [(True, best), *((False, level) for level in levels)]


def sample() -> Iterator[Any]:
    for exercise, name in [*EVERY_LEVEL, *BOTH_ENDS]:
        yield pytest.param(exercise, name, marks=() if name in IN_TEST else pytest.mark.full)


@pytest.mark.parametrize(("exercise_id", "name"), [*sample()])
def test_an_entry_of_the_bank(
    exercise_id: str, name: str, tmp_path: Path, seed_of: Callable[[str], int]
) -> None:
    bank = bank_of(exercise_id)
    folder = bank.right().get(name) or tmp_path
    if folder == tmp_path:
        bank.build_wrong(name, tmp_path)
    first, *others = [
        statuses(exercise_id, folder, seed_of(name), warm=warm, level=level)
        for warm, level in ways(every_level=(exercise_id, name) in EVERY_LEVEL)
    ]
    assert set(first.values()) <= {Status.PASSED, Status.FAILED, Status.BLOCKED}
    assert others
    assert all(other == first for other in others)


@pytest.mark.parametrize("every_level", [False, pytest.param(True, marks=pytest.mark.full)])
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_submission(name: str, every_level: bool, tmp_path: Path) -> None:
    file = tmp_path / "dags" / "vendas_diarias.py"
    file.parent.mkdir()
    file.write_text(BROKEN[name], encoding="utf-8")
    exercise = "ex1-dag-complexo"
    first, *others = [
        statuses(exercise, tmp_path, 5, warm=warm, level=level)
        for warm, level in ways(every_level=every_level)
    ]
    assert first["carrega"] is Status.FAILED
    assert all(other == first for other in others)
