"""The bench's own measures still run: it leans on names inside of the grader that nobody else calls."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "scripts" / "bench"
EXERCISE = ROOT / "solutions" / "ex1-dag-complexo"


@pytest.mark.full
def test_the_limit_and_a_check_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    spec = importlib.util.spec_from_file_location("measures", BENCH / "measures.py")
    assert spec
    assert spec.loader
    measures = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "measures", measures)
    spec.loader.exec_module(measures)
    runs = measures.bare_runs(EXERCISE, tmp_path / "limite")
    assert len(runs) > 5
    assert min(runs) > 0
    checked = measures.check(EXERCISE, "warm")
    assert 0 < checked["first"] < checked["all"] < checked["whole"]
