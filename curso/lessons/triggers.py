"""What a workflow file says about when it runs, read the way GitHub reads it; act runs whatever it is told to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml


class WorkflowError(Exception):
    """A workflow can't be read or run; the message is one sentence that says where and what to do."""


def read(text: str, name: str = "o workflow") -> dict[str, Any]:
    """The parsed file. Raises WorkflowError."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", linha {mark.line + 1}, coluna {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "não é YAML"
        raise WorkflowError(
            f"{name}{where}: o YAML não pôde ser lido ({problem}). Confira o recuo (só espaços, nunca tabulação) e os `:`."
        ) from None
    if not isinstance(document, dict):
        raise WorkflowError(
            f"{name}: um workflow é um mapa com `on:` e `jobs:`, e este arquivo não tem nenhum."
        )
    document = {
        "on" if key is True else key: value for key, value in document.items()
    }  # YAML 1.1 reads `on` as true
    for key in ("on", "jobs"):
        if not document.get(key):
            raise WorkflowError(f"{name}: falta `{key}:`, sem o qual o GitHub recusa o arquivo.")
    jobs = document["jobs"]
    if not isinstance(jobs, dict) or not all(isinstance(job, dict) for job in jobs.values()):
        raise WorkflowError(f"{name}: `jobs:` é um mapa, com um nome e um corpo para cada job.")
    return document


@dataclass(frozen=True)
class Disparo:
    """Whether GitHub would start the workflow, and why."""

    roda: bool
    motivo: str

    def __bool__(self) -> bool:
        return self.roda

    def __repr__(self) -> str:
        return f"{'roda' if self.roda else 'não roda'}: {self.motivo}"


def dispara(texto: str, evento: str = "push", ramo: str = "main", arquivos: Iterable[str] = ()) -> Disparo:
    """What GitHub decides for an event on a branch (of a pull request, its base) that changed these files."""
    return decides(read(texto), evento, ramo, list(arquivos))


def decides(document: Mapping[str, Any], event: str, branch: str, files: Sequence[str]) -> Disparo:
    triggers = document["on"]
    if isinstance(triggers, str):
        triggers = [triggers]
    if event not in triggers:
        return Disparo(False, f"o `on:` não tem `{event}`")
    filters = (triggers[event] if isinstance(triggers, Mapping) else None) or {}
    if event not in ("push", "pull_request") or not isinstance(filters, Mapping):
        return Disparo(True, f"o `on:` tem `{event}`")
    if event == "push" and "tags" in filters and not {"branches", "branches-ignore"} & set(filters):
        return Disparo(False, "só há filtro de `tags`, e isto é um push em um ramo")
    if "branches" in filters and not matches(branch, _listed(filters["branches"])):
        return Disparo(False, f"o ramo `{branch}` não está em `branches: {_shown(filters['branches'])}`")
    if "branches-ignore" in filters and matches(branch, _listed(filters["branches-ignore"])):
        return Disparo(False, f"o ramo `{branch}` está em `branches-ignore`")
    if "paths" in filters and not any(matches(file, _listed(filters["paths"])) for file in files):
        return Disparo(False, f"nenhum arquivo mudado está em `paths: {_shown(filters['paths'])}`")
    if "paths-ignore" in filters and all(matches(file, _listed(filters["paths-ignore"])) for file in files):
        return Disparo(False, "todos os arquivos mudados estão em `paths-ignore`")
    return Disparo(True, "o evento, o ramo e os arquivos passam pelos filtros")


def matches(name: str, patterns: Iterable[str]) -> bool:
    """The last pattern that fits decides; one that begins with `!` takes out again."""
    found = False
    for pattern in patterns:
        if re.fullmatch(_expression(pattern.removeprefix("!")), name):
            found = not pattern.startswith("!")
    return found


def _expression(pattern: str) -> str:
    """GitHub's patterns as a regular expression: `*` stops at a slash, `**` doesn't, `?` and `+` repeat what is before."""
    out, position = "", 0
    while position < len(pattern):
        rest = pattern[position:]
        if rest.startswith("**/"):
            out, position = out + "(?:.*/)?", position + 3
        elif rest.startswith("**"):
            out, position = out + ".*", position + 2
        elif group := re.match(r"\[[^\]]+\]", rest):
            out, position = out + group[0], position + len(group[0])
        else:
            one = {"*": "[^/]*", "?": "?", "+": "+"}.get(rest[0], re.escape(rest[0]))
            out, position = out + one, position + 1
    return out


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _shown(value: object) -> str:
    return f"[{', '.join(_listed(value))}]"


def unheeded(document: Mapping[str, Any]) -> list[str]:
    """What the file asks for and act leaves out without a word, each with the place where it stands."""
    found = [key for key in ("concurrency", "permissions") if key in document]
    for name, job in document["jobs"].items():
        keys = ("timeout-minutes", "services", "concurrency", "permissions", "environment")
        found += [f"{key} ({name})" for key in keys if key in job]
    return found
