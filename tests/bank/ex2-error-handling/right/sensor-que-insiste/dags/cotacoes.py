"""Um sensor em modo poke é quem insiste: cada poke é uma rodada, com o backoff dele; o que sobrar, a secundária cobre."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import pendulum
import requests
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk import BaseHook, PokeReturnValue, Variable, dag, get_current_context, setup, task, teardown

RODADAS = 4


def avisar(context):
    ti = context["ti"]
    with SmtpHook(smtp_conn_id="smtp_default") as correio:
        correio.send_email_smtp(
            to=[Variable.get("email_plantao")],
            subject=f"[{ti.dag_id}] {ti.task_id}",
            html_content=f"<p>{context['ds']}</p><p>{context['exception']!r}</p><p>{ti.log_url}</p>",
        )


def motivo_de(taxa, minimo, maximo):
    if type(taxa) not in (int, float):
        return "tipo_invalido"
    return "" if minimo <= taxa <= maximo else "fora_da_faixa"


class Rodadas:
    """O que já se sabe de cada moeda fica em tmp_rodadas, que os pokes compartilham."""

    def __init__(self, fonte: str, dia: str, **params: str) -> None:
        self.fonte, self.dia, self.params = fonte, dia, params
        self.base = Variable.get(f"fonte_{fonte}")

    def mais_uma(self) -> bool:
        import time

        with closing(BaseHook.get_connection("armazem").get_hook().get_conn()) as conexao, conexao:
            conexao.execute("CREATE TABLE IF NOT EXISTS tmp_rodadas (dia, moeda, fonte, pedidos, estado, taxa, registro)")
            prontas = "SELECT moeda FROM tmp_rodadas WHERE dia = ? AND (estado = 'boa' OR (fonte = ? AND estado <> 'falta'))"
            faltam = conexao.execute(
                f"SELECT moeda, minimo, maximo FROM moedas WHERE moeda NOT IN ({prontas})", (self.dia, self.fonte)
            ).fetchall()
            cansou = True
            for moeda, minimo, maximo in faltam:
                feitos = conexao.execute(
                    "SELECT pedidos FROM tmp_rodadas WHERE dia = ? AND moeda = ? AND fonte = ?",
                    (self.dia, moeda, self.fonte),
                ).fetchone()
                pedidos = (feitos[0] if feitos else 0) + 1
                if pedidos > RODADAS:
                    continue
                estado, taxa, registro = "falta", None, None
                try:
                    resposta = requests.get(f"{self.base}/{self.dia}/{moeda}", params=self.params, timeout=2)
                    if resposta.status_code == 429:
                        time.sleep(int(resposta.headers["Retry-After"]))
                    if resposta.status_code == 404:
                        estado = "nao_tem"
                    elif resposta.ok:
                        registro = resposta.text
                        taxa = json.loads(registro)["taxa"]
                        estado = motivo_de(taxa, minimo, maximo) or "boa"
                except (requests.RequestException, ValueError):
                    pass
                conexao.execute(
                    "DELETE FROM tmp_rodadas WHERE dia = ? AND moeda = ? AND fonte = ?", (self.dia, moeda, self.fonte)
                )
                conexao.execute(
                    "INSERT INTO tmp_rodadas VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (self.dia, moeda, self.fonte, pedidos, estado, taxa, registro),
                )
                cansou = cansou and (estado != "falta" or pedidos == RODADAS)
        return cansou


@dag(
    dag_id="cotacoes",
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    on_failure_callback=None,
    default_args={"on_failure_callback": avisar},
)
def cotacoes():
    @setup
    def abrir(ds=None):
        with closing(BaseHook.get_connection("armazem").get_hook().get_conn()) as conexao, conexao:
            conexao.execute("DROP TABLE IF EXISTS tmp_rodadas")
        return requests.post(Variable.get("fonte_principal") + "/sessoes", timeout=2).json()["sessao"]

    @task.sensor(poke_interval=5, timeout=3600, exponential_backoff=True, mode="poke")
    def principal(sessao) -> PokeReturnValue:
        return PokeReturnValue(Rodadas("principal", get_current_context()["ds"], sessao=sessao).mais_uma())

    @task.sensor(poke_interval=5, timeout=3600, exponential_backoff=True, mode="poke")
    def secundaria() -> PokeReturnValue:
        return PokeReturnValue(Rodadas("secundaria", get_current_context()["ds"]).mais_uma())

    @task(retries=1, retry_delay=timedelta(seconds=3))
    def gravar(ds=None):
        with closing(BaseHook.get_connection("armazem").get_hook().get_conn()) as conexao, conexao:
            conexao.execute("DELETE FROM cotacoes WHERE data = ?", (ds,))
            conexao.execute("DELETE FROM quarentena WHERE data = ?", (ds,))
            conexao.execute(
                "INSERT INTO cotacoes SELECT dia, moeda, taxa, fonte FROM tmp_rodadas WHERE dia = ? AND estado = 'boa'", (ds,)
            )
            conexao.execute(
                """INSERT INTO quarentena SELECT dia, moeda, fonte, estado, registro FROM tmp_rodadas
                   WHERE dia = ? AND estado IN ('tipo_invalido', 'fora_da_faixa')""",
                (ds,),
            )
            for (moeda,) in conexao.execute(
                "SELECT moeda FROM moedas WHERE moeda NOT IN (SELECT moeda FROM cotacoes WHERE data = ?)", (ds,)
            ).fetchall():
                velha = conexao.execute(
                    "SELECT taxa FROM cotacoes WHERE moeda = ? AND data < ? AND data >= date(?, '-7 days') ORDER BY data DESC",
                    (moeda, ds, ds),
                ).fetchone()
                if velha is None:
                    raise LookupError(f"{moeda} não tem cotação: nem fontes, nem cache")
                conexao.execute("INSERT INTO cotacoes VALUES (?, ?, ?, 'cache')", (ds, moeda, velha[0]))

    @teardown
    def fechar(sessao):
        requests.delete(f"{Variable.get('fonte_principal')}/sessoes/{sessao}", timeout=2).raise_for_status()

    sessao = abrir()
    principal(sessao) >> secundaria() >> gravar() >> fechar(sessao)


cotacoes()
