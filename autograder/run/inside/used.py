"""What a run takes of the machine, as the process that watches it sees it from outside.

The kernel shows a process's memory and a folder's files; what a run holds without either (a file that has lost
its name, a memory segment that nobody has attached) counts like the rest, or it would have no ceiling.
"""

from __future__ import annotations

import contextlib
import glob
import os
import stat

import psutil

MAX_FILES = 20_000


def descendants(root: psutil.Process) -> list[psutil.Process]:
    """All that came of this process; on Linux also what has left its family."""
    try:
        return root.children(recursive=True)
    except psutil.Error:
        return []


def memory(root: psutil.Process) -> int:
    """Bytes resident in all that came of this process."""
    total = 0
    for process in descendants(root):
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def starved(root: psutil.Process) -> float:
    """Seconds that what came of this process stood ready to run while others did; 0 where no kernel tells."""
    nanoseconds = 0
    for process in descendants(root):
        for file in glob.glob(f"/proc/{process.pid}/task/*/schedstat"):
            with contextlib.suppress(OSError, ValueError, IndexError), open(file) as told:
                nanoseconds += int(told.read().split()[1])
    return nanoseconds / 1e9


def nameless(root: psutil.Process, world: str) -> tuple[int, int]:
    """Bytes in open files that have no name (any more): in memory, and on the world's disk."""
    try:
        disk = os.stat(world).st_dev
    except OSError:  # without a nest its own folder may be gone
        disk = -1
    found: dict[tuple[int, int], int] = {}
    for process in descendants(root):
        with contextlib.suppress(OSError), os.scandir(f"/proc/{process.pid}/fd") as descriptors:
            for descriptor in descriptors:
                with contextlib.suppress(OSError):
                    status = descriptor.stat()
                    if status.st_nlink == 0 and stat.S_ISREG(status.st_mode):
                        found[status.st_dev, status.st_ino] = status.st_blocks * 512
    on_disk = sum(size for (device, _), size in found.items() if device == disk)
    return sum(found.values()) - on_disk, on_disk


def segments() -> int:
    """Bytes in System V segments of this process's own IPC namespace, attached or not."""
    with contextlib.suppress(OSError, ValueError), open("/proc/sysvipc/shm") as table:
        column = table.readline().split().index("rss")
        return sum(int(line.split()[column]) for line in table)
    return 0


def overflows(world: str, most_bytes: int) -> bool:
    """True when the files of a world take more than that on disk, or are too many to be counted."""
    size = count = 0
    for folder, _, files in os.walk(world):  # what cannot be read is not counted; links are not followed
        for name in files:
            count += 1
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(folder, name)).st_blocks * 512
        count += 1
        if size > most_bytes or count > MAX_FILES:
            return True
    return False
