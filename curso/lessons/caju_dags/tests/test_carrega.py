"""Nível 1: todo arquivo carrega, e os DAGs que existem são os que devem existir."""

from airflow.dag_processing.dagbag import DagBag

ESPERADOS = {"vendas_por_loja"}


def test_todo_arquivo_carrega():
    bag = DagBag("dags")
    assert bag.import_errors == {}
    assert set(bag.dag_ids) == ESPERADOS
