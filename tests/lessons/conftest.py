"""Where the lessons and their banks are, for the tests that read them and those that run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
BANK = Path(__file__).parent / "bank"


def lesson_names() -> list[str]:
    return sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `lesson` is made once for each notebook."""
    if "lesson" in metafunc.fixturenames:
        metafunc.parametrize("lesson", lesson_names(), ids=lambda name: name.removesuffix(".ipynb"))


@pytest.fixture(scope="session")
def notebooks() -> dict[str, Any]:
    """Every notebook as it stands in the repository, by file name."""
    return {name: nbformat.read(ROOT / "notebooks" / name, nbformat.NO_CONVERT) for name in lesson_names()}


@pytest.fixture(scope="session")
def bank() -> Path:
    return BANK
