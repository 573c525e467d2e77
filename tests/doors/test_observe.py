"""`curso observar` in a terminal of its own: the real program, real files, a real grading."""

from __future__ import annotations

import re
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

if TYPE_CHECKING:
    from conftest import Course

EXERCISE = "ex1-dag-complexo"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
PATIENCE = 180
LEAVE = "\x1b[?1049l"


class Terminal:
    """The program in a pseudo-terminal, and all that it has written so far."""

    def __init__(self, course: Course, *args: str) -> None:
        command = course.command("observar", EXERCISE, *args)
        environment = course.environment | {"TERM": "xterm-256color", "COLUMNS": "110", "LINES": "45"}
        self.child = pexpect.spawn(
            command[0], command[1:], env=environment, cwd=str(course.root.parent), dimensions=(45, 110),
            encoding="utf-8", codec_errors="replace", timeout=PATIENCE,
        )  # fmt: skip
        self.raw = ""
        self._read_to = 0

    def sees(self, *words: str) -> str:
        """Waits until all of these stand on the screen after what was last seen; returns what was written till then."""
        deadline = time.monotonic() + PATIENCE
        while True:
            seen = ESCAPE.sub("", self.raw[self._read_to :])
            if all(word in seen for word in words):
                raw = self.raw[self._read_to :]
                self._read_to = len(self.raw)
                return raw
            assert time.monotonic() < deadline, f"never seen: {words}\n{seen[-3000:]}"
            try:
                self.raw += self.child.read_nonblocking(65536, timeout=0.2)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                raise AssertionError(f"ended before {words}:\n{seen[-3000:]}") from None

    def end(self) -> int:
        try:
            while True:
                self.raw += self.child.read_nonblocking(65536, timeout=PATIENCE)
        except pexpect.EOF:
            self.child.close()
        assert self.child.exitstatus is not None, self.child.signalstatus
        return self.child.exitstatus


@pytest.fixture
def terminal(fresh: Course) -> Iterator[Terminal]:
    fresh.curso("comecar", EXERCISE)
    opened = Terminal(fresh)
    yield opened
    opened.child.close(force=True)


def save_through_a_temporary_file(path: Path, text: str) -> None:
    """As vim, PyCharm and VS Code do."""
    scratch = path.with_name(f".{path.name}.swp")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def test_a_learner_watches_from_the_first_line_to_the_last(fresh: Course, terminal: Terminal) -> None:
    work = fresh.work / "dags" / "vendas_diarias.py"
    answer = (fresh.answer / "dags" / "vendas_diarias.py").read_text(encoding="utf-8")
    terminal.sees("○ não tentado", "0 de 100 pontos")

    # A line half typed is no verdict, and what was known stays.
    save_through_a_temporary_file(work, answer + "\ndef mais(:\n")
    said = terminal.sees("esperando você terminar de escrever", "o Python ainda não entende «def mais(:»")
    assert "○ não tentado" in ESCAPE.sub("", said)
    assert re.search(r"\x1b\[2(;\d+)*m", said), "dimmed"

    # An editor that writes in place; a second save before the first check has ended.
    work.write_text("raise RuntimeError('ainda não')\n", encoding="utf-8")
    terminal.sees("preparando…")
    save_through_a_temporary_file(work, answer.replace('schedule="0 2 * * *"', 'schedule="0 3 * * *"'))
    terminal.sees("✘ ainda não", "agenda", "de 100 pontos")
    told = fresh.curso("progresso", "--json").result["exercises"][0]["criteria"]
    assert {criterion["tries"] for criterion in told} == {1}, "what was cancelled is no try"

    terminal.child.send("d")
    terminal.sees("Dica", "1 de 3")
    terminal.child.send("r")
    terminal.sees("Tecle r de novo")
    terminal.child.send("d")
    terminal.sees("2 de 3")

    save_through_a_temporary_file(work, answer)
    terminal.sees("100 de 100 pontos", "Tudo o que se confere aqui passou")
    terminal.child.send("s")
    assert terminal.end() == 0
    assert terminal.raw.count(LEAVE) == 1
    after = ESCAPE.sub("", terminal.raw.split(LEAVE)[1])
    assert after.count("✔ passou") == 13
    assert fresh.checklist()["dags"][2]


def test_by_hand_nothing_is_checked_until_enter(fresh: Course) -> None:
    fresh.hand_in("def (")
    terminal = Terminal(fresh, "--manual")
    try:
        terminal.sees("há o que conferir: tecle Enter")
        terminal.child.send("\r")
        terminal.sees("o Python ainda não entende")
        before = termios.tcgetattr(terminal.child.child_fd)
        assert not before[3] & termios.ICANON
        fresh.hand_in("print('nada')\n")
        terminal.sees("há o que conferir: tecle Enter")
        terminal.child.send("\r")
        terminal.sees("✘ ainda não", "carrega", "0 de 100 pontos")
        terminal.child.sendintr()
        assert terminal.end() == 1
        assert terminal.raw.count(LEAVE) == 1
    finally:
        terminal.child.close(force=True)


def test_a_terminal_is_needed(fresh: Course) -> None:
    fresh.hand_in("")
    sentence = fresh.curso("observar", EXERCISE).sentence()
    assert (
        sentence == f"`curso observar` precisa de um terminal; fora de um, use `curso verificar {EXERCISE}`."
    )


def test_an_exercise_not_begun_says_how(fresh: Course) -> None:
    sentence = fresh.curso("observar", EXERCISE).sentence()
    assert sentence == f"Você ainda não começou este exercício: rode `curso comecar {EXERCISE}`."


def test_nothing_is_left_when_it_is_ended_from_outside(fresh: Course, terminal: Terminal) -> None:
    terminal.sees("○ não tentado")
    terminal.child.kill(15)
    assert terminal.end() == 128 + 15
    assert terminal.raw.count(LEAVE) == 1
