"""The course's Prefect in a lesson's hands: its runs through the REST API, and programs beside the notebook."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx

from curso.services.beside import Programa
from curso.services.folder import Folder
from curso.services.prefect_log import plain_output
from curso.services.prefect_run import Execucao
from curso.services.service import ServiceError

PAGE = 200
BUSY_TRIES = 6
SECONDS, AGAIN_SECONDS = 60.0, 20.0
"""How long an answer is waited for; less where the same can be asked again."""
LOG_SETTINGS = {"PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS": "curso.services.prefect_log.Curto"}


class Prefect:
    """`url` is the address of its pages, `pasta_flows` the place for a lesson's flow files."""

    def __init__(self, folder: Folder, url: str, environment: Mapping[str, str]) -> None:
        self.url = url
        self.api_url = f"{url}api"
        self.pasta = folder.path
        self.pasta_flows = folder / "flows"
        self.ambiente = dict(environment)
        self._http = httpx.Client(trust_env=False)

    def __repr__(self) -> str:
        return f"Prefect em {self.url}"

    def conectar(self) -> None:
        """Puts `ambiente` into this kernel's environment: from here on its flows talk to this server."""
        os.environ.update(self.ambiente | LOG_SETTINGS)
        plain_output()
        if "prefect.context" in sys.modules:  # it read the environment when it was imported
            from prefect.context import refresh_global_settings_context

            refresh_global_settings_context()

    # Runs

    def execucao(self, qual: Any) -> Execucao:
        """A run by its id, or by the state that `meu_flow(return_state=True)` gives."""
        details = getattr(qual, "state_details", None)
        id_ = getattr(details, "flow_run_id", None) or getattr(qual, "id", qual)
        if not isinstance(id_, str | UUID):
            raise ServiceError(f"Não sei de que execução se trata: recebi {qual!r}.")
        return Execucao(self, self.api("GET", f"/flow_runs/{id_}"))

    def execucoes(
        self, flow: str | None = None, estado: str | None = None, deployment: str | None = None
    ) -> list[Execucao]:
        """The runs of a flow (of all), in a state (in any), of a deployment (of any): the oldest first."""
        asked: dict[str, Any] = {"sort": "EXPECTED_START_TIME_ASC", "limit": PAGE}
        if flow:
            asked["flows"] = {"name": {"any_": [flow]}}
        if estado:
            asked["flow_runs"] = {"state": {"name": {"any_": [estado]}}}
        if deployment:
            asked["deployments"] = {"name": {"any_": [deployment]}}
        found: list[Execucao] = []
        while True:
            page = self.api("POST", "/flow_runs/filter", json=asked | {"offset": len(found)})
            found += [Execucao(self, one) for one in page]
            if len(page) < PAGE:
                return found

    def ultima(self, flow: str) -> Execucao:
        """The newest run of a flow that has begun. Raises ServiceError where there is none."""
        begun = [run for run in self.execucoes(flow) if run.detalhes["start_time"]]
        if not begun:
            raise ServiceError(f"O flow «{flow}» ainda não teve nenhuma execução.")
        return max(begun, key=lambda run: str(run.detalhes["start_time"]))

    def esperar(
        self,
        flow: str,
        quantas: int = 1,
        estado: str = "Completed",
        segundos: float = 120,
        deployment: str | None = None,
    ) -> list[Execucao]:
        """Waits, with a bar, until that many runs of a flow are in a state, and gives them. Raises ServiceError."""
        from curso.show.bar import Bar

        deadline = time.monotonic() + segundos
        with Bar(f"à espera de {flow}: {estado}") as bar:
            while len(found := self.execucoes(flow, estado, deployment)) < quantas:
                bar.show(len(found), quantas)
                if time.monotonic() > deadline:
                    seen = ", ".join(
                        f"{run.nome} ({run.estado})" for run in self.execucoes(flow, None, deployment)[:10]
                    )
                    raise ServiceError(
                        f"Em {segundos:.0f} s, {len(found)} execução(ões) de «{flow}» chegaram a {estado}; "
                        f"eu esperava {quantas}. As que há: {seen or 'nenhuma'}."
                    )
                time.sleep(0.5)
        return found

    def esperar_agenda(
        self, deployment: str, agendas: Sequence[str], segundos: float = 60
    ) -> dict[str, list[Execucao]]:
        """The runs that a deployment's schedules (by slug) have ahead, as soon as each has some, the next one first."""
        told = self.api("GET", f"/deployments/name/{deployment}")
        slugs = {schedule["id"]: schedule["slug"] for schedule in told["schedules"]}
        deadline = time.monotonic() + segundos
        while True:
            ahead: dict[str, list[Execucao]] = {slug: [] for slug in agendas}
            for run in self.execucoes(estado="Scheduled", deployment=deployment.partition("/")[2]):
                slug = slugs.get((run.resumo["created_by"] or {}).get("id"))
                if slug in ahead:
                    ahead[slug].append(run)
            if all(ahead.values()):
                return ahead
            if time.monotonic() > deadline:
                missing = ", ".join(slug for slug, runs in ahead.items() if not runs)
                raise ServiceError(
                    f"Em {segundos:.0f} s, nenhuma execução futura de {deployment} veio da agenda {missing}."
                )
            time.sleep(0.5)

    def apagar_automacao(self, nome: str) -> None:
        """Takes away the automations of that name: a cell that makes one can be run twice."""
        for one in self.api("POST", "/automations/filter", json={"limit": PAGE}):
            if one["name"] == nome:
                self.api("DELETE", f"/automations/{one['id']}", expect=(204, 404))

    def apagar_deployment(self, nome: str) -> None:
        """Takes away a deployment, named `flow/deployment`, with the runs that it still had ahead."""
        found = self.api("GET", f"/deployments/name/{nome}", expect=(404,))
        if "id" in found:
            self.api("DELETE", f"/deployments/{found['id']}", expect=(204, 404))

    # Doors of Prefect's own

    def api(self, metodo: str, caminho: str, json: Any = None, expect: tuple[int, ...] = ()) -> Any:
        """Calls the REST API and gives its answer. Raises ServiceError with Prefect's own reason."""
        # Asked twice, these do nothing twice: events carry their own ids.
        again = metodo == "GET" or caminho.endswith(("/filter", "/events"))
        for last in (*[False] * (BUSY_TRIES - 1), True):
            try:
                answer = self._http.request(
                    metodo, f"{self.api_url}{caminho}", json=json, timeout=AGAIN_SECONDS if again else SECONDS
                )
            except httpx.HTTPError as error:
                if again and isinstance(error, httpx.TimeoutException) and not last:
                    continue
                raise ServiceError(
                    f'O Prefect não responde ({type(error).__name__}): rode `servico("prefect")` de novo.'
                ) from None
            if answer.status_code != 503 or last:
                break
            time.sleep(0.5)  # SQLite was locked; nothing of this request was kept
        if answer.is_success or answer.status_code in expect:
            return answer.json() if answer.content else None
        raise ServiceError(
            f"O Prefect recusou {metodo} {caminho} ({answer.status_code}): {answer.text[:500]}"
        )

    def comando(self, *argumentos: str) -> str:
        """Runs the `prefect` command against this server and gives what it wrote."""
        done = subprocess.run(
            [sys.executable, "-m", "prefect", *argumentos], env=self._environment(), cwd=self.pasta_flows,
            capture_output=True, encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
        return done.stdout if done.returncode == 0 else done.stdout + done.stderr

    def ao_lado(self, *argumentos: str) -> Programa:
        """Starts `python ARGUMENTOS` in `pasta_flows`, beside the notebook; the same program is started anew."""
        return Programa.iniciar(self.pasta, self.pasta_flows, argumentos, self._environment())

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
        return inherited | self.ambiente | {"NO_COLOR": "1", "PYTHONUNBUFFERED": "1", "COLUMNS": "160"}
