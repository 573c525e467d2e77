"""An HTTP server of a world, whose grader decides what each request is answered, and how badly."""

from __future__ import annotations

import contextlib
import http.server
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from autograder.run.services import Memory, answer_at_once

MAX_BODY = 1 << 20
IDLE_SECONDS = 2.0  # until a request has come: whoever holds lines open and says nothing holds nobody up


@dataclass(frozen=True)
class Request:
    """One request; `number` counts those for the same method and path, from 1.

    `turn` counts the scenario's steps in which its service has been up, from 1: a service can be down
    during one of them, however often it is tried.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: str
    number: int
    turn: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in lower case."""


@dataclass(frozen=True)
class Answer:
    """What is sent back. `hang` holds it for that many seconds; `cut` promises the whole body and sends half."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: float = 0.0
    cut: bool = False


class WebService:
    """`answer` is called in the thread of each connection, one request at a time."""

    def __init__(self, name: str, port: int, answer: Callable[[Request], Answer]) -> None:
        self.name = name
        self.port = port
        self._answer = answer
        self._memory = Memory()
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._turn = 0
        self._deciding = threading.Lock()
        self._closing = threading.Event()

    def seen(self) -> list[dict[str, str | int | float | None]]:
        """Rows of method, path, query, body, number, status (what it was answered) and at (seconds, a clock of its own).

        Where the answer hung also `left`: when the client gave up, on the same clock; None where it did not.
        """
        return self._memory.drain()

    @contextlib.contextmanager
    def serve(self, listening: socket.socket) -> Iterator[None]:
        """Answers what comes in there, until the end of the context."""
        answer_at_once(listening)
        service = self
        open_now: set[socket.socket] = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = IDLE_SECONDS
            disable_nagle_algorithm = True  # else the body waits 40 ms for the acknowledgement of its headers

            def setup(self) -> None:
                open_now.add(self.request)
                super().setup()

            def finish(self) -> None:
                open_now.discard(self.request)
                with contextlib.suppress(OSError):
                    super().finish()

            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    super().handle()

            def do_GET(self) -> None:
                service._respond(self)

            do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET

            def log_message(self, *_: object) -> None: ...

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        server.daemon_threads, server.block_on_close = True, False
        server.socket.close()
        server.socket = listening
        self._closing.clear()
        self._turn += 1
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name=self.name)
        thread.start()
        try:
            yield
        finally:
            self._closing.set()
            server.shutdown()
            thread.join()
            for one in list(open_now):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            server.server_close()

    def _respond(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        length = min(int(handler.headers.get("Content-Length") or 0), MAX_BODY)
        body = handler.rfile.read(length).decode("utf-8", "replace")
        parts = urlsplit(handler.path)
        with self._deciding:
            self._numbers[handler.command, parts.path] += 1
            number = self._numbers[handler.command, parts.path]
            answer = self._answer(
                Request(
                    handler.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    body,
                    number,
                    self._turn,
                    {name.lower(): value for name, value in handler.headers.items()},
                )
            )
        row = self._memory.note(
            method=handler.command, path=parts.path, query=parts.query, body=body, number=number,
            status=answer.status, at=round(time.monotonic(), 6), **({"left": None} if answer.hang else {}),
        )  # fmt: skip
        if answer.hang:
            handler.close_connection = True
            if self._gave_up(handler.connection, answer.hang):
                row["left"] = round(time.monotonic(), 6)
                return
            if self._closing.is_set():
                return
        content = answer.body.encode()
        handler.send_response(answer.status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **answer.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content[: len(content) // 2] if answer.cut else content)
        if answer.cut:
            handler.close_connection = True

    def _gave_up(self, connection: socket.socket, seconds: float) -> bool:
        """Says nothing for that long. True as soon as the client has hung up."""
        end = time.monotonic() + seconds
        watch = select.poll()
        watch.register(connection, select.POLLIN)
        while (rest := end - time.monotonic()) > 0 and not self._closing.wait(min(rest, 0.05)):
            try:
                if watch.poll(0) and not connection.recv(1, socket.MSG_PEEK):
                    return True
            except OSError:
                return True
        return False
