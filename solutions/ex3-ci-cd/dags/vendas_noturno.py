"""Carrega as vendas do dia."""

import pendulum
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def extrair(ds: str) -> None:
    print(f"lendo o arquivo de {ds}")


def conferir(ds: str) -> None:
    print(f"conferindo {ds}")


with DAG(
    dag_id="vendas_noturno",
    schedule="5 6 * * *",
    start_date=pendulum.datetime(2026, 2, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"owner": "marketing", "retries": 2},
    tags=["critico"],
) as dag:
    primeira = PythonOperator(task_id="validar", python_callable=extrair)
    segunda = PythonOperator(task_id="extrair", python_callable=conferir)
    terceira = PythonOperator(task_id="resumir", python_callable=conferir)
    primeira >> segunda >> terceira
