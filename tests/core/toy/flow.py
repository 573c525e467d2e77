"""An adapter for tests: what is asked of workflows, at the price of a bare interpreter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.run.inside import reading, workflow


def preload() -> dict[str, str]:
    import pytest

    return {"pytest": pytest.__version__}


def perform(job: str, arguments: dict[str, Any], tell: Any) -> dict[str, Any]:
    if job == "reading":
        return reading.read(Path(arguments["file"]))
    return workflow.run_tests(arguments, tell) if job == "tests" else workflow.run_workflow(arguments, tell)
