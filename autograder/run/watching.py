"""Watches a folder of a world while a step goes on: which names come, go, or are replaced in one rename.

From outside of the cage, through Linux's inotify: what was once told cannot be untold by who did it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_EVENTS = 500

_KINDS = {0x100: "created", 0x200: "deleted", 0x40: "moved_from", 0x80: "moved_to"}
_OVERFLOW, _IGNORED, _MOVED_AWAY = 0x4000, 0x8000, 0x800
_ONLY_FOLDERS, _NO_LINK = 0x01000000, 0x02000000
_HEAD = struct.Struct("iIII")


class Watch:
    """The names in one folder, from when it is made until `close`."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = -1
        if sys.platform != "linux":
            return
        library = ctypes.CDLL(None, use_errno=True)
        descriptor: int = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        wanted = sum(_KINDS) | _MOVED_AWAY | _ONLY_FOLDERS | _NO_LINK
        if descriptor >= 0 and library.inotify_add_watch(descriptor, os.fsencode(folder), wanted) < 0:
            os.close(descriptor)
            descriptor = -1
        self._descriptor = descriptor

    def events(self) -> list[dict[str, Any]] | None:
        """What has happened since it was last asked; None where not all of it is known."""
        if self._descriptor < 0:
            return None
        seen: list[dict[str, Any]] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                told = os.read(self._descriptor, 1 << 16)
                while told:
                    _, mask, _, length = _HEAD.unpack_from(told)
                    name = told[_HEAD.size : _HEAD.size + length].rstrip(b"\0")
                    told = told[_HEAD.size + length :]
                    kind = next((kind for bit, kind in _KINDS.items() if mask & bit), "")
                    if not kind or len(seen) >= MAX_EVENTS:  # too many, or the folder itself has gone
                        self.close()
                        return None
                    seen.append({"name": name.decode("utf-8", "replace"), "what": kind})
        return seen

    def close(self) -> None:
        """Watches no more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextlib.contextmanager
def watching(world: Path, folders: tuple[str, ...]) -> Iterator[dict[str, Watch]]:
    """Watches these folders of a world."""
    watches = {folder: Watch(world / folder) for folder in folders}
    try:
        yield watches
    finally:
        for watch in watches.values():
            watch.close()
