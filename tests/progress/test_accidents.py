"""Whatever happens to the files or to a process that writes them, a pass that was told is never lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from autograder.model.result import Status
from curso import atomic
from curso.record import events, kept
from curso.record.kept import COPY, FILE

NAMES = ("a", "b", "c")
STATUSES = (Status.PASSED, Status.FAILED)
GARBAGE = (
    b"",
    b"{",
    b"\x00" * 64,
    b"\xff\xfe",
    b"[]",
    b"null",
    b"{}",
    b'{"version": 2, "exercises": []}',
    b'{"version": true}',
)


class Killed(BaseException):
    """The process ends here, and cleans nothing up."""


tries = st.tuples(st.just("try"), st.sampled_from(NAMES), st.sampled_from(STATUSES))
# Where the process dies: before, between and after the two renames, with a scratch file left behind.
crashes = st.tuples(st.just("crash"), st.sampled_from(NAMES), st.integers(0, 2))
truncated = st.tuples(st.just("cut"), st.sampled_from((FILE, COPY)), st.floats(0, 1))
garbage = st.tuples(
    st.just("garbage"), st.sampled_from((FILE, COPY)), st.sampled_from(GARBAGE) | st.binary(max_size=40)
)
gone = st.tuples(st.just("gone"), st.sampled_from((FILE, COPY)), st.none())
looks = st.tuples(st.just("look"), st.none(), st.none())
sequences = st.lists(tries | crashes | truncated | garbage | gone | looks, max_size=12)


class Learner:
    """Plays a sequence, and remembers what it was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: set[str] = set()
        self.healed = True

    def play(self, kind: str, what: object, how: object) -> None:
        if kind in ("cut", "garbage", "gone"):
            if not self.healed:
                self.look()  # one accident at a time: two at once, to both files, leave nothing to read
            self.damage(kind, self.folder / str(what), how)
            self.healed = False
        elif kind == "look":
            self.look()
        else:
            name = str(what)
            status = how if isinstance(how, Status) else Status.PASSED
            try:
                notice = self.note(
                    name, status, renames=how if kind == "crash" and isinstance(how, int) else None
                )
            except Killed:
                # It may have got as far as one of the two files: no second accident before somebody looks.
                self.healed = False
                return
            assert "não ficou anotado" not in notice
            self.healed = True
            if status is Status.PASSED:
                self.told.add(name)

    def note(self, name: str, status: Status, renames: int | None) -> str:
        if renames is None:
            return events.note_try(f"01.{name}", status, lambda: self.folder)
        left = renames

        def write(path: Path, content: bytes) -> None:
            nonlocal left
            scratch = path.with_name(f".{path.name}.morto")
            scratch.write_bytes(content if left else content[: len(content) // 2])
            if not left:
                raise Killed
            left -= 1
            os.replace(scratch, path)

        real, atomic.write_bytes = atomic.write_bytes, write
        try:
            return events.note_try(f"01.{name}", status, lambda: self.folder)
        finally:
            atomic.write_bytes = real

    def damage(self, kind: str, path: Path, how: object) -> None:
        if kind == "gone":
            path.unlink(missing_ok=True)
        elif kind == "garbage" and isinstance(how, bytes):
            path.write_bytes(how)
        elif path.exists() and isinstance(how, float):
            content = path.read_bytes()
            path.write_bytes(content[: int(len(content) * how)])

    def look(self) -> None:
        record, _ = kept.load(self.folder)
        self.healed = True
        passed = {name.removeprefix("01.") for name, tried in record.challenges.items() if tried.passed}
        assert self.told <= passed
        again, notice = kept.load(self.folder)
        assert (again, notice) == (record, ""), "what was put right stays right, and is told once"


def play(sequence: list[tuple[str, object, object]]) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        learner = Learner(Path(folder))
        for event in sequence:
            learner.play(*event)
        learner.look()
        learner.play("try", "a", Status.PASSED)
        assert not [path.name for path in Path(folder).iterdir() if path.name.startswith(".")], "no scratch"


ONCE = settings(
    deadline=None, database=None, phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@settings(ONCE, max_examples=300, derandomize=True)
@given(sequences)
def test_no_accident_costs_a_pass(sequence: list[tuple[str, object, object]]) -> None:
    play(sequence)


@pytest.mark.full
@pytest.mark.parametrize("turn", range(4))
def test_ten_thousand_sequences_cost_no_pass(turn: int) -> None:
    """Four turns of two thousand and five hundred, the same ones for everybody."""

    @seed(turn)
    @settings(ONCE, max_examples=2_500)
    @given(sequences)
    def plays(sequence: list[tuple[str, object, object]]) -> None:
        play(sequence)

    plays()


WRITE_ON = """
import sys
from pathlib import Path
from autograder.model.result import Status
from curso.record.events import note_try
folder, number = Path(sys.argv[1]), int(sys.argv[2])
while True:
    assert note_try(f"01.x{number}", Status.PASSED, lambda: folder) == ""
    print(number, flush=True)
    number += 1
"""


def test_a_process_killed_anywhere_loses_nothing_that_it_told(tmp_path: Path) -> None:
    chance = random.Random(4)
    told = -1
    for _ in range(8):
        command = [sys.executable, "-c", WRITE_ON, str(tmp_path), str(told + 1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = int(process.stdout.readline())  # it writes by now
            time.sleep(chance.uniform(0, 0.05))
            process.kill()
            told = max([told, *(int(line) for line in process.stdout.read().splitlines())])
        record, notice = kept.load(tmp_path)
        assert notice == ""
        assert all(record.challenge(f"01.x{number}").passed for number in range(told + 1))


WRITE_BOTH = """
import sys
from pathlib import Path
from autograder.model.result import Status
from curso.record.events import note_guess, note_try
folder, name = Path(sys.argv[1]), sys.argv[2]
for number in range(15):
    assert note_try("01.both", Status.FAILED, lambda: folder) == ""
    assert note_try(f"01.{name}{number}", Status.PASSED, lambda: folder) == ""
    assert note_guess(f"01.{name}{number}", "a", lambda: folder) == ""
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_BOTH, str(tmp_path)]
    writers = [subprocess.Popen([*command, name]) for name in ("x", "y")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    record, notice = kept.load(tmp_path)
    assert notice == ""
    assert record.challenge("01.both").tries == 30
    names = {f"01.{name}{number}" for name in ("x", "y") for number in range(15)}
    assert {name for name, tried in record.challenges.items() if tried.passed} == names
    assert record.predictions.keys() == names
