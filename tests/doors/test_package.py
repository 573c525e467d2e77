"""The class package: what a class receives works, and holds nothing that would grade itself."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Course, Ran

EXERCISE = "ex1-dag-complexo"
FILE = "dags/vendas_diarias.py"
MIN_PASSAGE = 60  # characters: less may stand anywhere
IMPORTS = ("import ", "from ", "#", "uses: actions/", "with:", "persist-credentials:", "python-version:")
"""How lines begin that any Python file or workflow has: the way in of somebody else's code."""


@pytest.fixture(scope="module")
def package(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    target = tmp_path_factory.mktemp("Turma da manhã") / "pacote da turma"
    ran = course.curso("pacote", target)
    assert (ran.code, ran.err) == (0, ""), ran
    count = sum(path.is_file() for path in target.rglob("*"))
    assert f"{count} arquivos, sem respostas nem corretores escondidos." in ran.out
    return replace(course, root=target)


def _names(folder: Path) -> set[str]:
    # What running the package leaves behind is no part of it.
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".curso", "trabalho"} & set(path.parts)
    }


def test_it_holds_what_a_class_needs(package: Course) -> None:
    names = _names(package.root)
    assert {"README.md", "Makefile", "pyproject.toml", "uv.lock", "environment.yml", "LICENSE"} <= names
    assert {
        "notebooks/00-comece-aqui.ipynb",
        "curso/cli.py",
        "autograder/doors.py",
        "scripts/setup.sh",
    } <= names
    exercise = {name for name in names if name.startswith(f"exercises/{EXERCISE}/")}
    assert {
        f"exercises/{EXERCISE}/{name}" for name in (FILE, "exercise.toml", "dados/esperado.json")
    } <= exercise
    assert f"exercises/{EXERCISE}/verificacao/test_visible.py" in exercise


def test_it_holds_no_answer_no_hidden_grader_and_no_bank(package: Course, course: Course) -> None:
    names = _names(package.root)
    for part in ("solutions", "gabarito", "graders/ex", "bank/", "test_hidden", "reference.py"):
        assert not [name for name in names if part in name], part
    tests = {name.rpartition("/")[0] for name in names if "tests" in name}
    assert tests == {"curso/lessons/caju_dags/tests", "exercises/ex3-ci-cd/tests"}, (
        "the student's, and a lesson's"
    )


