"""One disposable child: forked, limited, watched, and killed with everything it started."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import selectors
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import psutil

from autograder.run.inside import calls, kernel, nest, used

TAIL_BYTES = 6_000  # of each task's output that is kept
MARK = b"\x1e"  # starts a line that names the task whose output follows
POLL_SECONDS = 0.1
DISK_SECONDS = 0.5
KILL_SECONDS = 10.0
ENDING_SECONDS = 0.5
MAX_DIGITS = 19
MAX_PATIENCE = 6  # times the clock of a step, on a machine that is too busy to let it run
LINUX = sys.platform == "linux"


class Adapter(Protocol):
    """What an orchestrator's module offers in here."""

    def preload(self) -> dict[str, str]: ...
    def perform(self, job: str, arguments: dict[str, Any], tell: Any) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Surroundings:
    """What a stage offers to its children."""

    nested: bool = False
    """Each child gets namespaces of its own."""
    landlock: bool = False
    alone: bool = False
    """Nothing but this stage and what came of it can be seen from here, so all else may be killed."""
    template: str = ""
    """A folder that the orchestrator's home is filled from before each run."""


def guard_stage() -> None:
    """Called once by the process that forks: what a child leaves behind comes back to it, no child can
    reach its memory or its descriptors through /proc, and it ends with the grader that started it."""
    if LINUX:
        kernel.die_with_parent()
        kernel.adopt_orphans()
        kernel.set_readable(False)


class BrokenNest(Exception):
    """The child's surroundings could not be made: no student's code was run."""


def play(
    adapter: Adapter,
    request: dict[str, Any],
    private: tuple[int, ...],
    around: Surroundings = Surroundings(),
    door: socket.socket | None = None,
) -> dict[str, Any]:
    """Performs `request` in a forked child and says how it ended. Raises BrokenNest.

    `private` are descriptors that the child must not hold; when `door` is closed at its other end, nobody
    waits for the answer any more. Limits are seconds and megabytes.
    """
    limits = request["limits"]
    evidence_out, evidence_in = os.pipe()
    output_out, output_in = os.pipe()
    ending_out, ending_in = os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        for descriptor in (*private, evidence_out, output_out, ending_out):
            os.close(descriptor)
        if around.nested:
            _lead_nest(adapter, request, around, evidence_in, output_in, ending_in)
        os.close(ending_in)
        _become_student(adapter, request, around, evidence_in, output_in)
    for descriptor in (evidence_in, output_in, ending_in):
        os.close(descriptor)
    # Below a nest the world is where the stage sees it; without one the stage stands in it.
    world = os.path.join(nest.ROOMS, request["room"]["world"]) if around.nested else os.getcwd()
    watch = _Watch(pid, limits, world, nested=around.nested)
    watch.secrets = tuple(secret.encode() for secret in request.get("secrets", ()))
    try:
        watch.until_end(evidence_out, output_out, started, door)
    finally:
        if around.nested and not watch.verdict:
            # The student's end closes both pipes; how it ended is told a moment later by who waited for it.
            select.select([ending_out], [], [], ENDING_SECONDS)
        status = _end_nest(pid) if around.nested else _end(pid, everyone=around.alone)
        ending = json.loads(os.read(ending_out, 1000) or b"{}")  # nobody can hold the other end any more
        for descriptor in (evidence_out, output_out, ending_out):
            os.close(descriptor)
    if "broken" in ending:
        raise BrokenNest(ending["broken"])
    answer = watch.answer(ending.get("status", status))
    answer["seconds"] = time.monotonic() - started
    return answer


def _lead_nest(
    adapter: Adapter, request: dict[str, Any], around: Surroundings, evidence: int, output: int, ending: int
) -> NoReturn:
    """The first process of a nest: when it ends the kernel ends all others in there. It forks the student's.

    No signal from in there reaches it, because it handles none.
    """
    said: dict[str, Any] = {}
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        kernel.die_with_parent()
        nest.furnish(request["room"])
        student = os.fork()
        if student == 0:
            os.close(ending)
            _become_student(adapter, request, around, evidence, output)
        for descriptor in (evidence, output):
            os.close(descriptor)
        while "status" not in said:
            pid, status = os.waitpid(-1, 0)
            if pid == student:
                said["status"] = status
    except BaseException as error:
        said["broken"] = f"{type(error).__name__}: {error}"[:500]
    finally:
        os.write(ending, json.dumps(said).encode())
        os._exit(0)


