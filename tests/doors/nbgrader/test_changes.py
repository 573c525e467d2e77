"""What changes after deliveries: graders that were wrong or crash, criteria that come and go, no confinement."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Classroom

EXERCISE = "ex1-dag-complexo"
FILE = "dags/vendas_diarias.py"


@pytest.fixture(scope="module")
def room(classroom: Classroom) -> Classroom:
    classroom.deliver("ana", classroom.answer())
    classroom.deliver("bia", "x = 1\n")
    classroom.nbgrader("autograde", EXERCISE)
    return classroom


def waiting_for_a_person(room: Classroom, student: str) -> set[tuple[object, object]]:
    """(automatic points, needs a person) of each criterion in the gradebook."""
    with closing(sqlite3.connect(room.folder / "gradebook.db")) as connection:
        return set(
            connection.execute(
                "SELECT g.auto_score, g.needs_manual_grade FROM grade g "
                "JOIN submitted_notebook n ON n.id = g.notebook_id "
                "JOIN submitted_assignment a ON a.id = n.assignment_id WHERE a.student_id = ?",
                (student,),
            )
        )


def test_a_grader_that_crashes_waits_for_the_instructor(room: Classroom, tmp_path: Path) -> None:
    private = tmp_path / "meus" / EXERCISE
    shutil.copytree(room.root / "autograder" / "graders" / EXERCISE, private)
    (private / "reference.py").write_text("raise LookupError('sem referência')\n", encoding="utf-8")
    room.nbgrader("autograde", EXERCISE, "--force", CURSO_GRADERS=str(private.parent))
    assert waiting_for_a_person(room, "ana") == {(None, 1)}, "no zero for a student of a crashed grader"
    assert "O corretor falhou" in room.told("ana")["carrega"]
    room.nbgrader("autograde", EXERCISE)  # mended: what was held is graded without being asked for
    assert (4.0, 0) in waiting_for_a_person(room, "ana")
    assert float(room.grades()["ana"]["score"]) == 100


def test_a_corrected_grader_is_shown_beside_what_it_was(room: Classroom) -> None:
    hidden = room.root / "autograder" / "graders" / EXERCISE / "test_hidden.py"
    before = hidden.read_text(encoding="utf-8")
    kept = {p: p.stat().st_mtime_ns for p in (room.folder / "resultados").rglob("evidencia.json.gz")}
    stricter = before.replace(
        "def test_branch_and_join(evidencia: Evidence, esperado: dict[str, Any]) -> None:\n",
        "def test_branch_and_join(evidencia: Evidence, esperado: dict[str, Any]) -> None:\n"
        '    raise Unmet("Outra regra.", "Não é assim.")\n',
    )
    assert stricter != before
    hidden.write_text(stricter, encoding="utf-8")
    try:
        said = room.curso("turma", "recorrigir", EXERCISE)
        assert re.search(r"ana +100 +\d+ +.*desvio: \d+ → 0", said), said
        assert re.search(r"bia +0 +0 +nada", said), said
        assert "Nada foi gravado" in said
        assert float(room.grades()["ana"]["score"]) == 100
        assert "1 estudante" in room.curso("turma", "recorrigir", EXERCISE, "--aplicar")
        assert float(room.grades()["ana"]["score"]) < 100
    finally:
        hidden.write_text(before, encoding="utf-8")
    assert "Gradebook atualizado" in room.curso("turma", "recorrigir", EXERCISE, "--aplicar")
    assert float(room.grades()["ana"]["score"]) == 100
    # Only judging changed: the evidence that was kept was judged again, and no pipeline ran.
    now = {p: p.stat().st_mtime_ns for p in (room.folder / "resultados").rglob("evidencia.json.gz")}
    assert now == kept


def test_a_renamed_criterion_after_deliveries(room: Classroom) -> None:
    """Renamed is one that goes and one that comes: both, and what the others earned stays."""
    source = room.root / "solutions" / EXERCISE
    for path in (source / "exercise.toml", source / "verificacao" / "test_visible.py"):
        text = path.read_text(encoding="utf-8")
        assert '"metadados"' in text
        path.write_text(text.replace('"metadados"', '"cartao-de-visita"'), encoding="utf-8")
    room.curso("gerar")
    said = room.nbgrader("generate_assignment", EXERCISE).stderr
    assert "o gradebook de antes está em" in said
    assert list(room.folder.glob("gradebook.db.antes-*"))
    room.nbgrader("autograde", EXERCISE, "--force")
    grades = room.grades()
    assert (float(grades["ana"]["score"]), float(grades["ana"]["max_score"])) == (100, 100)
    assert "cartao-de-visita" in room.told("ana")
    assert "metadados" not in room.told("ana")


def test_without_confinement_nothing_is_graded_unless_said_loudly(
    room: Classroom, without_bubblewrap: str
) -> None:
    said = room.nbgrader("autograde", EXERCISE, "--force", code=1, PATH=without_bubblewrap).stderr
    assert "Nada foi corrigido: esta máquina só chega a «autoavaliação, sem isolamento»" in said
    assert "Traceback" not in said
    (room.delivery("bia") / FILE).write_text("", encoding="utf-8")  # refused before anything would run
    loud = ["--CourseAutograde.allow_unconfined=True", "--student=bia"]
    said = room.nbgrader("autograde", EXERCISE, *loud, PATH=without_bubblewrap).stderr
    assert "ATENÇÃO: corrigindo com «autoavaliação, sem isolamento»" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[turma", "não é TOML válido"),
        ("[turma]\nmodulo = 1", "turma.modulo: este nome não existe aqui"),
        ("[atraso]\ndesconto_por_dia = 20", "atraso.desconto_por_dia: pede um número até 1"),
        ("[pesos]\nex1-dag-complexo = 'muito'", "pesos.ex1-dag-complexo: pede um número"),
    ],
)
def test_a_wrong_class_file_is_one_sentence(room: Classroom, text: str, says: str) -> None:
    path = room.root / "turma.toml"
    path.write_text(text, encoding="utf-8")
    try:
        done = room.nbgrader("list", code=2)
        assert says in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        path.unlink()


def test_a_damaged_secret_is_one_sentence(room: Classroom) -> None:
    """Without it no grade could be made again: nobody gets another one in silence."""
    secret = room.folder / "segredo-da-turma"
    before = secret.read_bytes()
    secret.write_bytes(b"curto")
    try:
        said = room.nbgrader("autograde", EXERCISE, "--force", code=1).stderr
        assert "não é o segredo de uma turma" in said
        assert "Traceback" not in said
    finally:
        secret.write_bytes(before)


def test_nothing_collected_is_one_sentence(classroom: Classroom) -> None:
    said = classroom.nbgrader("autograde", "ex1-dag-complexo", "--student=ninguem", code=1).stderr
    assert "foi recolhida ainda" in said
    assert "Traceback" not in said
    assert "Não conheço o exercício" in classroom.nbgrader("autograde", "ex9", code=1).stderr
