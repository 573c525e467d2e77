"""The hidden scenarios: other questions of the past, DAGs that flap, a webhook that is down."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from autograder.run.world import Scenario


def scenarios(drawn: Any, world: ModuleType) -> list[Scenario]:
    """`world` is the exercise's own module, which drew `drawn`."""

    def watching(watch: Any, steps: dict[str, int], **more: Any) -> dict[str, Any]:
        """Steps by the number of the check that each performs."""
        return {
            "build": lambda folder: world.build(folder, watch.histories),
            "steps": {name: world.check_at(watch.checks[number]) for name, number in steps.items()},
            "environment": world.environment(watch),
            "services": world.services(watch, **more),
        }

    given = world.environment(drawn.alert)
    by_task = [
        ("por_task", {"dag_id": dag_id, **window.arguments()})
        for window in drawn.tasks.windows
        for dag_id in drawn.tasks.asked
    ]
    by_day = [("resumo_do_dia", {"dia": str(day), "fuso": zone}) for day, zone in drawn.days.days]
    return [
        Scenario("oscilacao", **watching(drawn.flaps, {"1": 0, "2": 1, "2-de-novo": 1, "3": 2, "4": 3, "5": 4, "6": 5})),
        # Down for the whole of the first check, however often it is tried.
        Scenario("canal-fora", **watching(drawn.outage, {"1": 0, "2": 1}, down=lambda request: request.turn == 1)),
        Scenario(
            "tasks", lambda folder: world.build(folder, drawn.tasks.histories),
            {"chamadas": world.calls(by_task)}, given,
        ),
        Scenario(
            "dias", lambda folder: world.build(folder, drawn.days.histories),
            {"chamadas": world.calls(by_day)}, given,
        ),
    ]  # fmt: skip
