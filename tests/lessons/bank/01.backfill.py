# %% errada: ainda não fez | Não há nenhuma execução de backfill
%%dag caju_diario.py
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

# %% errada: ainda não fez (2)
airflow.apagar_dag("caju_diario.py")
arquivo = """
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
airflow.escrever_dag("caju_diario.py", arquivo)
desafio("01.backfill", "caju_diario")

# %% errada: para antes do último dia | Falta o disparo de 2026-03-06
import time


def refazer(de, ate):
    airflow.ativar("caju_diario")
    pedido = {"dag_id": "caju_diario", "from_date": de, "to_date": ate, "reprocess_behavior": "completed"}
    backfill = airflow.api("POST", "/backfills", json=pedido)
    while not airflow.api("GET", f"/backfills/{backfill['id']}")["completed_at"]:
        time.sleep(1)


refazer("2026-03-02T00:00:00-03:00", "2026-03-06T00:00:00-03:00")
desafio("01.backfill", "caju_diario")

# %% errada: outro dag | é o dag id, entre aspas
desafio("01.backfill", "caju_resumo")

# %% certa
refazer("2026-03-02T00:00:00-03:00", "2026-03-06T23:59:59-03:00")
desafio("01.backfill", "caju_diario")

# %% errada: foi além | O backfill foi além do pedido
refazer("2026-03-07T00:00:00-03:00", "2026-03-07T23:59:59-03:00")
desafio("01.backfill", "caju_diario")
