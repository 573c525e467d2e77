"""What a small service received: one JSON file per message, in the order of arrival, safe against a sudden end.

The service adds, its client reads and empties; both look at the folder and at nothing else, so neither has
to be alive for the other, and a service that comes back finds everything it had.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from curso.atomic import write_bytes

MESSAGE_BYTES = 1_000_000
"""No mail or webhook body of a lesson is larger; what is, is refused by the service that got it."""
KEPT = 500
"""Messages a folder holds. When one more comes, the oldest goes: a loop that sends mail can't fill the disk."""

T = TypeVar("T")


class Received:
    """The messages of one folder."""

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        self.folder = folder
        self.kept = kept
        self._turn = threading.Lock()
        self._last = 0

    def add(self, message: dict[str, Any]) -> None:
        """Keeps a message. Raises OSError where it can't be written: its sender must hear of it."""
        with self._turn:
            self.folder.mkdir(parents=True, exist_ok=True)
            files = self._files()
            newest = int(files[-1].stem) if files else 0
            self._last = max(self._last, newest) + 1
            content = json.dumps(message, ensure_ascii=False).encode("utf-8")
            write_bytes(self.folder / f"{self._last:08d}.json", content)
            for old in files[: max(0, len(files) + 1 - self.kept)]:
                old.unlink(missing_ok=True)

    def all(self) -> list[dict[str, Any]]:
        """Everything that is there, oldest first. A file that is going away or isn't ours is passed over."""
        messages = []
        for file in self._files():
            with contextlib.suppress(OSError, ValueError):
                message = json.loads(file.read_text(encoding="utf-8"))
                if isinstance(message, dict):
                    messages.append(message)
        return messages

    def clear(self) -> None:
        for file in self._files():
            file.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(file for file in self.folder.glob("*.json") if file.stem.isdecimal())


def wait_for(read: Callable[[], Sequence[T]], many: int, seconds: float, where: str) -> list[T]:
    """What `read` gives once there are at least `many`. Raises TimeoutError, in one Portuguese sentence."""
    deadline = time.monotonic() + seconds
    while len(found := list(read())) < many:
        if time.monotonic() >= deadline:
            raise TimeoutError(
                f"Em {seconds:g} s chegaram {len(found)} de {many} mensagens {where}. Veja se a execução já "
                "terminou e se a conexão usada pelo aviso existe no Airflow."
            )
        time.sleep(0.1)
    return found
