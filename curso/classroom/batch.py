"""A folder of submissions, graded side by side: each alone in its own world, one result file for each."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from autograder.model.exercise import BrokenExerciseError
from autograder.model.result import Result
from curso import atomic
from curso.classroom.executors import Executor, Local
from curso.classroom.grading import Asked, Desk
from curso.classroom.work import fault_of
from curso.places import ROOT

TRIES = 3
"""How often a submission that was lost with its worker is given to another one, before a person must look."""
LOCK = ".corrigindo"

OnResult = Callable[[str, Result], None]


def deliveries_in(folder: Path) -> dict[str, Path]:
    """Each folder in `folder` is a submission, by its name. Raises BrokenExerciseError where there is none."""
    if not folder.is_dir():
        raise BrokenExerciseError(f"A pasta {folder} não existe: confira o caminho.")
    found = {
        path.name: path
        for path in sorted(folder.iterdir())
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    }
    if not found:
        raise BrokenExerciseError(
            f"Em {folder} não há nenhuma entrega: cada uma é uma pasta, com o nome da pessoa."
        )
    return found


def grade_class(
    exercise_id: str,
    deliveries: Mapping[str, Path],
    results: Path,
    on_result: OnResult = lambda name, result: None,
    root: Path = ROOT,
    executor: Executor | None = None,
) -> dict[str, Result]:
    """Grades all of them with the class's seed and writes `results/NAME.json` for each as it ends.

    What was graded before and has not changed comes from memory, so a second start goes on where the first
    one stopped. A worker that dies costs time, never a result. `on_result` is called in no promised order.
    Raises BrokenExerciseError where nothing can be graded, or another batch writes to the same folder.
    """
    executor = executor or Local(root)
    graded: dict[str, Result] = {}

    def note(name: str, result: Result) -> None:
        graded[name] = result
        atomic.write_text(results / f"{name}.json", result.model_dump_json(indent=1))
        on_result(name, result)

    results.mkdir(parents=True, exist_ok=True)
    with _only_writer(results):
        desk = _desk(exercise_id, root, executor)
        waiting: dict[str, Asked] = {}
        for name, path in deliveries.items():
            try:
                asked = desk.ask(path)
            except OSError as error:
                note(name, desk.held(fault_of(error)))
                continue
            if known := _remembered(desk, asked):
                note(name, known)
            else:
                waiting[name] = asked
        for _ in range(TRIES):
            to_do = {name: asked.work for name, asked in waiting.items()}
            with contextlib.closing(executor.answers(to_do)) as answers:
                for name, answer in answers:
                    if result := desk.accept(waiting[name], answer):
                        note(name, result)
                        del waiting[name]
        for name in waiting:
            why = f"Quem corrigia esta entrega morreu {TRIES} vezes: rode de novo, e olhe a entrega à mão."
            note(name, desk.held(why))
    return {name: graded[name] for name in deliveries}


def _desk(exercise_id: str, root: Path, executor: Executor) -> Desk:
    try:
        return Desk(exercise_id, root, executor.least)
    except Exception as error:  # a grader's own code may raise anything
        raise BrokenExerciseError(f"Nada foi corrigido. {fault_of(error)}") from error


def _remembered(desk: Desk, asked: Asked) -> Result | None:
    try:
        return desk.remembered(asked)
    except Exception:  # graders that can't judge it again will say so of the whole
        return None


@contextlib.contextmanager
def _only_writer(results: Path) -> Iterator[None]:
    """One batch per folder of results; the lock ends with its process, however that ends."""
    with (results / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BrokenExerciseError(
                f"Outra correção está escrevendo em {results}: espere que ela termine, ou use outra pasta em --resultados."
            ) from None
        for half in results.glob(".*.json.*"):  # of one that was killed while it wrote
            half.unlink(missing_ok=True)
        yield