def _passages(folder: Path) -> dict[tuple[str, ...], str]:
    """Every three lines in a row that say something, of all text files in `folder`, and the file's name."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        lines = []
        for line in path.read_bytes().decode("utf-8", errors="replace").splitlines():
            # A notebook spells its lines inside of strings.
            plain = line.strip().strip('",').removesuffix("\\n").replace('\\"', '"').strip().strip('",')
            if len(plain) > 3 and not plain.removeprefix("- ").startswith(IMPORTS):
                lines.append(plain)
        for three in zip(lines, lines[1:], lines[2:], strict=False):
            if sum(map(len, three)) >= MIN_PASSAGE:
                found[three] = str(path.relative_to(folder))
    return found


def test_it_holds_no_passage_of_an_answer_a_hidden_grader_or_the_bank(
    package: Course, course: Course, tmp_path: Path
) -> None:
    """Not by name alone: what is written in them stands nowhere in the package."""
    secret = {}
    answers = (course.root / "solutions").glob("*/gabarito")
    for folder in (*answers, course.root / "autograder" / "graders", course.root / "tests" / "bank"):
        passages = _passages(folder)
        assert len(passages) > 40, "there is something to find"
        secret |= passages

    def leaks(folder: Path) -> dict[str, str]:
        return {name: secret[three] for three, name in _passages(folder).items() if three in secret}

    assert leaks(package.root) == {}
    # And the search does find it where it is: as a file, and as a cell of a notebook.
    answer = (course.answer / FILE).read_text(encoding="utf-8")
    cell = {"cell_type": "code", "source": answer.splitlines(keepends=True)}
    lesson = json.dumps({"cells": [cell]}, ensure_ascii=False, indent=1)
    for name, content in (("solucao.txt", answer), ("aula.ipynb", lesson)):
        planted = tmp_path / name
        planted.mkdir()
        (planted / name).write_text(content, encoding="utf-8")
        assert set(leaks(planted)) == {name}


def test_a_repository_gives_the_same_package(fresh: Course, package: Course, tmp_path: Path) -> None:
    """With git, what is ignored or belongs to the learner stays at home, whatever its name."""
    for name in ("trabalho/ex1/segredo.py", ".curso/progresso.json", ".env.local", "rascunho.tmp"):
        (fresh.root / name).parent.mkdir(exist_ok=True, parents=True)
        (fresh.root / name).write_text("meu", encoding="utf-8")
    with (fresh.root / ".gitignore").open("a", encoding="utf-8") as file:
        file.write("*.tmp\n.env.local\n")
    subprocess.run(["git", "init", "-q"], cwd=fresh.root, check=True)
    assert fresh.curso("pacote", tmp_path / "pacote").code == 0
    assert _names(tmp_path / "pacote") == _names(package.root)


def test_the_zip_holds_the_same(course: Course, package: Course, tmp_path: Path) -> None:
    target = tmp_path / "nova pasta" / "turma.zip"
    assert course.curso("pacote", target).code == 0
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert set(contents) == {f"turma/{name}" for name in _names(package.root)}
    for name in ("README.md", f"exercises/{EXERCISE}/{EXERCISE}.ipynb"):
        assert contents[f"turma/{name}"] == (package.root / name).read_bytes()
    assert [path.name for path in target.parent.iterdir()] == ["turma.zip"]
    assert target.stat().st_mode & 0o044 == 0o044 & ~_umask(), "the class can read it"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_of_the_class_file_students_get_the_way_to_their_class_only(fresh: Course, tmp_path: Path) -> None:
    text = (
        '[turma]\ncurso = "noite"\ntroca = "/srv/troca"\nrodada = "segredo"\n[pesos]\nex1-dag-complexo = 2\n'
    )
    (fresh.root / "turma.toml").write_text(text, encoding="utf-8")
    (fresh.root / "grades.csv").write_text("ana,10", encoding="utf-8")
    target = tmp_path / "turma"
    assert fresh.curso("pacote", target).code == 0
    told = (target / "turma.toml").read_text(encoding="utf-8")
    assert told == '[turma]\ncurso = "noite"\ntroca = "/srv/troca"\n'
    assert not (target / "grades.csv").exists()
    assert not (target / ".nbgrader").exists()


@pytest.mark.parametrize("name", ["pacote", "pacote.zip"])
def test_it_never_overwrites(course: Course, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_text("meu", encoding="utf-8")
    assert course.curso("pacote", target).sentence() == (
        f"{target} já existe, e nada é sobrescrito: escolha outro nome ou apague-o antes."
    )
    assert target.read_text(encoding="utf-8") == "meu"


def test_a_package_makes_no_package_and_no_exercises(package: Course, tmp_path: Path) -> None:
    assert "já é um pacote de turma" in package.curso("pacote", tmp_path / "outro").sentence()
    assert "Um pacote de turma não tem solutions/" in package.curso("gerar").sentence()
    ran = package.curso("lint")
    assert ran.code == 1
    assert ran.out == "✘ Falta solutions/: o lint confere um clone completo, não um pacote de turma.\n"


@pytest.fixture(scope="module")
def checked(package: Course, course: Course) -> Ran:
    """A student of the class checks right work, in the package."""
    assert package.curso("comecar", EXERCISE, cwd=package.root).code == 0
    package.hand_in((course.answer / FILE).read_text(encoding="utf-8"))
    return package.curso("verificar", EXERCISE, "--json", cwd=package.root)


def test_visible_criteria_run_in_the_package_and_the_others_wait(checked: Ran, package: Course) -> None:
    assert checked.code == 0, checked
    verdicts = checked.result["verdicts"]
    assert {(v["visible"], v["status"]) for v in verdicts} == {(True, "passed"), (False, "waiting")}
    assert {v["seen"] for v in verdicts if not v["visible"]} == {"Corrigido na entrega."}
    assert (checked.result["points"], checked.result["max_points"]) == (68, 100)
    assert package.checklist()["dags"] == (58, 110, False), "what waits is not ticked"


def test_the_package_tells_which_criteria_wait(package: Course) -> None:
    starter = package.root / "exercises" / EXERCISE
    told = package.curso("verificar", EXERCISE, "--entrega", starter, "--semente", "3")
    assert told.code == 1
    assert told.out.count("○ não tentado") == 13
    assert told.err == "No pacote da turma só há o dia de amostra: --semente não muda nada aqui.\n"
    assert package.curso("dica", EXERCISE, "desvio").out.startswith("Dica 1 de 3")


def test_a_result_of_the_package_is_told_as_one(checked: Ran, package: Course, tmp_path: Path) -> None:
    result = tmp_path / "resultado.json"
    result.write_text(json.dumps(checked.result), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from autograder.model.result import Result; from curso import tell\n"
        "tell.print_result(Result.model_validate_json(Path(sys.argv[1]).read_bytes()))"
    )
    command = [package.command()[0], "-c", code, str(result)]
    done = subprocess.run(
        command, env=package.environment, cwd=package.root, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.count("✔ passou") == 9
    assert done.stdout.count("… na entrega") == 4
    assert "68 de 68 pontos" in done.stdout
    assert "Outros 32 pontos (4 critérios escondidos): corrigidos na entrega." in done.stdout
