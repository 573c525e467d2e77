"""What is asked of pipelines of Prefect and of Dagster (those of Airflow stand in `world`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from autograder.run.world import Limits

LOADING = Limits(wall_seconds=30.0, evidence_mb=1)
RUNNING = Limits()


@dataclass(frozen=True)
class LoadFlow:
    """Prefect: load a file, and ask its function for the deployment."""

    job: ClassVar[str] = "flow"
    dag_id: ClassVar[str] = ""
    file: str
    deployment: str
    limits: Limits = LOADING

    def asked(self, world: Path) -> dict[str, Any]:
        return {"deployment": self.deployment}


@dataclass(frozen=True)
class RunFlow:
    """Prefect: run a flow with these parameters, or as its deployment would at an instant (time zone required)."""

    job: ClassVar[str] = "flow_run"
    dag_id: ClassVar[str] = ""
    file: str
    flow: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    deployment: str = ""
    scheduled_at: datetime | None = None
    limits: Limits = RUNNING

    def asked(self, world: Path) -> dict[str, Any]:
        at = self.scheduled_at.isoformat() if self.scheduled_at else ""
        return {
            "flow": self.flow,
            "parameters": dict(self.parameters),
            "deployment": self.deployment,
            "scheduled_at": at,
        }


@dataclass(frozen=True)
class LoadDefinitions:
    """Dagster: load a file, and tell what its `defs` declare."""

    job: ClassVar[str] = "definitions"
    dag_id: ClassVar[str] = ""
    file: str
    limits: Limits = LOADING

    def asked(self, world: Path) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Materialize:
    """Dagster: materialize one partition of these assets, of what they are made of, and their checks."""

    job: ClassVar[str] = "materialize"
    dag_id: ClassVar[str] = ""
    file: str
    assets: tuple[str, ...]
    partition: str
    resources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Configuration that stands in for what the definitions give a resource; paths are relative to the world."""
    limits: Limits = RUNNING

    def asked(self, world: Path) -> dict[str, Any]:
        config = {
            name: {"config": {key: str(world / path) for key, path in given.items()}}
            for name, given in self.resources.items()
        }
        return {
            "assets": list(self.assets),
            "partition": self.partition,
            "run_config": {"resources": config} if config else {},
        }
