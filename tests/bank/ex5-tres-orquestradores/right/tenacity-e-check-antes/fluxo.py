"""Uma task só que pergunta, com retry próprio (tenacity); o cache guarda cada loja."""

import os

import nucleo
import pendulum
import requests
import tenacity
from prefect import flow, task
from prefect.cache_policies import CacheKeyFnPolicy
from prefect.runtime import flow_run
from prefect.schedules import RRule


def passageiro(erro):
    resposta = getattr(erro, "response", None)
    return isinstance(erro, requests.RequestException) and (resposta is None or resposta.status_code >= 500)


@tenacity.retry(
    retry=tenacity.retry_if_exception(passageiro),
    stop=tenacity.stop_after_attempt(5),
    wait=tenacity.wait_exponential(multiplier=2),
    reraise=True,
)
def insistir(api, dia, loja):
    return nucleo.perguntar(api, dia, loja)


def por_loja_e_dia(contexto, argumentos):
    return "vendas/{dia}/{loja}".format(**argumentos).replace("/", "-")


@task(cache_policy=CacheKeyFnPolicy(cache_key_fn=por_loja_e_dia), persist_result=True)
def loja_do_dia(dia, loja):
    return insistir(os.environ["CAJU_API"], dia, loja)


@flow(name="Vendas diárias", timeout_seconds=600)
def vendas_diarias(dia: str | None = None):
    if not dia:
        dia = pendulum.instance(flow_run.scheduled_start_time).in_timezone("America/Sao_Paulo").subtract(days=1).to_date_string()
    armazem = os.environ["CAJU_ARMAZEM"]
    estados = [loja_do_dia(dia, loja, return_state=True) for loja in nucleo.lojas(armazem)]
    falhas = [estado for estado in estados if not estado.is_completed()]
    if falhas:
        raise RuntimeError(f"{len(falhas)} loja(s) não responderam")
    nucleo.gravar_vendas(armazem, dia, [v for estado in estados for v in nucleo.limpar(estado.result())])
    nucleo.gravar_regioes(armazem, dia)


def implantacao():
    regra = RRule("DTSTART:20260101T020000\nRRULE:FREQ=DAILY", timezone="America/Sao_Paulo")
    return [vendas_diarias.to_deployment("madrugada", schedule=regra, parameters={"dia": None})]
