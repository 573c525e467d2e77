"""`pip install` where there is no internet: says what is installed already, and refuses what is not."""

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement


def wanted(arguments: list[str]) -> Iterator[str]:
    """The requirements of a command line, those of `-r` files too."""
    rest = iter(arguments)
    for argument in rest:
        if argument in ("-r", "--requirement"):
            yield from listed(Path(next(rest, "")))
        elif not argument.startswith("-"):
            yield argument


def listed(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise SystemExit(f"ERROR: Could not open requirements file: No such file or directory: '{path}'")
    for line in path.read_text(encoding="utf-8").splitlines():
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        if text and not text.startswith("-"):
            yield text


def missing(text: str) -> str:
    """Why `text` is not to be had here; "" where it is installed."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return f"ERROR: Invalid requirement: {text!r}"
    if requirement.marker and not requirement.marker.evaluate():
        return ""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return (
            f"ERROR: {text}: não está no ambiente do curso, e aqui o pip não baixa nada (no GitHub, baixaria)"
        )
    if not requirement.specifier.contains(version, prereleases=True):
        return f"ERROR: {text}: o ambiente do curso tem o {version}, e aqui o pip não baixa outro"
    print(f"Requirement already satisfied: {text} ({version})")
    return ""


def main(arguments: list[str]) -> int:
    if arguments[:1] != ["install"]:
        print("aqui o pip só conhece `pip install`", file=sys.stderr)
        return 2
    problems = list(filter(None, map(missing, wanted(arguments[1:]))))
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
