"""One disposable child: how every way of ending is told, and what may not be left behind.

Each script is played by `toy/one_step.py` in a process of its own, on any system that can fork.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.run.inside.child import MAX_PATIENCE, TAIL_BYTES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

Play = Callable[..., dict[str, Any]]

linux = pytest.mark.skipif(sys.platform != "linux", reason="usa recursos do Linux")


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Plays a script and gives the answer; nothing of the step may be left in the process that played it."""

    def run(source: str, **limits: float) -> dict[str, Any]:
        script = tmp_path / "pipeline.py"
        script.write_text(source, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, HERE / "toy" / "one_step.py", script, json.dumps(limits)],
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "SEGREDO": "do palco"},
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert document["left"] == {"descriptors": 0, "children": []}
        return document["answer"]

    return run


def test_ok(play: Play) -> None:
    answer = play("print('olá')\nreport['state'] = 'failed'")
    assert answer["outcome"] == "ok"
    assert answer["report"]["state"] == "failed"
    assert answer["output"] == {"": "olá\n"}
    assert answer["detail"] == ""
    assert 0 < answer["seconds"] < 10


def test_the_steps_environment_reaches_the_child_only(play: Play) -> None:
    assert play("import os; print(os.environ['TOY'])")["output"] == {"": "brinquedo\n"}


def test_limits_are_set_before_the_students_code(play: Play) -> None:
    source = """
import json, resource
print(json.dumps([resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in ("CORE", "NOFILE", "FSIZE")]))
"""
    answer = play(source, file_mb=3)
    assert json.loads(answer["output"][""]) == [[0, 0], [512, 512], [3 << 20, 3 << 20]]


# --- ways of ending ----------------------------------------------------------------------------------


def test_endless_loop_times_out(play: Play) -> None:
    answer = play("print('começo', flush=True)\nwhile True: pass", wall_seconds=1.0)
    assert answer["outcome"] == "timed_out"
    assert answer["report"] is None
    assert answer["output"] == {"": "começo\n"}
    assert 1.0 <= answer["seconds"] < MAX_PATIENCE + 3


@linux
def test_the_clock_stands_still_while_others_have_the_core(play: Play) -> None:
    """A machine that is too busy is no mistake of the student's."""
    core = min(os.sched_getaffinity(0))
    pinned = f"import os, time\nos.sched_setaffinity(0, {{{core}}})\n"
    busy = [sys.executable, "-c", f"{pinned}while True: pass"]
    others = [subprocess.Popen(busy, start_new_session=True) for _ in range(2)]
    try:
        answer = play(f"{pinned}while time.process_time() < 0.8: pass", wall_seconds=1.0)
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert answer["outcome"] == "ok"
    assert answer["seconds"] > 1.0, "it was over the clock on the wall"


@linux
def test_nobody_stops_the_clock_for_ever(play: Play) -> None:
    """Who fills a core with processes of their own waits for it too, and gets no more than the ceiling."""
    source = f"""
import os
os.sched_setaffinity(0, {{{min(os.sched_getaffinity(0))}}})
for _ in range(5): os.fork() or exec("while True: pass")
while True: pass
"""
    answer = play(source, wall_seconds=1.0)
    assert answer["outcome"] == "timed_out"
    assert 1.0 < answer["seconds"] < MAX_PATIENCE + 3


def test_sleep_times_out_and_sigterm_is_no_shield(play: Play) -> None:
    source = """
import signal, time
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
time.sleep(60)
"""
    answer = play(source, wall_seconds=1.0)
    assert answer["outcome"] == "timed_out"
    assert answer["seconds"] < MAX_PATIENCE + 3


def test_the_place_is_told(play: Play) -> None:
    answer = play("tell({'at': 'na task carregar'})\nwhile True: pass", wall_seconds=0.5)
    assert answer["at"] == "na task carregar"


def test_the_last_place_counts(play: Play) -> None:
    answer = play(
        "import os\ntell({'at': 'ao carregar'}); tell({'at': 'na task b'}); tell({'x': 1}); os._exit(1)"
    )
    assert (answer["outcome"], answer["at"]) == ("died", "na task b")


@pytest.mark.parametrize("code", [0, 1, 100])
def test_leaving_by_the_back_door_is_death(play: Play, code: int) -> None:
    answer = play(f"import os; os._exit({code})")
    assert (answer["outcome"], answer["report"]) == ("died", None)
    assert answer["detail"] == "o processo saiu sem terminar"


