import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import pendulum
from airflow.sdk import Variable, dag, task


@dag(schedule=None, start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"), catchup=False)
def visitas():
    @task
    def contar():
        pasta = Path(Variable.get("pasta_dados"))
        with (pasta / "visitas.csv").open(encoding="utf-8") as arquivo:
            total = sum(1 for _ in csv.DictReader(arquivo))
        with closing(sqlite3.connect(pasta / "armazem.db")) as banco, banco:
            banco.execute("DELETE FROM visitas")
            banco.execute("INSERT INTO visitas VALUES (?)", (total,))

    contar()


visitas()
