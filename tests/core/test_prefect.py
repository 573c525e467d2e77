"""The Prefect adapter: what it leans on, and what it sees of small flows on one real stage."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from autograder.model.reports.prefect import FlowReport, FlowRunReport
from autograder.run.elsewhere import LoadFlow, RunFlow
from autograder.run.world import Limits
from autograder.sandbox.probe import probe

if TYPE_CHECKING:
    from conftest import Desk

AT = datetime(2026, 3, 3, 5, tzinfo=UTC)  # 02:00 in São Paulo

PRIVATE = """
import inspect
broken = []
def check(what, holds):
    try:
        good = holds()
    except Exception as error:
        good, what = False, f"{what} ({type(error).__name__}: {error})"
    if not good:
        broken.append(what)
def names(function):
    return list(inspect.signature(function).parameters)

from prefect import task_engine, context, flow_engine
from prefect.deployments.runner import RunnerDeployment
from prefect.events.worker import EventsWorker
from prefect.server.api.server import create_app
from prefect.server.schemas import schedules
check("task_engine.emit_task_run_state_change_event(task_run, initial_state, validated_state, follows)",
      lambda: names(task_engine.emit_task_run_state_change_event)
      == ["task_run", "initial_state", "validated_state", "follows"])
check("both engines call it in set_state, and wait for the state's scheduled_time afterwards",
      lambda: all("emit_task_run_state_change_event(" in inspect.getsource(engine.set_state)
                  and "scheduled_time" in inspect.getsource(engine.wait_until_ready)
                  for engine in (task_engine.SyncTaskRunEngine, task_engine.AsyncTaskRunEngine)))
check("context.refresh_global_settings_context()", lambda: not names(context.refresh_global_settings_context))
check("EventsWorker.set_client_override(client_type)",
      lambda: names(EventsWorker.set_client_override)[0] == "client_type")
check("create_app(ephemeral=)", lambda: "ephemeral" in names(create_app))
check("run_flow(flow, flow_run, return_type)",
      lambda: {"flow", "flow_run", "return_type"} <= set(names(flow_engine.run_flow)))
check("the server's schedules have get_dates(n, start, end)",
      lambda: all(["self", "n", "start", "end"] == names(kind.get_dates) for kind in
                  (schedules.CronSchedule, schedules.IntervalSchedule, schedules.RRuleSchedule)))
check("RunnerDeployment has schedules, parameters, paused and flow_name",
      lambda: {"schedules", "parameters", "paused", "flow_name"} <= set(RunnerDeployment.model_fields))
print("\\n".join(broken))
"""

HEAD = """
import os, time
from datetime import timedelta
from prefect import flow, get_run_logger, runtime, task
from prefect.cache_policies import INPUTS, NO_CACHE
from prefect.schedules import Cron, Interval, RRule
"""
ZONE = "America/Sao_Paulo"
EMPTY = "@flow\ndef f(dia: str | None = None):\n    print('DIA', dia)\n"


@pytest.fixture(scope="module")
def desk(open_desk: Callable[[str], Desk]) -> Desk:
    return open_desk("prefect")


def load(desk: Desk, source: str) -> FlowReport:
    report, _ = desk.play(HEAD + source, LoadFlow("d.py", "implantacao"))
    assert isinstance(report, FlowReport)
    return report


def run(desk: Desk, source: str, **more: Any) -> tuple[FlowRunReport, str]:
    asked = {name: more.pop(name) for name in ("parameters", "deployment", "scheduled_at") if name in more}
    report, output = desk.play(HEAD + source, RunFlow("d.py", "f", **asked), **more)
    assert isinstance(report, FlowRunReport)
    return report, output


def test_the_names_that_are_not_public_are_still_there() -> None:
    done = subprocess.run([sys.executable, "-c", PRIVATE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    "schedule",
    [
        f"schedule=Cron('0 2 * * *', timezone='{ZONE}')",
        f"schedules=[Cron('0 2 * * *', timezone='{ZONE}')]",
        "cron='0 5 * * *'",
        f"schedule=RRule('DTSTART:20260101T020000\\nRRULE:FREQ=DAILY', timezone='{ZONE}')",
        f"schedule=Interval(timedelta(days=1), anchor_date=__import__('datetime').datetime(2026, 1, 1, 5, tzinfo=__import__('datetime').UTC), timezone='{ZONE}')",
        f"schedules=[{{'schedule': __import__('prefect.client.schemas.schedules', fromlist=['x']).CronSchedule(cron='0 2 * * *', timezone='{ZONE}'), 'active': True}}]",
    ],
    ids=["cron", "list", "utc", "rrule", "interval", "client"],
)
def test_every_daily_schedule_fires_alike(desk: Desk, schedule: str) -> None:
    report = load(desk, EMPTY + f"def implantacao():\n    return f.to_deployment('diaria', {schedule})\n")
    assert report.error == report.deployment_error == ""
    assert [(one.function, one.name) for one in report.flows] == [("f", "f")]
    assert report.deployment
    assert (report.deployment.name, report.deployment.flow, report.deployment.paused) == (
        "diaria",
        "f",
        False,
    )
    runs = [datetime.fromisoformat(run).astimezone(UTC) for run in report.deployment.next_runs]
    assert [f"{one:%d %H:%M}" for one in runs] == [f"{day:02d} 05:00" for day in range(2, 12)]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "o arquivo não tem a função implantacao"),
        ("def implantacao():\n    return 'x'\n", "implantacao devolveu str, que não é um deployment"),
        ("def implantacao():\n    raise ValueError('ops')\n", "implantacao parou com ValueError: ops"),
        ("implantacao = 3\n", "o arquivo não tem a função implantacao"),
    ],
)
def test_a_missing_deployment_is_told(desk: Desk, source: str, said: str) -> None:
    report = load(desk, EMPTY + source)
    assert report.deployment is None
    assert report.deployment_error == said
    assert len(report.flows) == 1


def test_an_inactive_schedule_starts_nothing_and_a_paused_deployment_says_so(desk: Desk) -> None:
    source = "def implantacao():\n    return f.to_deployment('d', paused=True, schedule=Cron('0 2 * * *', active=False))\n"
    deployment = load(desk, EMPTY + source).deployment
    assert deployment
    assert (deployment.paused, deployment.next_runs) == (True, ())


def test_an_async_deployment_is_waited_for(desk: Desk) -> None:
    deployment = load(
        desk, EMPTY + "async def implantacao():\n    return await f.ato_deployment('d')\n"
    ).deployment
    assert deployment
    assert deployment.name == "d"


def test_a_flow_from_a_source_has_a_deployment_too(desk: Desk) -> None:
    source = """
