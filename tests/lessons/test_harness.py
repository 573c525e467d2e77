"""What runs the lessons notices what it is there to notice; on toy notebooks, without services."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lesson_bank import Answer, BankError, calls, card, read_bank, try_bank
from lesson_runner import Lesson, LessonError, course_copy, run_notebook

TOY = Path(__file__).parent / "toy_content"
FIRST = f"""from curso.lessons import content
content.__path__.append({str(TOY)!r})
from curso.lessons.notebook_door import confira, desafio, dica, preveja"""


def notebook(folder: Path, **cells: str) -> Path:
    """`toy.ipynb` in `folder`, a code cell for each; a name's `_` stands for `-`."""
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=name.replace("_", "-")) for name, source in cells.items()]
    )
    folder.mkdir(exist_ok=True)
    nbformat.write(made, folder / "toy.ipynb")
    return folder


def run(folder: Path, after_cell: Any = None) -> Any:
    with course_copy(notebooks=folder) as copy:
        return run_notebook(copy, "toy.ipynb", after_cell=after_cell)


def said(cell: Any) -> str:
    """What it printed: a slow machine sends that in several pieces."""
    return "".join(output.get("text", "") for output in cell.outputs)


def test_a_lesson_runs_where_a_learner_is_and_with_its_own_course(tmp_path: Path) -> None:
    where = "import os, pathlib, curso\nprint(os.getcwd())\nprint(pathlib.Path(curso.__file__).parents[1])"
    executed, ran = run(
        notebook(tmp_path / "n", primeiro="x = 1", depois="x + 1", onde=where, linha="!curso --help")
    )
    assert executed.cells[1].outputs[0].data["text/plain"] == "2"
    cwd, course = said(executed.cells[2]).splitlines()
    assert cwd == f"{course}/notebooks"
    assert "curso-licao-" in course
    assert "Módulo 4" in said(executed.cells[3])
    assert not Path(course).exists()
    assert list(ran.seconds) == ["primeiro", "depois", "onde", "linha"]


def test_a_failing_cell_is_told_with_its_id_source_and_output(tmp_path: Path) -> None:
    with pytest.raises(LessonError) as caught:
        run(notebook(tmp_path / "n", bem="1", que_quebra="print('antes')\n1 / 0"))
    told = str(caught.value)
    assert told.startswith("toy.ipynb, célula que-quebra:\n    print('antes')\n    1 / 0\nmostrou:\nantes\n")
    assert "ZeroDivisionError" in told
    assert "\x1b" not in told


def test_a_dead_kernel_is_told(tmp_path: Path) -> None:
    with pytest.raises(LessonError, match="célula morre"):
        run(notebook(tmp_path / "n", morre="import os; os._exit(1)"))


def test_there_is_no_other_machine(tmp_path: Path) -> None:
    """Refused at once, also by name; loopback works; and a try that the cell swallowed is told in the end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = f"import socket\nsocket.create_connection(('localhost', {server.getsockname()[1]}), 5).close()"
        run(notebook(tmp_path / "a", aqui=here))
    tries = """
import socket, subprocess, sys
for away in (("192.0.2.1", 80), ("example.org", 443)):
    try:
        socket.create_connection(away, 5)
    except OSError as error:
        print(error)
