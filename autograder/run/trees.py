"""Sees a folder of a world whole: every file by its digest, every link as a link. Nothing is followed out of it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_ENTRIES = 5_000
MAX_FILE_BYTES = 8 << 20
MAX_DEPTH = 12


def see_tree(world: Path, folder: str, secrets: tuple[bytes, ...] = ()) -> tuple[dict[str, Any], list[str]]:
    """What is under `folder`, by its path from there, and in which files or links a secret was found."""
    seen: dict[str, Any] = {}
    leaks: list[str] = []
    try:
        root = os.open(world / folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return {}, []
    for path, entry, told in _walk(root, "", 0, secrets):
        if len(seen) >= MAX_ENTRIES:
            break
        seen[path] = entry
        if told or any(secret in path.encode("utf-8", "replace") for secret in secrets):
            leaks.append(f"{folder}/{path}")
    return seen, leaks


def _walk(
    directory: int, inner: str, depth: int, secrets: tuple[bytes, ...]
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Goes down by descriptors, so that no link is followed on the way. Closes `directory`."""
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        names = []
    try:
        for name in names:
            path = f"{inner}{os.fsencode(name).decode('utf-8', 'replace')}"
            try:
                status = os.stat(name, dir_fd=directory, follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISLNK(status.st_mode):
                target = os.fsencode(os.readlink(name, dir_fd=directory))
                text = target.decode("utf-8", "replace")
                yield path, _entry("link", text, status), any(secret in target for secret in secrets)
            elif stat.S_ISDIR(status.st_mode):
                yield path, _entry("folder", "", status), False
                if depth < MAX_DEPTH:
                    try:
                        below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
                    except OSError:
                        continue
                    yield from _walk(below, f"{path}/", depth + 1, secrets)
            elif stat.S_ISREG(status.st_mode):
                digest, told = _digest(directory, name, secrets)
                yield path, _entry("file", digest, status), told
            else:
                yield path, _entry("other", "", status), False
    finally:
        os.close(directory)


def _entry(kind: str, content: str, status: os.stat_result) -> dict[str, Any]:
    return {"kind": kind, "content": content, "changed": status.st_ctime, "written": status.st_mtime}


def _digest(directory: int, name: str, secrets: tuple[bytes, ...]) -> tuple[str, bool]:
    """A regular file's SHA-256, "" for what is too large or cannot be read, and whether a secret is in it."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    except OSError:
        return "", False
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    told = any(secret in content for secret in secrets)
    return ("" if len(content) > MAX_FILE_BYTES else hashlib.sha256(content).hexdigest()), told
