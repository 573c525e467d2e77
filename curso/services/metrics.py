"""Metrics ("metricas"): StatsD comes in over UDP, Prometheus' text goes out over HTTP.

`python -m curso.services.metrics --folder DIR --port UDP --http TCP` serves it until SIGTERM; `Metricas` reads it. What has
been counted is written to the folder every second, so a service that comes back goes on counting.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import socket
from pathlib import Path
from urllib.request import urlopen

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.parser import text_string_to_metric_families

from curso.atomic import write_text
from curso.services.folder import HOST
from curso.services.service import Part, Service, answers, module
from curso.services.statsd_lines import read
from curso.services.tally import BOUNDS, Snapshot, Tally

KEPT_IN = "metricas.json"
SAVE_SECONDS = 1.0
RECEIVE_BYTES = 1_000_000
"""A burst of packets waits here while we count; UDP throws away what finds no room, and tells no one."""


class Metricas:
    """The metrics, from the notebook's side."""

    def __init__(self, port: int, http: int) -> None:
        self.porta = port
        self.url = f"http://{HOST}:{http}/metrics"

    def texto(self) -> str:
        """Everything, in Prometheus' text format. Raises OSError where nobody answers."""
        with urlopen(self.url, timeout=10) as answer:
            return str(answer.read().decode("utf-8"))

    def valor(self, nome: str, **labels: str) -> float | None:
        """The sum of the series of that name that have these labels; None where there is none.

        A counter may be named without its `_total`.
        """
        found = [
            sample.value
            for family in text_string_to_metric_families(self.texto())
            for sample in family.samples
            if sample.name in (nome, f"{nome}_total") and labels.items() <= sample.labels.items()
        ]
        return sum(found) if found else None


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def datagram_received(self, data: bytes, addr: object) -> None:
        for event in read(data):
            self.tally.add(event)


def load(file: Path) -> Tally:
    """What was counted before. A file that can't be read, or is of other bounds, is a fresh start."""
    with contextlib.suppress(OSError, ValueError):
        snapshot = Snapshot.model_validate_json(file.read_bytes())
        if all(len(one.counts) == len(BOUNDS) + 1 for one in snapshot.series if one.kind == "timer"):
            return Tally(snapshot)
    return Tally()


def save(tally: Tally, file: Path) -> None:
    """Writes what changed since the last time; a full disk must not stop the counting."""
    if tally.changed:
        with contextlib.suppress(OSError):
            write_text(file, tally.snapshot().model_dump_json())


async def serve(folder: Path, port: int, http: int) -> None:
    """Counts until the process is told to end."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / KEPT_IN
    tally = load(file)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    transport, _ = await loop.create_datagram_endpoint(lambda: _Receiver(tally), local_addr=(HOST, port))
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    registry = CollectorRegistry()
    registry.register(tally)
    page, _ = start_http_server(http, addr=HOST, registry=registry)
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), SAVE_SECONDS)
        save(tally, file)
    transport.close()
    page.shutdown()
    page.server_close()
    save(tally, file)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--port", type=int, required=True, help="StatsD, UDP")
    arguments.add_argument("--http", type=int, required=True, help="Prometheus, TCP")
    chosen = arguments.parse_args()
    asyncio.run(serve(chosen.folder, chosen.port, chosen.http))


SERVICE = Service(
    name="metricas",
    title="As métricas",
    ports={"statsd": "udp", "http": "tcp"},
    parts=lambda folder, ports: [
        Part(
            "metricas",
            module(
                "curso.services.metrics",
                *("--folder", str(folder / "contagem")),
                *("--port", str(ports["statsd"]), "--http", str(ports["http"])),
            ),
            ready=lambda: answers(f"http://{HOST}:{ports['http']}/metrics"),
        )
    ],
    client=lambda folder, ports: Metricas(ports["statsd"], ports["http"]),
)


if __name__ == "__main__":
    main()
