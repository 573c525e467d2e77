"""What travels between a class and whoever grades for it, and what a worker does with it.

A submission goes out as data, with the class's seed and what is asked of the worker: no path, no secret and no
name of the instructor's machine or class. The answer comes back as JSON, and is believed only as far as it fits.

python -m curso.classroom.work COURSE    a worker on this machine: a line of JSON in, a line of JSON out
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue

from pydantic import BaseModel, ConfigDict

from autograder.doors import grade, held
from autograder.judge.graders import graders_of
from autograder.judge.session import JudgeError
from autograder.model.evidence import Evidence
from autograder.model.exercise import BrokenExerciseError, load_exercise
from autograder.model.result import Result
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from autograder.submission import Submission
from curso.classroom.versions import grader_version
from curso.places import ROOT, UnknownExerciseError, exercise_folder

CLEANING_SECONDS = 15.0
SHOWN = 12
"""Of a version: enough to see that two differ."""

_one_at_a_time = threading.Lock()


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Work(_Document):
    """One submission to grade."""

    exercise: str
    seed: int
    grader: str
    """The version of the grader whose word is wanted (see `versions`)."""
    least: Level
    files: dict[str, str]
    problems: dict[str, str]


class Answer(_Document):
    """A result and the evidence it rests on, or why there is none."""

    result: Result | None = None
    evidence: Evidence | None = None
    refused: str = ""


def work_of(submission: Submission, exercise_id: str, seed: int, grader: str, least: Level) -> Work:
    files = {name: content.decode("utf-8") for name, content in submission.files.items()}
    return Work(
        exercise=exercise_id, seed=seed, grader=grader, least=least,
        files=files, problems=submission.problems,
    )  # fmt: skip


def refusal(exercise_id: str, grader: str, least: str, course: Path | None = None) -> str:
    """Why this machine must not grade for that class, in the rest of a sentence; mostly ""."""
    found = probe()
    if not found.level.reaches(Level(least)):
        return f"só chega a «{found.level.value}», e a turma pede «{least}» ({found.reason.rstrip('.')})"
    try:
        mine = grader_version(graders_of(exercise_folder(exercise_id, course or ROOT)))
    except (UnknownExerciseError, OSError):
        return f"não tem o exercício {exercise_id}"
    if mine != grader:
        return f"tem outra versão do corretor ({mine[:SHOWN]}, e a desta turma é {grader[:SHOWN]})"
    return ""


def perform(text: str, course: Path | None = None) -> str:
    """Grades one piece of work; whatever goes wrong in it ends in an answer."""
    work = Work.model_validate_json(text)
    # A process may be given several at once; the judge has the process's output and environment to itself.
    with _one_at_a_time:
        if why := refusal(work.exercise, work.grader, work.least, course):
            answer = Answer(refused=why)
        else:
            answer = _graded(work, exercise_folder(work.exercise, course or ROOT))
    return answer.model_dump_json()


def _graded(work: Work, folder: Path) -> Answer:
    submission = Submission({name: text.encode() for name, text in work.files.items()}, work.problems)
    try:
        grading = grade(folder, submission, seed=work.seed)
    except (
        Exception
    ) as error:  # a grader's own code may raise anything: one submission must not stop the class
        why = fault_of(error)
        seed = graders_of(folder).seed(work.seed)
        return Answer(result=held(load_exercise(folder), seed, probe().level, why))
    return Answer(result=grading.result, evidence=grading.evidence)


def fault_of(error: Exception) -> str:
    """What the instructor is told of a grader's failure."""
    if isinstance(error, BrokenExerciseError | JudgeError | OSError | ValueError | SyntaxError):
        return f"O corretor não conseguiu trabalhar: {error}"
    return f"O corretor falhou: {type(error).__name__}: {error}"


def serve(course: Path) -> None:
    """Answers until nobody asks any more, and ends at once when whoever asks is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever graders print is no answer
    asked: SimpleQueue[bytes] = SimpleQueue()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started it may not listen to that

    def listen() -> None:
        for line in sys.stdin.buffer:
            asked.put(line)
        # As Ctrl+C does, so that what is being played is cleared away.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(CLEANING_SECONDS)
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        answers.write(perform(asked.get().decode(), course).encode("utf-8", "replace") + b"\n")
        answers.flush()


if __name__ == "__main__":
    try:
        serve(Path(sys.argv[1]))
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(0)
