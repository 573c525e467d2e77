"""Um operator próprio; cada canal é um objeto que sabe o que já entregou."""

from __future__ import annotations

import json
import smtplib
import sqlite3
from datetime import timedelta
from email.mime.text import MIMEText

import pendulum
from airflow.sdk import DAG, AsyncCallback, BaseHook, BaseOperator, DeadlineAlert, DeadlineReference, Variable
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from slack_sdk.webhook import WebhookClient

from monitoramento.metricas import duracoes, prazos_perdidos, taxas


class Canal:
    nome: str

    def __init__(self, banco: sqlite3.Connection) -> None:
        self.banco = banco

    def entregar(self) -> None:
        for numero, assunto, corpo in self.banco.execute(
            "SELECT rowid, assunto, corpo FROM caixa WHERE rowid NOT IN (SELECT recado FROM feito WHERE canal = ?)",
            (self.nome,),
        ).fetchall():
            self.mandar(assunto, corpo)
            with self.banco:
                self.banco.execute("INSERT INTO feito VALUES (?, ?)", (numero, self.nome))


class Email(Canal):
    nome = "email"

    def mandar(self, assunto: str, corpo: str) -> None:
        servidor = BaseHook.get_connection("smtp_default")
        carta = MIMEText(corpo)
        carta["Subject"], carta["To"] = assunto, Variable.get("alertas_para")
        with smtplib.SMTP(servidor.host, servidor.port) as correio:
            correio.sendmail("vigia@redecaju.example", [carta["To"]], carta.as_string())


class Slack(Canal):
    nome = "slack"

    def mandar(self, assunto: str, corpo: str) -> None:
        resposta = WebhookClient(BaseHook.get_connection("slack_default").password).send(text=f"{assunto}\n{corpo}")
        if resposta.status_code != 200:
            raise RuntimeError(f"o Slack respondeu {resposta.status_code}: {resposta.body}")


class VigiaOperator(BaseOperator):
    def execute(self, context) -> None:
        banco = sqlite3.connect(BaseHook.get_connection("vigia").host)
        banco.executescript(
            """CREATE TABLE IF NOT EXISTS caixa (quando, dag_id, tipo, assunto, corpo, UNIQUE (quando, dag_id));
               CREATE TABLE IF NOT EXISTS feito (recado, canal, UNIQUE (recado, canal));"""
        )
        fim = context["data_interval_end"]
        for dag_id, regras in json.loads(Variable.get("vigia_regras")).items():
            self.olhar(banco, dag_id, regras, fim)
        erros = []
        for canal in (Slack(banco), Email(banco)):
            try:
                canal.entregar()
            except Exception as erro:
                self.log.warning("%s: %s", canal.nome, erro)
                erros.append(erro)
        banco.close()
        if erros:
            raise erros[0]

    def nota(self, dag_id, regras, fim):
        janela = Variable.get("banco_do_airflow"), dag_id, str(fim - timedelta(minutes=15)), str(fim)
        tudo = {**taxas(*janela), **duracoes(*janela), "prazos_perdidos": prazos_perdidos(*janela)}
        ruins = {regra: tudo[regra] for regra in regras if (tudo[regra] or 0) > regras[regra]}
        return ruins, "ruim" if ruins else ("boa" if tudo["execucoes"] else None)

    def olhar(self, banco, dag_id, regras, fim):
        ruins, nota = self.nota(dag_id, regras, fim)
        ultimo = banco.execute(
            "SELECT tipo FROM caixa WHERE dag_id = ? ORDER BY quando DESC LIMIT 1", (dag_id,)
        ).fetchone()
        em_alerta = ultimo == ("ALERTA",)
        tipo = None
        if nota == "ruim" and not em_alerta:
            tipo, corpo = "ALERTA", "\n".join(f"{regra}: {valor:.3f}" for regra, valor in ruins.items())
        elif em_alerta and nota == self.nota(dag_id, regras, fim - timedelta(minutes=15))[1] == "boa":
            tipo, corpo = "RECUPERADO", "fim do incidente"
        if tipo:
            with banco:
                banco.execute(
                    "INSERT OR IGNORE INTO caixa VALUES (?, ?, ?, ?, ?)",
                    (fim.isoformat(), dag_id, tipo, f"[{tipo}] {dag_id}", corpo),
                )


with DAG(
    "vigia",
    schedule=timedelta(minutes=15),
    start_date=pendulum.datetime(2024, 5, 20, tz="UTC"),
    catchup=False,
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_LOGICAL_DATE,
        interval=timedelta(minutes=10),
        callback=AsyncCallback(
            SmtpNotifier,
            kwargs={
                "to": "plantao@redecaju.example",
                "subject": "[PRAZO] vigia",
                "html_content": "Atrasada: {{ dag_run.dag_run_id }}",
            },
        ),
    ),
):
    VigiaOperator(task_id="vigiar", retries=1)
