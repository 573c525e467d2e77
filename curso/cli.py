"""Terminal door: `curso VERB`. Imports stay light so that `curso --help` answers at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from curso import cli_servicos, cli_turma
from curso.portuguese import Command, Group, run
from curso.terminal import (
    COULD_NOT_GRADE,
    FAILED,
    PASSED,
    Stop,
    criterion_must_exist,
    exit_code,
    item_named,
    load_named,
    sentences,
    terminal_needed,
    typed,
    watching,
)

app = typer.Typer(
    name="curso",
    cls=Group,
    options_metavar="[OPÇÕES]",
    subcommand_metavar="COMANDO [ARGUMENTOS]...",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Módulo 4: Orquestração e Workflows. Lições, exercícios e correção no seu terminal.",
)

ExerciseName = Annotated[str, typer.Argument(metavar="EX", help="O exercício, por exemplo ex1-dag-complexo.")]
CriterionName = Annotated[
    str, typer.Argument(metavar="CRITERIO", help="O critério, como aparece na verificação.")
]
app.add_typer(cli_servicos.app, name="servicos")
app.add_typer(cli_turma.app, name="turma")


@app.command(
    cls=Command,
    options_metavar="[OPÇÕES]",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def lab(ctx: typer.Context) -> None:
    """Abre o JupyterLab do curso (o que vier depois vai direto para o Jupyter)."""
    from curso.lab import start

    raise typer.Exit(start(ctx.args))


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def comecar(exercicio: ExerciseName) -> None:
    """Cria a sua cópia de trabalho em trabalho/. O que já existe não é tocado."""
    from curso.start import start_work

    with sentences():
        for line in start_work(exercicio):
            typer.echo(line)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def verificar(
    exercicio: ExerciseName,
    entrega: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A pasta a corrigir; sem ela, a sua em trabalho/.")
    ] = None,
    como_json: Annotated[bool, typer.Option("--json", help="Imprime o resultado como JSON.")] = False,
    semente: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Fixa o sorteio dos dados; sem ela, um novo a cada vez."),
    ] = None,
    progresso: Annotated[bool, typer.Option("--progresso", hidden=True)] = False,
) -> None:
    """Executa o seu pipeline nos cenários do exercício e mostra um veredito por critério."""
    from autograder.doors import grade
    from autograder.model.exercise import load_exercise
    from curso import tell
    from curso.places import exercise_folder, work_folder
    from curso.record.events import note_result

    with sentences():
        folder = exercise_folder(exercicio)
        mine = work_folder(folder.name)
        submission = entrega or mine
        if not submission.is_dir():
            raise Stop(
                f"A pasta {submission} não existe: confira o caminho."
                if entrega
                else f"Você ainda não começou este exercício: rode `curso comecar {folder.name}`."
            )
        criteria = [criterion.id for criterion in load_exercise(folder).criteria]
        with watching(quiet=como_json, lines=progresso, criteria=criteria) as watch:
            result = grade(
                folder, submission, seed=semente, on_progress=watch.on_progress, on_verdict=watch.on_verdict
            ).result
        if semente is not None and result.seed != semente:
            typer.echo("No pacote da turma só há o dia de amostra: --semente não muda nada aqui.", err=True)
        if submission.resolve() == mine.resolve():
            notice = note_result(result)
            if notice:
                typer.echo(notice, err=True)
        if como_json:
            typer.echo(result.model_dump_json(indent=1))
        else:
            tell.print_result(result)
        raise typer.Exit(exit_code(result))


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def observar(
    exercicio: ExerciseName,
    manual: Annotated[bool, typer.Option("--manual", help="Só confere quando você tecla Enter.")] = False,
) -> None:
    """Confere a cada vez que você salva, e mostra os vereditos sempre no mesmo lugar."""
    from curso.places import exercise_folder, work_folder

    with sentences():
        name = exercise_folder(exercicio).name
        if not work_folder(name).is_dir():
            raise Stop(f"Você ainda não começou este exercício: rode `curso comecar {name}`.")
        terminal_needed(name)
        from curso.watch.run import watch

        raise typer.Exit(PASSED if watch(name, manual=manual) else FAILED)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def reiniciar(exercicio: ExerciseName) -> None:
    """Recomeça um exercício do arquivo inicial. O trabalho de antes fica guardado ao lado."""
    from curso.restart import restart_work

    with sentences():
        for line in restart_work(exercicio):
            typer.echo(line)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def gabarito(exercicio: ExerciseName) -> None:
    """Depois que tudo passou, põe a resposta e dois outros jeitos certos ao lado do seu."""
    from curso.answers import ClosedError, open_answers

    with sentences():
        try:
            lines = open_answers(exercicio, typed)
        except ClosedError as closed:
            typer.echo(str(closed), err=True)
            raise typer.Exit(FAILED) from None
        for line in lines:
            typer.echo(line)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def atualizar(
    pacote: Annotated[
        Path | None,
        typer.Argument(metavar="[PACOTE]", help="O zip novo da turma; em um clone do git não é preciso."),
    ] = None,
) -> None:
    """Traz lições, enunciados e o resto do curso novos, sem tocar no seu trabalho."""
    from curso.update import refresh_work_anew
    from curso.update_sources import NoUpdateError, from_git, from_package

    with sentences():
        try:
            told = from_package(pacote) if pacote else from_git()
        except NoUpdateError as error:
            raise Stop(str(error)) from None
        told.add(refresh_work_anew())
        for line in told.lines():
            typer.echo(line)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def certificado(
    nome: Annotated[str, typer.Option(metavar="NOME", help="O nome que aparece na página.")] = "",
    saida: Annotated[
        Path | None, typer.Option(metavar="ARQUIVO", help="Onde escrever; sem ela, em trabalho/.")
    ] = None,
) -> None:
    """Escreve uma página com o que foi provado, quando e com que versões."""
    from curso.certificate import write_certificate

    with sentences():
        typer.echo(f"Registro de evidências em {write_certificate(saida, nome)}")


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def corrigir(
    exercicio: ExerciseName,
    turma: Annotated[Path, typer.Option(metavar="DIR", help="A pasta das entregas: uma pasta por pessoa.")],
    resultados: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Onde escrever um resultado por pessoa; sem ela, DIR-resultados."),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(
            metavar="ENDERECO", help="O scheduler de um cluster Dask, por exemplo tcp://10.0.0.5:8786."
        ),
    ] = "",
    como_json: Annotated[bool, typer.Option("--json", help="Imprime todos os resultados como JSON.")] = False,
) -> None:
    """(Quem dá aula) Corrige uma pasta de entregas, com a semente da turma, e resume o que pede um olhar."""
    from curso.class_report import grade_and_report

    with sentences():
        raise typer.Exit(grade_and_report(exercicio, turma, resultados, como_json=como_json, cluster=cluster))


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def relatorio(
    exercicio: ExerciseName,
    turma: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="A pasta das entregas, ou a dos resultados; sem ela, o que o nbgrader já corrigiu.",
        ),
    ] = None,
    saida: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Onde escrever; sem ela, ao lado da pasta da turma ou, do nbgrader, na pasta dele.",
        ),
    ] = None,
) -> None:
    """(Quem dá aula) Escreve uma página sobre a turma em um exercício, e as notas em CSV para Moodle e Canvas."""
    from curso.report.report import write_report

    with sentences():
        written, troubles = write_report(exercicio, turma, saida)
        for sentence in troubles:
            typer.echo(sentence, err=True)
        for path in written:
            typer.echo(path)
        raise typer.Exit(COULD_NOT_GRADE if troubles else PASSED)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def dica(exercicio: ExerciseName, criterio: CriterionName) -> None:
    """Dá a próxima dica de um critério: um empurrão, o conceito, quase a resposta."""
    from curso.record.events import next_hint

    with sentences():
        exercise = load_named(exercicio)
        criterion_must_exist(exercise, criterio)
        number, hint, notice = next_hint(exercise, criterio)
        if notice:
            typer.echo(notice, err=True)
        typer.echo(f"Dica {number} de 3 ({exercise.criterion(criterio).title}):\n{hint}")


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def progresso(
    ja_domino: Annotated[
        str | None,
        typer.Option(
            "--ja-domino", metavar="ITEM", help="Marca um item que você já domina, sem prova daqui."
        ),
    ] = None,
    ainda_nao: Annotated[
        str | None, typer.Option("--ainda-nao", metavar="ITEM", help="Tira essa marca de um item.")
    ] = None,
    como_json: Annotated[bool, typer.Option("--json", help="Imprime o progresso como JSON.")] = False,
) -> None:
    """Mostra a checklist, o que fazer agora e o roteiro, pelo que o seu trabalho já provou."""
    from curso.record.events import mark
    from curso.state import state

    with sentences():
        for name, mine in ((ja_domino, True), (ainda_nao, False)):
            if name is not None and (notice := mark(item_named(name), mine=mine)):
                typer.echo(notice, err=True)
        now = state()
        if now.notice:
            typer.echo(now.notice, err=True)
        if como_json:
            typer.echo(now.model_dump_json(indent=1))
        else:
            from curso.progress_view import print_state

            print_state(now)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def reproduzir(
    resultado: Annotated[Path, typer.Argument(metavar="RESULTADO", help="Um resultado em JSON.")],
    criterio: Annotated[str, typer.Option(metavar="X", help="O critério a repetir.")],
    entrega: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A entrega; sem ela, a sua cópia em trabalho/.")
    ] = None,
    logs: Annotated[Path | None, typer.Option(metavar="DIR", help="Onde guardar os logs.")] = None,
) -> None:
    """Repete um veredito com a mesma semente e guarda os logs de cada execução."""
    from curso.replay import replay

    with sentences():
        result, notes, kept = replay(resultado, criterio, entrega, logs)
        for note in notes:
            typer.echo(note, err=True)
        from curso import tell

        tell.print_result(result)
        typer.echo(f"Logs guardados em {kept}")
        raise typer.Exit(exit_code(result))


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def pacote(
    destino: Annotated[Path, typer.Argument(metavar="DESTINO", help="O arquivo .zip ou a pasta a criar.")],
) -> None:
    """Cria o pacote da turma: o curso sem respostas, sem corretores escondidos e sem testes."""
    from curso.package import build_package

    with sentences():
        count = build_package(destino)
        typer.echo(
            f"Pacote da turma em {destino}: {count} arquivos, sem respostas nem corretores escondidos."
        )


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def doutor() -> None:
    """Examina esta máquina: versões, isolamento, o que falta e como instalar."""
    from curso.doctor import examine, print_findings

    with sentences():
        findings = examine()
        print_findings(findings)
        raise typer.Exit(PASSED if all(finding.good for finding in findings) else FAILED)


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def gerar() -> None:
    """(Quem escreve o curso) Gera exercises/ e os notebooks a partir de solutions/."""
    from autograder.model.result import json_schema_text
    from curso.lint import SCHEMA_FILE
    from curso.places import ROOT, exercise_ids, exercises_folder
    from curso.publish import publish, refresh_source

    with sentences():
        source = exercises_folder()
        if source.name != "solutions":
            raise Stop("Um pacote de turma não tem solutions/: só um clone completo gera exercícios.")
        for name in exercise_ids():
            refresh_source(source / name)
            publish(source / name, ROOT / "exercises" / name)
            typer.echo(f"exercises/{name} gerado de solutions/{name}")
        schema = ROOT / SCHEMA_FILE
        schema.parent.mkdir(parents=True, exist_ok=True)
        schema.write_text(json_schema_text(), encoding="utf-8")


@app.command(cls=Command, options_metavar="[OPÇÕES]")
def lint(
    rapido: Annotated[bool, typer.Option("--rapido", help="Sem corrigir respostas e iniciais.")] = False,
) -> None:
    """(Quem escreve o curso) Confere critérios, dicas, respostas, banco e exercícios gerados."""
    from curso.lint import lint_course

    with sentences():
        problems = lint_course(grade_answers=not rapido)
        for problem in problems:
            typer.echo(f"✘ {problem}")
        if problems:
            raise typer.Exit(FAILED)
        typer.echo("✔ O curso está em ordem.")


def main() -> None:
    # Else pydantic looks for plugins in every installed package: a third of the time that `progresso` takes.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    run(app, usage_error=COULD_NOT_GRADE)


if __name__ == "__main__":
    main()
