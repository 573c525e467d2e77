import os
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
from prefect import flow, task
from prefect.cache_policies import INPUTS
from prefect.runtime import flow_run
from prefect.schedules import Interval

from nucleo import Fechamento

SP = ZoneInfo("America/Sao_Paulo")


class NaoAdianta(Exception):
    """Perguntar de novo não muda a resposta."""


def condicao(tarefa, execucao, estado):
    return "NaoAdianta" not in (estado.message or "")


@task(retries=5, retry_delay_seconds=5, retry_jitter_factor=0.5, retry_condition_fn=condicao, cache_policy=INPUTS, persist_result=True)
def linhas_da_loja(endereco: str) -> list:
    resposta = httpx.get(endereco, timeout=4)
    if resposta.status_code == 404:
        return []
    if 400 <= resposta.status_code < 500:
        raise NaoAdianta(resposta.text)
    resposta.raise_for_status()
    return resposta.json()["linhas"]


@flow
def coletar(dia: str) -> list:
    fechamento = Fechamento(os.environ["CAJU_ARMAZEM"], dia)
    lojas = list(fechamento.lojas())
    futuros = linhas_da_loja.map([f"{os.environ['CAJU_API']}/{dia}/{loja}" for loja in lojas])
    futuros.wait()
    return [venda for loja, futuro in zip(lojas, futuros) for venda in fechamento.contam(loja, futuro.result())]


@flow
def vendas_diarias(dia: str | None = None) -> int:
    if dia is None:
        dia = (flow_run.scheduled_start_time.astimezone(SP) - timedelta(days=1)).date().isoformat()
    vendas = coletar(dia)
    fechamento = Fechamento(os.environ["CAJU_ARMAZEM"], dia)
    fechamento.gravar(vendas)
    fechamento.resumir()
    return len(vendas)


def implantacao():
    todo_dia = Interval(timedelta(days=1), anchor_date=datetime(2026, 1, 1, 2, tzinfo=SP), timezone="America/Sao_Paulo")
    return vendas_diarias.to_deployment("intervalo", schedule=todo_dia, concurrency_limit=1)


if __name__ == "__main__":
    vendas_diarias("2026-03-10")
