"""Escala os turnos de cada região."""

import pendulum
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(regiao: str) -> None:
    print(f"somando {regiao}")


for regiao in ("centro", "sudeste"):
    with DAG(
        dag_id=f"turnos_por_loja_{regiao}",
        schedule="30 5 * * *",
        start_date=pendulum.datetime(2026, 3, 1, tz="America/Sao_Paulo"),
        catchup=False,
        default_args={"owner": "lojas", "retries": 3},
        tags=["diario", regiao],
    ):
        PythonOperator(task_id="validar", python_callable=somar, op_kwargs={"regiao": regiao})
