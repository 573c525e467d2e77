"""Python without its start: the programs of a workflow are forks of a process that has loaded Airflow already.

`python`, `pytest`, `pip` and `airflow` on the workflow's PATH are stand-ins that hand their arguments, environment
and open files to this process (see `asking`). All of it happens in the student's own cage, with the student's own
rights: nothing that is said here is evidence of anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shlex
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.run.inside import asking, programs

REAP_SECONDS = 0.01
REQUEST_SECONDS = 20.0
MAX_REQUEST_BYTES = 4 << 20


class WarmPython:
    """The stand-ins in a folder of their own, and the process that forks for them. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[int, socket.socket] = {}
        """The door of each program that runs, by its process."""

    def __enter__(self) -> WarmPython:
        self._folder.mkdir()
        asker, python = Path(asking.__file__).resolve(), Path(sys.executable)
        for name in programs.NAMES:
            stand_in = self._folder / name
            call = shlex.join([str(python), "-I", "-S", str(asker), str(self._folder), name])
            stand_in.write_text(f'#!/bin/sh\nexec {call} "$@"\n', encoding="utf-8")
            stand_in.chmod(0o755)
        self._listener = socket.socket(socket.AF_UNIX)
        here = os.open(".", os.O_RDONLY)
        os.chdir(self._folder)
        self._listener.bind(asking.DOOR)
        os.fchdir(here)
        os.close(here)
        self._listener.listen(64)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def path(self, after: str) -> str:
        """A PATH on which the stand-ins come first."""
        return os.pathsep.join([str(self._folder), after])

    def run(self, command: list[str], folder: Path, environment: Mapping[str, str]) -> int:
        """Runs a command and serves what it starts until it ends; its exit status, or that of a shell for a signal."""
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL)
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while process.returncode is None:
                for key, _ in selector.select(REAP_SECONDS):
                    if key.fileobj is self._listener:
                        self._answer(selector)
                    else:
                        self._let_go(selector, key.fileobj, key.data)
                self._reap(selector, process)
        return _status(process.returncode)

    def _answer(self, selector: selectors.BaseSelector) -> None:
        door, _ = self._listener.accept()
        door.settimeout(REQUEST_SECONDS)
        try:
            request, files = _request(door)
        except (OSError, ValueError):
            door.close()  # who hangs up, or says something else, has asked for nothing
            return
        pid = os.fork()
        if pid == 0:
            selector.close()
            for other in (self._listener, door, *self._running.values()):
                other.close()
            programs.become(request, files, self._folder)
        for descriptor in files:
            os.close(descriptor)
        self._running[pid] = door
        selector.register(door, selectors.EVENT_READ, pid)

    def _let_go(self, selector: selectors.BaseSelector, door: Any, pid: int) -> None:
        """Who asked is gone (a step that was cancelled, a timeout): so is what ran for it."""
        selector.unregister(door)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)

    def _reap(self, selector: selectors.BaseSelector, process: subprocess.Popen[bytes]) -> None:
        process.poll()
        for pid, door in list(self._running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._running[pid]
                with contextlib.suppress(KeyError):
                    selector.unregister(door)
                with door, contextlib.suppress(OSError):
                    door.sendall(bytes([_status(os.waitstatus_to_exitcode(status))]))


def _request(door: socket.socket) -> tuple[dict[str, Any], list[int]]:
    head, files, _, _ = socket.recv_fds(door, 4, 3)
    size = struct.unpack("!I", head)[0] if len(head) == 4 else MAX_REQUEST_BYTES + 1
    try:
        if len(files) != 3 or size > MAX_REQUEST_BYTES:
            raise ValueError("no request")
        text = b""
        while len(text) < size:
            chunk = door.recv(size - len(text))
            if not chunk:
                raise ValueError("half a request")
            text += chunk
        request = json.loads(text)
        if not isinstance(request, dict):
            raise ValueError("no request")
    except (OSError, ValueError):
        for descriptor in files:
            os.close(descriptor)
        raise
    return request, list(files)


def _status(code: int) -> int:
    return code if code >= 0 else 128 - code
