"""The whole chain as nbgrader documents it, with its real programs: five students, from release to feedback."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from curso.bank import bank_of

if TYPE_CHECKING:
    from conftest import Classroom

EXERCISE = "ex1-dag-complexo"
FILE = "dags/vendas_diarias.py"
PARTIAL = "cancelada-conta"
BROKEN = """
raise RuntimeError("<script>alert('oi')</script> & \\x1b[2Jfim")
"""
STUDENTS = ("perfeita", "parcial", "quebrada", "hostil")


@dataclass
class Played:
    """What the class looks like after the chain."""

    room: Classroom
    grades: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def played(classroom: Classroom, tmp_path_factory: pytest.TempPathFactory) -> Played:
    room, bank = classroom, bank_of(EXERCISE)
    wrong = tmp_path_factory.mktemp("parcial")
    bank.build_wrong(PARTIAL, wrong)
    hostile = bank.folder / "hostile" / "evidencia_forjada"
    sources = {
        "perfeita": room.answer(),
        "parcial": (wrong / FILE).read_text(encoding="utf-8"),
        "quebrada": BROKEN,
        "hostil": (hostile / FILE).read_text(encoding="utf-8"),
    }
    for student in (*STUDENTS, "ausente"):
        room.nbgrader("db", "student", "add", student, "--last-name", "Silva, Júnior")
    room.nbgrader("db", "assignment", "add", EXERCISE, "--duedate", "2026-11-20 23:59:59 UTC")
    room.nbgrader("release_assignment", EXERCISE)
    assert EXERCISE in room.nbgrader("list").stderr
    room.nbgrader("fetch_assignment", EXERCISE)
    work = room.root / "trabalho"
    assert (work / EXERCISE / f"{EXERCISE}.ipynb").is_file()
    for student, source in sources.items():
        room.course.hand_in(source)
        as_them = room.as_student(student)
        room.nbgrader("submit", EXERCISE, f"--student={student}", cwd=work, **as_them)  # found from there too
    room.nbgrader("collect", EXERCISE)
    late = "[atraso]\ndesconto_por_dia = 0.1\ndesconto_maximo = 0.5\n[pesos]\nex1-dag-complexo = 2\n"
    (room.root / "turma.toml").write_text(late, encoding="utf-8")
    for student in STUDENTS:  # one came in time, whenever this test runs
        stamp = "2026-11-20 12:00:00 UTC" if student != "parcial" else "2026-11-22 12:00:00 UTC"
        (room.delivery(student) / "timestamp.txt").write_text(stamp, encoding="utf-8")
    room.nbgrader("autograde", EXERCISE)
    room.nbgrader("generate_feedback", EXERCISE)
    room.nbgrader("release_feedback", EXERCISE)
    return Played(room, room.grades())


@pytest.mark.parametrize("student", STUDENTS)
def test_the_exported_points_are_those_of_the_terminal_with_the_seed_of_the_class(
    played: Played, student: str
) -> None:
    room = played.room
    seed = room.curso("turma", "semente", EXERCISE).strip()
    delivery = room.delivery(student)
    ran = room.course.curso("verificar", EXERCISE, "--entrega", delivery, "--semente", seed, "--json")
    row = played.grades[student]
    assert float(row["raw_score"]) == ran.result["points"]
    assert float(row["max_score"]) == ran.result["max_points"] == 100
    wanted = {
        "perfeita": range(100, 101),
        "parcial": range(1, 100),
        "quebrada": range(1),
        "hostil": range(1),
    }
    assert ran.result["points"] in wanted[student]


def test_who_handed_in_nothing_has_a_row_with_zero(played: Played) -> None:
    assert float(played.grades["ausente"]["score"]) == 0
    assert played.grades["ausente"]["last_name"] == "Silva, Júnior", "a comma in a name is quoted"


def test_lateness_and_weight_come_from_the_class_file(played: Played) -> None:
    row = played.grades["parcial"]
    points = float(row["raw_score"])
    assert float(row["late_submission_penalty"]) == pytest.approx(
        0.2 * points, abs=0.01
    )  # the second day has begun
    assert float(row["score"]) == pytest.approx(0.8 * points, abs=0.01)
    assert float(row["weighted_score"]) == pytest.approx(2 * float(row["score"]) / 100, abs=0.001)
    assert float(played.grades["perfeita"]["late_submission_penalty"]) == 0


def test_the_feedback_teaches_in_portuguese_and_is_escaped(played: Played) -> None:
    folder = played.room.folder / "feedback"
    partial = (folder / "parcial" / EXERCISE / f"{EXERCISE}.html").read_text(encoding="utf-8")
    assert "Esperado:" in partial
    assert "ainda não" in partial
    broken = (folder / "quebrada" / EXERCISE / f"{EXERCISE}.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert" in broken
    assert "<script>alert" not in broken
    assert "\x1b" not in broken


def test_each_student_fetches_their_own_feedback(played: Played) -> None:
    room = played.room
    as_them = room.as_student("parcial")
    room.nbgrader("fetch_feedback", EXERCISE, "--student=parcial", cwd=room.root / "trabalho", **as_them)
    (page,) = (room.root / "trabalho" / EXERCISE / "feedback").rglob("*.html")
    assert "Esperado:" in page.read_text(encoding="utf-8")


def test_validate_tells_the_truth(played: Played) -> None:
    """nbgrader's own Validate would call any notebook without an error a success."""
    room = played.room
    notebook = f"trabalho/{EXERCISE}/{EXERCISE}.ipynb"
    file = room.course.work / FILE
    file.write_bytes((room.root / "exercises" / EXERCISE / FILE).read_bytes())
    said = room.nbgrader("validate", notebook)
    assert "VALIDATION FAILED ON 13 CELL(S)" in said.stdout
    assert "não tentado" in said.stdout
    file.write_text(room.answer(), encoding="utf-8")
    assert "Success! Your notebook passes all the tests." in room.nbgrader("validate", notebook).stdout


