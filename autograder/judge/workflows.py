"""A GitHub workflow as its file declares it: what a runner on this machine does not look at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.judge.checks import Waits, step_of
from autograder.model.evidence import Evidence
from autograder.model.reports.workflows import CheckerFinding

SHA = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Job:
    """One job of it."""

    id: str
    said: dict[str, Any]

    @property
    def steps(self) -> list[dict[str, Any]]:
        return [step for step in _list(self.said.get("steps")) if isinstance(step, dict)]

    @property
    def text(self) -> str:
        """All that it says, to look for words in."""
        return json.dumps(self.said, ensure_ascii=False)


@dataclass(frozen=True)
class Workflow:
    """A workflow's file, all of whose scalars are text."""

    said: dict[str, Any]
    findings: tuple[CheckerFinding, ...]

    @property
    def jobs(self) -> list[Job]:
        return [
            Job(str(name), job) for name, job in _dict(self.said.get("jobs")).items() if isinstance(job, dict)
        ]

    @property
    def events(self) -> dict[str, dict[str, Any]]:
        """What starts it, and with which filters."""
        on = self.said.get("on")
        if isinstance(on, str):
            return {on: {}}
        if isinstance(on, list):
            return {str(name): {} for name in on}
        return {str(name): _dict(filters) for name, filters in _dict(on).items()}

    def uses(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Each action that a step uses: its name, its reference and what it is given."""
        for job in self.jobs:
            for step in job.steps:
                if isinstance(step.get("uses"), str):
                    name, _, reference = step["uses"].partition("@")
                    yield name.strip(), reference.strip(), _dict(step.get("with"))

    def permissions(self, job: Job) -> dict[str, str] | str | None:
        """What a job may do: its own word, else the workflow's; None where nobody says."""
        said = job.said.get("permissions", self.said.get("permissions"))
        return {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else said

    def values(self, job: Job, text: str) -> list[str]:
        """What `text` stands for in a job, where it is one of its matrix's values or of the environment's."""
        found = re.fullmatch(r"\$\{\{\s*(matrix|env)\.([\w-]+)\s*\}\}", text.strip())
        if found is None:
            return [text]
        if found[1] == "env":
            return [str((_dict(self.said.get("env")) | _dict(job.said.get("env"))).get(found[2], ""))]
        matrix = _dict(_dict(job.said.get("strategy")).get("matrix"))
        listed = [_dict(one) for one in _list(matrix.get("include"))]
        return [
            *(str(value) for value in _list(matrix.get(found[2]))),
            *(str(one[found[2]]) for one in listed if found[2] in one),
        ]


def workflow_of(evidence: Evidence, name: str) -> Workflow:
    """The workflow as read in `scenario/step`. Raises Waits where there is none to read."""
    report = step_of(evidence, name).reading
    if report is None or report.problem:
        raise Waits("Espera um workflow que seja YAML.")
    if not isinstance(report.content, dict):
        raise Waits("Espera um workflow: um mapeamento com `on` e `jobs`.")
    return Workflow(report.content, report.findings)


def starts(filters: dict[str, Any], kind: str, name: str) -> bool:
    """True where filters on `branches` or `paths` (the kind) let this name start the workflow."""
    wanted, unwanted = filters.get(kind), filters.get(f"{kind}-ignore")
    if wanted is not None:
        return matches(_texts(wanted), name)
    return unwanted is None or not matches(_texts(unwanted), name)


def matches(patterns: Sequence[str], name: str) -> bool:
    """GitHub's filter patterns: the last one that fits decides, and `!` takes back."""
    fits = False
    for pattern in patterns:
        if _pattern(pattern.removeprefix("!")).fullmatch(name):
            fits = not pattern.startswith("!")
    return fits


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\+|\[[^\]]*\])", text)
    as_regex = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    written = "".join(as_regex.get(part, part if part.startswith("[") else re.escape(part)) for part in parts)
    try:
        return re.compile(written)
    except re.error:
        return re.compile(re.escape(text))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
