"""O vigia da Rede Caju: o seu DAG vai aqui (o enunciado está no notebook do exercício)."""

import pendulum
from airflow.sdk import dag, task
from monitoramento import metricas


@dag(dag_id="vigia", start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"))
def vigia():
    @task
    def verificar():
        print("Troque esta task pelo seu vigia. As suas métricas estão em", metricas.__name__)

    verificar()


vigia()
