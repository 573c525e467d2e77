"""The bench's own measures still run: its limit leans on names inside of the grader."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = ROOT / "solutions" / "ex1-dag-complexo"


@pytest.mark.full
def test_the_limit_and_a_check_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts" / "bench"))
    measures = importlib.import_module("measures")
    runs = measures.bare_runs(EXERCISE, tmp_path / "limite")
    assert len(runs) > 5
    assert min(runs) > 0
    checked = measures.check(EXERCISE, "warm")
    assert 0 < checked["first"] < checked["all"] < checked["whole"]
