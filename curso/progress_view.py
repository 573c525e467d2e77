"""The state document drawn in the terminal: the checklist, what to do now, the road."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from curso.checklist import ItemProgress
from curso.state import Next, PlanWeek, State

MINE = "já domino"


def print_state(state: State) -> None:
    console = Console(highlight=False)
    console.print(Text("Checklist do módulo", style="bold"))
    console.print(_checklist(state.checklist))
    console.print()
    console.print(_next(state.next))
    console.print()
    console.print(Text("O seu roteiro", style="bold"))
    for week in state.plan:
        console.print(_week(week))


def _checklist(items: tuple[ItemProgress, ...]) -> RenderableType:
    """One line per item: ticked when everything behind it has been proven; a mark of one's own looks different."""
    grid = Table(box=None, show_header=False, pad_edge=False)
    for item in items:
        sign = Text("☐")
        if item.done:
            sign = Text("☑", style="green")
        elif item.mine:
            sign = Text("◆", style="cyan")
        bar = ProgressBar(total=max(item.max_points, 1), completed=item.points, width=24)
        words = Text(f"{item.points}/{item.max_points}")
        if item.mine:
            words.append(f"  {MINE}", style="cyan")
        if item.building:
            words.append("  exercício em construção", style="grey62")
        grid.add_row(sign, item.title, bar, words)
    return grid


def _next(now: Next) -> RenderableType:
    return Group(
        Text.assemble(("Agora: ", "bold"), (now.title, "bold cyan")),
        Padding(Text(now.why), (0, 2)),
        Padding(Text.assemble("Abra ", (now.path, "bold"), ", ou rode ", (now.command, "bold")), (0, 2)),
    )


def _week(week: PlanWeek) -> RenderableType:
    line = Text.assemble((f"  Semana {week.week}  ", "bold"))
    for item in week.items:
        short = item.id.split("-")[0]
        line.append(f"{'✔' if item.done else '○'} {short}  ", style="green" if item.done else "")
    line.append(week.goal, style="grey62")
    return line
