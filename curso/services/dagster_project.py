"""The Dagster project of the lessons: one Python package, to which each lesson adds files of definitions."""

from __future__ import annotations

from pathlib import Path

from curso.atomic import write_text
from curso.services.folder import Folder

LOCATION = "caju"
"""The name of the one code location, and of the Python package that it is."""

PROJECT = """\
[project]
name = "caju"
requires-python = ">=3.11"
version = "0.1.0"
dependencies = ["dagster"]

[tool.dg]
directory_type = "project"

[tool.dg.project]
root_module = "caju"
code_location_name = "caju"
"""
DEFINITIONS = '''\
"""Tudo o que está na pasta `defs/` ao lado, reunido. Feito pelo curso."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs():
    # Um processo por run, e não um por passo: em duas CPUs, subir processos demora mais que trabalhar.
    executor = dg.Definitions(executor=dg.in_process_executor)
    return dg.Definitions.merge(dg.load_from_defs_folder(path_within_project=Path(__file__).parent), executor)
'''


def project(folder: Folder) -> Path:
    return folder / "projeto"


def write_project(folder: Folder) -> None:
    """Writes what is the course's own; the files of the lessons, in `defs/`, stay as they are."""
    package = project(folder) / "src" / LOCATION
    (package / "defs").mkdir(parents=True, exist_ok=True)
    for empty in (package / "__init__.py", package / "defs" / "__init__.py"):
        empty.touch()
    write_text(package / "definitions.py", DEFINITIONS)
    write_text(project(folder) / "pyproject.toml", PROJECT)
