"""What a grader asks of a pipeline: scenarios (worlds) and their steps.

A scenario builds its world once; its steps then follow one another in that same world.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from autograder.model.evidence import Row


@dataclass(frozen=True)
class Limits:
    """What one step may use: seconds on the wall, megabytes in memory and on disk."""

    wall_seconds: float = 60.0
    memory_mb: int = 900
    output_mb: int = 20
    file_mb: int = 64
    disk_mb: int = 256
    evidence_mb: int = 4


@dataclass(frozen=True)
class Parse:
    """Load the file, as of today or of a later day."""

    days_ahead: int = 0
    limits: Limits = Limits(wall_seconds=30.0)


@dataclass(frozen=True)
class Run:
    """Run the DAG as the scheduler would at `run_after` (time zone required)."""

    dag_id: str
    run_after: datetime
    limits: Limits = Limits()
    skip_sleeps: bool = False
    """Pauses that the tasks' own code asks for are noted and skipped. (Those between tries always are.)"""


class WorldService(Protocol):
    """Something that listens in a world (`autograder.run.services` has some)."""

    name: str
    port: int
    """On the world's own loopback."""

    def serve(self, listening: socket.socket) -> AbstractContextManager[object]:
        """Serves it for as long as the context is open."""
        ...

    def seen(self) -> list[Row]:
        """What has reached it since it was last asked."""
        ...


@dataclass(frozen=True)
class Scenario:
    """A world and what is asked in it, in order."""

    id: str
    build: Callable[[Path], None]
    """Fills an empty folder, which the pipeline sees as its world."""
    steps: dict[str, Parse | Run]
    environment: Callable[[Path], dict[str, str]] = field(default=lambda world: {})
    """Variables and connections, given the world's folder as the pipeline sees it."""
    services: Callable[[], Sequence[WorldService]] = tuple
    """Makes what listens in this world; served outside, where no pipeline reaches it."""


@dataclass(frozen=True)
class Observe:
    """What is read of a world after each step, relative to its folder."""

    database: str
    tables: tuple[str, ...]
    folders: tuple[str, ...]


class Grader(Protocol):
    """What a grader package offers (see `autograder.judge.graders`)."""

    observe: Observe

    def scenarios(self, seed: int) -> list[Scenario]:
        """The scenarios of one draw; equal seeds give equal worlds."""
        ...
