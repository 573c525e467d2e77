"""The stage seen from outside: its socket, its protocol, and a cold one started for a single submission.

Each step has a connection of its own: hello, one request, one answer. Whether the stage behind it was
started a moment ago or has long been warm makes no difference to who asks.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.run.inside.child import MAX_PATIENCE
from autograder.sandbox.cage import Cage
from autograder.sandbox.level import Level

READY_SECONDS = 180.0
GRACE_SECONDS = 20.0
BUSY_SECONDS = 180.0
"""How long a run waits for a port that another program has: mostly another grading, which lets go after its step."""
MAX_ANSWER_BYTES = 32 << 20  # the evidence's own limit, and room for the output beside it
MAX_ADDRESS = 100  # bytes in the path of a Unix socket; the systems' own limits lie just above

Serve = Callable[[socket.socket], contextlib.AbstractContextManager[object]]
"""Serves a listening socket for as long as the context is open."""


class StageError(Exception):
    """The stage itself failed, before or beside any student's code. The message is for the instructor."""


class BusyPortError(StageError):
    """A world's service cannot be put up because of some other program on this machine."""


class Stage:
    """A stage behind a socket. Use as a context manager."""

    def __init__(self, cage: Cage, door: Path) -> None:
        self.cage = cage
        self._door = door
        self.versions: dict[str, str] = {}
        self._lines: set[Line] = set()
        self._closed = False

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def play(self, request: dict[str, Any], services: Mapping[int, Serve] | None = None) -> dict[str, Any]:
        """Performs one step. Raises StageError when the stage is gone, silent or not able to, BusyPortError among them.

        `services` are the world's: what listens at these ports of the child's network, served out here.
        """
        services = services or {}
        with contextlib.ExitStack() as serving:
            line = serving.enter_context(self._connected())
            line.document(READY_SECONDS)
            line.send(request | {"listen": list(services), "patience": BUSY_SECONDS})
            for listening, serve in zip(line.sockets(len(services)), services.values(), strict=False):
                serving.enter_context(listening)
                serving.enter_context(serve(listening))
            answer = line.document(MAX_PATIENCE * request["limits"]["wall_seconds"] + GRACE_SECONDS)
        if "busy" in answer:
            raise BusyPortError(
                f"outro programa ocupa a porta {answer['busy']} desta máquina. Feche-o e corrija de novo."
            )
        if "broken" in answer:
            raise StageError(f"o palco não conseguiu preparar a execução: {answer['broken']}")
        return answer

    def close(self) -> None:
        """Lets go of the stage, and ends what it is playing for us. A warm one lives on."""
        self._closed = True
        for line in list(self._lines):
            line.cut()

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Line]:
        try:
            line = Line(self._door)
        except OSError as error:
            raise StageError(f"o palco não atende ({error})") from None
        self._lines.add(line)
        try:
            if self._closed:  # by another thread, which may have looked for lines before this one was there
                raise StageError("o palco foi fechado")
            yield line
        finally:
            self._lines.discard(line)
            line.close()


class ColdStage(Stage):
    """A stage of its own for one submission: started here, and ended with everything in it."""

    def __init__(self, cage: Cage, adapter: str, environment: dict[str, str]) -> None:
        super().__init__(cage, cage.scratch / "porta")
        with contextlib.suppress(FileNotFoundError):
            self._door.unlink()  # that of a stage that was replaced
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        command, environment = command_of(cage, adapter, environment, None)
        with listen_at(self._door) as listener:
            here = "/" if cage.level.caged else str(cage.inside.world)
            self._process = start(command, environment, listener, self._stderr.fileno(), here)
        try:
            with self._connected() as line:
                self.versions = line.document(READY_SECONDS)["versions"]
        except StageError as error:
            words = self._last_words()
            self.close()
            raise StageError(f"o palco não abriu ou caiu: {words or error}") from None
        except BaseException:  # Ctrl+C too: nobody else knows this process yet
            self.close()
            raise

    def close(self) -> None:
        """Ends the stage and everything in it; leaves no process behind."""
        super().close()
        self._stderr.close()
        kill(self._process)

    def _last_words(self) -> str:
        """The end of standard error, where the process has already ended."""
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            return ""
        self._stderr.seek(0)
        return self._stderr.read().decode("utf-8", "replace").strip()[-500:]


