"""The state document drawn in the terminal: the checklist, what to do now, the road."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from curso.checklist import ItemProgress
from curso.state import Next, PlanItem, PlanWeek, State

BAR = 24


SIGNS = {"done": ("☑", "green"), "mine": ("◆", "cyan"), "open": ("☐", "")}
STEPS = {"done": ("✔", "green"), "mine": ("◆", "cyan"), "open": ("○", "")}


def print_state(state: State) -> None:
    console = Console(highlight=False)
    console.print(Text("Checklist do módulo", style="bold"))
    console.print(_checklist(state.checklist))
    console.print()
    console.print(_next(state.next))
    console.print()
    console.print(Text("O seu roteiro", style="bold"))
    console.print(_plan(state.plan))


def _checklist(items: tuple[ItemProgress, ...]) -> RenderableType:
    """One line per item: ticked when everything behind it has been proven; a mark of one's own looks different."""
    grid = Table(box=None, show_header=False, pad_edge=False)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    for item in items:
        sign, style = SIGNS["done" if item.done else "mine" if item.mine else "open"]
        words = Text()
        if item.mine:
            words.append("◆ já domino", style="cyan")
        elif item.building:
            words.append("exercício em construção", style="grey62")
        grid.add_row(
            Text(sign, style=style), item.title, _bar(item), f"{item.points}/{item.max_points}", words
        )
    return grid


def _bar(item: ItemProgress) -> Text:
    """Drawn with characters: it must also say something in a pipe, and without colour."""
    full = BAR * item.points // max(item.max_points, 1)
    return Text("━" * full, style="green" if item.done else "cyan").append("┄" * (BAR - full), style="grey62")


def _next(now: Next) -> RenderableType:
    return Group(
        Text.assemble(("Agora: ", "bold"), (now.title, "bold cyan")),
        Padding(Text(now.why), (0, 2)),
        Padding(Text.assemble("Abra ", (now.path, "bold")), (0, 2)),
        Padding(Text.assemble("ou rode ", (now.command, "bold")), (0, 2)),
    )


def _plan(weeks: tuple[PlanWeek, ...]) -> RenderableType:
    grid = Table(box=None, show_header=False, pad_edge=False)
    grid.add_column(no_wrap=True)
    for _ in range(2):
        grid.add_column(overflow="fold")
    for week in weeks:
        asked = Text("  ").join(map(_step, week.items))
        grid.add_row(f"semana {week.week}", asked, Text(week.goal, style="grey62"))
    return grid


def _step(item: PlanItem) -> Text:
    sign, style = STEPS["done" if item.done else "mine" if item.mine else "open"]
    return Text(f"{sign} {item.id.partition('-')[0]}", style=style)
