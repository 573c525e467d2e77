"""Sem núcleo em comum: tudo o que o flow precisa está aqui."""

import os
import sqlite3
from datetime import timedelta
from zoneinfo import ZoneInfo

import requests
from prefect import flow, task
from prefect.cache_policies import INPUTS, RUN_ID
from prefect.runtime import flow_run
from prefect.schedules import Cron


@task(persist_result=True, cache_policy=INPUTS, retries=3, retry_delay_seconds=2)
def perguntar(dia: str, loja: int):
    r = requests.get(f"{os.environ['CAJU_API']}/{dia}/{loja}", timeout=(2, 5))
    if r.status_code in (404, 410):
        return "fechada"
    r.raise_for_status()
    return r.json()["linhas"]


@task(cache_policy=RUN_ID)
def gravar(dia: str, respostas: dict):
    con = sqlite3.connect(os.environ["CAJU_ARMAZEM"])
    with con:
        con.execute("CREATE TEMP TABLE chegou (venda, loja, produto, quantidade, valor, status, ordem INTEGER PRIMARY KEY)")
        for loja, linhas in respostas.items():
            if linhas != "fechada":
                con.executemany(
                    "INSERT INTO chegou VALUES (?, ?, ?, ?, ?, ?, NULL)",
                    [(x["venda"], int(loja), x["produto"], x["quantidade"], x["valor_unitario"], x["status"]) for x in linhas],
                )
        con.execute("DELETE FROM vendas WHERE data = :dia", {"dia": dia})
        con.execute(
            """INSERT INTO vendas
               SELECT :dia, venda, loja, produto, quantidade,
                      quantidade * CAST(REPLACE(REPLACE(valor, '.', ''), ',', '') AS INTEGER)
               FROM chegou
               WHERE ordem IN (SELECT MAX(ordem) FROM chegou GROUP BY venda) AND status = 'ok'""",
            {"dia": dia},
        )
        con.execute("DELETE FROM vendas_por_regiao WHERE data = :dia", {"dia": dia})
        con.execute(
            """INSERT INTO vendas_por_regiao
               SELECT :dia, regiao, COUNT(v.venda_id), IFNULL(SUM(v.valor_centavos), 0)
               FROM lojas l LEFT JOIN vendas v ON v.loja_id = l.loja_id AND v.data = :dia GROUP BY regiao""",
            {"dia": dia},
        )
    con.close()


@flow(validate_parameters=False)
def vendas_diarias(dia=None):
    dia = dia or str(flow_run.scheduled_start_time.astimezone(ZoneInfo("America/Sao_Paulo")).date() - timedelta(1))
    con = sqlite3.connect(os.environ["CAJU_ARMAZEM"])
    lojas = [str(loja) for (loja,) in con.execute("SELECT loja_id FROM lojas ORDER BY nome")]
    con.close()
    gravar(dia, {loja: perguntar(dia, int(loja)) for loja in lojas})


def implantacao():
    return vendas_diarias.to_deployment(
        "caju", schedules=[Cron("0 2 * * *", timezone="America/Sao_Paulo")], description="Fechamento da madrugada"
    )
