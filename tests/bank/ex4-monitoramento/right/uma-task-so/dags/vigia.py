"""Uma task faz tudo. A memória é um JSON só, gravado depois de cada envio."""

import json
import sqlite3
from datetime import timedelta

import pendulum
from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk import AsyncCallback, BaseHook, DeadlineAlert, DeadlineReference, Variable, dag, task
from monitoramento import metricas as m


class Memoria:
    """notas[dag][instante], abertos, pendentes: tudo em um JSON, em uma linha."""

    def __init__(self):
        self.conexao = sqlite3.connect(BaseHook.get_connection("vigia").host)
        self.conexao.execute("CREATE TABLE IF NOT EXISTS memoria (json TEXT)")
        linha = self.conexao.execute("SELECT json FROM memoria").fetchone()
        self.tudo = json.loads(linha[0]) if linha else {"notas": {}, "abertos": [], "pendentes": []}

    def gravar(self):
        with self.conexao:
            self.conexao.execute("DELETE FROM memoria")
            self.conexao.execute("INSERT INTO memoria VALUES (?)", (json.dumps(self.tudo),))


def email(assunto, texto):
    with SmtpHook() as correio:
        correio.send_email_smtp(
            to=Variable.get("alertas_para"), subject=assunto, html_content="<br>".join(texto.splitlines())
        )


def slack(assunto, texto):
    SlackWebhookHook(slack_webhook_conn_id="slack_default").send(text=f":warning: {assunto}\n{texto}")


@dag(
    dag_id="vigia",
    schedule=timedelta(minutes=15),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=3),
        callback=AsyncCallback(
            SlackWebhookNotifier,
            kwargs={
                "slack_webhook_conn_id": "slack_default",
                "text": "[PRAZO] {{ dag_run.dag_id }}: {{ dag_run.dag_run_id }} passou de {{ deadline.deadline_time }}",
            },
        ),
    ),
)
def vigia():
    @task(retries=3)
    def tudo(data_interval_end=None):
        memoria = Memoria()
        guardado = memoria.tudo
        agora, antes = data_interval_end, data_interval_end - timedelta(minutes=15)
        for dag_id, regras in Variable.get("vigia_regras", deserialize_json=True).items():
            janela = (Variable.get("banco_do_airflow"), dag_id, antes.isoformat(), agora.isoformat())
            t = m.taxas(*janela)
            valores = {
                "taxa_falha": t["taxa_falha"],
                "p95": m.duracoes(*janela)["p95"],
                "prazos_perdidos": m.prazos_perdidos(*janela),
            }
            ruins = {r: valores[r] for r in regras if (valores[r] or 0) > regras[r]}
            nota = "ruim" if ruins else "boa" if t["execucoes"] else "vazia"
            notas = guardado["notas"].setdefault(dag_id, {})
            notas[agora.isoformat()] = nota
            if nota == "ruim" and dag_id not in guardado["abertos"]:
                guardado["abertos"].append(dag_id)
                texto = "\n".join(f"{r} -> {v}" for r, v in ruins.items())
                guardado["pendentes"] += [[canal, f"[ALERTA] {dag_id}", texto] for canal in ("email", "slack")]
            elif nota == "boa" == notas.get(antes.isoformat()) and dag_id in guardado["abertos"]:
                guardado["abertos"].remove(dag_id)
                guardado["pendentes"] += [[c, f"[RECUPERADO] {dag_id}", "Passou."] for c in ("email", "slack")]
        memoria.gravar()
        erros = []
        for pendente in list(guardado["pendentes"]):
            canal, assunto, texto = pendente
            try:
                {"email": email, "slack": slack}[canal](assunto, texto)
            except Exception as erro:
                erros.append(f"{canal}: {erro}")
            else:
                guardado["pendentes"].remove(pendente)
                memoria.gravar()
        if erros:
            raise RuntimeError("; ".join(erros))

    tudo()


vigia()
