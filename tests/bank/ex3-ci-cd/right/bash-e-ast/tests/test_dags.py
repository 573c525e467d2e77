import ast
import csv
import pathlib
from collections import defaultdict

from airflow.dag_processing.dagbag import DagBag

ROOT = pathlib.Path(__file__).resolve().parent.parent
bag = DagBag(dag_folder=str(ROOT / "dags"))
catalogo = {l["dag_id"]: l for l in csv.DictReader(open(ROOT / "catalogo.csv"))}
trees = {p: ast.parse(p.read_text()) for p in (ROOT / "dags").glob("*.py")}


def test_dagbag():
    assert bag.import_errors == {} and len(bag.dags) > 0


def test_nomes():
    por_arquivo = defaultdict(set)
    for linha in catalogo.values():
        por_arquivo[linha["arquivo"]].add(linha["dag_id"])
    for caminho in trees:
        so_este = DagBag(dag_folder=str(caminho))
        assert set(so_este.dags) == por_arquivo.pop(str(caminho.relative_to(ROOT)), set()), caminho
    assert not por_arquivo


def test_cada_task():
    for d in bag.dags.values():
        for t in d.tasks:
            assert t.owner and t.owner not in ("airflow", "", None)
            assert t.owner == catalogo[d.dag_id]["dono"]
            assert t.retries


def test_tags():
    for d in bag.dags.values():
        assert d.tags


class Carga(ast.NodeVisitor):
    """Visita só o que roda na carga do arquivo."""

    def __init__(self):
        self.chamadas = []

    def visit_FunctionDef(self, no):
        for enfeite in no.decorator_list:
            self.visit(enfeite)
        if any(ast.unparse(e).startswith("dag") for e in no.decorator_list):
            for filho in no.body:
                self.visit(filho)

    def visit_Lambda(self, no):
        pass

    def visit_Call(self, no):
        self.chamadas.append(no)
        self.generic_visit(no)


def test_texto():
    for caminho, tree in trees.items():
        carga = Carga()
        carga.visit(tree)
        for chamada in carga.chamadas:
            funcao = ast.unparse(chamada.func)
            ultimo = funcao.split(".")[-1]
            assert ultimo not in ("read_text", "read_bytes", "open", "connect", "get_connection", "now", "today", "utcnow"), caminho
            assert not funcao.endswith(("Variable.get", "Connection.get"))
            if ultimo in ("DAG", "dag"):
                palavras = [k.arg for k in chamada.keywords]
                assert "catchup" in palavras and "start_date" in palavras


def test_esperas():
    existe = {(d.dag_id, t.task_id) for d in bag.dags.values() for t in d.tasks}
    for tree in trees.values():
        for no in ast.walk(tree):
            if isinstance(no, ast.Call) and ast.unparse(no.func).endswith("ExternalTaskSensor"):
                p = {k.arg: ast.literal_eval(k.value) for k in no.keywords}
                assert p["external_dag_id"] in bag.dags
                quais = p.get("external_task_ids") or ([p["external_task_id"]] if p.get("external_task_id") else [])
                assert all((p["external_dag_id"], q) in existe for q in quais)
