"""The worlds of exercise 4 over many seeds: every draw tells right from wrong, and the reference agrees with SQL.

The second computation is the answer's own module, which asks the database that the world has built: the reference
never sees that database. The bank's wrong metrics are tried on every draw, without a stage.
"""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from autograder.judge.graders import graders_of
from autograder.run.services.web import Request
from curso.bank import bank_of
from curso.places import exercise_folder

NAME = "ex4-monitoramento"
FOLDER = exercise_folder(NAME)
GRADERS = graders_of(FOLDER)
WORLD: Any = GRADERS.world
SEEDS = range(6)
METRICS = ("taxas", "percentis", "prazos-perdidos", "tentativas", "dia-local")
WRONG = {
    name: entry.loses for name, entry in bank_of(NAME).wrong().items() if set(entry.loses) <= {*METRICS, "alerta"}
    and set(entry.loses) & set(METRICS)
}  # fmt: skip

Past = tuple[Path, Any, dict[str, Any]]


def load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"metricas_{abs(hash(str(file)))}", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Past]:
    """For each seed its databases, its draw and what is expected."""
    found = []
    for seed in SEEDS:
        draw = WORLD.draw(seed)
        folder = tmp_path_factory.mktemp(f"semente-{seed}")
        for name in ("metrics", "tasks", "days"):
            (folder / name).mkdir()
            WORLD.build(folder / name, getattr(draw, name).histories)
        found.append((folder, draw, GRADERS.expected(draw)))
    return found


def answers(module: ModuleType, past: Past) -> dict[str, Any]:
    """What the module says to every question, by the criterion that judges it."""
    folder, draw, _ = past

    def ask(name: str, function: str, named: dict[str, Any]) -> Any:
        return getattr(module, function)(banco=str(folder / name / WORLD.METADATA), **named)

    said: dict[str, list[Any]] = {"taxas": [], "duracoes": [], "prazos_perdidos": []}
    for function, named in WORLD.questions(draw.metrics):
        said[function].append(ask("metrics", function, named))
    return {
        "taxas": said["taxas"],
        "percentis": said["duracoes"],
        "prazos-perdidos": said["prazos_perdidos"],
        "tentativas": [
            ask("tasks", "por_task", {"dag_id": dag_id, **window.arguments()})
            for window in draw.tasks.windows
            for dag_id in draw.tasks.asked
        ],
        "dia-local": [
            ask("days", "resumo_do_dia", {"dia": str(day), "fuso": zone}) for day, zone in draw.days.days
        ],
    }


def right(past: Past) -> dict[str, Any]:
    expected = past[2]
    by_function: dict[str, list[Any]] = {}
    for answer in expected["metrics"]["answers"]:
        by_function.setdefault(answer["function"], []).append(answer["value"])
    return {
        "taxas": by_function["taxas"],
        "percentis": by_function["duracoes"],
        "prazos-perdidos": by_function["prazos_perdidos"],
        "tentativas": expected["tasks"],
        "dia-local": expected["days"],
    }


