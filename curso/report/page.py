"""The report as one HTML page that needs nothing else: no server, no script, no file beside it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.model.result import Result, Status
from curso.report import figures
from curso.report.results import ClassResults
from curso.tell import WORDS, clean

STATUSES = (Status.PASSED, Status.FAILED, Status.BLOCKED, Status.NOT_ATTEMPTED, Status.ERROR)


def page(known: ClassResults, files: Collection[str]) -> str:
    """The page. Whatever comes from a student is text in it: the template escapes all that it is given."""
    mistakes, more = figures.mistakes(known)
    bins = figures.distribution(known)
    return _TEMPLATES.get_template("page.html.j2").render(
        exercise=known.exercise,
        summary=figures.summary(known),
        bins=bins,
        most=max([1, *(one.count for one in bins)]),
        criteria=figures.criteria(known),
        statuses=[(status, *WORDS[status][:2]) for status in STATUSES],
        mistakes=mistakes,
        more=more,
        stuck=figures.stuck(known),
        counts_deliveries=any(person.deliveries for person in known.people),
        from_gradebook=any(person.graded for person in known.people),
        module=known.module,
        items=figures.checklist(known),
        graded=_when(known.results),
        mixed=_mixed(known.results),
        files=files,
        now=_day(datetime.now().astimezone()),
    )


def _when(results: list[Result]) -> str:
    """The days between which the class was graded."""
    days = sorted(result.graded_at.astimezone() for result in results)
    if not days:
        return ""
    first, last = _day(days[0]), _day(days[-1])
    return f"em {first}" if first == last else f"entre {first} e {last}"


def _day(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y}"


def _mixed(results: list[Result]) -> list[str]:
    """Why not all of these results can be compared with each other."""
    sentences = []
    if len({result.grader for result in results}) > 1:
        sentences.append(
            "Nem todos foram corrigidos com os mesmos corretores: corrija a turma de novo para comparar."
        )
    if len({result.seed for result in results}) > 1:
        sentences.append("Nem todos foram corrigidos com os mesmos dados sorteados (a semente é outra).")
    return sentences


def _plain(value: Any) -> Any:
    """Without what a terminal acts on, and without what no file can hold."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return clean(value).encode("utf-8", "replace").decode()


def _number(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 1):g}".replace(".", ",")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}%"


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_plain,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"number": _number, "percent": _percent}
