"""Archives made to hurt whoever opens them: each ends in a warning, and nothing gets out of its folder."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from curso.classroom.archives import MAX_BYTES, MAX_DEPTH, MAX_FILES, unpack

LINK = 0o120777 << 16
ZEROS = bytes(1 << 20)


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = LINK
    return info, target.encode()


def bomb(megabytes: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("z.py", "w") as file:
        for _ in range(megabytes):
            file.write(ZEROS)
    return made.getvalue()


def tarred(*members: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for info in members:
            archive.addfile(info, io.BytesIO(bytes(info.size)))
    return made.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, size
    return info


def nested(times: int) -> bytes:
    content = zipped(("fundo.py", b"x = 1"))
    for _ in range(times):
        content = zipped(("dentro.zip", content))
    return content


def locked() -> bytes:
    content = bytearray(zipped(("a.py", b"x = 1")))
    content[6] |= 1  # in both headers: a password is asked for
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def spoilt(packing: int) -> bytes:
    """Whole from outside; what is packed in it is not."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        archive.writestr("a.py", random.Random(4).randbytes(4_000))
    content = bytearray(made.getvalue())
    content[60:200] = b"\xff" * 140
    return bytes(content)


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "out of the folder": ("e.zip", lambda: zipped(("../../fora.py", b"x"), ("a/../../../fora.py", b"x")), "aponta para fora"),
    "absolute": ("e.zip", lambda: zipped(("/tmp/fora.py", b"x"), ("\\\\tmp\\fora.py", b"x")), "aponta para fora"),
    "out, as Windows writes it": ("e.zip", lambda: zipped(("..\\..\\fora.py", b"x")), "aponta para fora"),
    "through a link": ("e.zip", lambda: zipped(link("pasta", "../.."), ("pasta/fora.py", b"x")), ""),
    "through a link in a tar": ("e.tar.gz", lambda: tarred(member("pasta", tarfile.SYMTYPE, "../.."), member("pasta/fora.py")), ""),
    "a hard link": ("e.tar.gz", lambda: tarred(member("senhas.py", tarfile.LNKTYPE, "/etc/passwd")), ""),
    "devices and queues": ("e.tar.gz", lambda: tarred(member("a.py", tarfile.CHRTYPE), member("b.py", tarfile.FIFOTYPE)), ""),
    "a bomb": ("e.zip", lambda: bomb((MAX_BYTES >> 20) + 1), "200 MB"),
    "a bomb in a tar": ("e.tar.gz", lambda: tarred(member("z.py", size=MAX_BYTES + 1)), "200 MB"),
    "too many files": ("e.zip", lambda: zipped(*((f"{n}.py", b"") for n in range(MAX_FILES + 1))), f"{MAX_FILES} arquivos"),
    "archives without an end": ("e.zip", lambda: nested(12), "dentro de outro"),
    "twice the same name": ("e.zip", lambda: zipped(("a.py", b"1"), ("A.py", b"2"), ("a.py/b.py", b"3")), "Não foi tirado"),
    "a name that is too long": ("e.zip", lambda: zipped(("n" * 300 + ".py", b"x")), "Não foi tirado"),
    "damaged": ("e.zip", lambda: zipped(("a.py", b"x" * 100))[:60], "estragado"),
    "damaged within": ("e.zip", lambda: spoilt(zipfile.ZIP_DEFLATED), "a.py"),
    "damaged within (bzip2)": ("e.zip", lambda: spoilt(zipfile.ZIP_BZIP2), "a.py"),
    "damaged within (lzma)": ("e.zip", lambda: spoilt(zipfile.ZIP_LZMA), "estragado"),
    "not one at all": ("e.gz", lambda: b"isto n\xc3\xa3o \xc3\xa9 um zip", "estragado"),
    "locked": ("e.zip", locked, "com senha"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("how", HOSTILE)
def test_whoever_opens_it_is_not_hurt(tmp_path: Path, how: str) -> None:
    """As a class is downloaded: the student's archive lies in the instructor's."""
    name, make, told = HOSTILE[how]
    outer = tmp_path / "baixado" / "turma.zip"
    outer.parent.mkdir()
    outer.write_bytes(zipped((f"ana/{name}", make()), ("bia/vendas.py", b"y = 2")))
    before = set(tmp_path.rglob("*"))
    warnings: list[str] = []
    unpack(outer, tmp_path / "aberto" / "extraido" / "turma", warnings.append)
    opened = tmp_path / "aberto" / "extraido" / "turma"
    made = set(tmp_path.rglob("*")) - before
    assert all(path.is_relative_to(tmp_path / "aberto") for path in made)
    assert {path.parent for path in made} & {tmp_path / "aberto"} == {tmp_path / "aberto"}
    assert not list((tmp_path / "aberto").glob("*.py")) + list(
        (tmp_path / "aberto" / "extraido").glob("*.py")
    )
    assert all(path.is_file() or path.is_dir() for path in made if not path.is_symlink())
    assert not [path for path in made if path.is_symlink()]
    assert sum(path.stat().st_size for path in made if path.suffix == ".py") <= MAX_BYTES
    assert any(told in warning for warning in warnings) if told else True
    assert (opened / "bia" / "vendas.py").read_bytes() == b"y = 2", "the others are opened as ever"


def test_what_lies_a_few_archives_deep_is_found(tmp_path: Path) -> None:
    (tmp_path / "turma.zip").write_bytes(nested(MAX_DEPTH))
    unpack(tmp_path / "turma.zip", tmp_path / "turma", pytest.fail)
    assert len(list((tmp_path / "turma").rglob("fundo.py"))) == 1


def test_a_class_may_have_many_files(tmp_path: Path) -> None:
    students = [(f"aluno-{n}/a.py", b"x") for n in range(MAX_FILES + 10)]
    (tmp_path / "turma.zip").write_bytes(zipped(*students))
    unpack(tmp_path / "turma.zip", tmp_path / "turma", pytest.fail)
    assert len(list((tmp_path / "turma").rglob("a.py"))) == len(students)
