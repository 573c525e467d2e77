"""Lint of what leads a learner: every item of the checklist can be reached, and every lesson is on the road."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from autograder.model.exercise import CHECKLIST_TITLES, BrokenExerciseError, ChecklistItem
from curso.checklist import FILE, Rules, load_rules
from curso.syllabus import WELCOME, Syllabus, read_syllabus

MODULE_FILE = "docs/modulo.toml"


def lint_progress(root: Path) -> Iterator[str]:
    """Every broken promise as one Portuguese sentence."""
    try:
        rules, syllabus = load_rules(root), read_syllabus(root)
    except BrokenExerciseError as error:
        yield str(error)
        return
    yield from (f"{FILE}: {problem}" for problem in _named(rules, syllabus))
    yield from (f"{FILE}: {problem}" for problem in _reachable(syllabus, root))
    yield from (f"{WELCOME}.ipynb, o roteiro: {problem}" for problem in _road(syllabus))


def _named(rules: Rules, syllabus: Syllabus) -> Iterator[str]:
    """Every evidence that the rules name exists, and counts once."""
    for item, patterns in rules.challenges.items():
        for pattern in patterns:
            if not any(fnmatchcase(challenge, pattern) for challenge in syllabus.challenges):
                yield f"{item}: nenhuma lição tem o desafio {pattern}."
    for challenge in syllabus.challenges:
        counts = [
            item
            for item, patterns in rules.challenges.items()
            if any(fnmatchcase(challenge, pattern) for pattern in patterns)
        ]
        if len(counts) > 1:
            yield f"o desafio {challenge} conta para {' e '.join(counts)}: escolha um."


def _reachable(syllabus: Syllabus, root: Path) -> Iterator[str]:
    """A criterion proves each item, or the module's index says that its exercise is still being made."""
    proven = {criterion.checklist for exercise in syllabus.exercises for criterion in exercise.criteria}
    waiting = _announced(root)
    for item in ChecklistItem:
        if item not in proven and item not in waiting:
            yield f"o item {item} não pode ser marcado: nenhum critério de exercício conta para ele."


def _announced(root: Path) -> set[ChecklistItem]:
    """Items whose exercise the index of the module names as one still to come."""
    told = tomllib.loads((root / MODULE_FILE).read_text(encoding="utf-8"))
    titles = {title: item for item, title in CHECKLIST_TITLES.items()}
    return {
        titles[line["nome"]]
        for part in told["parte"]
        if part["id"] == "checklist"
        for line in part["linhas"]
        for place in line["onde"]
        if line["nome"] in titles and place.startswith("ex") and place in told["em_construcao"]
    }


def _road(syllabus: Syllabus) -> Iterator[str]:
    """What has something to prove stands in a week; links are what counts."""
    due = [lesson.id for lesson in syllabus.lessons if lesson.challenges]
    due += [exercise.id for exercise in syllabus.exercises if not exercise.optional]
    there = {name for week in syllabus.weeks for name in week.items}
    if not 3 <= len(syllabus.weeks) <= 4:
        yield f"tem {len(syllabus.weeks)} semanas; o módulo promete de 3 a 4."
    for name in due:
        if name not in there:
            yield f"nenhuma semana tem um link para {name}."
