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
    versions = ("apache-airflow", "apache-airflow-core", "sqlalchemy")
    return _migrated("airflow", versions, ["-m", "airflow", "db", "migrate"], _airflow_settings, "dags")


def _prefect_environment(places: Places) -> dict[str, str]:
    return _prefect_settings(places.home)


def _prefect_settings(home: Path) -> dict[str, str]:
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home}/prefect.db",
        "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # the child's own server answers, or nobody does
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_UI_ENABLED": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_CLI_COLORS": "false",
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }


def prefect_template() -> Path:
    """A home with a migrated database, built once per version (20 s)."""
    command = ["-m", "prefect", "server", "database", "upgrade", "-y"]
    return _migrated("prefect", ("prefect", "sqlalchemy"), command, _prefect_settings)


def _dagster_environment(places: Places) -> dict[str, str]:
    # Its instance is made anew for each run, in memory: nothing is read from a home, nor sent from one.
    return {"DO_NOT_TRACK": "1", "NO_COLOR": "1"}


def _migrated(
    name: str,
    versions: tuple[str, ...],
    command: list[str],
    settings: Callable[[Path], dict[str, str]],
    *folders: str,
) -> Path:
    """A home with the database that `command` makes, and these folders."""
    template = cache_folder() / "-".join([name, *(version(package) for package in versions)])
    if not template.exists():
        with tempfile.TemporaryDirectory(dir=template.parent, prefix="migrando-") as home:
            done = subprocess.run(
                [sys.executable, "-s", *command],
                env={"PATH": os.defpath, "HOME": home, "LANG": "C.UTF-8", **settings(Path(home))},
                capture_output=True, text=True, timeout=MIGRATION_SECONDS, check=False,
            )  # fmt: skip
            made = Path(home) / f"{name}.db"
            if done.returncode or not made.exists():
                raise StageError(
                    f"não foi possível preparar o banco do {name.capitalize()}: {done.stderr[-400:]}"
                )
            whole = Path(home) / "modelo"
            whole.mkdir()
            for folder in folders:
                (whole / folder).mkdir()
            made.replace(whole / made.name)
            whole.chmod(0o755)
            with contextlib.suppress(OSError):  # another door was faster
                whole.replace(template)
    return template


ADAPTERS: dict[str, Adapter] = {
    "airflow": Adapter("airflow", _airflow_environment, airflow_template),
    "prefect": Adapter("prefect", _prefect_environment, prefect_template),
    "dagster": Adapter("dagster", _dagster_environment, lambda: None),
}
