"""The bank holds: right submissions score everything, wrong ones lose exactly what they are filed under.

Here it is graded as students are: warm, in a cage. `make test` takes every right submission and, for each
criterion, one wrong one that only it catches (fewer where `scripts/bank_samples.py` says so); `make test-full` takes all of them,
and all once more in the way that differs most, cold and without any confinement. `test_same_everywhere.py` has a
sample in every way between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.doors import grade
from autograder.model.exercise import load_exercise
from autograder.model.result import Result, Status
from autograder.sandbox.level import Level
from curso.bank import bank_of
from curso.places import exercise_folder
from bank_samples import sampled

EXERCISES = sorted(path.name for path in Path(__file__).parent.iterdir() if (path / "wrong").is_dir())


def _right() -> Iterator[Any]:
    for exercise in EXERCISES:
        names = list(bank_of(exercise).right())
        yield from sampled(exercise, names, names)


def _wrong() -> Iterator[Any]:
    for exercise in EXERCISES:
        wrong = bank_of(exercise).wrong()
        alone = {entry.loses[0]: name for name, entry in reversed(wrong.items()) if len(entry.loses) == 1}
        yield from sampled(exercise, wrong, sorted(alone.values()))


MIN_WRONG = 25
WAYS = [
    pytest.param({"warm": True}, id="warm"),
    pytest.param({"warm": False, "level": Level.PLAIN}, id="cold-plain", marks=pytest.mark.full),
]


def said(result: Result) -> str:
    """What to look at when an entry of the bank does not hold."""
    lines = [f"{v.criterion}: {v.status} {v.seen}" for v in result.verdicts if v.status is not Status.PASSED]
    return f"seed {result.seed}, {result.points} pontos\n" + "\n".join(lines)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("exercise_id", "name"), [*_right()])
def test_a_right_submission_scores_everything(
    exercise_id: str, name: str, way: dict[str, Any], seed_of: Callable[[str], int]
) -> None:
    bank = bank_of(exercise_id)
    result = grade(exercise_folder(exercise_id), bank.right()[name], seed=seed_of(name), **way).result
    assert {v.status for v in result.verdicts} == {Status.PASSED}, said(result)
    assert result.points == result.max_points


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("exercise_id", "name"), [*_wrong()])
def test_a_wrong_submission_loses_what_it_is_filed_under(
    exercise_id: str,
    name: str,
    way: dict[str, Any],
    tmp_path: Path,
    seed_of: Callable[[str], int],
    check_words: Callable[[Result], None],
) -> None:
    bank = bank_of(exercise_id)
    bank.build_wrong(name, tmp_path)
    result = grade(exercise_folder(exercise_id), tmp_path, seed=seed_of(name), **way).result
    failed = {v.criterion for v in result.verdicts if v.status is Status.FAILED}
    others = {v.status for v in result.verdicts if v.status is not Status.FAILED}
    assert failed == set(bank.wrong()[name].loses), said(result)
    assert others <= {Status.PASSED, Status.BLOCKED}, said(result)
    check_words(result)


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_every_criterion_has_a_mistake_that_only_it_catches(exercise_id: str) -> None:
    wrong = bank_of(exercise_id).wrong()
    known = {criterion.id for criterion in load_exercise(exercise_folder(exercise_id)).criteria}
    alone = {entry.loses[0] for entry in wrong.values() if len(entry.loses) == 1}
    assert alone == known


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_there_are_many_mistakes(exercise_id: str) -> None:
    assert len(bank_of(exercise_id).wrong()) >= MIN_WRONG


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_every_mistake_is_filed_once_and_explained(exercise_id: str) -> None:
    wrong = bank_of(exercise_id).wrong()
    patches = [(entry.base, entry.replace) for entry in wrong.values()]
    assert len(set(patches)) == len(patches)
    for name, entry in wrong.items():
        assert entry.why[0].isupper(), name
        assert entry.why.endswith("."), name
        assert len(set(entry.loses)) == len(entry.loses), name
