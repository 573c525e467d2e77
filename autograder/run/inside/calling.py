"""Calls functions of a student's module and turns what they give back into plain JSON.

What a function returns is data before anything looks at it: a value that calls itself equal to everything is
an error here, and out there only its text would be left.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any

MAX_DEPTH = 8
MAX_ITEMS = 20_000
MAX_TEXT = 2_000


class NotPlain(Exception):
    """A value that is no plain JSON; the message says what it is, in Portuguese."""


class NotLoaded(Exception):
    """A file that does not load; the message says why, in one line."""


def call(arguments: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Loads `file` by its name below `root` and performs the calls in their order, each on its own."""
    try:
        module = load(arguments, tell)
    except NotLoaded as error:
        why = f"o arquivo não carrega: {error}"
        return {"results": [{"error": why} for _ in arguments["calls"]]}
    results = []
    for function, named in arguments["calls"]:
        tell({"at": f"na função {function}"})
        results.append(_result(module, function, named))
    return {"results": results}


def load(arguments: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> Any:
    """Imports `file` by its name below `root`. Raises NotLoaded."""
    root, file = Path(arguments["root"]), Path(arguments["file"])
    name = ".".join(file.relative_to(root).with_suffix("").parts)
    tell({"at": f"ao importar {file.name}"})
    see_submission(str(root))
    try:
        return import_module(name)
    except Exception as error:
        raise NotLoaded(said(error).replace(str(root) + "/", "")) from error


def _result(module: Any, function: str, named: dict[str, Any]) -> dict[str, Any]:
    try:  # the module too may be something else by now
        wanted = getattr(module, function, None)
        if not callable(wanted):
            return {"error": f"o arquivo não tem a função {function}"}
        return {"value": plain(wanted(**named))}
    except NotPlain as error:
        return {"error": f"{function} devolveu {error}"}
    except Exception as error:
        return {"error": said(error)}


def said(error: BaseException) -> str:
    """The error in one line, as far as it lets itself be written."""
    try:
        return f"{type(error).__name__}: {error}"[:MAX_TEXT]
    except Exception:
        return type(error).__name__[:MAX_TEXT]


def plain(value: Any) -> Any:
    """A copy made of exactly str, int, float, bool, None, list and dict. Raises NotPlain."""
    left = [MAX_ITEMS]
    return _plain(value, 0, left)


def plain_report(report: dict[str, Any]) -> dict[str, Any]:
    """The report of an adapter as plain JSON, whatever objects its texts came from. Raises NotPlain."""
    copied: dict[str, Any] = plain(report)
    return copied


def _plain(value: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        raise NotPlain("mais dados do que o combinado")
    if value is None or value is True or value is False:
        return value
    # The base types' own methods: those of a subclass may say anything.
    if isinstance(value, str):
        return str.__str__(value)[:MAX_TEXT]
    if isinstance(value, int):
        number = int.__index__(value)
        if abs(number) >= 1 << 63:
            raise NotPlain("um número grande demais")
        return number
    if isinstance(value, float):
        exact = float.__float__(value)
        if not isfinite(exact):
            raise NotPlain(f"{exact}, que não é número em JSON; para «não há» use None")
        return exact
    if isinstance(value, dict):
        if not all(type(key) is str for key in dict.keys(value)):
            raise NotPlain("um dicionário com chaves que não são texto")
        return {key: _plain(item, depth + 1, left) for key, item in dict.items(value)}
    if isinstance(value, list):
        return [_plain(item, depth + 1, left) for item in list.__iter__(value)]
    if isinstance(value, tuple):
        return [_plain(item, depth + 1, left) for item in tuple.__iter__(value)]
    kind = type(value)
    raise NotPlain(
        f"um objeto {_name(kind)}, que não é valor simples (dict, list, str, int, float, bool ou None)"
    )


def _name(kind: type) -> str:
    return str(type.__dict__["__name__"].__get__(kind))[:80]


def see_submission(root: str) -> None:
    """Makes the submission's folder importable, as Airflow does with a bundle's."""
    if root and root not in sys.path:
        sys.path.append(root)
