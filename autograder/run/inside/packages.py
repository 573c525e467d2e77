"""`pip` where there is no network: what is asked for has to be here already, and it says so."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_WITH_VALUE = (
    "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target",
    "--python", "-p", "--prefix", "--root", "--progress-bar", "--cache-dir", "--timeout", "--retries", "--log",
)  # fmt: skip
_THE_TOOLS = ("pip", "setuptools", "wheel", "uv")


def pip(arguments: list[str]) -> int:
    """`pip ARGUMENTS`, as an exit status."""
    words = [one for one in arguments if not one.startswith("-")]
    command = words[0] if words else ""
    if command == "install":
        return _install(arguments[arguments.index("install") + 1 :])
    if command in ("list", "freeze"):
        _list()
        return 0
    if command in ("check", "cache", "config", "debug", "show", "") or not words:
        print(
            f"pip do corretor (Python {sys.version.split()[0]}): confere o que já está instalado e não baixa nada."
        )
        return 0
    print(f"pip {command}: aqui só há `pip install`.", file=sys.stderr)
    return 1


def _install(arguments: list[str]) -> int:
    try:
        wanted = _asked_for(arguments)
    except OSError as error:
        print(f"ERROR: Could not open requirements file: {error}", file=sys.stderr)
        return 1
    missing = []
    for text in wanted:
        name, here = _found(text)
        if here is None:
            missing.append(name)
        elif here:
            print(f"Requirement already satisfied: {text} ({here})")
    for name in missing:
        print(
            f"ERROR: o corretor não tem internet, e o pacote {name} não está instalado nele. "
            "O enunciado diz o que há.",
            file=sys.stderr,
        )
    return 1 if missing else 0


def _asked_for(arguments: list[str]) -> list[str]:
    wanted: list[str] = []
    left = list(arguments)
    while left:
        one = left.pop(0)
        if one in ("-r", "--requirement", "--requirements"):
            wanted += _in_file(Path(left.pop(0))) if left else []
        elif one.startswith(("--requirement=", "--requirements=")):
            wanted += _in_file(Path(one.split("=", 1)[1]))
        elif one.startswith("-r") and not one.startswith("-r="):
            wanted += _in_file(Path(one[2:]))
        elif one in _WITH_VALUE or one in ("-e", "--editable"):
            left = left[1:]
        elif not one.startswith("-") and one not in (".", "./"):
            wanted.append(one)
    return wanted


def _in_file(file: Path, depth: int = 0) -> list[str]:
    wanted: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.split(" #")[0].split(" --hash")[0].rstrip("\\").strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith(("-r ", "--requirement ")) and depth < 5:
            wanted += _in_file(file.parent / text.split(None, 1)[1], depth + 1)
        elif not text.startswith("-"):
            wanted.append(text)
    return wanted


def _found(text: str) -> tuple[str, str | None]:
    """The package's name and what there is of it; None where there is nothing, "" where nobody needs it."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return text, None if not os.path.exists(text) else ""
    if requirement.marker and not requirement.marker.evaluate():
        return requirement.name, ""
    if requirement.name.lower() in _THE_TOOLS:
        return requirement.name, ""
    try:
        here = version(requirement.name)
    except PackageNotFoundError:
        return requirement.name, None
    if requirement.specifier and not requirement.specifier.contains(here, prereleases=True):
        print(f"AVISO: {text} pede outra versão; no corretor há a {here}, e é ela que vale.", file=sys.stderr)
    return requirement.name, here


def _list() -> None:
    from importlib.metadata import distributions

    for one in sorted(distributions(), key=lambda one: one.name.lower()):
        print(f"{one.name}=={one.version}")
