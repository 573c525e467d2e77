"""A verdict is the same warm and cold, confined and not: a sample of the bank in every way that this machine has."""

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

EVERY_LEVEL = "ex1-dag-complexo"
SAMPLE = [
    (EVERY_LEVEL, "taskflow-mapeado"),
    (EVERY_LEVEL, "commit-a-cada-linha"),
    (EVERY_LEVEL, "portao-so-olha-o-que-vale"),
    ("ex2-error-handling", "threads-e-aviso-do-dag"),
    ("ex2-error-handling", "retry-after-com-teto"),
    ("ex4-monitoramento", "quantis-e-httpx"),
    ("ex4-monitoramento", "pela-data-logica"),
    ("ex5-tres-orquestradores", "cache-sem-o-dia"),
    *(
        pytest.param(exercise, name, marks=pytest.mark.full)  # minutes, cold
        for exercise, name in (
            ("ex3-ci-cd", "git-archive-e-uv"),
            ("ex3-ci-cd", "so-a-primeira-task"),
            ("ex5-tres-orquestradores", "async-e-automation"),
        )
    ),
]
BROKEN = {
    "não é Python": "def (:\n",
    "sai na carga": "import os\nos._exit(0)\n",
    "nenhum DAG": "x = 1\n",
}


def statuses(exercise_id: str, folder: Path, seed: int, *, warm: bool, level: Level) -> dict[str, Status]:
    result = grade(exercise_folder(exercise_id), folder, seed=seed, warm=warm, level=level).result
    assert result.level == level.value
    return {verdict.criterion: verdict.status for verdict in result.verdicts}


def ways(exercise_id: str) -> list[tuple[bool, Level]]:
    """Warm or cold, and at which level; one exercise in every way, the others in the two that differ most."""
    best = probe().level
    levels = (
        [level for level in Level if best.reaches(level)] if exercise_id == EVERY_LEVEL else [Level.PLAIN]
    )
    return [(True, best), *((False, level) for level in levels)]


@pytest.mark.parametrize(("exercise_id", "name"), SAMPLE)
def test_an_entry_of_the_bank(
    exercise_id: str, name: str, tmp_path: Path, seed_of: Callable[[str], int]
) -> None:
    bank = bank_of(exercise_id)
    folder = bank.right().get(name) or tmp_path
    if folder == tmp_path:
        bank.build_wrong(name, tmp_path)
    first, *others = [
        statuses(exercise_id, folder, seed_of(name), warm=warm, level=level)
        for warm, level in ways(exercise_id)
    ]
    assert set(first.values()) <= {Status.PASSED, Status.FAILED, Status.BLOCKED}
    assert others
    assert all(other == first for other in others)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_submission(name: str, tmp_path: Path) -> None:
    file = tmp_path / "dags" / "vendas_diarias.py"
    file.parent.mkdir()
    file.write_text(BROKEN[name], encoding="utf-8")
    first, *others = [
        statuses(EVERY_LEVEL, tmp_path, 5, warm=warm, level=level) for warm, level in ways(EVERY_LEVEL)
    ]
    assert first["carrega"] is Status.FAILED
    assert all(other == first for other in others)