@pytest.mark.parametrize(("name", "number"), [("SIGKILL", 9), ("SIGSEGV", 11), ("SIGABRT", 6)])
def test_a_signal_is_named(play: Play, name: str, number: int) -> None:
    answer = play(f"import os, signal; os.kill(os.getpid(), signal.{name})")
    assert answer["outcome"] == "died"
    assert answer["detail"] == f"sinal {number}"


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import sys; sys.exit('chega')", "SystemExit: chega"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
        ("class Mine(BaseException): pass\nraise Mine('x')", "Mine: x"),
        ("import asyncio; raise asyncio.CancelledError('c')", "CancelledError: c"),
    ],
)
def test_what_is_no_ordinary_exception_is_death(play: Play, statement: str, detail: str) -> None:
    answer = play(statement)
    assert (answer["outcome"], answer["detail"], answer["report"]) == ("died", detail, None)


def test_an_ordinary_exception_out_here_is_the_adapters_own(play: Play) -> None:
    """A real adapter catches what student code raises."""
    answer = play("raise RuntimeError('defeito do adaptador')")
    assert (answer["outcome"], answer["detail"]) == ("fault", "RuntimeError: defeito do adaptador")


def test_an_exception_that_cannot_be_shown(play: Play) -> None:
    answer = play("class Mine(Exception):\n    def __str__(self): raise RuntimeError\nraise Mine")
    assert answer["outcome"] == "died"
    assert answer["report"] is None


def test_a_killed_group_takes_nobody_else_along(play: Play) -> None:
    assert play("import os, signal; os.kill(0, signal.SIGKILL)")["detail"] == "sinal 9"
    assert play("import os, signal; os.killpg(os.getpgrp(), signal.SIGKILL)")["detail"] == "sinal 9"


def test_a_thread_or_an_exit_handler_cannot_hold_the_child(play: Play) -> None:
    source = """
import atexit, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
atexit.register(time.sleep, 60)
"""
    answer = play(source, wall_seconds=10.0)
    assert answer["outcome"] == "ok"
    assert answer["seconds"] < 9


# --- output ------------------------------------------------------------------------------------------


def test_a_flood_is_stopped(play: Play) -> None:
    answer = play("import os\nwhile True: os.write(1, b'lixo ' * 10_000 + b'\\n')", output_mb=1)
    assert answer["outcome"] == "flooded"
    assert answer["report"] is None
    assert sum(map(len, answer["output"].values())) <= TAIL_BYTES
    assert answer["seconds"] < 10


def test_a_flood_without_a_newline_is_stopped(play: Play) -> None:
    answer = play("import os\nwhile True: os.write(2, b'x' * 65536)", output_mb=1)
    assert answer["outcome"] == "flooded"
    assert sum(map(len, answer["output"].values())) <= TAIL_BYTES


def test_a_flood_at_the_very_end_is_still_one(play: Play) -> None:
    assert play("import sys; sys.stdout.write('x' * 3_000_000)", output_mb=1)["outcome"] == "flooded"


def test_below_the_limit_the_end_is_kept(play: Play) -> None:
    answer = play("for n in range(20_000): print('linha', n)", output_mb=1)
    assert answer["outcome"] == "ok"
    assert answer["output"][""].endswith("linha 19998\nlinha 19999\n")
    assert len(answer["output"][""]) <= TAIL_BYTES


def test_the_last_line_needs_no_newline(play: Play) -> None:
    assert play("print('sem fim', end='')")["output"] == {"": "sem fim\n"}


def test_both_streams_and_programs_are_heard_in_order(play: Play) -> None:
    source = """
import os, subprocess, sys
print("um", flush=True)
print("dois", file=sys.stderr, flush=True)
subprocess.run([sys.executable, "-c", "print('tres')"])
os.write(1, b"quatro\\n")
"""
    assert play(source)["output"] == {"": "um\ndois\ntres\nquatro\n"}


def test_output_that_is_no_text(play: Play) -> None:
    assert play("import os; os.write(1, b'\\xff\\xfe ok\\n')")["output"] == {"": "\ufffd\ufffd ok\n"}


