"""A Git repository to try things in, whose GitHub workflows really run, on this machine, with act.

Each run gets a clone of the last commit, as GitHub's runners do: what was not committed is not there. act leaves
the filters of `on:` aside, so they are read here first (`triggers`).
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from curso.atomic import write_text
from curso.lessons import pytest_runs
from curso.lessons.pytest_runs import Feito, Testes
from curso.lessons.triggers import Disparo, WorkflowError, decides, read, unheeded
from curso.show.table import Tabela

SECONDS = 280.0
RUNNER = Path(__file__).parent / "runner"
EXAMPLE = Path(__file__).parent / "caju_dags"
WORKFLOWS = ".github/workflows"
_OWNER = "rede-caju"
_WORDS = {"success": "passou", "failure": "falhou", "skipped": "pulado", "": "não terminou"}
_MARKS = {"success": "✔", "failure": "✘", "skipped": "○", "": "!"}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_TIMES = re.compile(r" \[[\d.]+[a-zµ]+\]$")


@dataclass
class Passo:
    """A step of a job: how it ended and what it printed."""

    nome: str
    resultado: str = ""
    segundos: float = 0.0
    linhas: list[str] = field(default_factory=list)


@dataclass
class Job:
    nome: str
    resultado: str = ""
    passos: list[Passo] = field(default_factory=list)

    @property
    def segundos(self) -> float:
        return sum(step.segundos for step in self.passos)


class Corrida:
    """What came of one event: each job with its steps, or the reason why nothing ran."""

    def __init__(self, disparo: Disparo, ignorado: list[str] | None = None) -> None:
        self.disparo = disparo
        self.ignorado = ignorado or []
        self.trabalhos: dict[str, Job] = {}

    @property
    def jobs(self) -> dict[str, str]:
        """How each job ended: {"testes": "success", "deploy": "skipped"}."""
        return {name: job.resultado for name, job in self.trabalhos.items()}

    @property
    def passou(self) -> bool:
        """Something ran, and nothing failed."""
        return "success" in self.jobs.values() and set(self.jobs.values()) <= {"success", "skipped"}

    def saida(self, job: str | None = None, passo: str | None = None) -> str:
        """What was printed, of one job or step where they are named."""
        return "\n".join(
            line
            for name, one in self.trabalhos.items() if job in (None, name)
            for step in one.passos if passo is None or passo in step.nome
            for line in step.linhas
        )  # fmt: skip

    @property
    def tabela(self) -> Tabela:
        return Tabela(
            {"job": name, "resultado": _WORDS[job.resultado], "segundos": round(job.segundos, 1)}
            for name, job in self.trabalhos.items()
        )

    @property
    def _notes(self) -> list[str]:
        if not self.disparo:
            return [f"Nada rodou: {self.disparo.motivo}."]
        return [f"O act não aplica, e o GitHub sim: {', '.join(self.ignorado)}."] if self.ignorado else []

    def __repr__(self) -> str:
        return "\n".join([*([repr(self.tabela)] if self.trabalhos else []), *self._notes])

    def _repr_html_(self) -> str:
        from html import escape

        notes = "".join(f"<p><em>{escape(note)}</em></p>" for note in self._notes)
        return (self.tabela._repr_html_() if self.trabalhos else "") + notes


class Repositorio:
    """A fresh repository in a temporary folder, which goes when Python ends."""

    def __init__(self, nome: str = "caju-dags") -> None:
        self.nome = nome
        self._scratch = Path(tempfile.mkdtemp(prefix="caju-ci-"))
        atexit.register(shutil.rmtree, self._scratch, ignore_errors=True)
        self.pasta = self._scratch / nome
        self.pasta.mkdir()
        self._pushed: dict[str, str] = {}
        if shutil.which("git") is None:
            raise WorkflowError(
                "Falta o `git` nesta máquina: instale-o (no Debian e no Ubuntu, `sudo apt install git`)."
            )
        self.git("init", "--quiet", "--initial-branch=main")

    @classmethod
    def da_caju(cls) -> Repositorio:
        """One that holds Rede Caju's DAG with its tests, committed."""
        repository = cls()
        shutil.copytree(
            EXAMPLE, repository.pasta, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
        repository.commit("O DAG de vendas por loja, com os testes")
        return repository

    def __repr__(self) -> str:
        return f"repositório {self.nome} em {self.pasta}"

    def git(self, *arguments: str) -> str:
        """Runs git here, whatever the learner's own settings are. Raises WorkflowError."""
        return _git(self.pasta, *arguments)

    def escrever(self, caminho: str, texto: str) -> Path:
        """Writes a file of the repository; nothing is committed yet."""
        path = self._inside(caminho)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, texto.lstrip("\n"))
        return path

    def ler(self, caminho: str) -> str:
        return self._inside(caminho).read_text(encoding="utf-8")

    def apagar(self, caminho: str) -> None:
        self._inside(caminho).unlink(missing_ok=True)

    def trocar(self, caminho: str, antes: str, depois: str) -> None:
        """Puts `depois` in the place of `antes`, which must be there once. Raises WorkflowError."""
        text = self.ler(caminho)
        if text.count(antes) != 1:
            raise WorkflowError(
                f"Em {caminho}, «{antes}» aparece {text.count(antes)} vezes, e devia aparecer uma."
            )
        self.escrever(caminho, text.replace(antes, depois))

    def desfazer(self) -> None:
        """Back to the last commit."""
        self.git("reset", "--quiet", "--hard")
        self.git("clean", "--quiet", "-d", "--force")

    def testar(self, *alvos: str) -> Testes:
        """Runs pytest on the folder as it stands, committed or not."""
        return pytest_runs.run(self.pasta, *alvos)

    def python(self, codigo: str, **variaveis: str) -> Feito:
        """Runs Python code in the folder; `variaveis` go into its environment."""
        return pytest_runs.python(self.pasta, codigo, variaveis)

    def commit(self, mensagem: str) -> str:
        """Commits all there is, and gives the short id; the last commit's where nothing changed."""
        self.git("add", "--all")
        if self.git("status", "--porcelain"):
            self.git("commit", "--quiet", "--message", mensagem)
        return self.git("rev-parse", "--short", "HEAD")

    def ramo(self, nome: str) -> None:
        """Goes to a branch, made from here where it doesn't exist."""
        known = self.git("branch", "--format=%(refname:short)").split()
        self.git("switch", "--quiet", *([] if nome in known else ["--create"]), nome)

    def push(self, **como: Any) -> Corrida:
        """What GitHub does when the commits since the last push of this branch arrive; see `rodar`."""
        branch = self.git("branch", "--show-current")
        head = self.git("rev-parse", "HEAD")
        files = self._changed(self._pushed.get(branch), head)
        run = self.rodar("push", ramo=branch, arquivos=files, **como)
        self._pushed[branch] = head
        return run

    def pull_request(self, titulo: str, base: str = "main", **como: Any) -> Corrida:
        """What GitHub does when a pull request from this branch to `base` is opened; see `rodar`."""
        files = self.git("diff", "--name-only", f"{base}...HEAD").splitlines()
        return self.rodar("pull_request", ramo=base, arquivos=files, titulo=titulo, **como)

    def rodar(
        self,
        evento: str,
        *,
        ramo: str = "main",
        arquivos: list[str] | None = None,
        titulo: str = "",
        workflow: str = "ci.yml",
        segredos: Mapping[str, str] | None = None,
        variaveis: Mapping[str, str] | None = None,
        entradas: Mapping[str, str] | None = None,
        mostrar: bool = True,
    ) -> Corrida:
        """Runs one workflow for an event on the last commit, telling each step as it ends. Raises WorkflowError."""
        name = f"{WORKFLOWS}/{workflow}"
        try:
            text = self.git("show", f"HEAD:{name}")
        except WorkflowError:
            there = "Ele existe, mas falta o commit." if (self.pasta / name).exists() else ""
            raise WorkflowError(f"O último commit não tem {name}. {there}".strip()) from None
        document = read(text, name)
        decided = decides(document, evento, ramo, arquivos or [])
        run = Corrida(decided, unheeded(document))
        if not decided:
            return run
        flags = list(_actions(document, name))
        for flag, values in (("--secret", segredos), ("--var", variaveis), ("--input", entradas)):
            flags += [part for key, value in (values or {}).items() for part in (flag, f"{key}={value}")]
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="corrida-") as folder:
            clone = Path(folder) / self.nome
            _git(self._scratch, "clone", "--quiet", str(self.pasta), str(clone))
            _git(clone, "remote", "set-url", "origin", f"https://github.com/{_OWNER}/{self.nome}")
            event = Path(folder) / "evento.json"
            event.write_text(json.dumps(self._event(evento, ramo, titulo)), encoding="utf-8")
            command = [
                _act(), evento, "--workflows", name, "--eventpath", str(event), "--json", "--no-cache-server",
                "--platform", "ubuntu-latest=-self-hosted", "--platform", "ubuntu-24.04=-self-hosted", "--actor", _OWNER,
                "--action-cache-path", str(Path(folder) / "act"), *flags,
            ]  # fmt: skip
            _follow(command, clone, Path(folder), run, document, show=mostrar)
        for job_id in document["jobs"]:
            if not any(name == job_id or name.startswith(f"{job_id} (") for name in run.trabalhos):
                run.trabalhos[job_id] = Job(job_id, "skipped")
                if mostrar:
                    print(f"○ {job_id}: pulado")
        return run

    def _changed(self, before: str | None, after: str) -> list[str]:
        if before is None:
            return self.git("ls-tree", "-r", "--name-only", after).splitlines()
        return self.git("diff", "--name-only", before, after).splitlines()

    def _event(self, event: str, branch: str, title: str) -> dict[str, Any]:
        here = self.git("branch", "--show-current")
        head = {"id": self.git("rev-parse", "HEAD"), "message": self.git("log", "-1", "--format=%B")}
        told: dict[str, Any] = {"repository": {"name": self.nome, "default_branch": "main"}}
        if event == "push":
            told |= {"ref": f"refs/heads/{branch}", "head_commit": head}
        if event == "pull_request":
            ends = {"head": {"ref": here, "sha": head["id"]}, "base": {"ref": branch}}
            told |= {"action": "opened", "number": 1, "pull_request": {"number": 1, "title": title, **ends}}
        return told

    def _inside(self, name: str) -> Path:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts or ".git" in pure.parts:
            raise WorkflowError(f"«{name}»: diga um caminho dentro do repositório, como dags/vendas.py.")
        return self.pasta / pure


