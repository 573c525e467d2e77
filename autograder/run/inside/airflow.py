"""Airflow: loads a student's file, describes its DAG and runs it with `dag.test()`.

Runs in the cage. Private names of Airflow 3.3 that it leans on (each is exercised by the tests):
`_cadwyn_initialize`, `get_or_create_dagrun`, `_run_task` in `airflow.sdk.definitions.dag`, and
`DagRun.execute_dag_callbacks`; `deadlines` tells its own.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import shutil
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

from autograder.run.inside import calling, deadlines, reading, workflow
from autograder.run.inside.window import WINDOW

Tell = Callable[[dict[str, Any]], None]

REHEARSAL_SECONDS = 5.0  # for its threads to end
MAX_TEXT = 2_000
MAX_TASKS = 500
MAX_INFOS = 20_000  # runs that are looked at between the start date and the window
SHORT_SLEEP = 0.1  # seconds: below, a library polls something, and nobody asked for a pause
LENT = -1  # as `autograder.model.reports.airflow` names it, which is not loaded in here
MAX_SLEEPS = 1000  # skipped in one task: a long pause second by second too, no loop that polls for ever

cannot_stay_warm = ""
"""Set where this Airflow does not let everything be paid in advance."""

_constructed: dict[int, dict[str, Any]] = {}
"""What each DAG was constructed with, by id(): only this tells a default from a choice."""


def preload() -> dict[str, str]:
    """Pays every import and first-call cost, without a thread and without an open connection."""
    # A JSON Schema extra that JupyterLab brings along: its import builds a grammar for 2 s.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    import airflow.dag_processing.bundles.manager
    import airflow.dag_processing.collection
    import airflow.dag_processing.dagbag
    import airflow.models
    import airflow.providers.common.sql.operators.sql
    import airflow.providers.slack.hooks.slack_webhook
    import airflow.providers.smtp.hooks.smtp
    import airflow.providers.smtp.notifications.smtp
    import airflow.providers.sqlite.hooks.sqlite
    import airflow.providers.standard.operators.bash
    import airflow.providers.standard.operators.branch
    import airflow.providers.standard.operators.empty
    import airflow.providers.standard.operators.python
    import airflow.providers.standard.sensors.external_task
    import airflow.providers.standard.sensors.filesystem
    import airflow.sdk.execution_time.task_runner
    import airflow.serialization.serialized_objects
    import pytest  # noqa: F401
    import requests  # noqa: F401
    import sqlalchemy.orm
    import time_machine  # noqa: F401
    from airflow.sdk import DAG
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    _remember_dependants()
    airflow.models.import_all_models()
    sqlalchemy.orm.configure_mappers()
    # The versioned execution API builds its routers on the first request: 4 s paid here.
    application = in_process_api_server().app
    versioned = [application, *(getattr(route, "app", None) for route in application.routes)]
    initialize = [part._cadwyn_initialize for part in versioned if hasattr(part, "_cadwyn_initialize")]
    for build in initialize:
        build()
    if not initialize:
        global cannot_stay_warm
        cannot_stay_warm = "esta versão do Airflow não tem mais a chamada que monta a sua API antes do uso"

    constructor = DAG.__init__

    def remember(self: Any, *positional: Any, **said: Any) -> None:
        constructor(self, *positional, **said)
        _constructed[id(self)] = said

    DAG.__init__ = remember
    names = ["apache-airflow", "apache-airflow-providers-common-sql", "apache-airflow-providers-standard"]
    return {"python": sys.version.split()[0], **{name: version(name) for name in names}}


def _remember_dependants() -> None:
    """FastAPI works out anew in every request what each overridden dependency takes: a third of a run's time."""
    from fastapi.dependencies import utils

    work_out = getattr(utils, "get_dependant", None)
    if work_out is None:  # another FastAPI: slower, and as right
        return
    known: dict[Any, Any] = {}

    def get_dependant(**asked: Any) -> Any:
        key = tuple((name, tuple(v) if isinstance(v, list) else v) for name, v in asked.items())
        if key not in known:
            known[key] = work_out(**asked)
        return known[key]

    utils.get_dependant = get_dependant


