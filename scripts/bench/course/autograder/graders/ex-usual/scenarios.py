"""Nothing more than what is shown."""

from __future__ import annotations

from types import ModuleType

from autograder.run.world import Scenario


def scenarios(drawn: int, world: ModuleType) -> list[Scenario]:
    return []
