"""Uma task mapeada por DAG vigiado, e uma por canal. Timetable com intervalo."""

from __future__ import annotations

from datetime import timedelta

import pendulum
import requests
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.sdk import (
    BaseHook,
    CronDataIntervalTimetable,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    Variable,
    dag,
    get_current_context,
    task,
)
from monitoramento.metricas import atrasou, duracoes, prazos_perdidos, taxas

PASSO = timedelta(minutes=15)


def situacao(dag_id: str, regras: dict, fim) -> dict:
    janela = (Variable.get("banco_do_airflow"), dag_id, (fim - PASSO).isoformat(), fim.isoformat())
    contas = taxas(*janela)
    vistos = {"taxa_falha": contas["taxa_falha"], **duracoes(*janela), "prazos_perdidos": prazos_perdidos(*janela)}
    violadas = {r: vistos[r] for r, limite in regras.items() if vistos[r] is not None and vistos[r] > limite}
    nota = "ruim" if violadas else "boa" if contas["execucoes"] else "sem dados"
    return {"nota": nota, "violadas": violadas}


@dag(
    dag_id="vigia",
    schedule=CronDataIntervalTimetable("*/15 * * * *", timezone="America/Sao_Paulo"),
    start_date=pendulum.datetime(2025, 12, 1, tz="America/Sao_Paulo"),
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1)},
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=8),
        callback=SyncCallback(atrasou),
    ),
)
def vigia():
    @task
    def preparar() -> list[dict]:
        SqliteHook(sqlite_conn_id="vigia").run(
            [
                "CREATE TABLE IF NOT EXISTS estado (dag_id TEXT PRIMARY KEY, aberto INTEGER)",
                "CREATE TABLE IF NOT EXISTS saida (chave TEXT, canal TEXT, assunto TEXT, corpo TEXT,"
                " enviada INTEGER DEFAULT 0, PRIMARY KEY (chave, canal))",
            ]
        )
        regras = Variable.get("vigia_regras", deserialize_json=True)
        return [{"dag_id": nome, "regras": valor} for nome, valor in regras.items()]

    @task
    def examinar(vigiado: dict) -> None:
        fim = get_current_context()["data_interval_end"]
        hook = SqliteHook(sqlite_conn_id="vigia")
        nome = vigiado["dag_id"]
        aberto = (hook.get_first("SELECT aberto FROM estado WHERE dag_id = ?", parameters=(nome,)) or (0,))[0]
        agora = situacao(nome, vigiado["regras"], fim)
        if agora["nota"] == "ruim" and not aberto:
            novo, assunto = 1, f"[ALERTA] {nome}"
            corpo = "\n".join(
                f"{regra} = {100 * valor:.1f}%" if regra == "taxa_falha" else f"{regra} = {valor:.1f}"
                for regra, valor in agora["violadas"].items()
            )
        elif (
            agora["nota"] == "boa" and aberto and situacao(nome, vigiado["regras"], fim - PASSO)["nota"] == "boa"
        ):
            novo, assunto, corpo = 0, f"[RECUPERADO] {nome}", "De volta ao normal."
        else:
            return
        mensagens = [
            (
                "INSERT OR IGNORE INTO saida (chave, canal, assunto, corpo) VALUES (?, ?, ?, ?)",
                (f"{fim.isoformat()} {assunto}", canal, assunto, corpo),
            )
            for canal in ("email", "slack")
        ]
        conexao = hook.get_conn()
        conexao.execute("INSERT OR REPLACE INTO estado VALUES (?, ?)", (nome, novo))
        for sql, valores in mensagens:
            conexao.execute(sql, valores)
        conexao.commit()
        conexao.close()

    @task(trigger_rule="all_done")
    def enviar(canal: str) -> None:
        hook = SqliteHook(sqlite_conn_id="vigia")
        pendentes = hook.get_records(
            "SELECT chave, assunto, corpo FROM saida WHERE canal = ? AND enviada = 0", parameters=(canal,)
        )
        for chave, assunto, corpo in pendentes:
            if canal == "email":
                with SmtpHook() as correio:
                    correio.send_email_smtp(
                        to=[Variable.get("alertas_para")], subject=assunto, html_content=f"<pre>{corpo}</pre>"
                    )
            else:
                url = BaseHook.get_connection("slack_default").password
                requests.post(url, json={"text": f"{assunto}\n{corpo}"}, timeout=10).raise_for_status()
            hook.run("UPDATE saida SET enviada = 1 WHERE chave = ? AND canal = ?", parameters=(chave, canal))

    examinar.expand(vigiado=preparar()) >> enviar.expand(canal=["email", "slack"])


vigia()
