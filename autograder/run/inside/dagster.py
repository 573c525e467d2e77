"""Dagster: loads a student's definitions, describes them and materializes assets in this process.

Runs in the cage. Names that are not Dagster's public ones, each exercised by the tests:
`ActiveExecution.mark_up_for_retry`, `schedule_execution_time_iterator` and the tree of an AutomationCondition.
"""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from unittest import mock

from autograder.run.inside import calling, pauses
from autograder.run.inside.window import WINDOW

Tell = Callable[[dict[str, Any]], None]

JOB = "correcao_do_exercicio"
MAX_THINGS = 200
MAX_RUNS = 50  # of what a thing has several of
MAX_TEXT = 2_000


def preload() -> dict[str, str]:
    """Pays every import and first-call cost, without a thread and without an open connection."""
    import dagster  # noqa: F401
    import httpx  # noqa: F401
    import requests  # noqa: F401

    _rehearse()
    names = ["dagster", "pydantic", "sqlalchemy"]
    return {"python": sys.version.split()[0], **{name: version(name) for name in names}}


def _rehearse() -> None:
    """Materializes a small asset once, so that no child pays for what Dagster works out only the first time (2 s)."""
    import dagster

    def rehearsed(context: Any) -> int:
        return int(context.partition_key[:4])

    days = dagster.DailyPartitionsDefinition(start_date="2026-01-01", timezone="America/Sao_Paulo")
    rehearsed.__annotations__ = {}
    asset = dagster.asset(partitions_def=days, name="ensaio")(rehearsed)

    def passes() -> Any:
        return dagster.AssetCheckResult(passed=True)

    check = dagster.asset_check(asset=asset, name="passa", blocking=True)(passes)
    defs = dagster.Definitions(assets=[asset], asset_checks=[check])
    arguments = {"assets": ["ensaio"], "partition": "2026-01-02", "run_config": {}}
    report = _materialize(defs, arguments)
    if report["state"] != "SUCCESS":
        raise RuntimeError(report["error"] or "o ensaio não materializou")


