"""`%%dagster FILE`: a cell that is a file of definitions in the project of the course's Dagster."""

from __future__ import annotations

from curso.services.control import client
from curso.services.dagster_client import TO_WRITE, ErroNasDefinicoes

MUST_FAIL = "--falha"
_KINDS = {"assets": "assets", "jobs": "jobs", "schedules": "agendas", "sensors": "sensores"}


def dagster(line: str, cell: str) -> None:
    """Saves the cell as a file of definitions and says what the project holds now.

    `--falha` turns it around: the cell shows something that cannot be loaded, and fails should it load. Such a
    file is taken away again, since it would take the rest of the project down with it.
    """
    words = line.split()
    names = [word for word in words if word != MUST_FAIL]
    if len(names) != 1:
        print("Diga o nome do arquivo: `%%dagster vendas.py`.")
        return
    name, must_fail = names[0], MUST_FAIL in words
    if TO_WRITE in cell:
        print(f"Nada foi salvo ainda. Escreva {name} no lugar de «{TO_WRITE}» e rode a célula de novo.")
        return
    service = client("dagster")
    try:
        content = service.escrever(name, cell)
    except ErroNasDefinicoes as error:
        print(f"O Dagster não conseguiu carregar {name}:\n\n{error}")
        if must_fail:
            service.apagar(name)
        else:
            print(
                f"\nEnquanto {name} estiver assim, o projeto inteiro fica fora do ar. Conserte e rode de novo."
            )
        return
    if must_fail:
        raise AssertionError(f"{name} deveria falhar ao ser carregado, e o Dagster o aceitou.")
    print(f"{name} carregado. O projeto tem agora:")
    for kind, word in _KINDS.items():
        if content[kind]:
            print(f"  {word}: {', '.join(content[kind])}")
