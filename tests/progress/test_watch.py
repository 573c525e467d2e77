"""Watch mode without a terminal: when a save counts, what is half typed, and what a session does with it all."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from autograder.model.exercise import Exercise, load_exercise
from autograder.model.result import Result, Status, Verdict
from curso import tell
from curso.watch import checking
from curso.watch.checking import Broken, Progress
from curso.watch.files import GONE_SECONDS, REST_SECONDS, Files, half_typed
from curso.watch.screen import screen
from curso.watch.session import Doors, Session

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = load_exercise(ROOT / "solutions" / "ex1-dag-complexo")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


# --- saves -------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def files(tmp_path: Path, clock: Clock) -> Files:
    (tmp_path / "a.py").write_text("a", encoding="utf-8")
    return Files(tmp_path, ["a.py"], clock)


def rests(files: Files, clock: Clock, seconds: float = REST_SECONDS) -> bool:
    """Looks, lets time go by, and looks again."""
    first = files.saved()
    clock.now += seconds
    return first or files.saved()


def test_what_was_there_before_is_no_save(files: Files, clock: Clock) -> None:
    assert not rests(files, clock, 10)


def test_a_save_in_place_counts_once(files: Files, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("ab", encoding="utf-8")
    assert rests(files, clock)
    assert not rests(files, clock, 10)


def test_a_file_renamed_over_the_old_one_counts(files: Files, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("b", encoding="utf-8")  # of the same size
    (tmp_path / "b").replace(tmp_path / "a.py")
    assert rests(files, clock)


def test_while_it_is_written_it_waits(files: Files, clock: Clock, tmp_path: Path) -> None:
    for size in range(2, 6):
        (tmp_path / "a.py").write_text("a" * size, encoding="utf-8")
        assert not files.saved()
        clock.now += REST_SECONDS / 2
    clock.now += REST_SECONDS
    assert files.saved()


def test_a_file_that_is_gone_for_a_moment_is_being_replaced(
    files: Files, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "a.py").rename(tmp_path / "a.py~")
    assert not rests(files, clock)
    (tmp_path / "a.py").write_text("novo", encoding="utf-8")
    assert rests(files, clock)
    (tmp_path / "a.py").unlink()
    assert not rests(files, clock)
    assert rests(files, clock, GONE_SECONDS), "gone for good is news, too"


# --- half typed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"def f(:\n", "a.py, linha 1: o Python ainda não entende «def f(:»: a linha não está completa."),
        (b"x = (1,\n", "falta fechar o «(»."),
        (b"x = 1)\n", "sobra um «)»."),
        (b"x = [1)\n", "o «)» não fecha o «[» aberto antes."),
        (b"x = 'a\n", "falta fechar as aspas."),
        (b'x = """a\n', "falta fechar as aspas."),
        (b"if x\n    pass\n", "falta o «:» no fim da linha."),
        (b"def f():\n", "falta o bloco recuado depois da linha 1."),
        (b"  x = 1\n", "há um recuo a mais."),
        (b"if x:\n        a\n    b\n", "o recuo não combina com nenhum bloco acima."),
        (b"f(a b)\n", "talvez falte uma vírgula."),
        (b"x = \xff\n", "não está em UTF-8."),
        (b"x = 1\0\n", "o Python não consegue ler este arquivo como código."),
    ],
)  # fmt: skip
def test_half_a_line_is_one_sentence(tmp_path: Path, source: bytes, says: str) -> None:
    (tmp_path / "a.py").write_bytes(source)
    sentence = half_typed(tmp_path, ["a.py"])
    assert sentence.startswith("a.py")
    assert says in sentence


@pytest.mark.parametrize("source", [b"", b"x = 1\n", b"raise SystemExit\n", b'x = "\\d"\n', b"import nada\n"])
def test_what_can_be_tried_is_tried(tmp_path: Path, source: bytes) -> None:
    (tmp_path / "a.py").write_bytes(source)
    assert half_typed(tmp_path, ["a.py"]) == ""


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    assert "O arquivo dags/a.py não está na pasta" in half_typed(tmp_path, ["dags/a.py"])


