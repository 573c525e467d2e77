"""One disposable child: forked, limited, watched, and killed with everything it started."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import selectors
import signal
import sys
import time
from typing import Any, Protocol

import psutil

TAIL_BYTES = 6_000  # of each task's output that is kept
MARK = b"\x1e"  # starts a line that names the task whose output follows
POLL_SECONDS = 0.1
KILL_SECONDS = 10.0


class Adapter(Protocol):
    """What an orchestrator's module offers in here."""

    def preload(self) -> dict[str, str]: ...
    def perform(self, job: str, arguments: dict[str, Any], tell: Any) -> dict[str, Any]: ...


def guard_stage() -> None:
    """Called once by the process that forks: what a child leaves behind comes back to it, no child can
    reach its memory or its descriptors through /proc, and it ends with the grader that started it."""
    _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
    _prctl(4, 0)  # PR_SET_DUMPABLE


def play(adapter: Adapter, request: dict[str, Any], private: tuple[int, ...]) -> dict[str, Any]:
    """Performs `request` in a forked child and says how it ended.

    `private` are descriptors that the child must not hold. Limits are seconds and megabytes.
    """
    limits = request["limits"]
    evidence_out, evidence_in = os.pipe()
    output_out, output_in = os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        for descriptor in (*private, evidence_out, output_out):
            os.close(descriptor)
        _become_student(adapter, request, evidence_in, output_in)
    os.close(evidence_in)
    os.close(output_in)
    watch = _Watch(pid, limits)
    try:
        watch.until_end(evidence_out, output_out, started + limits["wall_seconds"])
    finally:
        status = _end(pid)
        os.close(evidence_out)
        os.close(output_out)
    answer = watch.answer(status)
    answer["seconds"] = time.monotonic() - started
    return answer


def _become_student(adapter: Adapter, request: dict[str, Any], evidence: int, output: int) -> None:
    """Never returns: whatever happens in here ends with this process."""
    try:
        os.setsid()
        _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends with the stage
        _prctl(4, 1)  # PR_SET_DUMPABLE: its own /proc/self is its own again
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        _limit(request["limits"])
        for name, value in request["environment"].items():
            os.environ[name] = value

        def tell(event: dict[str, Any]) -> None:
            payload = json.dumps(event).encode() + b"\n"
            while payload:
                payload = payload[os.write(evidence, payload) :]

        report = adapter.perform(request["job"], request["arguments"], tell)
        sys.stdout.flush()
        sys.stderr.flush()
        tell({"report": report})
    except BaseException as error:  # even SystemExit: it must not run the stage's own code
        with contextlib.suppress(BaseException):
            # The adapter catches what student code raises; an ordinary exception out here is the grader's own.
            how = "fault" if isinstance(error, Exception) else "raised"
            text = f"{type(error).__name__}: {error}"[:500]
            os.write(evidence, json.dumps({how: text}).encode() + b"\n")
    finally:
        os._exit(0)


def _limit(limits: dict[str, Any]) -> None:
    gigabyte = 1 << 30
    for what, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, 4 * gigabyte),
        (resource.RLIMIT_FSIZE, int(limits["file_mb"]) << 20),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CPU, int(limits["wall_seconds"]) + 5),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
            resource.setrlimit(what, (value, value))
    _prctl(38, 1)  # PR_SET_NO_NEW_PRIVS


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