def _actions(document: Mapping[str, Any], name: str) -> Iterator[str]:
    """The flags that put stand-ins in the place of actions from elsewhere. Raises WorkflowError where there is none."""
    for job_id, job in document["jobs"].items():
        for step in job.get("steps") or []:
            uses = str(step.get("uses", "")) if isinstance(step, Mapping) else ""
            if not uses or uses.startswith("./"):
                continue
            action, at, ref = uses.partition("@")
            if not (at and ref):
                raise WorkflowError(
                    f"{name}, job {job_id}: `uses: {uses}` precisa dizer a versão, depois de um @."
                )
            if action == "actions/setup-python":
                yield from ("--local-repository", f"{uses}={RUNNER / 'setup-python'}")
            elif action != "actions/checkout":
                raise WorkflowError(
                    f"{name}, job {job_id}: `{action}` seria baixada da internet pelo GitHub, e aqui não há internet. "
                    "O curso imita só actions/checkout e actions/setup-python; no resto, use `run:`."
                )


def _act() -> str:
    beside = Path(sys.executable).parent / "act"
    found = str(beside) if beside.exists() else shutil.which("act")
    if not found:
        raise WorkflowError(
            "Falta o `act` no ambiente do curso: rode `make setup` (ou refaça o ambiente do conda)."
        )
    return found


