"""The same day, twice in the same world."""

from __future__ import annotations

from autograder.run.world import Scenario


def scenarios(drawn, world):
    steps = {"primeira": world.RUN, "segunda": world.RUN}
    return [Scenario("duas-vezes", lambda folder: world.build(folder, drawn), steps, world.environment)]
