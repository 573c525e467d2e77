"""Our own GitHub workflows, checked like code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["actionlint"],
        ["zizmor", "--offline", "--no-progress", "--quiet"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"],
    ],
    ids=lambda command: command[0],
)
def test_linters_find_nothing(command: list[str]) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:], *WORKFLOWS], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_is_frugal(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for action in re.findall(r"uses: (.*)", text):
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"] <= 300


def test_what_runs_when() -> None:
    documents = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in WORKFLOWS}
    # YAML 1.1 reads the key `on` as true.
    triggers = {name: set(document[True]) for name, document in documents.items()}
    assert triggers == {
        "test": {"push", "pull_request"},
        "weekly": {"schedule", "workflow_dispatch"},
        "canary": {"schedule", "workflow_dispatch"},
    }
    runs = {
        name: [step["run"] for job in document["jobs"].values() for step in job["steps"] if "run" in step]
        for name, document in documents.items()
    }
    assert runs["test"][-1] == "make test"
    assert runs["weekly"][-1] == "make test-full"
    assert runs["canary"][-1].endswith("scripts/canary.py")