# --- a check -----------------------------------------------------------------------------------------


def all_news(check: checking.Check) -> list[checking.News]:
    """What it tells until it has told the last, and ended."""
    come: list[checking.News] = []
    deadline = time.monotonic() + 60
    while not (come and isinstance(come[-1], Result | Broken)):
        assert time.monotonic() < deadline, come
        come += check.news()
    check.join(60)
    assert check.gone()
    return come


def test_a_check_tells_as_it_goes_and_ends_with_a_result() -> None:
    exercise = ROOT / "solutions" / "ex1-dag-complexo"
    check = checking.Check(exercise, ROOT / "exercises" / "ex1-dag-complexo")
    assert check.fileno() > 0
    *verdicts, last = all_news(check)
    assert isinstance(last, Result)
    assert [verdict.status for verdict in verdicts if isinstance(verdict, Verdict)] == [
        Status.NOT_ATTEMPTED
    ] * 13


def test_a_check_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (last,) = all_news(checking.Check(tmp_path / "nada", tmp_path))
    assert isinstance(last, Broken)
    assert "Falta o arquivo" in last.why


def test_a_check_that_is_cancelled_ends(tmp_path: Path) -> None:
    check = checking.Check(ROOT / "solutions" / "ex1-dag-complexo", tmp_path)
    check.cancel()
    check.join(60)
    assert check.gone()


# --- a session ---------------------------------------------------------------------------------------


@dataclass
class Check:
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class World:
    """What a session asks of the world, written down."""

    clock: Clock = field(default_factory=Clock)
    problem: str = ""
    checks: list[Check] = field(default_factory=list)
    noted: list[Result] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    restarts: int = 0

    def start(self) -> Check:
        self.checks.append(Check())
        return self.checks[-1]

    def note(self, result: Result) -> str:
        self.noted.append(result)
        return ""

    def hint(self, criterion: str) -> str:
        self.hints.append(criterion)
        return f"uma dica de {criterion}"

    def restart(self) -> list[str]:
        self.restarts += 1
        return ["O trabalho de antes está ao lado."]

    def session(self, *, manual: bool = False) -> Session:
        doors = Doors(self.start, lambda: self.problem, self.note, self.hint, self.restart, self.clock)
        return Session(EXERCISE, doors, manual=manual)


def verdict(name: str, status: Status) -> Verdict:
    criterion = EXERCISE.criterion(name)
    points = criterion.points if status is Status.PASSED else 0
    return Verdict(
        criterion=name, title=criterion.title, status=status, points=points, max_points=criterion.points,
        checklist=criterion.checklist, visible=criterion.visible, seen=f"visto {status}",
    )  # fmt: skip


def result(failed: tuple[str, ...] = (), exercise: Exercise = EXERCISE) -> Result:
    verdicts = tuple(
        verdict(c.id, Status.FAILED if c.id in failed else Status.PASSED) for c in exercise.criteria
    )
    return Result(
        exercise=exercise.id, title=exercise.title, points=sum(v.points for v in verdicts),
        max_points=exercise.max_points, verdicts=verdicts, seed=1, fingerprint="", grader="", level="nenhum",
        versions={}, graded_at=datetime(2026, 3, 1, tzinfo=UTC), seconds=1.5,
    )  # fmt: skip


def drawn(session: Session, *, width: int = 100, height: int = 30) -> str:
    console = Console(
        width=width, height=height, force_terminal=True, color_system=None, legacy_windows=False
    )
    with console.capture() as captured:
        console.print(screen(session, session.seconds), height=height)
    return captured.get()


def test_a_save_cancels_the_check_before_it() -> None:
    world = World()
    session = world.session()
    session.saved()
    session.heard(verdict("carrega", Status.PASSED))
    session.saved()
    assert [check.cancelled for check in world.checks] == [True, False]
    assert session.fresh == set(), "what was known is of before now"
    assert session.verdicts["carrega"].status is Status.PASSED
    session.heard(result())
    assert [check.cancelled for check in world.checks] == [True, False]
    assert session.all_passed
    assert len(world.noted) == 1


