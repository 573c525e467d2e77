"""What lies outside for an attack to find, and whether anything came of it: the traces of one that succeeds.

The folder's name tells all addresses: two ports, a socket in it and an abstract one of its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.run.adapters import cache_folder
from curso.places import ROOT

LONG_LINE = 40  # shorter lines of a grader may stand in any program
MARK = "@ISCA@"
"""Stands in a submission for the folder's path."""


class Bait:
    """Open to everyone out here, with a secret in every file."""

    def __init__(self, opened: contextlib.ExitStack, environment: Path) -> None:
        self._environment = environment
        self.secret = secrets.token_hex(16)
        self._tcp = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._udp = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._udp.bind(("127.0.0.1", 0))
        ports = f"{self._tcp.getsockname()[1]}-{self._udp.getsockname()[1]}"
        self.folder = Path(tempfile.gettempdir()) / f"isca-{secrets.token_hex(4)}-{ports}"
        opened.callback(shutil.rmtree, self.folder)
        (self.folder / "troca" / "inbound").mkdir(parents=True)
        for name in ("gradebook.db", "outra-entrega.py", "troca/inbound/entrega.py"):
            (self.folder / name).write_text(self.secret, encoding="utf-8")
        named = opened.enter_context(socket.socket(socket.AF_UNIX))
        named.bind(str(self.folder / "porta"))
        abstract = opened.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{self.folder}")
        self._listening = {"tcp": self._tcp, "unix": named, "abstract": abstract}
        for one in (named, abstract):
            one.listen()
        for one in (*self._listening.values(), self._udp):
            one.setblocking(False)
        for path in (self.folder, *self.folder.rglob("*")):
            path.chmod(0o777)
        self._before = self._state()

    def lay_out(self, submission: Path) -> None:
        """Tells the submission where all of it is."""
        for path in submission.rglob("*"):
            if path.is_file() and MARK in (text := path.read_text(encoding="utf-8")):
                path.write_text(text.replace(MARK, str(self.folder)), encoding="utf-8")

    def called(self) -> list[str]:
        """Who was reached since the last look."""
        found = []
        for name, one in self._listening.items():
            with contextlib.suppress(BlockingIOError):
                one.accept()[0].close()
                found.append(name)
        with contextlib.suppress(BlockingIOError):
            self._udp.recv(100)
            found.append("udp")
        return found

    def changed(self) -> list[str]:
        """Which files are not what they were."""
        now = self._state()
        return sorted(name for name in self._before | now if self._before.get(name) != now.get(name))

    def _state(self) -> dict[str, str]:
        """Everything here, the databases that every run begins with, and what Python loads by itself."""
        templates = cache_folder().glob("*/*.db")
        packages = Path(sysconfig.get_path("purelib", vars={"base": str(self._environment)}))
        files = [*self.folder.rglob("*"), *templates, *packages.glob("*.pth"), *packages.glob("*custom*.py")]
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            for path in files
            if os.access(path, os.R_OK)
        }


@contextlib.contextmanager
def laid_bait(environment: Path = Path(sys.prefix)) -> Iterator[Bait]:
    """`environment` is the Python environment of whoever grades."""
    with contextlib.ExitStack() as opened:
        yield Bait(opened, environment)


def hidden_lines(exercise_id: str) -> set[str]:
    """Lines that stand only in what a submission must not read: graders, worlds, answer, judge."""
    hidden = [
        *(ROOT / "autograder" / "graders" / exercise_id).rglob("*.py"),
        *(ROOT / "autograder" / "judge").rglob("*.py"),
        *(ROOT / "solutions" / exercise_id / "verificacao").rglob("*.py"),
        *(ROOT / "solutions" / exercise_id / "gabarito").rglob("*.py"),
    ]
    assert len(hidden) > 5
    lines = {line.strip() for path in hidden for line in path.read_text(encoding="utf-8").splitlines()}
    # What is imported stands in many a program.
    return {line for line in lines if len(line) >= LONG_LINE and not line.startswith(("from ", "import "))}


def strings(document: Any) -> list[str]:
    """Every text in a document."""
    if isinstance(document, dict):
        return [text for pair in document.items() for part in pair for text in strings(part)]
    if isinstance(document, list | tuple):
        return [text for part in document for text in strings(part)]
    return [document] if isinstance(document, str) else []
