# %% certa
import time

from curso.licao import desafio, servico

airflow = servico("airflow")
ARQUIVO = """
import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="caju_diario",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
)
def caju_diario():
    @task
    def fechar():
        pass

    fechar()


caju_diario()
"""


def recomecar():
    airflow.escrever_dag("caju_diario.py", ARQUIVO)
    airflow.ativar("caju_diario")
    for execucao in airflow.execucoes("caju_diario"):
        execucao.esperar()
        if execucao.tipo == "backfill":
            airflow.api("DELETE", f"/dags/caju_diario/dagRuns/{execucao.id}", expect=(204, 404))


def refazer(de, ate):
    pedido = {"dag_id": "caju_diario", "from_date": de, "to_date": ate}
    for _ in range(60):
        try:
            backfill = airflow.api("POST", "/backfills", json=pedido)
            break
        except Exception as recusa:
            if "locked" not in str(recusa) and "already" not in str(recusa):
                raise
            time.sleep(1)
    for execucao in airflow.execucoes("caju_diario"):
        execucao.esperar()
    airflow.api("PUT", f"/backfills/{backfill['id']}/cancel", expect=(200, 409))  # todas terminaram: feche já


recomecar()
refazer("2026-03-02T00:00:00-03:00", "2026-03-06T23:59:59-03:00")
desafio("01b.backfill", "caju_diario")

# %% errada: ainda não fez | Não há nenhuma execução de backfill
import time

from curso.licao import desafio, servico

airflow = servico("airflow")
ARQUIVO = """
import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="caju_diario",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
)
def caju_diario():
    @task
    def fechar():
        pass

    fechar()


caju_diario()
"""


def recomecar():
    airflow.escrever_dag("caju_diario.py", ARQUIVO)
    airflow.ativar("caju_diario")
    for execucao in airflow.execucoes("caju_diario"):
        execucao.esperar()
        if execucao.tipo == "backfill":
            airflow.api("DELETE", f"/dags/caju_diario/dagRuns/{execucao.id}", expect=(204, 404))


def refazer(de, ate):
    pedido = {"dag_id": "caju_diario", "from_date": de, "to_date": ate}
    for _ in range(60):
        try:
            backfill = airflow.api("POST", "/backfills", json=pedido)
            break
        except Exception as recusa:
            if "locked" not in str(recusa) and "already" not in str(recusa):
                raise
            time.sleep(1)
    for execucao in airflow.execucoes("caju_diario"):
        execucao.esperar()
    airflow.api("PUT", f"/backfills/{backfill['id']}/cancel", expect=(200, 409))  # todas terminaram: feche já


recomecar()
desafio("01b.backfill", "caju_diario")

# %% errada: para antes do último dia | Falta o disparo de 2026-03-06
import time

from curso.licao import desafio, servico

airflow = servico("airflow")
ARQUIVO = """
import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="caju_diario",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
)
def caju_diario():
    @task
    def fechar():
        pass

    fechar()


caju_diario()
"""


def recomecar():
    airflow.escrever_dag("caju_diario.py", ARQUIVO)
    airflow.ativar("caju_diario")
    for execucao in airflow.execucoes("caju_diario"):
        execucao.esperar()
        if execucao.tipo == "backfill":
            airflow.api("DELETE", f"/dags/caju_diario/dagRuns/{execucao.id}", expect=(204, 404))


def refazer(de, ate):
    pedido = {"dag_id": "caju_diario", "from_date": de, "to_date": ate}
    for _ in range(60):
        try:
            backfill = airflow.api("POST", "/backfills", json=pedido)
            break
        except Exception as recusa:
            if "locked" not in str(recusa) and "already" not in str(recusa):
                raise
            time.sleep(1)
    for execucao in airflow.execucoes("caju_diario"):
        execucao.esperar()
    airflow.api("PUT", f"/backfills/{backfill['id']}/cancel", expect=(200, 409))  # todas terminaram: feche já


recomecar()
refazer("2026-03-02T00:00:00-03:00", "2026-03-06T00:00:00-03:00")
desafio("01b.backfill", "caju_diario")

# %% errada: foi além | O backfill foi além do pedido
import time

from curso.licao import desafio, servico

airflow = servico("airflow")
ARQUIVO = """
import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="caju_diario",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
)
def caju_diario():
    @task
    def fechar():
        pass

    fechar()


caju_diario()
"""


def recomecar():
    airflow.escrever_dag("caju_diario.py", ARQUIVO)
    airflow.ativar("caju_diario")
    for execucao in airflow.execucoes("caju_diario"):
        execucao.esperar()
        if execucao.tipo == "backfill":
            airflow.api("DELETE", f"/dags/caju_diario/dagRuns/{execucao.id}", expect=(204, 404))


def refazer(de, ate):
    pedido = {"dag_id": "caju_diario", "from_date": de, "to_date": ate}
    for _ in range(60):
        try:
            backfill = airflow.api("POST", "/backfills", json=pedido)
            break
        except Exception as recusa:
            if "locked" not in str(recusa) and "already" not in str(recusa):
                raise
            time.sleep(1)
    for execucao in airflow.execucoes("caju_diario"):
        execucao.esperar()
    airflow.api("PUT", f"/backfills/{backfill['id']}/cancel", expect=(200, 409))  # todas terminaram: feche já


recomecar()
refazer("2026-03-01T00:00:00-03:00", "2026-03-06T23:59:59-03:00")
desafio("01b.backfill", "caju_diario")
