"""How the tests share the machine's cores."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.run.warm import stop_warm

BANK = Path(__file__).parent / "bank" / "test_bank.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker per file, so that what a module sets up is set up once; the bank's gradings go one by one."""
    for item in items:
        if item.path != BANK:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Doors leave a stage warm for the next one; after the last test there is none."""
    if not hasattr(session.config, "workerinput"):
        stop_warm()
