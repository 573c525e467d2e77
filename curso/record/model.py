"""What the record holds (version 2). Keyed by names: what comes or goes in the course touches nothing else.

A field that comes or goes is a new version: an older course must know that it cannot read the file.
"""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from autograder.model.exercise import ChecklistItem
from autograder.model.result import Status

VERSION: Literal[2] = 2
_STRENGTH = [Status.NOT_ATTEMPTED, Status.BLOCKED, Status.FAILED, Status.PASSED]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Proof(_Document):
    """The first pass: when, on what, and under which conditions."""

    at: AwareDatetime
    versions: dict[str, str] = {}
    seed: int | None = None
    level: str = ""
    submission: str = ""
    """SHA-256 of the files that passed; "" for a lesson's challenge."""
    grader: str = ""


class Tried(_Document):
    """What is known of one criterion or one challenge. A pass once proven stays."""

    best: Status = Status.NOT_ATTEMPTED
    last: Status = Status.NOT_ATTEMPTED
    tries: int = Field(default=0, ge=0)
    tried_at: AwareDatetime | None = None
    hints_seen: int = Field(default=0, ge=0, le=3)
    proof: Proof | None = None

    @property
    def passed(self) -> bool:
        return self.best is Status.PASSED

    def note(self, status: Status, proof: Proof) -> None:
        """Takes one outcome in; `proof` counts where it is the first pass."""
        self.last = status
        self.tried_at = proof.at
        self.tries += status is not Status.NOT_ATTEMPTED
        self.best = stronger(self.best, status)
        if status is Status.PASSED and self.proof is None:
            self.proof = proof

    def merge(self, other: Tried) -> None:
        """Takes in what another file knew of the same thing; nothing is counted twice."""
        if self.tries == 0:
            self.last, self.tried_at = other.last, other.tried_at
        self.best = stronger(self.best, other.best)
        self.tries = max(self.tries, other.tries)
        self.hints_seen = max(self.hints_seen, other.hints_seen)
        proofs = [proof for proof in (self.proof, other.proof) if proof]
        self.proof = min(proofs, key=lambda proof: proof.at.timestamp(), default=None)


def stronger(one: Status, other: Status) -> Status:
    """The better of two outcomes; the first one where both are as good."""
    return max(one, other, key=lambda status: _STRENGTH.index(status) if status in _STRENGTH else -1)


class Prediction(_Document):
    """The first guess, which is the prediction, and the last one."""

    first: str
    last: str
    answered_at: AwareDatetime
    confirmed_at: AwareDatetime | None = None


class AnswerOpened(_Document):
    """The learner opened an exercise's answer."""

    at: AwareDatetime
    before_passing: bool


class ExerciseRecord(_Document):
    criteria: dict[str, Tried] = {}
    answer: AnswerOpened | None = None
    """The first time that the answer was opened."""

    def of(self, criterion_id: str) -> Tried:
        """The record of one criterion, made on first use."""
        return self.criteria.setdefault(criterion_id, Tried())


class Record(_Document):
    """The whole file."""

    version: Literal[2] = VERSION
    exercises: dict[str, ExerciseRecord] = {}
    challenges: dict[str, Tried] = {}
    predictions: dict[str, Prediction] = {}
    mine: dict[ChecklistItem, AwareDatetime] = {}
    """Items that the learner says are mastered already ("já domino"), and since when."""

    def of(self, exercise_id: str) -> ExerciseRecord:
        """The record of one exercise, made on first use."""
        return self.exercises.setdefault(exercise_id, ExerciseRecord())

    def criterion(self, exercise_id: str, criterion_id: str) -> Tried:
        """What is known of a criterion, to read: nothing is made."""
        known = self.exercises.get(exercise_id)
        return (known.criteria.get(criterion_id) if known else None) or Tried()

    def challenge(self, challenge_id: str) -> Tried:
        """What is known of a challenge, to read: nothing is made."""
        return self.challenges.get(challenge_id) or Tried()

    @property
    def empty(self) -> bool:
        return not (self.exercises or self.challenges or self.predictions or self.mine)

    def merge(self, other: Record) -> None:
        """Takes in all that another file proves. What the learner says of themselves stays as it is here."""
        for exercise_id, exercise in other.exercises.items():
            mine = self.of(exercise_id)
            mine.answer = mine.answer or exercise.answer
            for criterion_id, tried in exercise.criteria.items():
                mine.of(criterion_id).merge(tried)
        for challenge_id, tried in other.challenges.items():
            self.challenges.setdefault(challenge_id, Tried()).merge(tried)
        for prediction_id, prediction in other.predictions.items():
            self.predictions.setdefault(prediction_id, prediction)
