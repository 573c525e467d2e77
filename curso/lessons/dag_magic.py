"""`%%dag FILE`: a cell that is a DAG file of the course's Airflow."""

from __future__ import annotations

from curso.services.airflow_client import TO_WRITE, ErroNoDag
from curso.services.control import client

MUST_FAIL = "--falha"


def dag(line: str, cell: str) -> None:
    """Saves the cell as a DAG file and says what Airflow found in it.

    `--falha` turns it around: the cell shows something that no longer works, and fails should it work.
    """
    words = line.split()
    names = [word for word in words if word != MUST_FAIL]
    if len(names) != 1:
        print("Diga o nome do arquivo: `%%dag vendas.py`.")
        return
    name, must_fail = names[0], MUST_FAIL in words
    airflow = client("airflow")
    try:
        ids = airflow.escrever_dag(name, cell)
    except ErroNoDag as error:
        print(f"O Airflow não conseguiu importar {name}:\n\n{_last_lines(str(error))}")
        if must_fail:
            airflow.apagar_dag(name)
        return
    if must_fail:
        raise AssertionError(f"{name} deveria falhar ao ser importado, e o Airflow o aceitou.")
    if ids:
        print(f"{name}: {', '.join(ids)} {'prontos' if len(ids) > 1 else 'pronto'} no Airflow.")
    elif TO_WRITE in cell:
        print(f"{name} salvo. Escreva o DAG no lugar de «{TO_WRITE}» e rode a célula de novo.")
    else:
        print(
            f"{name} salvo, mas o Airflow não encontrou nenhum DAG nele. O DAG chega a ser criado no arquivo?"
        )


def _last_lines(trace: str, count: int = 8) -> str:
    lines = trace.strip().splitlines()
    return "\n".join(["...", *lines[-count:]] if len(lines) > count else lines)
