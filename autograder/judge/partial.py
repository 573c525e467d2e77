"""Evidence that is still coming in: a test that asks for a step not yet played is put off, not answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.model.evidence import Evidence, StepEvidence


class NotYet(Exception):
    """The step has not been played yet: its criterion is judged later."""


class _Growing(dict[str, StepEvidence]):
    """The steps so far. Whoever asks for one that is to come, or for all of them, asks too early."""

    def __init__(self, steps: dict[str, StepEvidence], to_come: frozenset[str]) -> None:
        super().__init__(steps)
        self._to_come = to_come

    def __getitem__(self, name: str) -> StepEvidence:
        self._wait_for(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._wait_for(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._wait_for(name)
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        raise NotYet

    def __len__(self) -> int:
        raise NotYet

    def keys(self) -> Any:
        raise NotYet

    def values(self) -> Any:
        raise NotYet

    def items(self) -> Any:
        raise NotYet

    def _wait_for(self, name: object) -> None:
        if name in self._to_come:
            raise NotYet(name)


def so_far(
    exercise: str, seed: int, level: str, steps: dict[str, StepEvidence], to_come: frozenset[str]
) -> Evidence:
    """The evidence of the steps that have been played, of which some are `to_come`."""
    return Evidence.model_construct(
        exercise=exercise, seed=seed, level=level, versions={}, notes=(), steps=_Growing(steps, to_come)
    )
