"""Prefect: loads a student's flow and its deployment, and runs the flow as its own server would have it run.

Runs in the cage. The server is Prefect's own, in a thread of the child, on a loopback that is only the child's;
its services (scheduler, telemetry) stay off. Names that are not Prefect's public ones, each exercised by the tests:
`task_engine.emit_task_run_state_change_event`, `refresh_global_settings_context`, `EventsWorker.set_client_override`.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from typing import Any
from unittest import mock

from autograder.run.inside import calling, pauses
from autograder.run.inside.window import WINDOW

Tell = Callable[[dict[str, Any]], None]

SERVER_SECONDS = 20.0
MAX_TASKS = 200
MAX_RUNS = 50
MAX_TEXT = 2_000

_application: Any = None


def preload() -> dict[str, str]:
    """Pays every import and first-call cost, without a thread and without an open connection."""
    # A JSON Schema extra that JupyterLab brings along: its import builds a grammar for 2 s.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    import httpx  # noqa: F401
    import prefect.blocks.notifications
    import prefect.cache_policies
    import prefect.concurrency.sync
    import prefect.deployments.runner
    import prefect.flow_engine
    import prefect.runtime.flow_run
    import prefect.server.database
    import prefect.server.schemas.schedules
    import prefect.task_engine
    import prefect.task_runners  # noqa: F401
    import requests  # noqa: F401
    import sqlalchemy.orm
    import uvicorn.lifespan.off
    import uvicorn.loops.auto
    import uvicorn.protocols.http.auto  # noqa: F401
    from prefect.server.api.server import create_app

    global _application
    sqlalchemy.orm.configure_mappers()
    _application = create_app(ephemeral=True)
    names = ["prefect", "pydantic", "sqlalchemy"]
    return {"python": sys.version.split()[0], **{name: version(name) for name in names}}


def perform(job: str, arguments: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """The jobs a grader can ask for: `flow` (load it) and `flow_run`."""
    _serve()
    with pauses.skipped("prefect", "uvicorn") as slept:
        try:
            module = calling.load(arguments, tell)
            if job == "flow":
                return calling.plain_report(_describe(module, arguments["deployment"], tell))
            return calling.plain_report(_run(module, arguments, slept, tell))
        except calling.NotLoaded as error:
            traceback.print_exception(error.__cause__)
            why = str(error)
        except Exception as error:  # whatever is looked at may be something else than it says
            traceback.print_exc()
            why = calling.said(error)
    if job == "flow":
        return {"flows": [], "error": why[:MAX_TEXT]}
    return _not_run("NOT_LOADED", why)


# --- the server --------------------------------------------------------------------------------------


def _serve() -> None:
    """Prefect's server at a free port until the child ends, and everything in this process told to speak with it."""
    import prefect.context
    import uvicorn
    from prefect.events.clients import NullEventsClient
    from prefect.events.worker import EventsWorker

    listening = socket.create_server(("127.0.0.1", 0))
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
    prefect.context.refresh_global_settings_context()
    # Events are for the UI: nobody listens to them here.
    EventsWorker.set_client_override(NullEventsClient)
    # Without its lifespan: nothing is migrated, and no service of the server runs.
    config = uvicorn.Config(_application, lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="servidor", daemon=True)
    thread.start()
    deadline = time.monotonic() + SERVER_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("o servidor do Prefect não abriu")
        time.sleep(0.002)


# --- loading -----------------------------------------------------------------------------------------


def _describe(module: Any, function: str, tell: Tell) -> dict[str, Any]:
    """The flows of a module, and the deployment that its `function` gives back."""
    from prefect import Flow

    flows = [
        {"function": name[:200], "name": str(value.name)[:200]}
        for name, value in vars(module).items()
        if isinstance(value, Flow)
    ]
    report: dict[str, Any] = {"flows": flows[:MAX_RUNS]}
    tell({"at": f"na função {function}"})
    try:
        report["deployment"] = _describe_deployment(_deployment(module, function))
    except _NoDeployment as error:
        report["deployment_error"] = str(error)
    except Exception as error:
        traceback.print_exc()
        report["deployment_error"] = f"{function} parou com {calling.said(error)}"
    return report


class _NoDeployment(Exception):
    """There is no deployment; the message says what there is, in Portuguese."""


def _deployment(module: Any, function: str) -> Any:
    from prefect.deployments.runner import RunnerDeployment

    wanted = getattr(module, function, None)
    if not callable(wanted):
        raise _NoDeployment(f"o arquivo não tem a função {function}")
    made = wanted()
    if inspect.isawaitable(made):
        made = asyncio.run(_wait_for(made))
    if isinstance(made, list | tuple) and len(made) == 1:
        made = made[0]
    if not isinstance(made, RunnerDeployment):
        raise _NoDeployment(f"{function} devolveu {type(made).__name__}, que não é um deployment")
    return made


