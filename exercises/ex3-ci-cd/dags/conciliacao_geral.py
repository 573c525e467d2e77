"""Concilia vendas e recebimentos."""

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG(
    dag_id="conciliacao_geral",
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 2, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"owner": "marketing", "retries": 3},
    tags=["rede"],
):
    carga = ExternalTaskSensor(
        task_id="esperar_carga",
        external_dag_id="vendas_noturno",
        external_task_id="resumir",
        mode="reschedule",
    )
    outra = ExternalTaskSensor(
        task_id="esperar_coleta",
        external_dag_id="notas_geral",
        external_task_ids=["coleta.baixar", "coleta.compactar"],
        mode="reschedule",
    )
    tudo = ExternalTaskSensor(task_id="esperar_tudo", external_dag_id="cupons_geral", mode="reschedule")
    [carga, outra, tudo] >> EmptyOperator(task_id="ler")
