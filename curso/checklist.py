"""What ticks the checklist: the rules of docs/checklist.toml, and what they make of a record."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from autograder.model.exercise import (
    CHECKLIST_TITLES,
    ChecklistItem,
    Exercise,
    read_toml,
)
from curso.places import ROOT
from curso.record.model import Record

FILE = "docs/checklist.toml"


class Rules(BaseModel):
    """Which evidence counts for which item. Criteria say it themselves, in their exercise.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    challenge_points: int = Field(gt=0, alias="pontos_por_desafio")
    challenges: dict[ChecklistItem, tuple[str, ...]] = Field(alias="desafios")
    """Ids, or patterns of ids ("01a.*")."""

    def item_of(self, challenge_id: str) -> ChecklistItem | None:
        """The item that a challenge counts for."""
        for item, patterns in self.challenges.items():
            if any(fnmatchcase(challenge_id, pattern) for pattern in patterns):
                return item
        return None


class ItemProgress(BaseModel):
    """One line of the checklist: points proven of the points there are."""

    item: ChecklistItem
    title: str
    points: int
    max_points: int
    done: bool
    """Proven by evidence: every criterion behind it has passed."""
    mine: bool
    """The learner's own "já domino"."""
    building: bool
    """No exercise proves it yet."""


def load_rules(root: Path = ROOT) -> Rules:
    """Raises BrokenExerciseError with one sentence."""
    return read_toml(root / FILE, Rules)


def checklist(
    rules: Rules, record: Record, exercises: Iterable[Exercise], challenges: Iterable[str]
) -> list[ItemProgress]:
    """The five items, each with what has been proven so far.

    Challenges fill the bar on the way; the criteria alone prove the item, and then the bar is full.
    """
    needed = dict.fromkeys(ChecklistItem, 0)
    proven, there, made = needed.copy(), needed.copy(), needed.copy()
    for exercise in exercises:
        for criterion in exercise.criteria:
            if criterion.checklist is None:
                continue  # of an optional exercise
            needed[criterion.checklist] += criterion.points
            if record.criterion(exercise.id, criterion.id).passed:
                proven[criterion.checklist] += criterion.points
    for challenge in challenges:
        item = rules.item_of(challenge)
        if item is not None:
            there[item] += rules.challenge_points
            made[item] += rules.challenge_points * record.challenge(challenge).passed
    lines = []
    for item, title in CHECKLIST_TITLES.items():
        done = 0 < needed[item] == proven[item]
        total = needed[item] + there[item]
        points = total if done else proven[item] + made[item]
        lines.append(
            ItemProgress(
                item=item,
                title=title,
                points=points,
                max_points=total,
                done=done,
                mine=item in record.mine,
                building=not needed[item],
            )
        )
    return lines
