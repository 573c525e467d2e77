"""Old code beside new, both really run: what the old one raises or warns of today, and the ruff rule that finds it."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import IO, Any

_WORKER = r"""
import json, os, shutil, sys, warnings

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # whatever the code prints is no answer
import airflow.sdk  # the slow part, once: each piece runs in a fork of this process


def run(source):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        error = ""
        try:
            exec(compile(source, "museu.py", "exec"), {"__name__": "museu"})
        except BaseException as problem:
            error = f"{type(problem).__name__}: {problem}"
    mine = [w for w in caught if issubclass(w.category, (DeprecationWarning, FutureWarning)) or w.filename == "museu.py"
            or "DeprecatedImport" in w.category.__name__ or "SLA" in str(w.message)]
    told = [f"{w.category.__name__}: {str(w.message).strip()}" for w in mine]
    return {"error": error, "warnings": list(dict.fromkeys(told))}


for line in sys.stdin:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            json.dump(run(json.loads(line)), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    answers.write((text or json.dumps({"error": "o processo morreu", "warnings": []})) + "\n")
shutil.rmtree(os.environ["AIRFLOW_HOME"], ignore_errors=True)  # the notebook is gone, perhaps without a word
os._exit(0)  # what Airflow does at the end of Python would write there again
"""


@dataclass(frozen=True)
class Visto:
    """What running a piece of code showed."""

    erro: str
    avisos: tuple[str, ...]

    @property
    def texto(self) -> str:
        return "\n".join(filter(None, [self.erro, *self.avisos])) or "sem erro e sem aviso"


class _Worker:
    """One process with Airflow loaded, in an AIRFLOW_HOME of its own that goes with it."""

    def __init__(self) -> None:
        self.home = tempfile.mkdtemp(prefix="curso-museu-")
        kept = {name: text for name, text in os.environ.items() if not name.startswith("AIRFLOW")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WORKER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
            env=kept | {"AIRFLOW_HOME": self.home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "DO_NOT_TRACK": "1"},
            start_new_session=True,  # a kernel that is slow to end is killed with its group: this one clears away first
        )  # fmt: skip
        atexit.register(self.close)

    def run(self, source: str) -> Visto:
        asking, answering = _pipes(self.process)
        try:
            asking.write(json.dumps(source) + "\n")
            asking.flush()
            answer = json.loads(answering.readline())
        except BaseException:  # interrupted: its answer must not be taken for the next one's
            self.close()
            raise
        return Visto(answer["error"], tuple(answer["warnings"]))

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None and process.stdout is not None
    return process.stdin, process.stdout


_worker: _Worker | None = None


def rodar(codigo: str) -> Visto:
    """Runs code in a process of its own, with Airflow loaded, and tells its error and its warnings."""
    global _worker
    if _worker is None or _worker.process.poll() is not None:
        _worker = _Worker()
    return _worker.run(codigo)


def fechar() -> None:
    """Ends the process that runs the pieces; the end of Python does it too."""
    if _worker is not None:
        _worker.close()


def regras(codigo: str) -> dict[str, str] | None:
    """The AIR rules of ruff that speak up, with what each says; None where ruff is not installed."""
    ruff = shutil.which(
        "ruff", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    if ruff is None:
        return None
    done = subprocess.run(
        [ruff, "check", "--isolated", "--select", "AIR", "--preview", "--output-format", "json", "-"],
        input=codigo, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for one in json.loads(done.stdout):
        said = found.setdefault(one["code"], [])
        if one["message"] not in said:
            said.append(one["message"])
    return {code: "; ".join(said) for code, said in sorted(found.items())}


class Peca:
    """One exhibit, ready to be shown."""

    def __init__(
        self, titulo: str, antigo: str, novo: str, visto: Visto, achado: Mapping[str, str] | None
    ) -> None:
        self.titulo, self.antigo, self.novo = titulo, antigo.strip("\n"), novo.strip("\n")
        self.visto, self.achado = visto, achado

    @property
    def _ruff(self) -> str:
        if self.achado is None:
            return "o ruff não está instalado aqui"
        return (
            "\n".join(f"{code}: {message}" for code, message in self.achado.items())
            or "nenhuma regra o encontra"
        )

    def __repr__(self) -> str:
        parts = [
            ("antigo", self.antigo),
            ("hoje", self.visto.texto),
            ("ruff", self._ruff),
            ("no lugar", self.novo),
        ]
        return "\n".join([self.titulo, *(f"[{name}]\n{text}" for name, text in parts)])

    def _repr_html_(self) -> str:
        def box(name: str, text: str, colour: str) -> str:
            style = f"border-left:4px solid {colour};margin:6px 0;padding:2px 10px"
            return f"<div style='{style}'><b>{name}</b><pre style='margin:2px 0;white-space:pre-wrap'>{escape(text)}</pre></div>"

        return (
            f"<div><b>{escape(self.titulo)}</b>"
            + box("o código antigo", self.antigo, "#9e9e9e")
            + box("o que acontece hoje", self.visto.texto, "#c62828")
            + box("o que o ruff diz", self._ruff, "#ef6c00")
            + box("no lugar dele", self.novo, "#2e7d32")
            + "</div>"
        )


def peca(titulo: str, antigo: str, novo: str, espera: str, regra: str | None = None) -> Peca:
    """Runs both versions. The old one must fail or warn with `espera`, and the new one must do neither.

    `regra` is the ruff rule that finds the old one. Raises AssertionError where any of it no longer holds:
    a museum that lies is worse than none.
    """
    visto = rodar(antigo)
    if espera not in visto.texto:
        raise AssertionError(f"{titulo}: esperava «{espera}» do código antigo, e vi: {visto.texto}")
    hoje = rodar(novo)
    if hoje.erro or hoje.avisos:
        raise AssertionError(f"{titulo}: o código novo também reclama: {hoje.texto}")
    achado = regras(antigo)
    if achado is not None and regra is not None and regra not in achado:
        raise AssertionError(f"{titulo}: esperava a regra {regra}, e o ruff achou {dict(achado) or 'nada'}")
    return Peca(titulo, antigo, novo, visto, achado)


def numerado(codigo: str) -> Any:
    """Code with its line numbers, to talk about in a review."""
    lines = codigo.strip("\n").splitlines()
    return _Text("\n".join(f"{number:3} | {line}".rstrip() for number, line in enumerate(lines, start=1)))


class _Text(str):
    def __repr__(self) -> str:
        return str(self)
