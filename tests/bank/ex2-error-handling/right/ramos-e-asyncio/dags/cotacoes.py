"""Um branch decide se a secundária é precisa; as moedas vão juntas, com asyncio; quem insiste é o retry da task."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from datetime import timedelta

import httpx
import pendulum
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import BaseHook, Variable, chain, dag, setup, task, teardown
from airflow.sdk.exceptions import AirflowFailException

plantao = SmtpNotifier(
    to="{{ var.value.email_plantao }}",
    subject="Falha em {{ ti.dag_id }}",
    html_content=(
        "Na task {{ ti.task_id }}, processando {{ data_interval_end.in_timezone('America/Sao_Paulo').strftime('%d/%m/%Y') }}: "
        "{{ exception }}. Veja {{ ti.log_url }}"
    ),
)


class AindaNao(Exception):
    pass


async def uma(cliente: httpx.AsyncClient, endereco: str) -> tuple[str, object]:
    try:
        resposta = await cliente.get(endereco)
        if resposta.status_code == 404:
            return "nao_tem", None
        if resposta.status_code == 429:
            return "espere", int(resposta.headers["Retry-After"])
        resposta.raise_for_status()
        return "veio", resposta.json()
    except (httpx.HTTPError, ValueError) as erro:
        return "falhou", repr(erro)


async def todas(base: str, dia: str, moedas: list[str], **params: str) -> dict[str, tuple[str, object]]:
    async with httpx.AsyncClient(timeout=3, params=params) as cliente:
        respostas = await asyncio.gather(*(uma(cliente, f"{base}/{dia}/{moeda}") for moeda in moedas))
    return dict(zip(moedas, respostas, strict=True))


def colher(base: str, dia: str, limites: dict[str, list], **params: str) -> dict:
    """Rodadas com esperas que crescem, só pelas moedas que ainda podem vir."""
    import time

    boas, ruins, faltam = {}, [], list(limites)
    espera = 2
    for rodada in range(4):
        respostas = asyncio.run(todas(base, dia, faltam, **params))
        faltam = [moeda for moeda, (como, _) in respostas.items() if como in ("falhou", "espere")]
        for moeda, (como, registro) in respostas.items():
            if como != "veio":
                continue
            taxa, (minimo, maximo) = registro["taxa"], limites[moeda]
            if type(taxa) not in (int, float):
                ruins.append([moeda, "tipo_invalido", json.dumps(registro)])
            elif minimo <= taxa <= maximo:
                boas[moeda] = taxa
            else:
                ruins.append([moeda, "fora_da_faixa", json.dumps(registro)])
        if not faltam or rodada == 3:
            break
        pedidas = [segundos for como, segundos in respostas.values() if como == "espere"]
        time.sleep(max([espera, *pedidas]))
        espera *= 3
    return {"boas": boas, "ruins": ruins}


@dag(
    dag_id="cotacoes",
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"retries": 1, "retry_delay": timedelta(seconds=30), "on_failure_callback": plantao},
)
def cotacoes():
    @setup
    def abrir():
        return httpx.post(Variable.get("fonte_principal") + "/sessoes").json()["sessao"]

    @task
    def limites():
        linhas = BaseHook.get_connection("armazem").get_hook().get_records("SELECT moeda, minimo, maximo FROM moedas")
        return {moeda: [minimo, maximo] for moeda, minimo, maximo in linhas}

    @task
    def principal(moedas, sessao, ds=None):
        return colher(Variable.get("fonte_principal"), ds, moedas, sessao=sessao)

    @task.branch
    def precisa(moedas, colhido):
        return "secundaria" if set(moedas) - set(colhido["boas"]) else "gravar"

    @task
    def secundaria(moedas, colhido, ds=None):
        faltam = {moeda: limite for moeda, limite in moedas.items() if moeda not in colhido["boas"]}
        return colher(Variable.get("fonte_secundaria"), ds, faltam)

    @task(trigger_rule="none_failed_min_one_success", retries=2)
    def gravar(moedas, ds=None, ti=None):
        hook = BaseHook.get_connection("armazem").get_hook()
        linhas, ruins = {}, []
        for fonte in ("principal", "secundaria"):
            colhido = ti.xcom_pull(task_ids=fonte) or {"boas": {}, "ruins": []}
            linhas |= {moeda: (ds, moeda, taxa, fonte) for moeda, taxa in colhido["boas"].items()}
            ruins += [(ds, moeda, fonte, motivo, registro) for moeda, motivo, registro in colhido["ruins"]]
        for moeda in set(moedas) - set(linhas):
            velha = hook.get_first(
                "SELECT taxa FROM cotacoes WHERE moeda = ? AND data BETWEEN date(?, '-7 days') AND date(?, '-1 day')"
                " ORDER BY data DESC",
                parameters=(moeda, ds, ds),
            )
            if not velha:
                raise AirflowFailException(f"{moeda} ficou sem cotação nenhuma")
            linhas[moeda] = (ds, moeda, velha[0], "cache")
        with closing(hook.get_conn()) as conexao, conexao:
            conexao.executemany("DELETE FROM cotacoes WHERE data = ? AND moeda = ?", [(ds, moeda) for moeda in moedas])
            conexao.execute("DELETE FROM quarentena WHERE data = ?", (ds,))
            conexao.executemany("INSERT INTO cotacoes VALUES (?, ?, ?, ?)", linhas.values())
            conexao.executemany("INSERT INTO quarentena VALUES (?, ?, ?, ?, ?)", ruins)

    @teardown
    def fechar(sessao):
        httpx.delete(f"{Variable.get('fonte_principal')}/sessoes/{sessao}")

    sessao = abrir()
    moedas = limites()
    colhido = principal(moedas, sessao)
    ramo, gravado = precisa(moedas, colhido), gravar(moedas)
    reserva = secundaria(moedas, colhido)
    chain(ramo, reserva, gravado)
    ramo >> gravado >> fechar(sessao)


cotacoes()
