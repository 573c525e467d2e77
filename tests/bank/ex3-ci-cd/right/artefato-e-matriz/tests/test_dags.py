from __future__ import annotations

import ast
import csv
import os
from pathlib import Path
from unittest import mock

import pytest
from airflow.dag_processing.dagbag import DagBag

HERE = Path(__file__).resolve()
REPO = HERE.parent.parent
FILES = sorted((REPO / "dags").rglob("*.py"))
MOVING = {"now", "today", "utcnow", "yesterday", "days_ago", "tomorrow"}
READING = {"read_text", "read_bytes", "open", "read_csv", "connect", "get_connection", "urlopen", "get_uri"}


def pytest_generate_tests(metafunc):
    if "arvore" in metafunc.fixturenames:
        assert FILES
        metafunc.parametrize("arvore", FILES, ids=[f.stem for f in FILES], indirect=True)


@pytest.fixture
def arvore(request):
    return ast.parse(request.param.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bag():
    return DagBag(str(REPO / "dags"))


@pytest.fixture(scope="module")
def rows():
    return list(csv.DictReader((REPO / "catalogo.csv").open(encoding="utf-8")))


def chamadas(no):
    return [n for n in ast.walk(no) if isinstance(n, ast.Call)]


def nome(chamada):
    alvo = chamada.func
    return alvo.attr if isinstance(alvo, ast.Attribute) else getattr(alvo, "id", "")


def na_carga(no):
    """O que roda ao carregar: tudo, menos o corpo das funções que não são @dag."""
    for filho in ast.iter_child_nodes(no):
        if isinstance(filho, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            enfeites = getattr(filho, "decorator_list", [])
            if not any("dag" == ast.unparse(e).split("(")[0] for e in enfeites):
                yield from enfeites
                continue
        yield filho
        yield from na_carga(filho)


def test_imports(bag):
    assert not bag.import_errors, "\n".join(bag.import_errors.values())


def test_catalogue(bag, rows):
    assert sorted(bag.dag_ids) == sorted(r["dag_id"] for r in rows) and rows


@pytest.mark.usefixtures("bag")
class TestConventions:
    def test_owner(self, bag, rows):
        for r in rows:
            assert {t.owner for t in bag.dags[r["dag_id"]].tasks} == {r["dono"]}

    def test_retries(self, bag):
        assert all((t.retries or 0) > 0 for d in bag.dags.values() for t in d.tasks)

    def test_tags(self, bag):
        assert all(len(d.tags) for d in bag.dags.values())


def test_catchup_and_dates(arvore):
    for c in chamadas(arvore):
        if nome(c) in ("DAG", "dag"):
            ditos = {k.arg: k.value for k in c.keywords}
            assert "catchup" in ditos
            assert "start_date" in ditos
            assert not MOVING & {nome(x) for x in chamadas(ditos["start_date"])}


def test_light(arvore):
    for no in na_carga(arvore):
        if isinstance(no, ast.Call):
            assert nome(no) not in READING, ast.unparse(no)
            assert not ast.unparse(no.func).startswith(("Variable.", "Connection.", "requests.", "os.listdir"))


def test_sensors(bag):
    for d in bag.dags.values():
        for t in d.tasks:
            if t.task_type == "ExternalTaskSensor":
                assert t.external_dag_id in bag.dags
                assert set(t.external_task_ids or ()) <= set(bag.dags[t.external_dag_id].task_dict)
