"""`curso turma VERB`: what an instructor does beside nbgrader's own commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from curso.portuguese import Command, Group
from curso.terminal import FAILED, PASSED, Stop, criterion_must_exist, load_named, progress_bar, sentences

if TYPE_CHECKING:
    from curso.classroom.class_verbs import Regraded

app = typer.Typer(
    cls=Group,
    options_metavar="[OPÇÕES]",
    subcommand_metavar="COMANDO [ARGUMENTOS]...",
    no_args_is_help=True,
    help="(Quem dá aula) A turma: a semente, recorrigir e comparar, ajustar pontos, esquecer um estudante.",
)

ExerciseName = Annotated[str, typer.Argument(metavar="EX", help="O exercício, por exemplo ex1-dag-complexo.")]
StudentName = Annotated[str, typer.Argument(metavar="ESTUDANTE", help="Como o nbgrader chama o estudante.")]


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def semente(exercicio: ExerciseName) -> None:
    """Diz a semente da turma nesta rodada, para repetir uma correção com `curso verificar --semente`."""
    from curso.classroom.settings import class_seed
    from curso.places import exercise_folder

    with sentences():
        _full_clone()
        typer.echo(class_seed(exercise_folder(exercicio).name))


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def recorrigir(
    exercicio: ExerciseName,
    aplicar: Annotated[bool, typer.Option("--aplicar", help="Escreve as notas novas no gradebook.")] = False,
) -> None:
    """Corrige de novo o que mudou (entrega ou corretor) e mostra antes e depois, lado a lado."""
    from curso.class_report import warn_if_unconfined
    from curso.classroom.class_verbs import into_gradebook, regrade
    from curso.places import exercise_folder

    with sentences():
        _full_clone()
        name = exercise_folder(exercicio).name
        warn_if_unconfined()
        with progress_bar("Corrigindo") as show:
            done = regrade(name, lambda number, total, student: show(number, total))
        if not done:
            raise Stop(f"Nenhuma entrega de {name} foi recolhida ainda: rode `nbgrader collect {name}`.")
        _print_regraded(done)
        changed = [one.student for one in done if one.changed]
        if aplicar:
            into_gradebook(name, changed)
            typer.echo(f"Gradebook atualizado para {len(changed)} estudante(s).")
        elif changed:
            typer.echo(f"Nada foi gravado. Para gravar: curso turma recorrigir {name} --aplicar")
        raise typer.Exit(FAILED if any(one.now.held for one in done) else PASSED)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def ajustar(
    exercicio: ExerciseName,
    estudante: StudentName,
    criterio: Annotated[str, typer.Argument(metavar="CRITERIO", help="O critério a ajustar.")],
    pontos: Annotated[float | None, typer.Option(metavar="N", min=0, help="Os pontos que valem.")] = None,
    motivo: Annotated[
        str, typer.Option(metavar="TEXTO", help="O porquê; o estudante o lê no feedback.")
    ] = "",
    desfazer: Annotated[bool, typer.Option("--desfazer", help="Volta ao que o corretor deu.")] = False,
) -> None:
    """Muda à mão os pontos de um critério, com o motivo; vale também depois de recorrigir."""
    from curso.classroom.class_verbs import adjust

    with sentences():
        _full_clone()
        if desfazer == (pontos is not None):
            raise Stop("Diga --pontos N e --motivo TEXTO, ou só --desfazer.")
        if not desfazer and len(motivo.strip()) < 3:
            raise Stop("Diga o motivo com --motivo TEXTO: o estudante o lê no feedback.")
        exercise = load_named(exercicio)
        criterion_must_exist(exercise, criterio)
        typer.echo(adjust(exercise.id, estudante, criterio, pontos, motivo.strip()))


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def esquecer(
    estudante: StudentName,
    sim: Annotated[bool, typer.Option("--sim", help="Apaga sem perguntar.")] = False,
) -> None:
    """Apaga tudo o que está guardado sobre um estudante (LGPD)."""
    from curso.classroom.class_verbs import forget_student

    with sentences():
        _full_clone()
        if not sim:
            answer = typer.prompt(
                f"Apagar entregas, notas e feedback de {estudante}? (s/N)", default="n", show_default=False
            )
            if answer.strip().lower() not in ("s", "sim"):
                raise Stop("Nada foi apagado.")
        erased = forget_student(estudante)
        if not erased:
            raise Stop(f"Não há nada guardado sobre «{estudante}».")
        typer.echo(f"Apagado: {', '.join(erased)}.")


def _full_clone() -> None:
    from curso.places import ROOT

    if not (ROOT / "solutions").is_dir():
        raise Stop("Este é um pacote de turma: os comandos da turma rodam no clone completo de quem dá aula.")


def _print_regraded(done: list[Regraded]) -> None:
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("estudante", "antes", "agora", "o que mudou"):
        grid.add_column(title, justify="right" if title in ("antes", "agora") else "left")
    for one in done:
        before = "–" if one.before is None else str(one.before.points)
        now = "com você" if one.now.held else str(one.now.points)
        story = "; ".join(
            f"{name}: {'–' if was is None else was} → {points}" for name, was, points in one.criteria()
        )
        if one.now.held:
            story = next(v.seen for v in one.now.verdicts if v.seen)
        grid.add_row(one.student, before, now, story or "nada", style="" if one.changed else "grey62")
    Console(highlight=False).print(grid)
