"""A small real Dagster: code server, webserver and daemon on SQLite, for one person."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from curso.atomic import write_text
from curso.services.dagster_project import LOCATION, project, write_project
from curso.services.folder import HOST, Folder
from curso.services.service import Part, Ports, Service, listens, module

INSTANCE = """\
# Made by the course each time the service starts.
telemetry:
  enabled: false
nux:
  enabled: false
run_coordinator:
  module: dagster._core.run_coordinator
  class: QueuedRunCoordinator
  config:
    dequeue_interval_seconds: 1  # a lesson waits for each run
concurrency:
  runs:
    max_concurrent_runs: 2
"""
WORKSPACE = """\
load_from:
  - grpc_server:
      host: {host}
      port: {port}
      location_name: {name}
"""


def base_url(folder: Folder, ports: Ports) -> str:
    """Where its pages are: under the path at which a Lab shows them, so that their links hold there too."""
    return f"http://{HOST}:{ports['web']}{folder.web_path()}"


def settings(folder: Folder) -> dict[str, str]:
    """The whole environment of a Dagster program, and of the runs that it starts."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("DAGSTER", "DG_"))}
    scripts = str(Path(sys.executable).parent)
    return inherited | {
        "PATH": os.pathsep.join([scripts, inherited.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(project(folder) / "src"), inherited.get("PYTHONPATH")])
        ),
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "DAGSTER_HOME": str(folder.path),
        "DAGSTER_DISABLE_TELEMETRY": "1",  # dagster.yaml says so too
        "DAGSTER_DG_UPDATE_CHECK_ENABLED": "0",
        "DO_NOT_TRACK": "1",
    }


def prepare(folder: Folder, ports: Ports) -> None:
    """Writes what is the course's own; the files of the lessons, in `defs/`, stay as they are."""
    folder.choose_web_path()
    write_project(folder)
    write_text(folder / "dagster.yaml", INSTANCE)
    write_text(folder / "workspace.yaml", WORKSPACE.format(host=HOST, port=ports["codigo"], name=LOCATION))


def parts(folder: Folder, ports: Ports) -> list[Part]:
    environment = settings(folder)
    workspace = ("-w", str(folder / "workspace.yaml"))
    url = base_url(folder, ports)

    def program(name: str, command: list[str], ready: Any) -> Part:
        return Part(name, command, ready, environment, seconds=120, stop_seconds=15, restarts=3)

    # The lesson's code lives in a server of its own, which webserver and daemon share: a file with an error stops
    # neither, and a reload reaches both.
    code = module(
        "dagster", "code-server", "start",
        "-h", HOST, "-p", str(ports["codigo"]), "-m", f"{LOCATION}.definitions", "--location-name", LOCATION,
    )  # fmt: skip
    web = module(
        "dagster_webserver",
        *("-h", HOST, "-p", str(ports["web"]), "--path-prefix", folder.web_path().rstrip("/"), *workspace),
    )
    # These two look for the code as they start, and come up side by side: one core is enough for neither.
    return [
        program("code-server", code, lambda: listens(ports["codigo"])),
        program("webserver", web, lambda: True),
        program("daemon", module("dagster._daemon", "run", *workspace), lambda: all_healthy(url)),
    ]


def all_healthy(url: str) -> bool:
    """Whether the webserver answers, and says that every daemon that is due has reported lately."""
    query = "{ instance { daemonHealth { allDaemonStatuses { required healthy } } } }"
    asked = Request(
        f"{url}graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urlopen(asked, timeout=10) as answer:
            told = json.load(answer)
        daemons = told["data"]["instance"]["daemonHealth"]["allDaemonStatuses"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return all(one["healthy"] for one in daemons if one["required"])


def _client(folder: Folder, ports: Ports) -> Any:
    from curso.services.dagster_client import Dagster

    return Dagster(folder, base_url(folder, ports), settings(folder))


SERVICE = Service(
    name="dagster",
    title="O Dagster",
    ports={"web": "tcp", "codigo": "tcp"},
    parts=parts,
    client=_client,
    prepare=prepare,
    page=base_url,
)
