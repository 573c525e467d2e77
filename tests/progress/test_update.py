"""`curso atualizar`: of every file that changed, the learner's own is never touched."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curso.package import MANIFEST, build_package, manifest_of
from curso.start import start_work
from curso.update import Told, refresh_work
from curso.update_sources import NoUpdateError, from_git, from_package

EXERCISE = "ex1-dag-complexo"
LESSON = "notebooks/01a-airflow-fundamentos.ipynb"
STATEMENT = f"exercises/{EXERCISE}/{EXERCISE}.ipynb"
STARTER = f"exercises/{EXERCISE}/dags/vendas_diarias.py"


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook)
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def add_cell(text: str) -> Callable[[dict[str, Any]], None]:
    cell = {"cell_type": "markdown", "id": "nova", "metadata": {}, "source": [text]}
    return lambda notebook: notebook["cells"].append(cell)


def run_it(notebook: dict[str, Any]) -> None:
    code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["oi\n"]}]


def git(root: Path, *args: str) -> str:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    done = subprocess.run(["git", *who, *args], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def upstream(small: Path) -> Path:
    """The course's repository, as its authors have it."""
    (small / ".gitignore").write_text("trabalho/\n.curso/\n", encoding="utf-8")
    git(small, "init", "-q", "-b", "main")
    git(small, "add", "-A")
    git(small, "commit", "-q", "-m", "one")
    return small


@pytest.fixture
def clone(upstream: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "-q", str(upstream), "meu")
    return tmp_path / "meu"


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "more")


def test_nothing_new_is_said(clone: Path) -> None:
    assert from_git(clone) == Told()
    assert Told().lines() == ["Nada de novo: você já tem a última versão."]


def test_what_nobody_touched_is_replaced_and_what_is_new_comes(upstream: Path, clone: Path) -> None:
    edit(upstream / LESSON, add_cell("mais"))
    (upstream / "notebooks/03-prefect.ipynb").write_text('{"cells": []}', encoding="utf-8")
    (upstream / "notebooks/07b-codigo-que-dura.ipynb").unlink()
    (upstream / "roda.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (upstream / "roda.sh").chmod(0o755)
    commit(upstream)
    told = from_git(clone)
    assert sorted(told.new) == ["notebooks/03-prefect.ipynb", "roda.sh"]
    assert told.replaced == [LESSON]
    assert told.removed == ["notebooks/07b-codigo-que-dura.ipynb"]
    assert (clone / "roda.sh").stat().st_mode & 0o100
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "rev-parse", "HEAD") == git(upstream, "rev-parse", "HEAD")
    assert "Novo: notebooks/03-prefect.ipynb" in told.lines()


def test_an_edited_lesson_stays_and_the_new_one_lies_beside(upstream: Path, clone: Path) -> None:
    edit(clone / LESSON, add_cell("minha resposta"))
    edit(clone / "notebooks/01b-airflow-tempo-e-falhas.ipynb", add_cell("só minha"))
    mine = (clone / LESSON).read_bytes()
    edit(upstream / LESSON, add_cell("mais"))
    commit(upstream)
    told = from_git(clone)
    ((name, beside),) = told.conflicts
    assert name == LESSON
    assert (clone / LESSON).read_bytes() == mine
    assert (clone / beside).read_bytes() == (upstream / LESSON).read_bytes()
    assert f"{LESSON} ficou como você deixou; a versão nova está ao lado, em {beside}." in told.lines()
    assert from_git(clone) == Told(), "told once"


def test_a_lesson_that_was_only_run_is_kept_beside_the_new_one(upstream: Path, clone: Path) -> None:
    edit(clone / LESSON, run_it)
    mine = (clone / LESSON).read_bytes()
    edit(upstream / LESSON, add_cell("mais"))
    commit(upstream)
    told = from_git(clone)
    ((name, kept),) = told.before
    assert (clone / name).read_bytes() == (upstream / LESSON).read_bytes()
    assert (clone / kept).read_bytes() == mine


def test_commits_of_ones_own_are_for_git(upstream: Path, clone: Path) -> None:
    (clone / "meu.txt").write_text("meu", encoding="utf-8")
    commit(clone)
    edit(upstream / LESSON, add_cell("mais"))
    commit(upstream)
    with pytest.raises(NoUpdateError, match="tem commits que o repositório do curso não tem"):
        from_git(clone)


def test_without_the_repository_nothing_changes(upstream: Path, clone: Path) -> None:
    upstream.rename(upstream.with_name("sumiu"))
    with pytest.raises(NoUpdateError, match="Não consegui falar com o repositório"):
        from_git(clone)


# --- the learner's copies ----------------------------------------------------------------------------


def test_statements_come_and_the_work_stays(small: Path) -> None:
    start_work(EXERCISE, small)
    work = small / "trabalho" / EXERCISE
    (work / "dags/vendas_diarias.py").write_text("meu trabalho", encoding="utf-8")
    assert refresh_work(small) == Told(), "an edited file is no conflict while its start is the same"
    edit(small / STATEMENT, add_cell("uma dúvida frequente"))
    (small / f"exercises/{EXERCISE}/dados/novo.csv").write_text("a\n", encoding="utf-8")
    told = refresh_work(small)
    assert (told.replaced, told.new) == (
        [f"trabalho/{EXERCISE}/{EXERCISE}.ipynb"], [f"trabalho/{EXERCISE}/dados/novo.csv"],
    )  # fmt: skip
    assert (work / "dags/vendas_diarias.py").read_text(encoding="utf-8") == "meu trabalho"
    assert refresh_work(small) == Told()

    (small / STARTER).write_text("# um começo melhor\n", encoding="utf-8")
    ((name, beside),) = refresh_work(small).conflicts
    assert name == f"trabalho/{EXERCISE}/dags/vendas_diarias.py"
    assert (small / name).read_text(encoding="utf-8") == "meu trabalho"
    assert (small / beside).read_text(encoding="utf-8") == "# um começo melhor\n"
    assert refresh_work(small) == Told(), "told once"


