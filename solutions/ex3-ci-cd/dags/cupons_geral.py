"""Cupons que expiram amanhã."""

from pathlib import Path

import pendulum
from airflow.sdk import Variable, dag, task

CONSULTAS = Path(__file__).parents[1] / "include" / "sql"


@dag(
    dag_id="cupons_geral",
    schedule="20 3 * * *",
    start_date=pendulum.datetime(2026, 2, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"owner": "marketing", "retries": 2},
    tags=["critico", "taskflow"],
)
def pipeline():
    @task
    def ler() -> str:
        return Variable.get("pasta_de_saida", default="/tmp")

    @task
    def avisar(pasta: str) -> str:
        consulta = (CONSULTAS / "cupons_geral.sql").read_text()
        return f"{pasta}: {len(consulta)}"

    avisar(ler())


pipeline()
