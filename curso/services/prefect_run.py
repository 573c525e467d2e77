"""A flow run and its task runs, as a lesson looks at them."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, Protocol

from curso.services.service import ServiceError
from curso.show.table import Tabela

FINAL = ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")
SETTLE_SECONDS = 10.0
LOG_SECONDS = 6.0


class Prefect(Protocol):
    """What a run asks of the service's client; `url` is the address of its pages."""

    url: str

    def api(self, metodo: str, caminho: str, json: Any = None) -> Any: ...


class Execucao:
    """One run of a flow. States, tasks and logs are asked anew each time; `resumo` is what was told at first."""

    def __init__(self, prefect: Prefect, run: dict[str, Any]) -> None:
        self._prefect = prefect
        self.resumo = run
        self.id: str = run["id"]
        self.nome: str = run["name"]
        self.parametros: dict[str, Any] = run["parameters"]
        self.etiquetas: list[str] = run["tags"]

    @property
    def detalhes(self) -> dict[str, Any]:
        """Everything that the API tells of this run."""
        answer: dict[str, Any] = self._prefect.api("GET", f"/flow_runs/{self.id}")
        return answer

    @property
    def estado(self) -> str:
        """The name of its state: Completed, Failed, AwaitingRetry, Late…"""
        return str(self.detalhes["state_name"])

    @property
    def terminou(self) -> bool:
        return self.detalhes["state_type"] in FINAL

    @property
    def mensagem(self) -> str:
        """What its state says of itself."""
        return str((self.detalhes["state"] or {}).get("message") or "")

    @property
    def prevista(self) -> datetime | None:
        """When it should have begun, where it was scheduled."""
        return _instant(self.resumo["expected_start_time"])

    @property
    def url(self) -> str:
        """Its page."""
        return f"{self._prefect.url}runs/flow-run/{self.id}"

    @property
    def estados(self) -> Tabela:
        """Every state it has been in, the first one first."""
        states = self._prefect.api("GET", f"/flow_run_states/?flow_run_id={self.id}")
        states.sort(key=lambda state: state["timestamp"])
        rows = [
            {"estado": state["name"], "quando": _instant(state["timestamp"]), "mensagem": state["message"]}
            for state in states
        ]
        return Tabela(rows, ["estado", "quando", "mensagem"])

    def esperar(self, estado: str | None = None, segundos: float = 120) -> Execucao:
        """Waits for a state, or for the end. Raises ServiceError when it takes longer, or ends in another one."""
        from curso.show.bar import Bar

        deadline = time.monotonic() + segundos
        with Bar(f"{self.nome} em execução") as bar:
            while True:
                now = self.detalhes
                if now["state_name"] == estado or (estado is None and now["state_type"] in FINAL):
                    return self
                if now["state_type"] in FINAL:
                    raise ServiceError(
                        f"{self.nome} terminou em {now['state_name']} sem passar por {estado}."
                    )
                if time.monotonic() > deadline:
                    raise ServiceError(
                        f"{self.nome} está {now['state_name']} depois de {segundos:.0f} s; eu esperava "
                        f"{estado or 'o fim'}."
                    )
                bar.show(0, 1)
                time.sleep(0.3)

    @property
    def tasks(self) -> Tabela:
        """One row per task run, in the order in which they started."""
        rows = [
            {
                "task": one["name"],
                "estado": one["state_name"],
                "tentativas": one["run_count"],
                "inicio": _instant(one["start_time"]),
                "fim": _instant(one["end_time"]),
                "segundos": one["total_run_time"],
            }
            for one in self._task_runs()
        ]
        return Tabela(rows, ["task", "estado", "tentativas", "inicio", "fim", "segundos"])

    def _task_runs(self) -> list[dict[str, Any]]:
        """Tasks tell the server what they do by events, which arrive a moment later than the flow's end."""
        asked = {"flow_runs": {"id": {"any_": [self.id]}}, "limit": 200}
        deadline = time.monotonic() + (SETTLE_SECONDS if self.terminou else 0)
        while True:
            found: list[dict[str, Any]] = self._prefect.api("POST", "/task_runs/filter", json=asked)
            if all(_settled(one) for one in found) or time.monotonic() > deadline:
                break
            time.sleep(0.3)
        return sorted(
            found, key=lambda one: (one["start_time"] is None, one["start_time"] or "", one["name"])
        )

    def log(self) -> str:
        """What the run and its tasks have logged. The lines come in batches, up to two seconds late."""
        asked = {
            "logs": {"flow_run_id": {"any_": [self.id]}},
            "sort": "TIMESTAMP_ASC",
            "limit": 200,
        }
        deadline = time.monotonic() + (LOG_SECONDS if self.terminou else 0)
        while True:
            lines = self._prefect.api("POST", "/logs/filter", json=asked)
            if any("Finished in state" in line["message"] for line in lines) or time.monotonic() > deadline:
                break
            time.sleep(0.3)
        return "\n".join(line["message"] for line in lines)

    def desenhar(self) -> Any:
        """The task runs, who waited for whom, in the colours of their states."""
        from curso.show.graph import graph

        runs = self._task_runs()
        names = {one["id"]: one["name"] for one in runs}
        after: dict[str, set[str]] = {name: set() for name in names.values()}
        for one in runs:
            for inputs in one["task_inputs"].values():
                for source in inputs:
                    if source.get("id") in names:
                        after[names[source["id"]]].add(one["name"])
        tasks = [
            {"task_id": name, "downstream_task_ids": sorted(following)} for name, following in after.items()
        ]
        return graph(tasks, {one["name"]: one["state_name"] for one in runs})

    def linha_do_tempo(self) -> Any:
        """When each task ran, as a plot."""
        from curso.show.graph import timeline

        return timeline([row | {"mapa": None} for row in self.tasks], self.nome)

    def __repr__(self) -> str:
        return f"Execução {self.nome}: {self.estado}"


def _settled(task_run: dict[str, Any]) -> bool:
    """One whose upstream failed stays NotReady for ever."""
    return task_run["state_type"] in FINAL or task_run["state_name"] == "NotReady"


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
