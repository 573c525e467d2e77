"""A real Prefect server on SQLite, for one person: API, pages, schedules, events and automations in one process."""

from __future__ import annotations

import os
from typing import Any

from curso.services.folder import HOST, Folder
from curso.services.service import Part, Ports, Service, answers, module


def base_url(folder: Folder, ports: Ports) -> str:
    """Where its pages live: under the path at which a Lab shows them, so that their links hold there too."""
    return f"http://{HOST}:{ports['api']}{folder.web_path()}"


def client_settings(folder: Folder, ports: Ports) -> dict[str, str]:
    """What a flow, a worker or the `prefect` command needs to know, and nothing of the server's own."""
    return {
        # A learner's own `~/.prefect` stays as it is. In 3.7 results and the memo store do not follow PREFECT_HOME.
        "PREFECT_HOME": str(folder.path),
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(folder / "resultados"),
        "PREFECT_SERVER_MEMO_STORE_PATH": str(folder / "memo_store.toml"),
        "PREFECT_API_URL": f"{base_url(folder, ports)}api",
        "PREFECT_UI_URL": base_url(folder, ports).rstrip("/"),
        # A worker or `serve` asks for work that often: with the default of 10 s a lesson is mostly waiting.
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def settings(folder: Folder, ports: Ports) -> dict[str, str]:
    """The whole environment of the server."""
    path = folder.web_path().rstrip("/")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    return (
        inherited
        | client_settings(folder, ports)
        | {
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
            "PREFECT_SERVER_API_HOST": HOST,
            "PREFECT_SERVER_API_PORT": str(ports["api"]),
            "PREFECT_SERVER_API_BASE_PATH": f"{path}/api",
            "PREFECT_SERVER_UI_API_URL": f"{path}/api",
            "PREFECT_SERVER_UI_SERVE_BASE": path,
            # Its default is a folder of the package: another server with another path would pull it from under ours.
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(folder / "paginas"),
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder / 'prefect.db'}",
        }
    )


def prepare(folder: Folder, ports: Ports) -> None:
    """The server migrates its database itself."""
    folder.choose_web_path()
    (folder / "flows").mkdir(exist_ok=True)


def parts(folder: Folder, ports: Ports) -> list[Part]:
    health = f"{base_url(folder, ports)}api/health"
    return [
        Part(
            "server",
            module("prefect", "server", "start"),
            lambda: answers(health),
            settings(folder, ports),
            seconds=180,
            restarts=3,
        )
    ]


def _client(folder: Folder, ports: Ports) -> Any:
    from curso.services.prefect_client import Prefect

    return Prefect(folder, base_url(folder, ports), client_settings(folder, ports))


SERVICE = Service(
    name="prefect",
    title="O Prefect",
    ports={"api": "tcp"},
    parts=parts,
    client=_client,
    prepare=prepare,
    page=base_url,
)
