"""What a grader asks of a pipeline: scenarios (worlds) and their steps.

A scenario builds its world once; its steps then follow one another in that same world.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

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


class Step(Protocol):
    """Something that is asked of a submission in a world."""

    job: ClassVar[str]
    """What the adapter calls it; its report stands under the same name in the evidence."""

    @property
    def limits(self) -> Limits: ...
    @property
    def file(self) -> str:
        """Which of the submission's files; the first where this is empty."""
        ...

    @property
    def dag_id(self) -> str:
        """The DAG that has to have been loaded before; empty where none has to."""
        ...

    def asked(self, world: Path) -> dict[str, Any]:
        """What the adapter is told (JSON values), given the world's folder as the pipeline sees it."""
        ...


@dataclass(frozen=True)
class Parse:
    """Load a file with DAGs, as of today or of a later day."""

    job: ClassVar[str] = "parse"
    dag_id: ClassVar[str] = ""
    days_ahead: int = 0
    limits: Limits = Limits(wall_seconds=30.0)
    file: str = ""

    def asked(self, world: Path) -> dict[str, Any]:
        return {"days_ahead": self.days_ahead}


@dataclass(frozen=True)
class Run:
    """Run the DAG as the scheduler would at `run_after` (time zone required)."""

    job: ClassVar[str] = "run"
    dag_id: str
    run_after: datetime
    limits: Limits = Limits()
    skip_sleeps: bool = False
    """Pauses that the tasks' own code asks for are noted and skipped. (Those between tries always are.)"""
    file: str = ""

    def asked(self, world: Path) -> dict[str, Any]:
        return {
            "dag_id": self.dag_id,
            "run_after": self.run_after.isoformat(),
            "skip_sleeps": self.skip_sleeps,
        }


@dataclass(frozen=True)
class Call:
    """Load one of the submission's files as a module and call functions of it, one after another."""

    job: ClassVar[str] = "call"
    dag_id: ClassVar[str] = ""
    file: str
    calls: Callable[[Path], Sequence[tuple[str, dict[str, Any]]]]
    """Function and named arguments (JSON values) of each call, given the world's folder as the pipeline sees it."""
    limits: Limits = Limits(wall_seconds=30.0, evidence_mb=1)

    def asked(self, world: Path) -> dict[str, Any]:
        return {"calls": [list(call) for call in self.calls(world)]}


@dataclass(frozen=True)
class MissDeadline:
    """Let the deadlines of a run that was queued at `queued_at` pass; Airflow handles each miss."""

    job: ClassVar[str] = "deadline"
    dag_id: str
    queued_at: datetime
    limits: Limits = Limits(wall_seconds=30.0)
    file: str = ""

    def asked(self, world: Path) -> dict[str, Any]:
        return {"dag_id": self.dag_id, "queued_at": self.queued_at.isoformat()}


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
    steps: Mapping[str, Step]
    environment: Callable[[Path], dict[str, str]] = field(default=lambda world: {})
    """Variables and connections, given the world's folder as the pipeline sees it."""
    services: Callable[[], Sequence[WorldService]] = tuple
    """Makes what listens in this world; served outside, where no pipeline reaches it."""
    adapter: str = ""
    """Which orchestrator plays it; the exercise's own where nothing is said."""


@dataclass(frozen=True)
class Observe:
    """What is read of a world after each step, relative to its folder."""

    database: str
    tables: tuple[str, ...]
    folders: tuple[str, ...]
    kept: tuple[str, ...] = ()
    """Files that no step may change."""


class Grader(Protocol):
    """What a grader package offers (see `autograder.judge.graders`)."""

    observe: Observe

    def scenarios(self, seed: int) -> list[Scenario]:
        """The scenarios of one draw; equal seeds give equal worlds."""
        ...
