"""A small course in a folder of its own: real lessons and one real exercise, and nothing that is slow to copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = "ex1-dag-complexo"

set_hypothesis_home_dir(ROOT / ".pytest_cache" / "hypothesis")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its root. The record lies inside of it."""
    monkeypatch.delenv("CURSO_ESTADO", raising=False)
    root = tmp_path / "curso"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".ipynb_checkpoints")
    for name in (
        f"exercises/{EXERCISE}",
        f"solutions/{EXERCISE}",
        f"tests/bank/{EXERCISE}/right",
        "notebooks",
        "docs",
    ):
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    (root / "autograder" / "graders").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", root)
    return root
