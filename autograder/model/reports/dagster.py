"""What Dagster pipelines report: definitions and runs that materialized assets."""

from __future__ import annotations

from autograder.model.reports.seen import Seen


class AssetSeen(Seen):
    """A Dagster asset as its definitions declare it."""

    key: str
    partitions: str
    """The class of its partitions; "" where it has none."""
    depends: tuple[str, ...]


class CheckSeen(Seen):
    """An asset check as its definitions declare it."""

    name: str
    asset: str
    blocking: bool


class ScheduleSeen(Seen):
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


class DefinitionsReport(Seen):
    """The adapter's report of loading a file with Dagster's definitions."""

    error: str
    """Why they did not load."""
    assets: tuple[AssetSeen, ...]
    resources: tuple[str, ...]
    checks: tuple[CheckSeen, ...]
    schedules: tuple[ScheduleSeen, ...]


class AssetStep(Seen):
    """One step of a Dagster run."""

    key: str
    state: str
    """SUCCESS, FAILURE, SKIPPED, or "" where it was not reached."""
    tries: int
    error: str
    waits: tuple[float, ...] = ()
    """Seconds that were asked for between one try and the next; nobody waited for them."""


class CheckRun(Seen):
    """What one asset check said in a run."""

    name: str
    asset: str
    passed: bool


class MaterializeReport(Seen):
    """The adapter's report of one run that materialized assets."""

    state: str
    """SUCCESS, FAILURE, NOT_LOADED, or REFUSED where Dagster did not begin it."""
    error: str
    steps: tuple[AssetStep, ...]
    checks: tuple[CheckRun, ...]