def perform(job: str, arguments: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """The jobs a grader can ask for: `definitions` (load them) and `materialize`."""
    with pauses.skipped("dagster"):
        try:
            defs = _definitions(calling.load(arguments, tell))
            tell({"at": "ao resolver defs"})
            repository = defs.get_repository_def()
            # What `dagster dev` would refuse to load is refused here too.
            type(defs).validate_loadable(defs)
            if job == "definitions":
                return calling.plain_report(_describe(defs, repository))
            tell({"at": "ao materializar"})
            return calling.plain_report(_materialize(defs, arguments))
        except calling.NotLoaded as error:
            traceback.print_exception(error.__cause__)
            return _refused(job, str(error))
        except Exception as error:
            traceback.print_exc()
            return _refused(job, calling.said(_first_of(error)))


def _refused(job: str, why: str) -> dict[str, Any]:
    if job == "definitions":
        return {"error": why[:MAX_TEXT], "assets": [], "resources": [], "checks": [], "schedules": []}
    return {"state": "NOT_LOADED", "error": why[:MAX_TEXT], "steps": [], "checks": []}


def _definitions(module: Any) -> Any:
    """The module's `defs`, be it the definitions or a function that makes them."""
    from dagster import Definitions

    found = getattr(module, "defs", None)
    if callable(found) and not isinstance(found, Definitions):
        try:
            found = found()
        except Exception as error:
            raise calling.NotLoaded(f"defs parou com {calling.said(error)}") from error
    if not isinstance(found, Definitions):
        kind = "não existe" if found is None else f"é um {type(found).__name__}"
        raise calling.NotLoaded(f"falta `defs = Definitions(...)` no nível do módulo: aqui `defs` {kind}")
    return found


# --- describing --------------------------------------------------------------------------------------


def _describe(defs: Any, repository: Any) -> dict[str, Any]:
    graph = repository.asset_graph
    assets = []
    schedules = [_describe_schedule(schedule, repository) for schedule in repository.schedule_defs[:MAX_RUNS]]
    for key in sorted(graph.executable_asset_keys, key=lambda key: key.to_user_string()):
        node = graph.get(key)
        assets.append(
            {
                "key": key.to_user_string()[:200],
                "partitions": type(node.partitions_def).__name__ if node.partitions_def else "",
                "depends": sorted(parent.to_user_string()[:200] for parent in node.parent_keys)[:MAX_RUNS],
            }
        )
        if node.automation_condition is not None:
            crons = list(_crons(node.automation_condition))
            if crons:
                schedules.append(
                    {
                        "name": f"automation_condition de {key.to_user_string()}"[:200],
                        "automation": True,
                        "next_runs": sorted({at for cron in crons for at in _ticks(*cron)})[:MAX_RUNS],
                        "assets": [key.to_user_string()[:200]],
                        "partitions": [],
                    }
                )
    checks = [
        {
            "name": key.name[:200],
            "asset": key.asset_key.to_user_string()[:200],
            "blocking": bool(graph.get(key).blocking),
        }
        for key in sorted(graph.asset_check_keys, key=lambda key: (key.asset_key.to_user_string(), key.name))
    ]
    return {
        "error": "",
        "assets": assets[:MAX_THINGS],
        "resources": sorted(repository.get_top_level_resources())[:MAX_THINGS],
        "checks": checks[:MAX_THINGS],
        "schedules": schedules[:MAX_RUNS],
    }


def _crons(condition: Any) -> Iterator[tuple[Any, str]]:
    """The cron expressions in the tree of an automation condition, each with its time zone."""
    cron = getattr(condition, "cron_schedule", None)
    if cron:
        yield cron, str(getattr(condition, "cron_timezone", "UTC"))
    for child in getattr(condition, "children", []):
        yield from _crons(child)


def _ticks(cron: Any, timezone: str | None) -> list[str]:
    """When a cron would fire in WINDOW."""
    from dagster._utils.schedules import schedule_execution_time_iterator

    found: list[str] = []
    for moment in schedule_execution_time_iterator(WINDOW[0].timestamp(), cron, timezone or "UTC"):
        if moment >= WINDOW[1] or len(found) >= MAX_RUNS:
            break
        found.append(moment.astimezone(UTC).isoformat())
    return found


def _describe_schedule(schedule: Any, repository: Any) -> dict[str, Any]:
    """When a schedule would start runs, and which assets and partition its first tick asks for."""
    runs = _ticks(schedule.cron_schedule, schedule.execution_timezone)
    try:
        job = repository.get_job(schedule.job_name)
        assets = sorted(key.to_user_string()[:200] for key in job.asset_layer.executable_asset_keys)
    except Exception:
        assets = []
    told: dict[str, Any] = {
        "name": str(schedule.name)[:200],
        "automation": False,
        "next_runs": runs,
        "assets": assets[:MAX_RUNS],
    }
    return told | _first_tick(schedule, repository, runs)


def _first_tick(schedule: Any, repository: Any, runs: list[str]) -> dict[str, Any]:
    from dagster import DagsterInstance, build_schedule_context

    if not runs:
        return {"partitions": []}
    at = datetime.fromisoformat(runs[0])
    try:
        with (
            DagsterInstance.ephemeral() as instance,
            build_schedule_context(
                instance=instance, scheduled_execution_time=at, repository_def=repository
            ) as context,
        ):
            data = schedule.evaluate_tick(context)
    except Exception as error:
        traceback.print_exc()
        return {"partitions": [], "error": calling.said(_first_of(error))}
    return {
        "partitions": [str(request.partition_key or "")[:80] for request in data.run_requests or []][
            :MAX_RUNS
        ]
    }


# --- running -----------------------------------------------------------------------------------------


def _materialize(defs: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Materializes one partition of these assets and of all that they are made of, checks included."""
    from dagster import AssetSelection, DagsterInstance, Definitions, define_asset_job

    waits: dict[str, list[float]] = {}
    config = dict(arguments["run_config"])
    if not defs.loggers:
        config["loggers"] = {"console": {"config": {"log_level": "INFO"}}}  # the engine's own voice is DEBUG
    selection = AssetSelection.assets(*arguments["assets"]).upstream()
    job = define_asset_job(JOB, selection=selection)
    try:
        whole = Definitions.merge(defs, Definitions(jobs=[job])).resolve_job_def(JOB)
        with DagsterInstance.ephemeral() as instance, _not_waiting(waits):
            result = whole.execute_in_process(
                partition_key=arguments["partition"],
                run_config=config,
                instance=instance,
                raise_on_error=False,
            )
    except Exception as error:
        traceback.print_exc()
        return {"state": "REFUSED", "error": calling.said(_first_of(error)), "steps": [], "checks": []}
    steps: dict[str, dict[str, Any]] = {}
    checks: list[dict[str, Any]] = []
    for event in result.all_events:
        kind = str(event.event_type_value)
        if kind == "ASSET_CHECK_EVALUATION":
            seen = event.asset_check_evaluation_data
            checks.append(
                {
                    "name": seen.check_name[:200],
                    "asset": seen.asset_key.to_user_string()[:200],
                    "passed": bool(seen.passed),
                }
            )
        if event.step_key:
            step = steps.setdefault(
                event.step_key, {"key": event.step_key[:200], "state": "", "tries": 1, "error": ""}
            )
            if kind in ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"):
                step["state"] = kind.removeprefix("STEP_")
            if kind == "STEP_UP_FOR_RETRY":
                step["tries"] += 1
            if kind == "STEP_FAILURE" and event.step_failure_data.error:
                step["error"] = _root_of(event.step_failure_data.error)[:MAX_TEXT]
    for key, seconds in waits.items():
        if key in steps:
            steps[key]["waits"] = seconds[:MAX_RUNS]
    return {
        "state": "SUCCESS" if result.success else "FAILURE",
        "error": "",
        "steps": list(steps.values())[:MAX_THINGS],
        "checks": checks[:MAX_THINGS],
    }


def _first_of(error: BaseException) -> BaseException:
    """The error that was raised first, below those that say only that something failed."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _root_of(error: Any) -> str:
    """What the student's code raised, below what Dagster wraps around it."""
    while error.cause is not None:
        error = error.cause
    return str(error.message).strip()


@contextlib.contextmanager
def _not_waiting(waits: dict[str, list[float]]) -> Iterator[None]:
    """Retries keep their count and what they ask to wait, which is noted and not waited for."""
    import time

    from dagster._core.execution.plan.active import ActiveExecution

    mark = ActiveExecution.mark_up_for_retry

    def at_once(self: Any, step_key: str, at_time: float | None = None) -> None:
        if at_time is not None:
            waits.setdefault(step_key, []).append(round(at_time - time.time(), 1))
        mark(self, step_key, None)

    with mock.patch.object(ActiveExecution, "mark_up_for_retry", at_once):
        yield
