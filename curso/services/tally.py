"""What has been measured so far, and how Prometheus reads it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Annotated

from prometheus_client.metrics_core import Metric
from pydantic import BaseModel, Field

from curso.services.statsd_lines import Event, Kind

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0)
"""Seconds. A percentile read from a histogram is as exact as these are close to each other."""
SERIES = 5000
"""Series kept; who puts an order's number in a metric's name finds a limit here, as in any real system."""

PROMETHEUS_KIND: dict[Kind, str] = {"counter": "counter", "gauge": "gauge", "timer": "histogram"}

Number = Annotated[float, Field(allow_inf_nan=False)]


class Series(BaseModel):
    """One line of numbers: a name with its labels."""

    kind: Kind
    name: str
    labels: dict[str, str]
    value: Number = 0.0
    """A counter's or gauge's value; of a timer, the sum of seconds."""
    counts: list[int] = []
    """Of a timer: how many were within each bound and beyond the one before; the last, beyond all."""


class Snapshot(BaseModel):
    """All series, as they are kept on disk."""

    series: list[Series]


class Tally:
    """Adds events up; a collector for prometheus_client's registry."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self._turn = threading.Lock()
        self._series: dict[tuple[str, tuple[tuple[str, str], ...]], Series] = {}
        self._kinds: dict[str, Kind] = {}
        self.changed = False
        for series in snapshot.series if snapshot else ():
            self._series[_key(series.name, series.labels)] = series
            self._kinds[series.name] = series.kind

    def add(self, event: Event) -> None:
        """Counts an event. One whose name already means another kind of thing is dropped."""
        with self._turn:
            if self._kinds.setdefault(event.name, event.kind) != event.kind:
                return
            key = _key(event.name, event.labels)
            if key not in self._series:
                if len(self._series) >= SERIES:
                    return
                counts = [0] * (len(BOUNDS) + 1) if event.kind == "timer" else []
                self._series[key] = Series(
                    kind=event.kind, name=event.name, labels=event.labels, counts=counts
                )
            series = self._series[key]
            if event.kind == "gauge" and not event.relative:
                series.value = event.value
            else:
                series.value += event.value
            if event.kind == "timer":
                place = sum(event.value > bound for bound in BOUNDS)
                series.counts[min(place, len(series.counts) - 1)] += 1
            self.changed = True

    def snapshot(self) -> Snapshot:
        with self._turn:
            self.changed = False
            return Snapshot(series=[series.model_copy(deep=True) for series in self._series.values()])

    def collect(self) -> Iterator[Metric]:
        """Every name's family, as prometheus_client writes it."""
        families: dict[str, Metric] = {}
        for series in sorted(
            self.snapshot_for_reading(), key=lambda one: (one.name, sorted(one.labels.items()))
        ):
            family = families.setdefault(
                series.name, Metric(series.name, "Received as StatsD.", PROMETHEUS_KIND[series.kind])
            )
            if series.kind == "gauge":
                family.add_sample(series.name, series.labels, series.value)
            elif series.kind == "counter":
                family.add_sample(f"{series.name}_total", series.labels, series.value)
            else:
                for bound, count in _buckets(series.counts):
                    family.add_sample(f"{series.name}_bucket", series.labels | {"le": bound}, count)
                family.add_sample(f"{series.name}_count", series.labels, float(sum(series.counts)))
                family.add_sample(f"{series.name}_sum", series.labels, series.value)
        yield from families.values()

    def snapshot_for_reading(self) -> list[Series]:
        with self._turn:
            return [series.model_copy(deep=True) for series in self._series.values()]


def _key(name: str, labels: dict[str, str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    return name, tuple(sorted(labels.items()))


def _buckets(counts: list[int]) -> list[tuple[str, float]]:
    """Prometheus' buckets count everything up to their bound, not only what is beyond the one before."""
    total, buckets = 0, []
    for bound, count in zip([*map(str, BOUNDS), "+Inf"], counts, strict=True):
        total += count
        buckets.append((bound, float(total)))
    return buckets
