"""The inbox over a real socket: what arrives is kept, whatever arrives."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from curso.services.inbox import CaixaPostal, read_mail
from curso.services.received import MESSAGE_BYTES, Received, wait_for

SERVICE = "inbox"


@pytest.fixture
def inbox(small: Any) -> CaixaPostal:
    return CaixaPostal(small.folder, small.port)


def send(port: int, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.send_message(mail)


def a_mail(subject: str, text: str, html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "airflow@redecaju.example",
        "plantao@redecaju.example",
        subject,
    )
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def test_a_mail_is_read_as_it_was_written(inbox: CaixaPostal) -> None:
    send(inbox.porta, a_mail("Falhou: vendas", "A loja 7 não fechou o caixa.", "<p>A loja <b>7</b></p>"))
    (mail,) = inbox.esperar(1, segundos=10)
    assert (mail.de, mail.para) == ("airflow@redecaju.example", ("plantao@redecaju.example",))
    assert mail.assunto == "Falhou: vendas"
    assert mail.corpo.strip() == "A loja 7 não fechou o caixa."
    assert "<b>7</b>" in mail.html
    assert "sandbox" in mail._repr_html_()


def test_a_mail_of_html_only_is_readable_too(inbox: CaixaPostal) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@x.example", "b@x.example", "Relatório"
    mail.set_content("<style>p {}</style><p>Duas  linhas,<br>só isso.</p>", subtype="html")
    send(inbox.porta, mail)
    assert inbox.esperar()[0].corpo == "Duas linhas,\nsó isso."


def test_a_restart_loses_nothing_and_empty_is_empty(small: Any, inbox: CaixaPostal) -> None:
    send(inbox.porta, a_mail("um", "1"))
    small.restart()
    send(inbox.porta, a_mail("dois", "2"))
    assert [mail.assunto for mail in inbox.esperar(2, segundos=10)] == ["um", "dois"]
    inbox.esvaziar()
    assert inbox.mensagens() == []


def test_a_kill_loses_nothing(small: Any, inbox: CaixaPostal) -> None:
    send(inbox.porta, a_mail("um", "1"))
    small.kill()
    assert [mail.assunto for mail in inbox.mensagens()] == ["um"]


def test_a_mail_that_is_too_large_is_refused_and_the_next_one_taken(inbox: CaixaPostal) -> None:
    with pytest.raises(smtplib.SMTPException):
        send(inbox.porta, a_mail("enorme", "x" * 70 + "\n" + ("y" * 70 + "\n") * (MESSAGE_BYTES // 60)))
    send(inbox.porta, a_mail("normal", "1"))
    assert [mail.assunto for mail in inbox.esperar()] == ["normal"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: =?no-such-charset?q?=E1?=\n\ntext",
        b'Content-Type: multipart/mixed; boundary="x"\n\n--x\n',
        b"Content-Type: text/plain; charset=no-such\n\n\xe1",
        b"Content-Type: text/html\n\n<p<<>&&",
    ],
)
def test_a_broken_mail_is_still_a_mail(raw: bytes) -> None:
    mail = read_mail(raw, "a@x.example", ["b@x.example"])
    assert mail["para"] == ["b@x.example"]


def test_the_oldest_goes_when_the_folder_is_full(tmp_path: Path) -> None:
    received = Received(tmp_path, kept=3)
    for number in range(5):
        received.add({"n": number})
    assert [message["n"] for message in received.all()] == [2, 3, 4]


def test_what_is_not_ours_in_the_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "00000001.json").write_text("{", encoding="utf-8")
    (tmp_path / "00000002.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "notas.json").write_text("{}", encoding="utf-8")
    received = Received(tmp_path)
    received.add({"n": 1})
    assert received.all() == [{"n": 1}]
    received.clear()
    assert [file.name for file in tmp_path.iterdir()] == ["notas.json"]


def test_waiting_in_vain_says_so_in_one_sentence() -> None:
    with pytest.raises(TimeoutError, match="0 de 1 mensagens na caixa-postal"):
        wait_for(list, 1, 0.1, "na caixa-postal")