def rehearse(template: str) -> None:
    """Runs a small DAG once, so that no child pays for what Airflow works out only the first time (0.2 s).

    Afterwards no thread, connection or file of it is left.
    """
    import airflow.settings
    import pendulum
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    home = Path(os.environ["HOME"])
    shutil.copyfile(Path(template, "airflow.db"), home / "airflow.db")
    given = {"AIRFLOW_VAR_ENSAIO": "1", "AIRFLOW_CONN_ENSAIO": f"sqlite:///{home}/ensaio.db"}
    day = pendulum.datetime(2026, 1, 2)
    with (
        mock.patch.dict(os.environ, given),
        mock.patch.object(time, "sleep", _sleep_unless_idle(time.sleep)),
    ):
        dag = _register(Path(__file__).with_name("rehearsal.py"), "ensaio")
        dag.test(run_after=day, logical_date=day)
    loop = in_process_api_server().transport.app.loop
    del dag, in_process_api_server().transport  # with the last mention of it its event loop ends
    deadline = time.monotonic() + REHEARSAL_SECONDS
    while threading.active_count() > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
        gc.collect()  # what holds one thread may just have been forgotten by another
    loop.close()
    airflow.settings.Session.remove()
    airflow.settings.engine.dispose()
    for left in home.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def perform(job: str, arguments: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """The jobs a grader can ask for."""
    if job == "reading":
        return reading.read(Path(arguments["file"]))
    if job == "tests":
        return workflow.run_tests(arguments, tell)
    if job == "workflow":
        return workflow.run_workflow(arguments, tell)
    root = arguments.get("root", "")
    calling.see_submission(root)
    # What a task starts (a BashOperator's `python -m`) gets a Python as on any machine, which finds the submission too.
    os.environ.pop("PYTHONSAFEPATH", None)
    os.environ["PYTHONPATH"] = root
    if job == "parse":
        return parse(Path(arguments["file"]), int(arguments["days_ahead"]), tell, root)
    if job == "call":
        return calling.call(arguments, tell)
    if job == "deadline":
        return miss_deadline(arguments, tell)
    return run(arguments, tell)


# --- loading -----------------------------------------------------------------------------------------


def parse(file: Path, days_ahead: int, tell: Tell, root: str = "") -> dict[str, Any]:
    """Loads the file as the DAG processor would, on today's date or `days_ahead` of it."""
    import time_machine

    tell({"at": "ao carregar o arquivo"})
    touched: list[str] = []
    travel: Any = contextlib.nullcontext()
    if days_ahead:
        travel = time_machine.travel(datetime.now(UTC) + timedelta(days=days_ahead), tick=True)
    with travel, _watching_parse(root or str(file.parent), touched):
        started = time.perf_counter()
        bag = _load(file)
        seconds = time.perf_counter() - started
    errors = [_without_paths(text, file) for text in bag.import_errors.values()]
    dags: list[dict[str, Any]] = []
    for dag in bag.dags.values():
        try:
            dags.append(_describe(dag))
        except Exception as error:  # a DAG that cannot be serialized cannot be scheduled either
            errors.append(f"{type(error).__name__}: {error}"[:MAX_TEXT])
    return {"dags": dags, "errors": errors, "seconds": abs(seconds), "touched": sorted(set(touched))[:20]}


def _load(file: Path) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=file, safe_mode=False, bundle_path=file.parent, bundle_name="dags-folder")


def _without_paths(text: str, file: Path) -> str:
    return text.replace(str(file), file.name).replace(f"{file.parent.parent}/", "")[-MAX_TEXT:]


