"""Evidence: what happened when a submission was played in its scenarios. Plain JSON, size-capped.

`report` is what the student's own interpreter said (declared: it can be forged from inside).
`tables` and `files` are effects: they were read from outside, after every process of the step was dead.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Scalar = str | int | float | None
Row = dict[str, Scalar]


class Outcome(StrEnum):
    """How one step ended."""

    OK = "ok"
    TIMED_OUT = "timed_out"
    DIED = "died"
    FLOODED = "flooded"
    OUT_OF_MEMORY = "out_of_memory"
    DISK_FULL = "disk_full"
    MALFORMED = "malformed"
    NOT_PLAYED = "not_played"
    FAULT = "fault"  # the grader's own code failed in there


class _Seen(BaseModel):
    # What comes from a student's process is validated strictly and never carries unknown keys, nor a number
    # that no comparison judges (NaN is neither over nor under any bound) and no JSON document can keep.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Effect(_Seen):
    """A change that one task made: a table's rows or a file."""

    target: str
    signature: str
    added: int = Field(default=0, ge=0)
    removed: int = Field(default=0, ge=0)


class TaskSeen(_Seen):
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


class DeadlineSeen(_Seen):
    """A deadline alert as the serialized DAG carries it."""

    reference: str
    """The name of its reference, such as DagRunQueuedAtDeadline."""
    interval: float | None
    """Seconds after the reference; None where a Variable tells."""
    kind: str
    """AsyncCallback or SyncCallback."""
    callback: str
    """The dotted path that Airflow will import."""


class DagSeen(_Seen):
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


class ParseReport(_Seen):
    """The adapter's report of loading the student's file."""

    dags: tuple[DagSeen, ...]
    errors: tuple[str, ...]
    seconds: float = Field(ge=0)
    touched: tuple[str, ...]
    """Input or output seen while loading, in words."""


class TaskRun(_Seen):
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
    """Which of the task's threads asked for each of them, numbered in the order in which they first did."""
    spans: tuple[tuple[float, float], ...] = ()
    """When each try began and ended, on the same clock: `waits[n]` lies between the n-th try and the next."""
    effects: tuple[Effect, ...]
    processes: tuple[str, ...]
    """Programs that were started while it ran."""


class RunReport(_Seen):
    """The adapter's report of one run."""

    state: str
    logical_date: str
    tasks: tuple[TaskRun, ...]


class CallResult(_Seen):
    """What one call of a student's function gave back: plain JSON, or the error instead."""

    value: JsonValue = None
    error: str = ""


class CallReport(_Seen):
    """The adapter's report of a step's calls, in their order."""

    results: tuple[CallResult, ...]


class DeadlineMissed(_Seen):
    """One deadline that passed, and what became of its callback."""

    deadline: DeadlineSeen
    due: str
    """When it was due (ISO)."""
    run_id: str
    state: str
    """How Airflow books the callback: success or failed."""
    error: str = ""


class DeadlineReport(_Seen):
    """The adapter's report of the deadlines of one run."""

    missed: tuple[DeadlineMissed, ...]


class CheckerFinding(_Seen):
    """What one checker of workflows found."""

    tool: str
    rule: str
    line: int
    text: str


class ReadingReport(_Seen):
    """A workflow's file as data."""

    content: JsonValue
    """All of it text, but for its lists and mappings."""
    problem: str
    """Why there is no content."""
    findings: tuple[CheckerFinding, ...]


class TestsReport(_Seen):
    """The adapter's report of a run of pytest."""

    exit: int


class WorkflowReport(_Seen):
    """The adapter's report of a workflow's run."""

    exit: int
    commits: tuple[str, ...]
    inputs: dict[str, str]
    """What was typed, as it was when it was."""


class TreeEntry(_Seen):
    """A file, folder or link under a folder of the world that is seen whole."""

    kind: str
    """file, folder, link, or other."""
    content: str = ""
    """A file's SHA-256 ("" where it is too large), or where a link points to."""
    changed: float = 0.0
    """When it was last written, renamed or given other rights, on the file system's clock."""
    written: float = 0.0
    """When its content was last written, as it says itself."""


class NameEvent(_Seen):
    """What became of a name in a watched folder."""

    name: str
    what: str
    """created, deleted, moved_from, or moved_to (a rename, which replaces what had that name)."""


class FlowSeen(_Seen):
    """A Prefect flow of a file: the name of its function and its own."""

    function: str
    name: str


class DeploymentSeen(_Seen):
    """A Prefect deployment as a file's function gives it back."""

    name: str
    flow: str
    """The flow's own name."""
    paused: bool
    next_runs: tuple[str, ...]
    """ISO instants at which a window of ten days of March 2026 would start runs."""


class FlowReport(_Seen):
    """The adapter's report of loading a file with a Prefect flow."""

    flows: tuple[FlowSeen, ...]
    error: str = ""
    """Why the file did not load."""
    deployment: DeploymentSeen | None = None
    deployment_error: str = ""


class FlowTaskRun(_Seen):
    """One task run of a flow."""

    name: str
    state: str
    """Completed, Cached, Failed..."""
    tries: int
    error: str
    waits: tuple[float, ...]
    """Seconds that were asked for between one try and the next; nobody waited for them."""