def test_nothing_hidden_is_in_what_students_get(played: Played) -> None:
    released = played.room.folder / "troca" / "modulo-4" / "outbound" / EXERCISE
    names = {path.relative_to(released).as_posix() for path in released.rglob("*") if path.is_file()}
    assert not [name for name in names if "gabarito" in name or "hidden" in name or "reference" in name]
    notebook = json.loads((released / f"{EXERCISE}.ipynb").read_text(encoding="utf-8"))
    tests = ["".join(c["source"]) for c in notebook["cells"] if c["metadata"].get("nbgrader")]
    assert all(source.startswith('resultado.criterio("') and len(source) < 60 for source in tests)


def test_generating_again_changes_nothing_in_the_repository(played: Played) -> None:
    room = played.room
    before = {p: p.read_bytes() for p in (room.root / "exercises").rglob("*") if p.is_file()}
    room.nbgrader("generate_assignment", EXERCISE)
    assert {p: p.read_bytes() for p in (room.root / "exercises").rglob("*") if p.is_file()} == before


def test_a_second_round_comes_from_memory(played: Played) -> None:
    room = played.room
    kept = sorted((room.folder / "resultados").rglob("evidencia.json.gz"))
    before = [path.stat().st_mtime_ns for path in kept]
    room.nbgrader("autograde", EXERCISE, "--force")
    assert [path.stat().st_mtime_ns for path in kept] == before, "nothing was run again"
    assert {k: v["score"] for k, v in room.grades().items()} == {
        k: v["score"] for k, v in played.grades.items()
    }


def test_a_worse_delivery_afterwards_counts(played: Played) -> None:
    room = played.room
    assert float(room.grades()["perfeita"]["score"]) == 100
    (room.delivery("perfeita") / FILE).write_bytes("# ol\xe1".encode("latin-1"))
    room.nbgrader("autograde", EXERCISE)
    assert float(room.grades()["perfeita"]["score"]) == 0, "the old score went with the old delivery"
    (room.delivery("perfeita") / FILE).write_text(room.answer(), encoding="utf-8")
    room.nbgrader("autograde", EXERCISE)
    assert float(room.grades()["perfeita"]["score"]) == 100


def test_points_set_by_hand_keep_their_reason_through_a_regrade(played: Played) -> None:
    room = played.room
    said = room.curso(
        "turma",
        "ajustar",
        EXERCISE,
        "quebrada",
        "carrega",
        "--pontos",
        "2",
        "--motivo",
        "Era só uma <vírgula>.",
    )
    assert "ajustado para 2 de 4 pontos" in said
    room.nbgrader("autograde", EXERCISE, "--force")
    assert float(room.grades()["quebrada"]["score"]) == 2
    assert "Era só uma &lt;vírgula&gt;." in room.told("quebrada")["carrega"]
    room.nbgrader("generate_feedback", EXERCISE)
    page = room.folder / "feedback" / "quebrada" / EXERCISE / f"{EXERCISE}.html"
    assert "Era só uma &lt;vírgula&gt;." in page.read_text(encoding="utf-8")
    room.curso("turma", "ajustar", EXERCISE, "quebrada", "carrega", "--desfazer")
    assert float(room.grades()["quebrada"]["score"]) == 0
    for wrong in (["--pontos", "5", "--motivo", "a mais"], ["--pontos", "1"], []):
        assert (
            room.curso("turma", "ajustar", EXERCISE, "quebrada", "carrega", *wrong, code=2).count("\n") == 1
        )


def test_a_student_can_be_forgotten(played: Played) -> None:
    room = played.room
    assert "gradebook" in room.curso("turma", "esquecer", "hostil", "--sim")
    assert "hostil" not in room.grades()
    left = [p for p in room.folder.rglob("*") if "hostil" in p.name]
    assert left == []
    assert "Não há nada guardado" in room.curso("turma", "esquecer", "hostil", "--sim", code=2)
