"""The Dagster adapter: what it leans on, and what it sees of small definitions on one real stage."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.model.reports.dagster import DefinitionsReport, MaterializeReport
from autograder.run.adapters import ADAPTERS
from autograder.run.elsewhere import LoadDefinitions, Materialize
from autograder.run.warm import stop_warm, warm_stage
from autograder.run.world import Limits
from autograder.sandbox.probe import probe

if TYPE_CHECKING:
    from conftest import Desk

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

import dagster as dg
from dagster._core.execution.plan.active import ActiveExecution
from dagster._utils.schedules import schedule_execution_time_iterator
check("ActiveExecution.mark_up_for_retry(step_key, at_time)",
      lambda: names(ActiveExecution.mark_up_for_retry) == ["self", "step_key", "at_time"])
check("schedule_execution_time_iterator(start_timestamp, cron_schedule, execution_timezone)",
      lambda: names(schedule_execution_time_iterator)[:3] == ["start_timestamp", "cron_schedule", "execution_timezone"])
def crons(condition):
    yield getattr(condition, "cron_schedule", None), getattr(condition, "cron_timezone", None)
    for child in getattr(condition, "children", []):
        yield from crons(child)
check("an AutomationCondition is a tree whose nodes have children, cron_schedule and cron_timezone",
      lambda: ("0 2 * * *", "America/Bahia") in crons(dg.AutomationCondition.on_cron("0 2 * * *", "America/Bahia")))
check("Definitions.resolve_job_def and get_repository_def",
      lambda: callable(dg.Definitions.resolve_job_def) and callable(dg.Definitions.get_repository_def))
repository = dg.Definitions().get_repository_def()
check("RepositoryDefinition has asset_graph, schedule_defs and get_top_level_resources",
      lambda: repository.asset_graph and repository.schedule_defs == [] and repository.get_top_level_resources() == {})
print("\\n".join(broken))
"""

HEAD = """
import os, time
from pathlib import Path
import dagster as dg

days = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="America/Sao_Paulo")
def note(*words):
    with Path(os.environ["MUNDO"], "diario.txt").open("a") as file:
        print(*words, file=file)
    print("NOTA", *words)
"""
TWO = """
@dg.asset(partitions_def=days)
def a(context: dg.AssetExecutionContext):
    note("a", context.partition_key)
@dg.asset(partitions_def=days, deps=[a])
def b(context: dg.AssetExecutionContext):
    note("b", context.partition_key)
"""
DEFS = "defs = dg.Definitions(assets=[a, b])\n"


@pytest.fixture(scope="module")
def desk(open_desk: Callable[[str], Desk]) -> Desk:
    return open_desk("dagster")


def load(desk: Desk, source: str) -> DefinitionsReport:
    report, _ = desk.play(HEAD + source, LoadDefinitions("d.py"))
    assert isinstance(report, DefinitionsReport)
    return report


def materialize(
    desk: Desk,
    source: str,
    *assets: str,
    resources: Mapping[str, Mapping[str, str]] | None = None,
    **environment: str,
) -> tuple[MaterializeReport, str]:
    step = Materialize("d.py", assets or ("b",), "2026-03-02", resources or {})
    report, output = desk.play(HEAD + source, step, **environment)
    assert isinstance(report, MaterializeReport)
    return report, output


