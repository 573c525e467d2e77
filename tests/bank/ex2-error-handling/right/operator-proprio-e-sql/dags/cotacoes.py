"""Um operator próprio por fonte, um notifier próprio, e a gravação em SQL a partir de uma tabela de apoio."""

from __future__ import annotations

import json
import smtplib
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing
from email.mime.text import MIMEText
from typing import ClassVar

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, BaseHook, BaseNotifier, BaseOperator, Variable

APOIO = "CREATE TABLE IF NOT EXISTS tmp_respostas (data TEXT, moeda TEXT, fonte TEXT, taxa, motivo TEXT, registro TEXT)"
DIA = "{{ ds }}"


class Plantao(BaseNotifier):
    template_fields = ("assunto", "texto")

    def __init__(self) -> None:
        super().__init__()
        self.assunto = "{{ dag.dag_id }} / {{ ti.task_id }} / {{ ds }}"
        self.texto = "{{ exception }}\n{{ ti.log_url }}"

    def notify(self, context) -> None:
        carta = MIMEText(self.texto)
        carta["Subject"], carta["From"], carta["To"] = self.assunto, "eu@caju.example", Variable.get("email_plantao")
        correio = BaseHook.get_connection("smtp_default")
        with smtplib.SMTP(correio.host, correio.port) as servidor:
            servidor.sendmail(carta["From"], [carta["To"]], carta.as_string())


class Perguntar(BaseOperator):
    """Pergunta a uma fonte por todas as moedas que ainda não têm uma cotação boa, em rodadas cada vez mais espaçadas."""

    template_fields = ("dia",)
    RODADAS: ClassVar = (0, 10, 30, 90)

    def __init__(self, *, fonte: str, dia: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.fonte, self.dia = fonte, dia

    def execute(self, context) -> None:
        conexao = BaseHook.get_connection("armazem").get_hook().get_conn()
        conexao.execute(APOIO)
        conexao.execute("DELETE FROM tmp_respostas WHERE data = ? AND fonte = ?", (self.dia, self.fonte))
        pendentes = conexao.execute(
            """SELECT moeda, minimo, maximo FROM moedas WHERE moeda NOT IN
               (SELECT moeda FROM tmp_respostas WHERE data = ? AND motivo IS NULL)""",
            (self.dia,),
        ).fetchall()
        pedido = 0
        for pausa in self.RODADAS:
            if not pendentes:
                break
            time.sleep(max(pausa, pedido))
            pedido, de_novo = 0, []
            for moeda, minimo, maximo in pendentes:
                try:
                    registro = self.consultar(moeda, context)
                except urllib.error.HTTPError as erro:
                    if erro.code != 404:
                        de_novo.append((moeda, minimo, maximo))
                        pedido = max(pedido, int(erro.headers.get("Retry-After", "0")))
                    continue
                except Exception as erro:
                    self.log.warning("%s: %r", moeda, erro)
                    de_novo.append((moeda, minimo, maximo))
                    continue
                taxa = registro["taxa"]
                numero = isinstance(taxa, (int, float)) and taxa is not True and taxa is not False
                motivo = (None if minimo <= taxa <= maximo else "fora_da_faixa") if numero else "tipo_invalido"
                conexao.execute(
                    "INSERT INTO tmp_respostas VALUES (?, ?, ?, ?, ?, ?)",
                    (self.dia, moeda, self.fonte, taxa, motivo, json.dumps(registro)),
                )
            pendentes = de_novo
        conexao.commit()
        conexao.close()

    def consultar(self, moeda: str, context) -> dict:
        endereco = f"{Variable.get('fonte_' + self.fonte)}/{self.dia}/{moeda}"
        if self.fonte == "principal":
            sessao = context["ti"].xcom_pull(task_ids="abrir")
            endereco += "?" + urllib.parse.urlencode({"sessao": sessao})
        with urllib.request.urlopen(endereco, timeout=3) as resposta:
            return json.loads(resposta.read())


class Sessao(BaseOperator):
    def __init__(self, *, metodo: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.metodo = metodo

    def execute(self, context):
        endereco = Variable.get("fonte_principal") + "/sessoes"
        if self.metodo == "DELETE":
            endereco += "/" + context["ti"].xcom_pull(task_ids="abrir")
        with urllib.request.urlopen(urllib.request.Request(endereco, method=self.metodo), timeout=3) as resposta:
            return json.loads(resposta.read() or "{}").get("sessao")


class Conferir(BaseOperator):
    template_fields = ("dia",)

    def __init__(self, *, dia: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.dia = dia

    def execute(self, context) -> None:
        """Completa com o cache; sem nenhuma cotação para alguma moeda, para tudo."""
        with closing(BaseHook.get_connection("armazem").get_hook().get_conn()) as conexao, conexao:
            conexao.execute(
                """INSERT INTO tmp_respostas
                   SELECT :dia, c.moeda, 'cache', c.taxa, NULL, NULL FROM cotacoes c JOIN
                     (SELECT moeda, MAX(data) AS data FROM cotacoes
                      WHERE data < :dia AND data >= date(:dia, '-7 days') GROUP BY moeda) u
                     ON u.moeda = c.moeda AND u.data = c.data
                   WHERE c.moeda NOT IN (SELECT moeda FROM tmp_respostas WHERE data = :dia AND motivo IS NULL)""",
                {"dia": self.dia},
            )
            perdidas = conexao.execute(
                """SELECT group_concat(moeda) FROM moedas WHERE moeda NOT IN
                   (SELECT moeda FROM tmp_respostas WHERE data = ? AND motivo IS NULL)""",
                (self.dia,),
            ).fetchone()[0]
            if perdidas:
                raise RuntimeError(f"ninguém deu a cotação de {perdidas}")


with DAG(
    "cotacoes",
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"on_failure_callback": Plantao()},
):
    abrir = Sessao(task_id="abrir", metodo="POST")
    limpar = SQLExecuteQueryOperator(
        task_id="limpar", conn_id="armazem", sql=[APOIO, f"DELETE FROM tmp_respostas WHERE data = '{DIA}'"]
    )
    principal = Perguntar(task_id="principal", fonte="principal", dia=DIA)
    secundaria = Perguntar(task_id="secundaria", fonte="secundaria", dia=DIA)
    conferir = Conferir(task_id="conferir", dia=DIA)
    gravar = SQLExecuteQueryOperator(
        task_id="gravar",
        conn_id="armazem",
        retries=1,
        retry_delay=10,
        sql=[
            "DELETE FROM cotacoes WHERE data = :dia",
            "DELETE FROM quarentena WHERE data = :dia",
            """INSERT INTO cotacoes SELECT data, moeda, taxa, fonte FROM tmp_respostas
               WHERE data = :dia AND motivo IS NULL""",
            """INSERT INTO quarentena SELECT data, moeda, fonte, motivo, registro FROM tmp_respostas
               WHERE data = :dia AND motivo IS NOT NULL""",
        ],
        parameters={"dia": DIA},
    )
    fechar = Sessao(task_id="fechar", metodo="DELETE").as_teardown(setups=abrir)
    abrir >> limpar >> principal >> secundaria >> conferir >> gravar >> fechar
