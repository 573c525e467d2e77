"""Cotações das moedas em que a Rede Caju compra.

Todo dia às 07:00 (São Paulo) pergunta a cotação de cada moeda à fonte principal; o que ela não der, pergunta à
secundária; o que nenhuma der, busca na última cotação conhecida. Registro ruim vai para `quarentena`.

Se ficar vermelho: o e-mail diz o que faltou. As fontes voltam sozinhas quase sempre; limpe a task e rode de novo.
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import date, timedelta

import pendulum
import requests
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import BaseHook, Variable, dag, get_current_context, setup, task, teardown
from airflow.sdk.exceptions import AirflowFailException

FUSO = "America/Sao_Paulo"
TENTATIVAS = 4
PACIENCIA = 2  # segundos por pedido: a fonte responde em menos de um
VALIDADE_DO_CACHE = timedelta(days=7)

AVISO = SmtpNotifier(
    to="{{ var.value.email_plantao }}",
    subject="[Caju] {{ dag.dag_id }}.{{ ti.task_id }} falhou em {{ data_interval_end.in_timezone('America/Sao_Paulo').to_date_string() }}",
    html_content="""<p>A task <b>{{ ti.task_id }}</b> do DAG <b>{{ dag.dag_id }}</b> falhou de vez.</p>
<p>Erro: {{ exception }}</p>
<p><a href="{{ ti.log_url }}">Abrir o log</a></p>""",
)


class Passageiro(Exception):
    """Um defeito que pode passar sozinho: vale perguntar de novo."""

    def __init__(self, motivo: str, esperar: int = 0) -> None:
        super().__init__(motivo)
        self.esperar = esperar


class SemCotacao(Exception):
    """Esta fonte não tem a cotação, e perguntar de novo não muda isso."""


def dia_da_execucao() -> str:
    return get_current_context()["data_interval_end"].in_timezone(FUSO).to_date_string()


def armazem():
    return BaseHook.get_connection("armazem").get_hook()


def pedir(endereco: str, sessao: str | None) -> object:
    """Um pedido só, com os defeitos separados pelo que se faz com eles."""
    try:
        resposta = requests.get(endereco, params={"sessao": sessao} if sessao else None, timeout=PACIENCIA)
    except requests.RequestException as erro:
        raise Passageiro(f"{type(erro).__name__}") from erro
    if resposta.status_code == 429:
        raise Passageiro("HTTP 429", esperar=int(resposta.headers.get("Retry-After", 60)))
    if resposta.status_code >= 500:
        raise Passageiro(f"HTTP {resposta.status_code}")
    if resposta.status_code != 200:
        raise SemCotacao(f"HTTP {resposta.status_code}")
    try:
        return resposta.json()
    except ValueError as erro:
        raise Passageiro("a resposta não é JSON") from erro


def insistir(endereco: str, sessao: str | None) -> object:
    """Repete o que pode passar, com esperas que dobram, e desiste depois de TENTATIVAS."""
    for tentativa in range(1, TENTATIVAS + 1):
        try:
            return pedir(endereco, sessao)
        except Passageiro as defeito:
            if tentativa == TENTATIVAS:
                raise SemCotacao(f"{defeito} em {tentativa} tentativas") from defeito
            time.sleep(max(defeito.esperar, 2**tentativa))


def defeito_do_registro(registro: object, minimo: float, maximo: float) -> str | None:
    taxa = registro.get("taxa") if isinstance(registro, dict) else None
    if isinstance(taxa, bool) or not isinstance(taxa, int | float):
        return "tipo_invalido"
    return None if minimo <= taxa <= maximo else "fora_da_faixa"


@dag(
    dag_id="cotacoes",
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "dados-caju",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2,
        "on_failure_callback": AVISO,
    },
    tags=["cotacoes", "compras"],
    doc_md=__doc__,
)
def cotacoes():
    @setup
    def abrir_sessao() -> str:
        resposta = requests.post(Variable.get("fonte_principal") + "/sessoes", timeout=PACIENCIA)
        resposta.raise_for_status()
        return resposta.json()["sessao"]

    @teardown
    def fechar_sessao(sessao: str) -> None:
        endereco = f"{Variable.get('fonte_principal')}/sessoes/{sessao}"
        requests.delete(endereco, timeout=PACIENCIA).raise_for_status()

    @task
    def coletar(sessao: str) -> dict[str, list]:
        dia = dia_da_execucao()
        fontes = [
            ("principal", Variable.get("fonte_principal"), sessao),
            ("secundaria", Variable.get("fonte_secundaria"), None),
        ]
        boas, ruins, faltam = [], [], []
        for moeda, minimo, maximo in armazem().get_records("SELECT moeda, minimo, maximo FROM moedas"):
            problemas = []
            for fonte, endereco, sua_sessao in fontes:
                try:
                    registro = insistir(f"{endereco}/{dia}/{moeda}", sua_sessao)
                except SemCotacao as erro:
                    problemas.append(f"{fonte}: {erro}")
                    continue
                motivo = defeito_do_registro(registro, minimo, maximo)
                if motivo is None:
                    boas.append([dia, moeda, registro["taxa"], fonte])
                    break
                ruins.append([dia, moeda, fonte, motivo, json.dumps(registro, ensure_ascii=False)])
                problemas.append(f"{fonte}: {motivo}")
            else:
                faltam.append(f"{moeda} ({'; '.join(problemas)})")
        return {"boas": boas, "ruins": ruins, "faltam": faltam}

    @task
    def completar_com_o_cache(coletado: dict[str, list]) -> dict[str, list]:
        dia = dia_da_execucao()
        limite = str(date.fromisoformat(dia) - VALIDADE_DO_CACHE)
        perdidas = []
        for falta in coletado["faltam"]:
            moeda = falta.split()[0]
            conhecida = armazem().get_first(
                "SELECT taxa FROM cotacoes WHERE moeda = ? AND data < ? AND data >= ? ORDER BY data DESC LIMIT 1",
                parameters=(moeda, dia, limite),
            )
            if conhecida:
                coletado["boas"].append([dia, moeda, conhecida[0], "cache"])
            else:
                perdidas.append(falta)
        if perdidas:
            raise AirflowFailException("Sem cotação de fonte nenhuma nem do cache: " + ", ".join(perdidas))
        return coletado

    @task
    def gravar(coletado: dict[str, list]) -> None:
        dia = dia_da_execucao()
        with closing(armazem().get_conn()) as conexao:
            cursor = conexao.cursor()
            cursor.execute("DELETE FROM cotacoes WHERE data = ?", (dia,))
            cursor.executemany("INSERT INTO cotacoes VALUES (?, ?, ?, ?)", coletado["boas"])
            cursor.execute("DELETE FROM quarentena WHERE data = ?", (dia,))
            cursor.executemany("INSERT INTO quarentena VALUES (?, ?, ?, ?, ?)", coletado["ruins"])
            conexao.commit()

    sessao = abrir_sessao()
    gravado = gravar(completar_com_o_cache(coletar(sessao)))
    gravado >> fechar_sessao(sessao)


cotacoes()