def test_the_names_that_are_not_public_are_still_there() -> None:
    done = subprocess.run([sys.executable, "-c", PRIVATE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_definitions_are_described(desk: Desk) -> None:
    source = (
        TWO
        + """
class Place(dg.ConfigurableResource):
    path: str
@dg.asset_check(asset=a, blocking=True)
def good():
    return dg.AssetCheckResult(passed=True)
@dg.asset_check(asset=b)
def fair():
    return dg.AssetCheckResult(passed=True)
defs = dg.Definitions(assets=[a, b], asset_checks=[good, fair], resources={"place": Place(path="x")})
"""
    )
    report = load(desk, source)
    assert report.error == ""
    assert [(one.key, one.partitions, one.depends) for one in report.assets] == [
        ("a", "DailyPartitionsDefinition", ()),
        ("b", "DailyPartitionsDefinition", ("a",)),
    ]
    assert [(one.asset, one.name, one.blocking) for one in report.checks] == [
        ("a", "good", True),
        ("b", "fair", False),
    ]
    assert "place" in report.resources
    assert report.schedules == ()


@pytest.mark.parametrize(
    ("source", "partitions"),
    [
        (
            "job = dg.define_asset_job('j', partitions_def=days)\n"
            "defs = dg.Definitions(assets=[a, b], schedules=[dg.build_schedule_from_partitioned_job(job, hour_of_day=2)])\n",
            ("2026-03-01",),
        ),
        (
            "job = dg.define_asset_job('j', partitions_def=days)\n"
            "@dg.schedule(cron_schedule='0 2 * * *', execution_timezone='America/Sao_Paulo', job=job)\n"
            "def daily(context):\n    return dg.RunRequest(partition_key='2026-02-27')\n"
            "defs = dg.Definitions(assets=[a, b], schedules=[daily], jobs=[job])\n",
            ("2026-02-27",),
        ),
        (
            "cron = dg.AutomationCondition.on_cron('0 2 * * *', 'America/Sao_Paulo')\n"
            "defs = dg.Definitions(assets=[a, b]).map_asset_specs(func=lambda spec: spec.replace_attributes(automation_condition=cron))\n",
            (),
        ),
    ],
    ids=["partitioned", "own", "automation"],
)
def test_what_starts_runs_by_the_clock_is_told(desk: Desk, source: str, partitions: tuple[str, ...]) -> None:
    report = load(desk, TWO + source)
    assert report.error == ""
    assert report.schedules
    for schedule in report.schedules:
        runs = [datetime.fromisoformat(run).astimezone(UTC) for run in schedule.next_runs]
        assert [f"{run:%d %H:%M}" for run in runs] == [f"{day:02d} 05:00" for day in range(2, 12)]
        assert schedule.partitions == partitions
        assert schedule.error == ""
    assert {asset for schedule in report.schedules for asset in schedule.assets} == {"a", "b"}


def test_a_tick_that_fails_says_why(desk: Desk) -> None:
    source = "defs = dg.Definitions(assets=[a, b], schedules=[dg.ScheduleDefinition(name='s', target='*', cron_schedule='0 2 * * *', execution_fn=lambda context: 1 / 0)])\n"
    (schedule,) = load(desk, TWO + source).schedules
    assert schedule.partitions == ()
    assert "ZeroDivisionError" in schedule.error or "Error" in schedule.error


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import nao_existe", "ModuleNotFoundError"),
        ("def x(:", "SyntaxError"),
        ("", "falta `defs = Definitions(...)` no nível do módulo: aqui `defs` não existe"),
        ("defs = 3", "aqui `defs` é um int"),
        ("defs = lambda: 1 / 0", "defs parou com ZeroDivisionError"),
        (TWO + "defs = dg.Definitions(assets=[a, dg.asset(name='a')(lambda: 1)])", "AssetKey(['a'])"),
        ("@dg.asset\ndef c(nobody: dg.ResourceParam[str]): ...\ndefs = dg.Definitions(assets=[c])", "nobody"),
    ],
)
def test_definitions_that_do_not_load_are_a_report(desk: Desk, source: str, said: str) -> None:
    report = load(desk, source)
    assert said in report.error
    assert "/entrega/" not in report.error
    assert report.assets == ()
    ran, _ = materialize(desk, source)
    assert ran.state == "NOT_LOADED"


def test_definitions_may_be_made_by_a_function(desk: Desk) -> None:
    report = load(desk, TWO + "@dg.definitions\ndef defs():\n    return dg.Definitions(assets=[a, b])\n")
    assert (report.error, len(report.assets)) == ("", 2)


def test_a_partition_is_materialized_with_what_it_is_made_of(desk: Desk) -> None:
    report, output = materialize(desk, TWO + DEFS)
    assert (report.state, report.error) == ("SUCCESS", "")
    assert [(step.key, step.state, step.tries) for step in report.steps] == [
        ("a", "SUCCESS", 1),
        ("b", "SUCCESS", 1),
    ]
    assert "NOTA a 2026-03-02" in output
    assert "NOTA b 2026-03-02" in output


def test_only_what_is_asked_for_is_materialized(desk: Desk) -> None:
    report, output = materialize(desk, TWO + DEFS, "a")
    assert report.state == "SUCCESS"
    assert "NOTA b" not in output


def test_an_unpartitioned_parent_and_a_value_between_assets_are_fine(desk: Desk) -> None:
    source = """
@dg.asset
def a():
    return 20
@dg.asset(partitions_def=days)
def b(context: dg.AssetExecutionContext, a: int):
    note("b", a + 1)
"""
    report, output = materialize(desk, source + DEFS)
    assert report.state == "SUCCESS", report
    assert "NOTA b 21" in output