class FlowRunReport(_Seen):
    """The adapter's report of one run of a flow."""

    state: str
    """COMPLETED, FAILED, CRASHED... or NOT_LOADED."""
    error: str
    tasks: tuple[FlowTaskRun, ...]
    pauses: tuple[float, ...]
    """Seconds that the pipeline's own code asked to sleep; nobody slept."""
    retry_delay: float = 0
    """Seconds between two tries of the whole flow; nobody waited for them."""


class AssetSeen(_Seen):
    """A Dagster asset as its definitions declare it."""

    key: str
    partitions: str
    """The class of its partitions; "" where it has none."""
    depends: tuple[str, ...]


class CheckSeen(_Seen):
    """An asset check as its definitions declare it."""

    name: str
    asset: str
    blocking: bool


class ScheduleSeen(_Seen):
    """What starts runs by the clock in Dagster: a schedule, or an asset's automation condition."""

    name: str
    automation: bool
    next_runs: tuple[str, ...]
    """ISO instants at which a window of ten days of March 2026 would start runs."""
    assets: tuple[str, ...]
    partitions: tuple[str, ...]
    """The partitions that a schedule's first tick in the window asks for."""
    error: str = ""
    """Why that tick asked for nothing."""


class DefinitionsReport(_Seen):
    """The adapter's report of loading a file with Dagster's definitions."""

    error: str
    """Why they did not load."""
    assets: tuple[AssetSeen, ...]
    resources: tuple[str, ...]
    checks: tuple[CheckSeen, ...]
    schedules: tuple[ScheduleSeen, ...]


class AssetStep(_Seen):
    """One step of a Dagster run."""

    key: str
    state: str
    """SUCCESS, FAILURE, SKIPPED, or "" where it was not reached."""
    tries: int
    error: str
    waits: tuple[float, ...] = ()
    """Seconds that were asked for between one try and the next; nobody waited for them."""


class CheckRun(_Seen):
    """What one asset check said in a run."""

    name: str
    asset: str
    passed: bool


class MaterializeReport(_Seen):
    """The adapter's report of one run that materialized assets."""

    state: str
    """SUCCESS, FAILURE, NOT_LOADED, or REFUSED where Dagster did not begin it."""
    error: str
    steps: tuple[AssetStep, ...]
    checks: tuple[CheckRun, ...]


class FileSeen(_Seen):
    """A file of the world after a step."""

    size: int
    text: str | None
    """Its text where it is UTF-8 and small; for .gz the text inside."""
    note: str = ""
    """Why there is no text."""


class StepEvidence(_Seen):
    """One step of one scenario."""

    outcome: Outcome
    detail: str = ""
    seconds: float = 0.0
    parse: ParseReport | None = None
    run: RunReport | None = None
    call: CallReport | None = None
    deadline: DeadlineReport | None = None
    reading: ReadingReport | None = None
    tests: TestsReport | None = None
    workflow: WorkflowReport | None = None
    flow: FlowReport | None = None
    flow_run: FlowRunReport | None = None
    definitions: DefinitionsReport | None = None
    materialize: MaterializeReport | None = None
    output: dict[str, str] = {}
    """The end of what was printed, per task ("" is what came outside of any task)."""
    tables: dict[str, list[Row]] = {}
    services: dict[str, list[Row]] = {}
    """What reached each service of the world during this step, in the order in which it came."""
    files: dict[str, FileSeen] = {}
    trees: dict[str, dict[str, TreeEntry]] = {}
    """Each folder that is seen whole: what is in it, by its path from there."""
    events: dict[str, list[NameEvent] | None] = {}
    """What became of the names in each watched folder, in order; None where it could not be watched to the end."""
    leaks: tuple[str, ...] = ()
    """Where a secret of the world was found: "saída", or a file's path."""
    changed: tuple[str, ...] = ()
    """Files of the world that nobody may change (`Observe.kept`) and that are no longer as they were built."""


class Evidence(_Seen):
    """All that a judge gets to see of one submission."""

    exercise: str
    seed: int
    level: str
    versions: dict[str, str]
    steps: dict[str, StepEvidence]
    """Keyed `scenario/step`."""
    notes: tuple[str, ...] = ()
    """What an instructor should know of how it was played."""


Report = (
    ParseReport
    | RunReport
    | CallReport
    | DeadlineReport
    | ReadingReport
    | TestsReport
    | WorkflowReport
    | FlowReport
    | FlowRunReport
    | DefinitionsReport
    | MaterializeReport
)

REPORTS: dict[str, type[Report]] = {
    "parse": ParseReport,
    "run": RunReport,
    "call": CallReport,
    "deadline": DeadlineReport,
    "reading": ReadingReport,
    "tests": TestsReport,
    "workflow": WorkflowReport,
    "flow": FlowReport,
    "flow_run": FlowRunReport,
    "definitions": DefinitionsReport,
    "materialize": MaterializeReport,
}
"""The schema of the report that each job must return; the job's name is also its field in StepEvidence."""
