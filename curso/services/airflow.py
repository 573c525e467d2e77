"""A small real Airflow: API server, scheduler, DAG processor and triggerer on SQLite, for one person."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autograder.run.adapters import airflow_template
from autograder.run.stage import StageError
from curso.atomic import write_text
from curso.services.folder import HOST, Folder
from curso.services.service import Part, Ports, Service, ServiceError, answers, module, told_by

MIGRATION_SECONDS = 300.0


def base_url(folder: Folder, ports: Ports) -> str:
    """Where Airflow says it lives: under the path at which a Lab shows it, so that its links hold there too."""
    return f"http://{HOST}:{ports['api']}{folder.web_path()}"


def settings(folder: Folder, ports: Ports) -> dict[str, str]:
    """The whole environment of an Airflow program."""
    home = folder.path
    metrics = Folder("metricas").ports({"statsd": "udp"})
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "_AIRFLOW"))}
    scripts = str(Path(sys.executable).parent)
    return (
        inherited
        | {
            "PATH": os.pathsep.join([scripts, inherited.get("PATH", os.defpath)]),
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",  # else a file saved twice in 30 s keeps its old tasks
            "AIRFLOW__CORE__FERNET_KEY": folder.fernet_key(),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",  # only this machine reaches it, and one person uses it
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{base_url(folder, ports)}execution/",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "AIRFLOW__API__BASE_URL": base_url(folder, ports),
            "AIRFLOW__API__HOST": HOST,  # its default is every address of the machine
            "AIRFLOW__API__PORT": str(ports["api"]),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API__SECRET_KEY": folder.secret("api"),
            "AIRFLOW__API_AUTH__JWT_SECRET": folder.secret("jwt"),
            "AIRFLOW__API__EXPOSE_CONFIG": "non-sensitive-only",
            "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",  # a busy laptop may need more than the default of 30 s
            # A file that was just saved is looked at within seconds: a lesson cannot wait for five minutes. One that
            # did not change is left alone: to read fifteen of them again and again costs half a core.
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "3",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": "30",
            "AIRFLOW__DAG_PROCESSOR__DISABLE_BUNDLE_VERSIONING": "True",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
            "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
            # A task's supervisor looks that often whether it has ended: the default of 5 s is added to every failure.
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
            "AIRFLOW__METRICS__STATSD_ON": "True",
            "AIRFLOW__METRICS__STATSD_HOST": HOST,
            "AIRFLOW__METRICS__STATSD_PORT": str(metrics["statsd"]),
            # Lineage of the DAGs that ask for it (`enable_lineage`), into a file.
            "AIRFLOW__OPENLINEAGE__SELECTIVE_ENABLE": "True",
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(
                {"type": "file", "log_file_path": str(home / "linhagem.jsonl"), "append": True}
            ),
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "DO_NOT_TRACK": "1",
        }
    )


def prepare(folder: Folder, ports: Ports) -> None:
    """A migrated database: a copy of the template at first, a migration after an upgrade."""
    folder.choose_web_path()
    for name in ("dags", "plugins", "logs"):
        (folder / name).mkdir(exist_ok=True)
    database, mark = folder / "airflow.db", folder / "versao.txt"
    if not database.exists():
        try:
            template = airflow_template()
        except StageError as error:
            raise ServiceError(str(error)) from None
        for leftover in folder.path.glob("airflow.db-*"):
            leftover.unlink()  # a journal of another database would damage the new one
        shutil.copyfile(template / "airflow.db", database)
    elif mark.exists() and mark.read_text() != version("apache-airflow-core"):
        done = subprocess.run(
            module("airflow", "db", "migrate"), env=settings(folder, ports), capture_output=True, text=True,
            timeout=MIGRATION_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode:
            raise ServiceError(f"a migração do banco falhou: {done.stderr.strip()[-300:]}")
    write_text(mark, version("apache-airflow-core"))


def parts(folder: Folder, ports: Ports) -> list[Part]:
    environment = settings(folder, ports)
    url = f"{base_url(folder, ports)}api/v2/monitor/health"
    tasks_url = f"{base_url(folder, ports)}execution/health"

    def program(name: str, *arguments: str, ready: Callable[[], bool] = lambda: True) -> Part:
        return Part(
            name,
            module("airflow", name, *arguments),
            ready,
            environment,
            seconds=300,
            stop_seconds=25,
            restarts=3,
        )

    # The API server comes first: the others ask it for their work, and two cores start one at a time faster.
    return [
        # It builds what tasks ask it for on the first such request, which would be late for the first task.
        program("api-server", ready=lambda: answers(url) and answers(tasks_url)),
        program("scheduler", "--skip-serve-logs"),
        program("dag-processor"),
        program("triggerer", "--skip-serve-logs", ready=lambda: all_healthy(url)),
    ]


def all_healthy(url: str) -> bool:
    """Whether scheduler, DAG processor and triggerer have all reported since they started."""
    health = told_by(url) or {}
    return all(
        health.get(name, {}).get("status") == "healthy"
        for name in ("scheduler", "dag_processor", "triggerer")
    )


def _client(folder: Folder, ports: Ports) -> Any:
    from curso.services.airflow_client import Airflow

    return Airflow(folder, base_url(folder, ports), settings(folder, ports))


SERVICE = Service(
    name="airflow",
    title="O Airflow",
    ports={"api": "tcp"},
    parts=parts,
    client=_client,
    prepare=prepare,
    page=base_url,
)
