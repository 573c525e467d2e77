"""Vendas diárias da Rede Caju: o seu DAG vai aqui (o enunciado está no notebook do exercício)."""

import pendulum
from airflow.sdk import dag, task


@dag(dag_id="vendas_diarias", start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"))
def vendas_diarias():
    @task
    def comecar():
        print("Troque esta task pelo seu pipeline.")

    comecar()


vendas_diarias()