def implantacao():
    from pathlib import Path
    here = str(Path(__file__).parent)
    return flow.from_source(source=here, entrypoint="d.py:f").to_deployment("d", cron="0 5 * * *")
"""
    deployment = load(desk, EMPTY + source).deployment
    assert deployment
    assert (deployment.flow, len(deployment.next_runs)) == ("f", 10)


@pytest.mark.parametrize("source", ["import nao_existe", "def x(:", "1 / 0"])
def test_a_file_that_does_not_load_is_a_report(desk: Desk, source: str) -> None:
    assert load(desk, source).error
    assert "/entrega/" not in load(desk, source).error
    ran, _ = run(desk, source)
    assert (ran.state, ran.tasks) == ("NOT_LOADED", ())


def test_a_flow_runs_with_what_it_is_given(desk: Desk) -> None:
    report, output = run(desk, EMPTY, parameters={"dia": "2026-03-02"})
    assert (report.state, report.error) == ("COMPLETED", "")
    assert "DIA 2026-03-02" in output


def test_an_async_flow_and_its_tasks_run(desk: Desk) -> None:
    source = "@task\nasync def g():\n    return 1\n@flow\nasync def f():\n    assert await g() == 1\n"
    report, _ = run(desk, source)
    assert (report.state, [one.state for one in report.tasks]) == ("COMPLETED", ["Completed"])


def test_a_flow_that_is_not_there_is_told(desk: Desk) -> None:
    report, _ = run(desk, "@flow\ndef outro(): ...\n")
    assert (report.state, report.error) == ("NOT_LOADED", "o arquivo não tem um flow chamado f")


def test_retries_are_counted_and_their_waits_noted_and_not_waited_for(desk: Desk) -> None:
    source = """
tries = []
@task(retries=3, retry_delay_seconds=[600, 1200])
def g():
    tries.append(1)
    if len(tries) < 3:
        raise RuntimeError("ops")
@task(retries=2, retry_condition_fn=lambda task, run, state: False)
def h():
    raise LookupError("nunca")
@flow
def f():
    g()
    h()
"""
    report, _ = run(desk, source)
    assert report.state == "FAILED"
    steady, given_up = report.tasks
    assert (steady.state, steady.tries, steady.waits, steady.error) == ("Completed", 3, (600.0, 1200.0), "")
    assert (given_up.state, given_up.tries, given_up.waits) == ("Failed", 1, ())
    assert "nunca" in given_up.error


def test_a_whole_flow_is_retried_without_waiting(desk: Desk) -> None:
    source = """
