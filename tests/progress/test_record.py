"""The one record: what it takes in, where it came from, and what it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autograder.model.exercise import ChecklistItem
from autograder.model.result import Result, Status
from curso.record import events, kept
from curso.record.kept import COPY, FILE, NewerVersionError
from curso.record.model import Proof, Record, Tried

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def result(
    status: Status, *, exercise: str = "ex1", criterion: str = "agenda", airflow: str = "3.3.2"
) -> Result:
    verdict = {
        "criterion": criterion, "title": "A agenda", "status": status, "points": 0, "max_points": 5,
        "checklist": "dags", "visible": True,
    }  # fmt: skip
    return Result.model_validate({
        "exercise": exercise, "title": "t", "points": 0, "max_points": 5, "verdicts": [verdict], "seed": 7,
        "fingerprint": "abc", "grader": "def", "level": "nenhum", "versions": {"apache-airflow": airflow},
        "graded_at": AT, "seconds": 1.0,
    })  # fmt: skip


def agenda(folder: Path) -> Tried:
    return kept.load(folder)[0].criterion("ex1", "agenda")


def test_a_pass_once_proven_stays_with_its_proof(tmp_path: Path) -> None:
    for status in (Status.FAILED, Status.PASSED, Status.BLOCKED):
        assert events.note_result(result(status, airflow=f"de {status}"), lambda: tmp_path) == ""
    known = agenda(tmp_path)
    assert (known.best, known.last, known.tries) == (Status.PASSED, Status.BLOCKED, 3)
    assert known.proof == Proof(
        at=AT,
        versions={"apache-airflow": "de passed"},
        seed=7,
        level="nenhum",
        submission="abc",
        grader="def",
    )


@pytest.mark.parametrize("status", [Status.ERROR, Status.WAITING])
def test_what_says_nothing_of_the_work_is_not_noted(tmp_path: Path, status: Status) -> None:
    events.note_result(result(status), lambda: tmp_path)
    assert agenda(tmp_path) == Tried()


def test_the_best_is_kept_in_order(tmp_path: Path) -> None:
    for status in (Status.NOT_ATTEMPTED, Status.BLOCKED, Status.FAILED, Status.NOT_ATTEMPTED):
        events.note_result(result(status), lambda: tmp_path)
    known = agenda(tmp_path)
    assert (known.best, known.last, known.tries) == (Status.FAILED, Status.NOT_ATTEMPTED, 2)


def test_marks_of_ones_own_come_and_go(tmp_path: Path) -> None:
    events.mark(ChecklistItem.DEPLOYS, mine=True, folder=lambda: tmp_path)
    since = kept.load(tmp_path)[0].mine[ChecklistItem.DEPLOYS]
    events.mark(ChecklistItem.DEPLOYS, mine=True, folder=lambda: tmp_path)
    assert kept.load(tmp_path)[0].mine == {ChecklistItem.DEPLOYS: since}
    events.mark(ChecklistItem.DEPLOYS, mine=False, folder=lambda: tmp_path)
    assert kept.load(tmp_path)[0].mine == {}


def test_the_answer_is_noted_as_opened_once(tmp_path: Path) -> None:
    events.note_answer_opened("ex1", before_passing=True, folder=lambda: tmp_path)
    events.note_answer_opened("ex1", before_passing=False, folder=lambda: tmp_path)
    opened = kept.load(tmp_path)[0].exercises["ex1"].answer
    assert opened is not None
    assert opened.before_passing


# --- version 1 ---------------------------------------------------------------------------------------

OLD_EXERCISES: dict[str, Any] = {
    "version": 1,
    "exercises": {"ex1": {
        "agenda": {"best": "passed", "last": "failed", "tries": 4, "passed_at": "2026-02-01T10:00:00Z", "hints_seen": 2},
        "carrega": {"best": "failed", "last": "failed", "tries": 1, "passed_at": None, "hints_seen": 0},
    }},
}  # fmt: skip
OLD_LESSONS: dict[str, Any] = {
    "version": 1,
    "challenges": {"01a.setas": {"best": "passed", "last": "passed", "tries": 2, "passed_at": "2026-02-02T10:00:00Z", "hints_seen": 1}},
    "predictions": {"01a.ciclo": {"first": "a", "last": "c", "answered_at": "2026-02-02T09:00:00Z", "confirmed_at": None}},
}  # fmt: skip


def write_old(folder: Path, exercises: bool = True, lessons: bool = True) -> None:
    if exercises:
        (folder / FILE).write_text(json.dumps(OLD_EXERCISES), encoding="utf-8")
    if lessons:
        (folder / "licoes.json").write_text(json.dumps(OLD_LESSONS), encoding="utf-8")


@pytest.mark.parametrize(("exercises", "lessons"), [(True, True), (True, False), (False, True)])
def test_version_1_is_taken_in_told_once_and_kept_beside(
    tmp_path: Path, exercises: bool, lessons: bool
) -> None:
    write_old(tmp_path, exercises, lessons)
    record, notice = kept.load(tmp_path)
    old = [f"{FILE}.versao-1"] * exercises + ["licoes.json.versao-1"] * lessons
    assert notice == (
        "O seu progresso passou para o formato novo do registro; nada se perdeu, e o que havia antes ficou ao lado "
        f"({' e '.join(old)})."
    )
    if exercises:
        known = record.criterion("ex1", "agenda")
        assert (known.best, known.last, known.tries, known.hints_seen) == ("passed", "failed", 4, 2)
        assert known.proof is not None
        assert known.proof.at == datetime(2026, 2, 1, 10, tzinfo=UTC)
        assert record.criterion("ex1", "carrega").proof is None
        assert json.loads((tmp_path / f"{FILE}.versao-1").read_text(encoding="utf-8")) == OLD_EXERCISES
    if lessons:
        assert record.challenge("01a.setas").passed
        assert record.predictions["01a.ciclo"].first == "a"
        assert json.loads((tmp_path / "licoes.json.versao-1").read_text(encoding="utf-8")) == OLD_LESSONS
        assert not (tmp_path / "licoes.json").exists()
    assert kept.load(tmp_path) == (record, "")


def test_work_done_meanwhile_with_an_older_course_is_taken_in_too(tmp_path: Path) -> None:
    """The older course sets today's file aside as damaged and begins its own; the copy still knows everything."""
    events.note_result(result(Status.PASSED, criterion="desvio"), lambda: tmp_path)
    (tmp_path / FILE).rename(tmp_path / f"{FILE}.danificado-20260301")
    write_old(tmp_path)
    record, notice = kept.load(tmp_path)
    assert "formato novo" in notice
    assert record.criterion("ex1", "desvio").passed
    assert record.criterion("ex1", "agenda").passed
    write_old(tmp_path)
    record, _ = kept.load(tmp_path)
    assert record.criterion("ex1", "agenda").tries == 4, "taken in twice, counted once"
    assert len(list(tmp_path.glob("*.versao-1*"))) == 2


