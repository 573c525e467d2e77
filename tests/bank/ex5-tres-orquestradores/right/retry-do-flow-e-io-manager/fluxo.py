"""Retry do flow inteiro, com o cache no lugar dos retries da task: o que já veio não é pedido de novo."""

import os
from datetime import timedelta
from zoneinfo import ZoneInfo

import nucleo
from prefect import flow, task, unmapped
from prefect.cache_policies import INPUTS
from prefect.runtime import flow_run
from prefect.schedules import Cron


@task(cache_policy=INPUTS, persist_result=True)
def perguntar(api, dia, loja):
    return nucleo.perguntar(api, dia, loja)


@flow(retries=3, retry_delay_seconds=120, persist_result=False)
def vendas_diarias(dia: str | None = None):
    if dia is None:
        dia = f"{flow_run.scheduled_start_time.astimezone(ZoneInfo('America/Sao_Paulo')) - timedelta(days=1):%Y-%m-%d}"
    armazem = os.environ["CAJU_ARMAZEM"]
    estados = perguntar.map(unmapped(os.environ["CAJU_API"]), unmapped(dia), nucleo.lojas(armazem))
    respostas = [estado.result() for estado in estados]
    vendas = [venda for resposta in respostas for venda in nucleo.limpar(resposta)]
    nucleo.gravar_vendas(armazem, dia, vendas)
    nucleo.gravar_regioes(armazem, dia)


def implantacao():
    return vendas_diarias.to_deployment("noite", schedule=Cron("0 2 * * *", timezone="America/Sao_Paulo"))
