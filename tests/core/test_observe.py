"""What is read of a world after a step, however hostile what lies there is."""

from __future__ import annotations

import gzip
import json
import math
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from autograder.model.evidence import FileSeen, Outcome, StepEvidence
from autograder.run import observe as module
from autograder.run.observe import MAX_FILES, MAX_TEXT_BYTES, observe
from autograder.run.read_tables import MAX_ROWS

TABLES = ("vendas", "resumo")


@pytest.fixture(autouse=True)
def in_time(scratch: Path) -> Iterator[None]:
    """Whatever lies there, reading it ends soon and leaves nothing behind."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 15
    assert os.listdir(scratch) == []


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "mundo" / "saida").mkdir(parents=True)
    return tmp_path / "mundo"


@pytest.fixture
def database(world: Path) -> Path:
    with closing(sqlite3.connect(world / "armazem.db")) as connection, connection:
        connection.execute("CREATE TABLE vendas (a INTEGER, b TEXT)")
        connection.execute("CREATE TABLE resumo (total REAL)")
        connection.execute("INSERT INTO vendas VALUES (1, 'x'), (2, NULL)")
        connection.execute("INSERT INTO resumo VALUES (2.5)")
    return world / "armazem.db"


def execute(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def tables(world: Path) -> dict[str, Any]:
    seen = observe(world, "armazem.db", TABLES, ())["tables"]
    # What was read must fit in evidence, and evidence must fit in a file.
    assert StepEvidence(outcome=Outcome.OK, tables=seen).model_dump_json()
    return seen


def files(world: Path, folder: str = "saida") -> dict[str, FileSeen]:
    seen = observe(world, "armazem.db", (), (folder,))["files"]
    return {name: FileSeen.model_validate(file) for name, file in seen.items()}


# --- tables ------------------------------------------------------------------------------------------


def test_rows_as_they_are(world: Path, database: Path) -> None:
    assert tables(world) == {
        "vendas": [{"a": 1, "b": "x"}, {"a": 2, "b": None}],
        "resumo": [{"total": 2.5}],
    }


def test_only_tables_asked_for(world: Path, database: Path) -> None:
    execute(database, "CREATE TABLE outra (a)")
    assert set(tables(world)) == {"vendas", "resumo"}


def test_a_missing_table_and_a_missing_database(world: Path, database: Path) -> None:
    execute(database, "DROP TABLE resumo")
    assert set(tables(world)) == {"vendas"}
    database.unlink()
    assert tables(world) == {}


@pytest.mark.parametrize(
    "view",
    [
        "CREATE VIEW resumo AS SELECT 2.5 AS total",
        "CREATE TEMP VIEW x AS SELECT 1",
        "CREATE VIEW resumo AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS total FROM n",
        "CREATE VIEW resumo AS SELECT count(*) AS total FROM (WITH RECURSIVE n(i) AS"
        " (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)",
    ],
    ids=["constant", "temporary", "endless", "endless count"],
)
def test_a_view_in_a_tables_place_is_no_table(world: Path, database: Path, view: str) -> None:
    execute(database, "DROP TABLE resumo", view)
    assert set(tables(world)) == {"vendas"}


def test_a_generated_column_cannot_fill_the_memory(world: Path, database: Path) -> None:
    """A few bytes on disk, 200 MB in each row that is read."""
    column = "b TEXT GENERATED ALWAYS AS (printf('%0*d', 200000000, a)) VIRTUAL"
    execute(
        database,
        "DROP TABLE resumo",
        f"CREATE TABLE resumo (a INTEGER, {column})",
        "INSERT INTO resumo (a) VALUES (1), (2), (3), (4), (5), (6), (7), (8)",
    )
    assert "resumo" not in tables(world)


def test_rows_are_capped(world: Path, database: Path) -> None:
    many = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {MAX_ROWS + 500})"
    execute(database, f"INSERT INTO vendas {many} SELECT i, 'x' FROM n")
    assert len(tables(world)["vendas"]) == MAX_ROWS


def test_values_that_json_does_not_know(world: Path, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM vendas")
        connection.executemany(
            "INSERT INTO vendas VALUES (?, ?)",
            [(math.inf, b"\x00\xff"), (-math.inf, "\x00"), (math.nan, ""), (2**63 - 1, "ação \U0001f600")],
        )
    assert tables(world)["vendas"] == [
        {"a": "inf", "b": "00ff"},
        {"a": "-inf", "b": "\x00"},
        {"a": None, "b": ""},  # SQLite itself keeps no NaN
        {"a": 2**63 - 1, "b": "ação \U0001f600"},
    ]


@pytest.mark.parametrize("content", ["X'ff'", "X'eda080'", "X'c0af'"], ids=["latin", "surrogate", "overlong"])
def test_text_that_is_no_text(world: Path, database: Path, content: str) -> None:
    """The table cannot be read: missing, never empty and never a crash."""
    execute(database, f"INSERT INTO resumo VALUES (CAST({content} AS TEXT))")
    assert "resumo" not in tables(world)


def test_utf_16_database_with_half_a_character(world: Path) -> None:
    execute(
        world / "armazem.db",
        "PRAGMA encoding = 'UTF-16le'",
        "CREATE TABLE vendas (a TEXT)",
        "INSERT INTO vendas VALUES (CAST(X'00d8' AS TEXT)), ('ok')",
    )
    tables(world)


def test_a_column_name_that_is_no_identifier(world: Path, database: Path) -> None:
    execute(database, "DROP TABLE resumo", 'CREATE TABLE resumo ("a""; DROP TABLE vendas" INTEGER)')
    execute(database, "INSERT INTO resumo VALUES (1)")
    assert tables(world)["resumo"] == [{'a"; DROP TABLE vendas': 1}]


@pytest.mark.parametrize("content", [b"", b"lixo" * 1000, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_database(world: Path, database: Path, content: bytes) -> None:
    database.write_bytes(content)
    assert tables(world) == {}


def test_a_database_cut_in_half(world: Path, database: Path) -> None:
    execute(database, "INSERT INTO vendas SELECT a.a, hex(zeroblob(2000)) FROM vendas a, vendas b, vendas c")
    content = database.read_bytes()
    database.write_bytes(content[: len(content) // 2])
    assert "vendas" not in tables(world)


def test_what_is_still_in_the_wal_counts(world: Path, database: Path) -> None:
    """A process that was killed leaves its last commits there."""
    write = (
        "import os, sqlite3\n"
        f"c = sqlite3.connect({str(database)!r})\n"
        "c.execute('PRAGMA journal_mode=WAL'); c.execute('PRAGMA wal_autocheckpoint=0')\n"
        "c.execute(\"INSERT INTO vendas VALUES (3, 'no wal')\"); c.commit()\n"
        "c.execute(\"INSERT INTO vendas VALUES (4, 'sem commit')\")\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", write], check=False)
    assert (world / "armazem.db-wal").stat().st_size > 0
    assert [row["a"] for row in tables(world)["vendas"]] == [1, 2, 3]


def test_a_hot_journal_is_rolled_back(world: Path, database: Path) -> None:
    """Half a transaction, already spilled to the file when the process was killed, never happened."""
    write = (
        "import os, sqlite3\n"
        f"c = sqlite3.connect({str(database)!r})\n"
        "c.execute('PRAGMA cache_size=1'); c.execute('DELETE FROM vendas')\n"
        "c.executemany('INSERT INTO vendas VALUES (?, ?)', [(n, 'x' * 900) for n in range(2000)])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", write], check=False)
    assert (world / "armazem.db-journal").stat().st_size > 0
    assert tables(world)["vendas"] == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]


def test_reading_changes_nothing(world: Path, database: Path) -> None:
    before = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in world.rglob("*") if path.is_file()
    }
    tables(world)
    after = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in world.rglob("*") if path.is_file()
    }
    assert after == before


def test_a_linked_database_is_not_followed(world: Path, database: Path, tmp_path: Path) -> None:
    database.rename(tmp_path / "outro.db")
    database.symlink_to(tmp_path / "outro.db")
    assert tables(world) == {}


@pytest.mark.parametrize("suffix", ["", "-wal", "-journal"])
def test_a_fifo_in_the_databases_place_does_not_hang(world: Path, database: Path, suffix: str) -> None:
    if not suffix:
        database.unlink()
    os.mkfifo(world / f"armazem.db{suffix}")
    assert tables(world) == {} if not suffix else set(tables(world)) == {"vendas", "resumo"}


def test_a_folder_in_the_databases_place(world: Path, database: Path) -> None:
    database.unlink()
    database.mkdir()
    assert tables(world) == {}


def test_a_huge_database_is_not_copied(world: Path, database: Path) -> None:
    with database.open("ab") as file:
        file.truncate(100 << 20)
    assert tables(world) == {}


def test_a_reader_that_does_not_end_is_stopped(
    world: Path, database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sleeper = tmp_path / "read_tables.py"
    sleeper.write_text("import time; time.sleep(60)", encoding="utf-8")
    monkeypatch.setattr(module, "READER", str(sleeper))
    monkeypatch.setattr(module, "SECONDS", 0.5)
    assert tables(world) == {}


def test_the_reader_hears_nothing_of_the_environment(
    world: Path, database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sqlite3.py").write_text("raise SystemExit('sqlite falso')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert len(tables(world)["vendas"]) == 2


# --- files -------------------------------------------------------------------------------------------


def test_text_as_it_is(world: Path) -> None:
    (world / "saida" / "a.txt").write_bytes("ação\r\n".encode())
    (world / "saida" / "vazio").touch()
    assert files(world) == {
        "saida/a.txt": FileSeen(size=8, text="ação\r\n"),
        "saida/vazio": FileSeen(size=0, text=""),
    }


def test_the_text_inside_a_gz(world: Path) -> None:
    packed = gzip.compress(b"dentro\n")
    (world / "saida" / "a.csv.gz").write_bytes(packed)
    assert files(world) == {"saida/a.csv.gz": FileSeen(size=len(packed), text="dentro\n")}


@pytest.mark.parametrize("content", [b"", b"a;b\n", b"\x1f\x8b", gzip.compress(b"a")[:3] + b"\xff" * 40])
def test_a_gz_that_is_none(world: Path, content: bytes) -> None:
    (world / "saida" / "a.gz").write_bytes(content)
    assert not files(world)["saida/a.gz"].text


def test_a_gz_cut_in_half_is_none(world: Path) -> None:
    (world / "saida" / "a.gz").write_bytes(gzip.compress(b"dentro\n" * 100)[:-8])
    seen = files(world)["saida/a.gz"]
    assert seen.text is None
    assert seen.note == "não é um arquivo gzip"


def test_a_gz_in_several_members_is_read_to_its_end(world: Path) -> None:
    """What `gzip -c ... >>` leaves when it runs twice: the content is there twice."""
    (world / "saida" / "a.gz").write_bytes(gzip.compress(b"um\n") + gzip.compress(b"um\n"))
    assert files(world)["saida/a.gz"].text == "um\num\n"


@pytest.mark.parametrize("members", [1, 200])
def test_a_gz_bomb_is_not_inflated(world: Path, members: int) -> None:
    bomb = gzip.compress(bytes((200 << 20) // members))
    (world / "saida" / "a.gz").write_bytes(bomb * members)
    before = _peak_memory()
    seen = files(world)["saida/a.gz"]
    assert (seen.text, seen.note) == (None, "grande demais")
    assert _peak_memory() - before < 50 << 20


def _peak_memory() -> int:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def test_size_is_capped(world: Path) -> None:
    (world / "saida" / "cabe").write_bytes(b"x" * MAX_TEXT_BYTES)
    (world / "saida" / "nao-cabe").write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
    with (world / "saida" / "enorme").open("wb") as file:
        file.truncate(100 << 20)
    seen = files(world)
    assert len(seen["saida/cabe"].text or "") == MAX_TEXT_BYTES
    assert seen["saida/nao-cabe"].note == seen["saida/enorme"].note == "grande demais"
    assert seen["saida/enorme"].size == 100 << 20


def test_bytes_that_are_no_text(world: Path) -> None:
    (world / "saida" / "a.txt").write_bytes("ação".encode("latin-1"))
    assert files(world)["saida/a.txt"] == FileSeen(size=4, text=None, note="não é texto em UTF-8")


def test_the_number_of_files_is_capped(world: Path) -> None:
    for n in range(MAX_FILES + 10):
        (world / "saida" / f"{n:03}").touch()
    assert sorted(files(world)) == [f"saida/{n:03}" for n in range(MAX_FILES)]


def _a_fifo(path: Path, other: Path) -> None:
    os.mkfifo(path)


def _a_socket(path: Path, other: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="s", dir="/tmp") as short,
        socket.socket(socket.AF_UNIX) as listening,
    ):
        listening.bind(f"{short}/s")
        os.rename(f"{short}/s", path)


def _a_link(path: Path, other: Path) -> None:
    path.symlink_to(other)


def _a_link_to_itself(path: Path, other: Path) -> None:
    path.symlink_to(path)


def _a_folder(path: Path, other: Path) -> None:
    path.mkdir()
    (path / "dentro.txt").write_text("dentro", encoding="utf-8")


def _a_device(path: Path, other: Path) -> None:
    if os.geteuid():
        pytest.skip("só o root cria dispositivos")
    try:
        os.mknod(path, 0o20666, os.makedev(1, 5))  # /dev/zero
    except PermissionError:
        pytest.skip("este sistema não deixa criar dispositivos")


@pytest.mark.parametrize(
    "make",
    [_a_fifo, _a_socket, _a_link, _a_link_to_itself, _a_folder, _a_device],
    ids=lambda f: f.__name__[1:],
)
@pytest.mark.parametrize("name", ["x.txt", "x.gz"])
def test_what_is_no_file_is_named_and_not_read(
    world: Path, tmp_path: Path, make: Callable[[Path, Path], None], name: str
) -> None:
    other = tmp_path / "segredo.txt"
    other.write_text("segredo", encoding="utf-8")
    make(world / "saida" / name, other)
    (world / "saida" / "z.txt").write_text("vizinho", encoding="utf-8")
    seen = files(world)
    assert seen[f"saida/{name}"] == FileSeen(size=0, text=None, note="não é um arquivo comum")
    assert seen["saida/z.txt"].text == "vizinho"


@pytest.mark.parametrize("make", [_a_fifo, _a_link, _a_link_to_itself], ids=lambda f: f.__name__[1:])
def test_what_is_no_folder_is_not_read(
    world: Path, tmp_path: Path, make: Callable[[Path, Path], None]
) -> None:
    other = tmp_path / "outra"
    other.mkdir()
    (other / "segredo.txt").write_text("segredo", encoding="utf-8")
    (world / "saida").rmdir()
    make(world / "saida", other)
    assert files(world) == {}


def test_a_missing_folder(world: Path) -> None:
    assert files(world, "nada") == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="o root lê qualquer pasta")
def test_a_locked_folder_is_no_fault_of_the_grader(world: Path) -> None:
    (world / "saida").chmod(0)
    try:
        assert files(world) == {}
    finally:
        (world / "saida").chmod(0o700)


def test_names_in_every_script(world: Path) -> None:
    for name in ("relatório 1.txt", "nova\nlinha", "\u202eoculto", "😀"):
        (world / "saida" / name).write_text("x", encoding="utf-8")
    seen = files(world)
    assert len(seen) == 4
    assert json.dumps({name: file.model_dump() for name, file in seen.items()})