tries = []
@flow(retries=2, retry_delay_seconds=900)
def f():
    tries.append(1)
    print("VEZ", len(tries))
    if len(tries) < 3:
        raise RuntimeError("ops")
"""
    report, output = run(desk, source)
    assert (report.state, report.retry_delay) == ("COMPLETED", 900)
    assert "VEZ 3" in output


def test_pauses_of_the_code_are_noted_and_skipped(desk: Desk) -> None:
    report, _ = run(desk, "from time import sleep\n@flow\ndef f():\n    sleep(500)\n    time.sleep(2.5)\n")
    assert (report.state, report.pauses) == ("COMPLETED", (500.0, 2.5))


def test_a_scheduled_run_knows_its_instant_and_its_deployments_parameters(desk: Desk) -> None:
    source = """
@flow
def f(dia: str | None = None, modo: str = "x"):
    print("AT", runtime.flow_run.scheduled_start_time.isoformat(), dia, modo)
def implantacao():
    return f.to_deployment("d", parameters={"modo": "y"})
"""
    report, output = run(desk, source, deployment="implantacao", scheduled_at=AT)
    assert report.state == "COMPLETED"
    assert "AT 2026-03-03T05:00:00+00:00 None y" in output
    without, _ = run(desk, EMPTY, deployment="implantacao", scheduled_at=AT)
    assert (without.state, without.error) == ("NOT_LOADED", "o arquivo não tem a função implantacao")


def test_results_are_kept_where_the_world_says(desk: Desk) -> None:
    source = """
@task(cache_policy=INPUTS, persist_result=True)
def g(n):
    print("PERGUNTOU", n)
    return n
@flow
def f(n: int):
    g(n)
"""
    world = {"PREFECT_LOCAL_STORAGE_PATH": str(desk.cage.inside.world / "resultados")}
    first, told = run(desk, source, parameters={"n": 1}, **world)
    again, silent = run(desk, source, parameters={"n": 1}, again=True, **world)
    other, asked = run(desk, source, parameters={"n": 2}, again=True, **world)
    assert [one.tasks[0].state for one in (first, again, other)] == ["Completed", "Cached", "Completed"]
    assert "PERGUNTOU 1" in told
    assert "PERGUNTOU" not in silent
    assert "PERGUNTOU 2" in asked


def test_tasks_that_run_side_by_side_are_all_told(desk: Desk) -> None:
    source = "@task\ndef g(n):\n    return n\n@flow\ndef f():\n    return sum(g.map(range(6)).result())\n"
    report, _ = run(desk, source)
    assert [one.state for one in report.tasks] == ["Completed"] * 6


def test_a_variable_of_the_server_can_be_written_and_read(desk: Desk) -> None:
    source = "from prefect.variables import Variable\n@flow\ndef f():\n    Variable.set('a', 3)\n    print('VALE', Variable.get('a'))\n"
    report, output = run(desk, source)
    assert report.state == "COMPLETED"
    assert "VALE 3" in output


def test_a_flow_that_never_ends_is_ended(desk: Desk) -> None:
    source = HEAD + "@flow\ndef f():\n    while True: pass\n"
    brief = RunFlow("d.py", "f", limits=Limits(wall_seconds=4))
    _, output = desk.play(source, brief, outcome="timed_out")
    assert "Beginning flow run" in output or "f" in output


def test_a_flow_that_ends_the_process_leaves_no_report(desk: Desk) -> None:
    desk.play(HEAD + "@flow\ndef f():\n    os._exit(0)\n", RunFlow("d.py", "f"), outcome="died")


@pytest.mark.parametrize(
    ("source", "state"),
    [
        ("import sys\nsys.modules[__name__] = 3\n", "NOT_LOADED"),
        ("import prefect\nprefect.Flow = 3\n", "NOT_LOADED"),
        (
            "class Lie(str):\n    def __getitem__(self, part):\n        return object()\n"
            "f = flow(name='x')(lambda: None)\nf.name = Lie('x')\n",
            "COMPLETED",
        ),
    ],
    ids=["no module", "no class", "no text"],
)
def test_what_lies_about_itself_is_a_report_and_no_fault(desk: Desk, source: str, state: str) -> None:
    load(desk, source)
    ran, _ = run(desk, source)
    assert ran.state == state


def test_nothing_outside_of_the_child_can_be_reached(desk: Desk) -> None:
    if not probe().level.nested:
        pytest.skip("só uma rede própria corta a de fora")
    source = "import socket\n@flow\ndef f():\n    socket.create_connection(('1.1.1.1', 80), 2)\n"
    report, _ = run(desk, source)
    assert report.state == "FAILED"
    assert "unreachable" in report.error
