"""The Airflow adapter: what it leans on, and what it sees of small DAGs on one real stage."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from autograder.doors import Grading, grade
from autograder.model.reports.airflow import LENT, DeadlineMissed, DeadlineReport, ParseReport, RunReport
from autograder.model.reports.calls import CallReport, CallResult
from autograder.model.result import Verdict
from autograder.run.adapters import ADAPTERS
from autograder.run.stage import ColdStage
from autograder.run.warm import stop_warm
from autograder.run.world import Limits
from autograder.sandbox.cage import Cage
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = ROOT / "solutions" / "ex1-dag-complexo"

AFTER = datetime(2026, 3, 3, 5, tzinfo=UTC)  # 02:00 in São Paulo

PRIVATE = """
import inspect, json
broken = []
def check(what, holds):
    try:
        good = holds()
    except Exception as error:
        good, what = False, f"{what} ({type(error).__name__}: {error})"
    if not good:
        broken.append(what)

from airflow.sdk.execution_time.supervisor import in_process_api_server
application = in_process_api_server().app
routed = [getattr(route, "app", None) for route in application.routes]
check("_cadwyn_initialize of the execution API's app or of one of its routes",
      lambda: any(callable(getattr(a, "_cadwyn_initialize", None)) for a in [application, *routed]))

from airflow.models import dagrun
from airflow.sdk.definitions import dag as definitions
def names(function):
    return set(inspect.signature(function).parameters)
check("airflow.models.dagrun.get_or_create_dagrun(data_interval=)",
      lambda: "data_interval" in names(dagrun.get_or_create_dagrun))
check("dag.test() imports get_or_create_dagrun when it is called",
      lambda: "get_or_create_dagrun" in inspect.getsource(definitions.DAG.test)
      and not hasattr(definitions, "get_or_create_dagrun"))
check("airflow.sdk.definitions.dag._run_task(*, ti, task)", lambda: {"ti", "task"} <= names(definitions._run_task))
check("DagRun.execute_dag_callbacks(dag=), called with named arguments",
      lambda: "dag" in names(dagrun.DagRun.execute_dag_callbacks)
      and "self.execute_dag_callbacks(\\n            dag=" in inspect.getsource(dagrun.DagRun.produce_dag_callback))
from airflow.models.taskinstance import TaskInstance
check("TaskInstance.next_retry_datetime()", lambda: callable(TaskInstance.next_retry_datetime))
from airflow.timetables._cron import CronMixin
from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable
from airflow.timetables.trigger import CronTriggerTimetable
check("airflow.timetables._cron.CronMixin in both cron timetables",
      lambda: issubclass(CronDataIntervalTimetable, CronMixin) and issubclass(CronTriggerTimetable, CronMixin))
import datetime
check("DeltaDataIntervalTimetable._delta",
      lambda: DeltaDataIntervalTimetable(datetime.timedelta(hours=1))._delta == datetime.timedelta(hours=1))
from airflow.sdk.execution_time import supervisor
check("InProcessTestSupervisor(id, pid, process, process_log, client), its _api_client(dag), and what answers for it",
      lambda: callable(supervisor.InProcessTestSupervisor._api_client)
      and {"id", "pid", "process", "process_log", "client"} <= names(supervisor.InProcessTestSupervisor.__init__)
      and {"supervisor"} <= names(supervisor.InProcessSupervisorComms.__init__)
      and callable(supervisor.set_supervisor_comms))
check("dag.test() calls _run_task", lambda: "_run_task(" in inspect.getsource(definitions.DAG.test))
check("dag.test(run_after=, logical_date=)", lambda: {"run_after", "logical_date"} <= names(definitions.DAG.test))
check("dag.test() sleeps through time.sleep", lambda: "time.sleep(" in inspect.getsource(definitions.DAG.test))

from airflow.models.deadline import Deadline
from airflow.sdk.execution_time.callback_supervisor import execute_callback
check("Deadline.handle_miss(session)", lambda: {"session"} <= names(Deadline.handle_miss))
check("execute_callback(callback_path, callback_kwargs, dag_rel_path, bundle_path, log)",
      lambda: {"callback_path", "callback_kwargs", "dag_rel_path", "bundle_path", "log"} <= names(execute_callback))