def test_a_blocking_check_stops_what_comes_after(desk: Desk) -> None:
    source = (
        TWO
        + """
@dg.asset_check(asset=a, blocking=True)
def good(context: dg.AssetCheckExecutionContext):
    return dg.AssetCheckResult(passed=False)
defs = dg.Definitions(assets=[a, b], asset_checks=[good])
"""
    )
    report, output = materialize(desk, source)
    assert report.state == "FAILURE"
    assert [(check.asset, check.name, check.passed) for check in report.checks] == [("a", "good", False)]
    assert "NOTA b" not in output
    advisory, told = materialize(desk, source.replace(", blocking=True", ""))
    assert advisory.state == "SUCCESS"
    assert "NOTA b" in told


def test_a_resource_is_replaced_by_configuration(desk: Desk) -> None:
    source = """
class Place(dg.ConfigurableResource):
    path: str
@dg.asset(partitions_def=days)
def b(place: Place):
    note("em", place.path)
defs = dg.Definitions(assets=[b], resources={"place": Place(path=dg.EnvVar("LUGAR"))})
"""
    world = desk.cage.inside.world
    _, usual = materialize(desk, source, LUGAR="casa")
    assert "NOTA em casa" in usual
    _, replaced = materialize(desk, source, resources={"place": {"path": "outro.db"}}, LUGAR="casa")
    assert f"NOTA em {world}/outro.db" in replaced
    refused, _ = materialize(desk, source, resources={"nada": {"path": "outro.db"}}, LUGAR="casa")
    assert refused.state == "REFUSED"
    assert "nada" in refused.error


def test_retries_are_counted_and_their_waits_noted_and_not_waited_for(desk: Desk) -> None:
    source = """
tries = []
@dg.asset(partitions_def=days, retry_policy=dg.RetryPolicy(max_retries=3, delay=600))
def b():
    tries.append(1)
    if len(tries) < 3:
        raise RuntimeError("ops")
defs = dg.Definitions(assets=[b])
"""
    report, _ = materialize(desk, source)
    (step,) = report.steps
    assert (report.state, step.state, step.tries) == ("SUCCESS", "SUCCESS", 3)
    assert step.waits == pytest.approx((600.0, 600.0), abs=1)


def test_what_an_asset_raises_is_told(desk: Desk) -> None:
    source = TWO.replace('note("a", context.partition_key)', 'raise ValueError("não deu")') + DEFS
    report, _ = materialize(desk, source)
    assert report.state == "FAILURE"
    assert (report.steps[0].key, report.steps[0].state) == ("a", "FAILURE")
    assert "não deu" in report.steps[0].error


def test_a_partition_that_does_not_exist_is_refused(desk: Desk) -> None:
    source = TWO.replace("days", "weeks")
    weekly = "weeks = dg.WeeklyPartitionsDefinition(start_date='2026-01-04')\n" + source + DEFS
    report, _ = materialize(desk, weekly)
    assert report.state == "REFUSED"
    assert "2026-03-02" in report.error


def test_an_asset_that_does_not_exist_is_refused(desk: Desk) -> None:
    report, _ = materialize(desk, TWO + DEFS, "vendas")
    assert report.state == "REFUSED"
    assert "vendas" in report.error


def test_pauses_are_skipped(desk: Desk) -> None:
    slow = TWO.replace('note("a"', 'time.sleep(500); note("a"')
    report, _ = materialize(desk, slow + DEFS)
    assert report.state == "SUCCESS"


def test_an_asset_that_never_ends_is_ended(desk: Desk) -> None:
    endless = TWO.replace('note("a", context.partition_key)', "while True: pass")
    brief = Materialize("d.py", ("b",), "2026-03-02", limits=Limits(wall_seconds=4))
    desk.play(HEAD + endless + DEFS, brief, outcome="timed_out")


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nsys.modules[__name__] = 3\n",
        TWO + "dg.Definitions.get_repository_def = lambda self: 3\n" + DEFS,
        TWO + "dg.JobDefinition.execute_in_process = lambda *a, **k: 3\n" + DEFS,
    ],
    ids=["no module", "no repository", "no result"],
)
def test_what_lies_about_itself_is_a_report_and_no_fault(desk: Desk, source: str) -> None:
    load(desk, source)
    ran, _ = materialize(desk, source)
    assert ran.state != "SUCCESS"


def test_it_stays_warm_beside_another_and_both_are_stopped(runtime: Path) -> None:
    """One thread after all that is paid in advance: else a stage would say why it can't stay."""
    level = probe().level
    if not level.nested:
        pytest.skip(f"aqui nenhum palco fica aquecido: {probe().reason}")
    with warm_stage(ADAPTERS["dagster"], level) as one, warm_stage(ADAPTERS["prefect"], level) as other:
        assert one.versions["dagster"]
        assert other.versions["prefect"]
    assert stop_warm() == 2
