"""A stage that stays warm: found, shared, replaced by a cold one when it cannot be had, and gone without a trace."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from autograder.doors import grade
from autograder.model.evidence import Outcome, StepEvidence
from autograder.model.exercise import Exercise
from autograder.run import stage as stages
from autograder.run.adapters import ADAPTERS
from autograder.run.inside import zygote
from autograder.run.play import play
from autograder.run.stage import StageError
from autograder.run.warm import stop_warm, warm_stage
from autograder.run.world import Limits, Observe, Parse, Run, Scenario
from autograder.sandbox.level import Level
from autograder.submission import Submission

if TYPE_CHECKING:
    from autograder.run.services.web import WebService

ROOT = Path(__file__).resolve().parents[2]

WAYS = {
    "works": "import os; print('olá'); open(os.environ['MUNDO'] + '/saida/a.txt', 'w').write('x')",
    "raises": "raise SystemExit('chega')",
    "leaves": "import os; os._exit(0)",
    "crashes": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "hangs": "import time; time.sleep(60)",
    "prints": "import os\nwhile True: os.write(1, b'x' * 65536)",
    "eats": "x = bytearray(600 << 20)\nimport time; time.sleep(60)",
    "lies": "report['points'] = 100",
}


@pytest.mark.parametrize("way", WAYS)
def test_warm_and_cold_see_the_same(
    play_toy: Callable[..., Any], runtime: Path, caged: Level, way: str
) -> None:
    def play(level: Level, *, warm: bool) -> dict[str, Any]:
        evidence = play_toy(
            WAYS[way], level, warm=warm, wall_seconds=2.0, memory_mb=300, output_mb=1
        ).evidence
        seen = evidence.model_dump(mode="json")
        assert seen.pop("level") == level.value
        assert seen.pop("notes") == []
        for step in seen["steps"].values():
            step.pop("seconds")
            step["output"] = {} if step["outcome"] == "flooded" else step["output"]
        return seen

    assert play(caged, warm=True) == play(caged, warm=False) == play(Level.PLAIN, warm=False)


def test_the_next_one_finds_it_and_nothing_of_the_last(play_warm: Callable[..., Any], runtime: Path) -> None:
    play_warm(
        "import os\nfor p in ('/tmp', '/casa', '/dev/shm', '/mundo'): open(p + '/segredo', 'w').write('x')"
    )
    before = keepers(runtime)
    source = """
import json, os
found = [os.path.join(base, n) for top in ("/tmp", "/casa", "/dev/shm", "/mundo") for base, _, ns in os.walk(top) for n in ns if n == "segredo"]
print(json.dumps(found))
"""
    assert json.loads(play_warm(source).printed) == []
    assert keepers(runtime) == before
    assert len(before) == 1


def keepers(runtime: Path) -> list[int]:
    return [int(lock.read_text()) for lock in runtime.glob("*/tranca")]


def test_only_its_user_reaches_it(play_warm: Callable[..., Any], runtime: Path) -> None:
    play_warm("pass")
    (folder,) = runtime.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "porta").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_uid == os.getuid()


def test_doors_that_start_at_once_share_one(toy_adapter: None, runtime: Path, caged: Level) -> None:
    with ThreadPoolExecutor(6) as pool:
        stages = list(pool.map(lambda _: warm_stage(ADAPTERS["toy"], caged), range(6)))
    assert len(keepers(runtime)) == 1
    assert len(stages_of(runtime)) == 1
    for stage in stages:
        stage.close()


def stages_of(runtime: Path) -> list[psutil.Process]:
    """The warm stage and those it has forked; nobody else's."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "autograder.run.inside" in line and line[0] != "bwrap" and any('"toy"' in part for part in line):
            above = [parent.pid for parent in process.parents()]
            if set(above) & set(keepers(runtime)):
                found.append(process)
    # Those that wait at an open line were forked by it.
    pids = {process.pid for process in found}
    return [process for process in found if process.ppid() not in pids]


def test_it_lives_on_when_its_door_dies(toy_adapter: None, runtime: Path, caged: Level) -> None:
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            warm_stage(ADAPTERS["toy"], caged)
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    (keeper,) = keepers(runtime)
    warm_stage(ADAPTERS["toy"], caged).close()
    assert keepers(runtime) == [keeper]


