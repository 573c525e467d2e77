"""O estado em tabelas criadas por SQLExecuteQueryOperator; o Slack em blocks; um e-mail em texto e HTML."""

import json
import smtplib
from datetime import timedelta
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook
from airflow.sdk import DAG, BaseHook, DeadlineAlert, DeadlineReference, SyncCallback, Variable, chain, task
from monitoramento.metricas import duracoes, prazos_perdidos, taxas

CANAIS = ["email", "slack"]


def mandar_email(assunto, linhas):
    servidor = BaseHook.get_connection("smtp_default")
    carta = MIMEMultipart("alternative")
    carta["Subject"], carta["To"] = assunto, Variable.get("alertas_para")
    carta["From"] = servidor.extra_dejson["from_email"]
    carta.attach(MIMEText("\n".join(linhas), "plain", "utf-8"))
    carta.attach(MIMEText("".join(f"<p>{linha}</p>" for linha in linhas), "html", "utf-8"))
    with smtplib.SMTP(servidor.host, servidor.port) as correio:
        correio.sendmail(carta["From"], [carta["To"]], carta.as_string())


def mandar_slack(assunto, linhas):
    blocos = [
        {"type": "header", "text": {"type": "plain_text", "text": assunto}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(f"• `{linha}`" for linha in linhas)}},
    ]
    SlackWebhookHook(slack_webhook_conn_id="slack_default").send_dict({"blocks": blocos})


MANDAR = {"email": mandar_email, "slack": mandar_slack}


def avisar(context):
    mandar_slack("[PRAZO] vigia", [context["dag_run"]["dag_run_id"], str(context["deadline"]["deadline_time"])])


with DAG(
    "vigia",
    schedule="*/15 * * * *",
    start_date=pendulum.datetime(2025, 6, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"owner": "plantao", "retries": 1, "retry_exponential_backoff": True},
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(seconds=300), callback=SyncCallback(avisar)
    ),
):
    tabelas = SQLExecuteQueryOperator(
        task_id="tabelas",
        conn_id="vigia",
        sql=[
            "CREATE TABLE IF NOT EXISTS verificacoes (ate TEXT, dag_id TEXT, nota TEXT, linhas TEXT,"
            " PRIMARY KEY (ate, dag_id))",
            "CREATE TABLE IF NOT EXISTS eventos (ate TEXT, dag_id TEXT, tipo TEXT, PRIMARY KEY (ate, dag_id))",
            "CREATE TABLE IF NOT EXISTS entregas (ate TEXT, dag_id TEXT, canal TEXT, PRIMARY KEY (ate, dag_id, canal))",
        ],
    )

    @task
    def anotar(data_interval_end=None):
        """A nota de cada DAG nesta verificação."""
        banco, linhas = Variable.get("banco_do_airflow"), []
        for dag_id, regras in json.loads(Variable.get("vigia_regras")).items():
            de = data_interval_end - timedelta(minutes=15)
            janela = banco, dag_id, de.isoformat(), data_interval_end.isoformat()
            medidas = taxas(*janela) | duracoes(*janela) | {"prazos_perdidos": prazos_perdidos(*janela)}
            violadas = [
                f"{regra} {medidas[regra]:.3f} > {limite}"
                for regra, limite in regras.items()
                if medidas[regra] is not None and medidas[regra] > limite
            ]
            nota = "ruim" if violadas else "boa" if medidas["execucoes"] else "sem dados"
            linhas.append((data_interval_end.isoformat(), dag_id, nota, json.dumps(violadas or ["tudo bem de novo"])))
        hook = BaseHook.get_connection("vigia").get_hook()
        hook.insert_rows("verificacoes", linhas, replace=True)

    # O que muda de estado vira evento: só SQL. O último evento de um DAG diz se ele está em alerta.
    eventos = SQLExecuteQueryOperator(
        task_id="eventos",
        conn_id="vigia",
        sql="""
        INSERT OR IGNORE INTO eventos
        SELECT v.ate, v.dag_id, CASE v.nota WHEN 'ruim' THEN 'ALERTA' ELSE 'RECUPERADO' END
        FROM verificacoes v LEFT JOIN verificacoes antes
          ON antes.dag_id = v.dag_id
             AND antes.ate = '{{ (data_interval_end - macros.timedelta(minutes=15)).isoformat() }}'
        WHERE v.ate = '{{ data_interval_end.isoformat() }}'
          AND ((v.nota = 'ruim' AND COALESCE((SELECT tipo FROM eventos e WHERE e.dag_id = v.dag_id
                                              ORDER BY ate DESC LIMIT 1), 'RECUPERADO') = 'RECUPERADO')
               OR (v.nota = 'boa' AND antes.nota = 'boa'
                   AND (SELECT tipo FROM eventos e WHERE e.dag_id = v.dag_id ORDER BY ate DESC LIMIT 1) = 'ALERTA'))
        """,
    )

    @task
    def entregar(canal):
        hook = BaseHook.get_connection("vigia").get_hook()
        for ate, dag_id, tipo, linhas in hook.get_records(
            "SELECT e.ate, e.dag_id, e.tipo, v.linhas FROM eventos e JOIN verificacoes v USING (ate, dag_id)"
            " WHERE NOT EXISTS (SELECT 1 FROM entregas x WHERE x.ate = e.ate AND x.dag_id = e.dag_id AND x.canal = ?)",
            parameters=(canal,),
        ):
            MANDAR[canal](f"[{tipo}] {dag_id}", json.loads(linhas))
            hook.insert_rows("entregas", [(ate, dag_id, canal)])

    chain(tabelas, anotar(), eventos, [entregar.override(task_id=f"por_{canal}")(canal) for canal in CANAIS])