def test_to_run_a_statement_is_no_change(small: Path) -> None:
    start_work(EXERCISE, small)
    statement = small / "trabalho" / EXERCISE / f"{EXERCISE}.ipynb"
    edit(statement, run_it)
    before = statement.read_bytes()
    assert refresh_work(small) == Told()
    assert statement.read_bytes() == before
    edit(small / STATEMENT, add_cell("mais"))
    ((name, kept),) = refresh_work(small).before
    assert (small / name).read_bytes() == (small / STATEMENT).read_bytes()
    assert (small / kept).read_bytes() == before


def test_a_copy_from_before_deliveries_were_noted(small: Path) -> None:
    start_work(EXERCISE, small)
    shutil.rmtree(small / ".curso")
    work = small / "trabalho" / EXERCISE
    (work / "dags/vendas_diarias.py").write_text("meu trabalho", encoding="utf-8")
    edit(small / STATEMENT, add_cell("mais"))
    told = refresh_work(small)
    assert [name for name, _ in told.conflicts] == [f"trabalho/{EXERCISE}/{EXERCISE}.ipynb"]


def test_a_link_is_the_learners(small: Path, tmp_path: Path) -> None:
    start_work(EXERCISE, small)
    statement = small / "trabalho" / EXERCISE / f"{EXERCISE}.ipynb"
    elsewhere = tmp_path / "meu.ipynb"
    statement.rename(elsewhere)
    statement.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    edit(small / STATEMENT, add_cell("mais"))
    refresh_work(small)
    assert statement.is_symlink()
    assert elsewhere.read_bytes() == before


# --- a class package ---------------------------------------------------------------------------------


def unpacked(source: Path, target: Path) -> Path:
    build_package(target, source)
    return target


def test_a_package_is_updated_by_a_newer_one(small: Path, tmp_path: Path) -> None:
    mine = unpacked(small, tmp_path / "turma")
    start_work(EXERCISE, mine)
    edit(mine / LESSON, add_cell("minha resposta"))
    edit(small / LESSON, add_cell("mais"))
    edit(small / STATEMENT, add_cell("mais"))
    (small / "notebooks/07b-codigo-que-dura.ipynb").unlink()
    build_package(tmp_path / "nova.zip", small)
    told = from_package(tmp_path / "nova.zip", mine)
    told.add(refresh_work(mine))
    assert [name for name, _ in told.conflicts] == [LESSON]
    assert STATEMENT in told.replaced
    assert f"trabalho/{EXERCISE}/{EXERCISE}.ipynb" in told.replaced
    assert told.removed == ["notebooks/07b-codigo-que-dura.ipynb"]
    assert from_package(tmp_path / "nova.zip", mine) == Told()


def test_an_older_package_changes_nothing(small: Path, tmp_path: Path) -> None:
    mine = unpacked(small, tmp_path / "turma")
    build_package(tmp_path / "velha.zip", small)
    made = manifest_of((mine / MANIFEST).read_bytes())
    assert made is not None
    (mine / MANIFEST).write_text(json.dumps(made | {"feito_em": "2999-01-01"}), encoding="utf-8")
    with pytest.raises(NoUpdateError, match="é mais velho que o curso que você tem"):
        from_package(tmp_path / "velha.zip", mine)


def test_nothing_outside_of_the_course_or_of_the_learners_is_written(small: Path, tmp_path: Path) -> None:
    mine = unpacked(small, tmp_path / "turma")
    build_package(tmp_path / "nova.zip", small)
    with zipfile.ZipFile(tmp_path / "nova.zip", "a") as archive:
        for name in ("nova/../../fora.txt", "nova//etc/fora.txt", "nova/trabalho/x.py", "nova/.curso/progresso.json",
                     "nova/.git/hooks/post-merge"):  # fmt: skip
            archive.writestr(name, "mau")
    assert from_package(tmp_path / "nova.zip", mine) == Told()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"mau"]


def _damaged() -> bytes:
    """A zip whose list of files is whole, and whose first file is not."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("turma/a.txt", "abc" * 1000)
    content = bytearray(whole.getvalue())
    content[41:47] = b"\xff" * 6
    return bytes(content)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "não existe"),
        (lambda path: path.write_bytes(b"PK nada"), "não é um zip que dê para ler"),
        (lambda path: zipfile.ZipFile(path, "w").close(), "não é um pacote de turma"),
        (lambda path: path.write_bytes(_damaged()), "não é um zip que dê para ler"),
        (lambda path: path.mkdir(), "x.zip: há uma pasta onde deveria haver um arquivo"),
    ],
    ids=["missing", "no zip", "another zip", "damaged inside", "a folder"],
)
def test_a_bad_package_is_one_sentence(
    small: Path, tmp_path: Path, make: Callable[[Path], object], says: str
) -> None:
    mine = unpacked(small, tmp_path / "turma")
    make(tmp_path / "x.zip")
    with pytest.raises(NoUpdateError, match=says):
        from_package(tmp_path / "x.zip", mine)


def test_a_clone_takes_no_package_and_a_copy_without_a_manifest_neither(
    clone: Path, small: Path, tmp_path: Path
) -> None:
    with pytest.raises(NoUpdateError, match="é um clone do git"):
        from_package(tmp_path / "x.zip", clone)
    mine = unpacked(small, tmp_path / "turma")
    (mine / MANIFEST).unlink()
    with pytest.raises(NoUpdateError, match="descompacte o pacote novo em outra pasta"):
        from_package(tmp_path / "x.zip", mine)
