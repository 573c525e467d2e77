"""The stage that stays warm: answers at a socket and forks for every question.

It holds no thread (a fork copies only the one that forks), no connection and nothing secret, so whatever
a child finds in its memory is nobody's.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import select
import socket
import time
from typing import Any, NoReturn

from autograder.run.inside import nest
from autograder.run.inside.child import LINUX, Adapter, BrokenNest, Surroundings, guard_stage, play

MAX_REQUEST_BYTES = 1 << 20
REAP_SECONDS = 1.0
TURN_SECONDS = 0.1


class _BusyPort(Exception):
    """Another program has kept it all the time."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.port = port


def serve(
    adapter: Adapter, listener: socket.socket, around: Surroundings, idle_seconds: float | None
) -> None:
    """Answers until nobody has asked for `idle_seconds`; with None it ends only with who started it."""
    versions = adapter.preload()
    fault = "" if idle_seconds is None else _rehearse(adapter, around.template)
    gc.collect()
    gc.freeze()
    hello = {"versions": versions, "cold": fault or _why_not_warm(adapter)}
    supervisors: set[int] = set()
    last_used = time.monotonic()
    while True:
        supervisors -= _ended(supervisors)
        if supervisors:
            last_used = time.monotonic()
        left = None if idle_seconds is None else last_used + idle_seconds - time.monotonic()
        if left is not None and left <= 0:
            return
        wait = min(REAP_SECONDS, left or REAP_SECONDS) if supervisors else left
        if not select.select([listener], [], [], wait)[0]:
            continue
        door, _ = listener.accept()
        with door:
            if not around.nested:
                # Without process numbers of its own, a child's orphans come back to the one that forked it.
                _attend(adapter, hello, door, listener, around)
                last_used = time.monotonic()
                continue
            pid = os.fork()
            if pid == 0:
                _supervise(adapter, hello, door, listener, around)
            supervisors.add(pid)


def _rehearse(adapter: Adapter, template: str) -> str:
    """Where the adapter can: a run in here that every child remembers. Says why it failed, mostly ""."""
    if not hasattr(adapter, "rehearse"):
        return ""
    try:
        adapter.rehearse(template)
    except Exception as error:
        return f"o ensaio do palco falhou ({type(error).__name__}: {error})"[:300]
    return ""


def _threads() -> int:
    return len(os.listdir("/proc/self/task")) if LINUX else 1


def _ended(supervisors: set[int]) -> set[int]:
    return {pid for pid in supervisors if os.waitpid(pid, os.WNOHANG)[0]}


def _supervise(
    adapter: Adapter,
    hello: dict[str, Any],
    door: socket.socket,
    listener: socket.socket,
    around: Surroundings,
) -> NoReturn:
    """In a process of its own: whatever goes wrong in here, the stage lives on."""
    try:
        guard_stage()
        _attend(adapter, hello, door, listener, around)
    finally:
        os._exit(0)


def _attend(
    adapter: Adapter,
    hello: dict[str, Any],
    door: socket.socket,
    listener: socket.socket,
    around: Surroundings,
) -> None:
    """One connection: says hello, reads one request, plays it, answers. A door that hangs up asked for nothing."""
    with contextlib.suppress(OSError):
        _say(door, hello)
        line = _line(door)
        if not line:
            return
        request = json.loads(line)
        try:
            if around.nested:
                nest.separate()
            _hand_out(door, request["listen"], request["patience"])
            answer = play(adapter, request, (door.fileno(), listener.fileno()), around, door)
        except _BusyPort as error:
            answer = {"busy": error.port}
        except (BrokenNest, OSError) as error:
            answer = {"broken": str(error)[:500]}
        _say(door, answer)


def _hand_out(door: socket.socket, ports: list[int], patience: float) -> None:
    """Listens on `ports` of the network that the child will have, and lets go: who serves them is outside."""
    if ports:
        deadline = time.monotonic() + patience
        with contextlib.ExitStack() as opened:
            # In the same order everywhere: two that wait for one another would wait for ever.
            listening = {port: opened.enter_context(_listening(port, deadline)) for port in sorted(ports)}
            socket.send_fds(door, [b"\n"], [listening[port].fileno() for port in ports])


def _listening(port: int, deadline: float) -> socket.socket:
    """Without a network of its own a run shares its ports with every other program here, and waits for its turn."""
    while True:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            if time.monotonic() > deadline:
                raise _BusyPort(port) from None
        time.sleep(TURN_SECONDS)


def _say(door: socket.socket, document: dict[str, Any]) -> None:
    # Half a surrogate, which a student's text may hold, is no text: out there it would break every document.
    door.sendall(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def _line(door: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\n"):
        chunk = door.recv(1 << 16)
        if not chunk or len(received) > MAX_REQUEST_BYTES:
            return b""
        received += chunk
    return received


def _why_not_warm(adapter: Adapter) -> str:
    """Why this stage should serve one submission and end; empty where it may stay."""
    if _threads() != 1:
        return "uma thread começou durante a carga, e um fork a perderia com o que ela segura"
    return str(getattr(adapter, "cannot_stay_warm", ""))
