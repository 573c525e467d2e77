import csv
import importlib
import os
import subprocess
import sys
import unittest
from pathlib import Path

RAIZ = Path(__file__).parent.parent
SONDA = """
import json, sys
from datetime import datetime, timedelta, timezone
import time_machine
from airflow.dag_processing.dagbag import DagBag

dias = int(sys.argv[1])
visto = []
def escuta(evento, argumentos):
    if evento == "open" and not str(argumentos[0]).endswith((".py", ".pyc", ".cfg")) and "/include/" in str(argumentos[0]):
        visto.append(str(argumentos[0]))
    elif evento in ("socket.connect", "sqlite3.connect"):
        visto.append(evento)
sys.addaudithook(escuta)
import airflow.sdk
airflow.sdk.Variable.get = lambda *a, **k: visto.append("Variable")
airflow.sdk.Connection.get = lambda *a, **k: visto.append("Connection")
with time_machine.travel(datetime.now(timezone.utc) + timedelta(days=dias)):
    sacola = DagBag(sys.argv[2])
print("RESULTADO" + json.dumps({
    "erros": sorted(sacola.import_errors),
    "visto": visto,
    "dags": {
        d.dag_id: {
            "inicio": str(d.start_date), "tags": sorted(d.tags), "arquivo": d.fileloc,
            "tasks": {t.task_id: [t.owner, t.retries, getattr(t, "external_dag_id", None),
                                  list(getattr(t, "external_task_ids", None) or [])] for t in d.tasks},
        } for d in sacola.dags.values()
    },
}))
"""


def sondar(dias):
    feito = subprocess.run(
        [sys.executable, "-c", SONDA, str(dias), str(RAIZ / "dags")], capture_output=True, text=True, check=True
    )
    (linha,) = [l for l in feito.stdout.splitlines() if l.startswith("RESULTADO")]
    return importlib.import_module("json").loads(linha.removeprefix("RESULTADO"))


class Regras(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hoje, cls.depois = sondar(0), sondar(33)
        with open(RAIZ / "catalogo.csv", newline="") as f:
            cls.catalogo = list(csv.DictReader(f))

    def test_carrega(self):
        self.assertEqual(self.hoje["erros"], [])

    def test_catalogo(self):
        self.assertGreater(len(self.catalogo), 0)
        self.assertCountEqual(self.hoje["dags"], [linha["dag_id"] for linha in self.catalogo])
        for linha in self.catalogo:
            self.assertTrue(os.path.samefile(self.hoje["dags"][linha["dag_id"]]["arquivo"], RAIZ / linha["arquivo"]))

    def test_tasks(self):
        donos = {linha["dag_id"]: linha["dono"] for linha in self.catalogo}
        for nome, dag in self.hoje["dags"].items():
            self.assertTrue(dag["tags"], nome)
            for task, (dono, vezes, espera, quais) in dag["tasks"].items():
                with self.subTest(dag=nome, task=task):
                    self.assertEqual(dono, donos[nome])
                    self.assertGreaterEqual(vezes, 1)
                    if espera:
                        self.assertIn(espera, self.hoje["dags"])
                        self.assertLessEqual(set(quais), set(self.hoje["dags"][espera]["tasks"]))

    def test_datas(self):
        for nome, dag in self.hoje["dags"].items():
            self.assertNotEqual(dag["inicio"], "None")
            self.assertEqual(dag["inicio"], self.depois["dags"][nome]["inicio"], nome)

    def test_leve(self):
        self.assertEqual(self.hoje["visto"], [])

    def test_catchup_dito(self):
        for arquivo in (RAIZ / "dags").glob("*.py"):
            self.assertIn("catchup=", arquivo.read_text(), arquivo.name)
