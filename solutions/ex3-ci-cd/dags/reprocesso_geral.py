"""Reprocessa uma loja, à mão."""

from datetime import UTC, datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param

dag = DAG(
    "reprocesso_geral",
    schedule=None,
    start_date=datetime(2026, 3, 1, tzinfo=UTC),
    catchup=False,
    tags=["critico"],
    params={"loja": Param(1, type="integer")},
)
comeco = EmptyOperator(task_id="limpar", owner="lojas", retries=3, dag=dag)
fim = EmptyOperator(task_id="avisar", owner="lojas", retries=1, dag=dag)
comeco >> fim
