"""What a Slack webhook takes."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs


def message_of(body: str) -> dict[str, Any] | None:
    """The message in a request's body: JSON, or JSON in a form's field `payload`; None where there is none."""
    for text in (body, (parse_qs(body).get("payload") or [""])[0]):
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict):
            return message
    return None


def has_words(message: dict[str, Any]) -> bool:
    """Whether Slack would show anything of it."""
    return any(message.get(key) for key in ("text", "blocks", "attachments"))
