"""Pictures of DAGs and of runs: a Mermaid graph, which JupyterLab draws by itself, and a timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COLOURS = {
    "success": "#2e7d32",
    "failed": "#c62828",
    "upstream_failed": "#ef6c00",
    "skipped": "#ad1457",
    "up_for_retry": "#f9a825",
    "running": "#1565c0",
    "deferred": "#6a1b9a",
    "queued": "#546e7a",
    # Prefect's own names
    "Completed": "#2e7d32",
    "Cached": "#00838f",
    "Failed": "#c62828",
    "Crashed": "#c62828",
    "RolledBack": "#ad1457",
    "NotReady": "#ef6c00",
    "AwaitingRetry": "#f9a825",
    "Running": "#1565c0",
}
OTHER = "#78909c"


class Mermaid:
    """A Mermaid text that a notebook shows as a picture."""

    def __init__(self, text: str) -> None:
        self.texto = text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/vnd.mermaid": self.texto, "text/plain": self.texto}

    def __repr__(self) -> str:
        return self.texto


def graph(tasks: Sequence[Mapping[str, Any]], states: Mapping[str, str | None] | None = None) -> Mermaid:
    """`tasks` as the API lists them. With `states` by task id, each task has the colour of its state."""
    number = {task["task_id"]: f"t{i}" for i, task in enumerate(tasks)}
    lines = ["flowchart LR"]
    for task in tasks:
        name = task["task_id"]
        label = name + (" ×N" if task.get("is_mapped") else "")
        if states is not None:
            label += f"<br/>{states.get(name) or 'sem estado'}"
        lines.append(f'  {number[name]}["{label}"]')
    lines += [
        f"  {number[task['task_id']]} --> {number[after]}"
        for task in tasks
        for after in sorted(task["downstream_task_ids"])
        if after in number
    ]
    for name, state in (states or {}).items():
        if name in number:
            lines.append(
                f"  style {number[name]} fill:{COLOURS.get(state or '', OTHER)},color:#fff,stroke:#333"
            )
    return Mermaid("\n".join(lines))


def timeline(rows: Sequence[Mapping[str, Any]], title: str) -> Any:
    """A bar per task instance, in seconds from the first start."""
    from matplotlib.figure import Figure

    ran = [row for row in rows if row["inicio"] and row["fim"]]
    figure = Figure(figsize=(8, 0.8 + 0.35 * max(1, len(ran))), layout="constrained")
    axes = figure.subplots()
    zero = min((row["inicio"] for row in ran), default=None)
    for place, row in enumerate(ran):
        start = (row["inicio"] - zero).total_seconds()
        length = (row["fim"] - row["inicio"]).total_seconds()
        axes.barh(place, max(length, 0.02), left=start, color=COLOURS.get(row["estado"], OTHER))
    axes.set_yticks(range(len(ran)), [_name(row) for row in ran])
    axes.invert_yaxis()
    axes.set_xlabel("segundos desde o início da primeira task")
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _name(row: Mapping[str, Any]) -> str:
    return str(row["task"]) if row["mapa"] is None else f"{row['task']} [{row['mapa']}]"
