"""GitHub workflows on this machine: the student's tests and workflow, in a repository that the world holds.

Runs in the cage. `act` runs the workflow with the host as its runner; the actions that it may use are small local
stand-ins, and Python is warm (see `warm_python`). What counts is what the world holds afterwards.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.run.inside.actions import lay_out
from autograder.run.inside.warm_python import WarmPython

Tell = Callable[[dict[str, Any]], None]

MAIN = "main"
RUNNERS = ("ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04")
REPOSITORY = "redecaju/pipelines"
GONE = "O repositório não está mais aqui: uma execução anterior mexeu nele."
"""Only what has run before in the same world can have taken it away."""

_COMMIT_DAY = 1_772_000_000  # of the first one: equal contents have equal commits

_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Rede Caju", "GIT_AUTHOR_EMAIL": "dados@caju.example",
    "GIT_COMMITTER_NAME": "Rede Caju", "GIT_COMMITTER_EMAIL": "dados@caju.example",
}  # fmt: skip
_PROGRAM = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # pytest alone, whatever else is installed here
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def run_tests(arguments: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Runs one file of tests with pytest in a copy of the repository."""
    home = Path(os.environ["HOME"])
    repository = home / "repositorio"
    try:
        _lay(Path(arguments["repository"]), repository, arguments)
    except OSError:
        print(GONE)
        return {"exit": 1}
    tell({"at": "nos testes"})
    with WarmPython(home / "programas") as python:
        command = [str(home / "programas" / "python"), "-m", "pytest", "-q", arguments["tests"]]
        return {"exit": python.run(command, repository, _environment(python))}


def run_workflow(arguments: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Runs the workflow for one event, in a repository whose commits are the given folders."""
    home = Path(os.environ["HOME"])
    repository, given = home / "repositorio", home / "dados-do-evento"
    if shutil.which("git") is None:
        raise RuntimeError("falta o programa git, de que um workflow precisa")
    try:
        commits = _commit(arguments, repository)
    except (OSError, subprocess.CalledProcessError):
        print(GONE)
        return {"exit": 1, "commits": [], "inputs": {}}
    inputs = {
        name: _version(str(value), Path(arguments["target"]), commits)
        for name, value in arguments["inputs"].items()
    }
    given.mkdir()
    (given / "evento.json").write_text(
        json.dumps(_event(arguments["event"], commits, inputs)), encoding="utf-8"
    )
    # Where the command line and the environment of a process can be read, a secret is in neither.
    for name, values in (("segredos", arguments["secrets"]), ("variaveis", arguments["variables"])):
        (given / name).write_text(
            "".join(f"{key}={value}\n" for key, value in values.items()), encoding="utf-8"
        )
    file = repository / arguments["workflow"]
    used = lay_out(home / "actions", repository, file.read_text(encoding="utf-8"))
    tell({"at": "no workflow"})
    command = [
        str(Path(sys.executable).parent / "act"), arguments["event"], "-C", str(repository), "-W", str(file),
        "-e", str(given / "evento.json"), "--secret-file", str(given / "segredos"), "--var-file", str(given / "variaveis"),
        "--env-file", os.devnull, "--input-file", os.devnull, "--no-cache-server", "--no-skip-checkout",
        "--log-prefix-job-id", "--concurrent-jobs", "2", "--actor", "caju",
    ]  # fmt: skip
    command += [part for label in RUNNERS for part in ("-P", f"{label}=-self-hosted")]
    command += [
        part for action, place in used.items() for part in ("--local-repository", f"{action}={place}")
    ]
    with WarmPython(home / "programas") as python:
        code = python.run(command, repository, _environment(python))
    return {"exit": code, "commits": commits, "inputs": inputs}


def _environment(python: WarmPython) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") or k == "PYTHONNOUSERSITE"}
    return (
        kept
        | _PROGRAM
        | {"PATH": python.path(os.environ["PATH"]), "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}
    )


# --- the repository ----------------------------------------------------------------------------------


def _lay(source: Path, target: Path, arguments: dict[str, Any]) -> None:
    """The repository as it is pushed: the world's files, and the student's among them."""
    ours = shutil.ignore_patterns(".git")  # no step of the world hands one over to the next
    shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile, ignore=ours)
    root = Path(arguments["root"])
    for file in sorted(root.rglob("*")):
        if file.is_file():
            place = target / file.relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)


def _commit(arguments: dict[str, Any], repository: Path) -> list[str]:
    """Makes the repository, a commit for each of its folders, and says their names."""
    commits = []
    repository.mkdir()
    _git(repository, "init", "-q", "-b", MAIN)
    _git(repository, "remote", "add", "origin", f"https://github.com/{REPOSITORY}.git")
    for number, folder in enumerate(arguments["repositories"]):
        for old in repository.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        _lay(Path(folder), repository, arguments)
        _git(repository, "add", "-A", "--force")
        _git(
            repository,
            "commit",
            "-q",
            "--no-verify",
            "-m",
            f"Versão {number + 1}",
            when=_COMMIT_DAY + 3600 * number,
        )
        commits.append(_git(repository, "rev-parse", "HEAD").strip())
    return commits


def _git(repository: Path, *words: str, when: int = _COMMIT_DAY) -> str:
    date = {"GIT_AUTHOR_DATE": f"{when} +0000", "GIT_COMMITTER_DATE": f"{when} +0000"}
    return subprocess.run(
        ["git", *words],
        cwd=repository,
        env={**os.environ, **_GIT, **date},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


# --- the event ---------------------------------------------------------------------------------------


def _version(text: str, target: Path, commits: list[str]) -> str:
    """An input as it is typed: `{2}` is the release of the second commit, as whoever deployed it has named it."""
    found = re.fullmatch(r"\{(\d+)\}", text)
    if found is None:
        return text.replace("{target}", str(target))
    commit = commits[int(found[1]) - 1]
    releases = target / "releases"
    names = sorted(entry.name for entry in releases.iterdir()) if releases.is_dir() else []
    return next((name for name in names if commit[:7] in name), commit)


def _event(name: str, commits: list[str], inputs: dict[str, str]) -> dict[str, Any]:
    head = commits[-1]
    owner, repository = REPOSITORY.split("/")
    about = {"name": repository, "full_name": REPOSITORY, "default_branch": MAIN, "owner": {"login": owner}}
    event: dict[str, Any] = {"repository": about, "sender": {"login": "caju"}}
    if name == "pull_request":
        return event | {
            "action": "synchronize",
            "number": 7,
            "pull_request": {
                "number": 7,
                "head": {"ref": "ajuste", "sha": head, "repo": about},
                "base": {"ref": MAIN, "sha": commits[0], "repo": about},
            },
        }
    event["ref"] = f"refs/heads/{MAIN}"
    if name == "workflow_dispatch":
        return event | {"inputs": inputs}
    before = commits[-2] if len(commits) > 1 else "0" * 40
    return event | {
        "before": before,
        "after": head,
        "head_commit": {"id": head, "message": f"Versão {len(commits)}"},
    }
