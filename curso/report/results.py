"""What is known of each person in a class: from `curso corrigir`'s results or from what nbgrader's door remembers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from autograder.model.exercise import BrokenExerciseError, Exercise, load_exercise
from autograder.model.result import Result
from curso.classroom.gradebook import Graded, gradebook_file, graded_in
from curso.classroom.settings import class_folder, given_folder, load_settings
from curso.places import REPORT, RESULTS, ROOT, exercise_folder, exercise_ids


@dataclass(frozen=True)
class Person:
    """One student, by the name of the folder or by nbgrader's id."""

    name: str
    result: Result | None = None
    """None where no result is there, or none that can be read."""
    deliveries: int | None = None
    """How many passed through nbgrader's exchange; None where nobody counts them."""
    graded: Graded | None = None
    """What the gradebook says: adjusted by hand, less what lateness costs."""

    @property
    def points(self) -> float | None:
        """The grade that counts; None where there is none yet, which is not zero."""
        if self.graded:
            return None if self.graded.waits else self.graded.points
        return None if self.result is None or self.result.held else float(self.result.points)


@dataclass(frozen=True)
class ClassResults:
    """One exercise of one class."""

    exercise: Exercise
    module: tuple[Exercise, ...]
    """Every exercise of the course: together they prove the checklist."""
    people: tuple[Person, ...]
    place: Path
    """Where a report of it belongs where nobody says another place."""
    troubles: tuple[str, ...] = ()
    """A sentence for each file that could not be used."""
    others: Mapping[str, Mapping[str, Result]] = field(default_factory=dict)
    """The other exercises' results by student, where the same class's are known."""

    @property
    def results(self) -> list[Result]:
        return [person.result for person in self.people if person.result]


def of_folder(exercise_id: str, folder: Path, root: Path = ROOT) -> ClassResults:
    """From a folder of results, or of the deliveries they were made of. Raises BrokenExerciseError."""
    exercise = load_exercise(exercise_folder(exercise_id, root))
    folder = folder.resolve()
    if not folder.is_dir():
        raise BrokenExerciseError(f"A pasta {folder} não existe: confira o caminho.")
    beside = folder.with_name(folder.name + RESULTS)
    if beside.is_dir():
        deliveries, results = folder, beside
    else:
        deliveries, results = folder.with_name(folder.name.removesuffix(RESULTS)), folder
    found, troubles = _read(results, exercise)
    if not found and not troubles:
        raise BrokenExerciseError(
            f"Em {folder} não há nenhum resultado: rode antes `curso corrigir {exercise.id} --turma PASTA` com a pasta das entregas."
        )
    handed_in = _folders(deliveries) if deliveries != results else []
    people = [Person(name, found.get(name)) for name in sorted({*found, *troubles, *handed_in})]
    place = deliveries.with_name(deliveries.name + REPORT)
    return _usable(ClassResults(exercise, _module(root), tuple(people), place, tuple(troubles.values())))


def of_nbgrader(exercise_id: str, root: Path = ROOT) -> ClassResults:
    """From what each student was given at nbgrader's door. Raises BrokenExerciseError."""
    from curso.classroom.class_verbs import students_with_deliveries  # brings all of the grading along

    exercise = load_exercise(exercise_folder(exercise_id, root))
    found, troubles = _read(given_folder(exercise.id, root), exercise)
    handed_in = students_with_deliveries(exercise.id, root)
    if not found and not handed_in and not troubles:
        raise BrokenExerciseError(
            f"Ainda não há resultado de {exercise.id}: rode `nbgrader autograde {exercise.id}`, ou diga a pasta com --turma."
        )
    graded = graded_in(exercise.id, root) if gradebook_file(root).exists() else {}
    sent = _sent(exercise.id, root)
    people = [
        Person(name, found.get(name), sent.get(name), graded.get(name))
        for name in sorted({*found, *troubles, *handed_in, *graded})
    ]
    module = _module(root)
    others = {
        one.id: _read(folder, one)[0]
        for one in module
        if one.id != exercise.id and (folder := given_folder(one.id, root)).is_dir()
    }
    place = class_folder(root) / "relatorios" / exercise.id
    return _usable(ClassResults(exercise, module, tuple(people), place, tuple(troubles.values()), others))


def _module(root: Path) -> tuple[Exercise, ...]:
    return tuple(load_exercise(exercise_folder(name, root)) for name in exercise_ids(root))


def _usable(found: ClassResults) -> ClassResults:
    if not found.results and found.troubles:
        raise BrokenExerciseError("Nenhum resultado pôde ser lido. " + " ".join(found.troubles))
    return found


def _read(folder: Path, exercise: Exercise) -> tuple[dict[str, Result], dict[str, str]]:
    """Results by name; and for each name whose file is none of this exercise, a sentence."""
    found, troubles = {}, {}
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        if path.name.startswith("."):
            continue
        try:
            result = Result.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            troubles[path.stem] = (
                f"{path} está danificado e ficou fora do relatório: corrija essa entrega de novo."
            )
            continue
        if result.exercise == exercise.id:
            found[path.stem] = result
        else:
            troubles[path.stem] = f"{path} é um resultado de {result.exercise}, e ficou fora do relatório."
    return found, troubles


def _folders(folder: Path) -> Iterable[str]:
    if not folder.is_dir():
        return []
    inside = (path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    return [path.name for path in inside if not path.name.startswith(".")]


def _sent(exercise_id: str, root: Path) -> Counter[str]:
    """How often each student handed in through the exchange, which names a delivery `ana+ex1+...`."""
    course = load_settings(root).course
    inbound = (course.exchange or class_folder(root) / "troca") / course.course_id / "inbound"
    names = [path.name.split("+") for path in inbound.glob(f"*+{exercise_id}+*")]
    return Counter(parts[0] for parts in names)
