"""Vigia: a cada 15 minutos olha os pipelines da Rede Caju e avisa quando um deles precisa de gente.

O que está escrito na tabela `incidentes` (connection `vigia`) é a memória de uma verificação para a outra:
um incidente aberto não avisa de novo, e o que um canal não recebeu continua na fila dele.
"""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import pendulum
from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk import (
    BaseHook,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    Variable,
    dag,
    get_current_context,
    task,
)
from monitoramento import metricas

CADA = timedelta(minutes=15)
CANAIS = ("email", "slack")


def avisar_atraso(context: dict) -> None:
    """O próprio vigia está atrasado: quem vigia o vigia é o prazo dele."""
    execucao = context["dag_run"]
    texto = (
        f"[PRAZO] {execucao['dag_id']}: a execução {execucao['dag_run_id']} "
        f"não terminou até {context['deadline']['deadline_time']}"
    )
    SlackWebhookHook(slack_webhook_conn_id="slack_default").send_text(texto)


def memoria():
    conexao = BaseHook.get_connection("vigia").get_hook().get_conn()
    conexao.execute("CREATE TABLE IF NOT EXISTS incidentes (dag_id TEXT PRIMARY KEY)")
    conexao.execute(
        "CREATE TABLE IF NOT EXISTS fila (momento TEXT, dag_id TEXT, canal TEXT, texto TEXT, entregue INTEGER,"
        " PRIMARY KEY (momento, dag_id, canal))"
    )
    return conexao


def examinar(banco: str, dag_id: str, regras: dict, fim: pendulum.DateTime) -> tuple[str, dict]:
    """Os 15 minutos que terminam em `fim`: boa, ruim ou sem dados, e o que passou do limite."""
    janela = (banco, dag_id, (fim - CADA).isoformat(), fim.isoformat())
    contagem = metricas.taxas(*janela)
    medidas = {
        "taxa_falha": contagem["taxa_falha"],
        "p95": metricas.duracoes(*janela)["p95"],
        "prazos_perdidos": metricas.prazos_perdidos(*janela),
    }
    passou = {
        regra: (medidas[regra], limite)
        for regra, limite in regras.items()
        if medidas[regra] is not None and medidas[regra] > limite
    }
    if passou:
        return "ruim", passou
    return ("boa" if contagem["execucoes"] else "sem dados"), {}


def texto_do_alerta(dag_id: str, passou: dict, fim: pendulum.DateTime) -> str:
    linhas = [f"{regra}: {round(valor, 3)} (limite {limite})" for regra, (valor, limite) in passou.items()]
    hora = fim.in_timezone("America/Sao_Paulo").format("DD/MM/YYYY HH:mm")
    return "\n".join([f"[ALERTA] {dag_id}", *linhas, f"Verificado em {hora} (São Paulo)."])


@dag(
    dag_id="vigia",
    schedule="*/15 * * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    doc_md=__doc__,
    default_args={"owner": "plantao", "retries": 1},
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=5),
        callback=SyncCallback(avisar_atraso),
    ),
)
def vigia():
    @task
    def verificar() -> None:
        """Decide o que há para dizer e põe na fila de cada canal. Rodar de novo não repete nada."""
        fim = get_current_context()["data_interval_end"]
        banco = Variable.get("banco_do_airflow")
        with closing(memoria()) as conexao, conexao:
            abertos = {linha[0] for linha in conexao.execute("SELECT dag_id FROM incidentes")}
            for dag_id, regras in json.loads(Variable.get("vigia_regras")).items():
                agora, passou = examinar(banco, dag_id, regras, fim)
                antes, _ = examinar(banco, dag_id, regras, fim - CADA)
                texto = ""
                if agora == "ruim" and dag_id not in abertos:
                    conexao.execute("INSERT INTO incidentes VALUES (?)", (dag_id,))
                    texto = texto_do_alerta(dag_id, passou, fim)
                elif dag_id in abertos and agora == antes == "boa":
                    conexao.execute("DELETE FROM incidentes WHERE dag_id = ?", (dag_id,))
                    texto = f"[RECUPERADO] {dag_id}\nDuas verificações boas seguidas."
                for canal in CANAIS if texto else ():
                    conexao.execute(
                        "INSERT OR IGNORE INTO fila VALUES (?, ?, ?, ?, 0)",
                        (fim.isoformat(), dag_id, canal, texto),
                    )

    def entregar(canal: str, enviar) -> None:
        """Manda o que está na fila do canal; cada entrega é anotada na hora, para nunca sair duas vezes."""
        with closing(memoria()) as conexao:
            fila = conexao.execute(
                "SELECT rowid, texto FROM fila WHERE canal = ? AND NOT entregue ORDER BY momento, dag_id",
                (canal,),
            ).fetchall()
            for numero, texto in fila:
                enviar(texto)
                conexao.execute("UPDATE fila SET entregue = 1 WHERE rowid = ?", (numero,))
                conexao.commit()

    @task
    def entregar_email() -> None:
        para = Variable.get("alertas_para")

        def enviar(texto: str) -> None:
            with SmtpHook(smtp_conn_id="smtp_default") as correio:
                correio.send_email_smtp(
                    to=para, subject=texto.splitlines()[0], html_content=texto.replace("\n", "<br>")
                )

        entregar("email", enviar)

    @task
    def entregar_slack() -> None:
        slack = SlackWebhookHook(slack_webhook_conn_id="slack_default")
        entregar("slack", slack.send_text)

    verificar() >> [entregar_email(), entregar_slack()]


vigia()