def test_idle_it_ends_and_leaves_nothing(
    play_toy: Callable[..., Any], runtime: Path, caged: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURSO_OCIOSO_SEGUNDOS", "0.5")
    play_toy("import time; time.sleep(1.5)", caged, warm=True)  # busy is not idle
    (keeper,) = keepers(runtime)
    until(lambda: not runtime.exists())
    until(lambda: not psutil.pid_exists(keeper))


def has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_session_keeps_it_alive(
    toy_adapter: None, runtime: Path, caged: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two steps a world is read and another one built: that takes its time."""
    monkeypatch.setenv("CURSO_OCIOSO_SEGUNDOS", "0.3")
    with warm_stage(ADAPTERS["toy"], caged):
        time.sleep(2)
        assert runtime.exists()
    until(lambda: not runtime.exists())


def test_it_can_be_stopped(toy_adapter: None, runtime: Path, caged: Level) -> None:
    warm_stage(ADAPTERS["toy"], caged).close()
    assert stop_warm() == 1
    assert not runtime.exists()
    assert stop_warm() == 0


def test_what_a_killed_keeper_leaves_is_used_again(
    play_toy: Callable[..., Any], runtime: Path, caged: Level
) -> None:
    play_toy("pass", caged, warm=True)
    (keeper,) = keepers(runtime)
    # Its cage and its stage end with it, a moment later: until then they still answer at the door.
    ending = [psutil.Process(keeper), *psutil.Process(keeper).children(recursive=True)]
    os.kill(keeper, signal.SIGKILL)
    until(lambda: all(map(has_ended, ending)))
    played = play_toy("print('de novo')", caged, warm=True)
    assert (played.printed, played.evidence.notes) == ("de novo\n", ())
    assert keepers(runtime) != [keeper]


def test_changed_code_is_another_stage(
    toy_adapter: None, runtime: Path, caged: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.sandbox import cage

    warm_stage(ADAPTERS["toy"], caged).close()
    with (cage.PACKAGE / "run" / "inside" / "toy.py").open("a", encoding="utf-8") as file:
        file.write("\n# mudei\n")
    warm_stage(ADAPTERS["toy"], caged).close()
    warm_stage(ADAPTERS["toy"], Level.UNLOCKED).close()
    assert len(keepers(runtime)) == 3


# --- when it cannot be had ---------------------------------------------------------------------------

COLD = "A correção foi feita a frio, mais devagar e igualmente válida: "


@pytest.mark.parametrize("level", [Level.SHARED, Level.PLAIN])
def test_without_namespaces_it_is_cold_and_says_so(
    play_toy: Callable[..., Any], runtime: Path, caged: Level, level: Level
) -> None:
    played = play_toy("pass", level, warm=True)
    assert played.step.outcome is Outcome.OK
    assert played.evidence.notes == (
        COLD + "este sistema não dá a cada execução os seus próprios namespaces.",
    )


def test_a_folder_that_others_may_write_in_is_not_trusted(
    play_toy: Callable[..., Any], runtime: Path, caged: Level
) -> None:
    runtime.chmod(0o777)
    played = play_toy("pass", caged, warm=True)
    assert played.step.outcome is Outcome.OK
    assert played.evidence.notes == (f"{COLD}{runtime} não é uma pasta só deste usuário.",)


@pytest.mark.parametrize(
    ("addition", "why"),
    [
        ("cannot_stay_warm = 'falta uma chamada'", "falta uma chamada"),
        (
            "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
            "thread",
        ),
        (
            "def rehearse(template): raise RuntimeError('sem banco')",
            "o ensaio do palco falhou (RuntimeError: sem banco)",
        ),
        (
            "import threading, time\n"
            "def rehearse(template): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
            "thread",
        ),
    ],
    ids=[
        "a private call is gone",
        "a thread was started",
        "its rehearsal failed",
        "its rehearsal left a thread",
    ],
)
def test_an_orchestrator_that_cannot_stay_warm(
    play_toy: Callable[..., Any], runtime: Path, caged: Level, addition: str, why: str
) -> None:
    from autograder.sandbox import cage

    with (cage.PACKAGE / "run" / "inside" / "toy.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{addition}\n")
    played = play_toy("print('feito')", caged, warm=True)
    assert (played.step.outcome, played.printed) == (Outcome.OK, "feito\n")
    (note,) = played.evidence.notes
    assert why in note
    stop_warm()


def test_a_stage_killed_in_the_middle_changes_no_result(
    play_toy: Callable[..., Any], runtime: Path, caged: Level
) -> None:
    source = """
import os, time
with open(os.environ["MUNDO"] + "/saida/vezes.txt", "a") as file:
    file.write("x")
time.sleep(1.5)
"""

    def kill() -> None:
        until(
            lambda: bool(
                runtime.glob("*/palco/*/0/saida/vezes.txt") and list(runtime.glob("*/palco/*/0/saida/*"))
            )
        )
        for stage in stages_of(runtime):
            stage.kill()

    with warm_stage(ADAPTERS["toy"], caged), ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill)
        played = play_toy(source, caged, warm=True, steps=2)
        killing.result()
    assert [step.outcome for step in played.evidence.steps.values()] == [Outcome.OK] * 3
    assert played.evidence.steps["mundo/execução1"].files["saida/vezes.txt"].text == "xx"
    assert len(played.evidence.notes) == 1
    assert played.evidence.notes[0].startswith(COLD)


def test_cold_can_be_asked_for(
    toy_course: Path,
    toy_adapter: None,
    scratch: Path,
    submission_folder: Callable[[str], Path],
    runtime: Path,
    caged: Level,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = submission_folder("x = 1")
    assert grade(toy_course, folder, warm=False).result.notes == ()
    assert grade(toy_course, folder).result.notes == ()  # CURSO_CORRETOR=frio
    assert keepers(runtime) == []
    monkeypatch.delenv("CURSO_CORRETOR")
    assert grade(toy_course, folder).result.notes == ()
    assert len(keepers(runtime)) == 1


def test_who_lets_go_ends_what_it_asked_for(toy_adapter: None, runtime: Path, caged: Level) -> None:
    """An interrupted check goes on behind nobody's back, and the stage serves the next one."""
    stage = warm_stage(ADAPTERS["toy"], caged)
    folder = stage.cage.scratch / "entrega"
    folder.mkdir()
    room = stage.cage.room(folder, "0")
    (room.submission / "p.py").write_text("open('/mundo/aqui', 'w').write('x')\nimport time; time.sleep(60)")
    stage.cage.hand_over(room.world)
    request = {
        "job": "run", "arguments": {"file": "/entrega/p.py"}, "environment": {}, "room": room.address,
        "limits": {"wall_seconds": 60, "memory_mb": 500, "output_mb": 1, "file_mb": 1, "disk_mb": 9, "evidence_mb": 1},
    }  # fmt: skip
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(stage.play, request)
        until(lambda: (room.world / "aqui").exists())
        (zygote,) = stages_of(runtime)
        playing = zygote.children(recursive=True)
        assert len(playing) >= 3
        stage.close()
        with pytest.raises(StageError):
            asking.result(10)
    _, alive = psutil.wait_procs(playing, timeout=30)
    assert not alive
    warm_stage(ADAPTERS["toy"], caged).close()
    assert stages_of(runtime) == [zygote]


# --- side by side ------------------------------------------------------------------------------------


def play_worlds(
    exercise: Exercise, level: Level, source: str, worlds: list[str], **more: Any
) -> dict[str, StepEvidence]:
    """One scenario per word of `worlds`, which the script finds in its world; the first one loads it."""

    def scenario(number: int, word: str) -> Scenario:
        def build(folder: Path) -> None:
            (folder / "saida").mkdir()
            (folder / "palavra").write_text(word)

        run = Run("toy", datetime(2026, 3, 2, 5, tzinfo=UTC), Limits(wall_seconds=2.0))
        steps: dict[str, Parse | Run] = {"carga": Parse()} if number == 0 else {}
        return Scenario(f"m{number}", build, steps | {"r": run}, lambda world: {"MUNDO": str(world)})

    return play(
        Submission({"pipeline.py": source.encode()}, {}), exercise,
        [scenario(n, word) for n, word in enumerate(worlds)], Observe("a.db", (), ("saida",)),
        seed=1, level=level, **more,
    ).steps  # fmt: skip


WORLDS = """
import os, time
word = open("palavra").read()
open("saida/visto", "w").write(word)
time.sleep(30 if word == "lento" else 0.8)
"""


def test_scenarios_run_side_by_side_in_worlds_of_their_own(
    toy_adapter: None, toy_exercise: Exercise, scratch: Path, runtime: Path, caged: Level
) -> None:
    told: list[str] = []
    threads = set()

    def on_steps(ended: dict[str, StepEvidence]) -> None:
        told.extend(ended)
        threads.add(threading.get_ident())

    steps = play_worlds(toy_exercise, caged, WORLDS, ["a", "b", "c", "d"], warm=True, on_steps=on_steps)
    assert list(steps) == ["m0/carga", "m0/r", "m1/r", "m2/r", "m3/r"]
    assert [steps[f"m{n}/r"].files["saida/visto"].text for n in range(4)] == ["a", "b", "c", "d"]
    assert sorted(told) == sorted(steps)
    assert threads == {threading.get_ident()}
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("level", [Level.CAGE, Level.PLAIN])
def test_after_a_limit_nothing_counts_whatever_ran_beside_it(
    toy_adapter: None, toy_exercise: Exercise, scratch: Path, caged: Level, level: Level
) -> None:
    steps = play_worlds(toy_exercise, level, WORLDS, ["a", "lento", "c", "d"])
    outcomes = [step.outcome for step in steps.values()]
    assert outcomes == [Outcome.OK, Outcome.OK, Outcome.TIMED_OUT, Outcome.NOT_PLAYED, Outcome.NOT_PLAYED]
    assert steps["m2/r"].files == {}


def test_a_run_waits_for_its_file_to_be_loaded(
    toy_adapter: None, toy_exercise: Exercise, scratch: Path, caged: Level
) -> None:
    steps = play_worlds(toy_exercise, caged, WORLDS.replace("palavra", "nada"), ["a", "b", "c"])
    assert [step.outcome for step in steps.values()] == [
        Outcome.OK,
        Outcome.FAULT,
        Outcome.FAULT,
        Outcome.FAULT,
    ]


def test_a_broken_world_ends_the_whole_and_its_children(
    toy_adapter: None, toy_exercise: Exercise, scratch: Path, runtime: Path, caged: Level
) -> None:
    def build(folder: Path) -> None:
        raise OSError("disco cheio")

    at = datetime(2026, 3, 2, 5, tzinfo=UTC)
    slow = Scenario("lento", lambda folder: None, {"carga": Parse(), "r": Run("toy", at)})
    broken = Scenario("quebrado", build, {"r": Run("toy", at)})
    started = time.monotonic()
    with pytest.raises(OSError, match="disco cheio"):
        play(
            Submission({"pipeline.py": b"import time; time.sleep(30)"}, {}), toy_exercise, [broken, slow],
            Observe("a.db", (), ()), seed=1, level=caged, warm=True,
        )  # fmt: skip
    assert time.monotonic() - started < 15
    assert os.listdir(scratch) == []


# --- services of the world ---------------------------------------------------------------------------


@pytest.mark.parametrize("downwards", [False, True])
def test_who_waits_for_a_low_port_holds_no_higher_one(downwards: bool) -> None:
    """Two gradings that ask for the same ports, each in its own order, would wait for one another for ever."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        low, high = sorted((one, other), key=lambda server: server.getsockname()[1])
        ports = sorted((server.getsockname()[1] for server in (low, high)), reverse=downwards)
        high.close()
        near, far = socket.socketpair()
        with near, far, ThreadPoolExecutor() as pool:
            asking = pool.submit(zygote._hand_out, far, ports, 60.0)
            time.sleep(3 * zygote.TURN_SECONDS)
            with socket.create_server(("127.0.0.1", ports[0 if downwards else 1])):
                assert not asking.done()
            low.close()
            _, descriptors, _, _ = socket.recv_fds(near, 1, 2)
            asking.result(60)
            for descriptor, port in zip(descriptors, ports, strict=True):
                with socket.socket(fileno=descriptor) as listening:
                    assert listening.getsockname()[1] == port


def test_a_service_is_seen_inside_and_counted_outside(
    play_toy: Callable[..., Any], level: Level, web_service: Callable[[], list[WebService]]
) -> None:
    source = """
import urllib.request
for n in range(3):
    print(urllib.request.urlopen(f"http://127.0.0.1:8025/vez/{n}").read().decode())
import socket
try:
    socket.create_server(("127.0.0.1", 8025))
except OSError as error:
    print(error.errno == 98)
"""
    played = play_toy(source, level, services=web_service)
    assert played.printed.splitlines() == ["de fora"] * 3 + ["True"]
    assert played.asked() == ["/vez/0", "/vez/1", "/vez/2"]


def test_a_port_that_another_program_has_is_waited_for_and_blamed_on_nobody(
    play_toy: Callable[..., Any],
    web_service: Callable[[], list[WebService]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a network of its own two gradings at the same time want the same ports."""
    source = "import urllib.request\nprint(urllib.request.urlopen('http://127.0.0.1:8025/').read().decode())"
    with socket.create_server(("127.0.0.1", 8025)) as another:
        with monkeypatch.context() as hurried:
            hurried.setattr(stages, "BUSY_SECONDS", 0.5)
            with pytest.raises(stages.BusyPortError, match="outro programa ocupa a porta 8025 desta máquina"):
                play_toy(source, Level.PLAIN, services=web_service)
        letting_go = threading.Timer(2, another.close)
        letting_go.start()
        played = play_toy(source, Level.PLAIN, services=web_service)
    assert not letting_go.is_alive()
    assert played.printed == "de fora\n"
    assert played.evidence.notes == ()
