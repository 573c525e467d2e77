"""Temporary folders in which a student's code has been at work."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def scratch_folder(parent: Path | None) -> Iterator[Path]:
    """A temporary folder that the cage's user passes through, and cannot list."""
    folder = Path(tempfile.mkdtemp(prefix="curso-", dir=parent))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        with contextlib.suppress(FileNotFoundError):  # of a stage that has ended
            empty(folder)
            folder.rmdir()


def empty(folder: Path) -> None:
    """Removes everything under `folder`, also what a student's code made unreadable."""
    os.chmod(folder, stat.S_IRWXU)
    for parent, directories, _ in os.walk(folder):  # a folder is unlocked before it is walked into
        for name in directories:
            path = os.path.join(parent, name)
            if not os.path.islink(path):
                os.chmod(path, stat.S_IRWXU)
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
