"""What is reported of GitHub workflows and of the tests that they run."""

from __future__ import annotations

from pydantic import JsonValue

from autograder.model.reports.seen import Seen


class CheckerFinding(Seen):
    """What one checker of workflows found."""

    tool: str
    rule: str
    line: int
    text: str


class ReadingReport(Seen):
    """A workflow's file as data."""

    content: JsonValue
    """All of it text, but for its lists and mappings."""
    problem: str
    """Why there is no content."""
    findings: tuple[CheckerFinding, ...]


class TestsReport(Seen):
    """The adapter's report of a run of pytest."""

    exit: int


class WorkflowReport(Seen):
    """The adapter's report of a workflow's run."""

    exit: int
    commits: tuple[str, ...]
    inputs: dict[str, str]
    """What was typed, as it was when it was."""