from fastapi.dependencies import utils as dependencies
check("fastapi.dependencies.utils.solve_dependencies() calls get_dependant with named arguments",
      lambda: "get_dependant(\\n                path=" in inspect.getsource(dependencies.solve_dependencies))

from airflow.sdk.execution_time import context
check("airflow.sdk.execution_time.context._get_variable", lambda: callable(context._get_variable))
check("airflow.sdk.execution_time.context._get_connection", lambda: callable(context._get_connection))

from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.sdk import DAG
check("airflow.serialization.encoders.coerce_to_core_timetable().infer_manual_data_interval",
      lambda: coerce_to_core_timetable(DAG("d", schedule="@daily").timetable).infer_manual_data_interval)
from airflow.serialization.serialized_objects import DagSerialization
check("DagSerialization.deserialize_dag().iter_dagrun_infos_between",
      lambda: DagSerialization.deserialize_dag(
          DagSerialization.serialize_dag(DAG("d", schedule="@daily"))).iter_dagrun_infos_between)
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
check("DagBag(dag_folder, safe_mode, bundle_path, bundle_name)",
      lambda: {"dag_folder", "safe_mode", "bundle_path", "bundle_name"} <= names(DagBag.__init__))
check("airflow.models.import_all_models", lambda: __import__("airflow.models").models.import_all_models)
print("FOUND", json.dumps(broken))
"""


def test_every_private_name_of_airflow_that_the_adapter_leans_on(tmp_path: Path) -> None:
    """When a new Airflow breaks the adapter, this names what is gone."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    done = subprocess.run(
        [sys.executable, "-c", PRIVATE], capture_output=True, text=True, env=environment, timeout=180
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    assert found, done.stderr[-2000:]
    assert json.loads(found[0].removeprefix("FOUND ")) == []


# --- small DAGs on one stage -------------------------------------------------------------------------

HEAD = """
import os, sqlite3, sys, time
from datetime import datetime, timedelta
from pathlib import Path
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import (
    DAG, CronDataIntervalTimetable, CronTriggerTimetable, Variable, dag, get_current_context, task,
)
START = pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo")
WORLD = Path(os.environ.get("MUNDO", "/nada"))
"""

