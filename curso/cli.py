"""Terminal door: `curso VERB`. Imports stay light so that `curso --help` answers at once."""

from __future__ import annotations

import typer

app = typer.Typer(
    name="curso",
    no_args_is_help=True,
    add_completion=False,
    help="Módulo 4: Orquestração e Workflows. Lições, exercícios e correção no seu terminal.",
)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(ctx: typer.Context) -> None:
    """Abre o JupyterLab do curso (o que vier depois vai direto para o Jupyter)."""
    from curso.lab import start

    raise typer.Exit(start(ctx.args))


def main() -> None:
    app()


if __name__ == "__main__":
    main()
