"""Where a newer course comes from: the clone's own repository, or a class package that somebody sent."""

from __future__ import annotations

import json
import lzma
import os
import subprocess
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from curso import atomic
from curso.delivered import digest
from curso.package import MANIFEST, NEVER, manifest_of
from curso.places import ROOT
from curso.portuguese import refusal
from curso.update import Merge, Told

MAX_BYTES = 500 << 20


class NoUpdateError(Exception):
    """Nothing was changed; the message says why, and what to do."""


def from_git(root: Path = ROOT) -> Told:
    """What the clone's repository has that is newer. Raises NoUpdateError.

    As `git pull` would, but file by file: an edited lesson doesn't stand in the way of all the others.
    """
    merge = Merge(root)
    if _git(root, "rev-parse", "--abbrev-ref", "@{upstream}") is None:
        return merge.told  # a copy that follows nothing: what is here is what there is
    if _git(root, "fetch", "--quiet") is None:
        raise NoUpdateError(
            "Não consegui falar com o repositório do curso: veja a sua conexão e tente de novo. Nada foi mudado."
        )
    here, there = _text(root, "rev-parse", "HEAD"), _text(root, "rev-parse", "@{upstream}")
    if here == there:
        return merge.told
    if _git(root, "merge-base", "--is-ancestor", here, there) is None:
        raise NoUpdateError(
            "O seu clone tem commits que o repositório do curso não tem: junte-os você, com `git pull`, e rode "
            "`curso atualizar` de novo. Nada foi mudado."
        )
    changed = _git(root, "diff", "--name-status", "--no-renames", "-z", here, there) or b""
    words = changed.decode("utf-8").rstrip("\0").split("\0")
    for status, name in zip(words[::2], words[1::2], strict=True):
        given = _git(root, "cat-file", "blob", f"{here}:{name}")
        known = digest(name, given) if given is not None else None
        if status == "D":
            merge.remove(name, known)
            continue
        new = _git(root, "cat-file", "blob", f"{there}:{name}")
        if new is not None:
            mode = _text(root, "ls-tree", there, "--", name).split(" ", 1)[0]
            merge.bring(name, known, new, executable=mode == "100755")
    if _git(root, "reset", "--quiet", there) is None:
        raise NoUpdateError("Os arquivos são os novos, mas o git não quis anotar isso: rode `git status`.")
    return merge.told


def from_package(package: Path, root: Path = ROOT) -> Told:
    """What a class package (a zip) has that is newer. Raises NoUpdateError."""
    if (root / ".git").exists():
        raise NoUpdateError(
            "Este curso é um clone do git: `curso atualizar`, sem pacote, traz o que há de novo."
        )
    manifest = root / MANIFEST
    mine = manifest_of(manifest.read_bytes()) if manifest.is_file() else None
    if mine is None:
        raise NoUpdateError(
            f"Esta pasta não tem um {MANIFEST} que diga o que veio com ela: descompacte o pacote novo em outra pasta e "
            "leve para lá as suas pastas trabalho/ e .curso/."
        )
    given: dict[str, str] = mine["arquivos"]
    files = _read(package)
    theirs = manifest_of(files.pop(MANIFEST, (b"", False))[0])
    if theirs is None:
        raise NoUpdateError(f"{package} não é um pacote de turma: falta o {MANIFEST} dentro dele.")
    if theirs["feito_em"] < mine["feito_em"]:
        raise NoUpdateError(f"{package} é mais velho que o curso que você tem. Nada foi mudado.")
    merge = Merge(root)
    for name, (content, executable) in files.items():
        merge.bring(name, given.get(name), content, executable=executable)
    for name in sorted(given.keys() - files.keys()):
        if _safe(name):
            merge.remove(name, given[name])
    atomic.write_text(root / MANIFEST, json.dumps(theirs, ensure_ascii=False, indent=1))
    return merge.told


UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError)
"""What zipfile raises for a file that is none, is damaged or cut off, has a password, or a compression unknown to it."""


def _read(package: Path) -> dict[str, tuple[bytes, bool]]:
    """The package's files by their names in the course. Raises NoUpdateError."""
    files: dict[str, tuple[bytes, bool]] = {}
    try:
        with zipfile.ZipFile(package) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise NoUpdateError(f"{package} é grande demais para um pacote de turma.")
            for info in archive.infolist():
                name = info.filename.partition("/")[2]
                if info.is_dir() or not _safe(name):
                    continue
                files[name] = (archive.read(info), bool(info.external_attr >> 16 & 0o100))
    except FileNotFoundError:
        raise NoUpdateError(f"O arquivo {package} não existe: confira o caminho.") from None
    except OSError as error:
        raise NoUpdateError(f"Não consegui ler {package}: {refusal(error)}. Confira o caminho.") from None
    except UNREADABLE:
        raise NoUpdateError(f"{package} não é um zip que dê para ler: baixe-o de novo.") from None
    return files


def _safe(name: str) -> bool:
    """Inside of the course, and nothing of the learner's own."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and not NEVER_OURS & set(parts)


NEVER_OURS = NEVER - {"turma.toml"}


def _git(root: Path, *args: str) -> bytes | None:
    """What git printed; None where it refused."""
    try:
        done = subprocess.run(
            ["git", *args], cwd=root, capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=300,
            env=os.environ | {"GIT_TERMINAL_PROMPT": "0"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _text(root: Path, *args: str) -> str:
    return (_git(root, *args) or b"").decode("utf-8").strip()
