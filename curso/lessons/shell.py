"""What the course adds to a kernel: the magics `%%dag` and `%%dagster`, and one sentence where a cell came too early."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


def welcome_here() -> None:
    """Adds it to this kernel, where this is one."""
    ipython: Any = sys.modules.get("IPython")  # where nobody has imported it there is no kernel
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        welcome(shell)


def welcome(shell: Any) -> None:
    """Makes the magics known and failures of services and workflows short. Once is enough; twice does no harm."""
    from curso.lessons.dag_magic import dag
    from curso.lessons.dagster_magic import dagster
    from curso.lessons.triggers import WorkflowError
    from curso.services.service import ServiceError

    shell.register_magic_function(dag, "cell", "dag")
    shell.register_magic_function(dagster, "cell", "dagster")
    shell.set_custom_exc((ServiceError, WorkflowError, NameError), tell)


def tell(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> list[str]:
    """A service's failure, or a workflow's, in its own sentence; under a missing name the usual traceback, and where it comes from."""
    from curso.lessons.triggers import WorkflowError
    from curso.services.service import ServiceError

    if isinstance(error, ServiceError | WorkflowError):
        text = str(error)
        print(text)
        return [text]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    name = getattr(error, "name", None)
    if name:
        print(
            f"«{name}» ainda não existe neste kernel. Se uma célula de cima o cria, rode as células desde o começo: "
            "menu Executar → Executar todas as células acima da célula selecionada."
        )
    return [f"NameError: {error}"]
