"""Operators clássicos e só a biblioteca padrão: a task inteira repete, e o que já veio bom fica guardado em tmp_coleta."""

import json
import smtplib
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, BaseHook, RetryDecision, RetryPolicy, TriggerRule, Variable

SP = ZoneInfo("America/Sao_Paulo")
NUNCA = "nunca"


class FaltaGente(Exception):
    """Há moedas que ainda podem vir; `espera` é o maior Retry-After que se ouviu."""

    def __init__(self, quem, espera):
        super().__init__(f"ainda sem resposta: {quem}")
        self.espera = espera


class Paciente(RetryPolicy):
    def evaluate(self, exception, try_number, max_tries, context=None):
        espera = 15 * 2**try_number
        if isinstance(exception, FaltaGente):
            espera = max(espera, exception.espera)
        return RetryDecision.retry(delay=timedelta(seconds=espera))


def dia_de(context):
    return context["data_interval_end"].astimezone(SP).date()


def banco():
    conexao = BaseHook.get_connection("armazem").get_hook().get_conn()
    conexao.execute("CREATE TABLE IF NOT EXISTS tmp_coleta (dia, moeda, fonte, corpo)")
    return conexao


def abrir(**context):
    pedido = urllib.request.Request(Variable.get("fonte_principal") + "/sessoes", method="POST")
    with urllib.request.urlopen(pedido, timeout=3) as resposta:
        sessao = json.load(resposta)["sessao"]
    conexao = banco()
    conexao.execute("DELETE FROM tmp_coleta WHERE dia = ?", (str(dia_de(context)),))
    conexao.commit()
    conexao.close()
    return sessao


def coletar(fonte, so_faltantes=False, **context):
    dia, ti = str(dia_de(context)), context["ti"]
    base = Variable.get(f"fonte_{fonte}")
    cauda = "?sessao=" + ti.xcom_pull(task_ids="abrir") if fonte == "principal" else ""
    conexao = banco()
    pendentes, espera = [], 0
    for moeda, minimo, maximo in conexao.execute("SELECT moeda, minimo, maximo FROM moedas").fetchall():
        feitas = dict(
            conexao.execute("SELECT fonte, corpo FROM tmp_coleta WHERE dia = ? AND moeda = ?", (dia, moeda)).fetchall()
        )
        if fonte in feitas or (so_faltantes and motivo(feitas.get("principal"), minimo, maximo) == ""):
            continue
        try:
            with urllib.request.urlopen(f"{base}/{dia}/{moeda}{cauda}", timeout=2.5) as resposta:
                corpo = resposta.read().decode()
            json.loads(corpo)
        except urllib.error.HTTPError as erro:
            if erro.code < 429:
                corpo = NUNCA
            else:
                pendentes.append(f"{moeda} ({erro.code})")
                espera = max(espera, int(erro.headers.get("Retry-After") or 0))
                continue
        except Exception as erro:
            pendentes.append(f"{moeda} ({erro!r})")
            continue
        conexao.execute("INSERT INTO tmp_coleta VALUES (?, ?, ?, ?)", (dia, moeda, fonte, corpo))
        conexao.commit()
    conexao.close()
    if pendentes and ti.try_number <= ti.max_tries:
        raise FaltaGente(", ".join(pendentes), espera)
    return pendentes


def motivo(corpo, minimo, maximo):
    """'' para uma cotação boa, o motivo para um registro ruim, None quando não há registro."""
    if corpo is None or corpo == NUNCA:
        return None
    taxa = json.loads(corpo)["taxa"]
    if isinstance(taxa, bool) or not isinstance(taxa, (int, float)):
        return "tipo_invalido"
    return "" if minimo <= taxa <= maximo else "fora_da_faixa"


