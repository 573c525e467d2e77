"""The right answers, in plain Python from the drawn history: no database and no SQL come near it."""

from __future__ import annotations

from bisect import insort
from datetime import timedelta
from fractions import Fraction
from types import ModuleType
from typing import Any


def expected(drawn: Any, world: ModuleType) -> dict[str, Any]:
    """For every question of the draw its answer, and for every check what must have been told; JSON only."""
    return {
        "metrics": {
            "answers": [
                {
                    "function": function,
                    "asked": {"dag_id": dag_id, **window.arguments()},
                    "value": _answer(drawn.metrics, function, window, dag_id),
                }
                for function in ("taxas", "duracoes", "prazos_perdidos")
                for window in drawn.metrics.windows
                for dag_id in drawn.metrics.asked
            ]
        },
        "alert": watched(drawn.alert),
        "tasks": [
            by_task(_history(drawn.tasks, dag_id), window)
            for window in drawn.tasks.windows
            for dag_id in drawn.tasks.asked
        ],
        "days": [day_of(drawn.days, *world.edges(day, zone)) for day, zone in drawn.days.days],
        "flaps": watched(drawn.flaps),
        "outage": watched(drawn.outage),
    }


def _history(past: Any, dag_id: str) -> Any:
    return next(history for history in past.histories if history.dag_id == dag_id)


def _answer(past: Any, function: str, window: Any, dag_id: str) -> Any:
    history = _history(past, dag_id)
    begin, end = window.start, window.end
    if function == "taxas":
        return rates(history, begin, end)
    if function == "duracoes":
        return durations(history, begin, end)
    return missed(history, begin, end)


def _ended(history: Any, begin: Any, end: Any) -> list[Any]:
    return [
        run
        for run in history.executions
        if run.state in ("success", "failed") and run.end is not None and begin <= run.end < end
    ]


def rates(history: Any, begin: Any, end: Any) -> dict[str, Any]:
    """How the runs that ended went."""
    ended = _ended(history, begin, end)
    good = sum(run.state == "success" for run in ended)
    return {
        "execucoes": len(ended),
        "sucessos": good,
        "falhas": len(ended) - good,
        "taxa_sucesso": good / len(ended) if ended else None,
        "taxa_falha": (len(ended) - good) / len(ended) if ended else None,
    }


def durations(history: Any, begin: Any, end: Any) -> dict[str, Any]:
    """Percentiles of the successful runs, by linear interpolation between the two nearest."""
    lasted: list[Fraction] = []
    for run in _ended(history, begin, end):
        if run.state == "success":
            delta = run.end - run.start
            insort(
                lasted,
                Fraction(delta.days * 86_400 + delta.seconds) + Fraction(delta.microseconds, 1_000_000),
            )
    return {f"p{p}": _percentile(lasted, p) for p in (50, 95, 99)}


def _percentile(ordered: list[Fraction], p: int) -> float | None:
    if not ordered:
        return None
    place = Fraction(p * (len(ordered) - 1), 100)
    below = place.numerator // place.denominator
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def missed(history: Any, begin: Any, end: Any) -> int:
    """Runs, whatever became of them, that missed a deadline which was due in the window."""
    return sum(any(d.missed and begin <= d.at < end for d in run.deadlines) for run in history.executions)


def by_task(history: Any, window: Any) -> list[dict[str, Any]]:
    """Per task what its instances came to, and how many of all tries failed."""

    def within(instant: Any) -> bool:
        return instant is not None and window.start <= instant < window.end

    found: dict[str, dict[str, int]] = {}
    for run in history.executions:
        for one in run.instances:
            row = {"good": 0, "bad": 0, "tries": 0}
            if within(one.end):
                row["good"] = one.state == "success"
                row["bad"] = row["tries"] = one.state == "failed"
            row["tries"] += sum(before.state == "failed" and within(before.end) for before in one.before)
            if any(row.values()):
                kept = found.setdefault(one.task, {"good": 0, "bad": 0, "tries": 0})
                for key, value in row.items():
                    kept[key] += value
    return [
        {
            "task_id": task,
            "instancias": row["good"] + row["bad"],
            "sucessos": row["good"],
            "falhas": row["bad"],
            "taxa_sucesso": row["good"] / (row["good"] + row["bad"]) if row["good"] + row["bad"] else None,
            "tentativas_falhas": row["tries"],
        }
        for task, row in sorted(found.items())
    ]


def day_of(past: Any, begin: Any, end: Any) -> list[dict[str, Any]]:
    """Every DAG that is still there, in the order of their names."""
    return [
        {
            "dag_id": history.dag_id,
            **{k: v for k, v in rates(history, begin, end).items() if k not in ("sucessos", "falhas")},
            **durations(history, begin, end),
            "prazos_perdidos": missed(history, begin, end),
        }
        for history in sorted(past.histories, key=lambda history: str(history.dag_id))
        if not history.stale
    ]


BROKEN = {
    "f": ("taxa_falha",),
    "p": ("p95",),
    "d": ("prazos_perdidos",),
    "a": ("taxa_falha", "p95", "prazos_perdidos"),
}


def watched(watch: Any) -> dict[str, Any]:
    """What each check must tell of each DAG: `alerts` with the broken rules and their values, and `recoveries`."""
    alerts: list[dict[str, dict[str, float]]] = []
    recoveries: list[list[str]] = []
    open_now: set[str] = set()
    for number, check in enumerate(watch.checks):
        told: dict[str, dict[str, float]] = {}
        over = []
        for dag_id, story in watch.story.items():
            letter = story[number]
            if letter in BROKEN:
                if dag_id not in open_now:
                    told[dag_id] = _values(_history(watch, dag_id), check, BROKEN[letter])
                    open_now.add(dag_id)
            elif letter == "g" and number and story[number - 1] == "g" and dag_id in open_now:
                over.append(dag_id)
                open_now.remove(dag_id)
        alerts.append(told)
        recoveries.append(over)
    return {
        "recipient": watch.recipient,
        "dags": sorted(watch.story),
        "unwatched": sorted({history.dag_id for history in watch.histories} - set(watch.story)),
        "alerts": alerts,
        "recoveries": recoveries,
    }


def _values(history: Any, check: Any, broken: tuple[str, ...]) -> dict[str, float]:
    begin = check - timedelta(minutes=15)
    seen = {
        "taxa_falha": rates(history, begin, check)["taxa_falha"],
        "p95": durations(history, begin, check)["p95"],
        "prazos_perdidos": missed(history, begin, check),
    }
    return {rule: seen[rule] for rule in broken}
