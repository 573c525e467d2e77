"""What a service is: programs to start in order, and how to tell that each one serves."""

from __future__ import annotations

import json
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curso.services.errors import ServiceError as ServiceError
from curso.services.folder import HOST, Folder

Ports = Mapping[str, int]


@dataclass(frozen=True)
class Part:
    """One program of a service."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Its whole environment, but for what the supervisor adds. Empty: the supervisor's own."""
    seconds: float = 120.0
    """How long it may take to be ready."""
    stop_seconds: float = 15.0
    restarts: int = 0
    """How often it is started again when it dies, before the whole service counts as failed."""


@dataclass(frozen=True)
class Service:
    """A named service. Functions get its folder and the ports it was given."""

    name: str
    title: str
    ports: Mapping[str, str]
    """Kind (tcp, udp) by name."""
    parts: Callable[[Folder, Ports], list[Part]]
    client: Callable[[Folder, Ports], Any]
    """What a lesson holds in its hands."""
    prepare: Callable[[Folder, Ports], None] = lambda folder, ports: None
    """Before the first part starts, each time: a migration, a new data directory. Raises ServiceError."""
    page: Callable[[Folder, Ports], str] | None = None
    """The address of its page for people, where there is one."""


def module(name: str, *arguments: str) -> list[str]:
    """The command line of a module of ours."""
    return [sys.executable, "-m", name, *arguments]


def listens(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def answers(url: str) -> bool:
    """Whether a GET there is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return bool(answer.status < 400)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def told_by(url: str) -> Any:
    """The JSON that a GET there is answered with; None without one. (httpx would read all certificates each time.)"""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return json.load(answer)
    except (OSError, urllib.error.URLError, ValueError):
        return None
