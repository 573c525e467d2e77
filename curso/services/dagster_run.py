"""A run of Dagster, and a backfill, as a lesson looks at them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, Protocol

from curso.services.service import ServiceError
from curso.show.table import Tabela

ENDED = ("SUCCESS", "FAILURE", "CANCELED")
BACKFILL_ENDED = ("COMPLETED_SUCCESS", "COMPLETED_FAILED", "COMPLETED", "FAILED", "CANCELED")
_COLOURS = {"SUCCESS": "success", "FAILURE": "failed", "SKIPPED": "skipped", "IN_PROGRESS": "running"}


class Dagster(Protocol):
    """What a run asks of the service's client."""

    def api(self, consulta: str, **variaveis: Any) -> dict[str, Any]: ...


class Run:
    """One run. `estado` and the tables are asked anew each time."""

    def __init__(self, dagster: Dagster, run_id: str) -> None:
        self._dagster = dagster
        self.id = run_id

    def _ask(self, fields: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._dagster.api(
            f"query ($id: ID!) {{ runOrError(runId: $id) {{ ... on Run {{ {fields} }} ... on RunNotFoundError {{ message }} }} }}",
            id=self.id,
        )["runOrError"]
        if "message" in answer:
            raise ServiceError(f"O Dagster não conhece mais a execução {self.id[:8]}.")
        return answer

    @property
    def estado(self) -> str:
        return str(self._ask("status")["status"])

    @property
    def tags(self) -> dict[str, str]:
        return {tag["key"]: tag["value"] for tag in self._ask("tags { key value }")["tags"]}

    def esperar(self, segundos: float = 120) -> Run:
        """Waits for the end, with a bar. Raises ServiceError when it takes longer; a failed run is an end too."""
        from curso.show.bar import Bar

        deadline = time.monotonic() + segundos
        with Bar(f"run {self.id[:8]} em execução") as bar:
            while (state := self.estado) not in ENDED:
                bar.show(0, 1, f"run {self.id[:8]}: {state}")
                if time.monotonic() > deadline:
                    raise ServiceError(
                        f"A execução {self.id[:8]} não terminou em {segundos:.0f} s: está {state}."
                    )
                time.sleep(0.3)
        return self

    @property
    def passos(self) -> Tabela:
        """One row per step (an asset, a check), in the order in which they started."""
        rows = [
            {
                "passo": step["stepKey"],
                "estado": step["status"],
                "tentativas": max(1, len(step["attempts"])),
                "inicio": moment(step["startTime"]),
                "fim": moment(step["endTime"]),
            }
            for step in self._ask("stepStats { stepKey status startTime endTime attempts { startTime } }")[
                "stepStats"
            ]
        ]
        rows.sort(key=lambda row: (row["inicio"] is None, row["inicio"], row["passo"]))
        return Tabela(rows, ["passo", "estado", "tentativas", "inicio", "fim"])

    @property
    def eventos(self) -> Tabela:
        """Everything that Dagster noted about the run, line by line."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = self._dagster.api(
                """query ($id: ID!, $after: String) { logsForRun(runId: $id, afterCursor: $after) {
                  ... on EventConnection { cursor hasMore events { __typename ... on MessageEvent {
                    message timestamp stepKey level eventType } } } } }""",
                id=self.id,
                after=cursor,
            )["logsForRun"]
            found += page["events"]
            cursor = page["cursor"]
            if not page["hasMore"]:
                break
        return Tabela(
            (
                {
                    "quando": moment(float(event["timestamp"]) / 1000),
                    "passo": event["stepKey"],
                    "tipo": event["eventType"] or event["level"],
                    "mensagem": event["message"],
                }
                for event in found
            ),
            ["quando", "passo", "tipo", "mensagem"],
        )

    def linha_do_tempo(self) -> Any:
        """When each step ran, as a plot."""
        from curso.show.graph import timeline

        rows = [
            {**row, "task": row["passo"], "mapa": None, "estado": _COLOURS.get(row["estado"] or "")}
            for row in self.passos
        ]
        return timeline(rows, f"run {self.id[:8]}")

    def __repr__(self) -> str:
        return f"Run {self.id[:8]}: {self.estado}"


class Backfill:
    """A request for many partitions."""

    def __init__(self, dagster: Dagster, backfill_id: str) -> None:
        self._dagster = dagster
        self.id = backfill_id

    def _ask(self, fields: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._dagster.api(
            f"query ($id: String!) {{ partitionBackfillOrError(backfillId: $id) {{ ... on PartitionBackfill {{ {fields} }} }} }}",
            id=self.id,
        )["partitionBackfillOrError"]
        return answer

    @property
    def estado(self) -> str:
        return str(self._ask("status")["status"])

    @property
    def runs(self) -> list[Run]:
        return [Run(self._dagster, one["runId"]) for one in self._ask("runs(limit: 200) { runId }")["runs"]]

    def esperar(self, segundos: float = 180) -> Backfill:
        """Waits until every run has ended, and the daemon has noticed. Raises ServiceError when it takes longer."""
        from curso.show.bar import Bar

        deadline = time.monotonic() + segundos
        with Bar(f"backfill {self.id} em execução") as bar:
            while (state := self.estado) not in BACKFILL_ENDED:
                runs = self._ask("numPartitions runs(limit: 200) { status }")
                done = sum(one["status"] in ENDED for one in runs["runs"])
                bar.show(done, max(1, len(runs["runs"])))
                if time.monotonic() > deadline:
                    raise ServiceError(
                        f"O backfill {self.id} não terminou em {segundos:.0f} s: está {state}."
                    )
                time.sleep(0.5)
        return self

    def __repr__(self) -> str:
        return f"Backfill {self.id}: {self.estado}"


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
