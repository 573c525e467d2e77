"""The stage seen from outside: starts it in a cage, speaks its protocol, ends it.

A warm stage that lives on can take this one's place: `play` asks for a step and gets its answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any

from autograder.sandbox.cage import Cage

READY_SECONDS = 180.0
GRACE_SECONDS = 20.0
MAX_ANSWER_BYTES = 32 << 20  # the evidence's own limit, and room for the output beside it


class StageError(Exception):
    """The stage itself failed, before or beside any student's code. The message is for the instructor."""


class Stage:
    """One running stage process for one adapter. Use as a context manager."""

    def __init__(self, cage: Cage, adapter: str, environment: dict[str, str]) -> None:
        environment = cage.environment() | environment
        program = [sys.executable, "-s", "-m", "autograder.run.inside", adapter]
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._process = subprocess.Popen(
            cage.command(program, environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=environment,
            cwd=cage.outside.world,
            start_new_session=True,
        )
        self._buffer = b""
        try:
            hello = self._receive(READY_SECONDS)
        except BaseException:  # Ctrl+C too: nobody else knows this process yet
            self.close()
            raise
        self.versions: dict[str, str] = hello["versions"]

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def play(self, request: dict[str, Any]) -> dict[str, Any]:
        """Performs one step. Raises StageError when the stage is gone or silent."""
        if self._process.stdin is None or self._process.poll() is not None:
            raise StageError("o palco terminou antes da hora")
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise StageError("o palco terminou antes da hora") from None
        return self._receive(request["limits"]["wall_seconds"] + GRACE_SECONDS)

    def close(self) -> None:
        """Ends the stage and everything in it; leaves no process behind."""
        process = self._process
        for stream in (process.stdin, process.stdout, self._stderr):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
        process.wait()

    def _receive(self, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        stdout = self._process.stdout
        assert stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise StageError(f"o palco ficou {seconds:.0f} s sem responder")
                chunk = os.read(stdout.fileno(), 1 << 16)
                if not chunk:
                    raise StageError(f"o palco não abriu ou caiu: {self._last_words()}")
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

    def _last_words(self) -> str:
        """The end of standard error, where the process has already ended."""
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            return "sem explicação"
        self._stderr.seek(0)
        text = self._stderr.read().decode("utf-8", "replace").strip()
        return text[-500:] or "sem explicação"