def test_damaged_lessons_of_version_1_cost_no_exercise(tmp_path: Path) -> None:
    write_old(tmp_path)
    (tmp_path / "licoes.json").write_text('{"version": 1, "chall', encoding="utf-8")
    record, notice = kept.load(tmp_path)
    assert "O registro das lições estava danificado: guardei-o como licoes.json.danificado-" in notice
    assert record.criterion("ex1", "agenda").passed


# --- a newer course ----------------------------------------------------------------------------------

NEWER = '{"version": 3, "exercises": "em outra forma"}'


@pytest.mark.parametrize("names", [(FILE,), (FILE, COPY), (COPY,)], ids=" ".join)
def test_a_newer_record_stays_as_it_is(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (tmp_path / name).write_text(NEWER, encoding="utf-8")
    with pytest.raises(
        NewerVersionError, match=r"é da versão 3, de um curso mais novo .* Não mexi nele: atualize"
    ):
        kept.load(tmp_path)
    with pytest.raises(NewerVersionError), kept.changing(tmp_path):
        pass
    notice = events.note_result(result(Status.PASSED), lambda: tmp_path)
    assert notice.startswith("Isto não ficou anotado no seu progresso. O registro de progresso é da versão 3")
    assert events.read(lambda: tmp_path)[0] == Record()
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.json")} == dict.fromkeys(
        names, NEWER
    )


def test_a_folder_that_refuses_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    record, notice = events.read(lambda: tmp_path)
    assert record == Record()
    assert "há uma pasta onde deveria haver um arquivo" in notice
    assert "há uma pasta" in events.note_result(result(Status.PASSED), lambda: tmp_path)
