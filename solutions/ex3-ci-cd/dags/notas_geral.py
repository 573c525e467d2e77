"""Baixa as notas fiscais."""

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, TaskGroup

with DAG(
    dag_id="notas_geral",
    schedule="5 4 * * *",
    start_date=pendulum.datetime(2026, 3, 1, tz="America/Sao_Paulo"),
    catchup=True,
    max_active_runs=1,
    default_args={"owner": "lojas"},
    tags={"rede"},
):
    with TaskGroup(group_id="coleta"):
        baixar = BashOperator(task_id="baixar", bash_command="echo {{ var.value.origem }}", retries=4)
        compactar = BashOperator(task_id="compactar", bash_command="echo ok", retries=1)
        baixar >> compactar
    fim = BashOperator(task_id="somar", bash_command="echo fim", retries=4)
    compactar >> fim
