"""An inbox of a world: whatever is sent to its SMTP port is kept, for anybody it may be addressed to."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
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
        message = message_from_bytes(envelope.content or b"", _class=EmailMessage, policy=default)
        self._memory.note(
            sender=str(envelope.mail_from or ""),
            to=", ".join(envelope.rcpt_tos),
            subject=header(message, "subject"),
            text=part(message, "plain") or part(message, "html"),
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


def header(message: EmailMessage, name: str) -> str:
    """A header decoded; "" where there is none, or one that cannot be read."""
    try:
        return str(message[name] or "")
    except Exception:  # what a sender wrote may not even be a header
        return ""


def part(message: EmailMessage, kind: str) -> str:
    """The words of the message's part of this kind (plain, html); "" where there is none, or it cannot be read."""
    try:
        found = message.get_body((kind,))
        return str(found.get_content()) if found is not None else ""
    except Exception:  # an unknown charset, a damaged attachment
        return ""
