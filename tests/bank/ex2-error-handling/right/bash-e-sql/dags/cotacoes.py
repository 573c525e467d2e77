"""BashOperator com Python dentro (urllib), retry do Airflow, e o resto em SQL."""

import shlex
import sys
from datetime import timedelta

import pendulum
from airflow.providers.common.sql.operators.sql import SQLCheckOperator, SQLExecuteQueryOperator
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, RetryDecision, RetryPolicy

SCRIPT = r"""
import json, os, sqlite3, sys, urllib.error, urllib.request

dia, fonte, base = os.environ["DIA"], os.environ["FONTE"], os.environ["BASE"].strip()
ultima = int(os.environ["TENTATIVA"]) > int(os.environ["RETRIES"])
banco = sqlite3.connect(os.environ["ARMAZEM"], isolation_level=None)

def http(metodo, url):
    pedido = urllib.request.Request(url, method=metodo)
    with urllib.request.urlopen(pedido, timeout=2.5) as resposta:
        return resposta.read()

def anotar(moeda, situacao, taxa=None, registro=None):
    banco.execute("INSERT INTO tmp_respostas VALUES (?, ?, ?, ?, ?, ?)", (dia, moeda, fonte, situacao, taxa, registro))

pendentes = banco.execute(
    "SELECT moeda, minimo, maximo FROM moedas m WHERE NOT EXISTS (SELECT 1 FROM tmp_respostas r WHERE "
    "r.data = ? AND r.moeda = m.moeda AND (r.situacao = 'boa' OR r.fonte = ?))", (dia, fonte)).fetchall()
banco.execute("DELETE FROM tmp_espera")
if not pendentes:
    sys.exit(0)
sessao = json.loads(http("POST", base + "/sessoes"))["sessao"] if fonte == "principal" else ""
sufixo = "?sessao=" + sessao if sessao else ""
faltou = False
try:
    for moeda, minimo, maximo in pendentes:
        try:
            registro = json.loads(http("GET", f"{base}/{dia}/{moeda}{sufixo}"))
        except urllib.error.HTTPError as erro:
            if erro.code == 404:
                anotar(moeda, "nao_tem")
                continue
            if erro.code == 429:
                banco.execute("INSERT INTO tmp_espera VALUES (?)", (int(erro.headers["Retry-After"]),))
            print(moeda, erro)
            faltou = True
            continue
        except Exception as erro:
            print(moeda, repr(erro))
            faltou = True
            continue
        taxa = registro["taxa"]
        if type(taxa) not in (int, float):
            anotar(moeda, "tipo_invalido", None, json.dumps(registro))
        elif not minimo <= taxa <= maximo:
            anotar(moeda, "fora_da_faixa", None, json.dumps(registro))
        else:
            anotar(moeda, "boa", taxa)
finally:
    if sessao:
        http("DELETE", f"{base}/sessoes/{sessao}")
sys.exit(1 if faltou and not ultima else 0)
"""


class Espera(RetryPolicy):
    def evaluate(self, exception, try_number, max_tries, context=None):
        pedido = SqliteHook("armazem").get_first("SELECT COALESCE(MAX(segundos), 0) FROM tmp_espera")[0]
        return RetryDecision.retry(delay=timedelta(seconds=max(pedido, 10 * 2**try_number)))


def perguntar(fonte):
    return BashOperator(
        task_id=f"perguntar_{fonte}",
        bash_command=f"{shlex.quote(sys.executable)} -c {shlex.quote(SCRIPT)}",
        env={
            "DIA": "{{ ds }}",
            "FONTE": fonte,
            "BASE": "{{ var.value.fonte_" + fonte + " }}",
            "ARMAZEM": "{{ conn.armazem.host }}",
            "TENTATIVA": "{{ ti.try_number }}",
            "RETRIES": "3",
        },
        append_env=True,
        retries=3,
        retry_policy=Espera(),
    )


ESCOLHIDAS = """
WITH candidatas AS (
    SELECT moeda, taxa, fonte, CASE fonte WHEN 'principal' THEN 1 ELSE 2 END AS ordem
    FROM tmp_respostas WHERE data = '{{ ds }}' AND situacao = 'boa'
    UNION ALL
    SELECT moeda, taxa, 'cache', 3 + julianday('{{ ds }}') - julianday(data)
    FROM cotacoes WHERE data < '{{ ds }}' AND data >= date('{{ ds }}', '-7 days')
), postas AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY moeda ORDER BY ordem) AS lugar
    FROM candidatas WHERE moeda IN (SELECT moeda FROM moedas)
)
"""

with DAG(
    "cotacoes",
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={
        "conn_id": "armazem",
        "on_failure_callback": SmtpNotifier(
            to="{{ var.value.email_plantao }}",
            subject="Falhou: {{ dag.dag_id }}, task {{ ti.task_id }}, dia {{ ds }}",
            html_content="{{ exception | e }}<br>{{ ti.log_url }}",
        ),
    },
):
    preparar = SQLExecuteQueryOperator(
        task_id="preparar",
        sql=[
            "CREATE TABLE IF NOT EXISTS tmp_respostas "
            "(data TEXT, moeda TEXT, fonte TEXT, situacao TEXT, taxa REAL, registro TEXT)",
            "CREATE TABLE IF NOT EXISTS tmp_espera (segundos INTEGER)",
            "DELETE FROM tmp_respostas WHERE data = '{{ ds }}'",
        ],
    )
    conferir = SQLCheckOperator(
        task_id="conferir",
        sql=ESCOLHIDAS + "SELECT (SELECT COUNT(*) FROM postas WHERE lugar = 1) = (SELECT COUNT(*) FROM moedas)",
    )
    gravar = SQLExecuteQueryOperator(
        task_id="gravar",
        sql=[
            "DELETE FROM cotacoes WHERE data = '{{ ds }}'",
            "INSERT INTO cotacoes (data, moeda, taxa, fonte) "
            + ESCOLHIDAS
            + "SELECT '{{ ds }}', moeda, taxa, fonte FROM postas WHERE lugar = 1",
            "DELETE FROM quarentena WHERE data = '{{ ds }}'",
            "INSERT INTO quarentena (data, moeda, fonte, motivo, registro) SELECT data, moeda, fonte, situacao, registro "
            "FROM tmp_respostas WHERE data = '{{ ds }}' AND situacao IN ('tipo_invalido', 'fora_da_faixa')",
        ],
    )
    preparar >> perguntar("principal") >> perguntar("secundaria") >> conferir >> gravar
