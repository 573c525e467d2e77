"""Retries da task (dois pedidos) dentro dos retries do flow (duas vezes): quatro pedidos, no máximo."""

import json
import os
import sqlite3
from datetime import date, timedelta

import nucleo
import pendulum
import requests
from prefect import Flow, task
from prefect.cache_policies import INPUTS
from prefect.futures import wait
from prefect.runtime import flow_run
from prefect.schedules import Schedule


def vale_insistir(_task, _run, estado) -> bool:
    try:
        estado.result()
    except requests.HTTPError as erro:
        return erro.response.status_code // 100 == 5
    except requests.RequestException:
        return True
    return False


@task(
    retries=1,
    retry_delay_seconds=lambda n: [2] * n,
    retry_condition_fn=vale_insistir,
    cache_policy=INPUTS - "sessao",
    persist_result=True,
)
def resposta(dia: date, loja: int, sessao: requests.Session) -> dict | None:
    r = sessao.get(f"{os.environ['CAJU_API']}/{dia}/{loja}", timeout=10)
    match r.status_code:
        case 404:
            return None
        case 200:
            return r.json()
        case _:
            raise requests.HTTPError(f"{r.status_code} da loja {loja}", response=r)


def fechar(dia: str | None = None):
    if dia is not None:
        data = date.fromisoformat(dia)
    else:
        data = pendulum.instance(flow_run.scheduled_start_time).in_timezone("America/Sao_Paulo").date() - timedelta(days=1)
    conexao = sqlite3.connect(os.environ["CAJU_ARMAZEM"])
    with requests.Session() as sessao:
        lojas = [loja for loja, in conexao.execute("SELECT loja_id FROM lojas")]
        pedidos = [resposta.with_options(name=f"loja-{loja}").submit(data, loja, sessao) for loja in lojas]
        wait(pedidos)
        feitas = [p.result() for p in pedidos]
    with conexao:
        nucleo.vendas(conexao, str(data), json.dumps([f for f in feitas if f]))
        nucleo.resumo(conexao, str(data))
    conexao.close()


vendas_diarias = Flow(fechar, name="vendas-diarias", retries=1, retry_delay_seconds=60)


def implantacao():
    return vendas_diarias.to_deployment(
        "prod", schedules=[Schedule(cron="0 2 * * *", timezone="America/Sao_Paulo")], concurrency_limit=1
    )
