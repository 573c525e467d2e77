"""Collecting a submission: each refusal says what to do, and equal submissions have equal fingerprints."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model.exercise import Exercise, load_exercise
from autograder.submission import MAX_FILE_BYTES, Submission, collect

NAME = "dags/pipeline.py"

names = st.text("abcdefgh/._-0123456789é", min_size=1, max_size=12)
files = st.dictionaries(names, st.binary(max_size=40), max_size=4)
problems = st.dictionaries(names, st.text(max_size=20), max_size=2)


@pytest.fixture
def exercise(toy_exercise: Exercise) -> Exercise:
    return toy_exercise.model_copy(update={"files": (NAME,)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "entrega" / "dags").mkdir(parents=True)
    return tmp_path / "entrega"


def problem(folder: Path, exercise: Exercise) -> str:
    """The one refusal, which never brings a file along."""
    collected = collect(folder, exercise)
    assert collected.files == {}
    assert list(collected.problems) == [NAME]
    assert collected.fingerprint  # can be told apart and kept like any other
    return collected.problems[NAME]


def test_a_good_file_is_taken_byte_by_byte(folder: Path, exercise: Exercise) -> None:
    content = "# ação\r\nprint('olá')\n".encode()
    (folder / NAME).write_bytes(content)
    (folder / "dags" / "outro.py").write_text("não foi pedido", encoding="utf-8")
    assert collect(folder, exercise) == Submission({NAME: content}, {})


def test_missing(folder: Path, exercise: Exercise) -> None:
    said = problem(folder, exercise)
    assert said.startswith(f"Falta {NAME}.")
    assert "Confira" in said


def test_missing_with_its_folder(tmp_path: Path, exercise: Exercise) -> None:
    assert problem(tmp_path, exercise).startswith(f"Falta {NAME}.")


def test_missing_names_the_near_misses(folder: Path, exercise: Exercise) -> None:
    for name in ("Pipeline.py", "pipeline (1).py", "pipeline.txt", "a.py", "z.py"):
        (folder / "dags" / name).write_text("x = 1", encoding="utf-8")
    said = problem(folder, exercise)
    assert "Pipeline.py, a.py, pipeline (1).py:" in said  # three, in order
    assert "pipeline.txt" not in said


def test_missing_beside_a_name_that_is_no_text(folder: Path, exercise: Exercise) -> None:
    try:
        (folder / "dags" / os.fsdecode(b"\xff\xfe.py")).write_text("x = 1", encoding="utf-8")
    except OSError:
        pytest.skip("este sistema de arquivos só aceita nomes em UTF-8")
    problem(folder, exercise).encode("utf-8")


@pytest.mark.parametrize("content", [b"", b"\n \t\r\n"])
def test_empty(folder: Path, exercise: Exercise, content: bytes) -> None:
    (folder / NAME).write_bytes(content)
    assert "está vazio" in problem(folder, exercise)


def test_latin_1_names_the_line(folder: Path, exercise: Exercise) -> None:
    (folder / NAME).write_bytes("x = 1\ny = 2\nnome = 'ação'\n".encode("latin-1"))
    assert "não está em UTF-8 (linha 3)" in problem(folder, exercise)


def test_utf_16_has_null_bytes(folder: Path, exercise: Exercise) -> None:
    (folder / NAME).write_bytes("x = 1\n".encode("utf-16-le"))
    assert "bytes nulos" in problem(folder, exercise)


def test_size_is_capped_at_a_megabyte(folder: Path, exercise: Exercise) -> None:
    (folder / NAME).write_bytes(b"#" * MAX_FILE_BYTES)
    assert collect(folder, exercise).problems == {}
    (folder / NAME).write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    assert "o limite é 1 MB" in problem(folder, exercise)


def test_a_huge_file_is_not_read(folder: Path, exercise: Exercise) -> None:
    """50 GB, without a block on disk: reading it would take minutes."""
    with (folder / NAME).open("wb") as file:
        try:
            file.truncate(50_000_000_000)
        except OSError:
            pytest.skip("este sistema de arquivos não guarda arquivos esparsos")
    assert "tem 50000 MB" in problem(folder, exercise)


def test_a_linked_file_is_not_followed(folder: Path, exercise: Exercise, tmp_path: Path) -> None:
    secret = tmp_path / "secreto.py"
    secret.write_text("senha = 'x'", encoding="utf-8")
    for target in (secret, Path("/etc/passwd"), Path("nao-existe"), Path("pipeline.py")):
        (folder / NAME).symlink_to(target)
        assert "é um atalho (link)" in problem(folder, exercise)
        (folder / NAME).unlink()


def test_a_linked_folder_is_not_followed(folder: Path, exercise: Exercise, tmp_path: Path) -> None:
    elsewhere = tmp_path / "outra"
    elsewhere.mkdir()
    (elsewhere / "pipeline.py").write_text("x = 1", encoding="utf-8")
    (folder / "dags").rmdir()
    (folder / "dags").symlink_to(elsewhere)
    assert "é um atalho (link)" in problem(folder, exercise)


def test_a_link_is_not_followed_to_name_near_misses(folder: Path, exercise: Exercise, tmp_path: Path) -> None:
    elsewhere = tmp_path / "outra"
    elsewhere.mkdir()
    (elsewhere / "segredo-alheio.py").write_text("x = 1", encoding="utf-8")
    (folder / "dags").rmdir()
    (folder / "dags").symlink_to(elsewhere)
    assert "segredo-alheio" not in problem(folder, exercise)


def test_a_fifo_does_not_hang(folder: Path, exercise: Exercise) -> None:
    os.mkfifo(folder / NAME)
    said: list[str] = []
    reading = threading.Thread(target=lambda: said.append(problem(folder, exercise)), daemon=True)
    reading.start()
    reading.join(5)
    assert "não é um arquivo comum" in said[0]


def test_a_socket_is_refused(exercise: Exercise) -> None:
    with tempfile.TemporaryDirectory(prefix="s") as short, socket.socket(socket.AF_UNIX) as listening:
        (Path(short) / "dags").mkdir()
        listening.bind(f"{short}/{NAME}")
        assert "não pode ser lido" in problem(Path(short), exercise)


def test_a_directory_in_its_place(folder: Path, exercise: Exercise) -> None:
    (folder / NAME).mkdir()
    assert "não é um arquivo comum" in problem(folder, exercise)


def test_a_file_in_its_folders_place(folder: Path, exercise: Exercise) -> None:
    (folder / "dags").rmdir()
    (folder / "dags").write_text("x", encoding="utf-8")
    assert NAME in problem(folder, exercise)


@pytest.mark.skipif(os.geteuid() == 0, reason="o root lê qualquer arquivo")
def test_an_unreadable_file(folder: Path, exercise: Exercise) -> None:
    (folder / NAME).write_text("x = 1", encoding="utf-8")
    (folder / NAME).chmod(0)
    assert "não pode ser lido" in problem(folder, exercise)


def test_no_descriptor_is_left_open(folder: Path, exercise: Exercise) -> None:
    before = len(os.listdir("/dev/fd"))
    collect(folder, exercise)
    (folder / NAME).symlink_to("/etc/passwd")
    collect(folder, exercise)
    (folder / NAME).unlink()
    (folder / NAME).write_bytes(b"\0")
    collect(folder, exercise)
    assert len(os.listdir("/dev/fd")) == before


def test_one_bad_file_does_not_hide_the_others(folder: Path, exercise: Exercise) -> None:
    two = exercise.model_copy(update={"files": (NAME, "leia.md")})
    (folder / "leia.md").write_text("oi", encoding="utf-8")
    collected = collect(folder, two)
    assert collected.files == {"leia.md": b"oi"}
    assert list(collected.problems) == [NAME]


def test_written_out_read_only(tmp_path: Path) -> None:
    Submission({NAME: b"x = 1\n", "leia.md": b"oi"}, {}).write(tmp_path)
    assert (tmp_path / NAME).read_bytes() == b"x = 1\n"
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o444


# --- fingerprints ------------------------------------------------------------------------------------


@given(files, problems)
def test_fingerprint_does_not_depend_on_order(files: dict[str, bytes], problems: dict[str, str]) -> None:
    backwards = Submission(dict(reversed(files.items())), dict(reversed(problems.items())))
    assert Submission(files, problems).fingerprint == backwards.fingerprint


@given(files, problems, files, problems)
def test_fingerprint_tells_submissions_apart(
    files: dict[str, bytes],
    problems: dict[str, str],
    others: dict[str, bytes],
    other_problems: dict[str, str],
) -> None:
    one, other = Submission(files, problems), Submission(others, other_problems)
    assert (one == other) is (one.fingerprint == other.fingerprint)


@given(names, st.binary(min_size=1, max_size=30), st.data())
def test_content_cannot_be_moved_between_files(name: str, content: bytes, data: st.DataObject) -> None:
    """Names and contents are measured: no two splits of the same bytes look alike."""
    cut = data.draw(st.integers(0, len(content) - 1))
    whole = Submission({name: content, name + "x": b""}, {})
    split = Submission({name: content[:cut], name + "x": content[cut:]}, {})
    assert whole.fingerprint != split.fingerprint


def test_the_starter_of_the_toy_is_collected_from_its_own_folder() -> None:
    folder = Path(__file__).parent / "toy" / "course" / "exercises" / "ex-toy"
    assert list(collect(folder, load_exercise(folder)).files) == ["pipeline.py"]