def gravar(**context):
    dia = dia_de(context)
    conexao = banco()
    conexao.isolation_level = None
    conexao.execute("BEGIN IMMEDIATE")
    try:
        conexao.execute("DELETE FROM cotacoes WHERE data = ?", (str(dia),))
        conexao.execute("DELETE FROM quarentena WHERE data = ?", (str(dia),))
        perdidas = []
        for moeda, minimo, maximo in conexao.execute("SELECT moeda, minimo, maximo FROM moedas").fetchall():
            gravada = False
            for fonte, corpo in conexao.execute(
                "SELECT fonte, corpo FROM tmp_coleta WHERE dia = ? AND moeda = ? ORDER BY fonte", (str(dia), moeda)
            ).fetchall():
                porque = motivo(corpo, minimo, maximo)
                if porque == "":
                    gravada = True
                    conexao.execute(
                        "INSERT INTO cotacoes VALUES (?, ?, ?, ?)", (str(dia), moeda, json.loads(corpo)["taxa"], fonte)
                    )
                elif porque:
                    conexao.execute("INSERT INTO quarentena VALUES (?, ?, ?, ?, ?)", (str(dia), moeda, fonte, porque, corpo))
            if not gravada:
                inseridas = conexao.execute(
                    """INSERT INTO cotacoes SELECT ?, moeda, taxa, 'cache' FROM cotacoes
                       WHERE moeda = ? AND data < ? AND julianday(?) - julianday(data) <= 7 ORDER BY data DESC LIMIT 1""",
                    (str(dia), moeda, str(dia), str(dia)),
                ).rowcount
                if not inseridas:
                    perdidas.append(moeda)
        if perdidas:
            raise RuntimeError("sem cotação: " + ", ".join(perdidas))
        conexao.execute("COMMIT")
    except BaseException as erro:
        conexao.execute("ROLLBACK")
        context["ti"].xcom_push(key="erro", value=str(erro))
        raise
    finally:
        conexao.close()


def fechar(ti):
    sessao = ti.xcom_pull(task_ids="abrir")
    pedido = urllib.request.Request(f"{Variable.get('fonte_principal')}/sessoes/{sessao}", method="DELETE")
    urllib.request.urlopen(pedido, timeout=3).close()


def conferir(ti):
    """A limpeza all_done é a última: sem esta task a execução ficaria verde em um dia ruim."""
    if ti.xcom_pull(task_ids="gravar", key="pronto") is None and ti.xcom_pull(task_ids="gravar") != "pronto":
        raise RuntimeError("nada foi gravado")


def avisar(context):
    ti = context["ti"]
    carta = EmailMessage()
    carta["From"], carta["To"] = "airflow@caju.example", Variable.get("email_plantao")
    carta["Subject"] = f"DAG {ti.dag_id} falhou na task {ti.task_id}"
    erro = ti.xcom_pull(task_ids=ti.task_id, key="erro") or "sem detalhe"
    carta.set_content(f"Dia: {dia_de(context):%d/%m/%Y}\nErro: {erro}\nLog: {ti.log_url}\n")
    correio = BaseHook.get_connection("smtp_default")
    with smtplib.SMTP(correio.host, correio.port) as servidor:
        servidor.send_message(carta)


with DAG(
    "cotacoes",
    schedule="0 7 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=SP),
    catchup=False,
    on_failure_callback=avisar,
    default_args={"owner": "compras"},
):
    sessao = PythonOperator(task_id="abrir", python_callable=abrir)
    um = PythonOperator(
        task_id="principal",
        python_callable=coletar,
        op_kwargs={"fonte": "principal"},
        retries=3,
        retry_policy=Paciente(),
    )
    dois = PythonOperator(
        task_id="secundaria",
        python_callable=coletar,
        op_kwargs={"fonte": "secundaria", "so_faltantes": True},
        retries=3,
        retry_policy=Paciente(),
    )
    tres = PythonOperator(task_id="gravar", python_callable=gravar, retries=1, retry_delay=timedelta(seconds=5))
    fim = PythonOperator(task_id="fechar", python_callable=fechar, trigger_rule=TriggerRule.ALL_DONE)
    sessao >> um >> dois >> tres
    um >> fim
