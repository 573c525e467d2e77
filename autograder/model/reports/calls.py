"""What functions that were called gave back."""

from __future__ import annotations

from pydantic import JsonValue

from autograder.model.reports.seen import Seen


class CallResult(Seen):
    """What one call of a student's function gave back: plain JSON, or the error instead."""

    value: JsonValue = None
    error: str = ""


class CallReport(Seen):
    """The adapter's report of a step's calls, in their order."""

    results: tuple[CallResult, ...]
