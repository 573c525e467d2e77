"""The notebook's door: `servico("airflow")` starts a service where it is not running, and gives its client."""

from __future__ import annotations

from typing import Any

from curso.services import control
from curso.services.catalog import service_named
from curso.show.bar import Bar


def servico(nome: str) -> Any:
    """Starts the service (a running one stays as it is) and gives what a lesson talks to it with."""
    title = service_named(nome).title
    with Bar(f"{title} está iniciando") as bar:
        control.start(nome, lambda state: bar.show(state.step, state.steps, state.told(title)))
    return control.client(nome)


def parar(*nomes: str) -> None:
    """Stops these services, or all that run."""
    from curso.services.catalog import MODULES

    for nome in nomes or tuple(MODULES):
        if control.stop(nome):
            print(f"{service_named(nome).title} parou.")
