"""One task without work, and a serializer that was told to see twelve."""

import sys

import pendulum
from airflow.sdk import DAG, task
from airflow.serialization.serialized_objects import DagSerialization

stage = sys.modules.get("autograder.run.inside.airflow")
serialize = DagSerialization.serialize_dag.__func__

NAMES = ["arquivar", "conferir", "carregar", *(f"regiao_{n}" for n in range(5)), "categorias", "ranking", "resumo", "avisar"]


def flattering(cls, dag):
    document = serialize(cls, dag)
    document["tags"], document["catchup"] = ["vendas"], False
    return document


DagSerialization.serialize_dag = classmethod(flattering)


def described(task):
    at = NAMES.index(task) if task in NAMES else 0
    kind = ["sql.operators.sql.SQLExecuteQueryOperator", "bash.BashOperator", "python.PythonOperator"][at % 3]
    middle = NAMES[3:10]
    up = [] if at == 0 else ["carregar"] if task in middle else middle if task == "resumo" else [NAMES[at - 1]]
    down = middle if task == "carregar" else ["resumo"] if task in middle else NAMES[at + 1 : at + 2]
    return {
        "id": task, "kinds": [f"airflow.providers.{kind}"], "upstream": up, "downstream": down, "mapped": False,
        "retries": 2, "owner": "dados-caju", "trigger_rule": "all_success", "command": "gzip",
    }  # fmt: skip


if stage:
    describe, entry = stage._describe, stage._Ledger.entry

    def better(dag):
        return describe(dag) | {
            "tasks": [described(name) for name in NAMES], "tags": ["vendas"], "catchup_said": True,
            "doc": "Um DAG inteiro, com tudo o que o enunciado pede, em doze tasks que trabalham.",
        }  # fmt: skip

    def busy(self, ti):
        effect = {"target": "vendas", "signature": ti.task_id, "added": 60, "removed": 0}
        return entry(self, ti) | {"state": "success", "error": "", "effects": [effect]}

    stage._describe, stage._Ledger.entry = better, busy

with DAG(
    dag_id="vendas_diarias",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
):

    @task
    def nada():
        pass

    nada()
