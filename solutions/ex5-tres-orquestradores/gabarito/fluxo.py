"""Vendas diárias da Rede Caju em Prefect: uma pergunta por loja, com retry onde adianta e cache do que já foi respondido."""

from __future__ import annotations

import os
from datetime import timedelta
from zoneinfo import ZoneInfo

import nucleo
import requests
from prefect import flow, runtime, task
from prefect.cache_policies import INPUTS
from prefect.schedules import Cron

FUSO = "America/Sao_Paulo"


def pode_passar(task, task_run, state) -> bool:
    """Vale tentar de novo o que é da rede ou do servidor; um pedido errado (4xx) continua errado."""
    try:
        state.result()
    except requests.HTTPError as erro:
        return erro.response.status_code >= 500
    except requests.RequestException:
        return True
    except Exception:
        return False
    return False


@task(
    retries=3,
    retry_delay_seconds=[10, 60, 300],
    retry_condition_fn=pode_passar,
    cache_policy=INPUTS,
    persist_result=True,
    task_run_name="perguntar-{loja}",
)
def perguntar(api: str, dia: str, loja: int) -> dict | None:
    return nucleo.perguntar(api, dia, loja)


@task
def gravar(armazem: str, dia: str, vendas: list[dict]) -> None:
    nucleo.gravar_vendas(armazem, dia, vendas)
    nucleo.gravar_regioes(armazem, dia)


def ontem() -> str:
    """O dia que a execução processa: a véspera do disparo, em São Paulo."""
    disparo = runtime.flow_run.scheduled_start_time.astimezone(ZoneInfo(FUSO))
    return str(disparo.date() - timedelta(days=1))


@flow(name="vendas-diarias")
def vendas_diarias(dia: str | None = None) -> None:
    dia = dia or ontem()
    api, armazem = os.environ["CAJU_API"], os.environ["CAJU_ARMAZEM"]
    # Todas são perguntadas: quando uma falha, as outras já ficam respondidas para a próxima execução.
    respostas = perguntar.map(api=api, dia=dia, loja=nucleo.lojas(armazem)).result()
    gravar(armazem, dia, [venda for resposta in respostas for venda in nucleo.limpar(resposta)])


def implantacao():
    return vendas_diarias.to_deployment("diaria", schedule=Cron("0 2 * * *", timezone=FUSO))


if __name__ == "__main__":
    from prefect import serve

    serve(implantacao())
