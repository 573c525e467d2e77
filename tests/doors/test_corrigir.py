"""`curso corrigir`: a folder of submissions, each one's result in a file, and what needs a person named."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.model.result import Result
from autograder.sandbox.level import Level
from curso.classroom import batch
from curso.classroom.grading import Desk
from curso.classroom.settings import class_seed
from curso.classroom.work import Work

if TYPE_CHECKING:
    from conftest import Course, Ran

EXERCISE = "ex1-dag-complexo"
FILE = "dags/vendas_diarias.py"


@pytest.fixture(scope="module")
def folder(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of four; the names are people's."""
    made = tmp_path_factory.mktemp("entregas") / "turma da noite"
    answer = (course.answer / FILE).read_text(encoding="utf-8")
    for name, source in (("Ana Ávila", answer), ("Beto", "x = 1\n"), ("Çelik", "def (:\n")):
        course.hand_in(source, made / name)
    (made / "Dora").mkdir(parents=True)
    (made / "leia-me.txt").write_text("não é uma entrega", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def graded(course: Course, folder: Path) -> Ran:
    return course.curso("corrigir", EXERCISE, "--turma", folder, "--json")


def test_each_submission_has_its_result(graded: Ran, folder: Path) -> None:
    assert graded.code == 0, graded
    points = {who: result["points"] for who, result in graded.result["results"].items()}
    assert points == {"Ana Ávila": 100, "Beto": 0, "Çelik": 0, "Dora": 0}
    results = folder.with_name("turma da noite-resultados")
    for who, result in graded.result["results"].items():
        kept = Result.model_validate_json((results / f"{who}.json").read_bytes())
        assert kept.points == result["points"]
        assert kept.seed == graded.result["seed"], "one seed for the class"


def test_a_second_start_goes_on_where_it_was(course: Course, folder: Path, graded: Ran) -> None:
    again = course.curso("corrigir", EXERCISE, "--turma", folder, "--json")
    times = {who: result["graded_at"] for who, result in again.result["results"].items()}
    assert times == {who: result["graded_at"] for who, result in graded.result["results"].items()}


def test_the_summary_is_for_people(course: Course, folder: Path, graded: Ran, tmp_path: Path) -> None:
    ran = course.curso("corrigir", EXERCISE, "--turma", folder, "--resultados", tmp_path / "r")
    assert ran.code == 0, ran
    assert "100/100" in ran.out
    assert "Falta dags/vendas_diarias.py" in ran.out
    assert "\x1b" not in ran.out
    assert len(list((tmp_path / "r").glob("*.json"))) == 4


def test_wrong_calls_are_one_sentence(course: Course, tmp_path: Path) -> None:
    assert "não existe" in course.curso("corrigir", EXERCISE, "--turma", tmp_path / "nada").sentence()
    assert "não há nenhuma entrega" in course.curso("corrigir", EXERCISE, "--turma", tmp_path).sentence()
    assert "falta a opção" in course.curso("corrigir", EXERCISE).sentence()


class _Staff:
    """Grades nothing: answers what it is told to, and loses the work of a chosen submission a few times."""

    least = Level.PLAIN

    def __init__(self, answers: dict[str, str], lost: dict[str, int]) -> None:
        self._answers = answers
        self._lost = lost

    def answers(self, waiting: Mapping[str, Work]) -> Generator[tuple[str, str | None]]:
        for name in waiting:
            self._lost[name] = self._lost.get(name, 0) - 1
            yield name, None if self._lost[name] >= 0 else self._answers[name]


@pytest.fixture
def class_of_two(graded: Ran, fresh: Course) -> tuple[dict[str, Path], dict[str, Any], Path]:
    """Two equal deliveries in a course that remembers nothing, and what a good answer to either says."""
    deliveries = {name: fresh.hand_in("x = 1\n", fresh.root / "turma" / name) for name in ("a", "b")}
    result = graded.result["results"]["Beto"]
    seed = class_seed(EXERCISE, fresh.root)
    return deliveries, {"result": result | {"seed": seed}}, fresh.root


@pytest.mark.parametrize(("lost", "held"), [(batch.TRIES - 1, False), (batch.TRIES, True)])
def test_a_worker_that_dies_costs_time_and_never_a_result(
    class_of_two: tuple[dict[str, Path], dict[str, Any], Path], tmp_path: Path, lost: int, held: bool
) -> None:
    deliveries, answer, root = class_of_two
    good = json.dumps(answer)
    told: list[str] = []
    results = batch.grade_class(
        EXERCISE,
        deliveries,
        tmp_path,
        lambda who, _: told.append(who),
        root,
        _Staff({"a": good, "b": good}, {"b": lost}),
    )
    assert list(results) == ["a", "b"]
    assert results["a"] == Result.model_validate(answer["result"])
    assert results["b"].held is held
    assert sorted(told) == ["a", "b"], "each told once"
    kept = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert (kept["verdicts"][0]["status"] == "error") is held


@pytest.mark.parametrize(
    "change",
    [
        {"points": 100},
        {"seed": 1},
        {"exercise": "ex2-error-handling"},
        {"fingerprint": "0" * 64},
        {"grader": "0" * 64},
        {"level": "nenhum"},
        {"max_points": 10},
        {"verdicts": []},
        {"mais": "uma coisa"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_answer_that_does_not_fit_is_no_answer(
    class_of_two: tuple[dict[str, Path], dict[str, Any], Path], change: dict[str, Any]
) -> None:
    deliveries, answer, root = class_of_two
    desk = Desk(EXERCISE, root, Level.PLAIN)
    asked = desk.ask(deliveries["a"])
    forged = answer | {"result": answer["result"] | change}
    assert desk.accept(asked, json.dumps(forged)) is None
    for text in ("", "[]", "{", "{}", '{"result": 1}', json.dumps(answer)[:-1], "\x00"):
        assert desk.accept(asked, text) is None
    assert desk.remembered(asked) is None, "nothing of it was kept"
    assert desk.accept(asked, json.dumps(answer)) is not None
    assert desk.remembered(asked) is not None


def test_what_travels_names_nobody(class_of_two: tuple[dict[str, Path], dict[str, Any], Path]) -> None:
    deliveries, _, root = class_of_two
    text = Desk(EXERCISE, root, Level.PLAIN).ask(deliveries["a"]).work.model_dump_json()
    assert str(root) not in text
    assert set(json.loads(text)) == {"exercise", "seed", "grader", "least", "files", "problems"}
