"""`curso servicos VERB`: the local systems that lessons talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from curso.portuguese import Command, Group
from curso.terminal import COULD_NOT_GRADE, FAILED, PASSED, sentences

if TYPE_CHECKING:
    from curso.show.bar import Bar

app = typer.Typer(
    cls=Group,
    options_metavar="[OPÇÕES]",
    subcommand_metavar="COMANDO [ARGUMENTOS]...",
    no_args_is_help=True,
    help="Os serviços das lições: Airflow, Prefect, Dagster, PostgreSQL, caixa postal, Slack de mentira, métricas.",
)

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SERVIÇO]...", help="airflow, prefect, dagster, postgres, caixa-postal, slack, metricas."
    ),
]


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def iniciar(servicos: Names = None) -> None:
    """Inicia os serviços pedidos e espera até que estejam prontos."""
    from curso.services import control
    from curso.services.catalog import MODULES, service_named
    from curso.show.bar import Bar

    with sentences():
        if not servicos:
            typer.echo(f"Diga o que iniciar: {', '.join(MODULES)}.", err=True)
            raise typer.Exit(COULD_NOT_GRADE)
        for name in servicos:
            title = service_named(name).title
            with Bar(f"{title} está iniciando") as bar:
                _start(name, title, bar)
            page = control.page(name)
            typer.echo(f"{title} está no ar{f': {page}' if page else ''}.")


def _start(name: str, title: str, bar: Bar) -> None:
    from curso.services import control

    control.start(name, lambda state: bar.show(state.step, state.steps, state.told(title)))


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def parar(servicos: Names = None) -> None:
    """Para os serviços pedidos; sem nome, todos."""
    from curso.services import control
    from curso.services.catalog import MODULES, service_named

    with sentences():
        for name in servicos or list(MODULES):
            title = service_named(name).title
            if control.stop(name):
                typer.echo(f"{title} parou.")
            elif servicos:
                typer.echo(f"{title} não estava no ar.")


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def estado(servicos: Names = None) -> None:
    """Diz como está cada serviço. Sai com 1 se um dos pedidos não está pronto."""
    from curso.services import control
    from curso.services.catalog import MODULES
    from curso.services.folder import Phase

    with sentences():
        all_ready = True
        for name in servicos or list(MODULES):
            state = control.status(name)
            phase = state.phase if state else Phase.STOPPED
            page = control.page(name) if phase is Phase.READY else None
            words = state.words if state and state.words else page or ""
            typer.echo(f"{name:<13} {phase.value}{f': {words}' if words else ''}")
            all_ready = all_ready and phase is Phase.READY
        raise typer.Exit(PASSED if all_ready or not servicos else FAILED)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def registro(
    servico: Annotated[str, typer.Argument(metavar="SERVIÇO", help="De qual serviço.")],
    linhas: Annotated[int, typer.Option(metavar="N", min=1, help="Quantas linhas de cada programa.")] = 20,
) -> None:
    """Mostra o fim do que os programas de um serviço escreveram."""
    from curso.services import control

    with sentences():
        found = control.logs(servico)
        if not found:
            typer.echo("Nada foi escrito ainda.")
        for path in found:
            typer.echo(f"== {path}")
            text = path.read_text(encoding="utf-8", errors="replace").splitlines()
            typer.echo("\n".join(text[-linhas:]) or "(vazio)")
