import os
import sqlite3

import pendulum
from airflow.sdk import dag, task


@dag(dag_id="usual", schedule="0 2 * * *", start_date=pendulum.datetime(2026, 1, 1), catchup=False)
def usual():
    @task
    def extract():
        return [1, 2, 3]

    @task
    def part(rows, n):
        return sum(rows) * n

    @task
    def load(values):
        with sqlite3.connect(os.environ["WAREHOUSE"]) as db:
            db.execute("CREATE TABLE IF NOT EXISTS totals (value INTEGER)")
            db.executemany("INSERT INTO totals VALUES (?)", [(v,) for v in values])

    rows = extract()
    load([part.override(task_id=f"part_{n}")(rows, n) for n in range(8)])


usual()
