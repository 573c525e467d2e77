import asyncio
import os
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
from nucleo import lojas_de, resumo_de, trocar, vendas_de
from prefect import flow, task
from prefect.client.schemas.schedules import CronSchedule
from prefect.runtime import flow_run


async def vale_a_pena(task, task_run, state):
    try:
        await state.aresult()
    except httpx.HTTPStatusError as erro:
        return erro.response.is_server_error
    except httpx.TransportError:
        return True
    except Exception:
        return False


def chave(contexto, parametros):
    return f"vendas-{parametros['dia']}-{parametros['loja']}"


@task(
    retries=4,
    retry_delay_seconds=30,
    retry_condition_fn=vale_a_pena,
    cache_key_fn=chave,
    cache_expiration=timedelta(days=30),
    persist_result=True,
)
async def perguntar(dia, loja):
    async with httpx.AsyncClient(timeout=5) as cliente:
        resposta = await cliente.get(f"{os.environ['CAJU_API']}/{dia}/{loja}")
    resposta.raise_for_status()
    return resposta.json()


async def responder(dia, loja):
    try:
        return await perguntar(dia, loja)
    except httpx.HTTPStatusError as erro:
        if erro.response.status_code == 404:
            return None
        raise


@flow(log_prints=True)
async def vendas_diarias(dia: str | None = None):
    if dia is None:
        marcada = flow_run.scheduled_start_time.astimezone(ZoneInfo("America/Sao_Paulo"))
        dia = (marcada - timedelta(days=1)).strftime("%Y-%m-%d")
    armazem = os.environ["CAJU_ARMAZEM"]
    lojas = lojas_de(armazem)
    respostas = await asyncio.gather(*(responder(dia, loja) for loja in lojas), return_exceptions=True)
    for resposta in respostas:
        if isinstance(resposta, BaseException):
            raise resposta
    vendas = [venda for resposta in respostas if resposta for venda in vendas_de(resposta)]
    trocar(armazem, dia, {"vendas": vendas, "vendas_por_regiao": resumo_de(dia, vendas, lojas)})


async def implantacao():
    agenda = CronSchedule(cron="0 2 * * *", timezone="America/Sao_Paulo")
    return await vendas_diarias.ato_deployment(name="todo-dia", schedules=[{"schedule": agenda, "active": True}])
