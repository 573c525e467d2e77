"""What Airflow pipelines report: DAGs as they declare themselves, runs, missed deadlines."""

from __future__ import annotations

from pydantic import Field

from autograder.model.reports.seen import Seen

LENT = -1
"""In `TaskRun.slept_by`, in place of a thread's number."""


class Effect(Seen):
    """A change that one task made: a table's rows or a file."""

    target: str
    signature: str
    added: int = Field(default=0, ge=0)
    removed: int = Field(default=0, ge=0)


class TaskSeen(Seen):
    """A task as the pipeline declares it."""

    id: str
    kinds: tuple[str, ...]
    upstream: tuple[str, ...]
    downstream: tuple[str, ...]
    mapped: bool
    retries: int
    owner: str
    trigger_rule: str
    timeout: float | None = None
    """Seconds after which a try is broken off (execution_timeout)."""
    setup: bool = False
    teardown: bool = False
    command: str = ""
    """The shell command of a BashOperator, cut at 2,000 characters."""


class DeadlineSeen(Seen):
    """A deadline alert as the serialized DAG carries it."""

    reference: str
    """The name of its reference, such as DagRunQueuedAtDeadline."""
    interval: float | None
    """Seconds after the reference; None where a Variable tells."""
    kind: str
    """AsyncCallback or SyncCallback."""
    callback: str
    """The dotted path that Airflow will import."""


class DagSeen(Seen):
    """A DAG as it declares itself after loading."""

    dag_id: str
    tasks: tuple[TaskSeen, ...]
    next_runs: tuple[str, ...]
    """ISO instants at which a window of ten days of March 2026 would start runs."""
    start_date: str | None
    start_date_has_timezone: bool
    catchup_said: bool
    tags: tuple[str, ...]
    doc: str
    deadlines: tuple[DeadlineSeen, ...] = ()


class ParseReport(Seen):
    """The adapter's report of loading the student's file."""

    dags: tuple[DagSeen, ...]
    errors: tuple[str, ...]
    seconds: float = Field(ge=0)
    touched: tuple[str, ...]
    """Input or output seen while loading, in words."""


class TaskRun(Seen):
    """One task instance after a run."""

    id: str
    map_index: int
    state: str
    tries: int
    error: str
    waits: tuple[float, ...] = ()
    """Seconds that were asked for between one try and the next; nobody waited for them."""
    sleeps: tuple[float, ...] = ()
    """Seconds that the task's own code asked to sleep; nobody slept."""
    slept_at: tuple[float, ...] = ()
    """When it asked for each of them, on the clock that stamps what reaches a world's services (`at`)."""
    slept_by: tuple[int, ...] = ()
    """Which of the task's threads asked for each of them, numbered in the order in which they first did.

    LENT is a thread that an event loop lends, to another coroutine each time.
    """
    spans: tuple[tuple[float, float], ...] = ()
    """When each try began and ended, on the same clock: `waits[n]` lies between the n-th try and the next."""
    effects: tuple[Effect, ...]
    processes: tuple[str, ...]
    """Programs that were started while it ran."""


class RunReport(Seen):
    """The adapter's report of one run."""

    state: str
    logical_date: str
    tasks: tuple[TaskRun, ...]


class DeadlineMissed(Seen):
    """One deadline that passed, and what became of its callback."""

    deadline: DeadlineSeen
    due: str
    """When it was due (ISO)."""
    run_id: str
    state: str
    """How Airflow books the callback: success or failed."""
    error: str = ""


class DeadlineReport(Seen):
    """The adapter's report of the deadlines of one run."""

    missed: tuple[DeadlineMissed, ...]
