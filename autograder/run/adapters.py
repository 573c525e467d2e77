"""The outside half of an adapter: the environment of its stage and the template of each step's home."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

from autograder.run.stage import StageError
from autograder.sandbox.cage import Places

MIGRATION_SECONDS = 300.0


@dataclass(frozen=True)
class Adapter:
    """What is needed to start a stage for one orchestrator."""

    name: str
    environment: Callable[[Places], dict[str, str]]
    template: Callable[[], Path | None]
    """The folder that the orchestrator's home is a copy of when a step begins; None where it starts empty."""


def cache_folder() -> Path:
    """Where templates that take seconds to build are kept between gradings."""
    given = os.environ.get("CURSO_CACHE")
    folder = Path(given) if given else user_cache_path("curso-orquestracao")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _airflow_environment(places: Places) -> dict[str, str]:
    return _airflow_settings(places.home)


def _airflow_settings(home: Path) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        # Empty on purpose: otherwise every dag.test() would execute the student's file once more.
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "600",  # the step's own clock decides
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a stage serves nobody outside of itself",
        "NO_COLOR": "1",
    }


def airflow_template() -> Path:
    """A home with a migrated metadata database, built once per version (7 s)."""
    key = "-".join(version(name) for name in ("apache-airflow", "apache-airflow-core", "sqlalchemy"))
    template = cache_folder() / f"airflow-{key}"
    if not template.exists():
        with tempfile.TemporaryDirectory(dir=template.parent, prefix="migrando-") as home:
            done = subprocess.run(
                [sys.executable, "-s", "-m", "airflow", "db", "migrate"],
                env={"PATH": os.defpath, "HOME": home, "LANG": "C.UTF-8", **_airflow_settings(Path(home))},
                capture_output=True, text=True, timeout=MIGRATION_SECONDS, check=False,
            )  # fmt: skip
            made = Path(home) / "airflow.db"
            if done.returncode or not made.exists():
                raise StageError(f"não foi possível preparar o banco do Airflow: {done.stderr[-400:]}")
            whole = Path(home) / "modelo"
            (whole / "dags").mkdir(parents=True)
            made.replace(whole / made.name)
            whole.chmod(0o755)
            with contextlib.suppress(OSError):  # another door was faster
                whole.replace(template)
    return template


ADAPTERS: dict[str, Adapter] = {"airflow": Adapter("airflow", _airflow_environment, airflow_template)}
