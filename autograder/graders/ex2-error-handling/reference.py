"""What each day must leave behind, worked out from what its sources were told to do."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

TRIES = 3  # requests that a source gets at least before it is given up


def expected(drawn: Any, world: ModuleType) -> dict[str, Any]:
    """For each day: its rows, what each currency is there for, and what its world is called; JSON only."""
    names = ("common", "unsteady", "limited", "blackout", "broken")
    return {name: of_day(getattr(drawn, name), world) for name in names}


def of_day(day: Any, world: ModuleType) -> dict[str, Any]:
    """The rates and the quarantine of one day."""
    date = str(day.date)
    rates: list[dict[str, Any]] = []
    quarantine: list[dict[str, Any]] = []
    for currency in day.currencies:
        code = currency.code
        for source in (world.FIRST, world.SECOND):
            end = _end(day.plans[source][code])
            if end is None or end.status != 200:
                continue
            reason = _reason(end.rate, currency, world)
            if not reason:
                rates.append({"data": date, "moeda": code, "taxa": end.rate, "fonte": source})
                break
            quarantine.append(
                {
                    "data": date, "moeda": code, "fonte": source, "motivo": reason,
                    "registro": json.loads(world.record(day, code, end.rate)),
                }
            )  # fmt: skip
        else:
            rates += _cached(day, code, world)
    return {
        "date": date,
        "roles": {role: day.of(role) for role in sorted(set(day.roles.values()))},
        "cotacoes": rates,
        "quarentena": quarantine,
        "history": _rows(day.history),
        "earlier": _rows(world.earlier_version(day)),
        "late": {
            code: step.rate for code, steps in day.plans[world.FIRST].items() for step in steps if step.hang
        },
        "retry_after": {
            code: step.retry_after
            for code, steps in day.plans[world.FIRST].items()
            for step in steps
            if step.retry_after
        },
        "statuses": sorted({steps[0].status for steps in day.plans[world.FIRST].values()} - {200}),
        "bases": dict(day.bases),
        "duty": day.duty,
    }


def _rows(found: Any) -> list[dict[str, Any]]:
    return [dict(zip(("data", "moeda", "taxa", "fonte"), row, strict=True)) for row in found]


def _end(steps: tuple[Any, ...]) -> Any:
    """The answer that counts, when one comes within the tries: a record, or a refusal for good."""
    for number in range(TRIES):
        step = steps[min(number, len(steps) - 1)]
        broken = step.status >= 500 or step.status == 429 or step.hang or step.cut or step.garbage
        if not broken:
            return step
    return None


def _reason(rate: Any, currency: Any, world: ModuleType) -> str:
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        return str(world.WRONG_TYPE)
    return "" if currency.low <= rate <= currency.high else str(world.OUT_OF_RANGE)


def _cached(day: Any, code: str, world: ModuleType) -> list[dict[str, Any]]:
    """The newest rate of an earlier day that is not too old, as a row of this day."""
    date = str(day.date)
    known = [row for row in day.history if row[1] == code and row[0] < date]
    newest = max(known, default=None)
    if newest is None or (day.date - type(day.date).fromisoformat(newest[0])).days > world.MAX_AGE:
        return []
    return [{"data": date, "moeda": code, "taxa": newest[2], "fonte": world.CACHE}]
