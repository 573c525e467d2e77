"""Nível 4: o DAG inteiro, uma execução, em um processo só."""

import json

import pendulum
import pytest
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db


@pytest.fixture
def dag():
    bag = DagBag("dags")
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(bag, "dags-folder", None)
    return bag.dags["vendas_por_loja"]


def test_um_dia_inteiro(dag, tmp_path, monkeypatch):
    monkeypatch.setenv("CAJU_DADOS", str(tmp_path))
    (tmp_path / "2026-03-10.csv").write_text(
        "loja;valor;situacao\nRecife;20,00;paga\nBelém;1.249,90;paga\nBelém;0,10;paga\nRecife;5,00;cancelada\n",
        encoding="utf-8",
    )
    execucao = dag.test(logical_date=pendulum.datetime(2026, 3, 10, 9))
    assert execucao.state == "success"
    gravado = json.loads((tmp_path / "totais_2026-03-10.json").read_text(encoding="utf-8"))
    assert gravado == {"Belém": 125000, "Recife": 2000}
