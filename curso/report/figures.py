"""What a class's results add up to. Nothing here knows how it is shown."""

from __future__ import annotations

import functools
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from autograder.model.exercise import CHECKLIST_TITLES, ChecklistItem, Criterion
from autograder.model.result import Result, Status, Verdict
from curso.report.anonymous import Anonymous, folded, without_folders
from curso.report.results import ClassResults, Person

MISTAKES = 10
LOG_LINES, LINE_LENGTH = 6, 160
MANY_DELIVERIES = 5
MANY_WAIT = 1 / 3
"""Of an exercise's criteria: so many waiting for another one means that this one stops everything."""


@dataclass(frozen=True)
class Summary:
    """The class in a few numbers; None where there is nobody to speak of."""

    people: int
    graded: int
    full: int
    held: int
    without: int
    """No result at all."""
    median: float | None
    mean: float | None


@dataclass(frozen=True)
class Bin:
    """One bar: how many have from `least` to `most` points."""

    least: int
    most: int
    count: int

    @property
    def label(self) -> str:
        return str(self.least) if self.least >= self.most else f"{self.least}–{self.most}"


@dataclass(frozen=True)
class CriterionFigures:
    """One criterion over the class."""

    criterion: Criterion
    counts: Counter[Status]

    @property
    def judged(self) -> int:
        """Everybody but those for whom the grader itself failed."""
        return sum(self.counts.values()) - self.counts[Status.ERROR] - self.counts[Status.WAITING]

    @property
    def rate(self) -> float | None:
        return self.counts[Status.PASSED] / self.judged if self.judged else None


@dataclass(frozen=True)
class Mistake:
    """What several did not pass for the same reason, with one example that says nothing of whose it is."""

    criterion: str
    title: str
    people: int
    share: float
    expected: str
    seen: str
    rows: tuple[str, ...]
    log: str


@dataclass(frozen=True)
class Stuck:
    """Somebody who needs a person, and why."""

    name: str
    points: float | None
    why: str


@dataclass(frozen=True)
class ItemFigures:
    """One item of the checklist: which share of the class has proven it, by exercise and in all."""

    title: str
    by_exercise: dict[str, float | None]
    """None where the exercise proves it, and no result of this class is known. Others are not in it."""
    done: float | None
    """Every criterion of every exercise; None where results of some exercise are not known."""


def summary(known: ClassResults) -> Summary:
    points = [person.points for person in known.people if person.points is not None]
    return Summary(
        people=len(known.people),
        graded=len(points),
        full=sum(result.points >= result.max_points for result in known.results),
        held=sum(result.held for result in known.results),
        without=sum(person.result is None for person in known.people),
        median=statistics.median(points) if points else None,
        mean=statistics.fmean(points) if points else None,
    )


def distribution(known: ClassResults) -> list[Bin]:
    """Ten equal parts, and full marks by themselves."""
    top = known.exercise.max_points
    edges = [round(top * tenth / 10) for tenth in range(11)]
    counts: Counter[int] = Counter()
    for person in known.people:
        points = person.points
        if points is not None:
            counts[sum(points >= edge for edge in edges[1:])] += 1
    parts = [
        Bin(least, max(least, next_one - 1), counts[number])
        for number, (least, next_one) in enumerate(pairwise(edges))
    ]
    return [*parts, Bin(top, top, counts[10])]


def criteria(known: ClassResults) -> list[CriterionFigures]:
    counts: dict[str, Counter[Status]] = {one.id: Counter() for one in known.exercise.criteria}
    for verdict in _verdicts(known):
        if verdict.criterion in counts:  # not so where the exercise has changed since
            counts[verdict.criterion][verdict.status] += 1
    return [CriterionFigures(one, counts[one.id]) for one in known.exercise.criteria]


def mistakes(known: ClassResults) -> tuple[list[Mistake], int]:
    """The most common ones, and how many more kinds there are."""
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in _verdicts(known):
        if verdict.status is Status.FAILED:
            groups.setdefault((verdict.criterion, kind(verdict.seen)), []).append(verdict)
    common = sorted(groups.values(), key=lambda group: (-len(group), group[0].criterion))
    hide = Anonymous(_names(known), known.exercise)
    total = len(known.results)
    return [_mistake(group, total, hide) for group in common[:MISTAKES]], len(common[MISTAKES:])


_QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"|'[^']*'|`[^`]*`|“[^”]*”")
_LIST = re.compile(r": [a-z_][\w/-]*(?:, [\w/-]+)*(?=[.;]?$)")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")


