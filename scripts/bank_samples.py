"""Which entries of the bank `make test` takes; `make test-full` takes all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

EVERY = {"ex3-ci-cd": 3}
"""Where one grading keeps two cores busy for a quarter of a minute (some thirty workflows and runs of pytest),
`make test` takes every third of what it takes elsewhere."""


def sampled(exercise_id: str, names: Iterable[str], taken: list[str]) -> Iterator[Any]:
    """(exercise, name) of each entry, as parameters of a test; those not `taken` run in `make test-full` alone."""
    now = set(taken[:: EVERY.get(exercise_id, 1)])
    for name in names:
        yield pytest.param(exercise_id, name, marks=() if name in now else pytest.mark.full)
