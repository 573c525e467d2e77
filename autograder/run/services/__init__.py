"""What a pipeline may talk to in a world, served outside of the cage: what reaches these is an effect."""

from __future__ import annotations

import socket

MAX_KEPT = 500
"""Things that a service remembers; what comes after is answered and only counted."""
MAX_TEXT = 20_000
"""Characters of a body or a message that are kept."""


def answer_at_once(listening: socket.socket) -> None:
    """What is accepted there never holds an answer back to fill a packet: that costs 40 ms each."""
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Memory:
    """What has reached a service, until it is asked."""

    def __init__(self) -> None:
        self._kept: list[dict[str, str | int | float | None]] = []
        self._count = 0

    def note(self, **what: str | int | float | None) -> dict[str, str | int | float | None]:
        """Remembers one arrival: its row. Safe from several threads: a list's append is atomic."""
        self._count += 1
        row = {k: v[:MAX_TEXT] if isinstance(v, str) else v for k, v in what.items()}
        if len(self._kept) < MAX_KEPT:
            self._kept.append(row)
        return row

    def drain(self) -> list[dict[str, str | int | float | None]]:
        """What has come since the last time; a row `{"more": n}` tells how many were not kept."""
        kept, lost = self._kept, self._count - len(self._kept)
        self._kept, self._count = [], 0
        return [*kept, {"more": lost}] if lost else kept
