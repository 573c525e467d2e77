"""The bench's own measures still run: its limit leans on names inside of the grader."""

from __future__ import annotations

import importlib
import json
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


def test_of_two_rounds_the_faster_machines_stays_and_the_other_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts" / "bench"))
    page = importlib.import_module("page")
    kept = json.loads((ROOT / "docs" / "medidas" / "bench.json").read_text(encoding="utf-8"))
    assert page.as_page(kept) == (ROOT / "docs" / "medidas" / "README.md").read_text(encoding="utf-8")
    kept.pop("slower", None)
    anew = {name: kept[name] for name in [*page.OF_A_SLOWER_MACHINE, "cold_seconds"]}
    twice = {name: value * 2 for name, value in kept["bare_seconds"].items()}
    slower = anew | {"bare_seconds": twice, "nbgrader_over_class": 7.5}
    for document in (page.with_part(kept, slower), page.with_part(kept | slower, anew)):
        assert {name: document[name] for name in kept} == kept
        assert "2 vezes mais lenta" in page.as_page(document)
        assert "7,5 vezes mais entregas" in page.as_page(document)
    assert page.with_part(kept, {"live": 7})["live"] == 7
    newer = slower | {"versions": {"apache-airflow": "99"}, "measured_for_the_first_time": 1}
    document = page.with_part(kept, newer)
    assert document["versions"] == kept["versions"], "those that the figures belong to"
    assert document["measured_for_the_first_time"] == 1
