"""The world of exercise 4: what an Airflow has lived through, written into its own metadata database.

A draw is a history in plain values: runs, their task instances with every earlier try, their deadlines. `build`
writes it into a copy of a migrated Airflow database, and beside it stand an inbox and a webhook that answers as
Slack's does. Every draw holds the cases that tell right from wrong: no run, one, two, only running ones, runs that
end exactly at an edge of the window, that started before it, that have no logical date; retried, cleared, mapped,
skipped ones; two deadlines missed by one run; days of 23 and of 25 hours.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from autograder.run.adapters import airflow_template
from autograder.run.services.mail import Inbox
from autograder.run.services.slack import has_words, message_of
from autograder.run.services.web import Answer, Request, WebService
from autograder.run.world import Call, Limits, MissDeadline, Observe, Parse, Run, Scenario, WorldService

DAG_ID = "vigia"
DAG_FILE = "dags/vigia.py"
METRICS_FILE = "monitoramento/metricas.py"
METADATA = "airflow/airflow.db"
EVERY = timedelta(minutes=15)
SAMPLE_SEED = 2026
SAMPLE_DAYS = ("metrics", "alert")
OBSERVE = Observe(database="vigia.db", tables=(), folders=(), kept=(METADATA,))
SMTP_PORT, SLACK_PORT = 8025, 8065
RUN_LIMITS = Limits(wall_seconds=45.0)
SPARE_SECONDS = 40  # of a window, in which no run ends: whoever is a little off is not yet wrong

NAMES = (
    "vendas_diarias", "estoque_lojas", "notas_fiscais", "precos_concorrentes", "clima_regional", "folha_de_ponto",
    "entregas_expressas", "cadastro_clientes", "devolucoes", "fidelidade_pontos", "fornecedores_contratos",
    "promocoes_semana", "caixa_fechamento", "logistica_rotas", "sac_chamados", "marketing_email",
)  # fmt: skip


# --- a history ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Try:
    """An earlier try of a task instance, as `task_instance_history` keeps it."""

    number: int
    state: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Instance:
    """A task instance as it stands now."""

    task: str
    state: str | None
    start: datetime | None
    end: datetime | None
    number: int = 1
    index: int = -1
    before: tuple[Try, ...] = ()


@dataclass(frozen=True)
class Deadline:
    """A deadline of a run."""

    at: datetime
    missed: bool


@dataclass(frozen=True)
class Execution:
    """A DAG run as it stands now."""

    run_id: str
    state: str
    start: datetime | None
    end: datetime | None
    kind: str = "scheduled"
    logical: datetime | None = None
    cleared: int = 0
    instances: tuple[Instance, ...] = ()
    deadlines: tuple[Deadline, ...] = ()


@dataclass(frozen=True)
class History:
    """All that a DAG has lived through."""

    dag_id: str
    executions: tuple[Execution, ...] = ()
    stale: bool = False
    paused: bool = False


@dataclass(frozen=True)
class Window:
    """From `start` (counts) until `end` (does not), and the offsets in which they are written."""

    start: datetime
    end: datetime
    offsets: tuple[int, int] = (0, 0)

    def arguments(self) -> dict[str, str]:
        first, last = (timezone(timedelta(hours=hours)) for hours in self.offsets)
        return {
            "inicio": self.start.astimezone(first).isoformat(),
            "fim": self.end.astimezone(last).isoformat(),
        }


@dataclass(frozen=True)
class Past:
    """A metadata database and the questions that are asked of it."""

    histories: tuple[History, ...]
    windows: tuple[Window, ...] = ()
    asked: tuple[str, ...] = ()
    """The DAGs that are asked about in each window."""
    days: tuple[tuple[date, str], ...] = ()
    """Local days and their zones."""


@dataclass(frozen=True)
class Watch:
    """What the watch looks at: rules, a history, and the checks in their order."""

    histories: tuple[History, ...]
    rules: dict[str, dict[str, float]]
    checks: tuple[datetime, ...]
    story: dict[str, str]
    """By DAG, a letter per check: g(ood), n(o data), or what is broken: f(ailures), p(95), d(eadlines), a(ll)."""
    recipient: str
    path: str
    """Of the webhook."""


@dataclass(frozen=True)
class Draw:
    """The worlds of one seed."""

    seed: int
    metrics: Past
    tasks: Past
    days: Past
    alert: Watch
    flaps: Watch
    outage: Watch
    queued_at: datetime


def draw(seed: int) -> Draw:
    """The worlds of a seed. Equal seeds give equal worlds."""
    rng = random.Random(seed)
    metrics = _metrics(rng)
    tasks = _tasks(rng)
    days = _days(rng)
    alert = _watch(rng, ["a", "f", "p", "d", "g", "g", "n"], edge=True)
    flaps = _watch(rng, ["fgfgfg", "gpgpgp", "fggdgg", "npnggg", "gggggg", "gggngg"])
    outage = _watch(rng, ["ff", "gg"])
    return Draw(seed, metrics, tasks, days, alert, flaps, outage, _moment(rng))


def _moment(rng: random.Random) -> datetime:
    """A quarter of an hour of 2026, well after the DAG's latest start date that the statement allows."""
    day = datetime(2026, 2, 2, tzinfo=UTC) + timedelta(days=rng.randrange(270))
    return day + EVERY * rng.randrange(4 * 24)


