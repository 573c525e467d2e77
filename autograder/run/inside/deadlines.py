"""Deadline alerts: what a DAG declares, and a miss handled the way the scheduler, the triggerer and an executor do.

Runs in the cage. What it leans on in Airflow 3.3: `Deadline.handle_miss`, the trigger that it leaves behind for an
AsyncCallback, and `execute_callback`, which an executor's worker calls for a SyncCallback.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

MAX_TEXT = 2_000
MAX_DEADLINES = 10

Tell = Callable[[dict[str, Any]], None]


def describe(dag: Any) -> list[dict[str, Any]]:
    """The DAG's deadline alerts as they are serialized."""
    from airflow.serialization.serialized_objects import DagSerialization

    serialized = DagSerialization.serialize_dag(dag).get("deadline") or []
    return [_described(one.get("__var", one)) for one in serialized[:MAX_DEADLINES]]


def _described(alert: dict[str, Any]) -> dict[str, Any]:
    # Interval and callback are encoded with their class beside them.
    interval, callback = alert["interval"].get("__data__"), alert["callback"]
    return {
        "reference": str(alert["reference"].get("reference_type", "")),
        "interval": float(interval) if isinstance(interval, int | float) else None,
        "kind": str(callback.get("__classname__", "")).rsplit(".", 1)[-1],
        "callback": str(callback.get("__data__", {}).get("path", ""))[:MAX_TEXT],
    }


def miss(dag: Any, file: Path, queued_at: datetime, tell: Tell) -> dict[str, Any]:
    """Queues a run of a registered DAG at that instant and lets each of its deadlines pass."""
    from airflow.models.dagrun import DagRun
    from airflow.models.deadline import Deadline
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType
    from sqlalchemy import select

    # Whoever calls it back is another process, in which nobody has loaded the DAG's file.
    for name in [name for name in sys.modules if name.startswith("unusual_prefix_")]:
        del sys.modules[name]
    told = []
    with create_session() as session:
        serialized = SerializedDagModel.get(dag.dag_id, session=session)
        assert serialized is not None
        scheduler_dag = serialized.dag
        run_id = DagRun.generate_run_id(
            run_type=DagRunType.SCHEDULED, logical_date=queued_at, run_after=queued_at
        )
        try:
            created = scheduler_dag.create_dagrun(
                run_id=run_id,
                logical_date=queued_at,
                data_interval=(queued_at, queued_at),
                run_after=queued_at,
                run_type=DagRunType.SCHEDULED,
                triggered_by=DagRunTriggeredByType.TIMETABLE,
                state=DagRunState.QUEUED,
                session=session,
            )
        except ValueError as error:  # an interval that a Variable should tell, and none does
            print(f"{type(error).__name__}: {error}")
            return {"missed": []}
        # Those that are counted from the moment it was queued were just now counted from our own clock.
        shift = queued_at - created.queued_at if created.queued_at else timedelta()
        created.queued_at = queued_at
        session.flush()
        for deadline in session.scalars(select(Deadline).where(Deadline.dagrun_id == created.id)).all():
            alert = _recorded(deadline)
            if alert["reference"] == "DagRunQueuedAtDeadline":
                deadline.deadline_time += shift
            told.append(_handle(deadline, alert, file, run_id, session, tell))
    return {"missed": told[:MAX_DEADLINES]}


def _recorded(deadline: Any) -> dict[str, Any]:
    alert = deadline.deadline_alert
    return _described(
        {"reference": alert.reference, "interval": alert.interval, "callback": alert.callback_def}
    )


def _handle(
    deadline: Any, alert: dict[str, Any], file: Path, run_id: str, session: Any, tell: Tell
) -> dict[str, Any]:
    from airflow._shared.module_loading import import_string
    from airflow.models.callback import TriggererCallback
    from airflow.sdk.execution_time.callback_supervisor import execute_callback

    tell({"at": "no callback do prazo"})
    deadline.handle_miss(session)
    session.flush()
    callback = deadline.callback
    session.refresh(callback)  # as another process reads it
    error = ""
    if isinstance(callback, TriggererCallback):
        trigger = import_string(callback.trigger.classpath)(**callback.trigger.kwargs)
        for event in asyncio.run(_events(trigger)):
            callback.handle_event(event, session)
        state = str(getattr(callback.state, "value", callback.state))
        error = "" if state == "success" else str(callback.output)
    else:
        data = callback.data
        done, why = execute_callback(
            callback_path=data["path"],
            callback_kwargs=data["kwargs"],
            dag_rel_path=Path(file.name),
            bundle_path=file.parent,
            log=_log(),
        )
        state, error = ("success", "") if done else ("failed", str(why))
    return {
        "deadline": alert,
        "due": deadline.deadline_time.isoformat(),
        "run_id": run_id,
        "state": state,
        "error": error[-MAX_TEXT:],
    }


async def _events(trigger: Any) -> list[Any]:
    return [event async for event in trigger.run()]


def _log() -> Any:
    import structlog

    return structlog.get_logger(logger_name="callback")
