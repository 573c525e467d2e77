"""Tudo em uma task, com httpx e tenacity; a sessão é um with, e o aviso sai pelo SmtpHook."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import httpx
import pendulum
import tenacity
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk import Connection, Variable, dag, task


def plantao(context):
    ti, dia = context["ti"], context["data_interval_end"].in_timezone("America/Sao_Paulo").to_date_string()
    with SmtpHook() as correio:
        correio.send_email_smtp(
            to=Variable.get("email_plantao"),
            subject=f"Falhou: {ti.dag_id} / {ti.task_id} / {dia}",
            html_content=f"<pre>{context['exception']}</pre> {ti.log_url}",
        )


class PodePassar(Exception):
    pass


class Limite(PodePassar):
    pass


class NaoTem(Exception):
    pass


def pausa(estado: tenacity.RetryCallState) -> float:
    erro = estado.outcome.exception()
    return float(erro.args[0]) if isinstance(erro, Limite) else 3.0**estado.attempt_number


@tenacity.retry(
    retry=tenacity.retry_if_exception_type((PodePassar, httpx.TransportError, json.JSONDecodeError)),
    stop=tenacity.stop_after_attempt(3),
    wait=pausa,
    reraise=True,
)
def cotacao(cliente: httpx.Client, endereco: str) -> dict:
    resposta = cliente.get(endereco)
    match resposta.status_code:
        case 200:
            return resposta.json()
        case 429:
            raise Limite(resposta.headers["retry-after"])
        case 404:
            raise NaoTem(endereco)
        case status:
            raise PodePassar(f"HTTP {status}")


@contextlib.contextmanager
def sessao(fonte: str):
    chave = httpx.post(f"{fonte}/sessoes").json()["sessao"]
    try:
        with httpx.Client(params={"sessao": chave}, timeout=2.0) as cliente:
            yield cliente
    finally:
        httpx.delete(f"{fonte}/sessoes/{chave}")


def julgar(taxa, minimo, maximo):
    if type(taxa) is bool or not isinstance(taxa, int | float):
        return "tipo_invalido"
    if taxa < minimo or taxa > maximo:
        return "fora_da_faixa"
    return None


@dag(
    dag_id="cotacoes",
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
)
def cotacoes():
    @task(retries=0, on_failure_callback=[plantao])
    def tudo(data_interval_end=None):
        dia = data_interval_end.in_timezone("America/Sao_Paulo").to_date_string()
        conexao = sqlite3.connect(Connection.get("armazem").host)
        principal, secundaria = Variable.get("fonte_principal"), Variable.get("fonte_secundaria")
        cotadas, ruins = [], []
        with sessao(principal) as com_sessao, httpx.Client(timeout=2.0) as simples:
            caminho = [("principal", com_sessao, principal), ("secundaria", simples, secundaria)]
            for moeda, minimo, maximo in conexao.execute("SELECT moeda, minimo, maximo FROM moedas").fetchall():
                for nome, cliente, fonte in caminho:
                    try:
                        registro = cotacao(cliente, f"{fonte}/{dia}/{moeda}")
                    except (NaoTem, PodePassar, httpx.TransportError, json.JSONDecodeError) as erro:
                        print(moeda, nome, repr(erro))
                        continue
                    problema = julgar(registro["taxa"], minimo, maximo)
                    if not problema:
                        cotadas.append((dia, moeda, registro["taxa"], nome))
                        break
                    ruins.append((dia, moeda, nome, problema, json.dumps(registro)))
                else:
                    guardada = conexao.execute(
                        "SELECT taxa, max(data) FROM cotacoes WHERE moeda = ? AND data < ? AND data >= date(?, '-7 days')",
                        (moeda, dia, dia),
                    ).fetchone()
                    if guardada[0] is None:
                        raise LookupError(f"{moeda}: nem principal, nem secundária, nem cache em {dia}")
                    cotadas.append((dia, moeda, guardada[0], "cache"))
        with conexao:
            conexao.execute("DELETE FROM cotacoes WHERE data = ?", (dia,))
            conexao.execute("DELETE FROM quarentena WHERE data = ?", (dia,))
            conexao.executemany("INSERT INTO quarentena VALUES (?, ?, ?, ?, ?)", ruins)
            conexao.executemany("INSERT INTO cotacoes VALUES (?, ?, ?, ?)", cotadas)
        conexao.close()

    tudo()


cotacoes()
