"""What a stage runs once before it opens: a little of all that pipelines do (see `airflow.rehearse`)."""

from typing import Any

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Variable, dag, task


@dag(dag_id="ensaio", schedule="0 2 * * *", start_date=pendulum.datetime(2026, 1, 1, tz="UTC"), catchup=False)  # type: ignore[untyped-decorator]
def rehearsal() -> None:
    @task
    def push() -> list[int]:
        return [int(Variable.get("ensaio")), 2]

    @task.branch
    def choose(numbers: list[int]) -> str:
        return "double"

    @task
    def double(number: int) -> int:
        return 2 * number

    def fail_once(ti: Any = None) -> None:
        if ti.try_number == 1:
            raise RuntimeError

    numbers = push()
    table = SQLExecuteQueryOperator(
        task_id="table",
        conn_id="ensaio",
        sql=["CREATE TABLE t (day TEXT)", "INSERT INTO t VALUES ('{{ ds }}')"],
    )
    say = BashOperator(task_id="say", bash_command="true {{ var.value.ensaio }}")
    doubled = double.expand(number=numbers)
    choose(numbers) >> [doubled, say] >> table >> task(retries=1)(fail_once)()


rehearsal()
