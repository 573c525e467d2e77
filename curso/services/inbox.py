"""The inbox ("caixa-postal"): an SMTP server of this machine that delivers to no one and keeps every mail.

`python -m curso.services.inbox --folder DIR --port N` serves it until SIGTERM; `CaixaPostal` reads it.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.run.services.mail import header, part
from curso.services.folder import HOST
from curso.services.received import MESSAGE_BYTES, Received, wait_for
from curso.services.service import Part, Service, listens, module

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Mensagem:
    """A mail, as a person reads it."""

    de: str
    para: tuple[str, ...]
    assunto: str
    corpo: str
    """The text; where a mail has only HTML, what is read in it."""
    html: str
    """The HTML as it came, or empty."""

    def _repr_html_(self) -> str:
        """In a notebook: the header, and the page in a frame that runs nothing."""
        head = f"<b>{escape(self.assunto)}</b><br>de {escape(self.de)} para {escape(', '.join(self.para))}"
        body = (
            f'<iframe sandbox srcdoc="{escape(self.html)}" style="width:100%;height:12em;border:0"></iframe>'
            if self.html
            else f'<pre style="white-space:pre-wrap">{escape(self.corpo)}</pre>'
        )
        return f'<div style="border:1px solid #8888;border-radius:4px;padding:.5em;margin:.5em 0">{head}{body}</div>'


class CaixaPostal:
    """The inbox, from the notebook's side."""

    def __init__(self, folder: Path, port: int) -> None:
        self.porta = port
        self._received = Received(folder)

    def mensagens(self) -> list[Mensagem]:
        """Every mail that arrived, oldest first."""
        return [
            Mensagem(
                de=str(mail.get("de", "")),
                para=tuple(str(address) for address in mail.get("para", ())),
                assunto=str(mail.get("assunto", "")),
                corpo=str(mail.get("corpo", "")),
                html=str(mail.get("html", "")),
            )
            for mail in self._received.all()
        ]

    def esperar(self, quantas: int = 1, segundos: float = 60) -> list[Mensagem]:
        """The mails, as soon as there are `quantas`."""
        return wait_for(self.mensagens, quantas, segundos, "na caixa-postal")

    def esvaziar(self) -> None:
        """Throws every mail away."""
        self._received.clear()


class _Keeper:
    """What aiosmtpd calls for each mail."""

    def __init__(self, received: Received) -> None:
        self.received = received

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else bytes(content or b"")
        mail = read_mail(raw, envelope.mail_from or "", envelope.rcpt_tos)
        try:
            self.received.add(mail)
        except OSError as error:
            return f"452 the inbox can't write: {error.strerror}"
        return "250 OK"


def read_mail(raw: bytes, sender: str, recipients: list[str]) -> dict[str, object]:
    """A mail as the document kept of it. Whatever is broken in it is left out, and never raises."""
    mail = message_from_bytes(raw, _class=EmailMessage, policy=default)
    text, html = part(mail, "plain"), part(mail, "html")
    return {
        "de": sender,
        "para": recipients,
        "assunto": header(mail, "subject"),
        "corpo": text or _readable(html),
        "html": html,
    }


class _Text(HTMLParser):
    """The words of an HTML mail, one line per block."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("style", "script", "title")
        if tag in ("br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script", "title") and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def _readable(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    lines = (" ".join(line.split()) for line in "".join(parser.words).splitlines())
    return "\n".join(line for line in lines if line)


async def serve(folder: Path, port: int) -> None:
    """Receives mail until the process is told to end."""
    from aiosmtpd.smtp import SMTP

    keeper = _Keeper(Received(folder))
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(
        lambda: SMTP(
            keeper, data_size_limit=MESSAGE_BYTES, enable_SMTPUTF8=True, hostname="caixa-postal", loop=loop
        ),
        HOST,
        port,
    )
    async with server:
        await ended.wait()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--port", type=int, required=True)
    chosen = arguments.parse_args()
    asyncio.run(serve(chosen.folder, chosen.port))


SERVICE = Service(
    name="caixa-postal",
    title="A caixa-postal",
    ports={"smtp": "tcp"},
    parts=lambda folder, ports: [
        Part(
            "caixa-postal",
            module(
                "curso.services.inbox", "--folder", str(folder / "mensagens"), "--port", str(ports["smtp"])
            ),
            ready=lambda: listens(ports["smtp"]),
        )
    ],
    client=lambda folder, ports: CaixaPostal(folder / "mensagens", ports["smtp"]),
)


if __name__ == "__main__":
    main()
