"""The course's PostgreSQL in a lesson's hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from curso.services.service import ServiceError
from curso.show.table import Tabela


class Postgres:
    """`sql()` runs statements, each call in a transaction of its own; `uri` is the address with user and password."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def sql(self, comando: str, params: Sequence[Any] | Mapping[str, Any] | None = None) -> Tabela | None:
        """Runs one command, or several without parameters; the rows of the last one that gives rows, else None.

        Raises psycopg.Error, since a lesson may want to see it; ServiceError where the server is gone.
        """
        import psycopg
        from psycopg.rows import dict_row

        try:
            connection = psycopg.connect(self.uri, row_factory=dict_row, connect_timeout=5)
        except psycopg.OperationalError:
            raise ServiceError('O PostgreSQL não responde: rode `servico("postgres")` de novo.') from None
        rows: Tabela | None = None
        with connection, connection.cursor() as cursor:
            cursor.execute(comando, params)
            while True:
                if cursor.description is not None:
                    rows = Tabela(cursor.fetchall(), [column.name for column in cursor.description])
                if not cursor.nextset():
                    return rows

    def __repr__(self) -> str:
        return f"PostgreSQL em {self.uri.rpartition('@')[2]}"
