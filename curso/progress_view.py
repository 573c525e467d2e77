"""The checklist drawn in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from curso.progress import ItemProgress


def print_checklist(items: list[ItemProgress]) -> None:
    """One line per item: ticked when everything behind it has been proven."""
    grid = Table(box=None, show_header=False, pad_edge=False)
    for item in items:
        sign = Text("☑", style="green") if item.done else Text("☐")
        if item.max_points:
            bar: ProgressBar | Text = ProgressBar(total=item.max_points, completed=item.points, width=24)
            points = f"{item.points}/{item.max_points}"
        else:
            bar, points = Text("exercício em construção", style="grey62"), ""
        grid.add_row(sign, item.title, bar, points)
    console = Console(highlight=False)
    console.print(Text("Checklist do módulo", style="bold"))
    console.print(grid)
