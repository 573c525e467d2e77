"""The state document: where a learner stands, in one JSON that the terminal, the Lab panel and others read.

Version 1. It is computed anew each time from the record, the rules and the syllabus; nobody writes it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from autograder.model.exercise import ChecklistItem, Exercise
from autograder.model.result import Status
from curso.checklist import ItemProgress, Rules, checklist, load_rules
from curso.places import ROOT, state_folder, work_folder
from curso.record.events import read
from curso.record.model import Record
from curso.syllabus import WELCOME, Lesson, Syllabus, read_syllabus

Kind = Literal["lesson", "exercise", "item"]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LessonState(_Document):
    id: str
    title: str
    path: str
    """Relative to the course's folder, as every path here."""
    minutes: int
    challenges_done: int
    challenges_total: int
    predictions_done: int
    predictions_total: int


class CriterionState(_Document):
    id: str
    title: str
    visible: bool
    status: Status
    """Of the last time."""
    best: Status
    points: int
    max_points: int
    tries: int
    hints_seen: int


class ExerciseState(_Document):
    id: str
    title: str
    path: str
    """The learner's copy of the statement where there is one, the course's otherwise."""
    optional: bool
    started: bool
    points: int
    max_points: int
    criteria: tuple[CriterionState, ...]


class Next(_Document):
    """One thing to do now."""

    kind: Kind
    title: str
    path: str
    command: str
    why: str


class PlanItem(_Document):
    kind: Kind
    id: str
    title: str
    path: str
    done: bool
    mine: bool
    """Not done, and all that it lacks is of items that the learner masters already."""


class PlanWeek(_Document):
    week: int
    goal: str
    items: tuple[PlanItem, ...]


class State(_Document):
    version: Literal[1] = 1
    checklist: tuple[ItemProgress, ...]
    lessons: tuple[LessonState, ...]
    exercises: tuple[ExerciseState, ...]
    next: Next
    plan: tuple[PlanWeek, ...]
    notice: str = ""
    """A sentence for the learner, mostly ""."""


def state(root: Path = ROOT) -> State:
    """Where the learner stands now. Raises BrokenExerciseError where the course itself can't be read."""
    rules, syllabus = load_rules(root), read_syllabus(root)
    record, notice = read(lambda: state_folder(root))
    return _Standing(root, rules, syllabus, record).state(notice)