@functools.lru_cache(maxsize=4096)
def kind(seen: str) -> str:
    """A message without what changes from one student to the next: names, numbers, paths."""
    text = _QUOTED.sub("«»", without_folders(seen))
    return _NUMBER.sub("0", _LIST.sub(": …", text)).strip()


def _mistake(group: list[Verdict], total: int, hide: Anonymous) -> Mistake:
    (most_said, _), *_ = Counter(verdict.seen for verdict in group).most_common(1)
    example = next(verdict for verdict in group if verdict.seen == most_said)
    _, traceback, told = hide(example.log).strip().rpartition("Traceback (")
    log = [line[:LINE_LENGTH] for line in f"{traceback}{told}".splitlines()[-LOG_LINES:]]
    return Mistake(
        criterion=example.criterion,
        title=example.title,
        people=len(group),
        share=len(group) / total,
        expected=hide(example.expected),
        seen=hide(example.seen),
        rows=tuple(hide(f"{row.table}: {row.what}") for row in example.rows),
        log="\n".join(log),
    )


def _names(known: ClassResults) -> Iterator[str]:
    for person in known.people:
        yield person.name
        if person.graded:
            yield f"{person.graded.first_name} {person.graded.last_name}"
            yield person.graded.email.split("@")[0]


def stuck(known: ClassResults) -> list[Stuck]:
    """Who needs a person, the most urgent first. How often somebody tried at home nobody knows here."""
    found = []
    for person in known.people:
        if reason := _reason(person):
            urgency, why = reason
            found.append((urgency, Stuck(person.name, person.points, why)))
    return [
        one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].points or 0, folded(pair[1].name)))
    ]


def _reason(person: Person) -> tuple[int, str] | None:
    result = person.result
    if result is None:
        return 1, "Não há um resultado deste exercício que se possa ler: corrija esta entrega."
    failed = [verdict for verdict in result.verdicts if verdict.status is Status.FAILED]
    waiting = [verdict for verdict in result.verdicts if verdict.status is Status.BLOCKED]
    if result.held:
        waits = person.graded is None or person.graded.waits
        why = next(verdict.seen for verdict in result.verdicts if verdict.status is Status.ERROR)
        return (0, f"Espera por você, e não é zero: {why}") if waits else None
    if result.verdicts and all(verdict.status is Status.NOT_ATTEMPTED for verdict in result.verdicts):
        return 2, result.verdicts[0].seen or "Nada foi entregue."
    if result.points == 0 and failed:
        return 3, f"Nenhum critério passou. O primeiro: {failed[0].seen or failed[0].title}"
    if failed and len(waiting) >= MANY_WAIT * len(result.verdicts):
        return 4, f"{len(waiting)} critérios esperam por «{failed[0].title}»: {failed[0].seen}"
    if (person.deliveries or 0) >= MANY_DELIVERIES and result.points < result.max_points:
        missing = ", ".join(verdict.title for verdict in failed) or "nenhum critério ao alcance"
        return 5, f"Já entregou {person.deliveries} vezes, e ainda falta: {missing}."
    return None


def checklist(known: ClassResults) -> list[ItemFigures]:
    """The module's five items. An item is proven where all criteria behind it passed, as for each learner."""
    results = {known.exercise.id: {person.name: person.result for person in known.people if person.result}}
    results |= {name: dict(found) for name, found in known.others.items()}
    lines = []
    for item, title in CHECKLIST_TITLES.items():
        behind = [one.id for one in known.module if any(c.checklist is item for c in one.criteria)]
        proven = {name: _proven(results[name], item) if results.get(name) else None for name in behind}
        there = [people for people in proven.values() if people is not None]
        everybody = [person.name for person in known.people]
        lines.append(
            ItemFigures(
                title,
                {name: None if who is None else _share(who, everybody) for name, who in proven.items()},
                _share(set.intersection(*there), everybody) if there and len(there) == len(behind) else None,
            )
        )
    return lines


def _proven(results: dict[str, Result], item: ChecklistItem) -> set[str]:
    """Whose criteria of this item all passed."""
    found = set()
    for name, result in results.items():
        mine = [verdict.status for verdict in result.verdicts if verdict.checklist is item]
        if mine and all(status is Status.PASSED for status in mine):
            found.add(name)
    return found


def _share(who: set[str], everybody: list[str]) -> float:
    return sum(name in who for name in everybody) / len(everybody)


def _verdicts(known: ClassResults) -> Iterator[Verdict]:
    for result in known.results:
        yield from result.verdicts