def _git(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _MARINA.items()}
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-c", "core.hooksPath=/dev/null", *arguments], cwd=folder, capture_output=True, encoding="utf-8",
        errors="replace", stdin=subprocess.DEVNULL, check=False,
        env=environment | who | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    if done.returncode:
        raise WorkflowError(
            f"`git {arguments[0]}` não deu certo: {done.stderr.strip() or done.stdout.strip()}"
        )
    return done.stdout.strip()


_MARINA = {"NAME": "Marina", "EMAIL": "marina@redecaju.example"}


def _environment(folder: Path) -> dict[str, str]:
    """A runner's: nothing of this environment on the path until the workflow asks for Python."""
    ours = str(Path(sys.executable).parent)
    path = [part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if part != ours]
    kept = {
        name: text
        for name, text in os.environ.items()
        if name.lower() in ("no_proxy", "http_proxy", "https_proxy")
        or name in ("PYTHONPATH", "CURSO_SEM_REDE", "TMPDIR")
    }
    home = folder / "home"
    home.mkdir()
    return kept | {
        "PATH": os.pathsep.join(path), "HOME": str(home), "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC",
        "XDG_CACHE_HOME": str(home / ".cache"), "XDG_CONFIG_HOME": str(home / ".config"), "DO_NOT_TRACK": "1",
    }  # fmt: skip