def differs(seen: Any, wanted: Any) -> bool:
    """As the graders compare: whatever else a row holds does not count."""
    if isinstance(wanted, dict):
        return not isinstance(seen, dict) or any(
            differs(seen.get(key), value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return not isinstance(seen, list) or len(seen) != len(wanted) or any(map(differs, seen, wanted))
    if isinstance(wanted, float) and isinstance(seen, int | float):
        return abs(seen - wanted) > 0.011 if wanted > 1 else abs(seen - wanted) > 0.0005
    return bool(seen != wanted)


def test_the_reference_agrees_with_the_database(drawn: list[Past]) -> None:
    module = load(FOLDER / "gabarito" / WORLD.METRICS_FILE)
    for past in drawn:
        said, wanted = answers(module, past), right(past)
        for criterion in METRICS:
            assert not differs(said[criterion], wanted[criterion]), (past[1].seed, criterion)


@pytest.mark.parametrize("name", WRONG)
def test_every_draw_shows_the_mistake(name: str, drawn: list[Past], tmp_path: Path) -> None:
    bank_of(NAME).build_wrong(name, tmp_path)
    module = load(tmp_path / WORLD.METRICS_FILE)
    for past in drawn:
        said, wanted = answers(module, past), right(past)
        lost = {criterion for criterion in METRICS if differs(said[criterion], wanted[criterion])}
        due = set(WRONG[name]) - {"alerta"}
        # What judges a day waits for the three that it is made of.
        assert due <= lost <= due | {"dia-local"}, (past[1].seed, lost)


@pytest.mark.parametrize("seed", range(40))
def test_a_draw_holds_every_case(seed: int) -> None:
    draw = WORLD.draw(seed)
    window = draw.metrics.windows[0]
    by_name = {history.dag_id: history for history in draw.metrics.histories}
    sizes = sorted(len(by_name[name].executions) for name in draw.metrics.asked)
    assert sizes[:3] == [0, 1, 2]
    busy = max(by_name.values(), key=lambda history: len(history.executions))
    ended = {run.end for run in busy.executions}
    assert {window.start, window.end, None} <= ended
    assert any(run.logical is None for run in busy.executions)
    assert any(
        run.start and run.end and run.start < window.start < run.end < window.end for run in busy.executions
    )
    assert any(
        run.start and run.end and window.start < run.start < window.end < run.end for run in busy.executions
    )
    states = {run.state for history in by_name.values() for run in history.executions}
    assert states == {"success", "failed", "running", "queued"}
    assert any(
        run.cleared and run.state == "running" for history in by_name.values() for run in history.executions
    )
    lengths = [WORLD.edges(day, zone) for day, zone in draw.days.days]
    hours = [round((end - begin) / timedelta(hours=1)) for begin, end in lengths]
    assert sum(length in (23, 25) for length in hours) == 2
    assert 24 in hours or draw.days.days[2][0] == draw.days.days[0][0]


@pytest.mark.parametrize("seed", range(12))
def test_the_watch_sees_what_its_story_tells(seed: int, tmp_path: Path) -> None:
    """Every check of every DAG, measured on the database by the rules of the statement."""
    module = load(FOLDER / "gabarito" / WORLD.METRICS_FILE)
    draw = WORLD.draw(seed)
    for name in ("alert", "flaps", "outage"):
        watch = getattr(draw, name)
        (tmp_path / name).mkdir()
        WORLD.build(tmp_path / name, watch.histories)
        database = str(tmp_path / name / WORLD.METADATA)
        for dag_id, story in watch.story.items():
            for check, letter in zip(watch.checks, story, strict=True):
                asked = (database, dag_id, (check - WORLD.EVERY).isoformat(), check.isoformat())
                rates = module.taxas(*asked)
                seen = {
                    "taxa_falha": rates["taxa_falha"], "p95": module.duracoes(*asked)["p95"],
                    "prazos_perdidos": module.prazos_perdidos(*asked),
                }  # fmt: skip
                broken = {
                    r for r, limit in watch.rules[dag_id].items() if seen[r] is not None and seen[r] > limit
                }
                rules = {
                    "f": {"taxa_falha"},
                    "p": {"p95"},
                    "d": {"prazos_perdidos"},
                    "a": set(watch.rules[dag_id]),
                }
                assert broken == rules.get(letter, set()), (name, dag_id, check, letter)
                assert bool(rates["execucoes"]) == (letter not in "nd")


def test_flaps_are_many_and_alerts_few() -> None:
    draw = WORLD.draw(3)
    stories = draw.flaps.story.values()
    flaps = sum(a != b for story in stories for a, b in zip(story, story[1:], strict=False))
    expected = GRADERS.expected(draw)["flaps"]
    assert flaps > 10
    assert sum(map(len, expected["alerts"])) == 5
    assert sum(map(len, expected["recoveries"])) == 3


def test_a_database_is_airflows_own_and_stays_without_a_journal(tmp_path: Path) -> None:
    draw = WORLD.draw(1)
    WORLD.build(tmp_path, draw.tasks.histories)
    with closing(sqlite3.connect(f"file:{tmp_path / WORLD.METADATA}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT COUNT(*) FROM alembic_version").fetchone() == (1,)
    assert [file.name for file in (tmp_path / "airflow").iterdir()] == ["airflow.db"]


def test_instants_are_kept_in_utc() -> None:
    assert WORLD.stamp(datetime(2026, 3, 2, 5, tzinfo=UTC)) == "2026-03-02 05:00:00.000000"


def test_draws_repeat_and_differ() -> None:
    assert WORLD.draw(7) == WORLD.draw(7)
    assert len({repr(WORLD.draw(seed).metrics) for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize(
    ("request_", "status", "body"),
    [
        (("POST", "/services/x", '{"text": "oi"}'), 200, "ok"),
        (("POST", "/services/x", "payload=%7B%22text%22%3A+%22oi%22%7D"), 200, "ok"),
        (("POST", "/services/x", "oi"), 400, "invalid_payload"),
        (("POST", "/services/x", '{"texto": "oi"}'), 400, "no_text"),
        (("POST", "/services/y", '{"text": "oi"}'), 404, "no_team"),
        (("GET", "/services/x", ""), 405, "method_not_allowed"),
    ],
)
def test_the_webhook_answers_as_slack_does(request_: tuple[str, str, str], status: int, body: str) -> None:
    answer: Callable[[Request], Any] = WORLD.slack("/services/x")._answer
    method, path, content = request_
    given = answer(Request(method, path, {}, content, 1))
    assert (given.status, given.body) == (status, body)
