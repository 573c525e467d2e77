"""What doors call: grade one submission and get one result."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.judge import verdicts
from autograder.judge.checks import Unmet
from autograder.judge.graders import Graders, graders_of
from autograder.judge.partial import so_far
from autograder.judge.session import Finding, JudgeError, judge
from autograder.model.evidence import Evidence, StepEvidence
from autograder.model.exercise import Exercise, load_exercise
from autograder.model.result import Result, Status, Verdict
from autograder.run.adapters import ADAPTERS
from autograder.run.play import play
from autograder.run.stage import StageError
from autograder.run.warm import warm_stage
from autograder.run.world import Scenario
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from autograder.submission import Submission, collect

OnProgress = Callable[[int, int], None]
"""Called with the steps done and the steps there are."""

OnVerdict = Callable[[Verdict], None]
"""Called as soon as a criterion can be judged, and again should the last word on it be another one."""


@dataclass(frozen=True)
class Grading:
    """A result and the evidence it rests on (None where nothing had to be run)."""

    result: Result
    evidence: Evidence | None


def grade(
    exercise_folder: Path,
    handed_in: Path | Submission,
    *,
    seed: int | None = None,
    only: frozenset[str] | None = None,
    level: Level | None = None,
    warm: bool | None = None,
    on_progress: OnProgress = lambda done, total: None,
    on_verdict: OnVerdict | None = None,
) -> Grading:
    """Grades what was handed in: a folder, or what was collected from one.

    `seed` fixes the draw (default: a fresh one); `only` gives the verdicts of just these criteria;
    `level` asks for less confinement than the machine allows; `warm` for a stage that lives on between gradings
    (by default it does, unless CURSO_CORRETOR=frio): where there can be none the result's notes say so. Raises BrokenExerciseError where the
    exercise itself cannot be used; whatever a student handed in ends in a result.
    """
    started = time.monotonic()
    exercise = load_exercise(exercise_folder)
    graders = graders_of(exercise_folder)
    submission = handed_in if isinstance(handed_in, Submission) else collect(handed_in, exercise)
    seed = graders.seed(secrets.randbelow(2**31) if seed is None else seed)
    level = level or probe().level
    if warm is None:
        warm = os.environ.get("CURSO_CORRETOR") != "frio"
    evidence: Evidence | None = None
    told: dict[str, Verdict] = {}

    def tell(judged: list[Verdict]) -> None:
        for verdict in judged:
            if (
                on_verdict
                and told.get(verdict.criterion) != verdict
                and (only is None or verdict.criterion in only)
            ):
                told[verdict.criterion] = verdict
                on_verdict(verdict)

    if _is_starter(submission, collect(exercise_folder, exercise)):
        judged = _same_for_all(exercise, Status.NOT_ATTEMPTED, "O arquivo ainda é o inicial: comece por ele.")
    elif submission.problems:
        judged = _refused(exercise, submission)
    else:
        drawn = graders.draw(seed)
        scenarios = graders.scenarios(drawn)
        stream = _Stream(
            exercise, graders, scenarios, drawn, seed, level, on_progress, tell if on_verdict else None
        )
        try:
            evidence = play(
                submission,
                exercise,
                scenarios,
                graders.observe,
                seed=seed,
                level=level,
                warm=warm,
                on_steps=stream.add,
            )
            judged = _judge(exercise, graders, evidence, drawn, only)
        except (StageError, JudgeError, OSError) as error:
            judged = _same_for_all(exercise, Status.ERROR, f"O corretor não conseguiu trabalhar: {error}")
    tell(judged)
    result = Result(
        exercise=exercise.id,
        title=exercise.title,
        points=sum(verdict.points for verdict in judged),
        max_points=exercise.max_points,
        verdicts=tuple(judged),
        seed=seed,
        fingerprint=submission.fingerprint,
        grader=graders.digest(),
        level=level.value,
        versions=evidence.versions if evidence else {},
        graded_at=datetime.now(UTC),
        seconds=round(time.monotonic() - started, 3),
        notes=(*submission.all_notes, *(evidence.notes if evidence else ())),
    )
    return Grading(result, evidence)


def judge_again(exercise_folder: Path, before: Result, evidence: Evidence) -> Result:
    """What today's graders say of evidence that was kept: nothing is run.

    Only for evidence that was played in the worlds that today's graders would ask for.
    Raises BrokenExerciseError and JudgeError.
    """
    exercise = load_exercise(exercise_folder)
    graders = graders_of(exercise_folder)
    judged = _judge(exercise, graders, evidence, graders.draw(evidence.seed), None)
    return before.model_copy(
        update={
            "title": exercise.title,
            "points": sum(verdict.points for verdict in judged),
            "max_points": exercise.max_points,
            "verdicts": tuple(judged),
            "grader": graders.digest(),
            "graded_at": datetime.now(UTC),
        }
    )


@contextlib.contextmanager
def kept_warm(exercise: Exercise) -> Iterator[None]:
    """While this is open the exercise's warm stage doesn't end for being idle. Does nothing where there can be none."""
    with contextlib.ExitStack() as stages:
        if os.environ.get("CURSO_CORRETOR") != "frio":
            with contextlib.suppress(StageError):
                stages.enter_context(warm_stage(ADAPTERS[exercise.adapter], probe().level))
        yield


def held(exercise: Exercise, seed: int, level: Level, why: str) -> Result:
    """A result that says nothing of the work: the grader failed, and a person must look."""
    judged = _same_for_all(exercise, Status.ERROR, why)
    return Result(
        exercise=exercise.id, title=exercise.title, points=0, max_points=exercise.max_points,
        verdicts=tuple(judged), seed=seed, fingerprint="", grader="", level=level.value, versions={},
        graded_at=datetime.now(UTC), seconds=0.0,
    )  # fmt: skip


class _Stream:
    """Tells progress, and judges what can already be judged, while a submission is played."""

    def __init__(
        self,
        exercise: Exercise,
        graders: Graders,
        scenarios: list[Scenario],
        drawn: object,
        seed: int,
        level: Level,
        on_progress: OnProgress,
        tell: Callable[[list[Verdict]], None] | None,
    ) -> None:
        self._exercise = exercise
        self._graders = graders
        self._drawn = drawn
        self._about = (exercise.id, seed, level.value)
        self._on_progress = on_progress
        self._tell = tell
        self._names = frozenset(f"{scenario.id}/{name}" for scenario in scenarios for name in scenario.steps)
        self._steps: dict[str, StepEvidence] = {}
        self._findings: dict[str, Finding] = {}
        on_progress(0, len(self._names))

    def add(self, steps: dict[str, StepEvidence]) -> None:
        for name, step in steps.items():
            self._steps[name] = step
            self._on_progress(len(self._steps), len(self._names))
        to_come = self._names - self._steps.keys()
        if self._tell is None or not to_come:
            return  # the last word, over all the evidence, is about to be said
        expected = self._graders.expected(self._drawn)
        partial = so_far(*self._about, self._steps, to_come)
        with contextlib.suppress(JudgeError):  # told at the end
            known = frozenset(self._findings)
            self._findings |= judge(self._graders.test_files(), partial, self._drawn, expected, decided=known)
        hidden = self._graders.hidden is not None
        self._tell(verdicts.so_far(self._exercise, self._findings, hidden_here=hidden))


def _judge(
    exercise: Exercise, graders: Graders, evidence: Evidence, drawn: object, only: frozenset[str] | None
) -> list[Verdict]:
    # All are judged, whatever was asked for: what a declared criterion pays depends on the others.
    findings = judge(graders.test_files(), evidence, drawn, graders.expected(drawn))
    judged = verdicts.verdicts_of(exercise, findings, hidden_here=graders.hidden is not None)
    return [v for v in judged if only is None or v.criterion in only]


def _is_starter(submission: Submission, starter: Submission) -> bool:
    """True when every file is still the one that was given out, white space aside."""

    def plain(files: dict[str, bytes]) -> dict[str, list[bytes]]:
        return {name: content.split() for name, content in files.items()}

    return not submission.problems and plain(submission.files) == plain(starter.files)


def _same_for_all(exercise: Exercise, status: Status, seen: str) -> list[Verdict]:
    return [verdicts.verdict(criterion, status, seen=seen) for criterion in exercise.criteria]


def _refused(exercise: Exercise, submission: Submission) -> list[Verdict]:
    """The first criterion says why; everything else waits for a file that can be read."""
    first, *others = exercise.criteria
    reason = Unmet(
        "A entrega tem os arquivos pedidos, em texto UTF-8.", " ".join(submission.problems.values())
    )
    blocked = f"Depende de «{first.title}», que ainda não passou."
    return [
        verdicts.unmet(first, reason),
        *(verdicts.verdict(criterion, Status.BLOCKED, seen=blocked) for criterion in others),
    ]


__all__ = ["Grading", "OnProgress", "OnVerdict", "grade", "held", "judge_again", "kept_warm"]
