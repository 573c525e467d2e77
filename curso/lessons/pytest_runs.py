"""pytest, and any Python code, run for real on a folder in a process whose orchestrators have homes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.run.adapters import airflow_template
from curso.show.table import Tabela

SECONDS = 240.0
CONFIGURED_BY = {
    "pytest.toml": "",
    ".pytest.toml": "",
    "pytest.ini": "",
    ".pytest.ini": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}
"""What pytest takes its settings from, and what must stand in it."""


class Testes(Tabela):
    """One row for each test; `segundos` is what the whole process took."""

    __test__ = False  # pytest, do not collect

    def __init__(self, rows: list[dict[str, Any]], segundos: float, saida: str) -> None:
        super().__init__(rows, columns=("teste", "resultado", "motivo"))
        self.segundos = segundos
        self.saida = saida

    @property
    def passou(self) -> bool:
        """There were tests, and each passed."""
        return bool(self) and all(row["resultado"] == "passou" for row in self)

    @property
    def falhas(self) -> list[str]:
        return [row["teste"] for row in self if row["resultado"] != "passou"]


@dataclass(frozen=True)
class Feito:
    """What a piece of Python code did in a process of its own."""

    codigo_de_saida: int
    saida: str
    erro: str
    segundos: float

    def __repr__(self) -> str:
        if self.codigo_de_saida == 0:
            return self.saida.rstrip()
        last = "\n".join(self.erro.strip().splitlines()[-3:])
        return f"{self.saida}código de saída {self.codigo_de_saida}\n{last}"


def _is_configured(folder: Path) -> bool:
    files = ((folder / name, section) for name, section in CONFIGURED_BY.items())
    return any(file.is_file() and section in file.read_text("utf-8", "replace") for file, section in files)


def run(folder: Path, *targets: str, airflow: bool = True) -> Testes:
    """Runs pytest in `folder` and never raises for what a test does; `airflow=False` saves preparing a database."""
    with homes(folder, airflow=airflow) as (scratch, environment):
        report = scratch / "resultado.xml"
        options = ["-q", "-p", "no:cacheprovider", "--no-header", "--color=no", "--tb=short"]
        options += ["--continue-on-collection-errors"]
        if not _is_configured(folder):
            (scratch / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
            options += ["-c", str(scratch / "pytest.ini"), f"--rootdir={folder}"]  # not one of a folder above
        command = [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *targets]
        done = _process(command, folder, environment)
        rows = [_told(case) for case in ET.parse(report).iter("testcase")] if report.exists() else []
    if done.codigo_de_saida < 0:
        rows = [_row(" ".join(targets), "falhou", f"passou de {SECONDS:.0f} s")]
    return Testes(rows, done.segundos, done.saida + done.erro)


def python(folder: Path, code: str, variables: Mapping[str, str]) -> Feito:
    """Runs Python code in `folder`, its DAG folder on the path as under Airflow."""
    with homes(folder) as (_, environment):
        path = [str(folder / "dags"), environment.get("PYTHONPATH", "")]
        ours = environment | {"PYTHONPATH": os.pathsep.join(filter(None, path))}
        return _process([sys.executable, "-c", code], folder, ours | dict(variables))


@contextmanager
def homes(folder: Path, *, airflow: bool = True) -> Iterator[tuple[Path, dict[str, str]]]:
    """A scratch folder, and an environment whose Airflow, Prefect and Dagster keep all they have in it."""
    others = ("AIRFLOW", "PYTEST", "PREFECT", "DAGSTER")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(others)}
    with tempfile.TemporaryDirectory(prefix="caju-testes-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        for home in ("airflow", "prefect", "dagster"):
            (scratch / home).mkdir()
        if airflow:
            shutil.copyfile(airflow_template() / "airflow.db", scratch / "airflow" / "airflow.db")
        ours = {
            "AIRFLOW_HOME": str(scratch / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "0",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(
                scratch / "bundles"
            ),  # else all share one in /tmp
            "PREFECT_HOME": str(scratch / "prefect"),
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "DAGSTER_HOME": str(scratch / "dagster"),
            "DO_NOT_TRACK": "1",
            "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # what others brought along only costs time
        }
        yield scratch, kept | ours


def _process(command: list[str], folder: Path, environment: Mapping[str, str]) -> Feito:
    began = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", errors="replace",
            stdin=subprocess.DEVNULL, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Feito(-1, "", f"passou de {SECONDS:.0f} segundos, e foi interrompido", SECONDS)
    return Feito(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


def _told(case: ET.Element) -> dict[str, Any]:
    file = case.get("classname", "").rpartition(".")[2]
    name = "::".join(filter(None, [file, case.get("name")]))
    for kind in ("failure", "error"):
        found = case.find(kind)
        if found is not None:
            return _row(name, "falhou", _reason(found))
    return _row(name, "passou" if case.find("skipped") is None else "pulado", "")


def _reason(found: ET.Element) -> str:
    """The line that says most: pytest's own `E` lines where the message is but "collection failure"."""
    errors = [line[1:].strip() for line in (found.text or "").splitlines() if line.startswith("E ")]
    message = (found.get("message") or "").strip().splitlines()
    said = message[0] if message and "collection failure" not in message[0] else (errors or [""])[-1]
    return said[:160]


def _row(test: str, result: str, reason: str) -> dict[str, Any]:
    return {"teste": test, "resultado": result, "motivo": reason}
