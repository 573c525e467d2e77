"""pytest, run for real on a folder, in a process with an Airflow of its own; what came of each test, as a table."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.run.adapters import airflow_template
from curso.show.table import Tabela

SECONDS = 240.0


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


def run(
    folder: Path, *targets: str, environment: Mapping[str, str] | None = None, airflow: bool = True
) -> Testes:
    """Runs pytest in `folder` and never raises for what a test does; `airflow=False` saves preparing a database."""
    with tempfile.TemporaryDirectory(prefix="caju-testes-") as scratch:
        home = Path(scratch) / "airflow"
        home.mkdir()
        if airflow:
            shutil.copyfile(airflow_template() / "airflow.db", home / "airflow.db")
        report = Path(scratch) / "resultado.xml"
        command = [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "--color=no", "--tb=short",
            f"--junitxml={report}", *targets,
        ]  # fmt: skip
        began = time.monotonic()
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False,
                stdin=subprocess.DEVNULL, timeout=SECONDS, env=_settings(home, folder) | dict(environment or {}),
            )  # fmt: skip
            output = done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            return Testes([_row(" ".join(targets), "falhou", f"passou de {SECONDS:.0f} s")], SECONDS, "")
        spent = time.monotonic() - began
        rows = [_told(case) for case in ET.parse(report).iter("testcase")] if report.exists() else []
    return Testes(rows, spent, output)


def _settings(home: Path, folder: Path) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("AIRFLOW", "PYTEST"))}
    return kept | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "0",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # what others brought along only costs time
        "NO_COLOR": "1",
    }


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
