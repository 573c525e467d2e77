"""Deliveries that cannot be graded as they are: each ends in a result that says why, and the next one is graded as ever.

They are made by code, because git should not carry 50 MB, a link out of the folder or a loop.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autograder.doors import Grading, grade
from autograder.model.result import Result, Status

NAME = Path("dags") / "vendas_diarias.py"
TOP = 'FUSO = "America/Sao_Paulo"'
IN_A_TASK = "        linhas = arquivo_do_dia(dia)\n"


@dataclass(frozen=True)
class Reason:
    """Where a broken delivery must say why, and the words that say it."""

    words: tuple[str, ...]
    criterion: str = "carrega"
    points: int = 0
    failed: frozenset[str] = field(default_factory=lambda: frozenset({"carrega"}))


def told(result: Result, criterion: str) -> str:
    (verdict,) = [v for v in result.verdicts if v.criterion == criterion]
    return f"{verdict.expected} {verdict.seen}"


def check(result: Result, reason: Reason) -> None:
    """The delivery earns exactly what it should, for exactly this reason; nobody blames the grader."""
    statuses = {v.status for v in result.verdicts}
    assert statuses <= {Status.FAILED, Status.BLOCKED, Status.PASSED}, told(result, reason.criterion)
    assert result.points == reason.points
    assert {v.criterion for v in result.verdicts if v.status is Status.FAILED} == reason.failed
    text = told(result, reason.criterion)
    for word in reason.words:
        assert word in text, text


# --- refused before anything runs --------------------------------------------------------------------


def _empty(file: Path, answer: str) -> None:
    file.write_bytes(b"")


def _only_spaces(file: Path, answer: str) -> None:
    file.write_text("\n   \n\t\n")


def _latin1(file: Path, answer: str) -> None:
    file.write_bytes(answer.encode("latin-1", "replace"))


def _utf16(file: Path, answer: str) -> None:
    file.write_bytes(answer.encode("utf-16-le"))


def _null_bytes(file: Path, answer: str) -> None:
    file.write_bytes(answer.encode() + b"\0\0\0")


def _fifty_megabytes(file: Path, answer: str) -> None:
    with file.open("w") as out:
        out.write(answer)
        out.write("# dados\n" * (50_000_000 // 8))


def _link(file: Path, answer: str) -> None:
    outside = file.parents[2] / "fora.py"
    outside.write_text(answer)
    file.symlink_to(outside)


def _link_to_the_answer(file: Path, answer: str) -> None:
    from curso.places import exercise_folder

    file.symlink_to(exercise_folder("ex1-dag-complexo") / "gabarito" / NAME)


def _linked_folder(file: Path, answer: str) -> None:
    outside = file.parents[2] / "fora"
    outside.mkdir()
    (outside / file.name).write_text(answer)
    file.parent.rmdir()
    file.parent.symlink_to(outside)


def _broken_link(file: Path, answer: str) -> None:
    file.symlink_to("nada.py")


def _folder(file: Path, answer: str) -> None:
    file.mkdir()


def _pipe(file: Path, answer: str) -> None:
    os.mkfifo(file)


def _wrong_name(file: Path, answer: str) -> None:
    (file.parent / "vendas-diarias.py").write_text(answer)


def _nothing(file: Path, answer: str) -> None:
    file.parent.rmdir()


REFUSED: dict[str, tuple[Callable[[Path, str], None], tuple[str, ...]]] = {
    "empty": (_empty, ("está vazio", "Salve")),
    "only-spaces": (_only_spaces, ("está vazio",)),
    "latin-1": (_latin1, ("não está em UTF-8", "linha 1")),
    "utf-16": (_utf16, ("bytes nulos", "UTF-8")),
    "null-bytes": (_null_bytes, ("bytes nulos", "UTF-8")),
    "fifty-megabytes": (_fifty_megabytes, ("tem 50 MB", "limite é 1 MB")),
    "link-out-of-the-folder": (_link, ("atalho", "arquivo de verdade")),
    "link-to-the-answer": (_link_to_the_answer, ("atalho",)),
    "linked-folder": (_linked_folder, ("atalho", "arquivo de verdade")),
    "broken-link": (_broken_link, ("atalho",)),
    "folder-in-its-place": (_folder, ("não é um arquivo comum",)),
    "pipe-in-its-place": (_pipe, ("não é um arquivo comum",)),
    "wrong-file-name": (_wrong_name, ("Falta dags/vendas_diarias.py", "vendas-diarias.py", "nome pedido")),
    "nothing-at-all": (_nothing, ("Falta dags/vendas_diarias.py",)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_reason(
    name: str, tmp_path: Path, exercise: Path, answer: str, check_words: Callable[[Result], None]
) -> None:
    make, words = REFUSED[name]
    file = tmp_path / "entrega" / NAME
    file.parent.mkdir(parents=True)
    make(file, answer)
    grading = grade(exercise, tmp_path / "entrega", seed=5)
    assert grading.evidence is None, "nothing of it was run"
    check(grading.result, Reason(words))
    check_words(grading.result)
    assert grading.result.notes
    assert grading.result.seconds < 30, "a pipe holds nobody up"


# --- does not load -----------------------------------------------------------------------------------

DOES_NOT_LOAD: dict[str, tuple[str, tuple[str, ...]]] = {
    "syntax-error": ("def vendas(:\n", ("A carga parou", "SyntaxError")),
    "missing-package": ("import pacote_que_ninguem_tem\n", ("A carga parou", "pacote_que_ninguem_tem")),
    "no-dag": ("import csv\n\nVENDAS = []\n", ("não criou nenhum DAG",)),
    "a-notebook": ('{"cells": [], "metadata": {"kernelspec": null}}', ("A carga parou", "null")),
    "exit": ("import sys\n\nsys.exit(0)\n", ("A carga parou", "SystemExit")),
    "hard-exit": ("import os\n\nos._exit(0)\n", ("parou antes de terminar", "ao carregar o arquivo")),
    "interrupt": ("raise KeyboardInterrupt\n", ("parou antes de terminar", "ao carregar o arquivo")),
    "kills-itself": (
        "import os\n\nos.kill(os.getpid(), 9)\n",
        ("parou antes de terminar (sinal 9", "ao carregar o arquivo"),
    ),
    "deep-recursion": (
        "def f(n):\n    return f(n + 1)\n\n\nf(0)\n",
        ("A carga parou", "RecursionError"),
    ),
    "floods-the-screen": (
        "linha = 'x' * 1_000_000\nfor _ in range(100):\n    print(linha)\n",
        ("imprimiu mais de 20 MB", "prints"),
    ),
    "three-gigabytes": ("tudo = b'x' * (3 << 30)\n", ("memória",)),
    "grows-for-ever": ("tudo = []\nwhile True:\n    tudo.append('x' * 5_000_000)\n", ("memória",)),
}


@pytest.mark.parametrize("name", DOES_NOT_LOAD)
def test_what_does_not_load_says_why(
    name: str, hand_in: Callable[..., Grading], check_words: Callable[[Result], None]
) -> None:
    content, words = DOES_NOT_LOAD[name]
    result = hand_in(content).result
    check(result, Reason(words))
    check_words(result)


def test_two_dags_are_one_too_many(hand_in: Callable[..., Grading], answer: str) -> None:
    second = '\nfrom airflow.sdk import DAG\n\ncopia = DAG("copia", start_date=pendulum.datetime(2026, 1, 1, tz=FUSO))\n'
    check(hand_in(answer + second).result, Reason(("um DAG só", "vendas_diarias", "copia")))


def test_a_loop_while_loading_is_cut_off(
    hand_in: Callable[..., Grading], short_clock: Callable[[float, float], None]
) -> None:
    short_clock(3, 10)
    result = hand_in("while True:\n    pass\n").result
    check(result, Reason(("não terminou no tempo", "ao carregar o arquivo", "laço sem fim")))


# --- loads, and breaks while it runs -----------------------------------------------------------------

DECLARED = 22
"""carrega, parse-sem-io, agenda and fan-out: what a file that loads declares rightly."""
RUNS_NEED_IT = frozenset({
    "numeros-do-dia", "dez-tarefas", "operadores", "metadados", "outro-dia", "desvio", "portao-de-qualidade",
})  # fmt: skip

BREAKS_A_RUN: dict[str, tuple[str, tuple[str, ...]]] = {
    "hard-exit-in-a-task": (
        "        import os\n\n        os._exit(0)\n",
        ("parou antes de terminar", "na task conferir"),
    ),
    "flood-in-a-task": (
        "        while True:\n            print('x' * 10_000)\n",
        ("imprimiu mais de 20 MB", "na task conferir"),
    ),
    "three-gigabytes-in-a-task": (
        "        tudo = []\n        while True:\n            tudo.append('x' * 5_000_000)\n",
        ("memória", "na task conferir"),
    ),
}


@pytest.mark.parametrize("name", BREAKS_A_RUN)
def test_what_breaks_a_run_names_the_task(
    name: str, hand_in: Callable[..., Grading], answer: str, check_words: Callable[[Result], None]
) -> None:
    lines, words = BREAKS_A_RUN[name]
    result = hand_in(answer.replace(IN_A_TASK, lines + IN_A_TASK)).result
    check(result, Reason(words, criterion="numeros-do-dia", failed=RUNS_NEED_IT))
    check_words(result)


def test_a_loop_in_a_task_is_cut_off(
    hand_in: Callable[..., Grading], answer: str, short_clock: Callable[[float, float], None]
) -> None:
    short_clock(20, 8)
    result = hand_in(answer.replace(IN_A_TASK, "        while True:\n            pass\n" + IN_A_TASK)).result
    words = ("não terminou no tempo", "na task conferir", "laço sem fim")
    check(result, Reason(words, criterion="numeros-do-dia", failed=RUNS_NEED_IT))
    # The other worlds are not played: the same loop would only cost minutes.
    assert "não foi executado" in told(result, "portao-de-qualidade")


def test_exit_in_a_task_is_an_ordinary_failure(hand_in: Callable[..., Grading], answer: str) -> None:
    result = hand_in(answer.replace(IN_A_TASK, "        raise SystemExit(0)\n" + IN_A_TASK)).result
    failed = frozenset({"numeros-do-dia"})  # the others wait for a run that comes to its end
    check(result, Reason(("A execução falhou", "conferir"), criterion="numeros-do-dia", failed=failed))


def test_a_lost_warehouse_is_said_by_its_tables(hand_in: Callable[..., Grading], answer: str) -> None:
    """The pipeline removes the database file under the connection."""
    gone = "        import os\n\n        os.unlink(os.path.join(Variable.get('pasta_dados'), 'armazem.db'))\n"
    result = hand_in(answer.replace(IN_A_TASK, IN_A_TASK + gone)).result
    failed = frozenset({"numeros-do-dia"})
    check(result, Reason(("Diferem: qualidade, vendas",), criterion="numeros-do-dia", failed=failed))


# --- not broken at all -------------------------------------------------------------------------------


def test_a_file_saved_by_windows_is_graded_like_any_other(
    hand_in: Callable[..., Grading], answer: str
) -> None:
    windows = b"\xef\xbb\xbf" + answer.replace("\n", "\r\n").encode()
    assert hand_in(windows).result.points == 100


def test_the_next_submission_is_graded_as_ever(hand_in: Callable[..., Grading], answer: str) -> None:
    for name in ("hard-exit", "kills-itself", "floods-the-screen", "grows-for-ever"):
        assert hand_in(DOES_NOT_LOAD[name][0]).result.points == 0
    assert hand_in("import subprocess\n\nsubprocess.Popen(['sleep', '600'])\n").result.points == 0
    assert hand_in(answer).result.points == 100