async def _wait_for(awaitable: Any) -> Any:
    return await awaitable


def _describe_deployment(deployment: Any) -> dict[str, Any]:
    runs: set[str] = set()
    for one in deployment.schedules or []:
        if one.active is not False and one.schedule is not None:
            runs |= {moment.isoformat() for moment in asyncio.run(_in_window(one.schedule))}
    return {
        "name": str(deployment.name)[:200],
        "flow": str(deployment.flow_name)[:200],
        "paused": bool(deployment.paused),
        "next_runs": sorted(runs)[:MAX_RUNS],
    }


async def _in_window(schedule: Any) -> list[Any]:
    """When Prefect's scheduler would start runs in WINDOW."""
    from prefect.server.schemas import schedules

    theirs = getattr(schedules, type(schedule).__name__)
    again = theirs.model_validate(schedule.model_dump())
    found: list[datetime] = await again.get_dates(n=MAX_RUNS, start=WINDOW[0], end=WINDOW[1])
    return [moment.astimezone(WINDOW[0].tzinfo) for moment in found if WINDOW[0] <= moment < WINDOW[1]]


# --- running -----------------------------------------------------------------------------------------


def _run(module: Any, arguments: dict[str, Any], slept: list[float], tell: Tell) -> dict[str, Any]:
    """Runs a flow: with these parameters, or as its deployment would at an instant."""
    import prefect.task_engine
    from prefect import Flow

    ledger = _Ledger()
    flow = getattr(module, arguments["flow"], None)
    if not isinstance(flow, Flow):
        return _not_run("NOT_LOADED", f"o arquivo não tem um flow chamado {arguments['flow']}")
    # The server asks for the pause between two tries of a whole flow, and would not let it be cut short.
    flow_delay, flow.retry_delay_seconds = flow.retry_delay_seconds, 0
    tell({"at": f"no flow {arguments['flow']}"})
    with mock.patch.object(prefect.task_engine, "emit_task_run_state_change_event", ledger.note):
        try:
            if arguments.get("scheduled_at"):
                given = _deployment(module, arguments["deployment"])
                state = _at(flow, given, datetime.fromisoformat(arguments["scheduled_at"]))
            else:
                state = flow(**arguments["parameters"], return_state=True)
            if inspect.isawaitable(state):
                state = asyncio.run(_wait_for(state))
            ended, error = str(state.type.value), "" if state.is_completed() else str(state.message)
        except _NoDeployment as problem:
            ended, error = "NOT_LOADED", str(problem)
        except Exception as problem:
            traceback.print_exc()
            ended, error = "CRASHED", calling.said(problem)
    return {
        "state": ended,
        "error": error[:MAX_TEXT],
        "tasks": ledger.entries(),
        "pauses": slept[:MAX_RUNS],
        "retry_delay": float(flow_delay or 0),
    }


def _not_run(state: str, why: str) -> dict[str, Any]:
    return {"state": state, "error": why[:MAX_TEXT], "tasks": [], "pauses": []}


def _at(flow: Any, deployment: Any, moment: datetime) -> Any:
    """A run that the scheduler has planned for this moment, with the parameters of the deployment."""
    from prefect import flow_engine
    from prefect.client.orchestration import get_client
    from prefect.states import Scheduled

    parameters = dict(deployment.parameters)
    for one in deployment.schedules or []:
        parameters |= dict(one.parameters or {}) if one.active is not False else {}
    with get_client(sync_client=True) as client:
        planned = client.create_flow_run(
            flow, parameters=parameters, state=Scheduled(scheduled_time=moment), name="agendado"
        )
    return flow_engine.run_flow(flow, flow_run=planned, return_type="state")


class _Ledger:
    """What became of each task run, told by the engine as it happens."""

    def __init__(self) -> None:
        self._runs: dict[Any, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def note(self, task_run: Any, initial_state: Any, validated_state: Any, follows: Any = None) -> None:
        """In the place of an event that would be sent to the server."""
        with self._lock:
            seen = self._runs.setdefault(task_run.id, {"waits": []})
            seen["name"] = str(task_run.name)[:200]
            seen["state"] = str(validated_state.name)[:80]
            seen["tries"] = int(task_run.run_count)
            seen["error"] = (
                str(validated_state.message or "")[:MAX_TEXT] if validated_state.is_failed() else ""
            )
            details = validated_state.state_details
            if validated_state.name == "AwaitingRetry" and details.scheduled_time:
                # Noted, and due at once.
                waited = (details.scheduled_time - validated_state.timestamp).total_seconds()
                seen["waits"].append(round(waited, 1))
                details.scheduled_time = validated_state.timestamp

    def entries(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{**seen, "waits": seen["waits"][:MAX_RUNS]} for seen in self._runs.values()][:MAX_TASKS]
