import sqlite3

import pendulum
from airflow.models.dag import DAG
from airflow.providers.standard.operators.python import PythonOperator


def contar(pasta):
    with open(f"{pasta}/visitas.csv") as arquivo:
        total = len(arquivo.read().splitlines()) - 1
    banco = sqlite3.connect(f"{pasta}/armazem.db")
    banco.executescript(f"BEGIN; DELETE FROM visitas; INSERT INTO visitas VALUES ({total}); COMMIT;")
    banco.close()


with DAG("visitas", schedule=None, start_date=pendulum.datetime(2026, 1, 1), catchup=False) as dag:
    PythonOperator(task_id="contar", python_callable=contar, op_args=["{{ var.value.pasta_dados }}"])
