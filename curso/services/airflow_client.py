"""The course's Airflow in a lesson's hands: DAG files, runs, tasks, all through its REST API."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from curso.atomic import write_text
from curso.services.folder import Folder
from curso.services.run import Execucao
from curso.services.service import ServiceError

PARSE_SECONDS = 150.0
TOUCH_SECONDS = 4.0
RECENT_SECONDS = 20.0
SETTLE_SECONDS = 120.0
NO_DAG_SECONDS = 30.0
LOOK_SECONDS = 0.4
"""Between two looks for what the DAG processor found: it wants the same cores."""
PAGE = 100
BUSY_TRIES = 4
TO_WRITE = "# ESCREVA AQUI"
"""The line that a challenge's file holds until the learner puts something in its place."""

_saved: dict[Path, float] = {}
"""When each DAG file was last saved from here (monotonic)."""


class ErroNoDag(Exception):
    """Airflow could not import the file; the message is Airflow's own."""


class Airflow:
    """`url` is the address of its pages; `pasta_dags` and `pasta_plugins` are where it looks for files."""

    def __init__(self, folder: Folder, url: str, environment: dict[str, str]) -> None:
        self.url = url
        self.pasta = folder.path
        self.pasta_dags = folder / "dags"
        self.pasta_plugins = folder / "plugins"
        self.banco = f"sqlite:///file:{quote(str(folder / 'airflow.db'))}?mode=ro&uri=true"
        self._environment = environment
        self._http = httpx.Client(timeout=30, trust_env=False)

    def __repr__(self) -> str:
        return f"Airflow em {self.url}"

    # Files

    def escrever_dag(self, nome: str, texto: str) -> list[str]:
        """Saves a DAG file, waits until Airflow has read it, and gives the ids of its DAGs.

        Raises ErroNoDag when it cannot be imported. A file that defines no DAG gives an empty list.
        """
        path = self._file(nome)
        since = datetime.now(UTC)
        # Of a file that was saved a moment ago an earlier reading may be about to end. It began on the old text, and
        # still shows the new one as its source: only the reading after that one counts.
        awaited = 2 if time.monotonic() - _saved.get(path, -math.inf) < RECENT_SECONDS else 1
        write_text(path, texto)
        if TO_WRITE in texto:
            return []
        readings: set[datetime] = set()
        started = asked = time.monotonic()
        self._read_again(nome, path)
        try:
            while time.monotonic() < started + (PARSE_SECONDS if "dag" in texto.lower() else NO_DAG_SECONDS):
                instant, found = self._reading(nome, texto, since)
                if instant is not None and instant not in readings:
                    readings.add(instant)
                    if len(readings) >= awaited:
                        if isinstance(found, ErroNoDag):
                            raise found
                        return found
                    asked = -math.inf
                if time.monotonic() > asked + TOUCH_SECONDS:
                    self._read_again(nome, path)
                    asked = time.monotonic()
                time.sleep(LOOK_SECONDS)
            return []
        finally:
            _saved[path] = time.monotonic()

    def reler(self, dag: str) -> None:
        """Has the DAG's file read once more, and waits for it: what an asset's watcher needs after `ativar`.

        Raises ServiceError where it isn't read in time.
        """
        since = datetime.now(UTC)
        nome = self.api("GET", f"/dags/{dag}")["relative_fileloc"]
        self._read_again(nome, self._file(nome))
        deadline = time.monotonic() + PARSE_SECONDS
        while time.monotonic() < deadline:
            if _instant(self.api("GET", f"/dags/{dag}")["last_parsed_time"]) >= since:
                return
            time.sleep(LOOK_SECONDS)
        raise ServiceError(
            f"O Airflow não releu o arquivo de {dag} em {PARSE_SECONDS:.0f} s: rode a célula de novo, e, se continuar, "
            "veja `curso servicos registro airflow`."
        )

    def _read_again(self, nome: str, path: Path) -> None:
        """Asks for the file to be read: at once where Airflow knows it, else as one that has just changed."""
        path.touch()
        for dag in self._dags_of(nome)[:1]:
            self.api("PUT", f"/parseDagFile/{dag['file_token']}", expect=(201, 404, 409))

    def _reading(
        self, nome: str, text: str, since: datetime
    ) -> tuple[datetime | None, list[str] | ErroNoDag]:
        """When the file was last read since then, and what was found: ids of DAGs, or why it cannot be imported."""
        for error in self._all("/importErrors", "import_errors"):
            if Path(error["filename"]).name == nome and _instant(error["timestamp"]) >= since:
                return _instant(error["timestamp"]), ErroNoDag(error["stack_trace"])
        read = [d for d in self._dags_of(nome) if d["last_parsed_time"]]
        read = [d for d in read if _instant(d["last_parsed_time"]) >= since]
        if read and all(not d["has_import_errors"] and self._source(d["dag_id"]) == text for d in read):
            return max(_instant(d["last_parsed_time"]) for d in read), sorted(d["dag_id"] for d in read)
        return None, []

    def apagar_dag(self, nome: str) -> None:
        """Removes a DAG file and what Airflow remembers of its DAGs."""
        ids = [dag["dag_id"] for dag in self._dags_of(nome)]
        self._file(nome).unlink(missing_ok=True)
        for dag in ids:
            self.pausar(dag)
            for run in self.execucoes(dag):
                self._settled(run)
            self.api("DELETE", f"/dags/{dag}", expect=(204, 404, 409))

    def _settled(self, run: Execucao) -> None:
        """Waits until nobody works on a run any more: to take it away under the scheduler's hands ends the scheduler."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            details = run.detalhes
            ended = details["end_date"]
            if ended and datetime.now(UTC) - _instant(ended) > timedelta(seconds=2):
                return
            time.sleep(0.5)

    def _file(self, nome: str) -> Path:
        if not nome.endswith(".py") or Path(nome).name != nome:
            raise ValueError(f"Dê ao arquivo um nome simples que termine em .py, e não «{nome}».")
        return self.pasta_dags / nome

    def _source(self, dag: str) -> str:
        """The text of its file, as Airflow read it last."""
        return str(self.api("GET", f"/dagSources/{dag}", expect=(404,)).get("content", ""))

    def _dags_of(self, nome: str) -> list[dict[str, Any]]:
        known = self._all("/dags", "dags", exclude_stale=False)
        return [dag for dag in known if dag["relative_fileloc"] == nome]

    # Runs

    def disparar(
        self, dag: str, data: str | datetime | None = None, conf: Mapping[str, Any] | None = None
    ) -> Execucao:
        """Starts a run, as of a date where one is given (`2026-03-10`, or an instant), and unpauses the DAG.

        A run of that same date that is there already is removed first: a lesson's cell can be run twice.
        """
        self.ativar(dag)
        logical = _iso(data)
        if logical is not None:
            for old in self.execucoes(dag):
                if old.data == _instant(logical):
                    self._settled(old)
                    self.api("DELETE", f"/dags/{dag}/dagRuns/{quote(old.id)}", expect=(204, 404))
        body = {"logical_date": logical, "conf": dict(conf or {})}
        return Execucao(self, self.api("POST", f"/dags/{dag}/dagRuns", json=body))

    def execucoes(self, dag: str) -> list[Execucao]:
        """Every run of the DAG, the oldest first."""
        return [
            Execucao(self, run) for run in self._all(f"/dags/{dag}/dagRuns", "dag_runs", order_by="run_after")
        ]

    def ativar(self, dag: str) -> None:
        """Lets the scheduler run it."""
        self.api("PATCH", f"/dags/{dag}", json={"is_paused": False})

    def pausar(self, dag: str) -> None:
        """Keeps the scheduler from starting new runs of it."""
        self.api("PATCH", f"/dags/{dag}", json={"is_paused": True})

    def tarefas(self, dag: str) -> list[dict[str, Any]]:
        """The DAG's tasks, as the API describes them."""
        tasks: list[dict[str, Any]] = self.api("GET", f"/dags/{dag}/tasks")["tasks"]
        return tasks

    def desenhar(self, dag: str) -> Any:
        """The DAG as a picture."""
        from curso.show.graph import graph

        return graph(self.tarefas(dag))

    # Settings

    def conectar(self, nome: str, uri: str) -> None:
        """Creates or replaces a Connection."""
        self.api("DELETE", f"/connections/{nome}", expect=(204, 404))
        self.api("POST", "/connections", json=_connection(nome, uri))

    def variavel(self, nome: str, valor: str) -> None:
        """Creates or replaces a Variable."""
        self.api("DELETE", f"/variables/{nome}", expect=(204, 404))
        self.api("POST", "/variables", json={"key": nome, "value": valor})

    # Doors of Airflow's own

    def api(
        self,
        metodo: str,
        caminho: str,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        expect: tuple[int, ...] = (),
    ) -> Any:
        """Calls the REST API (version 2) and gives its answer. Raises ServiceError with Airflow's own reason."""
        for last in (*[False] * (BUSY_TRIES - 1), True):
            try:
                self._login()
                answer = self._http.request(metodo, f"{self.url}api/v2{caminho}", json=json, params=params)
            except httpx.HTTPError as error:
                if isinstance(error, httpx.ReadTimeout) and metodo == "GET" and not last:
                    continue  # a busy machine; asking again changes nothing
                raise ServiceError(
                    f'O Airflow não responde ({type(error).__name__}): rode `servico("airflow")` de novo.'
                ) from None
            if answer.status_code in (401, 403):  # it was started anew since
                self._http.headers.pop("Authorization", None)
            elif answer.status_code == 500 and "Database error" in answer.text:
                time.sleep(0.5)  # SQLite was locked; nothing of this request was kept
            else:
                break
        if answer.status_code in expect or answer.is_success:
            return answer.json() if answer.content else {}
        raise ServiceError(f"O Airflow recusou {metodo} {caminho} ({answer.status_code}): {_reason(answer)}")

    def _all(self, path: str, key: str, **params: Any) -> list[dict[str, Any]]:
        """Every entry of a list that the API gives page by page."""
        entries: list[dict[str, Any]] = []
        while True:
            answer = self.api("GET", path, params={"limit": PAGE, "offset": len(entries), **params})
            entries += answer[key]
            if len(entries) >= answer["total_entries"] or not answer[key]:
                return entries

    def _login(self) -> None:
        if "Authorization" not in self._http.headers:
            token = self._http.get(f"{self.url}auth/token").json()["access_token"]
            self._http.headers["Authorization"] = f"Bearer {token}"

    def comando(self, *argumentos: str) -> str:
        """Runs the `airflow` command against this installation and gives what it wrote."""
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *argumentos], env=self._environment, cwd=self.pasta,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout if done.returncode == 0 else done.stdout + done.stderr


def _connection(name: str, uri: str) -> dict[str, Any]:
    """The API wants the parts of a URI."""
    from urllib.parse import parse_qsl, unquote

    parts = urlsplit(uri)
    kind = {"postgresql": "postgres"}.get(parts.scheme, parts.scheme)
    body: dict[str, Any] = {"connection_id": name, "conn_type": kind, "host": unquote(parts.hostname or "")}
    if parts.port:
        body["port"] = parts.port
    if parts.username:
        body["login"] = unquote(parts.username)
    if parts.password:
        body["password"] = unquote(parts.password)
    if parts.path.strip("/"):
        body["schema"] = unquote(parts.path.strip("/"))
    if parts.query:
        import json

        body["extra"] = json.dumps(dict(parse_qsl(parts.query)))
    return body


def _reason(answer: httpx.Response) -> str:
    try:
        detail = answer.json().get("detail")
    except ValueError:
        detail = answer.text
    return str(detail)[:500]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _iso(when: str | datetime | None) -> str | None:
    """An instant with a time zone: UTC where none is said."""
    if when is None:
        return None
    moment = datetime.fromisoformat(when) if isinstance(when, str) else when
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
