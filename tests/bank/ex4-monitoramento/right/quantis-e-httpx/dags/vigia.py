"""Produtor e consumidores ligados por XCom; a fila de cada canal mora no banco do vigia."""

from __future__ import annotations

import smtplib
import sqlite3
from datetime import timedelta
from email.message import EmailMessage

import httpx
import pendulum
from airflow.sdk import AsyncCallback, BaseHook, DeadlineAlert, DeadlineReference, Variable, dag, task
from monitoramento.metricas import duracoes, prazo_do_vigia, prazos_perdidos, taxas

ESQUEMA = """
CREATE TABLE IF NOT EXISTS visto (dag TEXT, ate TEXT, nota TEXT, PRIMARY KEY (dag, ate));
CREATE TABLE IF NOT EXISTS aberto (dag TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS fila (id TEXT, canal TEXT, assunto TEXT, texto TEXT, PRIMARY KEY (id, canal));
CREATE TABLE IF NOT EXISTS saiu (id TEXT, canal TEXT, PRIMARY KEY (id, canal));
"""


def banco():
    conexao = sqlite3.connect(BaseHook.get_connection("vigia").host, isolation_level=None)
    conexao.executescript(ESQUEMA)
    return conexao


def medir(dag_id, regras, ate):
    args = Variable.get("banco_do_airflow"), dag_id, (ate - timedelta(minutes=15)).isoformat(), ate.isoformat()
    tudo = taxas(*args) | duracoes(*args) | {"prazos_perdidos": prazos_perdidos(*args)}
    passou = {r: tudo[r] for r, limite in regras.items() if tudo[r] is not None and tudo[r] > limite}
    return tudo, passou


@dag(
    dag_id="vigia",
    schedule="*/15 * * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_LOGICAL_DATE,
        interval=timedelta(minutes=7),
        callback=AsyncCallback(prazo_do_vigia, kwargs={"canal": "plantão"}),
    ),
)
def vigia():
    @task
    def decidir(data_interval_end=None):
        conexao, ate = banco(), data_interval_end
        for dag_id, regras in Variable.get("vigia_regras", deserialize_json=True).items():
            tudo, passou = medir(dag_id, regras, ate)
            nota = "ruim" if passou else "boa" if tudo["execucoes"] else "nada"
            conexao.execute("INSERT OR REPLACE INTO visto VALUES (?, ?, ?)", (dag_id, ate.isoformat(), nota))
            aberto = conexao.execute("SELECT COUNT(*) FROM aberto WHERE dag = ?", (dag_id,)).fetchone()[0]
            anterior = conexao.execute(
                "SELECT nota FROM visto WHERE dag = ? AND ate = ?", (dag_id, (ate - timedelta(minutes=15)).isoformat())
            ).fetchone()
            assunto = texto = None
            conexao.execute("BEGIN")
            if nota == "ruim" and not aberto:
                assunto = f"[ALERTA] {dag_id}"
                # Quem lê quer ver tudo, não só o que passou do limite.
                texto = "\n".join(f"{'!' if nome in passou else ' '} {nome}: {valor}" for nome, valor in tudo.items())
                conexao.execute("INSERT INTO aberto VALUES (?)", (dag_id,))
            elif nota == "boa" and aberto and anterior == ("boa",):
                assunto, texto = f"[RECUPERADO] {dag_id}", "Duas verificações boas."
                conexao.execute("DELETE FROM aberto WHERE dag = ?", (dag_id,))
            if assunto:
                for canal in ("email", "slack"):
                    conexao.execute(
                        "INSERT OR IGNORE INTO fila VALUES (?, ?, ?, ?)", (f"{ate}{assunto}", canal, assunto, texto)
                    )
            conexao.execute("COMMIT")
        return ["email", "slack"]

    @task(retries=2, retry_delay=timedelta(seconds=30))
    def esvaziar(canal):
        conexao = banco()
        for numero, assunto, texto in conexao.execute(
            "SELECT id, assunto, texto FROM fila f WHERE canal = ? AND NOT EXISTS"
            " (SELECT 1 FROM saiu s WHERE s.id = f.id AND s.canal = f.canal)",
            (canal,),
        ).fetchall():
            if canal == "email":
                conta = BaseHook.get_connection("smtp_default")
                carta = EmailMessage()
                carta["Subject"], carta["From"] = assunto, "vigia@redecaju.example"
                carta["To"] = Variable.get("alertas_para")
                carta.set_content(texto)
                with smtplib.SMTP(conta.host, conta.port) as correio:
                    correio.send_message(carta)
            else:
                url = BaseHook.get_connection("slack_default").password
                httpx.post(url, json={"text": f"{assunto}\n```{texto}```"}).raise_for_status()
            conexao.execute("INSERT INTO saiu VALUES (?, ?)", (numero, canal))

    esvaziar.expand(canal=decidir())


vigia()
