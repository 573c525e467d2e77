"""The hidden scenarios: a store that answers nothing for a whole run, a run that the clock starts, other partitions,
a day that can't be right, another warehouse."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from autograder.run.world import Scenario


def scenarios(drawn: Any, world: ModuleType) -> list[Scenario]:
    """`world` is the exercise's own module, which drew `drawn`."""
    by_clock = world.RunFlow(
        world.FLOW_FILE,
        world.FLOW,
        deployment=world.DEPLOYMENT,
        scheduled_at=drawn.scheduled.run_after,
        limits=world.LIMITS,
    )
    fallen, other = world.run(drawn.fallen), world.materialize(drawn.partition)
    replaced = world.materialize(drawn.replaced, **{world.RESOURCE: {world.PLACE: world.OBSERVE.database}})
    return [
        world.scenario(
            "prefect-queda", world.PREFECT, drawn, [drawn.fallen], {"primeira": fallen, "segunda": fallen},
            earlier=True,
        ),
        world.scenario(
            "dagster-particao", world.DAGSTER, drawn, [drawn.partition], {"primeira": other, "segunda": other}
        ),
        world.scenario("prefect-agenda", world.PREFECT, drawn, [drawn.scheduled], {"execução": by_clock}),
        world.scenario(
            "dagster-ruim", world.DAGSTER, drawn, [drawn.spoilt],
            {"execução": world.materialize(drawn.spoilt)}, earlier=True,
        ),
        world.scenario(
            "dagster-recurso", world.DAGSTER, drawn, [drawn.replaced], {"execução": replaced}, production=True
        ),
    ]  # fmt: skip