def command_of(
    cage: Cage, adapter: str, environment: dict[str, str], idle_seconds: float | None
) -> tuple[list[str], dict[str, str]]:
    """The command line of a stage, which answers at the listening socket that is its standard input, and its environment."""
    settings = {
        "adapter": adapter,
        "idle_seconds": idle_seconds,
        "surroundings": {
            "nested": cage.level.nested,
            "landlock": cage.level is Level.CAGE,
            "alone": cage.level.caged,
            "template": cage.template,
        },
    }
    environment = cage.environment() | environment
    program = [sys.executable, "-s", "-m", "autograder.run.inside", json.dumps(settings)]
    return cage.command(program, environment), environment


def start(
    command: list[str],
    environment: dict[str, str],
    listener: socket.socket,
    stderr: int,
    working_folder: str = "/",
) -> subprocess.Popen[bytes]:
    """Starts a stage; it ends with the thread that calls this."""
    return subprocess.Popen(
        command,
        stdin=listener.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        env=environment,
        cwd=working_folder,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a stage: with the process outside of the cage, or the first in it, go all others."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


@contextlib.contextmanager
def listen_at(door: Path) -> Iterator[socket.socket]:
    """A listening socket that only this user may use."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        with _short(door) as address:
            listener.bind(address)
        door.chmod(0o600)
        listener.listen(64)
        yield listener


@contextlib.contextmanager
def _short(door: Path) -> Iterator[str]:
    """The path as an address: a long one is reached through its folder's descriptor."""
    if len(os.fsencode(door)) <= MAX_ADDRESS or sys.platform != "linux":
        yield str(door)
        return
    folder = os.open(door.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{door.name}"
    finally:
        os.close(folder)


class Line:
    """One connection: a JSON document per line each way."""

    def __init__(self, door: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._buffer = b""
        try:
            with _short(door) as address:
                self._socket.connect(address)
        except OSError:
            self._socket.close()
            raise

    def close(self) -> None:
        self._socket.close()

    def cut(self) -> None:
        """Ends what the other end is doing, and a wait for its answer in another thread."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def send(self, document: dict[str, Any]) -> None:
        try:
            self._socket.sendall(json.dumps(document).encode() + b"\n")
        except OSError:
            raise StageError("o palco terminou antes da hora") from None

    def sockets(self, count: int) -> list[socket.socket]:
        """Listening sockets that the other end hands over; none where it answers in their place."""
        if not count:
            return []
        self._socket.settimeout(BUSY_SECONDS + GRACE_SECONDS)
        try:
            content, descriptors, _, _ = socket.recv_fds(self._socket, 1, count)
        except OSError:
            content, descriptors = b"", []
        listening = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if content and not listening:
            self._buffer = content  # the start of an answer
            return []
        if content != b"\n" or len(listening) != count:
            for one in listening:
                one.close()
            raise StageError("o palco não entregou as portas dos serviços")
        return listening

    def document(self, seconds: float) -> dict[str, Any]:
        """The next line. Raises StageError when it does not come in time, or is none."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise StageError(f"o palco ficou {seconds:.0f} s sem responder")
                try:
                    chunk = self._socket.recv(1 << 16)
                except OSError:
                    chunk = b""
                if not chunk:
                    raise StageError("o palco terminou antes da hora")
                self._buffer += chunk
                if len(self._buffer) > MAX_ANSWER_BYTES:
                    raise StageError("o palco respondeu mais do que o combinado")
        line, self._buffer = self._buffer.split(b"\n", 1)
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):  # a report can be nested too deeply to be read
            raise StageError("o palco respondeu algo que não é JSON") from None
        if not isinstance(document, dict):
            raise StageError("o palco respondeu algo que não é um objeto")
        return document
