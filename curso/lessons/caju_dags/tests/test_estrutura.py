"""Nível 2: a agenda, as setas e o que toda task precisa ter."""

import pytest
from airflow.dag_processing.dagbag import DagBag


@pytest.fixture(scope="module")
def dag():
    return DagBag("dags").dags["vendas_por_loja"]


def test_agenda(dag):
    assert dag.schedule == "0 6 * * *"
    assert str(dag.timezone) == "America/Sao_Paulo"


def test_setas(dag):
    assert {task.task_id: task.upstream_task_ids for task in dag.tasks} == {
        "ler": set(),
        "somar": {"ler"},
        "gravar": {"somar"},
    }


def test_toda_task_tem_dono_e_retry(dag):
    assert [task.task_id for task in dag.tasks if task.owner == "airflow" or not task.retries] == []