class _Watch:
    """Drains the child's two pipes and enforces what rlimits cannot: wall clock, output, the tree's memory."""

    def __init__(self, pid: int, limits: dict[str, Any]) -> None:
        self.pid = pid
        self.memory_bytes = int(limits["memory_mb"]) << 20
        self.output_bytes = int(limits["output_mb"]) << 20
        self.evidence_bytes = int(limits["evidence_mb"]) << 20
        self.evidence = bytearray()
        self.tails: dict[str, bytes] = {}
        self.printed = 0
        self._section = ""
        self._partial = b""
        self.verdict = ""

    def until_end(self, evidence: int, output: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            for descriptor in (evidence, output):
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ)
            next_look = 0.0
            while selector.get_map():
                now = time.monotonic()
                if now > deadline:
                    self.verdict = "timed_out"
                    return
                if now > next_look:
                    next_look = now + POLL_SECONDS
                    if _memory() > self.memory_bytes:
                        self.verdict = "out_of_memory"
                        return
                    if _is_dead(self.pid):
                        # A daemon may still hold the pipes: take what is there and stop.
                        for key in list(selector.get_map().values()):
                            self._drain(key.fd, evidence)
                        return
                for key, _ in selector.select(POLL_SECONDS):
                    if not self._drain(key.fd, evidence):
                        selector.unregister(key.fd)
                if self.verdict:
                    return

    def _drain(self, descriptor: int, evidence: int) -> bool:
        """Reads what is there now; False at end of file."""
        while True:
            try:
                chunk = os.read(descriptor, 1 << 16)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            if descriptor == evidence:
                self.evidence += chunk
                if len(self.evidence) > self.evidence_bytes:
                    self.verdict = "malformed"
                    return True
            else:
                self.printed += len(chunk)
                self._keep(chunk)
                if self.printed > self.output_bytes:
                    self.verdict = "flooded"
                    return True

    def _keep(self, chunk: bytes) -> None:
        *lines, rest = (self._partial + chunk).split(b"\n")
        if len(rest) > TAIL_BYTES:
            lines, rest = [*lines, rest[-TAIL_BYTES:]], b""
        self._partial = rest
        for line in lines:
            if line.startswith(MARK) and len(line) < 200 and len(self.tails) < 200:
                self._section = line[1:].decode("utf-8", "replace")
            else:
                tail = self.tails.get(self._section, b"") + line[-TAIL_BYTES:] + b"\n"
                self.tails[self._section] = tail[-TAIL_BYTES:]

    def answer(self, status: int) -> dict[str, Any]:
        if self._partial:
            self._keep(b"\n")
        report: object = None
        last: dict[str, Any] = {}
        raised = fault = ""
        if self.verdict != "malformed":
            for line in bytes(self.evidence).splitlines():
                try:
                    event = json.loads(line)
                except (ValueError, RecursionError):
                    continue  # half a line of a process that was killed, or noise: no evidence
                if isinstance(event, dict):
                    report = event.get("report", report)
                    raised = str(event.get("raised", raised))
                    fault = str(event.get("fault", fault))
                    last = event if "at" in event else last
        outcome = self.verdict or ("ok" if report is not None else "fault" if fault else "died")
        if outcome != "ok":
            report = None
        detail = raised or fault
        if outcome == "died" and not raised:
            detail = (
                f"sinal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "o processo saiu sem terminar"
            )
        return {
            "outcome": outcome,
            "detail": detail,
            "at": str(last.get("at", ""))[:200],
            "report": report,
            "output": {name: tail.decode("utf-8", "replace") for name, tail in self.tails.items()},
        }


def _descendants() -> list[psutil.Process]:
    """The child and all that came of it; on Linux also what has left its family."""
    try:
        return psutil.Process().children(recursive=True)
    except psutil.Error:
        return []


def _memory() -> int:
    """Bytes resident in the child and all that came of it."""
    total = 0
    for process in _descendants():
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def _is_dead(pid: int) -> bool:
    """True when the process has ended (it stays a zombie until it is reaped)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def _end(pid: int) -> int:
    """Kills the child and all that came of it, waits until it is dead, and says how the child ended."""
    status: int | None = None
    deadline = time.monotonic() + KILL_SECONDS
    while time.monotonic() < deadline:
        if status is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        for process in _descendants():
            with contextlib.suppress(psutil.Error):
                process.kill()
        if os.environ.get("STAGE_ALONE") == "1":
            # In a PID namespace of its own the stage may kill everything it can see but itself.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(-1, signal.SIGKILL)
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                status = ended[1] if ended[0] == pid else status
        except ChildProcessError:
            break
        time.sleep(0.002)
    return os.waitpid(pid, 0)[1] if status is None else status
