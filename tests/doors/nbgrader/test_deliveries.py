"""Broken deliveries of many kinds in one batch: each gets a row and a reason, and none touches another."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Classroom

EXERCISE = "ex1-dag-complexo"
NAME = f"{EXERCISE}.ipynb"
FILE = "dags/vendas_diarias.py"
HUGE = 300 << 20

Break = Callable[[Path], object]


def edit(change: Callable[[dict[str, Any]], object]) -> Break:
    """A notebook that the student's program or hand has changed."""

    def apply(folder: Path) -> None:
        path = folder / NAME
        notebook = json.loads(path.read_text(encoding="utf-8"))
        change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")

    return apply


def graded_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader")]


def each_test(**about: Any) -> Break:
    return edit(lambda nb: [cell["metadata"]["nbgrader"].update(about) for cell in graded_cells(nb)])


def outputs(*made: dict[str, Any]) -> Break:
    return edit(lambda nb: [cell.update(outputs=list(made)) for cell in graded_cells(nb)])


def huge(path: Path) -> None:
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(HUGE)


def instead(path: Path, target: str) -> None:
    path.unlink()
    path.symlink_to(target)


def move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


RESULT = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}

# The file is right: whatever became of the notebook neither costs nor gives a point.
NOTEBOOK: dict[str, Break] = {
    "nb-so-o-py": lambda f: (f / NAME).unlink(),
    "nb-outro-nome": lambda f: (f / NAME).rename(f / "Entrega final (2).ipynb"),
    "nb-nao-e-json": lambda f: (f / NAME).write_text("<html>não</html>", encoding="utf-8"),
    "nb-latin1": lambda f: (f / NAME).write_bytes("{\"célula\": 1}".encode("latin-1")),
    "nb-bytes-nulos": lambda f: (f / NAME).write_bytes(b"\0" * 100),
    "nb-vazio": lambda f: (f / NAME).write_bytes(b""),
    "nb-sem-celulas": edit(lambda nb: nb.update(cells=[])),
    "nb-celula-repetida": edit(lambda nb: nb["cells"].append(dict(graded_cells(nb)[0]))),
    "nb-celula-apagada": edit(lambda nb: nb["cells"].remove(graded_cells(nb)[0])),
    "nb-celulas-trocadas": edit(lambda nb: nb["cells"].reverse()),
    "nb-pontos-mudados": each_test(points=1000),
    "nb-ids-mudados": edit(lambda nb: graded_cells(nb)[0]["metadata"]["nbgrader"].update(grade_id="outro")),
    "nb-esquema-novo-demais": each_test(schema_version=99),
    "nb-esquema-velho-demais": each_test(schema_version=0),
    "nb-kernel-mudado": edit(lambda nb: nb["metadata"].update(kernelspec={"name": "julia", "display_name": "J"})),
    "nb-sem-metadados": edit(lambda nb: [cell.update(metadata={}) for cell in nb["cells"]]),
    "nb-teste-virou-texto": edit(lambda nb: [cell.update(cell_type="markdown") for cell in graded_cells(nb)]),
    "nb-teste-editado": edit(lambda nb: [cell.update(source="100") for cell in graded_cells(nb)]),
    "nb-teste-destravado": each_test(locked=False, solution=True),
    "nb-nan": outputs(RESULT | {"data": {"text/plain": "nan"}}),
    "nb-texto": outputs(RESULT | {"data": {"text/plain": "nota máxima"}}),
    "nb-stderr": outputs({"output_type": "stream", "name": "stderr", "text": "aviso"}),
    "nb-300-mb": lambda f: huge(f / NAME),
    "nb-atalho": lambda f: instead(f / NAME, "/etc/passwd"),
    "nb-pasta": lambda f: ((f / NAME).unlink(), (f / NAME).mkdir()),
    "data-estragada": lambda f: (f / "timestamp.txt").write_text("anteontem", encoding="utf-8"),
    "data-enorme": lambda f: huge(f / "timestamp.txt"),
    "arquivos-do-corretor": lambda f: (
        (f / "exercise.toml").write_text("id = 1", encoding="utf-8"),
        (f / "verificacao").mkdir(),
        (f / "verificacao" / "test_visible.py").write_text("raise SystemExit(0)", encoding="utf-8"),
    ),
    "py-fora-da-pasta": lambda f: move(f / FILE, f / Path(FILE).name),
    "py-em-outra-pasta": lambda f: move(f / FILE, f / "minha entrega" / "final" / Path(FILE).name),
}  # fmt: skip

