"""What a grader is: the code that plays and judges, and the orchestrators that it plays with."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path

import autograder
from autograder.judge.graders import Graders

PLAYING = ("model", "run", "sandbox", "submission.py")
"""What of the core decides what happens in a run; the rest only judges it."""


def digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@functools.cache
def core_digest(parts: tuple[str, ...] = ()) -> str:
    """SHA-256 of the grading core's own code, or of some of its parts; exercises' graders are not in it."""
    package = Path(autograder.__file__).parent
    found = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        first = path.relative_to(package).parts[0]
        if first != "graders" and (not parts or first in parts):
            found.update(f"{path.relative_to(package)}\n".encode() + path.read_bytes())
    return found.hexdigest()


def orchestrators() -> tuple[str, ...]:
    return tuple(version(name) for name in ("apache-airflow", "prefect", "dagster"))


def grader_version(graders: Graders) -> str:
    """Equal on two machines that would say the same of a submission."""
    return digest(core_digest(), graders.digest(), graders.worlds_digest(), *orchestrators())
