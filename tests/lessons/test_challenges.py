"""What the lessons promise in one place is kept in every other one: questions, challenges, banks, notebooks."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from curso.lessons import content
from curso.lessons.content import licao_02
from curso.lessons.names import lesson_of
from lesson_bank import calls, read_bank

MIN_HINT_CHARACTERS = 20
WELCOME = "00-comece-aqui.ipynb"


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _standing(notebooks: dict[str, Any], function: str) -> Counter[str]:
    """How often each id is given to `function`, over all notebooks."""
    return Counter(
        name
        for notebook in notebooks.values()
        for cell in _code(notebook)
        for called, name in calls(cell.source)
        if called == function
    )


def _defined(kind: str) -> Counter[str]:
    return Counter(item.id for lesson in content.lessons() for item in getattr(content, kind)(lesson))


def test_every_challenge_stands_once_and_none_is_unknown(notebooks: dict[str, Any]) -> None:
    assert _standing(notebooks, "desafio") == _defined("challenges")


def test_every_question_is_asked_once_and_answered_once(notebooks: dict[str, Any]) -> None:
    asked, answered = _standing(notebooks, "preveja"), _standing(notebooks, "confira")
    assert asked == answered == _defined("predictions")
    for name, notebook in notebooks.items():
        order = [call for cell in _code(notebook) for call in calls(cell.source)]
        for question in [question for function, question in order if function == "preveja"]:
            asked_at, answered_at = order.index(("preveja", question)), order.index(("confira", question))
            assert asked_at < answered_at, f"{name}: {question} é conferida antes de ser perguntada"


def test_ids_say_where_they_belong(notebooks: dict[str, Any]) -> None:
    for lesson in content.lessons():
        for item in [*content.challenges(lesson), *content.predictions(lesson)]:
            assert lesson_of(item.id) == lesson, f"{item.id} está em licao_{lesson}.py"
    for name, notebook in notebooks.items():
        for cell in _code(notebook):
            for _, item_id in calls(cell.source):
                # A lesson in two notebooks, 01a and 01b, may share one set of ids.
                assert re.match(rf"{lesson_of(item_id)}[a-z]?-", name), f"{item_id} está em {name}"


def test_hints_are_due_in_full_sentences() -> None:
    for lesson in content.lessons():
        for challenge in content.challenges(lesson):
            assert all(len(hint.strip()) >= MIN_HINT_CHARACTERS for hint in challenge.hints), challenge.id


def test_every_challenge_has_a_bank_and_every_bank_a_challenge(bank: Path) -> None:
    assert {path.stem for path in bank.glob("*.py")} == set(_defined("challenges"))
    for path in sorted(bank.glob("*.py")):
        answers = read_bank(path)
        wrong = [answer for answer in answers if not answer.right]
        assert [answer for answer in answers if answer.right], f"{path.name}: falta uma resposta certa"
        assert len(wrong) >= 3, f"{path.name}: são precisas três respostas erradas"
        assert len({answer.said for answer in wrong}) == len(wrong), f"{path.name}: trechos repetidos"
        for answer in answers:
            last = calls(answer.cells[-1])
            assert ("desafio", path.stem) in last, (
                f"{path.name}, «{answer.what}»: a última célula não chama o desafio"
            )


def test_notebooks_are_committed_clean(lesson: str, notebooks: dict[str, Any]) -> None:
    notebook = notebooks[lesson]
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata == notebooks[WELCOME].metadata
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    unreadable = [name for name in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 64]
    assert not unreadable
    by_chance = [name for name in ids if re.fullmatch(r"[0-9a-f]{8}|cell-\d+|[0-9a-f-]{36}", name)]
    assert not by_chance, "ids feitos por uma máquina não dizem nada a quem lê um erro"
    for cell in notebook.cells:
        assert cell.source.strip(), f"{cell.id} está vazia"
        assert not set(cell.metadata) - {"tags", "jupyter"}, cell.id
        assert "raises-exception" not in cell.metadata.get("tags", []), (
            f"{cell.id}: mostre o erro com try/except"
        )
        if cell.cell_type == "code":
            assert not cell.outputs, f"{cell.id} tem saídas"
            assert cell.execution_count is None, f"{cell.id} tem número de execução"


def test_a_lesson_says_how_long_it_takes(lesson: str, notebooks: dict[str, Any]) -> None:
    if lesson == WELCOME:
        return
    top = "\n".join(cell.source for cell in notebooks[lesson].cells[:2] if cell.cell_type == "markdown")
    minutes = [int(number) for number in re.findall(r"(\d+)\s*min", top)]
    assert minutes, "o topo da lição não diz quantos minutos ela leva"
    assert max(minutes) <= 90


@pytest.mark.parametrize("mismatches", [0, 1])
def test_a_task_that_the_scheduler_lost_is_not_told_as_the_learners_mistake(mismatches: int) -> None:
    """A sensor asked too often for the machine: nothing in its log says why it failed."""

    class Airflow:
        def api(self, method: str, path: str, params: dict[str, str]) -> dict[str, int]:
            assert (method, path, params["event"]) == ("GET", "/eventLogs", "state mismatch")
            return {"total_entries": mismatches}

    said = licao_02._taken_for_dead(Airflow(), SimpleNamespace(dag="espera_gerente", id="manual"))
    assert ("Aumente o `poke_interval`" in said) is bool(mismatches)
