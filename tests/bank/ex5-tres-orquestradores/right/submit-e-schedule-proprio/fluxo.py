import os
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE
from prefect.context import get_run_context
from prefect.task_runners import ThreadPoolTaskRunner

import nucleo

SP = ZoneInfo("America/Sao_Paulo")


@task(retries=3, retry_delay_seconds=[1, 2, 4], cache_policy=(INPUTS - "api") + TASK_SOURCE, persist_result=True)
def baixar(api: str, dia: date, loja: int) -> dict:
    return nucleo.baixar(f"{api}/{dia}/{loja}")


@task
def gravar(banco: str, dia: date, documentos: dict[int, dict]) -> int:
    vendas = [venda for loja, documento in documentos.items() for venda in nucleo.ler(str(dia), loja, documento)]
    nucleo.Banco(banco).gravar(str(dia), vendas)
    return len(vendas)


@task
def resumir(banco: str, dia: date) -> None:
    nucleo.Banco(banco).resumir(str(dia))


@flow(task_runner=ThreadPoolTaskRunner(max_workers=3))
def vendas_diarias(dia: date | None = None):
    if dia is None:
        marcado: datetime = get_run_context().flow_run.expected_start_time
        dia = marcado.astimezone(SP).date() - timedelta(days=1)
    banco, api = os.environ["CAJU_ARMAZEM"], os.environ["CAJU_API"]
    pedidos = {loja: baixar.submit(api, dia, loja) for loja in nucleo.Banco(banco).lojas()}
    for pedido in pedidos.values():
        pedido.wait()
    gravado = gravar.submit(banco, dia, {loja: pedido.result() for loja, pedido in pedidos.items()})
    resumir.submit(banco, dia, wait_for=[gravado]).result()


def implantacao():
    return vendas_diarias.to_deployment("producao", cron="0 5 * * *", tags=["caju"])  # 02:00 de São Paulo
