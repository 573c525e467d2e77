"""Messages that reached a world's inbox or its webhook, as their reader would see them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.model.evidence import Row, StepEvidence
from autograder.run.services.slack import message_of

_WORDS = ("text", "fallback", "pretext", "title", "value")
"""Where Slack shows what a message's JSON holds."""


@dataclass(frozen=True)
class Message:
    """One message: its first line (a mail's subject) and all of its words, without markup."""

    head: str
    text: str
    to: str = ""


def mails(step: StepEvidence, inbox: str) -> list[Message]:
    """What the inbox took during the step."""
    return [
        Message(str(row["subject"]), _without_tags(str(row["text"])), str(row["to"]))
        for row in step.services.get(inbox, [])
        if "subject" in row
    ]


def posts(step: StepEvidence, webhook: str) -> list[Message]:
    """What the webhook accepted (200) during the step."""
    accepted = [row for row in step.services.get(webhook, []) if row.get("status") == 200]
    return [_post(str(row["body"])) for row in accepted]


def not_kept(step: StepEvidence) -> int:
    """How many arrivals were too many to be kept; 0 in any but a flood."""
    return sum(int(row["more"] or 0) for rows in step.services.values() for row in rows if "more" in row)


def refusals(step: StepEvidence, webhook: str) -> list[Row]:
    """The requests that the webhook did not accept."""
    return [row for row in step.services.get(webhook, []) if "status" in row and row["status"] != 200]


def number_after(text: str, word: str) -> list[float]:
    """The first number after each mention of a word, on the same line; "33%" is 0.33."""
    found = re.findall(rf"(?<!\w){re.escape(word)}(?!\w)[^\d\n]{{0,60}}?(-?\d+(?:[.,]\d+)?)(\s*%)?", text)
    return [float(digits.replace(",", ".")) / (100 if percent else 1) for digits, percent in found]


def mentions(text: str, word: str) -> bool:
    """True where the word stands by itself: `vendas` is not in `vendas_2`."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _post(body: str) -> Message:
    """The message in a request's body; one that was too long to be kept whole has no words."""
    content = message_of(body)
    words = list(_words(content))
    lines = [line.strip() for word in words for line in word.splitlines() if line.strip()]
    return Message(lines[0] if lines else "", "\n".join(words))


def _words(part: Any, depth: int = 0) -> Iterator[str]:
    """The texts of a message: its own one before those of its blocks."""
    if depth > 10:
        return
    if isinstance(part, dict):
        for key in _WORDS:
            if isinstance(part.get(key), str):
                yield part[key]
        for value in part.values():
            if isinstance(value, dict | list):
                yield from _words(value, depth + 1)
    elif isinstance(part, list):
        for value in part:
            yield from _words(value, depth + 1)


def _without_tags(text: str) -> str:
    """The words of HTML, a line for each block; a table's row is one line, as its reader sees it."""
    if not re.search(r"<(?:\w+|/\w+|!)[^>]*>", text):
        return text
    text = re.sub(r"</?(?:b|i|em|strong|code|span|a)\b[^>]*>", "", text)
    text = re.sub(r"\s*</?(?:td|th)\b[^>]*>\s*", " ", text)
    return html.unescape(re.sub(r"<[^>]+>", "\n", text))
