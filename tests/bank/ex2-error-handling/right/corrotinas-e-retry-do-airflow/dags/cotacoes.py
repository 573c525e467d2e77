"""Cotações da Rede Caju: tasks assíncronas que se espalham um pouco em uma thread emprestada, e o retry que cresce do próprio Airflow."""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import closing
from datetime import date, timedelta

import pendulum
import requests
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import BaseHook, RetryDecision, RetryPolicy, Variable, dag, get_current_context, setup, task, teardown
from airflow.sdk.exceptions import AirflowFailException

DIA = "{{ data_interval_end.in_timezone('America/Sao_Paulo').to_date_string() }}"
AVISO = SmtpNotifier(
    to="{{ var.value.email_plantao }}",
    subject="{{ dag.dag_id }}: {{ ti.task_id }} falhou (" + DIA + ")",
    html_content="{{ exception | e }}<br><a href='{{ ti.log_url }}'>log</a>",
)


class Ocupada(Exception):
    def __init__(self, texto: str, segundos: int):
        super().__init__(texto)
        self.segundos = segundos


class Politica(RetryPolicy):
    def evaluate(self, exception, try_number, max_tries, context=None):
        if isinstance(exception, Ocupada):
            return RetryDecision.retry(delay=timedelta(seconds=exception.segundos), reason="Retry-After")
        return RetryDecision.default()


async def consultar(fonte: str, dia: str, moeda: dict, **params: str) -> dict:
    """O mesmo que `pedir`, sem que todas as moedas batam na porta no mesmo instante."""
    await asyncio.to_thread(time.sleep, random.uniform(0.01, 0.2))
    return await asyncio.to_thread(pedir, fonte, dia, moeda, params)


def pedir(fonte: str, dia: str, moeda: dict, params: dict) -> dict:
    """Uma cotação boa ou {"ruim": ...}; o que pode passar vira exceção."""
    resposta = requests.get(f"{fonte}/{dia}/{moeda['moeda']}", params=params, timeout=2)
    if resposta.status_code == 404:
        raise AirflowFailException("404: a fonte não tem esta cotação")
    if resposta.status_code == 429:
        raise Ocupada("429", int(resposta.headers["Retry-After"]))
    resposta.raise_for_status()
    registro = resposta.json()
    taxa = registro["taxa"]
    if type(taxa) not in (int, float):
        return {"ruim": "tipo_invalido", "registro": registro}
    if not moeda["minimo"] <= taxa <= moeda["maximo"]:
        return {"ruim": "fora_da_faixa", "registro": registro}
    return {"taxa": taxa}


def publicados(task_id: str) -> list[dict]:
    """O que as instâncias mapeadas devolveram; a que falhou não devolveu nada, e uma só vem sem lista."""
    achados = get_current_context()["ti"].xcom_pull(task_ids=task_id) or []
    return [um for um in (achados if isinstance(achados, list) else [achados]) if um]


@dag(
    dag_id="cotacoes",
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
)
def cotacoes():
    insistente = {
        "retries": 3,
        "retry_delay": timedelta(seconds=20),
        "retry_exponential_backoff": 2,
        "retry_policy": Politica(),
    }

    @setup
    def abrir():
        return requests.post(f"{Variable.get('fonte_principal')}/sessoes", timeout=3).json()["sessao"]

    @task
    def moedas():
        linhas = BaseHook.get_connection("armazem").get_hook().get_records("SELECT moeda, minimo, maximo FROM moedas")
        return [dict(zip(("moeda", "minimo", "maximo"), linha, strict=True)) for linha in linhas]

    @task(**insistente)
    async def principal(moeda, sessao, dia):
        return {**moeda, "principal": await consultar(Variable.get("fonte_principal"), dia, moeda, sessao=sessao)}

    @task(trigger_rule="all_done")
    def faltantes(todas):
        boas = {r["moeda"] for r in publicados("principal") if "taxa" in r["principal"]}
        return [moeda for moeda in todas if moeda["moeda"] not in boas]

    @task(**insistente)
    async def secundaria(moeda, dia):
        return {**moeda, "secundaria": await consultar(Variable.get("fonte_secundaria"), dia, moeda)}

    @task(trigger_rule="all_done", on_failure_callback=AVISO)
    def juntar(todas, dia):
        boas, ruins, perdidas = {}, [], []
        for fonte in ("principal", "secundaria"):
            for resposta in publicados(fonte):
                achado = resposta[fonte]
                if "taxa" in achado:
                    boas[resposta["moeda"]] = [dia, resposta["moeda"], achado["taxa"], fonte]
                else:
                    ruins.append([dia, resposta["moeda"], fonte, achado["ruim"], json.dumps(achado["registro"])])
        hook = BaseHook.get_connection("armazem").get_hook()
        limite = str(date.fromisoformat(dia) - timedelta(days=7))
        for moeda in todas:
            nome = moeda["moeda"]
            if nome not in boas:
                velha = hook.get_first(
                    "SELECT taxa FROM cotacoes WHERE moeda = ? AND data BETWEEN ? AND date(?, '-1 day') ORDER BY data DESC",
                    parameters=(nome, limite, dia),
                )
                if velha:
                    boas[nome] = [dia, nome, velha[0], "cache"]
                else:
                    perdidas.append(nome)
        if perdidas:
            raise AirflowFailException(f"Nenhuma fonte respondeu por {', '.join(perdidas)}")
        return {"boas": list(boas.values()), "ruins": ruins}

    @task(retries=2, retry_delay=timedelta(seconds=5), on_failure_callback=AVISO)
    def gravar(tudo, dia):
        with closing(BaseHook.get_connection("armazem").get_hook().get_conn()) as conexao, conexao:
            conexao.execute("DELETE FROM cotacoes WHERE data = ?", (dia,))
            conexao.execute("DELETE FROM quarentena WHERE data = ?", (dia,))
            conexao.executemany("INSERT INTO cotacoes VALUES (?, ?, ?, ?)", tudo["boas"])
            conexao.executemany("INSERT INTO quarentena VALUES (?, ?, ?, ?, ?)", tudo["ruins"])

    @teardown
    def fechar(sessao):
        requests.delete(f"{Variable.get('fonte_principal')}/sessoes/{sessao}", timeout=3)

    sessao = abrir()
    todas = moedas()
    respostas = principal.partial(sessao=sessao, dia=DIA).expand(moeda=todas)
    falta = faltantes(todas)
    respostas >> falta
    juntas = juntar(todas, DIA)
    secundaria.partial(dia=DIA).expand(moeda=falta) >> juntas
    gravar(juntas, DIA) >> fechar(sessao)


cotacoes()