def _names(rng: random.Random, count: int) -> list[str]:
    return [f"{name}_{rng.randint(2, 99)}" for name in rng.sample(NAMES, count)]


def _seconds(rng: random.Random, low: float, high: float) -> timedelta:
    return timedelta(microseconds=rng.randrange(int(low * 1e6), int(high * 1e6)))


class _Runs:
    """Makes a DAG's runs, each with ids of its own."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._dates: set[datetime] = set()
        self.made: list[Execution] = []

    def add(
        self, end: datetime | None, duration: timedelta, state: str = "success", **more: Any
    ) -> Execution:
        """A run that ended at `end`; without an end one that began `duration` before `more["since"]`."""
        start = (end if end is not None else more.pop("since")) - duration
        kind = str(more.pop("kind", "scheduled"))
        logical = more.pop("logical", start - timedelta(seconds=3))
        while logical is not None and logical in self._dates:
            logical -= timedelta(seconds=1)
        self._dates.add(logical)
        name = logical or start
        run_id = f"{kind}__{name.isoformat()}_{self._rng.getrandbits(24):06x}"
        made = Execution(run_id, state, start, end, kind, logical, **more)
        self.made.append(made)
        return made


def _metrics(rng: random.Random) -> Past:
    """Runs, durations and deadlines in three windows of some hours."""
    busy, one, two, running, cleared, none, other = _names(rng, 7)
    hours = rng.randint(5, 8)
    first = _moment(rng) + timedelta(minutes=rng.randint(1, 14), seconds=rng.randint(1, 50))
    window = Window(first, first + timedelta(hours=hours), rng.choice([(-3, 0), (0, 9), (-3, 5), (-4, -3)]))
    after = Window(window.end, window.end + timedelta(hours=2), (-3, -3))
    empty = Window(window.start - timedelta(days=3), window.start - timedelta(days=2), (0, 0))
    inside = hours * 3600 - 400

    def at() -> datetime:
        return window.start + timedelta(seconds=200) + _seconds(rng, 1, inside)

    runs = _Runs(rng)
    for _ in range(rng.randint(17, 24)):
        runs.add(at(), _seconds(rng, 60, 900))
    for _ in range(rng.randint(4, 6)):  # they die young: counted among the durations they would flatter
        runs.add(at(), _seconds(rng, 1, 5), "failed")
    runs.add(window.start, _seconds(rng, 100, 800))
    runs.add(window.end, _seconds(rng, 100, 800), "failed")
    runs.add(window.start - timedelta(microseconds=1), _seconds(rng, 100, 800), "failed")
    runs.add(window.end - timedelta(microseconds=1), _seconds(rng, 5_000, 9_000))
    runs.add(window.start + timedelta(minutes=4), _seconds(rng, 7_000, 9_000))  # began long before
    runs.add(window.end + timedelta(minutes=30), _seconds(rng, 4_000, 6_000), "failed")  # began inside
    runs.add(window.end + timedelta(minutes=50), _seconds(rng, 60, 900))
    runs.add(at(), _seconds(rng, 60, 900), kind="manual", logical=None)
    runs.add(at(), _seconds(rng, 60, 900), "failed", kind="asset_triggered", logical=None)
    runs.add(
        at(),
        _seconds(rng, 60, 900),
        kind="backfill",
        logical=window.start - timedelta(days=rng.randint(90, 200)),
    )
    # Dated inside, lived outside.
    runs.add(window.start - timedelta(hours=1), _seconds(rng, 60, 300), "failed", logical=at())
    runs.add(None, _seconds(rng, 100, 900), "running", since=window.end)
    runs.add(None, timedelta(), "queued", since=at())
    busy_runs = _with_deadlines(rng, runs.made, window, after)

    ones = _Runs(rng)
    ones.add(at(), _seconds(rng, 60, 900))
    twos = _Runs(rng)
    twos.add(at(), _seconds(rng, 60, 200))
    twos.add(at(), _seconds(rng, 500, 900))
    still = _Runs(rng)
    for _ in range(3):
        since = at()
        still.add(None, _seconds(rng, 10, 900), "running", since=since)
    still.add(None, timedelta(), "queued", since=at())
    late = Deadline(at(), missed=True)
    still.made[0] = replace(still.made[0], deadlines=(late,))
    others = _Runs(rng)
    for _ in range(3):
        others.add(at(), _seconds(rng, 1_000, 2_000), "failed")
    others.made[0] = replace(others.made[0], deadlines=(Deadline(at(), missed=True),))
    histories = [
        History(busy, busy_runs), History(one, tuple(ones.made)), History(two, tuple(twos.made)),
        History(running, tuple(still.made)), History(cleared, _cleared(rng, at)), History(none),
        History(other, tuple(others.made)),
    ]  # fmt: skip
    asked = [busy, one, two, running, cleared, none]
    rng.shuffle(histories)
    return Past(tuple(histories), (window, after, empty), tuple(asked))


def _with_deadlines(
    rng: random.Random, made: list[Execution], window: Window, after: Window
) -> tuple[Execution, ...]:
    """Deadlines for some of the runs: missed or not, inside or outside, two of one run, exactly at an edge."""

    def inside() -> datetime:
        return window.start + _seconds(rng, 300, (window.end - window.start).total_seconds() - 300)

    yes = [Deadline(inside(), missed=True) for _ in range(rng.randint(2, 4))]
    given: list[tuple[Deadline, ...]] = [
        *((one,) for one in yes),
        (Deadline(inside(), missed=True), Deadline(inside(), missed=True)),
        (Deadline(window.start, missed=True),),
        (Deadline(window.end, missed=True),),
        (Deadline(inside(), missed=False),),
        (Deadline(inside(), missed=False),),
        (Deadline(window.start - timedelta(hours=2), missed=True),),
        (Deadline(after.start + timedelta(minutes=20), missed=True), Deadline(inside(), missed=False)),
    ]
    chosen = rng.sample(range(len(made)), len(given))
    found = list(made)
    for place, deadlines in zip(chosen, given, strict=True):
        found[place] = replace(found[place], deadlines=deadlines)
    return tuple(found)


def _cleared(rng: random.Random, at: Callable[[], datetime]) -> tuple[Execution, ...]:
    """Runs that somebody cleared: what they were before is history of their tasks, not theirs."""
    runs = _Runs(rng)
    for number in range(3):
        end = at()
        duration = _seconds(rng, 200, 400)
        earlier = end - duration - timedelta(hours=number + 1)
        before = Try(1, "failed", earlier - timedelta(seconds=20), earlier)
        runs.add(
            end, duration, cleared=number + 1,
            instances=(Instance("extrair", "success", end - duration, end, 2, before=(before,)),),
        )  # fmt: skip
    again = at()
    runs.add(None, _seconds(rng, 30, 60), "running", since=again, cleared=1)
    runs.add(None, timedelta(), "queued", since=again, cleared=1)
    return tuple(runs.made)


def _tasks(rng: random.Random) -> Past:
    """Task instances of one DAG: retried, mapped, skipped, cleared, waiting for a retry."""
    dag_id, other, none = _names(rng, 3)
    begin = _moment(rng) + timedelta(minutes=rng.randint(1, 14))
    window = Window(begin, begin + timedelta(hours=4), rng.choice([(-3, -3), (0, -3), (2, -4)]))
    extract, load, check, publish, clean, wait, early = rng.sample(
        ["extrair", "carregar", "conferir", "publicar", "limpar", "esperar", "abrir", "resumir", "enviar"], 7
    )
    runs = _Runs(rng)

    def tries(end: datetime, states: Sequence[str], gap: float = 60.0) -> tuple[Try, ...]:
        """Earlier tries, the last of which ended a little before `end`."""
        found = []
        for number, state in enumerate(states, 1):
            last = end - timedelta(seconds=gap * (len(states) - number + 1) + 30)
            found.append(Try(number, state, last - timedelta(seconds=7), last))
        return tuple(found)

    for number in range(rng.randint(5, 7)):
        end = window.start + timedelta(minutes=20 + 28 * number) + _seconds(rng, 1, 300)
        start = end - timedelta(minutes=9)
        failed = number % 3 == 2
        retried = ("failed",) * (number % 3)
        pieces = [
            Instance(
                load, "failed" if (number + index) % 4 == 3 else "success", start, end - timedelta(seconds=50 + index),
                1 + (index == 1), index, tries(end - timedelta(seconds=60), ("failed",) * (index == 1)),
            )
            for index in range(rng.randint(3, 5))
        ]  # fmt: skip
        instances = (
            Instance(extract, "success", start, end - timedelta(minutes=5), 1 + len(retried), before=tries(end - timedelta(minutes=5), retried)),
            *pieces,
            Instance(check, "skipped" if number % 2 else "success", end, end),
            Instance(publish, "upstream_failed" if failed else "success", end, end),
            Instance(clean, rng.choice([None, "removed", "scheduled"]), None, None),
        )  # fmt: skip
        runs.add(end, end - start, "failed" if failed else "success", instances=instances)
    # Cleared: it had succeeded, had failed, and then succeeded.
    end = window.start + timedelta(minutes=12)
    before = tries(end, ("success", "failed"))
    runs.add(
        end,
        timedelta(minutes=1),
        cleared=2,
        instances=(Instance(extract, "success", end, end, 3, before=before),),
    )
    # Waits for its third try, both earlier ones failed.
    now = window.end - timedelta(minutes=3)
    before = tries(now, ("failed", "failed"))
    waiting = Instance(wait, "up_for_retry", before[-1].start, before[-1].end, 2, before=before)
    runs.add(None, timedelta(minutes=5), "running", since=now, instances=(waiting,))
    # Its first try failed inside, the second ended after the window.
    late = window.end + timedelta(minutes=6)
    before = (Try(1, "failed", window.end - timedelta(minutes=9), window.end - timedelta(minutes=2)),)
    runs.add(
        late,
        timedelta(minutes=20),
        instances=(Instance(early, "success", window.end, late, 2, before=before),),
    )
    # At the edges.
    for end in (window.start, window.end, window.start - timedelta(seconds=1)):
        runs.add(
            end, timedelta(seconds=90), "failed",
            instances=(Instance(extract, "failed", end - timedelta(seconds=90), end),),
        )  # fmt: skip
    others = _Runs(rng)
    end = window.start + timedelta(hours=1)
    others.add(
        end, timedelta(seconds=90), "failed",
        instances=(Instance(extract, "failed", end - timedelta(seconds=90), end, 2, before=tries(end, ("failed",))),),
    )  # fmt: skip
    histories = (History(dag_id, tuple(runs.made)), History(other, tuple(others.made)), History(none))
    return Past(histories, (window,), (dag_id, none))


# Day, zone, its length in hours.
CLOCK_CHANGES = (
    (date(2026, 3, 8), "America/New_York", 23),
    (date(2026, 11, 1), "America/New_York", 25),
    (date(2026, 4, 4), "America/Santiago", 25),
)


def _days(rng: random.Random) -> Past:
    """Runs around the edges of three local days, two of which change the clock."""
    changing = [rng.choice(CLOCK_CHANGES[:2]), rng.choice(CLOCK_CHANGES[2:])]
    rng.shuffle(changing)
    ordinary = (changing[0][0], "America/Sao_Paulo")
    days = [(day, zone) for day, zone, _ in changing] + [ordinary]
    first, second, idle, stale, paused = _names(rng, 5)
    made = {name: _Runs(rng) for name in (first, second, stale, paused)}
    for day, zone in days:
        begin, end = edges(day, zone)
        for name in (first, second):
            moments = [begin, end, begin + (end - begin) / 2]
            for edge in (begin, end):
                moments += [edge + sign * timedelta(minutes=rng.randint(10, 50)) for sign in (-1, 1)]
            for number, moment in enumerate(moments):
                state = "failed" if (number + (name == second)) % 3 == 0 else "success"
                made[name].add(
                    moment + timedelta(microseconds=rng.randrange(3)) * (number > 2),
                    _seconds(rng, 60, 500),
                    state,
                )
        # Under way while the clock changes: on the wall it would last an hour more, or less.
        made[second].add(begin + timedelta(hours=9), timedelta(hours=11), "success")
        made[paused].add(begin + timedelta(hours=12), _seconds(rng, 60, 500))
        made[stale].add(begin + timedelta(hours=12), _seconds(rng, 60, 500), "failed")
    histories = [
        History(first, tuple(made[first].made)), History(second, tuple(made[second].made)), History(idle),
        History(stale, tuple(made[stale].made), stale=True), History(paused, tuple(made[paused].made), paused=True),
    ]  # fmt: skip
    rng.shuffle(histories)
    return Past(tuple(histories), days=tuple(days))


def edges(day: date, zone: str) -> tuple[datetime, datetime]:
    """The instants at which a local day begins and at which the next one does, in UTC."""
    begin, end = (
        datetime(one.year, one.month, one.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    )
    return begin, end


def _watch(rng: random.Random, stories: list[str], *, edge: bool = False) -> Watch:
    """Runs in the quarters of an hour before each check, as the stories tell."""
    names = _names(rng, len(stories) + 1)
    first = _moment(rng)
    checks = tuple(first + EVERY * n for n in range(len(stories[0])))
    limits = {name: rng.randint(90, 200) for name in names}
    rules: dict[str, dict[str, float]] = {
        name: {"taxa_falha": 0.25, "p95": limits[name], "prazos_perdidos": 0} for name in names[:-1]
    }
    histories = []
    for name, story in zip(names, [*stories, "f" * len(checks)], strict=True):
        runs = _Runs(rng)
        for check, letter in zip(checks, story, strict=True):
            _quarter(rng, runs, check, letter, limits[name])
        # What came before the first check and what comes after the last are none of their business.
        runs.add(checks[0] - EVERY - timedelta(minutes=3), timedelta(seconds=limits[name] * 2), "failed")
        runs.add(checks[-1] + timedelta(minutes=20), timedelta(seconds=limits[name] * 2), "failed")
        histories.append(History(name, tuple(runs.made)))
    if edge:
        # Exactly at the limit is not beyond it; the other healthy one has no rule for what is wrong with it.
        healthy = [name for name, story in zip(names, stories, strict=False) if story == "g"]
        runs = _Runs(rng)
        for number in range(4):
            runs.add(
                _in_quarter(rng, checks[0]), timedelta(seconds=20), "failed" if number == 0 else "success"
            )
        histories[names.index(healthy[0])] = History(healthy[0], tuple(runs.made))
        del rules[healthy[1]]["p95"]
        slow = _Runs(rng)
        for _ in range(3):
            slow.add(_in_quarter(rng, checks[0]), timedelta(seconds=limits[healthy[1]] * 2))
        histories[names.index(healthy[1])] = History(healthy[1], tuple(slow.made))
    rng.shuffle(histories)
    story = dict(zip(names[:-1], stories, strict=True))
    token = (
        "/".join(f"{prefix}{rng.getrandbits(40):010X}" for prefix in "TB") + f"/{rng.getrandbits(80):020x}"
    )
    return Watch(
        tuple(histories),
        rules,
        checks,
        story,
        f"plantao-{rng.randint(10, 99)}@redecaju.example",
        f"/services/{token}",
    )


def _in_quarter(rng: random.Random, check: datetime) -> datetime:
    """An end inside the quarter of an hour before the check, late enough for any run to begin inside too."""
    return check - timedelta(seconds=SPARE_SECONDS) - _seconds(rng, 1, 300)


def _quarter(rng: random.Random, runs: _Runs, check: datetime, letter: str, limit: int) -> None:
    """Adds the runs that ended in the quarter of an hour before a check."""
    seconds = limit * (1.5 if letter in "pa" else 0.5)  # all alike: whatever percentile is taken, it is that
    states = {"n": [], "d": []}.get(letter, ["success"] * 3)
    if letter in "fa":
        states = ["success", "failed", "failed"]
    for state in rng.sample(states, len(states)):
        runs.add(_in_quarter(rng, check), timedelta(seconds=seconds), state)
    if letter in "da":
        late = Deadline(check - timedelta(minutes=4), missed=True)
        runs.add(
            None, timedelta(minutes=7), "running", since=check - timedelta(seconds=30), deadlines=(late,)
        )


# --- the metadata database ---------------------------------------------------------------------------


def build(folder: Path, histories: Sequence[History]) -> None:
    """A migrated Airflow database that has lived through these histories."""
    target = folder / METADATA
    target.parent.mkdir()
    shutil.copyfile(airflow_template() / "airflow.db", target)
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # so that reading leaves no file beside it
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        fill(connection, histories)
        connection.execute("COMMIT")


def fill(connection: sqlite3.Connection, histories: Sequence[History]) -> None:
    """The rows that Airflow itself would have written."""
    for table, row in rows(histories):
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def rows(histories: Sequence[History]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Table and columns of every row, in an order that respects what refers to what."""
    numbers = random.Random(len(histories))
    made_at = stamp(datetime(2026, 1, 5, 12, tzinfo=UTC))

    def identifier() -> str:
        return f"{numbers.getrandbits(128):032x}"

    yield "dag_bundle", {"name": "dags-folder", "active": 1}
    run_number = 0
    for history in histories:
        dag_id = history.dag_id
        yield "dag", {
            "dag_id": dag_id, "is_paused": int(history.paused), "is_stale": int(history.stale), "bundle_name": "dags-folder",
            "fileloc": f"/opt/caju/dags/{dag_id}.py", "relative_fileloc": f"{dag_id}.py", "owners": "dados",
            "timetable_type": "airflow.timetables.trigger.CronTriggerTimetable", "partition_mapper_info": "{}",
            "max_active_tasks": 16, "max_active_runs": 16, "max_consecutive_failed_dag_runs": 0,
            "has_task_concurrency_limits": 0,
        }  # fmt: skip
        for run in history.executions:
            run_number += 1
            queued = run.start - timedelta(seconds=2) if run.start else None
            yield "dag_run", {
                "id": run_number, "dag_id": dag_id, "run_id": run.run_id, "state": run.state, "run_type": run.kind,
                "queued_at": stamp(queued), "logical_date": stamp(run.logical),
                "data_interval_start": stamp(run.logical), "data_interval_end": stamp(run.logical),
                "run_after": stamp(run.logical or queued or run.start), "start_date": stamp(run.start),
                "end_date": stamp(run.end), "clear_number": run.cleared, "triggered_by": "TIMETABLE", "conf": "{}",
                "log_template_id": 2, "created_at": stamp(queued), "updated_at": stamp(run.end or run.start),
            }  # fmt: skip
            for one in run.instances:
                common = {
                    "task_id": one.task, "dag_id": dag_id, "run_id": run.run_id, "map_index": one.index, "max_tries": 2,
                    "pool": "default_pool", "pool_slots": 1, "queue": "default", "priority_weight": 1, "hostname": "caju-1",
                    "operator": "PythonOperator",
                }  # fmt: skip
                yield "task_instance", {
                    "id": identifier(), **common, "state": one.state, "start_date": stamp(one.start),
                    "end_date": stamp(one.end), "duration": _lasted(one.start, one.end), "try_number": one.number,
                }  # fmt: skip
                for before in one.before:
                    yield "task_instance_history", {
                        "task_instance_id": identifier(), **common, "state": before.state,
                        "start_date": stamp(before.start), "end_date": stamp(before.end),
                        "duration": _lasted(before.start, before.end), "try_number": before.number,
                    }  # fmt: skip
            for deadline in run.deadlines:
                callback = identifier()
                yield "callback", {
                    "id": callback, "type": "triggerer", "fetch_method": "import_path", "priority_weight": 1,
                    "data": json.dumps({"path": "alertas.avisar", "kwargs": {}, "dag_id": dag_id}),
                    "state": "success" if deadline.missed else "scheduled", "created_at": made_at,
                }  # fmt: skip
                yield "deadline", {
                    "id": identifier(), "created_at": made_at, "last_updated_at": made_at, "dagrun_id": run_number,
                    "deadline_time": stamp(deadline.at), "missed": int(deadline.missed), "callback_id": callback,
                }  # fmt: skip


