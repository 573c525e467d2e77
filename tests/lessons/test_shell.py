"""A kernel in which cells are run too early says what is missing, in one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

STARTUP = Path(__file__).parents[2] / "curso" / "labconfig" / "startup.py"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NotebookClient]:
    """A kernel as Lab starts it, where no service runs."""
    monkeypatch.setenv("PYTHONSTARTUP", str(STARTUP))
    monkeypatch.setenv("CURSO_SERVICOS", str(tmp_path / "servicos"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    client = NotebookClient(nbformat.v4.new_notebook(), timeout=60, kernel_name="python3")
    with client.setup_kernel(cwd=str(tmp_path)):
        yield client


def outputs(client: NotebookClient, source: str) -> tuple[str, bool]:
    """What a cell showed, and whether it failed."""
    cell = nbformat.v4.new_code_cell(source)
    client.nb.cells.append(cell)
    failed = False
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1)
    except CellExecutionError:
        failed = True
    return "".join(o.get("text", "") or "\n".join(o.get("traceback", [])) for o in cell.outputs), failed


def test_a_dag_cell_before_everything_else_says_which_service_is_missing(run: NotebookClient) -> None:
    said, failed = outputs(run, "%%dag vendas.py\nfrom airflow.sdk import DAG\n")
    assert failed
    assert (
        said.strip()
        == 'O Airflow não está no ar: rode `servico("airflow")` ou `curso servicos iniciar airflow`.'
    )


def test_a_name_that_an_earlier_cell_makes_is_told_with_the_way_on(run: NotebookClient) -> None:
    said, failed = outputs(run, "airflow.url")
    assert failed
    assert "NameError" in said
    assert said.strip().endswith(
        "«airflow» ainda não existe neste kernel. Se uma célula de cima o cria, rode as células desde o começo: "
        "menu Executar → Executar todas as células acima da célula selecionada."
    )
    assert outputs(run, "1 / 0")[0].count("ZeroDivisionError") >= 1  # all else is as usual


def test_a_workflow_that_cannot_run_is_one_sentence(run: NotebookClient) -> None:
    said, failed = outputs(
        run,
        "import curso.licao\nfrom curso.lessons.actions import Repositorio\n"
        "repo = Repositorio()\nrepo.escrever('a.txt', 'a')\nrepo.commit('a')\nrepo.push()",
    )
    assert failed
    assert said.strip() == "O último commit não tem .github/workflows/ci.yml."


def test_a_plain_python_in_labs_terminal_takes_no_harm(tmp_path: Path) -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, "-i", "-c", ""], input="print(1 + 1)\n", capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONSTARTUP": str(STARTUP)}, check=False,
    )  # fmt: skip
    assert done.stdout.strip().endswith("2")
    assert "Error" not in done.stderr
