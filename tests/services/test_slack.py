"""The webhook answers as Slack's does, and keeps what it was sent."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebhookClient

from curso.services.received import MESSAGE_BYTES
from curso.services.slack import Slack

SERVICE = "slack"


@pytest.fixture
def slack(small: Any) -> Slack:
    return Slack(small.folder, small.port)


def post(url: str, body: bytes, kind: str = "application/json") -> tuple[int, str]:
    try:
        with urlopen(Request(url, body, {"Content-Type": kind}), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_slacks_own_client_is_served(slack: Slack) -> None:
    answer = WebhookClient(slack.url).send(text="Falhou: vendas", blocks=[{"type": "divider"}])
    assert (answer.status_code, answer.body) == (200, "ok")
    assert slack.esperar(1, segundos=10) == [{"text": "Falhou: vendas", "blocks": [{"type": "divider"}]}]


def test_the_old_form_is_taken_too(slack: Slack) -> None:
    form = urlencode({"payload": json.dumps({"text": "olá, plantão"})}).encode()
    assert post(slack.url, form, "application/x-www-form-urlencoded") == (200, "ok")
    assert slack.mensagens() == [{"text": "olá, plantão"}]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 50_000])
def test_what_is_no_payload_is_refused(slack: Slack, body: bytes) -> None:
    assert post(slack.url, body) == (400, "invalid_payload")
    assert slack.mensagens() == []


def test_a_message_that_says_nothing_is_refused(slack: Slack) -> None:
    assert post(slack.url, b'{"username": "x"}') == (400, "no_text")


def test_a_wrong_address_is_nobodys(slack: Slack) -> None:
    assert post(slack.url + "x", b'{"text": "x"}')[0] == 404
    assert slack.mensagens() == []


def test_a_body_that_is_too_large_is_refused(slack: Slack, small: Any) -> None:
    with socket.create_connection(("127.0.0.1", small.port), timeout=10) as raw:
        path = slack.url.split(str(small.port))[1]
        raw.sendall(f"POST {path} HTTP/1.0\r\nContent-Length: {MESSAGE_BYTES + 1}\r\n\r\n".encode())
        assert b" 413 " in raw.recv(1000)


def test_a_restart_loses_nothing(slack: Slack, small: Any) -> None:
    post(slack.url, b'{"text": "um"}')
    small.restart()
    post(slack.url, b'{"text": "dois"}')
    assert [message["text"] for message in slack.mensagens()] == ["um", "dois"]
    slack.esvaziar()
    assert slack.mensagens() == []