SIMPLE = """
with DAG("d", schedule={schedule}, start_date=START, catchup=False):
    @task
    def only():
        context = get_current_context()
        day = context["data_interval_end"].in_timezone("America/Sao_Paulo").subtract(days=1)
        print("DIA", day.to_date_string(), context["data_interval_end"].isoformat())
    only()
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    # In the cage where there is one: that is how a class is graded.
    with Desk(tmp_path_factory.mktemp("palco")) as opened:
        yield opened


class Desk:
    """One stage for all the small DAGs."""

    def __init__(self, folder: Path) -> None:
        self._adapter = ADAPTERS["airflow"]
        self.cage = Cage(folder / "x", probe().level, self._adapter.template())
        (folder / "x").mkdir(exist_ok=True)
        self._plays = 0

    def __enter__(self) -> Desk:
        environment = self._adapter.environment(self.cage.inside)
        self._stage = ColdStage(self.cage, "airflow", environment).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._stage.close()

    def _play(self, source: str, job: str, **arguments: Any) -> dict[str, Any]:
        self._plays += 1
        folder = self.cage.scratch / f"entrega-{self._plays}"
        folder.mkdir()
        room = self.cage.room(folder, "mundo")
        for left in (room.world, room.home):
            for entry in left.iterdir() if left else ():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        path = room.submission / "d.py"
        path.write_text(HEAD + textwrap.dedent(source), encoding="utf-8")
        path.chmod(0o644)
        self.cage.hand_over(*(place for place in (room.submission, room.world, room.home) if place))
        answer = self._stage.play(
            {
                "job": job,
                "arguments": {
                    "root": str(self.cage.inside.submission),
                    "file": str(self.cage.inside.submission / "d.py"),
                    **arguments,
                },
                "environment": {
                    "MUNDO": str(self.cage.inside.world),
                    "AIRFLOW_VAR_PASTA": "x",
                },
                "limits": asdict(Limits()),
                "room": room.address,
            }
        )
        assert answer["outcome"] == "ok", answer
        return answer

    def parse(self, source: str, days_ahead: int = 0) -> ParseReport:
        return ParseReport.model_validate(self._play(source, "parse", days_ahead=days_ahead)["report"])

    def run(self, source: str, **more: Any) -> tuple[RunReport, dict[str, str]]:
        world = self.cage.inside.world
        answer = self._play(
            source,
            "run",
            **more,
            dag_id="d",
            run_after=AFTER.isoformat(),
            observe={"database": str(world / "a.db"), "tables": ["t"], "folders": [str(world / "saida")]},
        )
        return RunReport.model_validate(answer["report"]), answer["output"]

    def miss(self, source: str) -> tuple[tuple[DeadlineMissed, ...], str]:
        answer = self._play(source, "deadline", dag_id="d", queued_at=AFTER.isoformat())
        return DeadlineReport.model_validate(answer["report"]).missed, "".join(answer["output"].values())

    def call(self, source: str, *calls: tuple[str, dict[str, Any]]) -> tuple[CallResult, ...]:
        answer = self._play(source, "call", calls=[list(call) for call in calls])
        return CallReport.model_validate(answer["report"]).results


INTERVAL = 'CronDataIntervalTimetable("0 2 * * *", timezone="America/Sao_Paulo")'
TRIGGER = 'CronTriggerTimetable("0 2 * * *", timezone="America/Sao_Paulo")'


@pytest.mark.parametrize("schedule", ['"0 2 * * *"', INTERVAL, TRIGGER], ids=["cron", "interval", "trigger"])
def test_every_daily_timetable_fires_and_dates_alike(desk: Desk, schedule: str) -> None:
    source = SIMPLE.format(schedule=schedule)
    report, output = desk.run(source)
    assert report.state == "success"
    day, end = output["only"].split("DIA ")[1].split()[:2]
    assert day == "2026-03-02"
    assert datetime.fromisoformat(end) == AFTER
    (dag,) = desk.parse(source).dags
    runs = [datetime.fromisoformat(run).astimezone(UTC) for run in dag.next_runs]
    assert {f"{run:%H:%M}" for run in runs} == {"05:00"}
    assert 9 <= len(runs) <= 11


def test_the_logical_date_is_the_intervals_start(desk: Desk) -> None:
    interval, _ = desk.run(SIMPLE.format(schedule=INTERVAL))
    trigger, _ = desk.run(SIMPLE.format(schedule=TRIGGER))
    assert datetime.fromisoformat(interval.logical_date) == datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert datetime.fromisoformat(trigger.logical_date) == AFTER


def test_a_parse_on_another_day_sees_a_moving_start_date(desk: Desk) -> None:
    moving = SIMPLE.format(schedule='"0 2 * * *"').replace(
        "start_date=START", "start_date=pendulum.today('UTC').subtract(days=1)"
    )
    days = [desk.parse(moving, ahead).dags[0].start_date or "" for ahead in (0, 37)]
    assert (datetime.fromisoformat(days[1]) - datetime.fromisoformat(days[0])).days in (36, 37, 38)
    fixed = SIMPLE.format(schedule='"0 2 * * *"')
    assert desk.parse(fixed).dags[0].start_date == desk.parse(fixed, 37).dags[0].start_date


def test_what_was_said_is_told_from_a_default(desk: Desk) -> None:
    said = desk.parse(SIMPLE.format(schedule="None")).dags[0]
    assert (said.catchup_said, said.start_date_has_timezone, said.next_runs) == (True, True, ())
    silent = desk.parse(
        'with DAG("d", start_date=datetime(2026, 1, 1)): BashOperator(task_id="a", bash_command="true")'
    )
    assert (silent.dags[0].catchup_said, silent.dags[0].start_date_has_timezone) == (False, False)
    assert silent.dags[0].tasks[0].command == "true"
    assert any(kind.endswith("bash.BashOperator") for kind in silent.dags[0].tasks[0].kinds)


@pytest.mark.parametrize(
    ("statement", "touched"),
    [
        ("Variable.get('pasta')", "leu a Variable pasta"),
        ("sqlite3.connect(':memory:')", "abriu um banco de dados"),
        ("open('/casa/x.csv', 'w') if Path('/casa').is_dir() else open(os.environ['HOME'] + '/x.csv', 'w')", "abriu o arquivo x.csv"),
        ("import subprocess; subprocess.run(['true'])", "executou um programa"),
        ("import socket\ntry: socket.create_connection(('127.0.0.1', 9), 1)\nexcept OSError: pass", "usou a rede"),
    ],
    ids=["variable", "database", "file", "program", "network"],
)  # fmt: skip
def test_what_loading_touches_is_noted(desk: Desk, statement: str, touched: str) -> None:
    report = desk.parse(statement + "\n" + SIMPLE.format(schedule="None"))
    assert touched in report.touched
    assert len(report.dags) == 1


def test_loading_code_touches_nothing(desk: Desk) -> None:
    report = desk.parse(
        "import csv, json, zoneinfo\nzoneinfo.ZoneInfo('America/Bahia')" + SIMPLE.format(schedule="None")
    )
    assert report.touched == ()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import nao_existe", "ModuleNotFoundError"),
        ("def x(:", "SyntaxError"),
        ("raise SystemExit(1)", "SystemExit"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_file_that_does_not_load_is_a_report(desk: Desk, source: str, said: str) -> None:
    report = desk.parse(source)
    assert report.dags == ()
    assert said in " ".join(report.errors)
    assert "/entrega/" not in " ".join(report.errors)


def test_retries_keep_their_count_and_lose_their_wait(desk: Desk) -> None:
    source = """
    with DAG("d", schedule=None, start_date=START, catchup=False,
             default_args={"retries": 3, "retry_delay": timedelta(minutes=30), "retry_exponential_backoff": True}):
        @task
        def flaky():
            tries = get_current_context()["ti"].try_number
            print("tentativa", tries)
            if tries < 3:
                raise ValueError("ainda não")
        @task
        def hopeless(n):
            raise ValueError(f"nunca {n}")
        @task
        def after():
            pass
        flaky() >> hopeless.expand(n=[1, 2]) >> after()
    """
    started = time.monotonic()
    report, output = desk.run(source)
    assert time.monotonic() - started < 25
    tasks = {(task.id, task.map_index): task for task in report.tasks}
    assert (tasks["flaky", -1].state, tasks["flaky", -1].tries) == ("success", 3)
    assert output["flaky"].count("tentativa 3") == 1
    assert "tentativa 4" not in output["flaky"]
    assert [(tasks["hopeless", n].state, tasks["hopeless", n].tries) for n in (0, 1)] == [("failed", 4)] * 2
    assert tasks["hopeless", 1].error == "ValueError: nunca 2"
    assert tasks["after", -1].state == "upstream_failed"
    assert report.state == "failed"


def test_logs_effects_and_programs_belong_to_their_task(desk: Desk) -> None:
    source = """
    with DAG("d", schedule=None, start_date=START, catchup=False):
        @task
        def cria():
            (WORLD / "saida").mkdir()
            with sqlite3.connect(WORLD / "a.db") as c:
                c.execute("CREATE TABLE t (a)")
            print("fala de cria")
        @task
        def grava():
            with sqlite3.connect(WORLD / "a.db") as c:
                c.execute("INSERT INTO t VALUES (1), (2)")
            print("erro de grava", file=sys.stderr)
        arquiva = BashOperator(task_id="arquiva", bash_command="echo fala de arquiva; echo x > $MUNDO/saida/f.txt")
        @task
        def apaga():
            with sqlite3.connect(WORLD / "a.db") as c:
                c.execute("DELETE FROM t WHERE a = 1")
        cria() >> grava() >> arquiva >> apaga()
    """
    report, output = desk.run(source)
    assert report.state == "success", output
    assert "fala de cria" in output["cria"]
    assert "erro de grava" in output["grava"]
    assert "fala de arquiva" in output["arquiva"]
    for task, words in (("grava", "fala de"), ("apaga", "arquiva"), ("cria", "erro de")):
        assert words not in output[task]
    tasks = {task.id: task for task in report.tasks}
    effects = {name: [(e.target, e.added, e.removed) for e in task.effects] for name, task in tasks.items()}
    assert effects == {
        "cria": [],
        "grava": [("t", 2, 0)],
        "arquiva": [("saida/f.txt", 1, 0)],
        "apaga": [("t", 0, 1)],
    }
    assert tasks["arquiva"].processes
    assert tasks["grava"].processes == ()


def test_a_branch_that_is_skipped_and_a_join_that_runs(desk: Desk) -> None:
    source = """
    with DAG("d", schedule=None, start_date=START, catchup=False):
        @task.branch
        def escolhe(): return "sim"
        @task
        def sim(): pass
        @task
        def nao(): pass
        @task(trigger_rule="none_failed_min_one_success")
        def junta(): pass
        escolhe() >> [sim(), nao()] >> junta()
    """
    states = {task.id: task.state for task in desk.run(source)[0].tasks}
    assert states == {"escolhe": "success", "sim": "success", "nao": "skipped", "junta": "success"}


def test_no_step_finds_what_another_left_in_airflow(desk: Desk) -> None:
    source = """
    with DAG("d", schedule=None, start_date=START, catchup=False):
        @task
        def conta():
            with sqlite3.connect(f"file:{os.environ['AIRFLOW_HOME']}/airflow.db?mode=ro", uri=True) as c:
                print("CORRIDAS", c.execute("SELECT count(*) FROM dag_run").fetchone()[0])
        conta()
    """
    for _ in range(2):
        assert "CORRIDAS 1" in desk.run(source)[1]["conta"]


# --- a whole exercise --------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[Level.CAGE, Level.PLAIN], ids=["cage", "plain"])
def answer(request: pytest.FixtureRequest) -> Grading:
    """The answer of exercise 1, graded once at each level."""
    if request.param is Level.CAGE and probe().level is not Level.CAGE:
        pytest.skip(f"sem bubblewrap: {probe().reason}")
    return grade(EXERCISE, EXERCISE / "gabarito", seed=20, level=request.param, warm=False)


def test_the_answer_scores_everything(answer: Grading) -> None:
    assert [(v.criterion, v.status, v.seen) for v in answer.result.verdicts if v.points < v.max_points] == []
    assert answer.result.points == 100


def test_its_result_tells_what_it_rests_on(answer: Grading) -> None:
    result = answer.result
    assert result.seed == 20
    assert result.versions["apache-airflow"].startswith("3.")
    assert result.notes == ()
    assert not result.held


@pytest.fixture(scope="module")
def warm_answer() -> Iterator[tuple[Grading, list[tuple[float, Verdict]]]]:
    """The same, on a warm stage that has graded once before: with what was told on the way, and when."""
    if probe().level is not Level.CAGE:
        pytest.skip(probe().reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CURSO_PALCOS", tempfile.mkdtemp(prefix="curso-teste-", dir="/tmp"))
        try:
            grade(EXERCISE, EXERCISE / "gabarito", seed=1, warm=True)
            told: list[tuple[float, Verdict]] = []
            graded = grade(
                EXERCISE, EXERCISE / "gabarito", seed=20, warm=True,
                on_verdict=lambda verdict: told.append((time.monotonic(), verdict)),
            )  # fmt: skip
            yield graded, told
        finally:
            assert stop_warm() == 1
            assert not Path(os.environ["CURSO_PALCOS"]).exists()


def test_warm_gives_what_cold_gives(
    answer: Grading, warm_answer: tuple[Grading, list[tuple[float, Verdict]]]
) -> None:
    warm, streamed = warm_answer
    told = [verdict for _, verdict in streamed]
    assert warm.result.notes == ()
    assert warm.result.verdicts == answer.result.verdicts
    assert warm.result.versions == answer.result.versions
    assert told[0].criterion == "carrega"
    assert streamed[-1][0] - streamed[0][0] > 0.2, "the first one was told while the runs went on"
    assert sorted(v.criterion for v in told) == sorted(v.criterion for v in warm.result.verdicts)
    assert warm.evidence is not None
    assert answer.evidence is not None
    assert list(warm.evidence.steps) == list(answer.evidence.steps)
    for name, step in warm.evidence.steps.items():
        assert _unordered(step.tables) == _unordered(answer.evidence.steps[name].tables)
        assert step.files == answer.evidence.steps[name].files


def _unordered(tables: dict[str, list[Any]]) -> dict[str, list[str]]:
    """Tasks that do not wait for one another write in any order."""
    return {table: sorted(map(repr, rows)) for table, rows in tables.items()}


WITHOUT_THE_CALL = """
import json, os, cadwyn.applications
from autograder.run.inside import airflow
assert hasattr(cadwyn.applications.Cadwyn, "_cadwyn_initialize")
airflow.preload()
print("FOUND", json.dumps([airflow.cannot_stay_warm, len(os.listdir("/proc/self/task"))]))
del cadwyn.applications.Cadwyn._cadwyn_initialize
airflow.preload()
print("FOUND", json.dumps([airflow.cannot_stay_warm, len(os.listdir("/proc/self/task"))]))
"""


def _environment_of(home: Path) -> dict[str, str]:
    """A stage's environment, outside of any cage."""
    cage = Cage(home, Level.CAGE)
    settings = ADAPTERS["airflow"].environment(cage.inside)
    return (
        cage.environment()
        | {"HOME": str(home), "PYTHONPATH": str(ROOT)}
        | {name: value.replace("/casa", str(home)) for name, value in settings.items()}
    )


