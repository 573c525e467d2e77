"""Results for people: the same verdicts in the terminal (rich) and, by HTML, in the notebook."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from autograder.model.result import Result, Status, Verdict

WORDS: dict[Status, tuple[str, str, str]] = {
    # sign, word, colour
    Status.PASSED: ("✔", "passou", "green"),
    Status.FAILED: ("✘", "ainda não", "red"),
    Status.BLOCKED: ("•", "espera outro", "yellow"),
    Status.NOT_ATTEMPTED: ("○", "não tentado", "grey62"),
    Status.WAITING: ("…", "na entrega", "cyan"),
    Status.ERROR: ("!", "falha do corretor", "magenta"),
}
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """What a student's program printed, without terminal escapes, control characters and turns of direction."""
    return _CONTROL.sub("", text)


def so_far(verdicts: Iterable[Verdict], dim: Collection[str] = ()) -> RenderableType:
    """One line per verdict, for the terminal; those of the criteria in `dim` are of an earlier time."""
    grid = Table(box=None, pad_edge=False, show_header=False, expand=False)
    for _ in range(2):
        grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    for verdict in verdicts:
        sign, word, colour = WORDS[verdict.status]
        made = "–" if verdict.status is Status.WAITING else str(verdict.points)
        points = f"{made}/{verdict.max_points}"
        grid.add_row(
            Text(f"{sign} {word}", style=colour),
            Text(verdict.criterion, style="bold"),
            points,
            Text(verdict.title),
            style="dim" if verdict.criterion in dim else "",
        )
    return grid


def table(result: Result) -> RenderableType:
    """The whole result for the terminal."""
    grid = so_far(result.verdicts)
    stories: list[RenderableType] = [details(v) for v in result.verdicts if v.status is Status.FAILED]
    if all(v.status is Status.NOT_ATTEMPTED for v in result.verdicts):
        stories.append(Text(result.verdicts[0].seen))
    stories += faults(result.verdicts)
    stories += [Text(clean(note), style="yellow") for note in _notes(result)]
    blocked = sum(v.status is Status.BLOCKED for v in result.verdicts)
    waiting = sum(v.status is Status.WAITING for v in result.verdicts)
    here = sum(v.max_points for v in result.verdicts if v.status is not Status.WAITING)
    summary = Text(f"{result.points} de {here} pontos", style="bold")
    summary.append(
        f"   {result.seconds:.1f} s   isolamento: {result.level}   semente {result.seed}", style="grey62"
    )
    if blocked:
        summary.append(f"\n{blocked} critério(s) esperam que outro passe primeiro.", style="grey62")
    if waiting:
        later = result.max_points - here
        summary.append(
            f"\nOutros {later} pontos ({waiting} critérios escondidos): corrigidos na entrega.",
            style="grey62",
        )
    return Group(Text(result.title, style="bold underline"), grid, *stories, summary)


def faults(verdicts: Iterable[Verdict]) -> list[RenderableType]:
    """The grader's own faults. One usually stops every criterion: it is told once."""
    seen = dict.fromkeys(verdict.seen for verdict in verdicts if verdict.status is Status.ERROR)
    return [
        Panel(Text(clean(why)), title="Falha do corretor", title_align="left", border_style="magenta")
        for why in seen
    ]


def _notes(result: Result) -> list[str]:
    """What was found while collecting and no verdict tells."""
    told = " ".join(verdict.seen for verdict in result.verdicts)
    return [note for note in result.notes if note not in told]


def details(verdict: Verdict) -> RenderableType:
    """The whole story of one verdict, for the terminal."""
    lines: list[RenderableType] = []
    if verdict.expected:
        lines.append(Text.assemble(("Esperado: ", "bold"), clean(verdict.expected)))
    lines.append(Text.assemble(("Visto: ", "bold"), clean(verdict.seen)))
    lines += [Text(f"  {row.table}: {clean(row.what)}") for row in verdict.rows]
    if verdict.log:
        tail = "\n".join(clean(verdict.log).strip().splitlines()[-8:])
        lines.append(Padding(Text(tail, style="grey62"), (0, 2)))
    if verdict.hint:
        lines.append(Text.assemble(("Dica: ", "bold cyan"), verdict.hint))
    return Panel(Group(*lines), title=escape(verdict.title), title_align="left", border_style="grey50")