@contextlib.contextmanager
def _watching_parse(own_files: str, touched: list[str]) -> Iterator[None]:
    """Notes what loading touches beyond code: files, databases, network, programs, Variables, connections."""
    watching = True
    code = tuple({sys.prefix, sys.base_prefix, own_files, "/usr/", "/etc/", "/dev/", "/proc/"})
    own = Path(__file__).resolve().parents[3]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not watching:
            return
        if event == "open" and isinstance(arguments[0], str | os.PathLike):
            path = os.path.abspath(os.fspath(arguments[0]))
            if not path.startswith((*code, str(own))) and not path.endswith((".py", ".pyc", ".cfg")):
                touched.append(f"abriu o arquivo {Path(path).name}")
        elif event.startswith("sqlite3.connect"):
            touched.append("abriu um banco de dados")
        elif event in ("socket.connect", "socket.getaddrinfo"):
            touched.append("usou a rede")
        elif event in ("subprocess.Popen", "os.system", "os.posix_spawn"):
            touched.append("executou um programa")
        elif event in ("os.listdir", "os.scandir", "glob.glob") and arguments and arguments[0]:
            path = (
                os.path.abspath(os.fsdecode(arguments[0]))
                if isinstance(arguments[0], str | bytes)
                else "/usr/"
            )
            # An import lists every folder in which modules are looked for.
            if not path.startswith((*code, str(own))) and path not in sys.path:
                touched.append(f"listou a pasta {Path(path).name}")

    def noting(function: Callable[..., Any], what: str) -> Callable[..., Any]:
        def call(name: str, *rest: Any, **named: Any) -> Any:
            touched.append(f"leu a {what} {name}")
            return function(name, *rest, **named)

        return call

    from airflow.sdk.execution_time import context

    sys.addaudithook(hook)
    with (
        mock.patch.object(context, "_get_variable", noting(context._get_variable, "Variable")),
        mock.patch.object(context, "_get_connection", noting(context._get_connection, "connection")),
    ):
        try:
            yield
        finally:
            watching = False


def _describe(dag: Any) -> dict[str, Any]:
    from airflow.serialization.serialized_objects import DagSerialization

    scheduled = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    said = _constructed.get(id(dag), {})
    start = said.get("start_date") or (said.get("default_args") or {}).get("start_date")
    return {
        "dag_id": dag.dag_id,
        "tasks": [_describe_task(task) for task in list(dag.task_dict.values())[:MAX_TASKS]],
        "next_runs": _runs_in_window(scheduled, dag.start_date),
        "start_date": dag.start_date.isoformat() if dag.start_date else None,
        "start_date_has_timezone": getattr(start, "tzinfo", None) is not None,
        "catchup_said": "catchup" in said,
        "tags": sorted(str(tag) for tag in dag.tags),
        "doc": (dag.doc_md or "")[:MAX_TEXT],
        "deadlines": deadlines.describe(dag),
    }


