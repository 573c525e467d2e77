"""Reads a world after every process of a step is dead: the effects a grade rests on.

The database is read in a clean process of its own (`read_tables`), on a private copy, with limits, because
the file was in the student's hands.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

READER = str(Path(__file__).with_name("read_tables.py"))
MAX_FILES = 50
MAX_TEXT_BYTES = 256_000
MAX_DATABASE_BYTES = 64 << 20
SECONDS = 20.0


def observe(world: Path, database: str, tables: tuple[str, ...], folders: tuple[str, ...]) -> dict[str, Any]:
    """`{"tables": {name: [row]}, "files": {path: {size, text, note}}}`. A table that cannot be read is missing."""
    if not tables:
        return {"tables": {}, "files": _files(world, folders)}
    with tempfile.TemporaryDirectory(prefix="curso-leitura-") as private:
        for suffix in ("", "-wal", "-journal"):
            _copy(world / (database + suffix), Path(private) / ("db" + suffix))
        request = json.dumps({"database": f"{private}/db", "tables": tables, "seconds": SECONDS})
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-S", READER], input=request, capture_output=True, text=True, timeout=SECONDS,
                env={"LANG": "C.UTF-8"}, check=False,
            )  # fmt: skip
            seen = json.loads(done.stdout) if done.returncode == 0 else {}
        except (subprocess.TimeoutExpired, ValueError):
            seen = {}
    return {"tables": seen, "files": _files(world, folders)}


def _copy(source: Path, target: Path) -> None:
    """Copies a regular file of reasonable size; anything else counts as not there."""
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_DATABASE_BYTES:
        os.close(descriptor)
        return
    with os.fdopen(descriptor, "rb") as file, target.open("wb") as copy:
        shutil.copyfileobj(file, copy)


def digests(world: Path, files: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 of each of these files; "" for what is no regular file of reasonable size."""
    if not files:
        return {}
    with tempfile.TemporaryDirectory(prefix="curso-leitura-") as private:
        found = {}
        for number, name in enumerate(files):
            copy = Path(private) / str(number)
            _copy(world / name, copy)
            found[name] = hashlib.sha256(copy.read_bytes()).hexdigest() if copy.exists() else ""
    return found


def _files(world: Path, folders: tuple[str, ...]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for folder in folders:
        directory = world / folder
        try:
            if not stat.S_ISDIR(directory.lstat().st_mode):
                continue
        except OSError:
            continue
        try:
            names = sorted(os.listdir(directory))
        except PermissionError:  # locked by the student's own code: nothing is seen in it
            continue
        for name in names[:MAX_FILES]:
            seen[f"{folder}/{name}"] = _file(directory / name)
    return seen


def _file(path: Path) -> dict[str, Any]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return {"size": 0, "text": None, "note": "não é um arquivo comum"}
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return {"size": 0, "text": None, "note": "não é um arquivo comum"}
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_TEXT_BYTES + 1)
    note = ""
    if path.suffix == ".gz":
        try:
            content = _inflate(content)
        except zlib.error:
            return {"size": status.st_size, "text": None, "note": "não é um arquivo gzip"}
    if len(content) > MAX_TEXT_BYTES:
        return {"size": status.st_size, "text": None, "note": "grande demais"}
    try:
        return {"size": status.st_size, "text": content.decode("utf-8"), "note": note}
    except UnicodeDecodeError:
        return {"size": status.st_size, "text": None, "note": "não é texto em UTF-8"}


def _inflate(content: bytes) -> bytes:
    """What a gzip file holds in all its members, no more than the cap: a small file can hold gigabytes.

    Raises zlib.error for what is no gzip file, or was cut short.
    """
    inflated = b""
    while True:
        member = zlib.decompressobj(wbits=31)
        inflated += member.decompress(content, MAX_TEXT_BYTES + 1 - len(inflated))
        if len(inflated) > MAX_TEXT_BYTES:
            return inflated
        if not member.eof:
            raise zlib.error("cut short")
        content = member.unused_data
        if not content:
            return inflated
