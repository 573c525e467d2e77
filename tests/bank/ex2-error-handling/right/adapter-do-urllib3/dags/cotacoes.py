"""O Retry do urllib3 cuida dos status, do tempo esgotado e do Retry-After; um laço curto cuida do corpo estragado."""

from __future__ import annotations

import json
import logging
from time import sleep

import requests
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.smtp.notifications.smtp import send_smtp_notification
from airflow.sdk import DAG, BaseHook, Variable, task
from airflow.timetables.trigger import CronTriggerTimetable
from pendulum import datetime, duration
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

log = logging.getLogger(__name__)
RETRY = Retry(total=3, status_forcelist=[429, 500, 502, 503, 504], backoff_factor=1, respect_retry_after_header=True)


def navegador() -> requests.Session:
    sessao = requests.Session()
    sessao.mount("http://", HTTPAdapter(max_retries=RETRY))
    return sessao


def perguntar(navegador: requests.Session, endereco: str, **params: str):
    for espera in (1, 5, None):
        try:
            resposta = navegador.get(endereco, params=params, timeout=(1, 2))
            if resposta.status_code == 404:
                return None
            return resposta.json()
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.JSONDecodeError):
            if espera is None:
                return None
            sleep(espera)
        except requests.exceptions.RequestException as erro:
            log.warning("%s: %s", endereco, erro)
            return None


dag = DAG(
    "cotacoes",
    schedule=CronTriggerTimetable("0 7 * * *", timezone="America/Sao_Paulo"),
    start_date=datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"retries": 1, "retry_delay": duration(minutes=2)},
)
aviso = send_smtp_notification(
    to="{{ var.value.email_plantao }}",
    subject="Task {{ ti.task_id }} do DAG {{ ti.dag_id }}: {{ ds }}",
    html_content="{{ exception }} - {{ ti.log_url }}",
)

with dag:

    @task(on_failure_callback=aviso)
    def coletar(ds=None):
        hook = BaseHook.get_connection("armazem").get_hook()
        fontes = {nome: Variable.get(f"fonte_{nome}") for nome in ("principal", "secundaria")}
        web = navegador()
        chave = web.post(fontes["principal"] + "/sessoes", timeout=3).json()["sessao"]
        boas, ruins = [], []
        try:
            for moeda, menor, maior in hook.get_records("SELECT moeda, minimo, maximo FROM moedas ORDER BY moeda"):
                achada = None
                for nome, base in fontes.items():
                    extra = {"sessao": chave} if nome == "principal" else {}
                    registro = perguntar(web, f"{base}/{ds}/{moeda}", **extra)
                    if registro is None:
                        continue
                    taxa = registro["taxa"]
                    if type(taxa) is not float and type(taxa) is not int:
                        ruins.append((ds, moeda, nome, "tipo_invalido", json.dumps(registro)))
                    elif menor <= taxa <= maior:
                        achada = (ds, moeda, taxa, nome)
                        break
                    else:
                        ruins.append((ds, moeda, nome, "fora_da_faixa", json.dumps(registro)))
                if achada is None:
                    sql = f"""SELECT taxa FROM cotacoes WHERE moeda = '{moeda}' AND data < '{ds}'
                              AND data >= date('{ds}', '-7 days') ORDER BY data DESC"""
                    (velha,) = hook.get_first(sql) or (None,)
                    if velha is None:
                        raise ValueError(f"{moeda} não tem cotação em {ds}")
                    achada = (ds, moeda, velha, "cache")
                boas.append(achada)
        finally:
            web.delete(f"{fontes['principal']}/sessoes/{chave}", timeout=3)
        return {"boas": boas, "ruins": ruins}

    @task(multiple_outputs=False)
    def comandos(coletado, ds=None):
        """Os comandos de uma transação: o operator os executa com um commit só."""
        sql = [f"DELETE FROM cotacoes WHERE data = '{ds}'", f"DELETE FROM quarentena WHERE data = '{ds}'"]
        for linha in coletado["boas"]:
            sql.append("INSERT INTO cotacoes VALUES ('{}', '{}', {!r}, '{}')".format(*linha))
        for linha in coletado["ruins"]:
            sql.append("INSERT INTO quarentena VALUES ('{}', '{}', '{}', '{}', '{}')".format(*linha))
        return sql

    lista = comandos(coletar())
    SQLExecuteQueryOperator(
        task_id="gravar",
        conn_id="armazem",
        sql=lista,
        split_statements=False,
        on_failure_callback=aviso,
    )
