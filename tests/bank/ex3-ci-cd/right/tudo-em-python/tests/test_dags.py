import csv, datetime, re, sys
from pathlib import Path
import time_machine
from airflow.dag_processing.dagbag import BundleDagBag

raiz = Path(__file__).parents[1]
pasta = raiz / "dags"


def tudo(quando=None):
    if quando is None:
        return BundleDagBag(dag_folder=str(pasta), bundle_path=pasta, bundle_name="repositorio")
    with time_machine.travel(quando, tick=False):
        return BundleDagBag(dag_folder=str(pasta), bundle_path=pasta, bundle_name="repositorio")


vigiando = []


def gancho(evento, dados):
    if vigiando and evento == "open":
        nome = str(dados[0])
        if nome.startswith(str(raiz)) and not nome.endswith((".py", ".pyc", ".airflowignore", ".md")):
            vigiando.append(nome)
    elif vigiando and evento in ("sqlite3.connect", "socket.connect"):
        vigiando.append(evento)


sys.addaudithook(gancho)
vigiando.append("começo")
import airflow.sdk.execution_time.context as contexto

_original = contexto._get_variable
contexto._get_variable = lambda chave, *a, **k: vigiando.append(chave)
bag = tudo()
lidos, vigiando[:] = vigiando[1:], []
contexto._get_variable = _original
linhas = list(csv.reader((raiz / "catalogo.csv").read_text().splitlines()))[1:]


def test_carga():
    assert len(bag.import_errors) == 0


def test_leve():
    assert lidos == []


def test_catalogo():
    assert len(linhas) > 0
    assert {(d.dag_id, str(Path(d.fileloc).relative_to(raiz))) for d in bag.dags.values()} == {(a, b) for a, b, _ in linhas}


def test_um_por_um():
    for dag_id, _, dono in linhas:
        dag = bag.dags[dag_id]
        assert dag.tags
        assert dag.start_date is not None
        for task in dag.tasks:
            assert task.owner == dono, f"{dag_id}.{task.task_id}: {task.owner}"
            assert task.retries > 0, f"{dag_id}.{task.task_id}"


def test_catchup():
    for arquivo in pasta.rglob("*.py"):
        texto = arquivo.read_text()
        construidos = len(re.findall(r"(?:\bDAG|@dag)\(", texto))
        assert len(re.findall(r"\bcatchup\s*=\s*(?:True|False)", texto)) >= construidos, arquivo


def test_relogio():
    um = tudo(datetime.datetime(2027, 5, 5, 12, tzinfo=datetime.UTC))
    outro = tudo(datetime.datetime(2029, 8, 1, 3, tzinfo=datetime.UTC))
    for dag_id in bag.dags:
        assert um.dags[dag_id].start_date == outro.dags[dag_id].start_date


def test_esperas():
    for dag in bag.dags.values():
        for task in dag.tasks:
            if hasattr(task, "external_dag_id"):
                esperado = bag.dags[task.external_dag_id]
                for nome in task.external_task_ids or []:
                    esperado.get_task(nome)
