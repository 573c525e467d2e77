"""The state document: what counts, what comes next, and the road."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.model.exercise import BrokenExerciseError, ChecklistItem, load_exercise
from autograder.model.result import Status
from curso.checklist import FILE
from curso.record import events
from curso.record.kept import FILE as RECORD
from curso.record.kept import changing
from curso.record.model import Proof, Tried
from curso.start import start_work
from curso.state import State, state
from curso.syllabus import read_syllabus

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = "ex1-dag-complexo"


def passes(root: Path, *, challenges: tuple[str, ...] = (), criteria: tuple[str, ...] = ()) -> None:
    """Writes that these have passed."""
    (root / ".curso").mkdir(exist_ok=True)
    proof = Proof(at=datetime(2026, 3, 1, tzinfo=UTC))
    with changing(root / ".curso") as (record, _):
        for name in challenges:
            record.challenges.setdefault(name, Tried()).note(Status.PASSED, proof)
        for name in criteria:
            record.of(EXERCISE).of(name).note(Status.PASSED, proof)


def solve_lessons(root: Path, *names: str) -> None:
    for lesson in read_syllabus(root).lessons:
        if lesson.id.startswith(names):
            passes(root, challenges=lesson.challenges)


def item(now: State, name: ChecklistItem) -> tuple[int, int, bool, bool]:
    (line,) = (line for line in now.checklist if line.item is name)
    return line.points, line.max_points, line.done, line.mine


def test_a_fresh_start_begins_with_the_welcome_page(small: Path) -> None:
    now = state(small)
    assert now.notice == ""
    assert (now.next.kind, now.next.path) == ("lesson", "notebooks/00-comece-aqui.ipynb")
    assert now.next.command == "curso lab notebooks/00-comece-aqui.ipynb"
    assert [line.item for line in now.checklist] == list(ChecklistItem)
    assert not any(line.points or line.done or line.mine for line in now.checklist)
    assert [week.week for week in now.plan] == [1, 2, 3, 4]


def test_the_document_is_the_one_that_was_agreed(small: Path) -> None:
    start_work(EXERCISE, small)
    document = json.loads(state(small).model_dump_json())
    assert document.keys() == {"version", "checklist", "lessons", "exercises", "next", "plan", "notice"}
    assert document["version"] == 1
    assert document["checklist"][0].keys() >= {"item", "title", "points", "max_points", "done", "mine"}
    assert document["lessons"][1].keys() == {
        "id", "title", "path", "minutes", "challenges_done", "challenges_total", "predictions_done",
        "predictions_total",
    }  # fmt: skip
    (exercise,) = document["exercises"]
    assert exercise.keys() == {
        "id",
        "title",
        "path",
        "optional",
        "started",
        "points",
        "max_points",
        "criteria",
    }
    assert (exercise["started"], exercise["path"]) == (True, f"trabalho/{EXERCISE}/{EXERCISE}.ipynb")
    assert exercise["criteria"][0].keys() == {
        "id", "title", "visible", "status", "best", "points", "max_points", "tries", "hints_seen",
    }  # fmt: skip
    assert document["next"].keys() == {"kind", "title", "path", "command", "why"}
    for lesson in document["lessons"]:
        assert (small / lesson["path"]).is_file()


def test_challenges_fill_the_bar_and_criteria_tick_the_item(small: Path) -> None:
    exercise = load_exercise(ROOT / "solutions" / EXERCISE)
    passes(small, challenges=("02.comando",))
    assert item(state(small), ChecklistItem.OPERATORS) == (2, 22, False, False)
    passes(small, criteria=tuple(c.id for c in exercise.criteria if c.checklist is ChecklistItem.OPERATORS))
    assert item(state(small), ChecklistItem.OPERATORS) == (22, 22, True, False), "the exercise says it all"
    solve_lessons(small, "01", "02", "07")
    points, total, done, _ = item(state(small), ChecklistItem.DAGS)
    assert 0 < points < total
    assert not done, "no challenge stands in for a criterion"
    assert item(state(small), ChecklistItem.DEPLOYS)[2] is False, "its exercise is not here"


def test_the_road_is_walked_in_order(small: Path) -> None:
    passes(small, challenges=("01a.setas",))
    now = state(small)
    assert now.next.path == "notebooks/01a-airflow-fundamentos.ipynb"
    assert now.next.why == "Você parou no meio dela: faltam 3 de 4 desafios."
    solve_lessons(small, "01a")
    assert state(small).next.why == "É a próxima lição da semana 1."
    solve_lessons(small, "01", "02", "07a")
    now = state(small)
    assert (now.next.kind, now.next.command) == ("exercise", f"curso comecar {EXERCISE}")
    start_work(EXERCISE, small)
    assert state(small).next.command == f"curso observar {EXERCISE}"
    exercise = load_exercise(ROOT / "solutions" / EXERCISE)
    passes(small, criteria=tuple(c.id for c in exercise.criteria if c.visible))
    now = state(small)
    assert (now.next.command, now.next.why) == (
        f"curso observar {EXERCISE}",
        "Faltam 4 critérios neste exercício.",
    )
    solve_lessons(small, "0")
    passes(small, criteria=tuple(c.id for c in exercise.criteria))
    now = state(small)
    assert all(step.done for week in now.plan for step in week.items)
    assert now.next.kind == "item"


def test_a_class_package_does_not_wait_for_what_it_cannot_judge(small: Path) -> None:
    shutil.rmtree(small / "autograder")
    shutil.rmtree(small / "solutions")
    solve_lessons(small, "0")
    exercise = load_exercise(small / "exercises" / EXERCISE)
    passes(small, criteria=tuple(c.id for c in exercise.criteria if c.visible))
    now = state(small)
    assert now.next.kind == "item"
    assert "corrigido na entrega" in now.next.why
    assert not item(now, ChecklistItem.DAGS)[2], "and claims nothing that was not proven"


def test_what_one_masters_already_looks_different_and_is_not_asked_for(small: Path) -> None:
    events.mark(ChecklistItem.OPERATORS, mine=True, folder=lambda: _made(small))
    solve_lessons(small, "01")
    now = state(small)
    assert item(now, ChecklistItem.OPERATORS) == (0, 22, False, True)
    second = {step.id[:3]: (step.done, step.mine) for step in now.plan[1].items}
    assert second == {"02c": (False, True), "07a": (False, False), "ex1": (False, False)}
    assert now.next.path == "notebooks/07a-boas-praticas.ipynb", "over the one that is mastered"


def _made(root: Path) -> Path:
    (root / ".curso").mkdir(exist_ok=True)
    return root / ".curso"


def test_a_record_of_a_newer_course_is_told_and_the_rest_goes_on(small: Path) -> None:
    (_made(small) / RECORD).write_text('{"version": 7}', encoding="utf-8")
    now = state(small)
    assert "é da versão 7, de um curso mais novo" in now.notice
    assert now.checklist[0].points == 0


def test_copies_beside_are_no_lessons(small: Path) -> None:
    before = len(state(small).lessons)
    shutil.copy(
        small / "notebooks/01a-airflow-fundamentos.ipynb",
        small / "notebooks/01a-airflow.novo-2026-03-01.ipynb",
    )
    assert len(state(small).lessons) == before


@pytest.mark.parametrize("content", ["{", '{"cells": 3}', '{"cells": [{}]}'])
def test_a_damaged_lesson_is_one_sentence(small: Path, content: str) -> None:
    (small / "notebooks" / "01b-airflow-tempo-e-falhas.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(BrokenExerciseError, match=r"01b.*não é um notebook que dê para ler"):
        state(small)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("x =", "não é TOML válido"),
        ("pontos_por_desafio = 0\n[desafios]\n", "pontos_por_desafio: pede um número maior que zero"),
        ("pontos_por_desafio = 2\n[desafios]\nnada = []\n", "desafios.nada"),
    ],
)
def test_bad_rules_are_one_sentence(small: Path, content: str, says: str) -> None:
    (small / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(BrokenExerciseError, match=r"checklist\.toml") as refused:
        state(small)
    assert says in str(refused.value)
