"""Corrotinas (httpx assíncrono), arquivos no lugar de XCom, @setup e @teardown."""

import asyncio
import json
import re
import tempfile
import time
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import httpx
import pendulum
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk import BaseHook, Variable, dag, get_current_context, setup, task, teardown
from sqlalchemy import create_engine, text

ESPERAS = (1, 3, 9, None)


def pasta() -> Path:
    nome = re.sub(r"\W", "_", get_current_context()["run_id"])
    lugar = Path(tempfile.gettempdir(), f"cotacoes_{nome}")
    lugar.mkdir(exist_ok=True)
    return lugar


def motor():
    return create_engine(f"sqlite:///{BaseHook.get_connection('armazem').host}")


def avisar(context):
    ti = context["task_instance"]
    dia = context["data_interval_end"].in_timezone("America/Sao_Paulo").format("DD/MM/YYYY")
    with SmtpHook(smtp_conn_id="smtp_default") as correio:
        correio.send_email_smtp(
            to=[Variable.get("email_plantao")],
            subject=f"Cotações de {dia}: não deu",
            html_content=(
                f"<ul><li>DAG {ti.dag_id}</li><li>task {ti.task_id}</li><li>{context.get('exception')!s}</li></ul>"
                f"<a href='{ti.log_url}'>log</a>"
            ),
        )


async def perguntar(cliente, fonte, url, moeda, minimo, maximo):
    """O que esta fonte diz desta moeda: ("boa", taxa), (motivo, registro) ou None."""
    for espera in ESPERAS:
        try:
            async with asyncio.timeout(2.5):
                resposta = await cliente.get(url)
            if resposta.status_code == 404:
                return None
            if resposta.status_code == 429:
                espera = max(espera or 0, int(resposta.headers["retry-after"]))
            resposta.raise_for_status()
            registro = resposta.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as erro:
            print(moeda, fonte, repr(erro))
            if espera is None:
                return None
            await asyncio.to_thread(time.sleep, espera)
            continue
        taxa = registro["taxa"]
        if taxa is True or taxa is False or not isinstance(taxa, (float, int)):
            return "tipo_invalido", registro
        return ("boa", taxa) if minimo <= taxa <= maximo else ("fora_da_faixa", registro)
    return None


async def uma_moeda(cliente, dia, fontes, linha):
    achados = []
    for fonte, base, query in fontes:
        achado = await perguntar(cliente, fonte, f"{base}/{dia}/{linha.moeda}{query}", *linha)
        if achado:
            achados.append((fonte, *achado))
            if achado[0] == "boa":
                break
    return linha.moeda, achados


@setup
def abrir():
    resposta = httpx.post(Variable.get("fonte_principal") + "/sessoes", timeout=3)
    (pasta() / "sessao").write_text(resposta.json()["sessao"])


@task
async def coletar(data_interval_end=None):
    dia = data_interval_end.in_timezone("America/Sao_Paulo").to_date_string()
    lugar = pasta()
    fontes = [
        ("principal", Variable.get("fonte_principal"), "?sessao=" + (lugar / "sessao").read_text()),
        ("secundaria", Variable.get("fonte_secundaria"), ""),
    ]
    with motor().connect() as conexao:
        moedas = conexao.execute(text("SELECT moeda, minimo, maximo FROM moedas")).all()
    async with httpx.AsyncClient(timeout=None) as cliente:
        tudo = await asyncio.gather(*map(partial(uma_moeda, cliente, dia, fontes), moedas))
    (lugar / "coleta.json").write_text(json.dumps(tudo))


@task
def gravar(data_interval_end=None):
    dia = data_interval_end.in_timezone("America/Sao_Paulo").to_date_string()
    semana = str(date.fromisoformat(dia) - timedelta(days=7))
    tudo = json.loads((pasta() / "coleta.json").read_text())
    with motor().begin() as conexao:
        for tabela in ("cotacoes", "quarentena"):
            conexao.execute(text(f"DELETE FROM {tabela} WHERE data = :dia"), {"dia": dia})
        for moeda, achados in tudo:
            for fonte, que, valor in achados:
                if que == "boa":
                    conexao.execute(
                        text("INSERT INTO cotacoes VALUES (:d, :m, :t, :f)"),
                        {"d": dia, "m": moeda, "t": valor, "f": fonte},
                    )
                else:
                    conexao.execute(
                        text("INSERT INTO quarentena VALUES (:d, :m, :f, :q, :r)"),
                        {"d": dia, "m": moeda, "f": fonte, "q": que, "r": json.dumps(valor)},
                    )
            if not any(que == "boa" for _, que, _ in achados):
                feito = conexao.execute(
                    text(
                        "INSERT INTO cotacoes SELECT :d, moeda, taxa, 'cache' FROM cotacoes "
                        "WHERE moeda = :m AND data < :d AND data >= :s ORDER BY data DESC LIMIT 1"
                    ),
                    {"d": dia, "m": moeda, "s": semana},
                )
                if feito.rowcount != 1:
                    raise LookupError(f"sem nenhuma cotação de {moeda} para {dia}")


@teardown
def fechar():
    lugar = pasta()
    sessao = (lugar / "sessao").read_text()
    httpx.delete(f"{Variable.get('fonte_principal')}/sessoes/{sessao}", timeout=3)
    for arquivo in lugar.iterdir():
        arquivo.unlink()
    lugar.rmdir()


@dag(
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"on_failure_callback": avisar},
)
def cotacoes():
    aberta, coletado, gravado, fechada = abrir(), coletar(), gravar(), fechar()
    aberta >> coletado >> gravado >> fechada
    aberta >> fechada


cotacoes()
