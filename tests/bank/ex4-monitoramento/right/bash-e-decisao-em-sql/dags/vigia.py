"""BashOperator que mede, SQL que decide, e os operators de e-mail e Slack dos providers, um por recado."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.providers.slack.operators.slack_webhook import SlackWebhookOperator
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.providers.smtp.operators.smtp import EmailOperator
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import (
    DAG,
    AsyncCallback,
    CronTriggerTimetable,
    DeadlineAlert,
    DeadlineReference,
    chain,
)

RAIZ = Path(__file__).resolve().parent.parent


class Anotado:
    """Um operator que não manda de novo o recado que já mandou."""

    def __init__(self, *, recado, **kwargs):
        super().__init__(**kwargs)
        self.recado = recado

    def execute(self, context):
        memoria = SqliteHook("vigia")
        if memoria.get_first(f"SELECT {self.canal} FROM recado WHERE id = {int(self.recado)}")[0]:
            return
        super().execute(context)
        memoria.run(f"UPDATE recado SET {self.canal} = 1 WHERE id = {int(self.recado)}")


class Carta(Anotado, EmailOperator):
    canal = "email"


class Slack(Anotado, SlackWebhookOperator):
    canal = "slack"


def decidir(ti, data_interval_end):
    medido = ti.xcom_pull(task_ids="medir")
    instante = data_interval_end.in_timezone("UTC").strftime("%Y-%m-%dT%H:%M")
    con = SqliteHook("vigia").get_conn()
    con.executescript(
        """
        CREATE TABLE IF NOT EXISTS recado (id INTEGER PRIMARY KEY, dag_id, instante, tipo, texto,
            email DEFAULT 0, slack DEFAULT 0, UNIQUE (dag_id, instante));
        CREATE TABLE IF NOT EXISTS medida (dag_id, instante, agora, antes, texto, PRIMARY KEY (dag_id, instante));
        """
    )
    with con:
        con.execute("CREATE TEMP TABLE nova AS SELECT * FROM medida WHERE 0")
        con.executemany(
            "INSERT INTO nova VALUES (?, ?, ?, ?, ?)", [(dag_id, instante, *m) for dag_id, m in medido.items()]
        )
        con.execute("DELETE FROM nova WHERE (dag_id, instante) IN (SELECT dag_id, instante FROM medida)")
        con.execute(
            """
            INSERT INTO recado (dag_id, instante, tipo, texto)
            SELECT dag_id, instante,
                CASE agora WHEN 'ruim' THEN 'ALERTA' ELSE 'RECUPERADO' END,
                CASE agora WHEN 'ruim' THEN texto ELSE 'duas verificações boas' END
            FROM (SELECT n.*, COALESCE((SELECT r.tipo FROM recado r WHERE r.dag_id = n.dag_id
                  ORDER BY r.instante DESC LIMIT 1), 'RECUPERADO') AS ultimo FROM nova n)
            WHERE (ultimo = 'RECUPERADO' AND agora = 'ruim')
               OR (ultimo = 'ALERTA' AND agora = 'boa' AND antes = 'boa')
            """
        )
        con.execute("INSERT INTO medida SELECT * FROM nova")
    con.close()


def cartas():
    linhas = SqliteHook("vigia").get_records("SELECT id, tipo, dag_id, texto FROM recado WHERE NOT email ORDER BY id")
    return [
        {"recado": i, "subject": f"[{tipo}] {dag_id}", "html_content": texto.replace("\n", "<br>")}
        for i, tipo, dag_id, texto in linhas
    ]


def mensagens():
    linhas = SqliteHook("vigia").get_records("SELECT id, tipo, dag_id, texto FROM recado WHERE NOT slack ORDER BY id")
    return [{"recado": i, "message": f"[{tipo}] {dag_id}\n{texto}"} for i, tipo, dag_id, texto in linhas]


with DAG(
    dag_id="vigia",
    schedule=CronTriggerTimetable("0,15,30,45 * * * *", timezone="America/Sao_Paulo"),
    start_date=pendulum.datetime(2025, 6, 1, tz="America/Sao_Paulo"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=1)},
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_LOGICAL_DATE,
        interval=timedelta(minutes=10),
        callback=AsyncCallback(
            SmtpNotifier,
            kwargs={
                "to": "plantao@caju.example",
                "subject": "[PRAZO] {{ dag_run.dag_id }}",
                "html_content": "A execução {{ dag_run.dag_run_id }} passou das {{ deadline.deadline_time }}.",
            },
        ),
    ),
):
    medir = BashOperator(
        task_id="medir",
        bash_command=f"{sys.executable} -m monitoramento.metricas '{{{{ data_interval_end.isoformat() }}}}'",
        cwd=str(RAIZ),
        env={"BANCO": "{{ var.value.banco_do_airflow }}", "REGRAS": "{{ var.json.vigia_regras | tojson }}"},
        append_env=True,
        output_processor=json.loads,
    )
    decisao = PythonOperator(task_id="decidir", python_callable=decidir)
    por_carta = PythonOperator(task_id="cartas", python_callable=cartas)
    por_slack = PythonOperator(task_id="mensagens", python_callable=mensagens)
    chain(medir, decisao, [por_carta, por_slack])
    Carta.partial(task_id="email", to="{{ var.value.alertas_para }}").expand_kwargs(por_carta.output)
    Slack.partial(task_id="slack", slack_webhook_conn_id="slack_default").expand_kwargs(por_slack.output)
