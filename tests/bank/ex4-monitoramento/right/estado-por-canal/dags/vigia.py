"""Cada canal tem a sua própria memória: quem não recebeu o alerta ainda não está em alerta."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pendulum
from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import (
    BaseHook,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    Variable,
    dag,
    get_current_context,
    task,
    task_group,
)
from monitoramento import metricas

JANELA = timedelta(minutes=15)


def por_email(assunto: str, linhas: list[str]) -> None:
    itens = "".join(f"<li><code>{linha}</code></li>" for linha in linhas)
    SmtpNotifier(to=Variable.get("alertas_para"), subject=assunto, html_content=f"<ul>{itens}</ul>").notify(
        get_current_context()
    )


def por_slack(assunto: str, linhas: list[str]) -> None:
    SlackWebhookNotifier(slack_webhook_conn_id="slack_default", text="\n".join([assunto, *linhas])).notify(
        get_current_context()
    )


ENVIAR = {"email": por_email, "slack": por_slack}


def atrasado(context):
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    run_id = context["dag_run"]["dag_run_id"]
    SlackWebhookHook(slack_webhook_conn_id="slack_default").send_text(f"[PRAZO] vigia\n{run_id}")
    with SmtpHook() as correio:
        correio.send_email_smtp(to=Variable.get("alertas_para"), subject="[PRAZO] vigia", html_content=run_id)


@dag(
    dag_id="vigia",
    schedule="*/15 * * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    deadline=[
        DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=timedelta(minutes=10),
            callback=SyncCallback(atrasado),
        )
    ],
)
def vigia():
    @task
    def medir() -> list[dict]:
        fim = get_current_context()["data_interval_end"]
        banco = Variable.get("banco_do_airflow")

        def nota(dag_id: str, regras: dict, ate) -> tuple[str, list[str]]:
            janela = (banco, dag_id, (ate - JANELA).isoformat(), ate.isoformat())
            contagem = metricas.taxas(*janela)
            valores = {
                "taxa_falha": contagem["taxa_falha"],
                "p95": metricas.duracoes(*janela)["p95"],
                "prazos_perdidos": metricas.prazos_perdidos(*janela),
            }
            linhas = [
                f"{regra}: {valor:.3f}, acima de {regras[regra]}"
                for regra, valor in valores.items()
                if regra in regras and valor is not None and valor > regras[regra]
            ]
            return ("ruim" if linhas else "boa" if contagem["execucoes"] else "sem dados"), linhas

        notas = []
        for dag_id, regras in Variable.get("vigia_regras", deserialize_json=True).items():
            agora, linhas = nota(dag_id, regras, fim)
            antes, _ = nota(dag_id, regras, fim - JANELA)
            notas.append({"dag_id": dag_id, "agora": agora, "antes": antes, "linhas": linhas})
        return notas

    @task_group
    def canais(notas):
        for canal in ENVIAR:

            @task(task_id=canal, retries=1)
            def avisar(notas: list[dict], canal: str) -> None:
                with closing(sqlite3.connect(BaseHook.get_connection("vigia").host)) as conexao:
                    conexao.execute("CREATE TABLE IF NOT EXISTS em_alerta (canal, dag_id, UNIQUE (canal, dag_id))")
                    falhas = []
                    for uma in notas:
                        chave = (canal, uma["dag_id"])
                        aberto = conexao.execute(
                            "SELECT 1 FROM em_alerta WHERE canal = ? AND dag_id = ?", chave
                        ).fetchone()
                        try:
                            if uma["agora"] == "ruim" and not aberto:
                                ENVIAR[canal](f"[ALERTA] {uma['dag_id']}", uma["linhas"])
                                conexao.execute("INSERT INTO em_alerta VALUES (?, ?)", chave)
                            elif aberto and uma["agora"] == uma["antes"] == "boa":
                                ENVIAR[canal](f"[RECUPERADO] {uma['dag_id']}", ["Voltou ao normal."])
                                conexao.execute("DELETE FROM em_alerta WHERE canal = ? AND dag_id = ?", chave)
                            conexao.commit()
                        except Exception as erro:
                            falhas.append(erro)
                    if falhas:
                        raise falhas[0]

            avisar(notas, canal)

    canais(medir())


vigia()
