"""The notebook's door: `verificar("ex1-dag-complexo")` shows the verdicts as a table.

Grading happens in a process of its own, through the same command as in the terminal.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from autograder.model.result import Result, Status, Verdict
from curso import checking, tell
from curso.checking import Step


class Verificacao:
    """A result that knows how to show itself in a notebook and in plain text."""

    def __init__(self, result: Result) -> None:
        self.resultado = result

    def criterio(self, nome: str) -> Criterio | None:
        """Shows one verdict. What has not passed is told on standard error, where nbgrader's Validate looks."""
        for verdict in self.resultado.verdicts:
            if verdict.criterion == nome:
                if verdict.status in (Status.PASSED, Status.WAITING):
                    return Criterio(verdict)
                print(tell.verdict_text(verdict), file=sys.stderr)
                return None
        print(f"O exercício não tem o critério «{nome}».", file=sys.stderr)
        return None

    def _repr_html_(self) -> str:
        return tell.as_html(self.resultado)

    def __repr__(self) -> str:
        from rich.console import Console

        # Without force_terminal, rich takes a kernel for a terminal and writes escapes for bold.
        console = Console(width=100, force_terminal=False, force_jupyter=False, highlight=False)
        with console.capture() as captured:
            console.print(tell.table(self.resultado))
        return captured.get()


class Criterio:
    """One verdict, shown by itself."""

    def __init__(self, verdict: Verdict) -> None:
        self.veredito = verdict

    def _repr_html_(self) -> str:
        return tell.verdict_html(self.veredito)

    def __repr__(self) -> str:
        return tell.verdict_text(self.veredito)


class Aviso:
    """One sentence in place of a result."""

    def __init__(self, text: str) -> None:
        self.text = text

    def criterio(self, nome: str) -> None:
        """Without a result there is no verdict to show."""
        print(f"«{nome}» ainda não foi verificado. {self.text}", file=sys.stderr)

    def _repr_html_(self) -> str:
        return f"<p>{tell._text(self.text)}</p>"

    def __repr__(self) -> str:
        return self.text


def _stop(process: subprocess.Popen[str]) -> None:
    """Ends it as Ctrl+C in a terminal would: it clears its temporary folders away."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(checking.CLEAN_UP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def verificar(exercicio: str, entrega: str | Path | None = None) -> Verificacao | Aviso:
    """Checks your work on an exercise and shows one line per criterion.

    `entrega` is the folder to check; without it, your working copy in `trabalho/`.
    """
    with _Progress() as progress:
        # In a session of its own: stopping a cell interrupts all of the kernel's, and to be told twice is not to end well.
        process = subprocess.Popen(
            checking.command(exercicio, entrega),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        assert process.stderr is not None and process.stdout is not None
        said: list[str] = []
        try:
            for line in process.stderr:
                match checking.heard(line):
                    case Step(done, total):
                        progress.show(done, total)
                    case Verdict() as verdict:
                        progress.tell(verdict)
                    case sentence:
                        said += [sentence] if sentence else []
            output = process.stdout.read()
        except KeyboardInterrupt:
            _stop(process)
            return Aviso("Verificação interrompida. Nada do seu trabalho foi mudado.")
        process.wait()
    try:
        return Verificacao(Result.model_validate_json(output))
    except ValidationError:
        return Aviso(" ".join(said[-3:]) or checking.NO_RESULT)


class _Progress:
    """A bar and the verdicts so far, in every front end; nothing is left behind."""

    def __enter__(self) -> _Progress:
        import IPython.display

        shown: Any = IPython.display  # its classes carry no types
        self._html = shown.HTML
        self._bar = "<p>Preparando o Airflow…</p>"
        self._told: dict[str, Verdict] = {}
        self._handle = shown.display(self._html(self._bar), display_id=True)
        return self

    def show(self, done: int, total: int) -> None:
        what = "Preparando o Airflow…" if done == 0 else f"Executando o seu DAG: {done} de {total} etapas"
        self._bar = f"<p><progress value='{done}' max='{total}'></progress> {what}</p>"
        self._repaint()

    def tell(self, verdict: Verdict) -> None:
        self._told[verdict.criterion] = verdict
        self._repaint()

    def _repaint(self) -> None:
        if self._handle is not None:
            self._handle.update(self._html(self._bar + tell.so_far_html(self._told.values())))

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            self._handle.update(self._html(""))
