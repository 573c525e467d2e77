"""A webhook of this machine that answers as Slack's does ("slack"), and keeps every message it was sent.

`python -m curso.services.slack --folder DIR --port N` serves it until SIGTERM; `Slack` reads it.
"""

from __future__ import annotations

import argparse
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from autograder.run.services.slack import has_words, message_of
from curso.services.folder import HOST
from curso.services.received import MESSAGE_BYTES, Received, wait_for
from curso.services.service import Part, Service, listens, module

PATH = "/services/T0REDECAJU/B0PLANTAO/segredo-de-mentira"
"""Team, channel and secret, as in a real address: whoever knows it can post."""


class Slack:
    """The channel, from the notebook's side."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://{HOST}:{port}{PATH}"
        self._received = Received(folder)

    def mensagens(self) -> list[dict[str, Any]]:
        """The JSON body of every message that arrived, oldest first."""
        return self._received.all()

    def esperar(self, quantas: int = 1, segundos: float = 60) -> list[dict[str, Any]]:
        """The messages, as soon as there are `quantas`."""
        return wait_for(self.mensagens, quantas, segundos, "no Slack")

    def esvaziar(self) -> None:
        """Throws every message away."""
        self._received.clear()


class _Webhook(BaseHTTPRequestHandler):
    """Slack's answers: 200 ok, 400 invalid_payload or no_text, 404 for an address that is nobody's."""

    received: ClassVar[Received]
    server_version = "slack-local"
    timeout = 10  # a sender that stops in the middle keeps no thread

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        length = int(size) if size.isdecimal() else 0
        if length > MESSAGE_BYTES:
            self.close_connection = True
            return self._answer(413, "payload_too_large")
        content = self.rfile.read(length)
        if self.path != PATH:
            return self._answer(404, "no_service")
        message = message_of(content.decode("utf-8", "replace"))
        if message is None:
            return self._answer(400, "invalid_payload")
        if not has_words(message):
            return self._answer(400, "no_text")
        try:
            self.received.add(message)
        except OSError:
            return self._answer(500, "rollup_error")
        return self._answer(200, "ok")

    def do_GET(self) -> None:
        self._answer(
            404 if self.path != PATH else 400, "no_service" if self.path != PATH else "invalid_payload"
        )

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the messages are the log."""


def serve(folder: Path, port: int) -> None:
    """Answers until the process is told to end."""
    handler = type("Webhook", (_Webhook,), {"received": Received(folder)})
    with ThreadingHTTPServer((HOST, port), handler) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            # shutdown() waits for the loop that this signal has just interrupted
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        server.serve_forever(poll_interval=0.1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--port", type=int, required=True)
    chosen = arguments.parse_args()
    serve(chosen.folder, chosen.port)


SERVICE = Service(
    name="slack",
    title="O Slack do curso",
    ports={"webhook": "tcp"},
    parts=lambda folder, ports: [
        Part(
            "slack",
            module(
                "curso.services.slack", "--folder", str(folder / "mensagens"), "--port", str(ports["webhook"])
            ),
            ready=lambda: listens(ports["webhook"]),
        )
    ],
    client=lambda folder, ports: Slack(folder / "mensagens", ports["webhook"]),
)


if __name__ == "__main__":
    main()