def _become_student(
    adapter: Adapter, request: dict[str, Any], around: Surroundings, evidence: int, output: int
) -> NoReturn:
    """Whatever happens in here ends with this process."""
    try:
        os.setsid()
        if LINUX:
            kernel.die_with_parent()  # it ends with the stage
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        if around.template:
            # Every file is new: a stale -wal beside an old database would corrupt it.
            shutil.copytree(
                around.template, os.environ["HOME"], dirs_exist_ok=True, copy_function=shutil.copyfile
            )
        _limit(request["limits"])
        if around.nested:
            nest.give_up(landlock=around.landlock)
        if LINUX:
            kernel.no_new_privileges()
            calls.refuse()
            kernel.set_readable(True)  # its own /proc/self is its own again
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


class _Watch:
    """Drains the child's two pipes and enforces what rlimits cannot: wall clock, output, disk, the tree's memory."""

    def __init__(self, pid: int, limits: dict[str, Any], world: str, *, nested: bool) -> None:
        self.pid = pid
        # A nest's first process runs nothing of the student's.
        self._nested = nested
        self._root = psutil.Process(pid if nested else None)
        self.wall_seconds = float(limits["wall_seconds"])
        self.memory_bytes = int(limits["memory_mb"]) << 20
        self.output_bytes = int(limits["output_mb"]) << 20
        self.evidence_bytes = int(limits["evidence_mb"]) << 20
        self._world = world
        self.disk_bytes = int(limits["disk_mb"]) << 20
        self.evidence = bytearray()
        self.tails: dict[str, bytes] = {}
        self.printed = 0
        self._section = ""
        self._partial = b""
        self.verdict = ""
        self.secrets: tuple[bytes, ...] = ()
        """What may not be printed."""
        self.told_secret = False

    def until_end(
        self, evidence: int, output: int, started: float, door: socket.socket | None = None
    ) -> None:
        with selectors.DefaultSelector() as selector:
            for descriptor in (evidence, output):
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ)
            next_look = next_disk_look = 0.0
            held = 0
            while selector.get_map():
                if door is not None and _is_closed(door):
                    self.verdict = "died"  # nobody will read it
                    return
                now = time.monotonic()
                if now - started > self.wall_seconds and self._had_its_time(now - started):
                    self.verdict = "timed_out"
                    return
                if now > next_look:
                    next_look = now + POLL_SECONDS
                    if now > next_disk_look:
                        next_disk_look = now + DISK_SECONDS
                        held, hidden = used.nameless(self._root, self._world)
                        held += used.segments() if self._nested else 0
                        if used.overflows(self._world, self.disk_bytes - hidden):
                            self.verdict = "disk_full"
                            return
                    if used.memory(self._root) + held > self.memory_bytes:
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

    def _had_its_time(self, seconds: float) -> bool:
        """Whether a step is over its clock, which stands still while no core is free for it: a busy machine is no fault."""
        patience = self.wall_seconds * (MAX_PATIENCE - 1)
        return seconds - min(used.starved(self._root), patience) > self.wall_seconds

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
        text = self._partial + chunk
        self.told_secret = self.told_secret or any(secret in text for secret in self.secrets)
        *lines, rest = text.split(b"\n")
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
                    event = json.loads(line, parse_int=_short)
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
            "told_secret": self.told_secret,
            "output": {name: tail.decode("utf-8", "replace") for name, tail in self.tails.items()},
        }


def _short(digits: str) -> int:
    """No count is longer; in a grader's arithmetic a number too large for a float would be an error of its own."""
    if len(digits) > MAX_DIGITS:
        raise ValueError(digits[:20])
    return int(digits)


def _is_closed(door: socket.socket) -> bool:
    """True when the other end is gone (it says nothing more after its request)."""
    try:
        return door.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _is_dead(pid: int) -> bool:
    """True when the process has ended (it stays a zombie until it is reaped)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def _end_nest(pid: int) -> int:
    """Kills a nest's first process; the kernel gives it back when all others in there are dead."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _end(pid: int, *, everyone: bool) -> int:
    """Kills the child and all that came of it, waits until it is dead, and says how the child ended."""
    status: int | None = None
    deadline = time.monotonic() + KILL_SECONDS
    while time.monotonic() < deadline:
        if status is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        for process in used.descendants(psutil.Process()):
            with contextlib.suppress(psutil.Error):
                process.kill()
        if everyone:
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
