"""The programs that read a workflow without running it, and what their findings mean in Portuguese."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curso.lessons.triggers import WorkflowError, read
from curso.show.table import Tabela

_COLUMNS = ("linha", "regra", "diz", "em português")

_ACTIONLINT = {
    "syntax-check": "esta chave não existe aqui: o GitHub recusa o arquivo, ou ignora o que você quis dizer",
    "action": "a action é velha demais (o programa que a executa foi aposentado), ou recebeu uma entrada que não tem",
    "job-needs": "`needs` aponta para um job que não existe, ou os jobs esperam um pelo outro em círculo",
    "runner-label": "não existe máquina com este nome: o job esperaria por ela para sempre",
    "expression": "uma expressão `${{ }}` usa algo que não existe, que não está à vista, ou que vem de fora e não é confiável",
    "events": "este evento não existe, ou foi escrito de outro jeito",
    "glob": "este padrão de ramo ou caminho não casa com o que parece",
    "id": "dois passos têm o mesmo `id`",
    "credentials": "há uma senha escrita no arquivo",
    "permissions": "esta permissão não existe",
    "if-cond": "esta condição é sempre verdadeira",
}
_ZIZMOR = {
    "artipacked": "o checkout deixa o token do GitHub gravado na pasta; com `persist-credentials: false` não deixa",
    "excessive-permissions": "sem `permissions:`, o token do job recebe o padrão do repositório, que costuma poder escrever",
    "dangerous-triggers": "este gatilho roda código de estranhos com os segredos do repositório ao alcance",
    "template-injection": "um texto de fora é colado dentro do script: quem o escreve escolhe o que a máquina executa",
    "unpinned-uses": "a etiqueta da action pode mudar de lugar; o SHA do commit, não",
    "hardcoded-container-credentials": "há uma senha escrita no arquivo",
    "secrets-inherit": "todos os segredos vão para outro workflow, e não só os que ele usa",
    "overprovisioned-secrets": "todos os segredos do repositório entram de uma vez nesta expressão",
    "unredacted-secrets": "o segredo passa por uma transformação e deixa de ser reconhecido e mascarado no log",
    "bot-conditions": "esta condição pode ser forjada por quem abre o pull request",
    "cache-poisoning": "um cache que outros ramos escrevem é usado ao publicar",
    "github-env": "um texto de fora pode mudar as variáveis dos passos seguintes",
    "concurrency-limits": "duas execuções deste workflow podem correr ao mesmo tempo",
}  # fmt: skip


def actionlint(texto: str) -> Tabela:
    """What actionlint finds: the meaning of the workflow, expression by expression."""
    found = _said("actionlint", "-format", "{{json .}}", "-shellcheck=", "-pyflakes=", text=texto)
    return _table(
        (one["line"], one["kind"], one["message"].partition(". ")[0], _ACTIONLINT.get(one["kind"], ""))
        for one in found or []
    )


def zizmor(texto: str) -> Tabela:
    """What zizmor finds: the ways in which a stranger could use the workflow."""
    found = _said("zizmor", "--offline", "--no-progress", "--quiet", "--format", "json", text=texto)
    return _table(
        (_row(one), one["ident"], one["desc"], _ZIZMOR.get(one["ident"], "")) for one in found or []
    )


def esquema(texto: str) -> Tabela:
    """What GitHub's own schema refuses: keys that do not exist, values of another kind."""
    found = _said(
        "check-jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        "--output-format",
        "json",
        text=texto,
    )
    errors = [*found.get("errors", []), *found.get("parse_errors", [])]
    meaning = "não é o que o esquema do GitHub aceita neste lugar"
    return _table((None, *_deepest(one), meaning) for one in errors)


def _row(finding: Mapping[str, Any]) -> int:
    first: int = finding["locations"][0]["concrete"]["location"]["start_point"]["row"]
    return first + 1


def _deepest(error: Mapping[str, Any]) -> tuple[str, str]:
    best = error.get("best_deep_match") or error
    return best.get("path", "$"), best.get("message", "")[:160]


def _table(rows: Iterator[tuple[Any, ...]]) -> Tabela:
    unique = dict.fromkeys(rows)
    return Tabela((dict(zip(_COLUMNS, row, strict=True)) for row in unique), columns=_COLUMNS)


def _said(program: str, *arguments: str, text: str) -> Any:
    """Its JSON about `text`, which stands where GitHub would look for it. Raises WorkflowError."""
    read(text)  # YAML that can't be read is told in our words
    command = Path(sys.executable).parent / program
    if not command.exists():
        raise WorkflowError(
            f"Falta o `{program}` no ambiente do curso: rode `make setup` (ou refaça o do conda)."
        )
    with tempfile.TemporaryDirectory(prefix="caju-ci-") as folder:
        name = ".github/workflows/ci.yml"
        path = Path(folder) / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [str(command), *arguments, name], cwd=folder, capture_output=True, encoding="utf-8", check=False,
            stdin=subprocess.DEVNULL, env=os.environ | {"NO_COLOR": "1"},
        )  # fmt: skip
    try:
        return json.loads(done.stdout)
    except ValueError:
        told = (done.stderr or done.stdout).strip().splitlines()
        raise WorkflowError(
            f"O {program} não conseguiu ler o workflow: {told[-1] if told else 'sem dizer por quê'}"
        ) from None
