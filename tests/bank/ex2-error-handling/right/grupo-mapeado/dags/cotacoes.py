"""Um task group mapeado por moeda: principal, e só se ela falhar a secundária; execution_timeout no lugar do timeout do pedido."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import pendulum
import requests
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import (
    BaseHook,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    Variable,
    dag,
    get_current_context,
    task,
    task_group,
)
from airflow.sdk.exceptions import AirflowSkipException

avisar = SmtpNotifier(
    to=["{{ var.value.email_plantao }}"],
    subject="Cotações de {{ ds }} falharam",
    html_content="""<ul><li>DAG: {{ dag.dag_id }}<li>Task: {{ task.task_id }}<li>Dia: {{ ds }}
    <li>Erro: {{ exception }}<li><a href="{{ ti.log_url }}">{{ ti.log_url }}</a></ul>""",
)


class Definitivo(Exception):
    pass


class RegistroRuim(Definitivo):
    pass


def ler(endereco: str, moeda: list, fonte: str, dia: str, sessao: str | None = None):
    codigo, minimo, maximo = moeda
    resposta = requests.get(f"{endereco}/{dia}/{codigo}", params={"sessao": sessao})
    if resposta.status_code == 429:
        # Esta fonte diz quando voltar: mais simples esperar aqui mesmo.
        import time

        time.sleep(int(resposta.headers["Retry-After"]))
        resposta = requests.get(f"{endereco}/{dia}/{codigo}", params={"sessao": sessao})
    if resposta.status_code == 404:
        raise Definitivo("404")
    resposta.raise_for_status()
    registro = resposta.json()
    taxa = registro["taxa"]
    ruim = None
    if isinstance(taxa, bool) or not isinstance(taxa, (float, int)):
        ruim = "tipo_invalido"
    elif not (minimo <= taxa <= maximo):
        ruim = "fora_da_faixa"
    if ruim:
        get_current_context()["ti"].xcom_push(key="ruim", value=[dia, codigo, fonte, ruim, json.dumps(registro)])
        raise RegistroRuim(ruim)
    return [dia, codigo, taxa, fonte]


INSISTE = {
    "retries": 4,
    "retry_delay": timedelta(seconds=5),
    "retry_exponential_backoff": 2,
    "execution_timeout": timedelta(seconds=6),
    "retry_policy": ExceptionRetryPolicy(rules=[RetryRule(exception=Definitivo, action=RetryAction.FAIL)]),
}


@dag(
    dag_id="cotacoes",
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
)
def cotacoes():
    @task
    def abrir():
        return requests.post(Variable.get("fonte_principal") + "/sessoes").json()["sessao"]

    @task
    def listar():
        with closing(BaseHook.get_connection("armazem").get_hook().get_conn()) as conexao:
            return [list(linha) for linha in conexao.execute("SELECT moeda, minimo, maximo FROM moedas")]

    @task_group
    def uma(moeda):
        @task(**INSISTE)
        def principal(moeda, sessao, ds=None):
            return ler(Variable.get("fonte_principal"), moeda, "principal", ds, sessao)

        @task(trigger_rule="all_done", **INSISTE)
        def secundaria(moeda, ds=None, ti=None):
            if ti.xcom_pull(task_ids="uma.principal", map_indexes=ti.map_index):
                raise AirflowSkipException("a principal respondeu")
            return ler(Variable.get("fonte_secundaria"), moeda, "secundaria", ds)

        @task(trigger_rule="all_done")
        def escolher(moeda, ds=None, ti=None):
            for fonte in ("uma.principal", "uma.secundaria"):
                achada = ti.xcom_pull(task_ids=fonte, map_indexes=ti.map_index)
                if achada:
                    return achada
            velha = BaseHook.get_connection("armazem").get_hook().get_first(
                "SELECT taxa FROM cotacoes WHERE moeda = :m AND data < :d AND data >= date(:d, '-7 days') ORDER BY data DESC",
                parameters={"m": moeda[0], "d": ds},
            )
            if velha is None:
                raise AirflowSkipException("nem no cache")
            return [ds, moeda[0], velha[0], "cache"]

        um = principal(moeda, sessao)
        dois = secundaria(moeda)
        um >> dois >> escolher(moeda)

    @task(trigger_rule="all_done", on_failure_callback=avisar, retries=1, retry_delay=timedelta(seconds=1))
    def gravar(moedas, ds=None, ti=None):
        escolhidas = [linha for linha in ti.xcom_pull(task_ids="uma.escolher") or [] if linha]
        if len(escolhidas) < len(moedas):
            raise RuntimeError(f"Só {len(escolhidas)} de {len(moedas)} moedas têm cotação")
        ruins = []
        for fonte in ("uma.principal", "uma.secundaria"):
            achados = ti.xcom_pull(task_ids=fonte, key="ruim", map_indexes=list(range(len(moedas))))
            ruins += [linha for linha in achados or [] if linha]
        with closing(BaseHook.get_connection("armazem").get_hook().get_conn()) as conexao:
            for tabela, linhas in (("cotacoes", escolhidas), ("quarentena", ruins)):
                conexao.execute(f"DELETE FROM {tabela} WHERE data = ?", (ds,))
                for linha in linhas:
                    conexao.execute(f"INSERT INTO {tabela} VALUES ({','.join('?' * len(linha))})", linha)
            conexao.commit()

    @task(trigger_rule="all_done")
    def fechar(sessao):
        requests.delete(f"{Variable.get('fonte_principal')}/sessoes/{sessao}")

    sessao = abrir()
    moedas = listar()
    grupo = uma.expand(moeda=moedas)
    gravado = gravar(moedas)
    grupo >> [gravado, fechar(sessao)]


cotacoes()