def _follow(
    command: list[str], clone: Path, folder: Path, run: Corrida, document: Mapping[str, Any], *, show: bool
) -> None:
    """Runs act and takes in what it tells, line by line; ends it with all its children when time is up."""
    given = {
        "CURSO_RUNNER_PYTHON": sys.executable,
        "CURSO_RUNNER_TOOLS": str(RUNNER / "tools"),
        # On GitHub there is what requirements.txt asks for; here pytest would find the plugins of all the course.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    for name, value in given.items():
        command += ["--env", f"{name}={value}"]
    environment = _environment(folder)
    for name in ("HOME", "PYTHONPATH", "CURSO_SEM_REDE", "LC_ALL", "TZ", "DO_NOT_TRACK", "TMPDIR"):
        if name in environment:
            command += ["--env", f"{name}={environment[name]}"]
    process = subprocess.Popen(
        command, cwd=clone, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", start_new_session=True,
    )  # fmt: skip
    late = threading.Event()

    def end() -> None:
        late.set()
        _end(process)

    timer = threading.Timer(SECONDS, end)
    timer.start()
    other: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            try:
                told = json.loads(line)
            except ValueError:
                other.append(line.strip())
                continue
            if isinstance(told, dict):
                _take(told, run, document, show=show)
                if "job" not in told and told.get("level") in ("error", "fatal"):
                    other.append(str(told.get("msg", "")))
        process.wait()
    finally:
        timer.cancel()
        _end(process)
    if late.is_set():
        raise WorkflowError(
            f"O workflow passou de {SECONDS:.0f} segundos e foi interrompido. O que espera sem fim?"
        )
    if not run.trabalhos and process.returncode:
        said = " ".join(filter(None, other))[:400] or "sem dizer por quê"
        raise WorkflowError(f"O act recusou o arquivo: {said}")


def _end(process: subprocess.Popen[str]) -> None:
    for one in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, one)
        except ProcessLookupError:
            return
        began = time.monotonic()
        while process.poll() is None and time.monotonic() - began < 2:
            time.sleep(0.05)


def _take(told: Mapping[str, Any], run: Corrida, document: Mapping[str, Any], *, show: bool) -> None:
    """One line of act's: the start or end of a step, something it printed, the end of a job."""
    if "jobID" not in told:
        return
    matrix = ", ".join(map(str, (told.get("matrix") or {}).values()))
    name = f"{told['jobID']} ({matrix})" if matrix else str(told["jobID"])
    message = _COLOURS.sub("", str(told.get("msg", "")))
    if "Skipping unsupported platform" in message:
        runner = document["jobs"].get(told["jobID"], {}).get("runs-on")
        run.trabalhos[name] = Job(name, "skipped")
        if show:
            print(f"○ {name}: pulado, porque aqui só há ubuntu, e ele pede {runner}")
        return
    job = run.trabalhos.setdefault(name, Job(name))
    if "jobResult" in told:
        job.resultado = str(told["jobResult"])
        if show:
            print(f"{_MARKS.get(job.resultado, '!')} {name}: {_WORDS.get(job.resultado, job.resultado)}")
        return
    if told.get("stage") != "Main":
        return
    step = _step(job, _titled(told, document))
    if told.get("raw_output"):
        step.linhas.append(message.rstrip("\n"))
    elif told.get("command") in ("warning", "error", "notice"):
        step.linhas.append(f"{told['command']}: {told.get('arg', '')}")
    elif told.get("level") == "error":
        step.linhas.append(_TIMES.sub("", message.strip()))
    if "stepResult" in told and len(told.get("stepID") or []) == 1:
        step.resultado = str(told["stepResult"])
        step.segundos = float(told.get("executionTime", 0)) / 1e9
        if show and step.resultado != "skipped":
            print(f"  {_MARKS.get(step.resultado, '!')} {name} › {step.nome} ({step.segundos:.1f} s)")
            if step.resultado == "failure" and step.linhas:
                print(*(f"      {line[:200]}" for line in step.linhas[-8:]), sep="\n")


def _titled(told: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """The step's name as the file has it; act gives its place in the job, or its id."""
    steps = document["jobs"].get(told["jobID"], {}).get("steps") or []
    which = str((told.get("stepID") or [""])[0])
    for position, step in enumerate(steps):
        if isinstance(step, Mapping) and which in (str(position), str(step.get("id", ""))):
            own = step.get("name") or step.get("uses") or str(step.get("run", "")).strip().split("\n")[0]
            return str(own)[:70]
    return str(told.get("step", ""))[:70]


def _step(job: Job, name: str) -> Passo:
    for step in job.passos:
        if step.nome == name:
            return step
    job.passos.append(Passo(name))
    return job.passos[-1]
