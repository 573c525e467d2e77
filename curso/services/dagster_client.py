"""The course's Dagster in a lesson's hands: definitions, runs, assets, schedules, all through its GraphQL API."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from curso.atomic import write_text
from curso.services.dagster_project import LOCATION, project
from curso.services.dagster_run import Backfill, Run, moment
from curso.services.folder import Folder
from curso.services.service import ServiceError
from curso.services.supervisor import running
from curso.show.graph import Mermaid, graph
from curso.show.table import Tabela

TO_WRITE = "# ESCREVA AQUI"
"""The line that a challenge's file holds until the learner puts something in its place."""
REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": LOCATION}
DAEMON_SECONDS = 5.0
"""The daemon looks once a second for new code; a run that it starts before would fail for what is mended already."""
_CONTENT = """
  assetNodes { assetKey { path } }
  jobs { name }
  schedules { name scheduleState { id status } }
  sensors { name sensorState { id status } }
"""
_ERROR = "... on PythonError { message causes { message } }"


class ErroNasDefinicoes(Exception):
    """Dagster could not load the project; the message is Dagster's own."""


class Dagster:
    """`url` is the address of its pages; `pasta_defs` is where it looks for definitions."""

    def __init__(self, folder: Folder, url: str, environment: dict[str, str]) -> None:
        self.url = url
        self.pasta = folder.path
        self.pasta_projeto = project(folder)
        self.pasta_defs = self.pasta_projeto / "src" / LOCATION / "defs"
        self._environment = environment
        self._http = httpx.Client(timeout=60, trust_env=False)

    def __repr__(self) -> str:
        return f"Dagster em {self.url}"

    # Definitions

    def escrever(self, nome: str, texto: str) -> dict[str, list[str]]:
        """Saves a file of definitions, loads the project anew and gives what is in it now, by kind.

        Raises ErroNasDefinicoes when it cannot be loaded. A file that is still to be written is not saved at all:
        half of one would take the whole project down.
        """
        path = self._file(nome)
        if TO_WRITE not in texto:
            write_text(path, texto)
        return self.recarregar()

    def apagar(self, *nomes: str) -> dict[str, list[str]]:
        """Takes files of definitions away; what Dagster remembers of their assets and runs stays."""
        for nome in nomes:
            self._file(nome).unlink(missing_ok=True)
        return self.recarregar()

    def recarregar(self) -> dict[str, list[str]]:
        """Loads the project anew, and gives what is in it by kind. Raises ErroNasDefinicoes."""
        loaded_before = self._loads()
        answer = self.api(
            f"""mutation ($name: String!) {{ reloadRepositoryLocation(repositoryLocationName: $name) {{
              __typename {_ERROR}
              ... on WorkspaceLocationEntry {{ locationOrLoadError {{ __typename {_ERROR} }} }} }} }}""",
            name=LOCATION,
        )["reloadRepositoryLocation"]
        entry = answer.get("locationOrLoadError") or answer
        if entry["__typename"] != "RepositoryLocation":
            raise ErroNasDefinicoes(_innermost(entry))
        content = self._content()  # in the same request it would still be what was there before
        if not loaded_before:
            time.sleep(DAEMON_SECONDS)
        return {
            "assets": sorted(_key(node["assetKey"]) for node in content["assetNodes"]),
            "jobs": sorted(one["name"] for one in content["jobs"] if not one["name"].startswith("__")),
            "schedules": sorted(one["name"] for one in content["schedules"]),
            "sensors": sorted(one["name"] for one in content["sensors"]),
        }

    def _loads(self) -> bool:
        """Whether the webserver could load the project when it last did."""
        entry = self.api(
            """query ($name: String!) { workspaceLocationEntryOrError(name: $name) {
              ... on WorkspaceLocationEntry { locationOrLoadError { __typename } } } }""",
            name=LOCATION,
        )["workspaceLocationEntryOrError"]
        found = (entry or {}).get("locationOrLoadError") or {}
        return found.get("__typename") == "RepositoryLocation"

    def _file(self, nome: str) -> Path:
        if not re.fullmatch(r"[a-z_][a-z0-9_]*\.py", nome) or nome == "__init__.py":
            raise ValueError(
                f"Dê ao arquivo um nome que o Python possa importar, como vendas.py, e não «{nome}»."
            )
        return self.pasta_defs / nome

    # Assets

    def assets(self) -> Tabela:
        """One row per asset: its group, what it depends on, and its last materialization."""
        rows = [
            {
                "asset": _key(node["assetKey"]),
                "grupo": node["groupName"],
                "depende de": ", ".join(sorted(_key(key) for key in node["dependencyKeys"])) or None,
                "materializado em": moment(float(last[0]["timestamp"]) / 1000) if last else None,
                "run": last[0]["runId"][:8] if last else None,
            }
            for node in self._nodes()
            for last in [node["assetMaterializations"]]
        ]
        return Tabela(sorted(rows, key=lambda row: str(row["asset"])))

    def asset(self, nome: str) -> dict[str, Any]:
        """Everything about one: `dependencias`, `materializado_em`, `run`, `metadata`, `particoes`, `checks`."""
        path = nome.split("/")
        answer = self.api(
            """query ($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { __typename ... on AssetNode {
              dependencyKeys { path }
              assetMaterializations(limit: 1) { timestamp runId partition metadataEntries { label ...Value } }
              partitionStats { numMaterialized numPartitions numFailed }
              assetChecksOrError { ... on AssetChecks { checks { name blocking
                executionForLatestMaterialization { status evaluation { severity success } } } } } } } }
            fragment Value on MetadataEntry { ... on IntMetadataEntry { intValue } ... on FloatMetadataEntry { floatValue }
              ... on TextMetadataEntry { text } ... on BoolMetadataEntry { boolValue } ... on PathMetadataEntry { path }
              ... on MarkdownMetadataEntry { mdStr } ... on JsonMetadataEntry { jsonString } }""",
            key={"path": path},
        )["assetNodeOrError"]
        if answer["__typename"] != "AssetNode":
            known = ", ".join(row["asset"] for row in self.assets()) or "nenhum"
            raise KeyError(f"não há o asset {nome!r} no projeto; há: {known}")
        last = (answer["assetMaterializations"] or [None])[0]
        stats = answer["partitionStats"]
        return {
            "dependencias": sorted(_key(key) for key in answer["dependencyKeys"]),
            "materializado_em": moment(float(last["timestamp"]) / 1000) if last else None,
            "run": last["runId"] if last else None,
            "metadata": {
                entry["label"]: next((v for k, v in entry.items() if k != "label" and v is not None), None)
                for entry in (last["metadataEntries"] if last else [])
            },
            "particoes": {
                "feitas": stats["numMaterialized"], "falharam": stats["numFailed"], "total": stats["numPartitions"],
            } if stats else None,
            "checks": {
                check["name"]: (check["executionForLatestMaterialization"] or {}).get("status")
                for check in answer["assetChecksOrError"].get("checks", [])
            },
        }  # fmt: skip

    def desenhar(self) -> Mermaid:
        """The project's assets as a picture."""
        nodes = self._nodes()
        return graph(
            [
                {
                    "task_id": _key(node["assetKey"]),
                    "downstream_task_ids": [_key(key) for key in node["dependedByKeys"]],
                }
                for node in nodes
            ]
        )

    def _nodes(self) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = self.api(
            """{ assetNodes { assetKey { path } groupName dependencyKeys { path } dependedByKeys { path }
                 assetMaterializations(limit: 1) { timestamp runId } } }"""
        )["assetNodes"]
        return nodes

    # Runs

    def materializar(
        self, *assets: str, particao: str | None = None, config: Mapping[str, Any] | None = None
    ) -> Run:
        """Asks for a run that materializes these assets, and their checks; the daemon takes it from the queue."""
        selection = {"assetSelection": [{"path": name.split("/")} for name in assets]}
        return self._launch({"jobName": "__ASSET_JOB", **selection}, particao, config)

    def executar(self, job: str, particao: str | None = None, config: Mapping[str, Any] | None = None) -> Run:
        """Asks for a run of a job."""
        return self._launch({"jobName": job}, particao, config)

    def _launch(
        self, selector: dict[str, Any], partition: str | None, config: Mapping[str, Any] | None
    ) -> Run:
        tags = [{"key": "dagster/partition", "value": partition}] if partition else []
        answer = self._done(
            f"""mutation ($params: ExecutionParams!) {{ done: launchRun(executionParams: $params) {{
              __typename {_ERROR} ... on LaunchRunSuccess {{ run {{ runId jobName }} }}
              ... on RunConfigValidationInvalid {{ errors {{ message }} }}
              ... on PipelineNotFoundError {{ message }} ... on InvalidSubsetError {{ message }} }} }}""",
            "LaunchRunSuccess",
            params={
                "selector": REPOSITORY | selector,
                "runConfigData": dict(config or {}),
                "executionMetadata": {"tags": tags},
            },
        )
        return Run(self, answer["run"]["runId"])

    @contextlib.contextmanager
    def sem_daemon(self) -> Iterator[None]:
        """Holds the daemon still for a while, as on a night when nobody noticed that it was down."""
        held = running(self.pasta, "dagster._daemon")
        for process in held:
            process.suspend()
            while not _free(self.pasta):  # in the middle of writing it would keep everybody else waiting
                process.resume()
                time.sleep(0.1)
                process.suspend()
        try:
            yield
        finally:
            for process in held:
                process.resume()

    def backfill(self, *assets: str, particoes: Sequence[str]) -> Backfill:
        """Asks for these partitions of these assets; the daemon makes the runs."""
        answer = self._done(
            f"""mutation ($params: LaunchBackfillParams!) {{ done: launchPartitionBackfill(backfillParams: $params) {{
              __typename {_ERROR} ... on LaunchBackfillSuccess {{ backfillId }}
              ... on PartitionKeysNotFoundError {{ message }} }} }}""",
            "LaunchBackfillSuccess",
            params={
                "assetSelection": [{"path": name.split("/")} for name in assets],
                "partitionNames": list(particoes),
            },
        )
        return Backfill(self, answer["backfillId"])

    def runs(self, **filtro: Any) -> list[Run]:
        """Every run, the newest first; `filtro` as GraphQL's RunsFilter has it."""
        answer = self.api(
            "query ($filter: RunsFilter) { runsOrError(filter: $filter) { ... on Runs { results { runId } } } }",
            filter=filtro,
        )
        return [Run(self, one["runId"]) for one in answer["runsOrError"]["results"]]

    # Schedules and sensors

    def ligar(self, nome: str) -> None:
        """Turns a schedule or a sensor on."""
        kind, _ = self._instigator(nome)
        field, selector = {
            "schedule": ("startSchedule", "scheduleSelector"),
            "sensor": ("startSensor", "sensorSelector"),
        }[kind]
        self._done(
            f"""mutation ($which: {kind.capitalize()}Selector!) {{ done: {field}({selector}: $which) {{
              __typename {_ERROR} }} }}""",
            "ScheduleStateResult" if kind == "schedule" else "Sensor",
            which=REPOSITORY | {f"{kind}Name": nome},
        )

    def desligar(self, nome: str) -> None:
        """Turns a schedule or a sensor off."""
        kind, state = self._instigator(nome)
        field = {"schedule": "stopRunningSchedule", "sensor": "stopSensor"}[kind]
        self._done(
            f"mutation ($id: String!) {{ done: {field}(id: $id) {{ __typename {_ERROR} }} }}",
            "ScheduleStateResult" if kind == "schedule" else "StopSensorMutationResult",
            id=state["id"],
        )

    def tiques(self, nome: str) -> Tabela:
        """What the daemon did each time it looked at a schedule or a sensor, the newest first."""
        ticks = self._instigation(
            nome, "ticks(limit: 50) { timestamp status skipReason runIds error { message } }"
        )
        return Tabela(
            (
                {
                    "quando": moment(tick["timestamp"]),
                    "estado": tick["status"],
                    "motivo": tick["skipReason"] or (tick["error"] or {}).get("message"),
                    "runs": len(tick["runIds"]),
                }
                for tick in ticks["ticks"]
            ),
            ["quando", "estado", "motivo", "runs"],
        )

    def runs_de(self, nome: str) -> list[Run]:
        """The runs that a schedule or a sensor has asked for, the newest first."""
        return [
            Run(self, one["runId"]) for one in self._instigation(nome, "runs(limit: 50) { runId }")["runs"]
        ]

    def proximos(self, agenda: str, quantos: int = 3) -> list[datetime]:
        """When a schedule is due next, in its own time zone."""
        from zoneinfo import ZoneInfo

        schedule = self.api(
            """query ($which: ScheduleSelector!, $count: Int!) { scheduleOrError(scheduleSelector: $which) {
              ... on Schedule { executionTimezone futureTicks(limit: $count) { results { timestamp } } } } }""",
            which=REPOSITORY | {"scheduleName": agenda},
            count=quantos,
        )["scheduleOrError"]
        zone = ZoneInfo(schedule["executionTimezone"] or "UTC")
        return [
            datetime.fromtimestamp(tick["timestamp"], zone) for tick in schedule["futureTicks"]["results"]
        ]

    def _content(self) -> dict[str, Any]:
        """What the project holds; nothing where it cannot be loaded."""
        answer: dict[str, Any] = self.api(
            f"""query ($which: RepositorySelector!) {{ repositoryOrError(repositorySelector: $which) {{
              ... on Repository {{ {_CONTENT} }} }} }}""",
            which=REPOSITORY,
        )["repositoryOrError"]
        return answer

    def _instigator(self, name: str) -> tuple[str, dict[str, Any]]:
        """Whether a name is a schedule's or a sensor's, and its state."""
        content = self._content()
        for kind in ("schedule", "sensor"):
            for one in content.get(f"{kind}s", []):
                if one["name"] == name:
                    return kind, one[f"{kind}State"]
        raise ServiceError(f"Não há nenhuma agenda e nenhum sensor chamado «{name}» no projeto do Dagster.")

    def _instigation(self, name: str, fields: str) -> dict[str, Any]:
        _, state = self._instigator(name)
        answer: dict[str, Any] = self.api(
            f"""query ($which: InstigationSelector!, $id: String) {{
              instigationStateOrError(instigationSelector: $which, id: $id) {{ ... on InstigationState {{ {fields} }} }} }}""",
            which=REPOSITORY | {"name": name},
            id=state["id"],
        )["instigationStateOrError"]
        return answer

    # Doors of Dagster's own

    def api(self, consulta: str, **variaveis: Any) -> dict[str, Any]:
        """Asks GraphQL and gives its `data`. Raises ServiceError with Dagster's own reason."""
        try:
            answer = self._http.post(f"{self.url}graphql", json={"query": consulta, "variables": variaveis})
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ServiceError(
                f'O Dagster não responde ({type(error).__name__}): rode `servico("dagster")` de novo.'
            ) from None
        if told.get("errors"):
            raise ServiceError(f"O Dagster recusou a consulta: {told['errors'][0]['message'][:500]}")
        data: dict[str, Any] = told["data"]
        return data

    def _done(self, mutation: str, success: str, **variables: Any) -> dict[str, Any]:
        """The field `done` of a mutation, whose type must be `success`."""
        answer: dict[str, Any] = self.api(mutation, **variables)["done"]
        if answer["__typename"] != success:
            errors = "; ".join(one["message"] for one in answer.get("errors", []))
            reason = errors or answer.get("message") or answer["__typename"]
            raise ServiceError(f"O Dagster recusou o pedido: {reason[:500]}")
        return answer

    def dg(self, *argumentos: str, pasta: Path | None = None) -> str:
        """Runs Dagster's `dg` in a project's folder (this one's, if none is given) and gives what it wrote."""
        place = pasta or self.pasta_projeto
        done = subprocess.run(
            [sys.executable, "-m", "dagster_dg_cli.cli", *argumentos],
            env=self._environment | {"PYTHONPATH": str(place / "src"), "COLUMNS": "110"},
            cwd=place,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout if done.returncode == 0 else done.stdout + done.stderr


def _key(key: Mapping[str, Any]) -> str:
    return "/".join(key["path"])


def _innermost(error: Mapping[str, Any]) -> str:
    """The last of the messages: the others say only that loading failed."""
    messages = [str(one["message"]) for one in [error, *error.get("causes", [])] if one.get("message")]
    return messages[-1].strip() if messages else str(error.get("__typename"))


def _free(home: Path) -> bool:
    """Whether nobody is writing to any database of the instance at this moment."""
    for file in home.rglob("*.db"):
        with contextlib.closing(sqlite3.connect(file, timeout=0)) as database:
            try:
                database.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                return False
            database.rollback()
    return True
