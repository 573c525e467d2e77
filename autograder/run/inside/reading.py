"""What a workflow's file says, and what the checkers of workflows say of it. Nothing of the student's runs here."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.run.inside import calling

MAX_FINDINGS = 40
MAX_TEXT = 300
SECONDS = 20


def read(file: Path) -> dict[str, Any]:
    """The file as plain data, all of it text, and each checker's findings."""
    import yaml

    try:
        # Every scalar stays the text that it is: `on` is no boolean here, and 3.10 is not 3.1.
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", linha {mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or type(error).__name__
        return {
            "content": None,
            "problem": f"não é YAML{where} ({said}, diz quem o lê)"[:MAX_TEXT],
            "findings": [],
        }
    try:
        content = calling.plain(content)
    except calling.NotPlain as error:  # a few lines of aliases can stand for gigabytes
        return {"content": None, "problem": f"tem {error}", "findings": []}
    findings = [found for check in (_zizmor, _actionlint, _schema) for found in _asked(check, file)]
    return {"content": content, "problem": "", "findings": findings[:MAX_FINDINGS]}


def _asked(check: Callable[[Path], list[dict[str, Any]]], file: Path) -> list[dict[str, Any]]:
    try:
        return check(file)
    except (subprocess.TimeoutExpired, ValueError, LookupError, TypeError) as error:
        name = check.__name__.removeprefix("_")
        return [_finding(name, type(error).__name__, 0, "não conseguiu ler o arquivo")]


def _run(*command: str) -> Any:
    """What a checker printed, as JSON; it may end with any status."""
    program, *rest = command
    done = subprocess.run(
        [str(Path(sys.executable).parent / program), *rest],
        capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    return json.loads(done.stdout or "[]") or []


def _actionlint(file: Path) -> list[dict[str, Any]]:
    # The shell's and Python's own checkers, which may or may not be installed, stay out of it.
    found = _run("actionlint", "-format", "{{json .}}", "-shellcheck=", "-pyflakes=", str(file))
    return [_finding("actionlint", one["kind"], one["line"], one["message"]) for one in found]


def _zizmor(file: Path) -> list[dict[str, Any]]:
    found = _run(
        "zizmor",
        "--offline",
        "--no-config",
        "--no-ignores",
        "--no-exit-codes",
        "--no-progress",
        "-q",
        "--format",
        "json",
        str(file),
    )
    # What a comment asks it to ignore it tells all the same, and so do we.
    return [_finding("zizmor", one["ident"], _row(one), one["desc"]) for one in found]


def _row(found: dict[str, Any]) -> int:
    places = [
        one["concrete"]["location"]["start_point"]["row"] for one in found["locations"] if _primary(one)
    ]
    return int(places[0]) + 1 if places else 0


def _primary(location: dict[str, Any]) -> bool:
    return bool(location["symbolic"].get("kind") == "Primary")


def _schema(file: Path) -> list[dict[str, Any]]:
    """GitHub's own schema of a workflow, as check-jsonschema ships it."""
    import yaml
    from jsonschema import Draft7Validator

    # Its own start takes seconds, and what it would do with the schema is this.
    shipped = importlib.util.find_spec("check_jsonschema")
    schemas = Path(str(shipped and shipped.origin)).parent / "builtin_schemas" / "vendor"
    schema = json.loads((schemas / "github-workflows.json").read_text(encoding="utf-8"))
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if isinstance(content, dict) and True in content:  # YAML 1.1 takes `on` for a boolean
        content["on"] = content.pop(True)
    errors = list(Draft7Validator(schema).iter_errors(content))[:MAX_FINDINGS]
    return [
        _finding("check-jsonschema", ".".join(map(str, error.absolute_path)), 0, error.message)
        for error in errors
    ]


def _finding(tool: str, rule: str, line: int, text: str) -> dict[str, Any]:
    return {"tool": tool, "rule": str(rule)[:MAX_TEXT], "line": int(line), "text": str(text)[:MAX_TEXT]}