telephone = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.2', 9))"
assert "OSError" in subprocess.run([sys.executable, "-c", telephone], capture_output=True, text=True).stderr
"""
    with pytest.raises(LessonError, match="Algo tentou sair desta máquina") as caught:
        run(notebook(tmp_path / "b", fora=tries))
    for away in ("192.0.2.1", "example.org", "192.0.2.2"):
        assert f"{away} <- " in str(caught.value)


def test_what_is_left_running_is_told_and_ended(tmp_path: Path) -> None:
    leave = "import subprocess\nprint(subprocess.Popen(['sleep', '300'], start_new_session=True).pid)"
    with pytest.raises(LessonError, match=r"Ficou rodando.*\n  \d+: sleep 300"):
        run(notebook(tmp_path / "n", deixa=leave))


def _tried(tmp_path: Path, cell: str, *answers: Answer) -> None:
    challenge = calls(cell)[0][1]

    def after_cell(lesson: Lesson, ran: Any) -> None:
        if "desafio" in ran.source and "import" not in ran.source:
            try_bank(lesson, challenge, ran, list(answers))

    executed, _ = run(
        notebook(tmp_path / "n", inicio=FIRST, desafio=cell, fim="media = 'segue'\nmedia"), after_cell
    )
    assert len(executed.cells) == 3
    assert card(executed.cells[2]) == "'segue'"


RIGHT = Answer(
    True, "certa", "", ["media = lambda v: sum(v) / len(v) if v else 0", "desafio('90.media', media)"]
)
SUM = Answer(False, "soma", "Falta dividir", ["desafio('90.media', sum)"])
EMPTY = Answer(False, "vazio", "pense no caso", ["desafio('90.media', lambda v: sum(v) / len(v))"])
SHIPPED = "desafio('90.media', ...)"


def test_a_bank_that_holds(tmp_path: Path) -> None:
    _tried(tmp_path, SHIPPED, RIGHT, SUM, EMPTY)


BAD_BANKS = [
    ([Answer(True, "certa", "", ["desafio('90.media', sum)"])], "devia começar com «✔ passou: »"),
    ([Answer(False, "x", "y", RIGHT.cells)], "devia começar com «✘ ainda não: »"),
    ([Answer(False, "x", "não está lá", SUM.cells)], "devia conter «não está lá»"),
    ([SUM, Answer(False, "outra", "Falta", SUM.cells)], "tem a mesma mensagem que «soma»"),
    ([Answer(True, "muda", "", ["desafio('90.media', sum);"])], r"\(nada\)"),
]


def test_banks_that_do_not_hold(tmp_path: Path) -> None:
    """All in one kernel: it is the sentences that matter here."""
    told = []

    def after_cell(lesson: Lesson, ran: Any) -> None:
        if ran.id == "desafio":
            for answers, said in BAD_BANKS:
                with pytest.raises(BankError, match=said):
                    try_bank(lesson, "90.media", ran, answers)
                told.append(said)
        elif ran.id == "respondido":
            with pytest.raises(BankError, match="devia dar «não tentado»"):
                try_bank(lesson, "90.media", ran, [RIGHT])
            told.append("não tentado")

    run(
        notebook(
            tmp_path / "n",
            inicio=FIRST,
            desafio=SHIPPED,
            respondido=RIGHT.cells[0] + "\ndesafio('90.media', media)",
        ),
        after_cell,
    )
    assert len(told) == len(BAD_BANKS) + 1


def test_a_bank_is_read_as_cells(tmp_path: Path) -> None:
    path = tmp_path / "90.media.py"
    path.write_text(
        "# comentário solto\n# %% certa\n%%dag x.py\na = 1\n# %% certa (2)\n\ndesafio('90.media', 'x')\n\n"
        "# %% certa: com lambda\nb\n# %% errada: esqueceu (de novo) | o trecho, (assim)\nc\n# %% errada (2)\nd\n",
        encoding="utf-8",
    )
    assert [(a.right, a.what, a.said, a.cells) for a in read_bank(path)] == [
        (True, "certa", "", ["%%dag x.py\na = 1\n", "desafio('90.media', 'x')\n"]),
        (True, "com lambda", "", ["b\n"]),
        (False, "esqueceu (de novo)", "o trecho, (assim)", ["c\n", "d\n"]),
    ]
    for broken in ("# %% outra\n", "# %% errada: sem trecho\n", "# %% certa (2)\n"):
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(BankError):
            read_bank(path)


def test_calls_in_comments_are_no_calls() -> None:
    assert calls('# depois: confira("90.soma")\npreveja( "90.soma", ...)\ndica(\'90.media\')') == [
        ("preveja", "90.soma"),
        ("dica", "90.media"),
    ]