def test_tails_are_kept_per_task(play: Play) -> None:
    source = r"""
import os
def say(mark):
    os.write(1, b"\x1e" + mark + b"\n")
print("antes", flush=True)
say(b"a"); print("de a", flush=True)
say(b"b"); os.write(1, b"y" * 50_000 + b"\nfim de b\n")
say(b"a"); print("de novo a", flush=True)
say(b""); print("fora", flush=True)
"""
    output = play(source)["output"]
    assert output["a"] == "de a\nde novo a\n"
    assert output["b"].endswith("y\nfim de b\n")
    assert len(output["b"]) <= TAIL_BYTES
    assert output[""] == "antes\nfora\n"


def test_marks_without_end_do_not_fill_the_memory(play: Play) -> None:
    source = r"""
import os
for n in range(5_000):
    os.write(1, b"\x1etask-%d\nsaida\n" % n)
"""
    answer = play(source)
    assert answer["outcome"] == "ok"
    assert len(answer["output"]) <= 201


def test_closing_its_own_descriptors_is_no_pass(play: Play) -> None:
    answer = play("import os; os.closerange(0, 256)")
    assert answer["outcome"] == "died"
    assert answer["report"] is None


def test_closing_its_own_descriptors_does_not_stop_the_clock(play: Play) -> None:
    """With both pipes closed nothing is heard any more: the child must still end in time."""
    started = time.monotonic()
    answer = play("import os, time\nos.closerange(0, 256)\nwhile True: time.sleep(1)", wall_seconds=1.0)
    assert answer["outcome"] in ("timed_out", "died")
    assert answer["report"] is None
    assert time.monotonic() - started < 10


# --- memory ------------------------------------------------------------------------------------------


@linux
def test_memory_in_one_piece(play: Play) -> None:
    answer = play("x = bytearray(600 << 20)\nimport time; time.sleep(30)", memory_mb=200)
    assert answer["outcome"] == "out_of_memory"
    assert answer["report"] is None
    assert answer["seconds"] < 10


@linux
def test_memory_in_many_small_children(play: Play) -> None:
    source = """
import os, time
for _ in range(10):
    if os.fork() == 0:
        x = bytearray(50 << 20)
        time.sleep(30)
        os._exit(0)
time.sleep(30)
"""
    answer = play(source, memory_mb=300)
    assert answer["outcome"] == "out_of_memory"
    assert answer["seconds"] < 10


@linux
def test_memory_in_grandchildren_that_left_the_family(play: Play) -> None:
    source = """
import os, time
for _ in range(10):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            x = bytearray(50 << 20)
            time.sleep(30)
        os._exit(0)
    os.wait()
time.sleep(15)
"""
    answer = play(source, memory_mb=300, wall_seconds=10.0)
    assert answer["outcome"] == "out_of_memory"


@linux
def test_address_space_has_a_ceiling(play: Play) -> None:
    source = """
try:
    bytearray(6 << 30)
except MemoryError:
    print("negado")
"""
    assert play(source)["output"] == {"": "negado\n"}


def test_a_file_cannot_grow_beyond_its_limit(play: Play, tmp_path: Path) -> None:
    source = """
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with open("grande", "wb") as file:
        file.write(b"x" * (4 << 20))
except OSError as error:
    print(type(error).__name__)
"""
    assert play(source, file_mb=1)["output"] == {"": "OSError\n"}
    assert (tmp_path / "grande").stat().st_size <= 1 << 20


# --- evidence ----------------------------------------------------------------------------------------

FORGE = """
import json, os, stat
output = os.fstat(1).st_ino
for evidence in range(3, 64):
    try: status = os.fstat(evidence)
    except OSError: continue
    if stat.S_ISFIFO(status.st_mode) and status.st_ino != output: break
def forge(content):
    while content:
        content = content[os.write(evidence, content):]
"""


def test_the_forger_finds_the_pipe(play: Play) -> None:
    """What follows rests on this: a report can be forged from inside, and is only declared."""
    answer = play(FORGE + 'forge(b\'{"report": {"forged": 1}}\\n\'); os._exit(0)')
    assert (answer["outcome"], answer["report"]) == ("ok", {"forged": 1})


