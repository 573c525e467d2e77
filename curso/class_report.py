"""`curso corrigir`: the batch with a progress bar, and a summary that names what needs a person."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from autograder.model.result import Result, Status
from autograder.sandbox.level import Level
from curso.classroom.batch import deliveries_in, grade_class
from curso.classroom.executors import Executor
from curso.classroom.grading import UnconfinedError, must_be_confined
from curso.classroom.settings import class_seed, load_settings
from curso.places import RESULTS, exercise_folder
from curso.tell import clean
from curso.terminal import COULD_NOT_GRADE, PASSED, Stop, progress_bar


def grade_and_report(
    exercise: str, folder: Path, results: Path | None, *, como_json: bool, cluster: str = ""
) -> int:
    """The exit code: 0 when every submission was graded, 2 when a person must look at some."""
    name = exercise_folder(exercise).name
    deliveries = deliveries_in(folder)
    executor = _cluster(cluster) if cluster else None
    if executor is None:
        warn_if_unconfined()
    target = results or folder.resolve().with_name(folder.resolve().name + RESULTS)
    done: list[str] = []
    with progress_bar("Corrigindo") as step:
        step(0, len(deliveries))

        def tell_progress(who: str, result: Result) -> None:
            done.append(who)
            step(len(done), len(deliveries))

        try:
            graded = grade_class(name, deliveries, target, tell_progress, executor=executor)
        except KeyboardInterrupt:
            raise Stop(
                f"Interrompido com {len(done)} de {len(deliveries)} entregas corrigidas, que estão em {target}."
                " Rode de novo para continuar."
            ) from None
    if como_json:
        document = {
            "exercise": name,
            "seed": class_seed(name),
            "results": {who: result.model_dump(mode="json") for who, result in graded.items()},
        }
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        _print_summary(graded)
        typer.echo(f"Um resultado por pessoa em {target}")
    return COULD_NOT_GRADE if any(result.held for result in graded.values()) else PASSED


def _cluster(address: str) -> Executor:
    """The workers at this address, held to what the class asks of this machine. Raises Stop."""
    try:
        from curso.classroom.cluster import Cluster
    except ModuleNotFoundError:
        raise Stop("Para corrigir com um cluster falta o Dask: rode `make cluster`.") from None
    course = load_settings().course
    least = Level.PLAIN if course.allow_unconfined else course.least_level
    return Cluster(address, least, lambda sentence: typer.echo(clean(sentence), err=True))


def warn_if_unconfined() -> None:
    """Says what is risked where the class accepts it. Raises Stop where it does not."""
    course = load_settings().course
    try:
        warning = must_be_confined(allow_unconfined=course.allow_unconfined, least=course.least_level)
    except UnconfinedError as error:
        raise Stop(str(error)) from None
    if warning:
        typer.echo(warning, err=True)


def _print_summary(graded: dict[str, Result]) -> None:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column("entrega")
    grid.add_column("pontos", justify="right")
    grid.add_column("não passou")
    for who, result in graded.items():
        missed = [v.criterion for v in result.verdicts if v.status in (Status.FAILED, Status.NOT_ATTEMPTED)]
        story = "não tentado" if len(missed) == len(result.verdicts) else ", ".join(missed)
        points = "com você" if result.held else f"{result.points}/{result.max_points}"
        grid.add_row(clean(who), points, story)
    console = Console(highlight=False)
    console.print(grid)
    for who, result in graded.items():
        for why in dict.fromkeys(v.seen for v in result.verdicts if v.status is Status.ERROR):
            console.print(f"! {clean(who)} espera por você: {clean(why)}", markup=False)
        for note in result.notes:
            console.print(f"  {clean(who)}: {clean(note)}", markup=False)