def stamp(instant: datetime | None) -> str | None:
    """As Airflow keeps an instant in SQLite: UTC, without saying so."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if instant else None


def _lasted(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


# --- what listens ------------------------------------------------------------------------------------


def slack(path: str, down: Callable[[Request], bool] = lambda request: False) -> WebService:
    """A webhook that answers as Slack's do: `ok`, or in one word what was wrong with the message."""

    def answer(request: Request) -> Answer:
        plain = {"Content-Type": "text/html"}
        if down(request):
            return Answer(503, "service_unavailable", plain)
        if request.path != path:
            return Answer(404, "no_team", plain)
        if request.method != "POST":
            return Answer(405, "method_not_allowed", plain)
        message = message_of(request.body)
        if message is None:
            return Answer(400, "invalid_payload", plain)
        if not has_words(message):
            return Answer(400, "no_text", plain)
        return Answer(200, "ok", plain)

    return WebService("slack", SLACK_PORT, answer)


def services(
    watch: Watch, down: Callable[[Request], bool] = lambda request: False
) -> Callable[[], list[WorldService]]:
    def make() -> list[WorldService]:
        return [Inbox("correio", SMTP_PORT), slack(watch.path, down)]

    return make


def environment(watch: Watch) -> Callable[[Path], dict[str, str]]:
    """The Variables and the connections that the statement promises."""

    def given(world: Path) -> dict[str, str]:
        smtp = {
            "conn_type": "smtp", "host": "127.0.0.1", "port": SMTP_PORT,
            "extra": {
                "disable_ssl": True, "disable_tls": True, "from_email": "airflow@redecaju.example",
                "timeout": 10, "retry_limit": 1,
            },
        }  # fmt: skip
        webhook = {"conn_type": "slackwebhook", "password": f"http://127.0.0.1:{SLACK_PORT}{watch.path}"}
        state = {"conn_type": "sqlite", "host": str(world / OBSERVE.database)}
        return {
            "AIRFLOW_VAR_BANCO_DO_AIRFLOW": str(world / METADATA),
            "AIRFLOW_VAR_VIGIA_REGRAS": json.dumps(watch.rules),
            "AIRFLOW_VAR_ALERTAS_PARA": watch.recipient,
            "AIRFLOW_CONN_VIGIA": json.dumps(state),
            "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(smtp),
            "AIRFLOW_CONN_SLACK_DEFAULT": json.dumps(webhook),
        }

    return given