class _Standing:
    """A record seen against what the course asks for."""

    def __init__(self, root: Path, rules: Rules, syllabus: Syllabus, record: Record) -> None:
        self._root = root
        self._rules = rules
        self._record = record
        self._full = (root / "autograder" / "graders").is_dir()
        self._syllabus = syllabus
        self._lessons = {lesson.id: lesson for lesson in syllabus.lessons}
        self._exercises = {exercise.id: exercise for exercise in syllabus.exercises}
        self._items = checklist(rules, record, syllabus.exercises, syllabus.challenges)

    def state(self, notice: str) -> State:
        plan = self._plan()
        return State(
            checklist=tuple(self._items),
            lessons=tuple(map(self._lesson, self._syllabus.lessons)),
            exercises=tuple(map(self._exercise, self._syllabus.exercises)),
            next=self._next(plan),
            plan=plan,
            notice=notice,
        )

    def _lesson(self, lesson: Lesson) -> LessonState:
        return LessonState(
            id=lesson.id,
            title=lesson.title,
            path=lesson.path,
            minutes=lesson.minutes,
            challenges_done=sum(self._record.challenge(name).passed for name in lesson.challenges),
            challenges_total=len(lesson.challenges),
            predictions_done=sum(name in self._record.predictions for name in lesson.predictions),
            predictions_total=len(lesson.predictions),
        )

    def _exercise(self, exercise: Exercise) -> ExerciseState:
        criteria = []
        for criterion in exercise.criteria:
            tried = self._record.criterion(exercise.id, criterion.id)
            criteria.append(
                CriterionState(
                    id=criterion.id,
                    title=criterion.title,
                    visible=criterion.visible,
                    status=tried.last,
                    best=tried.best,
                    points=criterion.points if tried.passed else 0,
                    max_points=criterion.points,
                    tries=tried.tries,
                    hints_seen=tried.hints_seen,
                )
            )
        return ExerciseState(
            id=exercise.id,
            title=exercise.title,
            path=self._statement(exercise.id),
            optional=exercise.optional,
            started=self._started(exercise.id),
            points=sum(criterion.points for criterion in criteria),
            max_points=exercise.max_points,
            criteria=tuple(criteria),
        )

    def _started(self, exercise_id: str) -> bool:
        return work_folder(exercise_id, self._root).is_dir()

    def _statement(self, exercise_id: str) -> str:
        mine = work_folder(exercise_id, self._root) / f"{exercise_id}.ipynb"
        if mine.is_file():
            return mine.relative_to(self._root).as_posix()
        return f"exercises/{exercise_id}/{exercise_id}.ipynb"

    # --- the road ------------------------------------------------------------------------------------

    def _plan(self) -> tuple[PlanWeek, ...]:
        weeks = self._syllabus.weeks
        last = {name: week.number for week in weeks for name in week.items}
        return tuple(
            PlanWeek(
                week=week.number,
                goal=week.goal,
                items=tuple(self._plan_item(name, whole=last[name] == week.number) for name in week.items),
            )
            for week in weeks
        )

    def _plan_item(self, name: str, *, whole: bool) -> PlanItem:
        """`whole` is False where a later week comes back to this exercise: visible criteria are enough until then."""
        kind: Kind
        if name in self._lessons:
            lesson = self._lessons[name]
            kind, title, path = "lesson", lesson.title, lesson.path
            missing = self._unsolved(lesson)
        else:
            exercise = self._exercises[name]
            kind, title, path = "exercise", exercise.title, self._statement(name)
            missing = self._unproven(exercise, visible_only=not whole)
        return PlanItem(
            kind=kind, id=name, title=title, path=path, done=not missing,
            mine=bool(missing) and self._masters(missing),
        )  # fmt: skip

    def _masters(self, missing: list[ChecklistItem | None]) -> bool:
        return all(item in self._record.mine for item in missing)

    def _unsolved(self, lesson: Lesson) -> list[ChecklistItem | None]:
        """The items of the challenges still to do here."""
        names = (name for name in lesson.challenges if not self._record.challenge(name).passed)
        return [self._rules.item_of(name) for name in names]

    def _unproven(self, exercise: Exercise, *, visible_only: bool = False) -> list[ChecklistItem | None]:
        """The items of the criteria still to pass, as far as they can be judged here."""
        return [
            criterion.checklist
            for criterion in exercise.criteria
            if not self._record.criterion(exercise.id, criterion.id).passed
            and (criterion.visible or (self._full and not visible_only))
        ]

    # --- what to do now ------------------------------------------------------------------------------

    def _next(self, plan: tuple[PlanWeek, ...]) -> Next:
        if self._record.empty and WELCOME in self._lessons and not any(map(self._started, self._exercises)):
            why = "É por aqui que o curso começa: como funcionam as lições, os exercícios e a correção."
            return self._next_lesson(self._lessons[WELCOME], why)
        for week in plan:
            for item in week.items:
                if item.done or item.mine:
                    continue
                if item.kind == "lesson":
                    return self._next_lesson(self._lessons[item.id], self._why_lesson(item.id, week.week))
                return self._next_exercise(self._exercises[item.id], week.week)
        return self._next_item()

    def _next_lesson(self, lesson: Lesson, why: str) -> Next:
        return Next(
            kind="lesson", title=lesson.title, path=lesson.path, command=f"curso lab {lesson.path}", why=why
        )

    def _why_lesson(self, name: str, week: int) -> str:
        lesson = self._lessons[name]
        total, left = len(lesson.challenges), len(self._unsolved(lesson))
        if left == total:
            return f"É a próxima lição da semana {week}."
        return f"Você parou no meio dela: {'falta' if left == 1 else 'faltam'} {left} de {total} desafios."

    def _next_exercise(self, exercise: Exercise, week: int) -> Next:
        name = exercise.id
        if not self._started(name):
            command = f"curso comecar {name}"
            why = f"As lições da semana {week} prepararam você para ele. O comando cria a sua cópia."
        else:
            left = len(self._unproven(exercise))
            command = f"curso observar {name}"
            passed = any(self._record.criterion(name, c.id).passed for c in exercise.criteria)
            missing = "Falta 1 critério" if left == 1 else f"Faltam {left} critérios"
            why = f"{missing} neste exercício." if passed else "Você já tem a sua cópia: é hora de escrever."
        return Next(
            kind="exercise", title=exercise.title, path=self._statement(name), command=command, why=why
        )

    def _next_item(self) -> Next:
        """The road is walked to its end: what is still open, or the certificate."""
        open_items = [item for item in self._items if not item.done and not item.mine and item.max_points]
        path = f"notebooks/{WELCOME}.ipynb"
        if open_items:
            item = open_items[0]
            why = (
                "Você fez tudo o que o roteiro pede aqui; o que falta deste item é corrigido na entrega "
                "ou ainda está em construção."
            )
            return Next(kind="item", title=item.title, path=path, command="curso progresso", why=why)
        why = "Você fez tudo o que o roteiro pede. O certificado reúne o que foi provado, e quando."
        return Next(kind="item", title="Módulo completo", path=path, command="curso certificado", why=why)
