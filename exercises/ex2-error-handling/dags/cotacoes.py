"""Cotações das moedas em que a Rede Caju compra: o seu DAG vai aqui (o enunciado está no notebook do exercício)."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="cotacoes", schedule="0 7 * * *", start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo")
)
def cotacoes():
    @task
    def comecar():
        print("Troque esta task pelo seu pipeline.")

    comecar()


cotacoes()
