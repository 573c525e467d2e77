"""StatsD's lines, read: `name:value|kind`, any number of them in a UDP packet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from curso.services.statsd_names import prometheus_name

Kind = Literal["counter", "gauge", "timer"]
KINDS: dict[str, Kind] = {"c": "counter", "g": "gauge", "ms": "timer"}


@dataclass(frozen=True)
class Event:
    """One thing that was measured."""

    kind: Kind
    name: str
    labels: dict[str, str]
    value: float
    """What was counted, read or, in seconds, how long it took."""
    relative: bool = False
    """Of a gauge: the value is added to what it had."""


def read(packet: bytes) -> Iterator[Event]:
    """The events of a packet. A line that is no StatsD is passed over, as every receiver of UDP does."""
    for line in packet.decode("utf-8", "replace").splitlines():
        name, colon, rest = line.strip().partition(":")
        value, *fields = rest.split("|")
        kind = KINDS.get(fields[0]) if colon and name and fields else None
        named = prometheus_name(name) if kind else None
        if kind is None or named is None:
            continue
        try:
            number = float(value)
            rate = next((float(field[1:]) for field in fields[1:] if field.startswith("@")), 1.0)
        except ValueError:
            continue
        if not math.isfinite(number) or not 0 < rate <= 1:
            continue
        if kind == "counter":
            if number < 0:  # what only counts up can't be told to count down
                continue
            number /= rate
        elif kind == "timer":
            number /= 1000
        plain, labels = named
        if kind == "counter":
            plain = plain.removesuffix("_total")  # Prometheus' own ending, which every counter gets
        yield Event(kind, plain, labels, number, relative=kind == "gauge" and value[:1] in "+-")
