import ast
import csv
import datetime
import io
import os
import sys
import unittest
import unittest.mock
from pathlib import Path

import time_machine
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor

RAIZ = Path(__file__).resolve().parents[1]
FONTES = sorted((RAIZ / "dags").glob("**/*.py"))


def sacolas():
    """Um DagBag por arquivo: assim se sabe de quem é cada DAG e cada erro."""
    return {fonte: DagBag(fonte, safe_mode=False) for fonte in FONTES}


class Regras(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ouvido = set()
        cls.ligado = True
        sys.addaudithook(cls.ouvir)
        cls.sacolas = sacolas()
        cls.ligado = False
        texto = (RAIZ / "catalogo.csv").read_text(encoding="utf-8")
        cls.catalogo = list(csv.reader(io.StringIO(texto)))[1:]
        cls.dags = {i: d for s in cls.sacolas.values() for i, d in s.dags.items()}

    @classmethod
    def ouvir(cls, evento, args):
        if not cls.ligado:
            return
        if evento == "open" and isinstance(args[0], (str, bytes, os.PathLike)):
            caminho = os.path.abspath(os.fsdecode(args[0]))
            if caminho.startswith(f"{RAIZ}/") and not caminho.startswith((f"{RAIZ}/dags/", f"{RAIZ}/tests/")):
                cls.ouvido.add(f"abriu {caminho}")
            elif caminho.startswith(f"{RAIZ}/dags/") and not caminho.endswith((".py", ".pyc", ".airflowignore")):
                if "airflow/" not in sys._getframe(1).f_code.co_filename:
                    cls.ouvido.add(f"abriu {caminho}")
        elif evento in ("sqlite3.connect", "socket.connect", "socket.getaddrinfo", "socket.sendto"):
            cls.ouvido.add(evento)

    def test_carga(self):
        self.assertTrue(FONTES)
        for fonte, sacola in self.sacolas.items():
            with self.subTest(fonte.name):
                self.assertFalse(sacola.import_errors)

    def test_catalogo_e_repeticao(self):
        achados = [(i, str(f.relative_to(RAIZ))) for f, s in self.sacolas.items() for i in s.dags]
        self.assertCountEqual(achados, [(i, arquivo) for i, arquivo, _ in self.catalogo])

    def test_ids_escritos_duas_vezes(self):
        """Em um arquivo o Airflow fica com o último, calado; aqui se contam os dag_id escritos por extenso."""
        for fonte in FONTES:
            ids = [
                palavra.value.value
                for no in self.arvore(fonte)
                if isinstance(no, ast.Call)
                for palavra in no.keywords
                if palavra.arg == "dag_id" and isinstance(palavra.value, ast.Constant)
            ]
            self.assertEqual(len(ids), len(set(ids)))

    def test_donos_e_retries(self):
        donos = {i: dono for i, _, dono in self.catalogo}
        for i, dag in self.dags.items():
            for task in dag.tasks:
                with self.subTest(dag=i, task=task.task_id):
                    self.assertEqual(task.owner, donos.get(i))
                    self.assertGreaterEqual(task.retries, 1)

    def test_tags(self):
        self.assertTrue(all(dag.tags for dag in self.dags.values()))

    @staticmethod
    def arvore(fonte):
        try:
            return list(ast.walk(ast.parse(fonte.read_bytes())))
        except SyntaxError:
            return []

    def test_catchup_por_escrito(self):
        for fonte in FONTES:
            nos = self.arvore(fonte)
            for no in nos:
                chamadas = [no] if isinstance(no, ast.Call) else []
                sem_parenteses = [
                    d for d in getattr(no, "decorator_list", []) if not isinstance(d, ast.Call)
                ]
                for chamada in chamadas + sem_parenteses:
                    alvo = getattr(chamada, "func", chamada)
                    if ast.unparse(alvo).split(".")[-1] in ("DAG", "dag"):
                        palavras = getattr(chamada, "keywords", [])
                        dito = any(p.arg == "catchup" for p in palavras) or (
                            any(p.arg is None for p in palavras)
                            and any(isinstance(n, ast.Constant) and n.value == "catchup" for n in nos)
                        )
                        with self.subTest(f"{fonte.name}:{chamada.lineno}"):
                            self.assertTrue(dito)

    def test_datas(self):
        for quando in ("2027-01-01", "2031-07-19"):
            with time_machine.travel(datetime.datetime.fromisoformat(quando)):
                outras = {i: d for s in sacolas().values() for i, d in s.dags.items()}
            for i, dag in self.dags.items():
                with self.subTest(dag=i, quando=quando):
                    self.assertIsNotNone(dag.start_date)
                    self.assertEqual(dag.start_date, outras[i].start_date)

    def test_leveza(self):
        self.assertEqual(self.ouvido, set())

    def test_leveza_do_airflow(self):
        """Variable e connection podem vir do ambiente, sem abrir nada: troque-as por um erro."""
        import airflow.sdk

        def recusar(*args, **kwargs):
            raise AssertionError("não na carga")

        with unittest.mock.patch.multiple(airflow.sdk.Variable, get=recusar):
            with unittest.mock.patch.multiple(airflow.sdk.Connection, get=recusar):
                with unittest.mock.patch.multiple(airflow.sdk.BaseHook, get_connection=recusar):
                    for fonte, sacola in sacolas().items():
                        self.assertFalse(sacola.import_errors, fonte)

    def test_sensores(self):
        for dag in self.dags.values():
            for task in filter(lambda t: isinstance(t, ExternalTaskSensor), dag.tasks):
                with self.subTest(task=task):
                    self.assertIn(task.external_dag_id, self.dags)
                    for esperada in task.external_task_ids or []:
                        self.assertIn(esperada, self.dags[task.external_dag_id].task_dict)
