"""An inbox of a world: whatever is sent to its SMTP port is kept, for anybody it may be addressed to."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

from autograder.run.services import Memory, answer_at_once

MAX_MESSAGE = 256_000


class Inbox:
    """Takes mail without asking who sends it."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port
        self._memory = Memory()

    def seen(self) -> list[dict[str, str | int | float | None]]:
        """Rows of sender, to (comma between), subject and text (plain where there is a plain part, else HTML)."""
        return self._memory.drain()

    @contextlib.contextmanager
    def serve(self, listening: socket.socket) -> Iterator[None]:
        """Takes what comes in there, until the end of the context."""
        from aiosmtpd.smtp import SMTP

        answer_at_once(listening)
        loop = asyncio.new_event_loop()
        connections: set[Any] = set()

        def connected() -> Any:
            session = SMTP(
                self,
                data_size_limit=MAX_MESSAGE,
                hostname="caixa",
                enable_SMTPUTF8=True,
                loop=loop,
                timeout=30,
            )
            connections.add(session)
            return session

        server = loop.run_until_complete(loop.create_server(connected, sock=listening))
        thread = threading.Thread(target=loop.run_forever, name=self.name)
        thread.start()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(_close(server, connections), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd with each whole message."""
        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        self._memory.note(
            sender=str(envelope.mail_from or ""),
            to=", ".join(envelope.rcpt_tos),
            subject=_header(message, "subject"),
            text=_text(message),
        )
        return "250 OK"


async def _close(server: Any, connections: set[Any]) -> None:
    server.close()
    for one in connections:
        if one.transport is not None:
            one.transport.abort()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _header(message: Any, name: str) -> str:
    """A header decoded; one that is damaged as it came."""
    try:
        return str(message.get(name, ""))
    except Exception:  # the email package raises all sorts of things on what it cannot read
        return ""


def _text(message: Any) -> str:
    """The message's words."""
    try:
        part = message.get_body(preferencelist=("plain", "html"))
        return str(part.get_content()) if part is not None else ""
    except Exception:  # likewise
        return ""
