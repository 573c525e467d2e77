"""Evidence: what happened when a submission was played in its scenarios. Plain JSON, size-capped.

A step's report is what the student's own interpreter said (declared: it can be forged from inside).
`tables` and `files` are effects: they were read from outside, after every process of the step was dead.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from autograder.model.reports.airflow import DeadlineReport, ParseReport, RunReport
from autograder.model.reports.calls import CallReport
from autograder.model.reports.dagster import DefinitionsReport, MaterializeReport
from autograder.model.reports.prefect import FlowReport, FlowRunReport
from autograder.model.reports.seen import Seen
from autograder.model.reports.workflows import ReadingReport, TestsReport, WorkflowReport

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


class TreeEntry(Seen):
    """A file, folder or link under a folder of the world that is seen whole."""

    kind: str
    """file, folder, link, or other."""
    content: str = ""
    """A file's SHA-256 ("" where it is too large), or where a link points to."""
    changed: float = 0.0
    """When it was last written, renamed or given other rights, on the file system's clock."""
    written: float = 0.0
    """When its content was last written, as it says itself."""


class NameEvent(Seen):
    """What became of a name in a watched folder."""

    name: str
    what: str
    """created, deleted, moved_from, or moved_to (a rename, which replaces what had that name)."""


class FileSeen(Seen):
    """A file of the world after a step."""

    size: int
    text: str | None
    """Its text where it is UTF-8 and small; for .gz the text inside."""
    note: str = ""
    """Why there is no text."""


class StepEvidence(Seen):
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
    output: dict[str, str] = Field(default_factory=dict)
    """The end of what was printed, per task ("" is what came outside of any task)."""
    tables: dict[str, list[Row]] = Field(default_factory=dict)
    services: dict[str, list[Row]] = Field(default_factory=dict)
    """What reached each service of the world during this step, in the order in which it came."""
    files: dict[str, FileSeen] = Field(default_factory=dict)
    trees: dict[str, dict[str, TreeEntry]] = Field(default_factory=dict)
    """Each folder that is seen whole: what is in it, by its path from there."""
    events: dict[str, list[NameEvent] | None] = Field(default_factory=dict)
    """What became of the names in each watched folder, in order; None where it could not be watched to the end."""
    leaks: tuple[str, ...] = ()
    """Where a secret of the world was found: "saída", or a file's path."""
    changed: tuple[str, ...] = ()
    """Files of the world that nobody may change (`Observe.kept`) and that are no longer as they were built."""


class Evidence(Seen):
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