# The file cannot be taken: no point, and a reason that says why.
UNREADABLE: dict[str, tuple[Break, str]] = {
    "nada": (lambda f: ((f / FILE).unlink(), (f / "dags").rmdir(), (f / NAME).unlink()), "Falta dags/"),
    "py-falta": (lambda f: (f / FILE).unlink(), "Falta dags/vendas_diarias.py"),
    "py-vazio": (lambda f: (f / FILE).write_bytes(b"\n \n"), "está vazio"),
    "py-latin1": (lambda f: (f / FILE).write_bytes("# é".encode("latin-1")), "não está em UTF-8"),
    "py-bytes-nulos": (lambda f: (f / FILE).write_bytes(b"x = 1\0"), "bytes nulos"),
    "py-300-mb": (lambda f: huge(f / FILE), "o limite é 1 MB"),
    "py-atalho": (lambda f: instead(f / FILE, "/etc/passwd"), "atalho"),
    "py-pasta": (lambda f: ((f / FILE).unlink(), (f / FILE).mkdir()), "não é um arquivo comum"),
    "py-fila": (lambda f: ((f / FILE).unlink(), os.mkfifo(f / FILE)), "não é um arquivo comum"),
    "py-outro-nome": (lambda f: (f / FILE).rename(f / "dags" / "vendas.py"), "Na pasta há vendas.py"),
    "py-dois-lugares": (
        lambda f: (
            move(f / FILE, f / "a" / Path(FILE).name),
            (f / "b").mkdir(),
            (f / "b" / Path(FILE).name).write_text("x = 1", encoding="utf-8"),
        ),
        "mais de um arquivo com esse nome",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(classroom: Classroom) -> Classroom:
    for student, broken in {**NOTEBOOK, **{name: how for name, (how, _) in UNREADABLE.items()}}.items():
        broken(classroom.deliver(student, classroom.answer()))
    # The folder itself can be a link, here to what only the instructor may read.
    (classroom.delivery("pasta-atalho")).parent.mkdir()
    (classroom.delivery("pasta-atalho")).symlink_to(classroom.course.answer)
    classroom.nbgrader("autograde", EXERCISE)  # ends with 0, whatever was handed in
    return classroom


@pytest.fixture(scope="module")
def points(graded: Classroom) -> dict[str, float]:
    return {student: float(row["score"]) for student, row in graded.grades().items()}


def test_enough_kinds() -> None:
    assert len(NOTEBOOK) + len(UNREADABLE) >= 27


@pytest.mark.parametrize("student", NOTEBOOK)
def test_a_notebook_neither_costs_nor_gives_points(points: dict[str, float], student: str) -> None:
    assert points[student] == 100


@pytest.mark.parametrize(("student", "why"), [(name, why) for name, (_, why) in UNREADABLE.items()])
def test_what_cannot_be_read_says_why(
    graded: Classroom, points: dict[str, float], student: str, why: str
) -> None:
    assert points[student] == 0
    assert why in graded.told(student)["carrega"]


def test_a_linked_folder_is_not_followed(points: dict[str, float]) -> None:
    assert "pasta-atalho" not in points


def test_what_was_handed_in_is_untouched(graded: Classroom) -> None:
    assert (graded.delivery("nb-nao-e-json") / NAME).read_text(encoding="utf-8") == "<html>não</html>"
    assert (graded.delivery("py-fora-da-pasta") / "vendas_diarias.py").is_file()
    assert (graded.delivery("arquivos-do-corretor") / "exercise.toml").read_text(encoding="utf-8") == "id = 1"


def test_a_misplaced_file_is_taken_and_said(graded: Classroom) -> None:
    page = graded.folder / "autograded" / "py-fora-da-pasta" / EXERCISE / NAME
    assert "foi aceito assim mesmo" in page.read_text(encoding="utf-8")


def test_links_in_the_exchange_are_not_collected(graded: Classroom) -> None:
    """A student who writes into the exchange by hand could point at what only the instructor may read."""
    inbound = graded.folder / "troca" / "modulo-4" / "inbound"
    graded.nbgrader("release_assignment", EXERCISE)
    folder = inbound / f"esperta+{EXERCISE}+2026-11-20 10:00:00 UTC"
    (folder / "dags").mkdir(parents=True)
    (folder / FILE).symlink_to(graded.course.answer / FILE)
    (folder / "tudo").symlink_to(graded.root / "solutions")
    (folder / "timestamp.txt").write_text("2026-11-20 10:00:00 UTC", encoding="utf-8")
    said = graded.nbgrader("collect", EXERCISE).stderr
    assert "é um atalho" in said
    collected = graded.delivery("esperta")
    assert sorted(path.name for path in collected.rglob("*")) == ["dags", "timestamp.txt"]
    graded.nbgrader("autograde", EXERCISE, "--student=esperta")
    assert float(graded.grades()["esperta"]["score"]) == 0


def test_zips_from_moodle_with_accents(graded: Classroom, tmp_path: Path) -> None:
    archive = graded.folder / "downloaded" / EXERCISE / "archive"
    archive.mkdir(parents=True)
    inner = tmp_path / "entrega.zip"
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr(f"ex1/{FILE}", graded.answer())
    with zipfile.ZipFile(archive / "ENTREGAS.zip", "w") as made:
        made.writestr("Ana Ávila_111_assignsubmission_file_/vendas_diarias.py", graded.answer())
        made.writestr("João d'Ávila_222_assignsubmission_file_vendas_diarias.py", "x = 1\n")
        made.write(inner, "Zé Peçanha_333_assignsubmission_file_/entrega.zip")
        made.writestr("Zé Peçanha_333_assignsubmission_file_/leia-me.pdf", "%PDF")
    graded.nbgrader("zip_collect", EXERCISE)
    for student in ("ana-avila-111", "joao-d-avila-222", "ze-pecanha-333"):
        assert len(list(graded.delivery(student).rglob("vendas_diarias.py"))) == 1, student
        graded.nbgrader("autograde", EXERCISE, f"--student={student}")
    points = {student: float(row["score"]) for student, row in graded.grades().items()}
    assert points["ana-avila-111"] == points["ze-pecanha-333"] == 100
    assert points["joao-d-avila-222"] == 0
    # Their feedback goes back the way they came; nobody else's release stops over it.
    graded.nbgrader("generate_feedback", EXERCISE, "--student=ana-avila-111")
    said = graded.nbgrader("release_feedback", EXERCISE).stderr
    assert "A entrega de ana-avila-111 não passou pela troca" in said