@pytest.mark.skipif(sys.platform != "linux", reason="conta as threads em /proc")
def test_preloading_starts_no_thread_and_says_when_its_private_call_is_gone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_CALL],
        capture_output=True, text=True, env=_environment_of(tmp_path), timeout=300,
    )  # fmt: skip
    found = [json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    assert found == [
        ["", 1],
        ["esta versão do Airflow não tem mais a chamada que monta a sua API antes do uso", 1],
    ], done.stderr[-2000:]
    assert not (tmp_path / "airflow.db").exists()  # nothing was connected to


AFTER_THE_REHEARSAL = """
import json, os, sys
from autograder.run.inside import airflow, zygote
airflow.preload()
known = dict(os.environ)
said = zygote._rehearse(airflow, sys.argv[1])
open_files = [os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}")]
left = {
    "said": said, "threads": len(os.listdir("/proc/self/task")), "home": os.listdir(os.environ["HOME"]),
    "databases": [name for name in open_files if "airflow.db" in name or name.startswith("socket:")],
    "environment": dict(os.environ) == known,
}
print("FOUND", json.dumps(left))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="conta as threads e os arquivos abertos em /proc")
@pytest.mark.parametrize("broken", [False, True], ids=["it works", "it fails"])
def test_after_its_rehearsal_a_stage_holds_no_thread_and_no_connection(tmp_path: Path, broken: bool) -> None:
    environment = _environment_of(tmp_path)
    template = ADAPTERS["airflow"].template()
    given = str(tmp_path / "outro") if broken else str(template)
    command = [sys.executable, "-c", AFTER_THE_REHEARSAL, given]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    (found,) = [json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    said = found.pop("said")
    assert said.startswith("o ensaio do palco falhou (FileNotFoundError") if broken else said == ""
    assert found.pop("home") == (["logs"] if broken else []), "Airflow makes one as it is loaded"
    assert found == {"threads": 1, "databases": [], "environment": True}, done.stderr[-2000:]


def test_both_levels_see_the_same_effects(answer: Grading) -> None:
    """Paths and speed differ; what the pipeline did does not."""
    assert answer.evidence is not None
    step = answer.evidence.steps["dia-util/primeira"]
    assert step.run is not None
    assert {task.state for task in step.run.tasks} == {"success", "skipped"}
    assert all(step.output.get(task.id) for task in step.run.tasks if task.state == "success")
    assert len(step.tables["vendas_por_regiao"]) == 10  # five regions, the day and the one before


def test_waits_between_tries_are_told_whichever_way_they_are_asked(desk: Desk) -> None:
    source = """
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

    def fail():
        raise ConnectionError("503")

    def wrong():
        raise ValueError("404")

    policy = ExceptionRetryPolicy(rules=[
        RetryRule(exception=ConnectionError, action=RetryAction.RETRY, retry_delay=timedelta(seconds=90)),
        RetryRule(exception=ValueError, action=RetryAction.FAIL),
    ])

    with DAG("d", schedule=None, catchup=False, start_date=START):
        for name, call, asked in (
            ("fixed", fail, dict(retry_delay=timedelta(minutes=5))),
            ("growing", fail, dict(retry_delay=timedelta(seconds=10), retry_exponential_backoff=2)),
            ("capped", fail, dict(retry_delay=timedelta(seconds=100), retry_exponential_backoff=2,
                                  max_retry_delay=timedelta(seconds=70))),
            ("policy", fail, dict(retry_policy=policy)),
            ("hopeless", wrong, dict(retry_policy=policy)),
        ):
            PythonOperator(task_id=name, python_callable=call, retries=2, **asked)
    """
    started = time.monotonic()
    report, _ = desk.run(source)
    assert time.monotonic() - started < 20
    tasks = {task.id: task for task in report.tasks}
    assert {name: task.tries for name, task in tasks.items()} == {
        "fixed": 3, "growing": 3, "capped": 3, "policy": 3, "hopeless": 1,
    }  # fmt: skip
    waits = {name: task.waits for name, task in tasks.items()}
    assert waits["fixed"] == (300, 300)
    first, second = waits["growing"]
    assert 10 <= first < 20 <= second < 40
    assert waits["capped"] == (70, 70)
    assert waits["policy"] == (90, 90)
    assert waits["hopeless"] == ()


def test_a_thread_that_an_event_loop_lends_is_nobodys_own(desk: Desk) -> None:
    source = """
    import asyncio
    import threading

    with DAG("d", schedule=None, catchup=False, start_date=START):

        @task
        async def naps():
            time.sleep(5)
            await asyncio.gather(*(asyncio.to_thread(time.sleep, seconds) for seconds in (6, 7)))
            other = threading.Thread(target=time.sleep, args=[8])
            other.start()
            other.join()

        naps()
    """
    report, _ = desk.run(source, skip_sleeps=True)
    (task,) = report.tasks
    by = dict(zip(task.sleeps, task.slept_by, strict=True))
    assert by == {5: 0, 6: LENT, 7: LENT, 8: 1}


def test_a_tasks_own_sleep_is_told_and_skipped_where_the_step_says_so(desk: Desk) -> None:
    source = """
    from airflow.providers.standard.operators.python import PythonOperator

    def nap():
        time.sleep(30)
        time.sleep(0.01)
        print("acordou")

    with DAG("d", schedule=None, catchup=False, start_date=START):
        PythonOperator(task_id="nap", python_callable=nap)
    """
    started = time.monotonic()
    report, output = desk.run(source, skip_sleeps=True)
    assert time.monotonic() - started < 20
    (task,) = report.tasks
    assert task.sleeps == (30,)
    assert "acordou" in output["nap"]
    ((began, ended),) = task.spans
    assert task.slept_by == (0,)
    assert began <= task.slept_at[0] <= ended <= time.monotonic(), "on the clock of whoever serves the world"
    by_name, _ = desk.run(
        source.replace("def nap", "from time import sleep\n\n    def nap").replace(
            "time.sleep(30)", "[sleep(1) for _ in range(900)]"
        ),
        skip_sleeps=True,
    )
    assert sum(by_name.tasks[0].sleeps) == 900, (
        "imported by its name before anything ran, and second by second"
    )
    honest, _ = desk.run(source.replace("30", "1.5"))
    assert honest.tasks[0].sleeps == ()


def test_the_dags_own_callbacks_run_as_the_dag_processor_runs_them(desk: Desk) -> None:
    source = """
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import BaseNotifier

    class Tell(BaseNotifier):
        template_fields = ("words",)

        def __init__(self, words):
            super().__init__()
            self.words = words

        def notify(self, context):
            (WORLD / "saida").mkdir(exist_ok=True)
            (WORLD / "saida" / "aviso.txt").write_text(
                f"{self.words} {context['reason']} {context['ti'].task_id} {context['dag_run'].run_id}")

    def broken(ti):
        ti.xcom_push(key="why", value="porque sim")
        raise ValueError("quebrou")

    def plain(context):
        print("CALLBACK", context["dag"].dag_id, context["ti"].xcom_pull(task_ids="broken", key="why"))

    with DAG("d", schedule=None, catchup=False, start_date=START,
             on_failure_callback=[plain, Tell("falhou {{ dag.dag_id }}")]):
        PythonOperator(task_id="broken", python_callable=broken)
    """
    report, output = desk.run(source)
    assert report.state == "failed"
    assert "CALLBACK d porque sim" in "".join(output.values())
    told = (desk.cage.scratch).glob("**/saida/aviso.txt")
    texts = [path.read_text() for path in told]
    assert len(texts) == 1
    assert texts[0].startswith("falhou d task_failure broken manual__")


# --- deadlines and calls -----------------------------------------------------------------------------

WATCHED = """
from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference, SyncCallback

def late(context, **more):
    print("ATRASOU", context["dag_run"]["dag_run_id"], context["deadline"]["deadline_time"], more)

async def late_async(context):
    late(context)

with DAG("d", schedule="*/15 * * * *", start_date=START, catchup=False, deadline=DeadlineAlert(
        reference=DeadlineReference.{reference}, interval=timedelta(minutes=5), callback={callback})):
    BashOperator(task_id="a", bash_command="true")
"""


@pytest.mark.parametrize(
    ("reference", "name"),
    [("DAGRUN_QUEUED_AT", "DagRunQueuedAtDeadline"), ("DAGRUN_LOGICAL_DATE", "DagRunLogicalDateDeadline")],
)
def test_a_deadline_is_told_and_its_miss_handled(desk: Desk, reference: str, name: str) -> None:
    source = WATCHED.format(reference=reference, callback='SyncCallback(late, kwargs={"canal": "x"})')
    (declared,) = desk.parse(source).dags[0].deadlines
    assert (declared.reference, declared.interval, declared.kind) == (name, 300.0, "SyncCallback")
    assert declared.callback.endswith(".late")
    (missed,), output = desk.miss(source)
    assert (missed.state, missed.error) == ("success", "")
    assert missed.deadline == declared
    assert datetime.fromisoformat(missed.due) == AFTER + timedelta(minutes=5)
    assert f"ATRASOU {missed.run_id}" in output
    assert "'canal': 'x'" in output


def test_an_async_callback_in_the_dags_file_is_not_found_by_the_triggerer(desk: Desk) -> None:
    source = WATCHED.format(reference="DAGRUN_QUEUED_AT", callback="AsyncCallback(late_async)")
    (missed,), output = desk.miss(source)
    assert missed.state == "failed"
    assert "ModuleNotFoundError" in missed.error
    assert "ATRASOU" not in output


def test_an_async_callback_in_a_module_is_awaited(desk: Desk) -> None:
    source = WATCHED.format(reference="DAGRUN_QUEUED_AT", callback='AsyncCallback("d.late_async")')
    (missed,), output = desk.miss(source)
    assert missed.state == "success", missed.error
    assert f"ATRASOU {missed.run_id}" in output


def test_a_callback_that_fails_is_told(desk: Desk) -> None:
    source = WATCHED.format(reference="DAGRUN_QUEUED_AT", callback="SyncCallback(late)").replace(
        '"dag_run"', '"task_instance"'
    )
    (missed,), _ = desk.miss(source)
    assert missed.state == "failed"
    assert "KeyError: 'task_instance'" in missed.error


def test_a_dag_without_deadlines_misses_none(desk: Desk) -> None:
    assert desk.parse(SIMPLE.format(schedule="None")).dags[0].deadlines == ()
    assert desk.miss(SIMPLE.format(schedule="None"))[0] == ()


def test_a_dag_with_deadlines_runs(desk: Desk) -> None:
    source = WATCHED.format(reference="DAGRUN_QUEUED_AT", callback="SyncCallback(late)")
    report, _ = desk.run(source)
    assert report.state == "success"


def test_functions_of_a_file_are_called(desk: Desk) -> None:
    source = "def dobro(n): return {'dobro': 2 * n, 'mundo': str(WORLD)}"
    results = desk.call(source, ("dobro", {"n": 4}), ("nada", {}))
    assert results[0].value == {"dobro": 8, "mundo": str(desk.cage.inside.world)}
    assert results[1].error == "o arquivo não tem a função nada"


@pytest.mark.parametrize("schedule", ['"*/15 * * * *"', "timedelta(minutes=15)"])
def test_what_began_long_ago_is_not_followed_from_its_beginning(desk: Desk, schedule: str) -> None:
    source = SIMPLE.format(schedule=schedule).replace("start_date=START", "start_date=datetime(2019, 1, 1)")
    runs = [datetime.fromisoformat(run) for run in desk.parse(source).dags[0].next_runs]
    assert runs[0] == datetime(2026, 3, 2, tzinfo=UTC)
    assert len(runs) == 50
    assert {(later - earlier) for earlier, later in pairwise(runs)} == {timedelta(minutes=15)}


def test_a_deadline_that_an_unknown_variable_should_tell_is_no_fault_of_the_grader(desk: Desk) -> None:
    source = "from airflow.sdk.definitions.deadline import VariableInterval\n" + WATCHED.format(
        reference="DAGRUN_QUEUED_AT", callback="SyncCallback(late)"
    ).replace("timedelta(minutes=5)", 'VariableInterval("nenhuma")')
    (declared,) = desk.parse(source).dags[0].deadlines
    assert declared.interval is None
    assert desk.miss(source)[0] == ()
