"""How the tests share the machine's cores."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from autograder.run.warm import stop_warm

BANK = "tests/bank/test_bank.py"
CORE = "tests/core/"


class _ByFile(LoadScopeScheduling):
    """One worker per file, so that what a module sets up is set up once; the bank's gradings go one by one.

    The core's files share a worker: their toy stages take turns anyway. (Groups by mark would say all this,
    but xdist 3.8 writes them where pytest 9.2 no longer looks.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return nodeid if file == BANK else CORE if file.startswith(CORE) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _ByFile(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Doors leave a stage warm for the next one; after the last test there is none."""
    if not hasattr(session.config, "workerinput"):
        stop_warm()