def test_half_typed_code_stops_the_check_and_keeps_what_was_known() -> None:
    world = World()
    session = world.session()
    session.saved()
    session.heard(result(failed=("agenda",)))
    world.problem = "dags/x.py, linha 3: falta fechar o «(»."
    session.saved()
    assert len(world.checks) == 1
    assert session.running is None
    shown = drawn(session)
    assert "esperando você terminar de escrever" in shown
    assert "falta fechar o «(»" in shown
    assert "agenda" in shown
    world.problem = ""
    session.saved()
    assert len(world.checks) == 2
    assert "falta fechar" not in drawn(session)


def test_by_hand_a_save_only_says_so() -> None:
    world = World()
    session = world.session(manual=True)
    session.saved()
    assert world.checks == []
    assert "há o que conferir: tecle Enter" in drawn(session)
    session.key("\r")
    assert len(world.checks) == 1
    assert "há o que conferir" not in drawn(session)


def test_hints_are_of_the_criterion_in_focus() -> None:
    world = World()
    session = world.session()
    session.key("d")
    assert "nenhum critério está esperando por você" in session.notice
    session.saved()
    session.heard(result(failed=("agenda", "fan-out")))
    session.key("d")
    session.key("p")
    session.key("D")
    session.key("p")
    session.key("d")
    assert world.hints == ["agenda", "fan-out", "agenda"]
    assert "uma dica de agenda" in drawn(session)
    session.saved()
    session.heard(result(failed=("fan-out",)))
    assert session.focus is not None
    assert session.focus.criterion == "fan-out", "what has passed is no longer in focus"


def test_starting_anew_asks_twice() -> None:
    world = World()
    session = world.session()
    session.key("r")
    assert "Tecle r de novo" in session.notice
    session.key("x")
    session.key("r")
    assert world.restarts == 0
    session.key("r")
    assert world.restarts == 1


def test_a_check_that_breaks_is_told_and_the_next_save_tries_again() -> None:
    world = World()
    session = world.session()
    session.saved()
    session.heard(Broken("A verificação parou: x"))
    assert "A verificação parou: x" in drawn(session)
    session.saved()
    assert len(world.checks) == 2


@pytest.mark.parametrize("key", ["s", "S", "q"])
def test_it_ends_by_key(key: str) -> None:
    session = World().session()
    session.key(key)
    assert session.over


def test_progress_and_the_clock_are_shown() -> None:
    world = World()
    session = world.session()
    session.saved()
    session.heard(Progress(3, 7))
    world.clock.now += 2
    session.heard(verdict("carrega", Status.PASSED))
    assert "conferindo… 3 de 7 etapas   2 s" in drawn(session)


@pytest.mark.parametrize(("width", "height"), [(100, 40), (100, 24), (60, 18), (20, 6)])
def test_it_always_fits(width: int, height: int) -> None:
    world = World()
    session = world.session()
    session.saved()
    session.heard(result(failed=tuple(c.id for c in EXERCISE.criteria)))
    session.key("d")
    lines = drawn(session, width=width, height=height).splitlines()
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    if height >= 18:
        assert "sair" in lines[-1] or width < 90
        assert EXERCISE.title in lines[0]


def test_what_a_program_printed_reaches_no_terminal() -> None:
    session = World().session()
    session.saved()
    bad = verdict("carrega", Status.FAILED).model_copy(update={"seen": "a\x1b[2Jb\x07"})
    session.heard(bad)
    assert "\x1b[2J" not in drawn(session)
    assert "ab" in drawn(session)


def test_at_the_end_the_whole_result_can_be_told_too() -> None:
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(tell.table(result(failed=("agenda", "desvio"))))
    told = captured.get()
    assert told.count("Visto: visto failed") == 2
    assert told.count("✔ passou") == 11
