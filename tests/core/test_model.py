"""The documents: exercises are refused with one sentence, results keep to their published schema."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from autograder.model.evidence import Evidence, FileSeen, Outcome, StepEvidence
from autograder.model.exercise import (
    CHECKLIST_TITLES,
    BrokenExerciseError,
    ChecklistItem,
    load_exercise,
)
from autograder.model.reports.airflow import RunReport, TaskRun
from autograder.model.result import DifferingRow, Result, Status, Verdict, json_schema_text

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "docs" / "esquemas" / "resultado-1.json"
GOLDEN = Path(__file__).parent / "golden" / "resultado-1.json"

HEAD = """
id = "ex9-teste"
title = "Um teste"
minutes = 10
proves = "Algo."
adapter = "airflow"
files = ["dags/a.py"]
"""


def criterion(criterion_id: str, points: int = 10, **more: str) -> str:
    fields = {
        "title": '"Um título"',
        "checklist": '"dags"',
        "visible": "true",
        "basis": '"effect"',
        "hints": '["a", "b", "c"]',
    } | more
    lines = "\n".join(f"{name} = {value}" for name, value in fields.items())
    return f'\n[[criteria]]\nid = "{criterion_id}"\npoints = {points}\n{lines}\n'


def load(tmp_path: Path, text: str) -> Any:
    (tmp_path / "exercise.toml").write_text(text, encoding="utf-8")
    return load_exercise(tmp_path)


def test_a_sound_exercise(tmp_path: Path) -> None:
    text = HEAD + criterion("um", 7) + criterion("dois", 3, depends='["um"]', basis='"declared"')
    exercise = load(tmp_path, text)
    assert exercise.max_points == 10
    assert exercise.criterion("dois").depends == ("um",)
    with pytest.raises(KeyError):
        exercise.criterion("tres")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + criterion("um") + criterion("um"), "critério repetido: um"),
        (HEAD + criterion("um", depends='["dois"]'), "o critério um depende de dois, que não vem antes dele"),
        (HEAD + criterion("um", depends='["um"]'), "o critério um depende de um, que não vem antes dele"),
        (
            HEAD + criterion("a", depends='["b"]') + criterion("b"),
            "o critério a depende de b, que não vem antes dele",
        ),
        (
            HEAD + criterion("a", 69) + criterion("b", 31, basis='"declared"'),
            "critérios declarados somam 31 de 100 pontos; o limite é 30%",
        ),
        (HEAD.replace("dags/a.py", "../fora.py") + criterion("a"), "arquivo de entrega fora da pasta: ../fora.py"),
        (HEAD.replace("dags/a.py", "a/../../b.py") + criterion("a"), "fora da pasta: a/../../b.py"),
        (HEAD.replace("dags/a.py", "/etc/passwd") + criterion("a"), "fora da pasta: /etc/passwd"),
        (HEAD, "criteria"),
        (HEAD + "criteria = []", "criteria"),
        (HEAD.replace('["dags/a.py"]', "[]") + criterion("a"), "files"),
        (HEAD + criterion("Com Espaço"), "criteria.0.id"),
        (HEAD + criterion("a", 0), "criteria.0.points"),
        (HEAD + criterion("a", hints='["só", "duas"]'), "criteria.0.hints"),
        (HEAD + criterion("a", checklist='"outra"'), "criteria.0.checklist"),
        (HEAD + criterion("a").replace('checklist = "dags"\n', ""), "o critério a não diz o seu item da checklist"),
        (HEAD + "optional = true\n" + criterion("a"), "o exercício é opcional, e o critério a diz um item da checklist"),
        (HEAD + criterion("a", basis='"fé"'), "criteria.0.basis"),
        (HEAD + criterion("a", weight="3"), "criteria.0.weight"),
        (HEAD + "extra = 1" + criterion("a"), "extra"),
        ("isto não é TOML", "não é TOML válido"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(BrokenExerciseError) as raised:
        load(tmp_path, text)
    said = str(raised.value)
    assert sentence in said
    assert "exercise.toml" in said
    assert "\n" not in said


def test_an_optional_exercise_proves_no_item_of_the_checklist(tmp_path: Path) -> None:
    text = HEAD + "optional = true\n" + criterion("a").replace('checklist = "dags"\n', "")
    exercise = load(tmp_path, text)
    assert exercise.optional
    assert exercise.criteria[0].checklist is None


def test_exactly_thirty_percent_may_be_declared(tmp_path: Path) -> None:
    text = HEAD + criterion("a", 70) + criterion("b", 30, basis='"declared"')
    assert load(tmp_path, text).max_points == 100


def test_a_missing_or_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(BrokenExerciseError, match=r"Falta o arquivo .*exercise\.toml"):
        load_exercise(tmp_path)
    (tmp_path / "exercise.toml").write_bytes("título = 'ação'".encode("latin-1"))
    with pytest.raises(BrokenExerciseError, match="não é TOML válido"):
        load_exercise(tmp_path)


def test_every_checklist_item_has_words() -> None:
    assert set(CHECKLIST_TITLES) == set(ChecklistItem)
    assert len(set(CHECKLIST_TITLES.values())) == 5


# --- results -----------------------------------------------------------------------------------------

text = st.text(st.characters(codec="utf-8"), max_size=30)
verdicts = st.builds(
    Verdict,
    criterion=text,
    title=text,
    status=st.sampled_from(Status),
    points=st.integers(0, 50),
    max_points=st.integers(1, 50),
    checklist=st.none() | st.sampled_from(ChecklistItem),
    visible=st.booleans(),
    expected=text,
    seen=text,
    rows=st.lists(st.builds(DifferingRow, table=text, what=text), max_size=3).map(tuple),
    log=text,
    hint=text,
)
results = st.builds(
    Result,
    exercise=text,
    title=text,
    points=st.integers(0, 500),
    max_points=st.integers(1, 500),
    verdicts=st.lists(verdicts, max_size=4).map(tuple),
    seed=st.integers(0, 2**31),
    fingerprint=text,
    grader=text,
    level=text,
    versions=st.dictionaries(text, text, max_size=2),
    graded_at=st.datetimes(timezones=st.just(UTC)),
    seconds=st.floats(0, 1e6),
    notes=st.lists(text, max_size=2).map(tuple),
)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_published_schema_is_the_code_s() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == json_schema_text()


@given(results)
def test_every_result_validates_and_comes_back(result: Result) -> None:
    written = result.model_dump_json()
    jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text(encoding="utf-8"))).validate(
        json.loads(written)
    )
    assert Result.model_validate_json(written) == result


def test_the_golden_result_is_read_and_written_as_it_was(
    validator: jsonschema.Draft202012Validator,
) -> None:
    """Result files outlive the code: what version 1 wrote must be read for as long as it is version 1."""
    document = json.loads(GOLDEN.read_text(encoding="utf-8"))
    validator.validate(document)
    result = Result.model_validate(document)
    assert json.loads(result.model_dump_json()) == document
    assert {verdict.status for verdict in result.verdicts} == set(Status)
    assert result.held
    assert result.graded_at == datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": 2},
        {"points": -1},
        {"points": "muitos"},
        {"grade": 10},
        {"verdicts": [{"criterion": "a"}]},
        {"graded_at": None},
    ],
)
def test_schema_and_code_refuse_the_same(
    validator: jsonschema.Draft202012Validator, change: dict[str, Any]
) -> None:
    document = json.loads(GOLDEN.read_text(encoding="utf-8")) | change
    assert not validator.is_valid(document)
    with pytest.raises(ValidationError):
        Result.model_validate(document)


def test_a_fourth_row_is_refused(validator: jsonschema.Draft202012Validator) -> None:
    document = json.loads(GOLDEN.read_text(encoding="utf-8"))
    document["verdicts"][1]["rows"] = [{"table": "t", "what": "w"}] * 4
    assert not validator.is_valid(document)


def test_only_an_error_holds_a_result() -> None:
    document = json.loads(GOLDEN.read_text(encoding="utf-8"))
    document["verdicts"] = [v for v in document["verdicts"] if v["status"] != "error"]
    assert not Result.model_validate(document).held


# --- evidence ----------------------------------------------------------------------------------------


def test_evidence_survives_its_own_json() -> None:
    task = TaskRun(id="a", map_index=-1, state="success", tries=1, error="", effects=(), processes=("gzip",))
    step = StepEvidence(
        outcome=Outcome.OK,
        run=RunReport(state="success", logical_date="2026-03-02", tasks=(task,)),
        tables={"t": [{"a": 1, "b": 2.5, "c": None, "d": "x"}]},
        files={"f": FileSeen(size=1, text=None, note="grande demais")},
    )
    evidence = Evidence(exercise="e", seed=1, level="l", versions={}, steps={"a/b": step})
    assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence


@pytest.mark.parametrize(
    "report",
    [
        {"state": "success", "logical_date": "x"},
        {"state": "success", "logical_date": "x", "tasks": [], "points": 100},
        {"state": 1, "logical_date": "x", "tasks": []},
        {"state": "success", "logical_date": "x", "tasks": [{"id": "a"}]},
        {"state": "success", "logical_date": "x", "tasks": {}},
    ],
)
def test_a_report_of_another_form_is_refused(report: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RunReport.model_validate(report, strict=False)


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "solutions").glob("*/exercise.toml")), ids=lambda p: p.parent.name
)
def test_every_exercise_of_the_course_loads(folder: Path) -> None:
    exercise = load_exercise(folder.parent)
    assert exercise.id == folder.parent.name
    assert len(exercise.criteria) == len(tomllib.loads(folder.read_text(encoding="utf-8"))["criteria"])
