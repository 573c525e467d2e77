"""What `curso turma` does: regrade and compare, adjust with a reason, forget a student."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.model.exercise import BrokenExerciseError, load_exercise
from autograder.model.result import Result
from curso.classroom import adjustments
from curso.classroom.gradebook import gradebook_file, open_gradebook
from curso.classroom.grading import grade_delivery, last_given
from curso.classroom.settings import class_folder, load_settings
from curso.places import ROOT, exercise_folder

OnStudent = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Regraded:
    """One student's points before and now."""

    student: str
    before: Result | None
    now: Result

    @property
    def changed(self) -> bool:
        return self.before is None or self.now.held or _points(self.before) != _points(self.now)

    def criteria(self) -> list[tuple[str, int | None, int]]:
        """Criterion, points before, points now; only where they differ."""
        before = _points(self.before) if self.before else {}
        return [
            (name, before.get(name), points)
            for name, points in _points(self.now).items()
            if before.get(name) != points
        ]


def _points(result: Result) -> dict[str, int]:
    return {verdict.criterion: verdict.points for verdict in result.verdicts}


def students_with_deliveries(exercise_id: str, root: Path = ROOT) -> list[str]:
    """Who has handed in this exercise, as nbgrader collected it."""
    submitted = class_folder(root) / "submitted"
    return sorted(path.parent.name for path in submitted.glob(f"*/{exercise_id}") if path.is_dir())


def regrade(exercise_id: str, on_student: OnStudent, root: Path = ROOT) -> list[Regraded]:
    """Every delivery's result as of today, beside the one that the gradebook shows. Nothing is written there.

    What neither changed nor is judged by changed graders comes from memory; where only graders changed,
    kept evidence is judged again; only the rest is run.
    """
    students = students_with_deliveries(exercise_id, root)
    done = []
    for number, student in enumerate(students):
        on_student(number, len(students), student)
        delivery = class_folder(root) / "submitted" / student / exercise_id
        before = last_given(exercise_id, student, root)
        done.append(Regraded(student, before, grade_delivery(exercise_id, delivery, root)))
    return done


def into_gradebook(exercise_id: str, students: list[str], root: Path = ROOT) -> None:
    """Lets nbgrader write these students' results; they were remembered, so nothing runs again.

    Raises BrokenExerciseError with nbgrader's last words.
    """
    for student in students:
        _nbgrader(root, "autograde", f"--assignment={exercise_id}", f"--student={student}", "--force")


def adjust(
    exercise_id: str, student: str, criterion: str, points: float | None, reason: str, root: Path = ROOT
) -> str:
    """Sets a criterion's points by hand and brings the gradebook up to date. Returns one sentence.

    Raises KeyError where the exercise has no such criterion, and BrokenExerciseError with a sentence.
    """
    exercise = load_exercise(exercise_folder(exercise_id, root))
    _must_have_delivered(exercise.id, student, root)
    most = exercise.criterion(criterion).points
    if points is not None and points > most:
        raise BrokenExerciseError(f"«{criterion}» vale {most} pontos: não dá para ajustar para {points:g}.")
    if points is None:
        _clear_manual_score(exercise.id, student, criterion, root)
    adjustments.adjust(exercise.id, student, criterion, points, reason, root)
    into_gradebook(exercise.id, [student], root)
    if points is None:
        return f"{student}: «{criterion}» voltou ao que o corretor deu."
    return f"{student}: «{criterion}» ajustado para {points:g} de {most} pontos."


def _must_have_delivered(exercise_id: str, student: str, root: Path) -> None:
    known = students_with_deliveries(exercise_id, root)
    if student not in known:
        who = ", ".join(known[:8]) or "ninguém ainda"
        raise BrokenExerciseError(f"«{student}» não tem entrega de {exercise_id}. Quem tem: {who}.")


def _clear_manual_score(exercise_id: str, student: str, criterion: str, root: Path) -> None:
    from nbgrader.api import MissingEntry

    with open_gradebook(root) as gradebook:
        try:
            grade = gradebook.find_grade(criterion, exercise_id, exercise_id, student)
        except MissingEntry:
            return
        grade.manual_score = None
        gradebook.db.commit()


def forget_student(student: str, root: Path = ROOT) -> list[str]:
    """Erases all that is kept about a student; returns what was erased, by name.

    Results keyed by content stay: they hold no name, and equal files of others may share them.
    """
    if not student or "/" in student or student.startswith("."):
        raise BrokenExerciseError(f"«{student}» não é o nome de um estudante.")
    folder = class_folder(root)
    exchange = load_settings(root).course.exchange or folder / "troca"
    course = exchange / load_settings(root).course.course_id
    found = [
        *(folder / kind / student for kind in ("submitted", "autograded", "feedback", "refeitas")),
        *folder.glob(f"resultados/*/alunos/{student}.json"),
        *(path for path in folder.glob("relatorios/*") if _names(path, student)),
        *(path for path in (course / "inbound").glob("*") if path.name.startswith(f"{student}+")),
    ]
    erased = []
    for path in found:
        if path.is_dir():
            _unlock(path)
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
        else:
            continue
        erased.append(str(path.relative_to(root) if path.is_relative_to(root) else path))
    adjustments.forget(student, root)
    if _in_gradebook(student, root):
        _nbgrader(root, "db", "student", "remove", student, "--force")
        erased.append("gradebook")
    return erased


def _names(report: Path, student: str) -> bool:
    """A report that names somebody goes as a whole: it is made again in a second."""
    name = re.compile(rf"(?<![\w-]){re.escape(student)}(?![\w-])")
    files = [*report.glob("*.html"), *report.glob("*.csv")]
    return any(name.search(path.read_text(encoding="utf-8", errors="replace")) for path in files)


def _unlock(folder: Path) -> None:
    """nbgrader leaves what it graded read-only."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)


def _in_gradebook(student: str, root: Path) -> bool:
    from nbgrader.api import MissingEntry

    if not gradebook_file(root).exists():
        return False
    with open_gradebook(root) as gradebook:
        try:
            gradebook.find_student(student)
        except MissingEntry:
            return False
    return True


def _nbgrader(root: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["sem explicação"])[-1]
        raise BrokenExerciseError(f"O nbgrader não conseguiu ({arguments[0]}): {last}")
