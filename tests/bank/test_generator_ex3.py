"""The repositories of exercise 3 over many seeds: whole where they should be, broken in one place where they should be."""

from __future__ import annotations

import ast
import csv
import hashlib
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from autograder.judge.graders import graders_of
from autograder.judge.workflows import SHA
from autograder.model.exercise import load_exercise
from curso.places import exercise_folder

NAME = "ex3-ci-cd"
FOLDER = exercise_folder(NAME)
GRADERS = graders_of(FOLDER)
WORLD: Any = GRADERS.world
SEEDS = range(40)


def hidden() -> Any:
    """The module with the hidden faults."""
    GRADERS.scenarios(GRADERS.draw(0))
    (found,) = [m for n, m in sys.modules.items() if n.startswith("curso_graders.scenarios_") and hasattr(m, "UNKNOWN")]
    return found


def repositories(seed: int) -> list[Any]:
    drawn = WORLD.draw(seed)
    return [drawn.own, drawn.later, *drawn.others]


@pytest.mark.parametrize("seed", SEEDS)
def test_equal_seeds_give_equal_worlds(seed: int) -> None:
    assert WORLD.draw(seed) == WORLD.draw(seed)
    assert WORLD.draw(seed) != WORLD.draw(seed + 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_repository_keeps_the_rules_that_a_text_shows(seed: int) -> None:
    for repository in repositories(seed):
        rows = list(csv.DictReader(repository.files["catalogo.csv"].splitlines()))
        assert len(rows) == len(repository.dags) + 1, "one file has two"
        for dag in repository.dags.values():
            text = repository.files[dag.file]
            assert not re.search(r"@[A-Z]+\d?@", text)
            calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
            made = [call for call in calls if ast.unparse(call.func) in ("DAG", "dag")]
            assert made
            for call in made:
                assert {"catchup", "start_date", "tags"} <= {said.arg for said in call.keywords}
            mine = [row for row in rows if row["arquivo"] == dag.file]
            assert {row["dag_id"] for row in mine} == set(dag.ids)
            assert {row["dono"] for row in mine} == {dag.owner}
            assert f'"{dag.owner}"' in text
        assert Counter(row["dag_id"] for row in rows).most_common(1)[0][1] == 1
        wait = repository.dags["wait"].blanks
        assert f'task_id="{wait["UPTASK"]}"' in repository.files[repository.dags["load"].file]
        assert f'group_id="{wait["GROUP"]}"' in repository.files[repository.dags["group"].file]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fault_is_all_that_tells_it_from_its_twin(seed: int) -> None:
    drawn = WORLD.draw(seed)
    faults = {name: (drawn.own, changes) for name, changes in WORLD.shown_faults(drawn.own).items()}
    faults |= hidden().hidden_faults(drawn)
    assert len(faults) >= 12
    for name, (twin, changes) in faults.items():
        broken = twin.but(changes)
        differing = {f for f in twin.files.keys() | broken.files.keys() if twin.files.get(f) != broken.files.get(f)}
        assert differing == set(changes), name
        assert all(file.startswith("dags/") and file.endswith(".py") for file in differing), name
        for file in differing & broken.files.keys():
            if name != "a":
                ast.parse(broken.files[file])


def test_every_hidden_fault_is_judged() -> None:
    text = (Path(str(GRADERS.hidden)) / "test_hidden.py").read_text(encoding="utf-8")
    listed = {
        one for node in ast.parse(text).body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Name)
        for one in (ast.literal_eval(e) for e in node.value.elts if isinstance(e, ast.Constant))
    }  # fmt: skip
    assert set(hidden().FAULTS) | set(WORLD.shown_faults(WORLD.draw(0).own)) == listed


def test_whatever_surrounds_the_tests_is_the_same_with_and_without_a_fault(tmp_path: Path) -> None:
    """Only the repository may tell a healthy one from a broken one."""
    drawn = WORLD.draw(5)
    playing = {s.id: s for s in GRADERS.scenarios(drawn) if any(step.job == "tests" for step in s.steps.values())}
    around = set()
    for name, scenario in playing.items():
        folder = tmp_path / name
        folder.mkdir()
        scenario.build(folder)
        first = next(iter(scenario.steps.values()))
        outside = tuple(sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if "repositorio" not in p.parts))
        services = tuple((s.name, s.port) for s in scenario.services())
        around.add((first, outside, services, tuple(scenario.environment(folder).items())))
    assert len(playing) > 15
    assert len(around) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_commit_adds_changes_and_removes(seed: int) -> None:
    drawn = WORLD.draw(seed)
    before, after = drawn.own.published(), drawn.later.published()
    assert before.keys() - after.keys()
    assert after.keys() - before.keys()
    assert any(before[name] != after[name] for name in before.keys() & after.keys())
    expected = GRADERS.expected(drawn)
    assert expected["primeira"] == before
    assert expected["segunda"] == after
    digest = hashlib.sha256(drawn.own.files["include/precos/loja_001.csv"].encode()).hexdigest()
    assert before["include/precos/loja_001.csv"] == digest


def test_a_secret_is_looked_for_in_its_disguises() -> None:
    drawn = WORLD.draw(1)
    words = WORLD.disguises(drawn.token)
    assert len(set(words)) == len(words) == 4
    assert min(map(len, words)) > 20
    assert drawn.token not in str([drawn.own, drawn.later, drawn.others])


def test_the_exercises_own_folder_is_the_samples_repository() -> None:
    shown = WORLD.shown(WORLD.draw(WORLD.SAMPLE_SEED).own)
    for name, text in shown.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"escreva de novo {name}"
    own = {str(p.relative_to(FOLDER)) for top in ("dags", "include") for p in (FOLDER / top).rglob("*.*") if p.suffix != ".pyc"}
    assert own == {name for name in shown if name.startswith(("dags/", "include/"))}


def test_the_statement_gives_the_lines_that_are_asked_for() -> None:
    statement = (FOLDER / "enunciado.md").read_text(encoding="utf-8")
    visible = (FOLDER / "verificacao" / "test_visible.py").read_text(encoding="utf-8")
    found = dict(re.findall(r'^    "([\w-]+/[\w-]+)": "([0-9a-f]{40})",$', visible, flags=re.M))
    assert len(found) == 5
    for name, reference in found.items():
        assert SHA.fullmatch(reference)
        assert f"`uses: {name}@{reference} # v" in statement
    assert load_exercise(FOLDER).max_points == 100
