"""Opens what students pack: within bounds, only plain files, and nothing outside of the folder that is its own.

nbgrader's own way would fill the disk with a file that unpacks to terabytes, unpack one that contains itself for
ever, and end a whole class over one that is damaged.
"""

from __future__ import annotations

import contextlib
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from nbgrader.plugins import ExtractorPlugin

MAX_BYTES = 200 << 20
"""Of all that one archive of a student unpacks to, and of any file."""
MAX_CLASS_BYTES = 4 << 30
"""Of what the instructor's own download unpacks to."""
MAX_FILES = 5_000
MAX_DEPTH = 3  # archives in archives
KINDS = (".zip", ".gz")
UNREADABLE = (
    OSError,  # the bytes of the archive itself, and bz2's
    EOFError,  # cut off
    RuntimeError,  # a password, or a way of packing that Python does not know
    ValueError,  # names and sizes that are none
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError,
)  # fmt: skip
"""All that a damaged or locked archive raises; anything else is a fault of ours."""

Warn = Callable[[str], object]


class TooMuchError(Exception):
    """An archive that unpacks to more than a delivery can be; the message is in Portuguese."""


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    open: Callable[[], IO[bytes] | None]


class ExtractWithinBounds(ExtractorPlugin):  # type: ignore[misc]
    """nbgrader's zip_collect with `unpack` in the place of its own."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        for folder, _, names in os.walk(archive_path):
            target = Path(extracted_path, os.path.relpath(folder, archive_path))
            target.mkdir(parents=True, exist_ok=True)
            for name in sorted(names):
                path = Path(folder, name)
                if path.suffix in KINDS:
                    unpack(path, target / _stem(name), self.log.warning)
                else:
                    shutil.copy(path, target / name, follow_symlinks=False)


def unpack(archive: Path, target: Path, warn: Warn, depth: int = 0) -> None:
    """Unpacks it into `target`, and the archives in it beside themselves. What cannot be unpacked is told, not raised.

    The outermost one is the instructor's own download: a class may be large, each of its files may not.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        with _members(archive) as members:
            inner = _write(members, target, archive, warn, whole_class=depth == 0)
    except TooMuchError as error:
        shutil.rmtree(target, ignore_errors=True)
        warn(f"Não foi aberto ({error}): {archive}")
        return
    except UNREADABLE as error:
        warn(f"Não foi aberto (estragado, ou com senha: {error}): {archive}")
        return
    for path in inner:
        if depth < MAX_DEPTH:
            unpack(path, path.with_name(_stem(path.name)), warn, depth + 1)
        else:
            warn(f"Não foi aberto (um arquivo dentro de outro, {MAX_DEPTH} vezes seguidas): {path}")


def _write(
    members: Iterator[_Member], target: Path, archive: Path, warn: Warn, *, whole_class: bool
) -> list[Path]:
    """Returns the archives among what was written."""
    inner = []
    count = total = 0
    for member in members:
        if member.size > MAX_BYTES:
            warn(f"Não foi tirado (tem mais de {MAX_BYTES >> 20} MB): {member.name}, de {archive}")
            continue
        count, total = count + 1, total + member.size
        most = MAX_CLASS_BYTES if whole_class else MAX_BYTES
        if total > most or (count > MAX_FILES and not whole_class):
            raise TooMuchError(f"tem mais de {MAX_FILES} arquivos ou de {most >> 20} MB")
        name = PurePosixPath(member.name.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts:
            warn(f"Não foi tirado (o nome aponta para fora da pasta): {member.name}, de {archive}")
            continue
        path = target / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with (
                contextlib.closing(member.open() or open(os.devnull, "rb")) as source,
                path.open("xb") as file,
            ):
                shutil.copyfileobj(source, file)
        except OSError as error:
            warn(f"Não foi tirado ({error.strerror or error}): {member.name}, de {archive}")
            continue
        if path.suffix in KINDS:
            inner.append(path)
    return inner


@contextlib.contextmanager
def _members(archive: Path) -> Iterator[Iterator[_Member]]:
    """The plain files of an archive; links, devices and folders are none."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            yield (
                _Member(info.filename, info.file_size, lambda info=info: opened.open(info))  # type: ignore[misc]
                for info in opened.infolist()
                if not info.is_dir() and (info.external_attr >> 28) in (0, 0o10)
            )
        return
    with tarfile.open(archive, "r:*") as packed:
        yield (
            _Member(info.name, info.size, lambda info=info: packed.extractfile(info))  # type: ignore[misc]
            for info in packed
            if info.isreg()
        )


def _stem(name: str) -> str:
    """`entrega.tar.gz` and `entrega.zip` both open into `entrega`; a name never collides with its own archive."""
    stem = Path(name).stem
    return stem.removesuffix(".tar") or "_"
