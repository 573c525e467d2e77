"""How the tests share the machine's cores."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.run.warm import stop_warm

HERE = Path(__file__).parent
BANK = HERE / "bank" / "test_bank.py"
CORE = HERE / "core"


def pytest_itemcollected(item: pytest.Item) -> None:
    """One worker per file, so that what a module sets up is set up once; the bank's gradings go one by one.

    The core's files share a worker: each of its tests looks for processes that it left behind, and two at
    once would find each other's. (Here, not when all are collected: xdist has read the groups by then.)
    """
    if item.path != BANK:
        together = CORE if item.path.is_relative_to(CORE) else item.path
        item.add_marker(pytest.mark.xdist_group(together.relative_to(HERE).as_posix()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Doors leave a stage warm for the next one; after the last test there is none."""
    if not hasattr(session.config, "workerinput"):
        stop_warm()
