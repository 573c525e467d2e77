"""`grade`: one submission in, one result out, whatever happens on the way."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from autograder import doors
from autograder.doors import Grading, grade
from autograder.judge.session import JudgeError
from autograder.model.exercise import BrokenExerciseError
from autograder.model.result import Result, Status
from autograder.run import adapters
from autograder.run.stage import StageError
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe

ROOT = Path(__file__).resolve().parents[2]

RIGHT = """
import os, sqlite3
world = os.environ["MUNDO"]
number = int(open(f"{world}/numero.txt").read())
connection = sqlite3.connect(f"{world}/armazem.db")
connection.execute("INSERT INTO numeros VALUES ('visto', ?)", (number,))
connection.commit()
"""
BY_HEART = RIGHT.replace("(number,)", "(2026,)")

Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _toy(toy_adapter: None, scratch: Path) -> Any:
    yield
    assert os.listdir(scratch) == []


def statuses(grading: Grading) -> dict[str, str]:
    result = grading.result
    # Every result that leaves the house keeps to the published form.
    schema = json.loads((ROOT / "docs" / "esquemas" / "resultado-1.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(result.model_dump_json()))
    assert Result.model_validate_json(result.model_dump_json()) == result
    assert result.points == sum(verdict.points for verdict in result.verdicts)
    return {verdict.criterion: verdict.status.value for verdict in result.verdicts}


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    def play(*arguments: Any, **more: Any) -> None:
        raise AssertionError("nothing had to be run")

    monkeypatch.setattr(doors, "play", play)


def test_right(toy_course: Path, submission_folder: Write, level: Level) -> None:
    progress: list[tuple[int, int]] = []
    grading = grade(
        toy_course,
        submission_folder(RIGHT),
        seed=3,
        level=level,
        on_progress=lambda done, total: progress.append((done, total)),
    )
    assert statuses(grading) == {"declara": "passed", "grava": "passed", "dobra": "passed"}
    assert (grading.result.points, grading.result.max_points) == (10, 10)
    assert grading.result.level == level.value
    assert grading.result.versions == {"toy": "1"}
    assert grading.result.seed == 3
    assert not grading.result.held
    assert progress == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_verdicts_are_told_as_their_steps_end(
    toy_course: Path, submission_folder: Write, level: Level
) -> None:
    events: list[Any] = []
    grading = grade(
        toy_course, submission_folder(BY_HEART), seed=7, level=level,
        on_progress=lambda done, total: events.append(done),
        on_verdict=lambda verdict: events.append((verdict.criterion, verdict.status.value)),
    )  # fmt: skip
    told = [event for event in events if isinstance(event, tuple)]
    assert told == [("declara", "passed"), ("grava", "passed"), ("dobra", "failed")]
    assert events.index(("declara", "passed")) < events.index(3)  # before the last step has ended
    assert [(v.criterion, v.status.value) for v in grading.result.verdicts] == told


def test_a_told_verdict_that_the_whole_takes_back_is_told_again(
    toy_course: Path, submission_folder: Write
) -> None:
    """What is declared pays only when an effect does, and that is known at the end."""
    told: list[tuple[str, str]] = []
    grade(
        toy_course, submission_folder(BY_HEART), seed=8,
        on_verdict=lambda verdict: told.append((verdict.criterion, verdict.status.value)),
    )  # fmt: skip
    assert told[0] == ("declara", "passed")
    assert dict(told) == {"declara": "blocked", "grava": "failed", "dobra": "blocked"}
    only: list[str] = []
    grade(
        toy_course, submission_folder(BY_HEART), seed=8, only=frozenset({"grava"}),
        on_verdict=lambda verdict: only.append(verdict.criterion),
    )  # fmt: skip
    assert only == ["grava"]


def test_what_needs_no_run_is_told_too(toy_course: Path, submission_folder: Write) -> None:
    told: list[str] = []
    starter = submission_folder((toy_course / "pipeline.py").read_text(encoding="utf-8"))
    grade(toy_course, starter, on_verdict=lambda verdict: told.append(verdict.status.value))
    assert told == ["not_attempted"] * 3


def test_the_starter_is_not_attempted_and_nothing_runs(
    toy_course: Path, submission_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch)
    starter = (toy_course / "pipeline.py").read_text(encoding="utf-8")
    for source in (starter, "\r\n" + starter.replace("\n", "\r\n") + "   \n"):
        grading = grade(toy_course, submission_folder(source))
        assert set(statuses(grading).values()) == {"not_attempted"}
        assert grading.result.points == 0
        assert grading.evidence is None


def test_a_changed_starter_is_an_attempt(toy_course: Path, submission_folder: Write) -> None:
    starter = (toy_course / "pipeline.py").read_text(encoding="utf-8")
    grading = grade(toy_course, submission_folder(starter + "x = 1\n"))
    assert "not_attempted" not in statuses(grading).values()


def test_a_refused_submission_says_why_and_runs_nothing(
    toy_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch)
    (tmp_path / "vazia").mkdir()
    grading = grade(toy_course, tmp_path / "vazia")
    assert statuses(grading) == {"declara": "failed", "grava": "blocked", "dobra": "blocked"}
    assert "Falta pipeline.py" in grading.result.verdicts[0].seen
    assert grading.result.notes == (grading.result.verdicts[0].seen,)


def test_a_folder_in_the_files_place_is_refused(toy_course: Path, tmp_path: Path) -> None:
    (tmp_path / "entrega" / "pipeline.py").mkdir(parents=True)
    assert statuses(grade(toy_course, tmp_path / "entrega"))["declara"] == "failed"


def test_hidden_failures_show_a_symptom_and_no_log(toy_course: Path, submission_folder: Write) -> None:
    grading = grade(toy_course, submission_folder(BY_HEART), seed=7)
    assert statuses(grading) == {"declara": "passed", "grava": "passed", "dobra": "failed"}
    hidden = grading.result.verdicts[2]
    assert (hidden.log, hidden.rows, hidden.hint) == ("", (), "um empurrão")
    assert "4052" not in grading.result.model_dump_json()


def test_a_number_known_by_heart_is_worth_nothing_in_another_draw(
    toy_course: Path, submission_folder: Write
) -> None:
    grading = grade(toy_course, submission_folder(BY_HEART), seed=8)
    assert statuses(grading) == {"declara": "blocked", "grava": "failed", "dobra": "blocked"}
    assert grading.result.points == 0


def test_a_seed_fixes_every_verdict(toy_course: Path, submission_folder: Write) -> None:
    folder = submission_folder(BY_HEART)
    first, again, other = (grade(toy_course, folder, seed=seed).result for seed in (11, 11, 12))
    assert first.verdicts == again.verdicts
    assert (first.fingerprint, first.grader) == (again.fingerprint, again.grader)
    assert (first.seed, other.seed) == (11, 12)


def test_without_a_seed_each_check_draws_its_own(toy_course: Path, submission_folder: Write) -> None:
    starter = submission_folder((toy_course / "pipeline.py").read_text(encoding="utf-8"))
    assert len({grade(toy_course, starter).result.seed for _ in range(4)}) > 1


@pytest.mark.parametrize("criterion", ["declara", "grava", "dobra"])
def test_only_gives_the_verdict_that_the_whole_gives(
    toy_course: Path, submission_folder: Write, criterion: str
) -> None:
    """What `curso reproduzir` rests on."""
    for source, seed in ((RIGHT, 7), (BY_HEART, 7), (BY_HEART, 8)):
        folder = submission_folder(source)
        whole = grade(toy_course, folder, seed=seed).result.verdicts
        alone = grade(toy_course, folder, seed=seed, only=frozenset({criterion})).result.verdicts
        assert alone == tuple(v for v in whole if v.criterion == criterion)


# --- the grader's own faults -------------------------------------------------------------------------


def test_a_stage_that_does_not_open_is_an_error_for_everyone(
    toy_course: Path, submission_folder: Write, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = adapters.Adapter("toy", lambda places: {"TOY_DIES_AT_START": "1"}, lambda: None)
    monkeypatch.setitem(adapters.ADAPTERS, "toy", broken)
    grading = grade(toy_course, submission_folder(RIGHT), level=level)
    assert set(statuses(grading).values()) == {"error"}
    assert grading.result.held
    assert grading.result.points == 0
    assert "o brinquedo não quis abrir" in grading.result.verdicts[0].seen


@pytest.mark.parametrize("error", [StageError("x"), JudgeError("x"), OSError("disco cheio")])
def test_what_the_grader_cannot_do_is_never_a_failure(
    toy_course: Path, submission_folder: Write, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def play(*arguments: Any, **more: Any) -> None:
        raise error

    monkeypatch.setattr(doors, "play", play)
    grading = grade(toy_course, submission_folder(RIGHT))
    assert set(statuses(grading).values()) == {"error"}
    assert str(error) in grading.result.verdicts[0].seen


def test_a_broken_grader_is_an_error(toy_course: Path, submission_folder: Write) -> None:
    (toy_course / "verificacao" / "test_visible.py").write_text("import nada_disso", encoding="utf-8")
    grading = grade(toy_course, submission_folder(RIGHT))
    assert {v.status for v in grading.result.verdicts} == {Status.ERROR}


def test_a_broken_exercise_is_told(toy_course: Path, submission_folder: Write) -> None:
    (toy_course / "exercise.toml").write_text("id = 1", encoding="utf-8")
    with pytest.raises(BrokenExerciseError):
        grade(toy_course, submission_folder(RIGHT))


# --- where graders are -------------------------------------------------------------------------------


def test_a_class_package_judges_its_sample_and_lets_the_rest_wait(
    toy_course: Path, submission_folder: Write
) -> None:
    shutil.rmtree(toy_course.parents[1] / "autograder")
    grading = grade(toy_course, submission_folder(RIGHT), seed=99)
    assert statuses(grading) == {"declara": "passed", "grava": "passed", "dobra": "waiting"}
    assert grading.result.seed == 7  # only the sample's rows are known here
    assert grading.result.max_points == 10


def test_private_graders_are_laid_over(
    toy_course: Path, submission_folder: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = toy_course.parents[1] / "autograder" / "graders" / "ex-toy"
    before = grade(toy_course, submission_folder(RIGHT), seed=1).result
    theirs = tmp_path / "particular" / "ex-toy"
    shutil.copytree(ours, theirs)
    hidden = theirs / "test_hidden.py"
    hidden.write_text(
        hidden.read_text(encoding="utf-8").replace("2 * esperado", "3 * esperado"), encoding="utf-8"
    )
    monkeypatch.setenv("CURSO_GRADERS", str(theirs.parent))
    after = grade(toy_course, submission_folder(RIGHT), seed=1)
    assert statuses(after)["dobra"] == "failed"
    assert after.result.grader != before.grader
    monkeypatch.setenv("CURSO_GRADERS", str(tmp_path / "vazia"))
    assert grade(toy_course, submission_folder(RIGHT), seed=1).result.grader == before.grader


@pytest.mark.parametrize("part", ["exercise.toml", "verificacao/world.py", "verificacao/test_visible.py"])
def test_a_changed_grader_is_another_grader(toy_course: Path, submission_folder: Write, part: str) -> None:
    starter = submission_folder((toy_course / "pipeline.py").read_text(encoding="utf-8"))
    before = grade(toy_course, starter).result.grader
    with (toy_course / part).open("a", encoding="utf-8") as file:
        file.write("\n# mudei\n")
    assert grade(toy_course, starter).result.grader != before


def test_less_confinement_can_be_asked_for(toy_course: Path, submission_folder: Write) -> None:
    assert grade(toy_course, submission_folder(RIGHT), level=Level.PLAIN).result.level == Level.PLAIN.value
    assert grade(toy_course, submission_folder(RIGHT)).result.level == probe().level.value
