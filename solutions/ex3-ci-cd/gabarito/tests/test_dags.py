"""As regras da Rede Caju para os DAGs deste repositório, uma por teste."""

import ast
import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import airflow.sdk
import pytest
import time_machine
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor

RAIZ = Path(__file__).resolve().parents[1]
DAGS = RAIZ / "dags"
with open(RAIZ / "catalogo.csv", encoding="utf-8") as arquivo:
    CATALOGO = {linha["dag_id"]: linha for linha in csv.DictReader(arquivo)}


def carregar():
    return DagBag(dag_folder=DAGS)


@pytest.fixture(scope="session")
def sacola():
    return carregar()


@pytest.fixture(scope="session")
def tasks(sacola):
    return [(dag, task) for dag in sacola.dags.values() for task in dag.tasks]


def test_todo_arquivo_carrega(sacola):
    assert sacola.import_errors == {}


def test_os_dags_sao_os_do_catalogo(sacola):
    assert CATALOGO
    assert set(sacola.dags) == set(CATALOGO)


def test_cada_dag_mora_no_seu_arquivo(sacola):
    for dag_id, dag in sacola.dags.items():
        assert Path(dag.fileloc).resolve() == RAIZ / CATALOGO[dag_id]["arquivo"]


def test_nenhum_dag_id_se_repete():
    vezes = Counter()
    for arquivo in sorted(DAGS.rglob("*.py")):
        vezes.update(DagBag(dag_folder=arquivo).dags.keys())
    assert [dag_id for dag_id, quantas in vezes.items() if quantas > 1] == []


def test_o_dono_e_o_do_catalogo(tasks):
    assert [t.task_id for dag, t in tasks if t.owner != CATALOGO[dag.dag_id]["dono"]] == []


def test_todo_dag_tem_tags(sacola):
    assert [dag.dag_id for dag in sacola.dags.values() if not dag.tags] == []


def test_toda_task_tenta_de_novo(tasks):
    assert [t.task_id for _, t in tasks if not t.retries] == []


@pytest.mark.parametrize("arquivo", sorted(DAGS.rglob("*.py")), ids=lambda arquivo: arquivo.name)
def test_catchup_e_dito(arquivo):
    for no in ast.walk(ast.parse(arquivo.read_text(encoding="utf-8"))):
        if isinstance(no, ast.Call) and ast.unparse(no.func) in ("DAG", "dag"):
            assert "catchup" in {dito.arg for dito in no.keywords}, ast.unparse(no)


def test_a_start_date_nao_anda(sacola):
    with time_machine.travel(datetime.now(UTC) + timedelta(days=40)):
        depois = carregar()
    for dag_id, dag in sacola.dags.items():
        assert dag.start_date, dag_id
        assert depois.dags[dag_id].start_date == dag.start_date


def test_carregar_nao_le_nada(monkeypatch):
    def proibido(*args, **kwargs):
        raise AssertionError("isto só pode acontecer dentro de uma task")

    monkeypatch.setattr(airflow.sdk.Variable, "get", proibido)
    monkeypatch.setattr(airflow.sdk.Connection, "get", proibido)
    for nome in ("read_text", "read_bytes", "write_text", "open"):
        monkeypatch.setattr(Path, nome, proibido)
    monkeypatch.setattr("sqlite3.connect", proibido)
    monkeypatch.setattr("socket.socket.connect", proibido)
    assert carregar().import_errors == {}


def test_quem_espera_espera_algo_que_existe(sacola, tasks):
    for _, task in tasks:
        if isinstance(task, ExternalTaskSensor):
            outro = sacola.dags.get(task.external_dag_id)
            assert outro, task.external_dag_id
            for esperada in task.external_task_ids or []:
                assert esperada in outro.task_ids
