"""`curso corrigir`: a folder of submissions, each one's result in a file, and what needs a person named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.model.result import Result
from curso.classroom import batch

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


class _Pool:
    """Runs nothing: the worker of a chosen submission dies, `deaths` times."""

    def __init__(self, result: Result, deaths: dict[str, int]) -> None:
        self._result = result
        self._deaths = deaths

    def submit(self, function: Callable[..., Any], exercise: str, path: Path, root: Path) -> Future[Result]:
        future: Future[Result] = Future()
        if self._deaths.get(path.name, 0):
            self._deaths[path.name] -= 1
            future.set_exception(BrokenProcessPool("morreu"))
        else:
            future.set_result(self._result)
        return future

    def shutdown(self, **_: Any) -> None: ...


@pytest.mark.parametrize(("deaths", "held"), [(1, False), (2, True)])
def test_a_worker_that_dies_costs_time_and_never_a_result(
    graded: Ran, course: Course, tmp_path: Path, deaths: int, held: bool
) -> None:
    good = Result.model_validate(graded.result["results"]["Beto"])

    @contextmanager
    def pool() -> Iterator[Any]:
        yield _Pool(good, remaining)

    remaining = {"b": deaths}
    told: list[str] = []
    results = batch.grade_class(
        EXERCISE,
        {"a": Path("a"), "b": Path("b")},
        tmp_path,
        lambda who, _: told.append(who),
        course.root,
        pool,
    )
    assert list(results) == ["a", "b"]
    assert results["a"] == good
    assert results["b"].held is held
    assert sorted(told) == ["a", "b"], "each told once"
    kept = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert (kept["verdicts"][0]["status"] == "error") is held
