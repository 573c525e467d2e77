"""O vigia em operators clássicos, com smtplib e urllib."""

import json
import smtplib
import sqlite3
from datetime import datetime, timedelta
from email.message import EmailMessage

import pendulum
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, AsyncCallback, BaseHook, DeadlineAlert, DeadlineReference, Variable
from monitoramento import metricas

QUINZE = timedelta(minutes=15)


def memoria():
    conexao = sqlite3.connect(BaseHook.get_connection("vigia").host)
    conexao.executescript(
        """CREATE TABLE IF NOT EXISTS alerta (dag TEXT PRIMARY KEY, desde TEXT);
           CREATE TABLE IF NOT EXISTS recado (id INTEGER PRIMARY KEY, quando TEXT, dag TEXT, tipo TEXT, texto TEXT,
                                              email INTEGER DEFAULT 0, slack INTEGER DEFAULT 0,
                                              UNIQUE (quando, dag, tipo));"""
    )
    return conexao


def olhar(dag_id, regras, ate):
    banco = Variable.get("banco_do_airflow")
    args = (banco, dag_id, (ate - QUINZE).isoformat(), ate.isoformat())
    medida = metricas.taxas(*args)
    medida["p95"] = metricas.duracoes(*args)["p95"]
    medida["prazos_perdidos"] = metricas.prazos_perdidos(*args)
    ruins = [
        f"{regra}: {medida[regra]} (o limite era {regras[regra]})"
        for regra in regras
        if medida[regra] is not None and medida[regra] > regras[regra]
    ]
    return ruins, bool(medida["execucoes"]) and not ruins


def verificar(data_interval_end):
    conexao = memoria()
    with conexao:
        for dag_id, regras in json.loads(Variable.get("vigia_regras")).items():
            ruins, boa = olhar(dag_id, regras, data_interval_end)
            aberto = conexao.execute("SELECT 1 FROM alerta WHERE dag = ?", (dag_id,)).fetchone()
            quando = data_interval_end.isoformat()
            if ruins and not aberto:
                conexao.execute("INSERT INTO alerta VALUES (?, ?)", (dag_id, quando))
                conexao.execute(
                    "INSERT OR IGNORE INTO recado (quando, dag, tipo, texto) VALUES (?, ?, 'ALERTA', ?)",
                    (quando, dag_id, "\n".join(ruins)),
                )
            elif boa and aberto and olhar(dag_id, regras, data_interval_end - QUINZE)[1]:
                conexao.execute("DELETE FROM alerta WHERE dag = ?", (dag_id,))
                conexao.execute(
                    "INSERT OR IGNORE INTO recado (quando, dag, tipo, texto) VALUES (?, ?, 'RECUPERADO', 'Tudo bem.')",
                    (quando, dag_id),
                )
    conexao.close()


def por_email(assunto, texto):
    destino = BaseHook.get_connection("smtp_default")
    carta = EmailMessage()
    carta["Subject"], carta["From"], carta["To"] = (
        assunto,
        destino.extra_dejson["from_email"],
        Variable.get("alertas_para"),
    )
    carta.set_content(texto)
    with smtplib.SMTP(destino.host, destino.port, timeout=10) as correio:
        correio.send_message(carta)


def por_slack(assunto, texto):
    metricas.postar(f"*{assunto}*\n{texto}", BaseHook.get_connection("slack_default").password)


def entregar(canal):
    enviar = {"email": por_email, "slack": por_slack}[canal]
    conexao = memoria()
    for numero, dag_id, tipo, texto in conexao.execute(
        f"SELECT id, dag, tipo, texto FROM recado WHERE {canal} = 0 ORDER BY id"
    ).fetchall():
        enviar(f"[{tipo}] {dag_id}", texto)
        with conexao:
            conexao.execute(f"UPDATE recado SET {canal} = 1 WHERE id = ?", (numero,))
    conexao.close()


with DAG(
    dag_id="vigia",
    schedule="0,15,30,45 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=pendulum.timezone("America/Sao_Paulo")),
    catchup=False,
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_LOGICAL_DATE,
        interval=timedelta(minutes=10),
        callback=AsyncCallback("monitoramento.metricas.avisar_atraso"),
    ),
):
    olhada = PythonOperator(task_id="verificar", python_callable=verificar)
    for canal in ("email", "slack"):
        olhada >> PythonOperator(task_id=f"entregar_{canal}", python_callable=entregar, op_args=[canal])