def _runs_in_window(scheduled: Any, start: datetime | None) -> list[str]:
    """When the scheduler would start runs in WINDOW, counted from the DAG's own start date."""
    from airflow.timetables._cron import CronMixin

    runs: list[str] = []
    start = start or WINDOW[0]
    eve, step = WINDOW[0] - timedelta(days=1), getattr(scheduled.timetable, "_delta", None)
    if isinstance(scheduled.timetable, CronMixin):  # fires by the clock, whenever it began
        start = max(start, eve)
    elif isinstance(step, timedelta) and step and start < eve:
        start += step * ((eve - start).total_seconds() // step.total_seconds())
    for number, info in enumerate(scheduled.iter_dagrun_infos_between(start, WINDOW[1])):
        if info.run_after >= WINDOW[0]:
            runs.append(info.run_after.isoformat())
        if len(runs) >= 50 or number >= MAX_INFOS:
            break
    return runs


def _describe_task(task: Any) -> dict[str, Any]:
    operator = task.operator_class if task.is_mapped else type(task)
    command = getattr(task, "bash_command", "")
    return {
        "id": task.task_id,
        "kinds": _kinds(operator),
        "upstream": sorted(task.upstream_task_ids),
        "downstream": sorted(task.downstream_task_ids),
        # A task inside a mapped task group is expanded too.
        "mapped": bool(task.is_mapped or next(iter(task.iter_mapped_task_groups()), None)),
        "retries": int(task.retries or 0),
        "owner": str(task.owner),
        "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        "timeout": task.execution_timeout.total_seconds() if task.execution_timeout else None,
        "setup": bool(task.is_setup),
        "teardown": bool(task.is_teardown),
        "command": command[:MAX_TEXT] if isinstance(command, str) else "",
    }


def _kinds(operator: type) -> list[str]:
    return [f"{kind.__module__}.{kind.__qualname__}" for kind in operator.__mro__]


# --- running -----------------------------------------------------------------------------------------


def run(arguments: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Runs the DAG once, as the scheduler would at `run_after` (an ISO instant)."""
    tell({"at": "ao carregar o arquivo"})
    ledger = _Ledger(arguments["observe"], tell)
    sleep = ledger.sleep(time.sleep) if arguments.get("skip_sleeps") else time.sleep
    with mock.patch.object(time, "sleep", _sleep_unless_idle(sleep)):
        # Before loading: a file that says `from time import sleep` keeps the one it has found.
        return _run(arguments, ledger, tell)


def _run(arguments: dict[str, Any], ledger: _Ledger, tell: Tell) -> dict[str, Any]:
    from airflow.models import dagrun as dagrun_module
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.definitions import dag as dag_module
    from airflow.serialization.encoders import coerce_to_core_timetable

    dag = _register(Path(arguments["file"]), arguments["dag_id"])
    run_after = datetime.fromisoformat(arguments["run_after"])
    interval = coerce_to_core_timetable(dag.timetable).infer_manual_data_interval(
        run_after=_pendulum(run_after)
    )
    create = dagrun_module.get_or_create_dagrun

    def as_scheduled(**asked: Any) -> Any:
        # The DAG that dag.test() makes for itself names its deadlines otherwise than the scheduler's, and stumbles over that.
        asked["dag"].deadline = None
        # dag.test() would date a run of an interval timetable as a manual one; the scheduler dates it by its interval.
        return create(**(asked | {"data_interval": interval}))

    run_task = dag_module._run_task

    def attributed(*, ti: Any, task: Any, **rest: Any) -> Any:
        with ledger.of(ti):
            outcome = run_task(ti=ti, task=task, **rest)
            ledger.note_error(getattr(outcome, "error", None))
            return outcome

    next_retry = TaskInstance.next_retry_datetime

    def at_once(ti: Any) -> Any:
        """Retries keep their count and what they ask to wait, which is noted and not waited for."""
        ledger.note_wait(ti, (next_retry(ti) - ti.end_date).total_seconds())
        return ti.end_date

    call_back = dagrun_module.DagRun.execute_dag_callbacks

    def with_whole_dag(dag_run: Any, **asked: Any) -> Any:
        """dag.test() gives the DAG's own callbacks a serialized DAG, which can't render their templates.

        Nor does it let them ask for XComs, as they can where the DAG processor calls them.
        """
        tell({"at": "no callback do DAG"})
        with _answering(dag, asked.get("relevant_ti")):
            return call_back(dag_run, **(asked | {"dag": dag}))

    with (
        mock.patch.object(dagrun_module, "get_or_create_dagrun", as_scheduled),
        mock.patch.object(dag_module, "_run_task", attributed),
        mock.patch.object(TaskInstance, "next_retry_datetime", at_once),
        mock.patch.object(dagrun_module.DagRun, "execute_dag_callbacks", with_whole_dag),
    ):
        finished = dag.test(run_after=_pendulum(run_after), logical_date=interval.start)
    _say(b"")
    return {
        "state": str(getattr(finished.state, "value", finished.state)),
        "logical_date": interval.start.isoformat(),
        "tasks": [ledger.entry(ti) for ti in _final_instances(finished)[:MAX_TASKS]],
    }


@contextlib.contextmanager
def _answering(dag: Any, ti: Any) -> Iterator[None]:
    """What a task may ask of Airflow (XComs, Variables) is answered, though no task is running."""
    import psutil
    import structlog
    from airflow.sdk.execution_time import supervisor as module

    if ti is None:
        yield
        return
    supervisor = module.InProcessTestSupervisor(
        id=ti.id,
        pid=os.getpid(),
        process=psutil.Process(),
        process_log=structlog.get_logger(logger_name="task"),
        client=module.InProcessTestSupervisor._api_client(dag),
    )
    supervisor.comms = module.InProcessSupervisorComms(supervisor=supervisor)
    with module.set_supervisor_comms(supervisor.comms):
        yield


def miss_deadline(arguments: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Lets the deadlines of one run pass, and Airflow handle them (an ISO instant tells when it was queued)."""
    tell({"at": "ao carregar o arquivo"})
    file = Path(arguments["file"])
    dag = _register(file, arguments["dag_id"])
    # Where the processes that call back look for modules, besides the bundle's own folder.
    calling.see_submission(str(file.parent))
    return deadlines.miss(dag, file, _pendulum(datetime.fromisoformat(arguments["queued_at"])), tell)


def _register(file: Path, dag_id: str) -> Any:
    """Loads the DAG and writes it to the metadata database, without which nothing runs."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db

    bag = _load(file)
    dag = bag.dags[dag_id]
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(bag, "dags-folder", None)
    return dag


def _sleep_unless_idle(sleep: Callable[[float], None]) -> Callable[[float], None]:
    """dag.test() sleeps a second wherever no task is ready yet; the order stays the same without it."""

    def patched(seconds: float) -> None:
        if sys._getframe(1).f_globals.get("__name__") != "airflow.sdk.definitions.dag":
            sleep(seconds)

    return patched


def _pendulum(instant: datetime) -> Any:
    import pendulum

    return pendulum.instance(instant)


def _final_instances(finished: Any) -> list[Any]:
    from airflow.utils.session import create_session

    with create_session() as session:
        return sorted(finished.get_task_instances(session=session), key=lambda ti: (ti.task_id, ti.map_index))


def _say(line: bytes) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(1, b"\x1e" + line + b"\n")


def _command_line(event: str, arguments: tuple[Any, ...]) -> str:
    """The program and its arguments, as far as the audit event tells them."""
    said = arguments[1] if event == "subprocess.Popen" and len(arguments) > 1 else arguments[:1]
    parts = said if isinstance(said, list | tuple) else [said]
    return " ".join(os.fsdecode(p) if isinstance(p, str | bytes | os.PathLike) else str(p) for p in parts)


class _Ledger:
    """Which task changed what: the world is looked at before and after each task."""

    def __init__(self, observe: dict[str, Any], tell: Tell) -> None:
        self._database = Path(observe["database"])
        self._tables: list[str] = observe["tables"]
        self._folders = [Path(folder) for folder in observe["folders"]]
        self._tell = tell
        self._effects: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self._processes: dict[tuple[str, int], list[str]] = {}
        self._errors: dict[tuple[str, int], str] = {}
        self._waits: dict[tuple[str, int], dict[int, float]] = {}
        self._sleeps: dict[tuple[str, int], list[tuple[float, float, int]]] = {}
        self._spans: dict[tuple[str, int], list[tuple[float, float]]] = {}
        self._current: tuple[str, int] | None = None
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._current and event in ("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"):
            self._processes.setdefault(self._current, []).append(_command_line(event, arguments)[:MAX_TEXT])

    @contextlib.contextmanager
    def of(self, ti: Any) -> Iterator[None]:
        key = (ti.task_id, ti.map_index)
        self._tell({"at": f"na task {ti.task_id}"})
        _say(ti.task_id.encode())
        before = self._look()
        self._current = key
        started = time.monotonic()
        try:
            yield
        finally:
            self._current = None
            self._spans.setdefault(key, []).append((round(started, 6), round(time.monotonic(), 6)))
            self._effects.setdefault(key, []).extend(_changes(before, self._look()))

    def note_error(self, error: BaseException | None) -> None:
        if error is not None and self._current:
            # A real worker ends with its task. Here the traceback would keep its cursors, and their locks, alive.
            traceback.clear_frames(error.__traceback__)
            self._errors[self._current] = f"{type(error).__name__}: {error}"[:MAX_TEXT]

    def note_wait(self, ti: Any, seconds: float) -> None:
        """What was asked for after this try; Airflow asks several times for the same."""
        self._waits.setdefault((ti.task_id, ti.map_index), {})[ti.try_number] = round(seconds, 3)

    def sleep(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        """A sleep that a task's code asks for is noted and skipped."""

        def noted(seconds: float) -> None:
            slept = self._sleeps.setdefault(self._current, []) if self._current else None
            if slept is None or seconds < SHORT_SLEEP or len(slept) >= MAX_SLEEPS:
                sleep(seconds)
            else:
                thread = threading.current_thread()
                lent = thread.name.startswith("asyncio_")  # by its event loop, to any coroutine
                slept.append(
                    (
                        round(float(seconds), 3),
                        round(time.monotonic(), 6),
                        LENT if lent else threading.get_ident(),
                    )
                )

        return noted

    def _look(self) -> dict[str, Any]:
        tables: dict[str, frozenset[Any]] = {}
        if self._database.exists():
            with contextlib.closing(
                sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)
            ) as connection:
                for table in self._tables:
                    with contextlib.suppress(sqlite3.Error):
                        rows = connection.execute(f'SELECT rowid, * FROM "{table}"').fetchall()
                        tables[table] = frozenset(rows)
        files = {
            f"{folder.name}/{entry.name}": (entry.stat().st_mtime_ns, entry.stat().st_size)
            for folder in self._folders
            if folder.is_dir()
            for entry in os.scandir(folder)
        }
        return {"tables": tables, "files": files}

    def entry(self, ti: Any) -> dict[str, Any]:
        key = (ti.task_id, ti.map_index)
        slept = self._sleeps.get(key, [])
        threads = list(dict.fromkeys(thread for _, _, thread in slept if thread != LENT))
        return {
            "id": ti.task_id,
            "map_index": ti.map_index,
            "state": str(getattr(ti.state, "value", ti.state)),
            "tries": ti.try_number,
            "error": self._errors.get(key, ""),
            "waits": list(self._waits.get(key, {}).values())[:50],
            "sleeps": [seconds for seconds, _, _ in slept],
            "slept_at": [at for _, at, _ in slept],
            "slept_by": [LENT if thread == LENT else threads.index(thread) for _, _, thread in slept],
            "spans": self._spans.get(key, [])[:50],
            "effects": self._effects.get(key, [])[:50],
            "processes": self._processes.get(key, [])[:10],
        }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    changes = []
    for table, rows in after["tables"].items():
        added = {row[1:] for row in rows - before["tables"].get(table, frozenset())}
        removed = len(before["tables"].get(table, frozenset()) - rows)
        if added or removed:
            signature = hashlib.sha256(repr(sorted(map(repr, added))).encode()).hexdigest()[:16]
            changes.append({"target": table, "signature": signature, "added": len(added), "removed": removed})
    for name, stamp in after["files"].items():
        if before["files"].get(name) != stamp:
            changes.append({"target": name, "signature": name, "added": 1, "removed": 0})
    return changes
