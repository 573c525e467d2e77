"""A folder of submissions, graded side by side: each alone in its own world, one result file for each."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from pathlib import Path

from autograder.doors import held
from autograder.model.exercise import BrokenExerciseError, load_exercise
from autograder.model.result import Result
from autograder.run.play import cores
from autograder.sandbox.probe import probe
from curso import atomic
from curso.classroom.grading import grade_delivery
from curso.classroom.settings import class_seed
from curso.places import ROOT, exercise_folder

TRIES = 2
"""How often a submission whose worker died is given to another one, before a person must look."""

OnResult = Callable[[str, Result], None]
MakeExecutor = Callable[[], AbstractContextManager[Executor]]


def local_executor() -> AbstractContextManager[Executor]:
    """As many processes as there are cores; each keeps no state but what is on disk."""
    return ProcessPoolExecutor(
        cores(), mp_context=multiprocessing.get_context("spawn"), initializer=_leave_ctrl_c_to_the_door
    )


def _leave_ctrl_c_to_the_door() -> None:
    """What is being graded is finished and kept; only the door tells that it was interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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
    executor: MakeExecutor = local_executor,
) -> dict[str, Result]:
    """Grades all of them with the class's seed and writes `results/NAME.json` for each as it ends.

    What was graded before and has not changed comes from memory, so a second start goes on where the first
    one stopped. A worker that dies costs time, never a result. `on_result` is called in no promised order.
    """
    results.mkdir(parents=True, exist_ok=True)
    class_seed(exercise_id, root)  # made once, before several processes would make it
    graded: dict[str, Result] = {}

    def note(name: str, result: Result) -> None:
        graded[name] = result
        atomic.write_text(results / f"{name}.json", result.model_dump_json(indent=1))
        on_result(name, result)

    for _ in range(TRIES):
        waiting = {name: path for name, path in deliveries.items() if name not in graded}
        if waiting:
            _round(exercise_id, waiting, note, root, executor)
    for name in deliveries.keys() - graded.keys():
        why = "O processo que corrigia esta entrega morreu duas vezes: rode de novo, e olhe a entrega à mão."
        note(
            name,
            held(
                load_exercise(exercise_folder(exercise_id, root)),
                class_seed(exercise_id, root),
                probe().level,
                why,
            ),
        )
    return {name: graded[name] for name in deliveries}


def _round(
    exercise_id: str, waiting: Mapping[str, Path], note: OnResult, root: Path, executor: MakeExecutor
) -> None:
    """One try at all that is waiting; whose worker died is simply still waiting afterwards."""
    with executor() as pool:
        futures: dict[Future[Result], str] = {
            pool.submit(grade_delivery, exercise_id, path, root): name for name, path in waiting.items()
        }
        try:
            for future in as_completed(futures):
                try:
                    result = future.result()
                except (BrokenProcessPool, OSError):
                    continue
                note(futures[future], result)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
