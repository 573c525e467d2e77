"""How the tests share the machine's cores, and what they must not leave on it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from xdist.scheduler import LoadScopeScheduling

from autograder.run.adapters import cache_folder
from autograder.run.play import cores
from autograder.run.warm import stop_warm
from autograder.sandbox.level import NOBODY

ONE_BY_ONE = (
    "tests/bank/test_bank.py", "tests/bank/test_hostile.py", "tests/bank/test_same_everywhere.py",
    "tests/lessons/test_lessons_run.py",
)  # fmt: skip
CORE = "tests/core/"
TURNS = ".trava"
"""The file by which tests take turns (`alone`): it stays, since others may be waiting at it."""
BEFORE: pytest.StashKey[set[str]] = pytest.StashKey()
SCRATCH: pytest.StashKey[Path] = pytest.StashKey()
LEFT: pytest.StashKey[set[str]] = pytest.StashKey()


class _ByFile(LoadScopeScheduling):
    """One worker per file, so that what a module sets up is set up once; gradings and lessons go one by one.

    The core's files share a worker: their toy stages take turns anyway. (Groups by mark would say all this,
    but xdist 3.8 writes them where pytest 9.2 no longer looks.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return nodeid if file in ONE_BY_ONE else CORE if file.startswith(CORE) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _ByFile(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """Lessons and services mostly wait for something: one more than there are cores keeps these busy."""
    return cores() + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lessons, which mostly wait, are spread among the gradings, which mostly compute."""
    place: dict[str, float] = {}
    for file in ONE_BY_ONE:
        found = [item.nodeid for item in items if item.nodeid.startswith(f"{file}::")]
        place |= {nodeid: (number + 1) / len(found) for number, nodeid in enumerate(found)}
    items.sort(key=lambda item: place.get(item.nodeid, 0.0))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Before there are workers: temporary folders and warm stages of this session get a place of their own."""
    if not _is_controller(session):
        return
    # pytest's own folders stay where people look for them.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    scratch = Path(tempfile.mkdtemp(prefix="curso-t-"))
    scratch.chmod(0o1777)  # stages work in it as nobody
    os.environ |= {"TMPDIR": str(scratch), "CURSO_PALCOS": str(scratch / "palcos")}
    # Programs that get a home of their own need not migrate an empty database there, too (8 s each).
    os.environ["CURSO_CACHE"] = str(cache_folder())
    tempfile.tempdir = None
    session.config.stash[SCRATCH] = scratch
    session.config.stash[BEFORE] = traces(scratch)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """After the last test no process, socket, mount or temporary folder of the grader's is left."""
    yield
    if not _is_controller(session):
        return
    stop_warm(of_every_checkout=True)  # doors leave a stage warm for the next one; some tests copy the course
    scratch = session.config.stash[SCRATCH]
    deadline = time.monotonic() + 15
    while (left := traces(scratch) - session.config.stash[BEFORE]) and time.monotonic() < deadline:
        time.sleep(0.2)
    shutil.rmtree(scratch, ignore_errors=True)
    if left:
        session.config.stash[LEFT] = left
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """At the very end: what fails a session of tests that all passed is not to be looked for."""
    if left := terminalreporter.config.stash.get(LEFT, set()):
        terminalreporter.write_line("\nFICOU PARA TRÁS:\n" + "\n".join(sorted(left)), red=True)


def _is_controller(session: pytest.Session) -> bool:
    return not hasattr(session.config, "workerinput")


def traces(scratch: Path) -> set[str]:
    """What a grading could leave: programs of this environment, temporary folders, sockets and mounts of this session."""
    folders = scratch.glob("curso-*")
    found = {str(path) for path in folders if path.suffix != TURNS}
    ours = {os.getuid(), NOBODY} if os.getuid() == 0 else {os.getuid()}
    for process in psutil.process_iter(["pid", "cmdline", "uids"]):
        line = " ".join(process.info["cmdline"] or [])
        if sys.prefix in line and process.pid != os.getpid() and process.info["uids"].real in ours:
            found.add(f"processo {process.pid}: {line[:160]}")
    for table in ("/proc/net/unix", "/proc/self/mountinfo"):
        with contextlib.suppress(OSError):
            lines = Path(table).read_text(encoding="utf-8", errors="replace").splitlines()
            found |= {
                word for line in lines for word in line.split() if word.startswith(f"{scratch}{os.sep}")
            }
    return found


@pytest.fixture
def alone() -> Iterator[None]:
    """One test with toy stages at a time, whoever runs them: each looks for stages that it left behind."""
    with (Path("/tmp") / f"curso-teste-{os.getuid()}.trava").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