# --- scenarios ---------------------------------------------------------------------------------------


def questions(past: Past) -> list[tuple[str, dict[str, Any]]]:
    """What is asked about runs, durations and deadlines: function and arguments, without the database."""
    return [
        (function, {"dag_id": dag_id, **window.arguments()})
        for function in ("taxas", "duracoes", "prazos_perdidos")
        for window in past.windows
        for dag_id in past.asked
    ]


def calls(asked: list[tuple[str, dict[str, Any]]]) -> Call:
    def with_database(world: Path) -> list[tuple[str, dict[str, Any]]]:
        return [(function, {"banco": str(world / METADATA), **named}) for function, named in asked]

    return Call(METRICS_FILE, with_database)


def check_at(moment: datetime) -> Run:
    return Run(DAG_ID, moment, RUN_LIMITS, skip_sleeps=True, file=DAG_FILE)


def scenarios(drawn: Draw) -> list[Scenario]:
    """What a student may see: the files load, the metrics, one check, and a deadline that passes."""
    given = environment(drawn.alert)
    return [
        Scenario("carga", lambda folder: None, {"hoje": Parse(file=DAG_FILE)}, given),
        Scenario(
            "metricas", lambda folder: build(folder, drawn.metrics.histories),
            {"chamadas": calls(questions(drawn.metrics))}, given,
        ),
        Scenario(
            "alerta", lambda folder: build(folder, drawn.alert.histories),
            {"verificação": check_at(drawn.alert.checks[0])}, given, services(drawn.alert),
        ),
        Scenario(
            "prazo", lambda folder: build(folder, drawn.alert.histories),
            {"perdido": MissDeadline(DAG_ID, drawn.queued_at, file=DAG_FILE)}, given, services(drawn.alert),
        ),
    ]  # fmt: skip


SAMPLE_TABLES = ("dag", "dag_run", "task_instance", "task_instance_history", "deadline")


def write_sample(folder: Path, drawn: Draw) -> None:
    """The sample's history as SQL, tables of Airflow 3.3 included."""
    with closing(
        sqlite3.connect(f"file:{airflow_template() / 'airflow.db'}?mode=ro&immutable=1", uri=True)
    ) as template:
        schema = [
            template.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)
            ).fetchone()[0]
            for name in SAMPLE_TABLES
        ]
    lines = ["-- O banco de metadados da amostra: python -c \"import sqlite3, pathlib; "
             "sqlite3.connect('airflow.db').executescript(pathlib.Path('historico.sql').read_text())\""]  # fmt: skip
    lines += [f"{one};" for one in schema]
    for table, row in rows(drawn.metrics.histories):
        if table in SAMPLE_TABLES:
            lines.append(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(map(_literal, row.values()))});"
            )
    (folder / "historico.sql").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"
