"""As moedas em paralelo, em threads de uma task só; o aviso é do DAG, com o erro guardado em um XCom."""

from __future__ import annotations

import itertools
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pendulum
import requests
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import BaseHook, Variable, dag, get_current_context, task

DIA = "{{ data_interval_end.in_timezone('America/Sao_Paulo').to_date_string() }}"


class Cotador:
    def __init__(self, dia: str) -> None:
        self.dia = dia
        self.bases = {nome: Variable.get("fonte_" + nome) for nome in ("principal", "secundaria")}
        self.ruins: list[tuple] = []

    def __enter__(self) -> Cotador:
        aberta = requests.post(f"{self.bases['principal']}/sessoes", timeout=3)
        self.sessao = aberta.json()["sessao"]
        return self

    def __exit__(self, *_: object) -> None:
        requests.delete(f"{self.bases['principal']}/sessoes/{self.sessao}", timeout=3)

    def cotar(self, linha: tuple) -> tuple | None:
        moeda, minimo, maximo = linha
        for fonte in self.bases:
            registro = self._pedir(fonte, moeda)
            if registro is None:
                continue
            motivo = self._motivo(registro["taxa"], minimo, maximo)
            if motivo is None:
                return (self.dia, moeda, registro["taxa"], fonte)
            self.ruins.append((self.dia, moeda, fonte, motivo, json.dumps(registro)))
        return None

    def _pedir(self, fonte: str, moeda: str) -> dict | None:
        for tentativa in itertools.count(1):
            espera = 2**tentativa + random.random()
            try:
                resposta = requests.get(
                    f"{self.bases[fonte]}/{self.dia}/{moeda}",
                    params={"sessao": self.sessao} if fonte == "principal" else {},
                    timeout=2.5,
                )
                if resposta.status_code == 404:
                    return None
                espera = max(espera, float(resposta.headers.get("Retry-After", 0)))
                resposta.raise_for_status()
                return resposta.json()
            except (requests.RequestException, ValueError):
                if tentativa == 5:
                    return None
            time.sleep(espera)
        return None

    @staticmethod
    def _motivo(taxa: object, minimo: float, maximo: float) -> str | None:
        match taxa:
            case bool() | str() | None:
                return "tipo_invalido"
            case int() | float():
                return None if minimo <= taxa <= maximo else "fora_da_faixa"
        return "tipo_invalido"


def lembrar_do_erro(context):
    context["ti"].xcom_push(key="porque", value=str(context["exception"]))


@dag(
    dag_id="cotacoes",
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    on_failure_callback=SmtpNotifier(
        to="{{ var.value.email_plantao }}",
        subject="DAG {{ dag.dag_id }} vermelho em " + DIA,
        html_content="Task {{ ti.task_id }}: {{ ti.xcom_pull(task_ids=ti.task_id, key='porque') }} ({{ ti.log_url }})",
    ),
    default_args={"on_failure_callback": lembrar_do_erro, "retries": 1, "retry_delay": timedelta(seconds=30)},
)
def cotacoes():
    @task(retries=0)
    def coletar(dia: str) -> dict:
        hook = BaseHook.get_connection("armazem").get_hook()
        moedas = hook.get_records("SELECT moeda, minimo, maximo FROM moedas")
        with Cotador(dia) as cotador, ThreadPoolExecutor(4) as grupo:
            cotadas = dict(zip([m[0] for m in moedas], grupo.map(cotador.cotar, moedas), strict=True))
        for moeda in [m for m, achada in cotadas.items() if achada is None]:
            cache = hook.get_first(
                "SELECT taxa FROM cotacoes WHERE moeda = ? AND data < ? AND data >= ? ORDER BY data DESC",
                parameters=(moeda, dia, pendulum.parse(dia).subtract(days=7).to_date_string()),
            )
            if cache is None:
                raise RuntimeError(f"{moeda}: nenhuma fonte, e o cache passou da validade")
            cotadas[moeda] = (dia, moeda, cache[0], "cache")
        return {"cotacoes": list(cotadas.values()), "quarentena": cotador.ruins}

    @task
    def gravar(tabelas: dict, dia: str) -> None:
        print("gravando na tentativa", get_current_context()["ti"].try_number)
        with closing(BaseHook.get_connection("armazem").get_hook().get_conn()) as conexao, conexao:
            for tabela, linhas in tabelas.items():
                conexao.execute(f"DELETE FROM {tabela} WHERE data = ?", (dia,))
                for linha in linhas:
                    conexao.execute(f"INSERT INTO {tabela} VALUES ({', '.join('?' for _ in linha)})", linha)

    gravar(coletar(DIA), DIA)


cotacoes()