@pytest.mark.parametrize(
    "content",
    [
        'b\'{"report": {"half": \'',
        "b'lixo\\n' * 100",
        "b'\\xff\\x00\\n'",
        "b'[1]\\n\"x\"\\nnull\\n3\\n'",
        "b''",
    ],
)
def test_malformed_evidence_is_no_evidence(play: Play, content: str) -> None:
    answer = play(FORGE + f"forge({content}); os._exit(0)")
    assert (answer["outcome"], answer["report"]) == ("died", None)


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"report":['])
def test_evidence_too_deep_to_read_is_no_evidence(play: Play, opening: str) -> None:
    answer = play(FORGE + f"forge({opening.encode()!r} * 50_000 + b'\\n'); os._exit(0)")
    assert (answer["outcome"], answer["report"]) == ("died", None)


def test_noise_beside_a_report_does_not_hurt_it(play: Play) -> None:
    answer = play(FORGE + "forge(b'lixo\\n\\n[1, 2]\\n')")
    assert answer["outcome"] == "ok"
    assert answer["report"]["state"] == "success"


def test_oversized_evidence_is_malformed(play: Play) -> None:
    started = time.monotonic()
    answer = play(FORGE + "while True: forge(b'x' * 65536)", evidence_mb=1)
    assert (answer["outcome"], answer["report"]) == ("malformed", None)
    assert time.monotonic() - started < 10


def test_an_oversized_report_is_malformed(play: Play) -> None:
    answer = play("report['state'] = 'x' * (3 << 20)", evidence_mb=1)
    assert (answer["outcome"], answer["report"]) == ("malformed", None)


def test_of_two_reports_the_adapters_comes_last(play: Play) -> None:
    answer = play(FORGE + "forge(b'{\"report\": {\"forged\": 1}}\\n'); report['state'] = 'failed'")
    assert answer["report"]["state"] == "failed"


def test_a_forged_report_does_not_undo_a_timeout(play: Play) -> None:
    source = FORGE + 'forge(b\'{"report": {"forged": 1}}\\n\')\nwhile True: pass'
    answer = play(source, wall_seconds=1.0)
    assert (answer["outcome"], answer["report"]) == ("timed_out", None)


def test_text_that_json_cannot_say_is_replaced(play: Play) -> None:
    answer = play("raise SystemExit('\\ud800')")
    assert answer["outcome"] == "died"


# --- what is left behind -----------------------------------------------------------------------------


def is_dead(pid: int) -> bool:
    """Whoever adopted it may not have reaped it yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


DAEMON = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open("pid", "w").write(str(os.getpid()))
        {keep}
        time.sleep(60)
    os._exit(0)
os.wait()
while not (os.path.exists("pid") and os.path.getsize("pid")):
    time.sleep(0.01)
"""


@linux
@pytest.mark.parametrize("keep", ["pass", "os.closerange(0, 256)"], ids=["holds the pipes", "lets them go"])
def test_a_daemon_neither_holds_the_answer_nor_outlives_it(play: Play, tmp_path: Path, keep: str) -> None:
    answer = play(DAEMON.format(keep=keep), wall_seconds=10.0)
    assert answer["outcome"] == "ok"
    assert answer["seconds"] < 9
    assert is_dead(int((tmp_path / "pid").read_text()))


def test_children_in_the_family_are_killed_with_it(play: Play, tmp_path: Path) -> None:
    source = """
import os, subprocess, time
alive = subprocess.Popen(["sleep", "60"])
open("pid", "w").write(str(alive.pid))
while True: time.sleep(1)
"""
    assert play(source, wall_seconds=1.5)["outcome"] == "timed_out"
    assert is_dead(int((tmp_path / "pid").read_text()))


@linux
def test_a_fork_bomb_ends_with_its_step(play: Play, tmp_path: Path) -> None:
    """Bounded, so that a failure of this test does no harm: the processes keep replacing each other."""
    source = """
import os, time
end = time.monotonic() + 8
def breed():
    while time.monotonic() < end:
        if os.fork() == 0:
            os.setsid()
            continue
        time.sleep(0.02)
        os._exit(0)
for _ in range(8):
    if os.fork() == 0:
        breed()
        os._exit(0)
time.sleep(60)
"""
    answer = play(source, wall_seconds=1.0)
    assert answer["outcome"] == "timed_out"
    script = str(tmp_path / "pipeline.py")
    time.sleep(0.3)
    left = [p for p in psutil.process_iter(["cmdline"]) if script in (p.info["cmdline"] or [])]
    assert not left
