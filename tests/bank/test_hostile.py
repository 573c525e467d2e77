"""Hostile submissions: none earns more than it deserves, none sees what is hidden, and the grader goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from bait import Bait, hidden_lines, laid_bait, strings
from rich.console import Console

from autograder.doors import grade
from autograder.model.result import Result, Status
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from curso.bank import bank_of
from curso.places import ROOT, exercise_folder
from curso.tell import as_html, table, verdict_text
from bank_samples import sampled

EXERCISES = sorted(path.name for path in Path(__file__).parent.iterdir() if (path / "hostile").is_dir())
SEEN_ON_A_TOY = {
    "bomba_de_forks", "bomba_de_threads", "deixa_um_daemon", "disco_sem_nome", "envenena_quem_vem_depois",
    "enxurrada_de_evidencia", "evidencia_absurda", "imprime_um_gb", "inodes", "mata_o_grupo", "mata_os_outros",
    "memoria_sem_dono", "namespaces_dentro", "oito_gb_aos_poucos", "oito_gb_de_uma_vez", "procura_o_palco",
    "ptrace_em_todos", "recado_para_a_proxima", "sai_na_carga", "sai_na_task", "sai_pela_rede",
    "surdo",
}  # fmt: skip
"""They attack the machine, not what is particular to Airflow. `make test` tries the same at the price of a bare
interpreter (`tests/core/test_attacks.py`, `test_cage.py`, `test_child.py`); here they run in `make test-full`."""
ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves a cursor, colours, rings, or turns the direction of the letters."""

pytestmark = pytest.mark.skipif(
    probe().level is not Level.CAGE, reason="an attack is only tried where there is a cage: " + probe().reason
)


def _hostile() -> Iterator[Any]:
    for exercise in EXERCISES:
        names = list(bank_of(exercise).hostile())
        yield from sampled(exercise, names, [name for name in names if name not in SEEN_ON_A_TOY])


@pytest.fixture
def bait() -> Iterator[Bait]:
    with laid_bait() as laid:
        yield laid


@pytest.mark.parametrize(("exercise_id", "name"), [*_hostile()])
def test_a_hostile_submission_earns_what_it_deserves(
    exercise_id: str,
    name: str,
    tmp_path: Path,
    seed_of: Callable[[str], int],
    short_clock: Callable[[float, float], None],
    bait: Bait,
) -> None:
    bank = bank_of(exercise_id)
    entry = bank.hostile()[name]
    if entry.endless:
        short_clock(20, 8)
    bank.build_hostile(name, tmp_path)
    bait.lay_out(tmp_path)
    grading = grade(exercise_folder(exercise_id), tmp_path, seed=seed_of(name))
    result = grading.result
    assert not bait.called()
    assert not bait.changed()
    assert not result.held, "what a submission does is never told as the grader's own fault"
    assert result.level == Level.CAGE.value
    assert not result.notes, "the warm stage has served it to the end"
    nothing_is_acted_out(result)
    everything = "\n".join(strings(grading.evidence.model_dump() if grading.evidence else ()))
    assert bait.secret not in everything
    assert not re.findall("CONSEGUI.*", everything)
    assert [words for words in entry.tried if words not in everything] == [], everything[-3000:]
    passed = [v.criterion for v in result.verdicts if v.status is Status.PASSED]
    if entry.open:
        assert result.points > entry.points, "it is closed by now: SECURITY.md says that it is not"
        pytest.xfail(entry.open)
    assert result.points == entry.points, passed


def nothing_is_acted_out(result: Result) -> None:
    """Whoever reads it in a terminal or in a page reads words, and only ours give orders to either."""
    page = as_html(result)
    assert "<script" not in page
    for text in (page, *map(verdict_text, result.verdicts), printed(result)):
        assert not ORDERS.search(text)


def printed(result: Result) -> str:
    console = Console(file=StringIO(), width=120, no_color=True, force_terminal=False)
    console.print(table(result))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", ["espiao", "ligacoes_para_fora"])
def test_nothing_that_is_hidden_is_seen(
    name: str, seed_of: Callable[[str], int], short_clock: Callable[[float, float], None]
) -> None:
    short_clock(20, 8)
    folder = Path(__file__).parent / "ex1-dag-complexo" / "hostile" / name
    grading = grade(exercise_folder("ex1-dag-complexo"), folder, seed=seed_of(name))
    assert grading.evidence
    everything = "\n".join(strings(grading.evidence.model_dump()) + strings(grading.result.model_dump()))
    seen = sorted(line for line in hidden_lines("ex1-dag-complexo") if line in everything)
    assert not seen, seen[:5]
    assert not re.search(r"root:[^x ]*:\d+:", everything), (
        "the names in /etc/passwd may be read, /etc/shadow not"
    )
    if name == "espiao":
        own = (ROOT / "autograder" / "run" / "inside" / "child.py").read_text(encoding="utf-8").splitlines()
        assert all(line in everything for line in own[:40]), (
            "what it may see came out: the above means something"
        )
        assert "FRAME" in everything, "the spy ran"
        assert "REACHED" not in everything
        assert str(ROOT / "solutions") not in everything
        assert not re.search(r"SEEN \S*(test_hidden|reference|scenarios|world|gabarito|shadow)", everything)
        assert not re.search(r"HOLD \[.*(Draw|Day|Evidence)", everything)
    else:
        files = grading.evidence.steps["dia-util/primeira"].files
        linked = [file for path, file in files.items() if "ligacao_" in path]
        assert len(linked) > 10, "the links were made"
        assert all(file.text is None and file.note for file in linked)


def test_the_grader_works_after_all_of_them(seed_of: Callable[[str], int]) -> None:
    exercise = exercise_folder("ex1-dag-complexo")
    for name in ("armazem_de_mentira", "corredor_remendado", "evidencia_forjada"):
        grade(exercise, Path(__file__).parent / "ex1-dag-complexo" / "hostile" / name, seed=seed_of(name))
    assert grade(exercise, exercise / "gabarito", seed=3).result.points == 100
