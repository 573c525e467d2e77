"""A sixth exercise comes by the steps of CONTRIBUTING alone: three folders, a link, `curso gerar`, `curso lint`, the tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curso.lint import lint_course

if TYPE_CHECKING:
    from conftest import Course

ROOT = Path(__file__).resolve().parents[2]
SIXTH = Path(__file__).parent / "sixth"
EXERCISE = "ex6-visitas"
FOLDERS = (f"solutions/{EXERCISE}", f"autograder/graders/{EXERCISE}", f"tests/bank/{EXERCISE}")


@pytest.fixture
def grown(fresh: Course) -> Course:
    """The course after the steps, and after `curso gerar`."""
    for folder in FOLDERS:
        shutil.copytree(SIXTH / folder, fresh.root / folder)
    welcome = fresh.root / "notebooks" / "00-comece-aqui.ipynb"
    last = "se quiser ir além"
    text = welcome.read_text(encoding="utf-8")
    assert text.count(last) == 1
    link = f"[exercício 6](../exercises/{EXERCISE}/{EXERCISE}.ipynb)"
    welcome.write_text(text.replace(last, f"{last}, e o {link}"), encoding="utf-8")
    generated = fresh.curso("gerar")
    assert generated.code == 0, generated
    return fresh


def test_the_three_folders_are_those_that_contributing_names() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    steps = text.partition("## Como acrescentar um exercício")[2].partition("\n## ")[0]
    for folder in FOLDERS:
        assert f"**`{folder.replace(EXERCISE, '<nome>')}/`**" in steps
    files = {path.name for path in SIXTH.rglob("*.py") if path.parent.name in {"verificacao", EXERCISE}}
    assert files == {"world.py", "test_visible.py", "scenarios.py", "reference.py", "test_hidden.py"}
    for file in files - {"test_visible.py", "test_hidden.py"}:
        assert f"`{file}`" in steps or f"/{file}`" in steps, file


def test_lint_and_every_way_in(grown: Course) -> None:
    assert lint_course(grown.root, grade_answers=False) == []
    assert grown.curso("comecar", EXERCISE).code == 0
    starter = grown.curso("verificar", EXERCISE, "--json")
    assert starter.result["points"] == 0, starter
    answer = grown.root / "solutions" / EXERCISE / "gabarito" / "dags" / "visitas.py"
    shutil.copyfile(answer, grown.root / "trabalho" / EXERCISE / "dags" / "visitas.py")
    done = grown.curso("verificar", EXERCISE, "--json")
    assert (done.result["points"], done.result["max_points"]) == (10, 10), done
    assert "Visitas" in grown.curso("progresso", "--json").out


def test_its_bank_is_graded_like_the_others(grown: Course) -> None:
    for file in ("conftest.py", "bank/test_bank.py", "bank/conftest.py"):
        shutil.copyfile(ROOT / "tests" / file, grown.root / "tests" / file)
    shutil.copyfile(ROOT / "pyproject.toml", grown.root / "pyproject.toml")
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not full",
            "-k", f"{EXERCISE} and not many", "tests/bank/test_bank.py",
        ],
        cwd=grown.root, env=grown.environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    # Two right ones, three wrong ones, and the two tests of how mistakes are filed.
    assert "7 passed" in done.stdout, done.stdout + done.stderr
