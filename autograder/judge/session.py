"""Runs an exercise's pytest graders over one submission's evidence and collects what they found."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from autograder.judge.checks import Unmet, Waits
from autograder.judge.partial import NotYet
from autograder.model.evidence import Evidence

NOT_NEEDED = (
    "cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging", "pastebin",
    "recwarn", "setuponly", "setupplan", "stepwise", "subtests", "terminal", "threadexception", "tmpdir",
    "unittest", "unraisableexception", "warnings",
)  # fmt: skip
"""pytest's own plugins that no grader uses: with them a judgement takes nearly twice as long."""


@dataclass(frozen=True)
class Finding:
    """What the tests of one criterion said: `unmet` is None when they passed, `fault` is the grader's own,
    and `waits` says why what they look at did not come about."""

    unmet: Unmet | None = None
    waits: str = ""
    fault: str = ""


@dataclass
class _Plugin:
    """Gives the graders their fixtures and listens to what they find."""

    evidence: Evidence
    draw_: Any
    expected_: dict[str, Any]
    decided: frozenset[str]
    findings: dict[str, Finding] = field(default_factory=dict)
    put_off: set[str] = field(default_factory=set)

    @pytest.fixture
    def evidencia(self) -> Evidence:
        return self.evidence

    @pytest.fixture
    def sorteio(self) -> Any:
        return self.draw_

    @pytest.fixture
    def esperado(self) -> dict[str, Any]:
        return self.expected_

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "criterion(id): the criterion that a test decides")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if _criterion(item) not in self.decided]
        for item in items:
            # Nobody reads pytest's own account of a failure, and with its source lines it takes most of the time.
            item.repr_failure = _briefly  # type: ignore[method-assign]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        report = yield
        name = _criterion(item)
        known = self.findings.get(name, Finding())
        if call.excinfo is None:
            if call.when == "call":  # a test that was set up has not passed yet
                self.findings.setdefault(name, known)
        elif not known.fault:
            raised = call.excinfo.value
            if isinstance(raised, NotYet):
                self.put_off.add(name)
            elif isinstance(raised, Unmet) and call.when == "call":
                # A criterion with several tests shows the first reason.
                self.findings[name] = known if known.unmet else Finding(unmet=raised)
            elif isinstance(raised, Waits) and call.when == "call":
                self.findings[name] = known if known.unmet else Finding(waits=str(raised))
            else:
                self.findings[name] = Finding(fault=f"{item.name}: {type(raised).__name__}: {raised}"[:500])
        return report


def _briefly(excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
    return str(excinfo.value)


def _criterion(item: pytest.Item) -> str:
    marker = item.get_closest_marker("criterion")
    return str(marker.args[0]) if marker and marker.args else ""


class JudgeError(Exception):
    """The graders could not be run at all; the message is for the instructor."""


def judge(
    test_files: Iterable[Path],
    evidence: Evidence,
    drawn: Any,
    expected: dict[str, Any],
    decided: frozenset[str] = frozenset(),
) -> dict[str, Finding]:
    """Findings by criterion id; one without a finding was not judged. Raises JudgeError.

    Not judged are those already `decided`, and those that look at steps which the evidence does not have yet.
    """
    plugin = _Plugin(evidence, drawn, expected, decided)
    # Nothing of the surroundings takes part: no conftest, no ini file, no cache, no plugin of the environment.
    options = ["-s", "--assert=plain", "--import-mode=importlib", "--noconftest", "-c", os.devnull]
    options += ["--rootdir", os.sep, *(f"-pno:{plugin}" for plugin in NOT_NEEDED)]
    printed = io.StringIO()
    with (
        _without_environment("PYTEST_ADDOPTS", "PYTEST_PLUGINS"),
        contextlib.redirect_stdout(printed),
        _hearing_ctrl_c(),
    ):
        code = pytest.main([*options, *map(str, test_files)], plugins=[plugin])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise JudgeError(
            f"o pytest dos corretores terminou com o código {int(code)}: {printed.getvalue()[-400:]}"
        )
    # Of several tests the one that was put off may have the first word.
    return {name: found for name, found in plugin.findings.items() if name not in plugin.put_off}


@contextlib.contextmanager
def _hearing_ctrl_c() -> Iterator[None]:
    """pytest ends its session quietly on Ctrl+C; whoever asked for the grading must hear of it, too.

    Only of a real one: a grader's own KeyboardInterrupt is the grader's fault.
    """
    heard = False
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        heard = True
        if callable(before):
            before(number, frame)

    here = threading.current_thread() is threading.main_thread()
    if here:
        signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        if here:
            signal.signal(signal.SIGINT, before)
    if heard:
        raise KeyboardInterrupt


@contextlib.contextmanager
def _without_environment(*names: str) -> Any:
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    kept_autoload = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.update(kept)
        if kept_autoload is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = kept_autoload
