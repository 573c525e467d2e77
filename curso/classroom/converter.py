"""`nbgrader autograde` with our steps in it: confinement first, then each delivery rebuilt before it is read."""

from __future__ import annotations

import glob
import re
import warnings
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import temp_attrs
from sqlalchemy.exc import SAWarning
from traitlets import Bool, Unicode

from autograder.model.exercise import BrokenExerciseError, load_exercise
from autograder.sandbox.level import Level
from autograder.submission import collect
from curso.classroom.adjustments import adjustments_of
from curso.classroom.deliveries import rebuild
from curso.classroom.grading import UnconfinedError, last_given, must_be_confined
from curso.classroom.settings import class_folder, class_seed
from curso.places import UnknownExerciseError, exercise_folder

REBUILT = "refeitas"


class CourseAutograde(Autograde):  # type: ignore[misc]
    """nbgrader's own conversion, over rebuilt deliveries."""

    force = Bool(False, help="Corrige também o que já foi corrigido.").tag(config=True)
    least_level = Unicode(Level.SHARED.value, help="O isolamento mínimo para corrigir.").tag(config=True)
    allow_unconfined = Bool(
        False, help="Corrige mesmo sem isolamento: o código dos estudantes roda com os seus direitos."
    ).tag(config=True)

    @property
    def _input_directory(self) -> str:
        return self._rebuilt_directory if self._sanitizing else str(self.coursedir.autograded_directory)

    @property
    def _rebuilt_directory(self) -> str:
        return str(class_folder(Path(self.coursedir.root)) / REBUILT)

    def init_notebooks(self) -> None:
        try:
            warning = must_be_confined(allow_unconfined=self.allow_unconfined, least=Level(self.least_level))
            if warning:
                self.log.warning(warning)
            adjustments_of(
                self.coursedir.assignment_id, "", Path(self.coursedir.root)
            )  # read before anything is changed
            class_seed(self.coursedir.assignment_id, Path(self.coursedir.root))
            self._rebuild_all()
        except (UnconfinedError, BrokenExerciseError, UnknownExerciseError) as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from None
        super().init_notebooks()

    def _rebuild_all(self) -> None:
        exercise = load_exercise(exercise_folder(self.coursedir.assignment_id, Path(self.coursedir.root)))
        released = Path(self._path(self.coursedir.release_directory, "."))
        if not (released / f"{exercise.id}.ipynb").is_file():
            raise BrokenExerciseError(
                f"Falta o notebook de {exercise.id} em {released}: rode `nbgrader generate_assignment {exercise.id}`."
            )
        submitted = self.coursedir.submitted_directory
        # A group named in a pattern, as nbgrader itself finds out whose delivery a folder is.
        whose = re.compile(self._path(submitted, "(?P<student>.*)", escape=True))
        found = [Path(path) for path in sorted(glob.glob(self._path(submitted, self.coursedir.student_id)))]
        for delivery in found:
            matched = whose.fullmatch(str(delivery))
            if matched and delivery.is_dir() and not delivery.is_symlink():
                target = Path(self._path(self._rebuilt_directory, matched["student"]))
                try:
                    rebuild(delivery, target, released, exercise)
                except OSError as error:
                    self.log.error("A entrega de %s não pôde ser lida: %s", matched["student"], error)
        if not any(delivery.is_dir() for delivery in found):
            raise BrokenExerciseError(
                f"Nenhuma entrega de {exercise.id} foi recolhida ainda: rode `nbgrader collect {exercise.id}`."
            )

    def _path(self, directory: str, student: str, *, escape: bool = False) -> str:
        path: str = self.coursedir.format_path(
            directory, student, self.coursedir.assignment_id, escape=escape
        )
        return path

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """nbgrader looks at timestamps alone, and a delivery may come without one: other files are news too."""
        given = last_given(assignment_id, student_id, Path(self.coursedir.root))
        exercise = load_exercise(exercise_folder(assignment_id, Path(self.coursedir.root)))
        delivery = Path(self._path(self.coursedir.submitted_directory, student_id))
        news = given is None or collect(delivery, exercise).fingerprint != given.fingerprint
        with temp_attrs(self, force=bool(self.force) or news):
            return bool(super().init_destination(assignment_id, student_id))


def install() -> None:
    """Puts our conversion where nbgrader's programs and its formgrader look for theirs."""
    import nbgrader.apps.api
    import nbgrader.apps.autogradeapp

    modules: list[Any] = [nbgrader.apps.api, nbgrader.apps.autogradeapp]
    for module in modules:
        module.Autograde = CourseAutograde
    # nbgrader's own models, and nothing that an instructor could do anything about.
    warnings.filterwarnings("ignore", category=SAWarning, message=".*not in session.*")
