"""A DAG run and its tasks, as a lesson looks at them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from curso.services.service import ServiceError
from curso.show.table import Tabela

ENDED = ("success", "failed")
DONE = ("success", "failed", "skipped", "upstream_failed", "removed")
LOOK_SECONDS = 0.5
"""Between two looks at a run: each costs 40 ms of a core that the tasks themselves could use."""


class Airflow(Protocol):
    """What a run asks of the service's client."""

    def api(self, metodo: str, caminho: str, *, params: Mapping[str, Any] | None = None) -> Any: ...
    def tarefas(self, dag: str) -> list[dict[str, Any]]: ...


class Execucao:
    """One run of a DAG. `estado` and `tasks` are asked anew each time."""

    def __init__(self, airflow: Airflow, run: dict[str, Any]) -> None:
        self._airflow = airflow
        self.dag: str = run["dag_id"]
        self.id: str = run["dag_run_id"]
        self.data = _instant(run["logical_date"])
        self.intervalo = (_instant(run["data_interval_start"]), _instant(run["data_interval_end"]))
        self.depois_de = _instant(run["run_after"])
        self.tipo: str = run["run_type"]

    @property
    def _path(self) -> str:
        return f"/dags/{self.dag}/dagRuns/{quote(self.id)}"

    @property
    def detalhes(self) -> dict[str, Any]:
        """Everything that the API tells of this run."""
        answer: dict[str, Any] = self._airflow.api("GET", self._path)
        return answer

    @property
    def estado(self) -> str:
        return str(self.detalhes["state"])

    def esperar(self, segundos: float = 120) -> Execucao:
        """Waits for the end, with a bar. Raises ServiceError when it takes longer; a failed run is an end too."""
        from curso.show.bar import Bar

        deadline = time.monotonic() + segundos
        with Bar(f"{self.dag} em execução") as bar:
            while (state := self.estado) not in ENDED:
                tasks = self.tasks
                bar.show(sum(task["estado"] in DONE for task in tasks), max(1, len(tasks)))
                if time.monotonic() > deadline:
                    stuck = ", ".join(
                        f"{task['task']} ({task['estado'] or 'na fila'})"
                        for task in tasks
                        if task["estado"] not in DONE
                    )
                    raise ServiceError(
                        f"{self.dag} não terminou em {segundos:.0f} s: está {state}, à espera de {stuck or 'nada'}."
                    )
                time.sleep(LOOK_SECONDS)
        return self

    @property
    def tasks(self) -> Tabela:
        """One row per task instance, in the order in which they started."""
        found = [Tarefa(self, one).linha for one in self._instances()]
        found.sort(key=lambda row: (row["inicio"] is None, row["inicio"], row["task"], row["mapa"] or 0))
        return Tabela(found, ["task", "mapa", "estado", "tentativa", "inicio", "fim", "segundos"])

    def __getitem__(self, which: str | tuple[str, int]) -> Tarefa:
        name, index = which if isinstance(which, tuple) else (which, -1)
        instances = self._instances()
        for one in instances:
            if one["task_id"] == name and one["map_index"] == index:
                return Tarefa(self, one)
        known = ", ".join(sorted({one["task_id"] for one in instances}))
        raise KeyError(f"não há a task {which!r} nesta execução; há: {known}")

    def _instances(self) -> list[dict[str, Any]]:
        answer = self._airflow.api("GET", f"{self._path}/taskInstances", params={"limit": 200})
        instances: list[dict[str, Any]] = answer["task_instances"]
        return instances

    def desenhar(self) -> Any:
        """The DAG with its tasks in the colours of their states."""
        from curso.show.graph import graph

        return graph(self._airflow.tarefas(self.dag), {row["task"]: row["estado"] for row in self.tasks})

    def linha_do_tempo(self) -> Any:
        """When each task ran, as a plot."""
        from curso.show.graph import timeline

        return timeline(self.tasks, self.dag)

    def __repr__(self) -> str:
        return f"Execução {self.id} de {self.dag}: {self.estado}"


class Tarefa:
    """One task of a run."""

    def __init__(self, run: Execucao, instance: dict[str, Any]) -> None:
        self._run = run
        self.detalhes = instance
        self.id: str = instance["task_id"]
        self.mapa: int | None = None if instance["map_index"] < 0 else instance["map_index"]
        self.estado: str | None = instance["state"]
        self.tentativas: int = instance["try_number"]

    @property
    def linha(self) -> dict[str, Any]:
        one = self.detalhes
        return {
            "task": self.id,
            "mapa": self.mapa,
            "estado": self.estado,
            "tentativa": self.tentativas,
            "inicio": _instant(one["start_date"]),
            "fim": _instant(one["end_date"]),
            "segundos": one["duration"],
        }

    def xcom(self, chave: str = "return_value") -> Any:
        """What the task left for others. Raises ServiceError where it left nothing."""
        path = f"{self._run._path}/taskInstances/{self.id}/xcomEntries/{chave}"
        params = {"map_index": -1 if self.mapa is None else self.mapa, "deserialize": True}
        return self._run._airflow.api("GET", path, params=params)["value"]

    def log(self, tentativa: int | None = None) -> str:
        """What one try (the last one) wrote, line by line, without what Airflow says of its own housekeeping."""
        attempt = tentativa or max(1, self.tentativas)
        path = f"{self._run._path}/taskInstances/{self.id}/logs/{attempt}"
        params = {"map_index": -1 if self.mapa is None else self.mapa, "full_content": True}
        content = self._run._airflow.api("GET", path, params=params)["content"]
        if isinstance(content, str):
            return content
        return "\n".join(_line(entry) for entry in content if not _is_housekeeping(entry))

    def __repr__(self) -> str:
        return f"{self.id}: {self.estado}, tentativa {self.tentativas}"


def _is_housekeeping(entry: Any) -> bool:
    """Marks of groups, the file's own place, and lineage that was not asked for."""
    if not isinstance(entry, dict):
        return False
    text = str(entry.get("event", ""))
    return (
        entry.get("timestamp") is None
        or text.startswith(("::group::", "::endgroup::", "[openlineage]"))
        or str(entry.get("logger", "")).startswith("airflow.providers.openlineage")
    )


def _line(entry: Any) -> str:
    """One structured log entry, as its task wrote it."""
    if not isinstance(entry, dict):
        return str(entry)
    level = str(entry.get("level") or "").upper()
    text = " ".join(part for part in (level, str(entry.get("event", ""))) if part)
    for error in entry.get("error_detail") or []:
        text += f"\n{error.get('exc_type')}: {error.get('exc_value')}"
    return text


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
