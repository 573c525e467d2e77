"""When a learner's files have been saved, and whether what was saved can be Python yet.

Only what `stat` says is asked for, many times a second: it works on every system and file system, and an editor that
writes a new file and renames it over the old one is seen as well as one that writes in place.
"""

from __future__ import annotations

import ast
import re
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

REST_SECONDS = 0.06
"""A file is saved once nothing has changed for this long: editors write in more than one step."""
GONE_SECONDS = 1.0
"""A file that is not there may be in the middle of being replaced."""

Signature = tuple[tuple[int, int, int, int] | None, ...]


class Files:
    """The files of a submission, watched."""

    def __init__(
        self, folder: Path, names: Sequence[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._paths = [folder / name for name in names]
        self._clock = clock
        self._told = self._last = self._signature()
        self._since = clock()

    def saved(self) -> bool:
        """True once for every save, as soon as the files are at rest."""
        now = self._signature()
        if now != self._last:
            self._last, self._since = now, self._clock()
        rest = REST_SECONDS if None not in now else GONE_SECONDS
        if now == self._told or self._clock() - self._since < rest:
            return False
        self._told = now
        return True

    def _signature(self) -> Signature:
        return tuple(map(_stat, self._paths))


def _stat(path: Path) -> tuple[int, int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino, seen.st_size


def half_typed(folder: Path, names: Sequence[str]) -> str:
    """Why what was saved cannot be run yet, in one sentence; "" where it can be tried.

    Nothing is run for it, and it is no verdict: half of a line is how every line begins.
    """
    for name in names:
        path = folder / name
        try:
            source = path.read_bytes()
        except FileNotFoundError:
            return f"O arquivo {name} não está na pasta: salve-o de novo em {path.parent}."
        except OSError:
            return f"O arquivo {name} não pôde ser lido."
        if path.suffix == ".py" and (problem := _problem(name, source)):
            return problem
    return ""


def _problem(name: str, source: bytes) -> str:
    no_code = f"{name}: o Python não consegue ler este arquivo como código."
    if b"\0" in source:  # a ValueError or a SyntaxError, as the version pleases
        return no_code
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, name, "exec", flags=ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        where = f", linha {error.lineno}" if error.lineno else ""
        line = (error.text or "").strip()
        shown = f" «{line[:60]}»" if line else ""
        return f"{name}{where}: o Python ainda não entende{shown}: {_said(error.msg or '')}."
    except (ValueError, RecursionError, MemoryError):
        return no_code
    return ""


_SAID = (
    (r"'(.)' was never closed", "falta fechar o «{0}»"),
    (r"unmatched '(.)'", "sobra um «{0}»"),
    (r"closing parenthesis '(.)' does not match opening parenthesis '(.)'.*", "o «{0}» não fecha o «{1}» aberto antes"),
    (r"unterminated (?:triple-quoted )?f?-?string literal.*", "falta fechar as aspas"),
    (r"expected ':'", "falta o «:» no fim da linha"),
    (r"expected an indented block after (.*) on line (\d+)", "falta o bloco recuado depois da linha {1}"),
    (r"unexpected indent", "há um recuo a mais"),
    (r"unindent does not match any outer indentation level", "o recuo não combina com nenhum bloco acima"),
    (r"inconsistent use of tabs and spaces in indentation", "tabulações e espaços estão misturados no recuo"),
    (r"invalid syntax\. Perhaps you forgot a comma\?", "talvez falte uma vírgula"),
    (r"invalid syntax\. Maybe you meant '==' .*", "talvez falte um «=»: comparar se escreve com «==»"),
    (r"invalid syntax", "a linha não está completa"),
    (r"unexpected EOF while parsing", "o arquivo acaba antes da hora"),
    (r".*codec can't decode.*|.*invalid or missing encoding.*", "o arquivo não está em UTF-8"),
)  # fmt: skip


def _said(message: str) -> str:
    """Python's complaint in Portuguese; its own words where it is a rare one."""
    for pattern, portuguese in _SAID:
        found = re.fullmatch(pattern, message)
        if found:
            return portuguese.format(*found.groups())
    return message
