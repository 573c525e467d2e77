"""The canary says what moved and what broke."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import canary

ROOT = Path(__file__).resolve().parents[2]


def test_exact_pins_become_lower_bounds_and_caps_stay() -> None:
    text = """
[project]
dependencies = [
    "prefect==3.7.7",
    "dagster-webserver==1.13.27",  # lags dagster: both == the same
    "sqlalchemy<2.1",  # a reason
]
"""
    relaxed = tomllib.loads(canary.relax(text))["project"]["dependencies"]
    assert relaxed == ["prefect>=3.7.7", "dagster-webserver>=1.13.27", "sqlalchemy<2.1"]
    # And ours are written in the way that it knows.
    ours = tomllib.loads(canary.relax((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    assert not [dependency for dependency in ours["project"]["dependencies"] if "==" in dependency]


def test_summary_names_what_moved_and_what_broke(tmp_path: Path) -> None:
    before = {"prefect": "3.7.7", "attrs": "26.1", "dagster": "1.13.27"}
    after = {"prefect": "3.9.0", "attrs": "26.2", "dagster": "1.13.27", "novo": "1"}
    rows = canary.changed(before, after, {"prefect", "dagster"})
    assert rows == ["| **prefect** | 3.7.7 | 3.9.0 |", "| attrs | 26.1 | 26.2 |"]
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="tests.a" name="test_x">'
        '<failure message="KeyError: x&#10;more">log</failure></testcase>'
        '<testcase classname="tests.a" name="test_y"/>'
        "</testsuite></testsuites>",
        encoding="utf-8",
    )
    broken = canary.failures(report)
    assert broken == ["`tests.a.test_x`: KeyError: x"]
    first, last = "├── fastapi v0.136.3 (latest: v0.165.0)", "└── prefect v3.7.7 (latest: v3.9.1)"
    held = canary.held_back(f"curso v0.1.0\n{first}\n├── typer v1\n{last}\n")
    assert held == ["| fastapi | 0.136.3 | 0.165.0 |", "| prefect | 3.7.7 | 3.9.1 |"]
    text = canary.summary(canary.Outcome(rows, held, broken))
    assert "**quebrou**" in text
    assert "| prefect | 3.7.7 | 3.9.1 |" in text
    assert "- `tests.a.test_x`: KeyError: x" in text
    assert "**tudo passou**" in canary.summary(canary.Outcome(rows))
    assert canary.failures(tmp_path / "none.xml") == [
        "Os testes nem chegaram a rodar: veja o fim do registro."
    ]


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_the_canary_sings(tmp_path: Path) -> None:
    """The whole way for real, over one quick test file. Newer versions may not fit; it must say so then."""
    target = tmp_path / "summary.md"
    environment = {**os.environ, "GITHUB_STEP_SUMMARY": str(target)}
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "canary.py", "tests/house/test_canary.py"],
        env=environment,
        capture_output=True,
        text=True,
    )
    text = target.read_text(encoding="utf-8")
    assert text.startswith("## Canário\n")
    assert ("**tudo passou**" in text) == (done.returncode == 0), done.stdout + done.stderr
