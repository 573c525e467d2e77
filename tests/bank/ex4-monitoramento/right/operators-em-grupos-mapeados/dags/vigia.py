"""Só operators dos providers para entregar: um grupo mapeado por canal, com a marca depois da entrega."""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
from airflow.providers.slack.operators.slack_webhook import SlackWebhookOperator
from airflow.providers.smtp.operators.smtp import EmailOperator
from airflow.sdk import BaseHook, DeadlineAlert, DeadlineReference, SyncCallback, Variable, dag, task, task_group
from monitoramento import metricas


def banco() -> DbApiHook:
    return BaseHook.get_connection("vigia").get_hook()


@dag(
    dag_id="vigia",
    schedule="*/15 * * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    render_template_as_native_obj=True,
    default_args={"owner": "plantao"},
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=9),
        callback=SyncCallback(
            SlackWebhookNotifier,
            kwargs={
                "slack_webhook_conn_id": "slack_default",
                "text": "[PRAZO] {{ dag_run.dag_id }}\n{{ dag_run.dag_run_id }}",
            },
        ),
    ),
)
def vigia():
    @task
    def decidir(data_interval_end=None) -> None:
        hook = banco()
        hook.run(
            [
                "CREATE TABLE IF NOT EXISTS abertos (dag_id TEXT PRIMARY KEY)",
                "CREATE TABLE IF NOT EXISTS recados (id TEXT, canal TEXT, assunto TEXT, texto TEXT, saiu INTEGER DEFAULT 0,"
                " PRIMARY KEY (id, canal))",
            ]
        )
        caminho = Variable.get("banco_do_airflow")

        def ver(dag_id, regras, ate):
            janela = caminho, dag_id, (ate - timedelta(minutes=15)).isoformat(), ate.isoformat()
            visto = metricas.taxas(*janela) | metricas.duracoes(*janela)
            visto["prazos_perdidos"] = metricas.prazos_perdidos(*janela)
            passou = [f"{r}: {visto[r]:.2f}" for r in regras if visto[r] is not None and visto[r] > regras[r]]
            return passou, not passou and visto["execucoes"] > 0

        for dag_id, regras in Variable.get("vigia_regras", deserialize_json=True).items():
            passou, boa = ver(dag_id, regras, data_interval_end)
            aberto = hook.get_first("SELECT 1 FROM abertos WHERE dag_id = ?", parameters=(dag_id,))
            if passou and not aberto:
                mudar, assunto, texto = "INSERT INTO abertos VALUES (?)", f"[ALERTA] {dag_id}", "\n".join(passou)
            elif boa and aberto and ver(dag_id, regras, data_interval_end - timedelta(minutes=15))[1]:
                mudar, assunto, texto = "DELETE FROM abertos WHERE dag_id = ?", f"[RECUPERADO] {dag_id}", "Ok."
            else:
                continue
            conexao = hook.get_conn()
            conexao.execute(mudar, (dag_id,))
            for canal in ("email", "slack"):
                conexao.execute(
                    "INSERT OR IGNORE INTO recados (id, canal, assunto, texto) VALUES (?, ?, ?, ?)",
                    (f"{data_interval_end} {dag_id}", canal, assunto, texto),
                )
            conexao.commit()
            conexao.close()

    @task
    def pendentes(canal: str) -> list[dict]:
        linhas = banco().get_records(
            "SELECT id, assunto, texto FROM recados WHERE canal = ? AND NOT saiu", parameters=(canal,)
        )
        return [{"id": numero, "assunto": assunto, "texto": texto} for numero, assunto, texto in linhas]

    @task
    def marcar(recado: dict, canal: str) -> None:
        banco().run("UPDATE recados SET saiu = 1 WHERE id = ? AND canal = ?", parameters=(recado["id"], canal))

    @task_group
    def por_email(recado):
        @task
        def html(recado: dict) -> dict:
            return {"assunto": recado["assunto"], "html": recado["texto"].replace("\n", "<br>")}

        pronto = html(recado)
        carta = EmailOperator(
            task_id="enviar",
            to="{{ var.value.alertas_para }}",
            subject=pronto["assunto"],
            html_content=pronto["html"],
            retries=2,
        )
        carta >> marcar(recado, "email")

    @task_group
    def por_slack(recado):
        @task
        def mensagem(recado: dict) -> str:
            return f"{recado['assunto']}\n{recado['texto']}"

        SlackWebhookOperator(
            task_id="postar", slack_webhook_conn_id="slack_default", message=mensagem(recado), retries=1
        ) >> marcar(recado, "slack")

    decisao = decidir()
    for canal, grupo in (("email", por_email), ("slack", por_slack)):
        fila = pendentes.override(task_id=f"pendentes_{canal}")(canal)
        decisao >> fila
        grupo.expand(recado=fila)


vigia()
