"""`curso doutor`: what this machine can do, and in one sentence what to do about the rest."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console
from rich.text import Text

from autograder.run.adapters import cache_folder
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe

PACKAGES = (
    "apache-airflow",
    "prefect",
    "dagster",
    "jupyterlab",
    "nbgrader",
    "pytest",
    "sqlalchemy",
    "fastapi",
)
MIN_FREE_BYTES = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    found: str
    good: bool
    advice: str = ""


def examine() -> list[Finding]:
    """Looks at Python, packages, disk and confinement. Nothing is installed or changed."""
    major, minor = sys.version_info[:2]
    python_good = (3, 11) <= (major, minor) < (3, 14)
    findings = [
        Finding(
            "Python",
            sys.version.split()[0],
            python_good,
            "" if python_good else "Use Python 3.11, 3.12 ou 3.13.",
        )
    ]
    for name in PACKAGES:
        try:
            findings.append(Finding(name, version(name), True))
        except PackageNotFoundError:
            findings.append(Finding(name, "ausente", False, "Rode `make lab` na pasta do curso."))
    free = shutil.disk_usage(cache_folder()).free
    findings.append(
        Finding(
            "espaço em disco", f"{free / 1e9:.0f} GB livres", free > MIN_FREE_BYTES, "Libere pelo menos 1 GB."
        )
    )
    found = probe()
    findings.append(
        Finding("isolamento da correção", found.level.value, found.level is Level.CAGE, found.reason)
    )
    return findings


def print_findings(findings: list[Finding]) -> None:
    console = Console(highlight=False)
    for finding in findings:
        sign = Text("✔ ", style="green") if finding.good else Text("✘ ", style="red")
        line = Text.assemble(sign, (finding.what, "bold"), f": {finding.found}")
        if finding.advice and not finding.good:
            line.append(f". {finding.advice}")
        console.print(line)