def print_result(result: Result) -> None:
    Console(highlight=False).print(table(result))


_COLOURS = {
    Status.PASSED: "#1a7f37", Status.FAILED: "#cf222e", Status.BLOCKED: "#9a6700", Status.NOT_ATTEMPTED: "#6e7781",
    Status.WAITING: "#0969da", Status.ERROR: "#8250df",
}  # fmt: skip


def as_html(result: Result) -> str:
    """The whole result for the notebook; everything that came from a student is escaped."""
    rows = "".join(_html_row(verdict) for verdict in result.verdicts)
    notes = "".join(f"<p style='margin:.2em 0'>{_text(note)}</p>" for note in _notes(result))
    here = sum(v.max_points for v in result.verdicts if v.status is not Status.WAITING)
    share = 100 * result.points / max(here, 1)
    return f"""
<div style="max-width:60em">
<p style="margin:.2em 0"><b>{_text(result.title)}</b>: <b>{result.points}</b> de {here} pontos
<span style="opacity:.7">({result.seconds:.1f} s; isolamento: {_text(result.level)}; semente {result.seed})</span></p>
<div role="progressbar" aria-valuenow="{result.points}" aria-valuemax="{here}"
 style="height:.5em;background:#8884;border-radius:.25em"><div
 style="height:100%;width:{share:.0f}%;background:#1a7f37;border-radius:.25em"></div></div>{notes}
<table style="width:100%;table-layout:auto;text-align:left"><thead><tr><th style="text-align:left">situação</th>
<th style="text-align:left">critério</th><th>pontos</th><th style="text-align:left">o que foi visto</th></tr></thead>
<tbody>{rows}</tbody></table></div>"""


def so_far_html(verdicts: Iterable[Verdict]) -> str:
    """One line per verdict, for the notebook."""
    lines = (f"<li>{_html_status(verdict)} {_text(verdict.title)}</li>" for verdict in verdicts)
    return f"<ul style='list-style:none;margin:.2em 0;padding:0'>{''.join(lines)}</ul>"


def verdict_html(verdict: Verdict) -> str:
    """One verdict by itself, for a cell of its own."""
    return (
        f"<div>{_html_status(verdict)} <b>{_text(verdict.title)}</b>: "
        f"{verdict.points} de {verdict.max_points} pontos{_html_story(verdict)}</div>"
    )


def verdict_text(verdict: Verdict) -> str:
    """One verdict in one plain line."""
    sign, word, _ = WORDS[verdict.status]
    story = " ".join(part for part in (clean(verdict.expected), clean(verdict.seen)) if part)
    return f"{sign} {word}: {verdict.title}. {story}".rstrip()


def _html_status(verdict: Verdict) -> str:
    sign, word, _ = WORDS[verdict.status]
    colour = _COLOURS[verdict.status]
    return f"<span style='white-space:nowrap;color:{colour};font-weight:bold'>{sign} {word}</span>"


def _html_story(verdict: Verdict) -> str:
    parts = []
    if verdict.expected and verdict.status is Status.FAILED:
        parts.append(f"<div><b>Esperado:</b> {_text(verdict.expected)}</div>")
    if verdict.seen:
        parts.append(f"<div>{_text(verdict.seen)}</div>")
    if verdict.rows:
        items = "".join(
            f"<li><code>{_text(row.table)}</code>: {_text(row.what)}</li>" for row in verdict.rows
        )
        parts.append(f"<ul style='margin:.2em 0'>{items}</ul>")
    if verdict.log:
        parts.append(
            f"<details><summary>fim do log</summary><pre>{_text(verdict.log.strip())}</pre></details>"
        )
    if verdict.hint:
        parts.append(f"<div><b>Dica:</b> {_text(verdict.hint)}</div>")
    return "".join(parts)


def _html_row(verdict: Verdict) -> str:
    left = "style='text-align:left;vertical-align:top'"
    return (
        f"<tr><td {left}>{_html_status(verdict)}</td>"
        f"<td {left}>{_text(verdict.title)}<br><code>{_text(verdict.criterion)}</code></td>"
        f"<td style='vertical-align:top'>{verdict.points}/{verdict.max_points}</td><td {left}>{_html_story(verdict)}</td></tr>"
    )


def _text(value: str) -> str:
    return html.escape(clean(value))
