"""What Prefect pipelines report: flows, a deployment, runs."""

from __future__ import annotations

from autograder.model.reports.seen import Seen


class FlowSeen(Seen):
    """A Prefect flow of a file: the name of its function and its own."""

    function: str
    name: str


class DeploymentSeen(Seen):
    """A Prefect deployment as a file's function gives it back."""

    name: str
    flow: str
    """The flow's own name."""
    paused: bool
    next_runs: tuple[str, ...]
    """ISO instants at which a window of ten days of March 2026 would start runs."""


class FlowReport(Seen):
    """The adapter's report of loading a file with a Prefect flow."""

    flows: tuple[FlowSeen, ...]
    error: str = ""
    """Why the file did not load."""
    deployment: DeploymentSeen | None = None
    deployment_error: str = ""


class FlowTaskRun(Seen):
    """One task run of a flow."""

    name: str
    state: str
    """Completed, Cached, Failed..."""
    tries: int
    error: str
    waits: tuple[float, ...]
    """Seconds that were asked for between one try and the next; nobody waited for them."""


class FlowRunReport(Seen):
    """The adapter's report of one run of a flow."""

    state: str
    """COMPLETED, FAILED, CRASHED... or NOT_LOADED."""
    error: str
    tasks: tuple[FlowTaskRun, ...]
    pauses: tuple[float, ...]
    """Seconds that the pipeline's own code asked to sleep; nobody slept."""
    retry_delay: float = 0
    """Seconds between two tries of the whole flow; nobody waited for them."""
