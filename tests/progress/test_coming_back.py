"""Starting anew, answers beside one's own, and the page with the evidence."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.model.exercise import ChecklistItem, load_exercise
from autograder.model.result import Status
from curso.answers import WORDS, ClosedError, open_answers
from curso.certificate import HONEST, write_certificate
from curso.record import events, kept
from curso.record.model import Proof
from curso.restart import restart_work
from curso.start import start_work

EXERCISE = "ex1-dag-complexo"
FILE = "dags/vendas_diarias.py"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def state_of(root: Path) -> Path:
    (root / ".curso").mkdir(exist_ok=True)
    return root / ".curso"


def pass_all(root: Path, *, but: tuple[str, ...] = ()) -> None:
    with kept.changing(state_of(root)) as (record, _):
        for criterion in load_exercise(root / "solutions" / EXERCISE).criteria:
            if criterion.id not in but:
                proof = Proof(
                    at=AT, versions={"apache-airflow": "3.3.2"}, seed=41, level="gaiola", submission="f" * 64
                )
                record.of(EXERCISE).of(criterion.id).note(Status.PASSED, proof)


# --- starting anew -----------------------------------------------------------------------------------


def test_the_work_of_before_is_kept_beside(small: Path) -> None:
    start_work(EXERCISE, small)
    pass_all(small)
    work = small / "trabalho" / EXERCISE
    (work / FILE).write_text("meu trabalho", encoding="utf-8")
    (work / "rascunho.txt").write_text("meu", encoding="utf-8")
    first, *others = restart_work("ex1", small)
    (kept_there,) = (small / "trabalho").glob(f"{EXERCISE}.*")
    assert first == f"O trabalho de antes está em trabalho/{kept_there.name}."
    assert (kept_there / FILE).read_text(encoding="utf-8") == "meu trabalho"
    assert (kept_there / "rascunho.txt").is_file()
    assert (work / FILE).read_bytes() == (small / "exercises" / EXERCISE / FILE).read_bytes()
    assert "O que você já provou continua no seu progresso." in others
    assert kept.load(state_of(small))[0].criterion(EXERCISE, "agenda").passed


def test_twice_in_a_second_loses_nothing(small: Path) -> None:
    for number in range(3):
        start_work(EXERCISE, small)
        (small / "trabalho" / EXERCISE / FILE).write_text(f"{number}", encoding="utf-8")
        restart_work(EXERCISE, small)
    assert len({path.name for path in (small / "trabalho").glob(f"{EXERCISE}.*")}) == 3


def test_where_there_is_nothing_to_begin_anew(small: Path) -> None:
    assert "Você ainda não tinha começado" in restart_work(EXERCISE, small)[0]
    start_work(EXERCISE, small)
    assert restart_work(EXERCISE, small) == [
        f"trabalho/{EXERCISE} ainda está como no começo; nada foi mudado."
    ]


# --- answers -----------------------------------------------------------------------------------------


def nobody(question: str) -> str:
    raise AssertionError(f"asked: {question}")


def test_after_everything_passed_answers_open_beside(small: Path) -> None:
    start_work(EXERCISE, small)
    pass_all(small)
    mine = small / "trabalho" / EXERCISE / FILE
    shutil.copy(small / f"tests/bank/{EXERCISE}/right/sql-mapeado" / FILE, mine)
    before = mine.read_bytes()
    lines = open_answers(EXERCISE, nobody, small)
    beside = small / "trabalho" / EXERCISE / "comparar"
    names = {path.name for path in beside.iterdir()}
    assert "gabarito" in names
    assert len(names) == 3
    assert "sql-mapeado" not in names, "that is the learner's own way"
    for name in names:
        assert f"comparar/{name}:" in "\n".join(lines)
        assert (beside / name / FILE).is_file()
    assert mine.read_bytes() == before
    opened = kept.load(state_of(small))[0].exercises[EXERCISE].answer
    assert opened is not None
    assert not opened.before_passing

    (beside / "gabarito" / FILE).write_text("anotei aqui", encoding="utf-8")
    open_answers(EXERCISE, nobody, small)
    assert (beside / "gabarito" / FILE).read_text(encoding="utf-8") == "anotei aqui"
    assert (beside / "gabarito-2" / FILE).is_file()


@pytest.mark.parametrize("said", ["", "sim", "s\n", "quero", "quero ver"])
def test_before_that_they_stay_closed(small: Path, said: str) -> None:
    start_work(EXERCISE, small)
    pass_all(small, but=("desvio", "agenda"))
    asked = []

    def ask(question: str) -> str:
        asked.append(question)
        return said

    with pytest.raises(ClosedError, match=f"continua fechada.*curso dica {EXERCISE} agenda"):
        open_answers(EXERCISE, ask, small)
    assert "Faltam 2 critérios de 13." in asked[0]
    assert not (small / "trabalho" / EXERCISE / "comparar").exists()
    assert kept.load(state_of(small))[0].exercises[EXERCISE].answer is None


@pytest.mark.parametrize("said", [WORDS, f"  {WORDS.upper()}.\n", f"«{WORDS}»"])
def test_one_honest_question_opens_them_and_is_noted(small: Path, said: str) -> None:
    start_work(EXERCISE, small)
    open_answers(EXERCISE, lambda _: said, small)
    opened = kept.load(state_of(small))[0].exercises[EXERCISE].answer
    assert opened is not None
    assert opened.before_passing
    open_answers(EXERCISE, nobody, small)  # asked once


def test_a_class_package_has_no_answers(small: Path) -> None:
    start_work(EXERCISE, small)
    shutil.rmtree(small / "solutions")
    with pytest.raises(ClosedError, match="não vêm no pacote da turma"):
        open_answers(EXERCISE, nobody, small)


# --- the page ----------------------------------------------------------------------------------------


def test_the_page_says_what_was_proven_when_and_with_what(small: Path) -> None:
    start_work(EXERCISE, small)
    pass_all(small, but=("desvio",))
    events.mark(ChecklistItem.DEPLOYS, mine=True, folder=lambda: state_of(small))
    events.note_answer_opened(EXERCISE, before_passing=True, folder=lambda: state_of(small))
    page = write_certificate(None, "Ana <script>alert(1)</script> & cia", small)
    assert page.parent == small / "trabalho"
    text = page.read_text(encoding="utf-8")
    assert HONEST in text
    assert "Ana &lt;script&gt;alert(1)&lt;/script&gt; &amp; cia" in text
    assert "<script" not in text
    assert "<h3>DAG complexo: 94 de 100 pontos</h3>" in text
    assert "Todo dia às 02:00 de São Paulo" in text
    assert "Folga e dia útil" not in text, "that one was not proven"
    assert "Você escreve um DAG de verdade" not in text, "which is said of the whole exercise"
    assert f"<td>{AT.astimezone():%d/%m/%Y às %H:%M}" in text
    assert "<td>41</td><td>gaiola</td><td>ffffffffffff</td>" in text
    assert text.count("apache-airflow 3.3.2") == 1
    assert "A resposta foi aberta em" in text
    assert "◆ já domino (declarado por quem estuda, sem prova do curso)" in text
    assert write_certificate(None, "", small) != page, "nothing is written over"


def test_of_a_whole_exercise_it_says_what_it_shows(small: Path) -> None:
    pass_all(small)
    assert "Você escreve um DAG de verdade" in write_certificate(None, "", small).read_text(encoding="utf-8")


def test_what_comes_from_the_record_is_escaped_too(small: Path) -> None:
    with kept.changing(state_of(small)) as (record, _):
        proof = Proof(
            at=AT, versions={"<b>x": "\x1b[2J<i>"}, level="<img src=x onerror=alert(1)>", submission="<u>"
        )
        record.of(EXERCISE).of("agenda").note(Status.PASSED, proof)
    text = write_certificate(None, "", small).read_text(encoding="utf-8")
    for bad in ("<b>", "<i>", "<img", "<u>", "\x1b"):
        assert bad not in text


def test_an_empty_record_is_an_honest_page(small: Path, tmp_path: Path) -> None:
    text = write_certificate(tmp_path / "novo" / "p.html", "", small).read_text(encoding="utf-8")
    assert "Nenhum critério foi provado ainda." in text
    with pytest.raises(FileExistsError):
        write_certificate(tmp_path / "novo" / "p.html", "", small)
