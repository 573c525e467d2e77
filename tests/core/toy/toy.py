"""An adapter for tests: the submission is a script, and what it leaves in `report` is the report.

It is put beside the real adapters, so that whatever a submission can do is done on the real stage, in
the real cage, at the price of a bare interpreter.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

PARSED = {"dags": [], "errors": [], "seconds": 0.01, "touched": []}
RAN = {"state": "success", "logical_date": "2026-03-02T05:00:00+00:00", "tasks": []}
DAG = {
    "dag_id": "toy",
    "tasks": [],
    "next_runs": [],
    "start_date": None,
    "start_date_has_timezone": False,
    "catchup_said": False,
    "tags": [],
    "doc": "",
}


def preload() -> dict[str, str]:
    if os.environ.get("TOY_DIES_AT_START"):
        sys.exit("o brinquedo não quis abrir")
    return {"toy": "1"}


def perform(job: str, arguments: dict[str, Any], tell: Any) -> dict[str, Any]:
    report = PARSED | {"dags": [DAG]} if job == "parse" else dict(RAN)
    if job == "parse" and not arguments.get("execute_at_parse"):
        return report
    source = Path(arguments["file"]).read_text(encoding="utf-8")
    scope = {"__name__": "entrega", "tell": tell, "job": job, "arguments": arguments, "report": report}
    exec(compile(source, arguments["file"], "exec"), scope)
    return scope["report"]
