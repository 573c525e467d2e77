"""Cada regra é uma função de DAGs para problemas; o teste pede que não haja nenhum."""

import csv
import os
from datetime import timedelta
from pathlib import Path

import pendulum
import pytest
import time_machine
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import BaseHook, Variable

os.chdir(Path(__file__).parents[1])


def catalogo():
    with open("catalogo.csv") as arquivo:
        return {linha["dag_id"]: linha for linha in csv.DictReader(arquivo)}


def carrega(**ambiente):
    with pytest.MonkeyPatch.context() as remendo:
        for nome, valor in ambiente.items():
            remendo.setenv(nome, valor)
        return DagBag("dags")


@pytest.fixture(scope="module")
def dags():
    bag = carrega()
    assert not bag.import_errors, bag.import_errors
    return bag.dags


def sem_dono(dags):
    quem = catalogo()
    return [t for d in dags.values() for t in d.tasks if t.owner != quem.get(d.dag_id, {}).get("dono")]


def sem_retry(dags):
    return [t for d in dags.values() for t in d.tasks if t.retries < 1]


def sem_tag(dags):
    return [d for d in dags.values() if not list(d.tags)]


def fora_do_catalogo(dags):
    return set(dags) ^ set(catalogo())


def em_outro_arquivo(dags):
    onde = {d: str(Path(dag.fileloc).resolve().relative_to(Path.cwd().resolve())) for d, dag in dags.items()}
    return {d for d, arquivo in onde.items() if catalogo()[d]["arquivo"] != arquivo}


def espera_ninguem(dags):
    ruins = []
    for dag in dags.values():
        for task in dag.tasks:
            alvo = getattr(task, "external_dag_id", None)
            if alvo is not None:
                ruins += [alvo] if alvo not in dags else [x for x in task.external_task_ids or [] if not dags[alvo].has_task(x)]
    return ruins


def sem_data(dags):
    return [d for d in dags.values() if d.start_date is None]


REGRAS = [sem_dono, sem_retry, sem_tag, fora_do_catalogo, em_outro_arquivo, espera_ninguem, sem_data]


@pytest.mark.parametrize("regra", REGRAS, ids=lambda regra: regra.__name__)
def test_regra(regra, dags):
    assert dags
    assert not regra(dags)


def test_catchup_nao_depende_do_padrao():
    com = carrega(AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT="True").dags
    sem = carrega(AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT="False").dags
    assert {d for d in sem if com[d].catchup != sem[d].catchup} == set()


@pytest.mark.parametrize("dias", [1, 45, 400])
def test_datas_fixas(dias, dags):
    with time_machine.travel(pendulum.now() + timedelta(days=dias)):
        la = carrega().dags
    assert {d: dag.start_date for d, dag in la.items()} == {d: dag.start_date for d, dag in dags.items()}


def test_nao_le(monkeypatch):
    lidos = []
    aberto = open

    def espia(nome, *resto, **mais):
        if "include" in str(nome) or str(nome).endswith((".csv", ".sql", ".json", ".db")):
            lidos.append(nome)
        return aberto(nome, *resto, **mais)

    monkeypatch.setattr("builtins.open", espia)
    monkeypatch.setattr("io.open", espia)
    monkeypatch.setattr(Variable, "get", lambda *a, **k: lidos.append("Variable"))
    monkeypatch.setattr(BaseHook, "get_connection", lambda *a, **k: lidos.append("connection"))
    carrega()
    assert lidos == []
