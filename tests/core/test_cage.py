"""What a script can and cannot do on the real stage, caged and plain."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.model.evidence import Outcome
from autograder.run.play import ATTEMPTS
from autograder.run.stage import Stage, StageError
from autograder.sandbox.cage import PACKAGE, Cage
from autograder.sandbox.level import NOBODY, Level
from autograder.sandbox.probe import level_of, probe

ROOT = Path(__file__).resolve().parents[2]


def said(played: Any) -> Any:
    """What the script printed as JSON."""
    assert played.step.outcome is Outcome.OK, (played.step.detail, played.step.output)
    return json.loads(played.printed)


def test_a_script_that_works_leaves_its_effects(play_toy: Callable[..., Any], level: Level) -> None:
    played = play_toy("import os; open(os.environ['MUNDO'] + '/saida/a.txt', 'w').write('olá')", level)
    assert played.step.outcome is Outcome.OK
    assert played.step.files["saida/a.txt"].text == "olá"
    assert played.evidence.level == level.value


def test_rights(play_toy: Callable[..., Any], caged: Level) -> None:
    source = """
import json, os
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
print(json.dumps({
    "uids": os.getresuid(), "gids": os.getresgid(), "groups": os.getgroups(),
    "caps": [status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "no_new_privs": status["NoNewPrivs"].strip(),
}))
"""
    seen = said(play_toy(source, caged))
    user = NOBODY if probe().as_root else os.getuid()
    assert seen["uids"] == [user] * 3
    assert seen["groups"] in ([], seen["gids"][:1]) or not probe().as_root
    assert {int(text, 16) for text in seen["caps"]} == {0}
    assert seen["no_new_privs"] == "1"


def test_no_way_back_to_root(play_toy: Callable[..., Any], caged: Level) -> None:
    source = """
import json, os
def refused(call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        return type(error).__name__
    return "allowed"
print(json.dumps([
    refused(os.setuid, 0), refused(os.setgid, 0), refused(os.chroot, "/mundo"),
    refused(os.chown, "/mundo/saida", 0, 0), refused(os.mknod, "/mundo/disco", 0o60600, os.makedev(8, 0)),
]))
"""
    # Without a user 0 in there the kernel calls the number itself invalid.
    assert set(said(play_toy(source, caged))) <= {"PermissionError", "OSError"}


def test_no_network(play_toy: Callable[..., Any], caged: Level) -> None:
    """A socket that listens right here cannot be reached, over TCP, UDP or its abstract name."""
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as abstract,
    ):
        udp.bind(("127.0.0.1", 0))
        abstract.bind(f"\0curso-teste-{os.getpid()}")
        abstract.listen()
        for receiver in (tcp, udp, abstract):
            receiver.settimeout(0.3)
        # The test itself reaches it: what fails inside fails because of the cage.
        with socket.create_connection(tcp.getsockname(), timeout=2):
            tcp.accept()[0].close()
        source = f"""
import json, socket
def attempt(family, kind, address):
    try:
        with socket.socket(family, kind) as client:
            client.settimeout(2)
            client.connect(address)
            client.send(b"alguem")
    except OSError as error:
        return type(error).__name__
    return "sent"
print(json.dumps([
    attempt(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", {tcp.getsockname()[1]})),
    attempt(socket.AF_UNIX, socket.SOCK_STREAM, "\\0curso-teste-{os.getpid()}"),
    attempt(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", {udp.getsockname()[1]})),
    attempt(socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 80)),
]))
"""
        seen = said(play_toy(source, caged))
        assert "sent" not in (seen[0], seen[1], seen[3])
        with pytest.raises(TimeoutError):
            udp.recv(100)


def test_what_cannot_be_read(play_toy: Callable[..., Any], caged: Level, tmp_path: Path) -> None:
    """Graders, answers, tests, the judge, homes, other runs' folders: not there, or not readable."""
    other_run = tmp_path / "curso-outra" / "entrega"
    other_run.mkdir(parents=True)
    (other_run / "pipeline.py").write_text("de outra pessoa", encoding="utf-8")
    forbidden = [
        ROOT / "autograder" / "graders",
        ROOT / "solutions",
        ROOT / "tests",
        ROOT / ".git",
        PACKAGE / "judge" / "verdicts.py",
        Path("/curso/autograder/judge"),
        Path("/curso/autograder/graders"),
        Path("/etc/shadow"),
        Path("/etc/hostname"),
        Path("/home"),
        Path("/var"),
        Path("/sys"),
        Path("/root/.bashrc"),
        Path("/root/.ssh"),
        Path("/root/.cache"),
        other_run / "pipeline.py",
        tmp_path,
    ]
    assert all(path.exists() for path in forbidden[:5])
    # On the way to the interpreter a folder is there, with nothing in it but the next one.
    way = {*Path(sys.prefix).parents, *Path(sys.base_prefix).parents}
    forbidden = [path for path in forbidden if path not in way]
    source = f"""
import json, os
def readable(path):
    try:
        return os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(20).decode("latin-1")
    except OSError:
        return None
print(json.dumps({{path: readable(path) for path in {[str(p) for p in forbidden]!r}}}))
"""
    seen = said(play_toy(source, caged))
    assert {path: what for path, what in seen.items() if what} == {}


def test_it_cannot_see_what_runs_outside(play_toy: Callable[..., Any], caged: Level) -> None:
    source = """
import json, os
processes = {}
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        processes[pid] = open(f"/proc/{pid}/cmdline").read().replace("\\0", " ")
    except OSError as error:
        processes[pid] = type(error).__name__
print(json.dumps(processes))
"""
    lines = said(play_toy(source, caged))
    assert 2 <= len(lines) <= 4  # bwrap's own init, the stage, this child
    assert not [line for line in lines.values() if "-m pytest" in line]


def test_the_submission_and_the_libraries_are_read_only(play_toy: Callable[..., Any], caged: Level) -> None:
    source = f"""
import json, os
def write(path):
    try:
        with open(path, "a") as file:
            file.write("# mudei")
    except OSError as error:
        return type(error).__name__
    return "written"
def remove(path):
    try:
        os.unlink(path)
    except OSError as error:
        return type(error).__name__
    return "removed"
print(json.dumps([
    write("/entrega/pipeline.py"), write("/entrega/novo.py"), remove("/entrega/pipeline.py"),
    write("/curso/autograder/run/inside/child.py"), write("/curso/autograder/novo.py"), write("/novo"),
    write({os.__file__!r}), write("/usr/bin/env"), write("/etc/passwd"),
]))
"""
    seen = said(play_toy(source, caged))
    assert set(seen) <= {"OSError", "PermissionError"}
    assert len(seen) == 9


def test_the_submission_cannot_be_changed_for_the_next_step(
    play_toy: Callable[..., Any], caged: Level
) -> None:
    source = """
import os
try:
    os.chmod("/entrega/pipeline.py", 0o666)
except OSError:
    pass
try:
    open("/entrega/pipeline.py", "w").write("print('trocado')")
except OSError:
    print("original")
"""
    played = play_toy(source, caged, steps=2)
    assert played.evidence.steps["mundo/execução1"].output == {"": "original\n"}


def test_the_environment_is_clean(
    play_toy: Callable[..., Any], level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CURSO_GRADERS", "PYTHONSTARTUP", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "LD_PRELOAD_X"):
        monkeypatch.setenv(name, "segredo-do-corretor")
    seen = said(play_toy("import json, os; print(json.dumps(dict(os.environ)))", level))
    assert "segredo-do-corretor" not in seen.values()
    known = {
        "PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "LANG", "TZ", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE",
        "PYTHONNOUSERSITE", "PYTHONSAFEPATH", "MUNDO", "PWD", "LC_CTYPE", "__CF_USER_TEXT_ENCODING",
    }  # fmt: skip
    assert set(seen) <= known
    assert seen["USER"] == "estudante"


def test_the_stages_own_memory_and_pipes_are_out_of_reach(play_toy: Callable[..., Any], caged: Level) -> None:
    """Through /proc a child could write the stage's answers for it."""
    source = """
import json, os
stage = os.getppid()
def attempt(path, mode):
    try:
        descriptor = os.open(path, mode)
    except OSError as error:
        return type(error).__name__
    os.close(descriptor)
    return "opened"
found = {}
try:
    for name in os.listdir(f"/proc/{stage}/fd"):
        found[name] = attempt(f"/proc/{stage}/fd/{name}", os.O_WRONLY | os.O_NONBLOCK)
except OSError as error:
    found["fd"] = type(error).__name__
found["mem"] = attempt(f"/proc/{stage}/mem", os.O_RDWR)
found["environ"] = attempt(f"/proc/{stage}/environ", os.O_RDONLY)
print(json.dumps(found))
"""
    seen = said(play_toy(source, caged))
    assert "opened" not in seen.values(), seen


def test_its_own_descriptors_are_its_pipes_and_nothing_else(
    play_toy: Callable[..., Any], level: Level
) -> None:
    source = """
import json, os, stat
kinds = []
for name in os.listdir("/dev/fd"):
    try:
        status = os.fstat(int(name))
    except OSError:
        continue  # the listing's own
    kinds.append((int(name), "fifo" if stat.S_ISFIFO(status.st_mode) else oct(stat.S_IFMT(status.st_mode))))
print(json.dumps(sorted(kinds)))
"""
    kinds = dict(map(tuple, said(play_toy(source, level))))
    fifos = [number for number, kind in kinds.items() if kind == "fifo"]
    # 1 and 2 are the output, one more is the evidence; the protocol with the grader is not there.
    assert len(fifos) == 3
    assert {1, 2} < set(fifos)
    assert {kind for number, kind in kinds.items() if number not in fifos} == {"0o20000"}  # /dev/null


@pytest.mark.parametrize("how", ["double fork", "nohup"])
def test_no_daemon_outlives_its_step(play_toy: Callable[..., Any], caged: Level, how: str) -> None:
    """The effects are read when nobody can change them any more."""
    start = (
        """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for descriptor in range(3, 64):
            try: os.close(descriptor)
            except OSError: pass
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        tick()
    os._exit(0)
os.wait()
"""
        if how == "double fork"
        else """
import subprocess
subprocess.Popen(["/bin/sh", "-c", f"trap '' TERM HUP; while true; do echo x >> {path}; sleep 0.05; done"],
                 start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
"""
    )
    source = f"""
import os, signal, time
path = os.environ["MUNDO"] + "/saida/batidas.txt"
if not os.path.exists(path):
    def tick():
        while True:
            with open(path, "a") as file:
                file.write("x\\n")
            time.sleep(0.05)
    {start.strip().replace(chr(10), chr(10) + "    ")}
    while not (os.path.exists(path) and os.path.getsize(path)):
        time.sleep(0.01)
else:
    before = os.path.getsize(path)
    time.sleep(0.5)
    print("alive" if os.path.getsize(path) != before else "dead")
"""
    played = play_toy(source, caged, steps=2)
    assert played.step.files["saida/batidas.txt"].size > 0
    assert played.evidence.steps["mundo/execução1"].output == {"": "dead\n"}


def test_a_child_that_kills_the_stage_has_died(play_toy: Callable[..., Any], level: Level) -> None:
    source = """
import os, signal
try:
    os.kill(os.getppid(), signal.SIGKILL)
except PermissionError:
    pass  # Landlock
"""
    played = play_toy(source, level)
    if level.nested or (level.caged and not probe().as_root):
        # What forked it is the first process in there: no other one can kill it.
        assert played.step.outcome is Outcome.OK
    else:
        assert played.step.outcome is Outcome.DIED
        assert played.step.run is None


def test_after_the_stage_was_killed_the_scenario_is_played_again_from_the_beginning(
    play_toy: Callable[..., Any], tmp_path: Path
) -> None:
    source = f"""
import os, signal
with open(os.environ["MUNDO"] + "/saida/vez.txt", "a") as file:
    file.write("x")
try:
    open({str(tmp_path / "segunda")!r}, "x")
except FileExistsError:
    pass
else:
    os.kill(os.getppid(), signal.SIGKILL)
"""
    played = play_toy(source, Level.PLAIN, steps=2)
    assert [step.outcome for step in played.evidence.steps.values()] == [Outcome.OK] * 3
    assert played.step.files["saida/vez.txt"].text == "x"  # nothing of the first try is left


def test_a_run_that_was_killed_is_played_again_until_it_is_believed(
    play_toy: Callable[..., Any], tmp_path: Path
) -> None:
    """Whoever needs the memory kills too: that must cost nobody a point, and a suicide nobody's patience."""
    kills = """
import os, signal
with open({turns!r}, "a") as turns:
    turns.write("x")
if os.path.getsize({turns!r}) <= {times}:
    os.kill(os.getpid(), signal.SIGKILL)
"""
    turns = tmp_path / "vezes"
    played = play_toy(kills.format(turns=str(turns), times=ATTEMPTS - 1), Level.PLAIN)
    assert played.step.outcome is Outcome.OK
    turns.unlink()
    played = play_toy(kills.format(turns=str(turns), times=99), Level.PLAIN, steps=2)
    assert [step.outcome for step in played.evidence.steps.values()] == [
        Outcome.OK,
        Outcome.DIED,
        Outcome.DIED,
    ]
    assert len(turns.read_text(encoding="utf-8")) == ATTEMPTS + 1, "once believed, it is not asked again"


def test_a_stage_that_no_submission_reaches_is_the_graders_own_fault(
    play_toy: Callable[..., Any], level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(self: Stage, *asked: Any) -> dict[str, Any]:
        raise StageError("o palco terminou antes da hora")

    play_toy("pass", level)
    monkeypatch.setattr(Stage, "play", fall)
    if level.nested:
        with pytest.raises(StageError):
            play_toy("pass", level)
    else:
        assert play_toy("pass", level).evidence.steps["mundo/carga"].outcome is Outcome.DIED


def test_who_kills_the_stage_each_time_is_not_run_again(play_toy: Callable[..., Any]) -> None:
    played = play_toy("import os, signal; os.kill(os.getppid(), signal.SIGKILL)", Level.PLAIN, steps=3)
    outcomes = [step.outcome for step in played.evidence.steps.values()]
    assert outcomes == [Outcome.OK, Outcome.DIED, Outcome.NOT_PLAYED, Outcome.NOT_PLAYED]


def test_links_in_the_world_are_not_followed_when_it_is_cleaned(
    play_toy: Callable[..., Any], level: Level, tmp_path: Path
) -> None:
    victim = tmp_path / "vitima"
    victim.mkdir()
    (victim / "precioso.txt").write_text("intacto", encoding="utf-8")
    victim.chmod(0o755)
    source = f"""
import os
world = os.environ["MUNDO"]
os.symlink({str(victim)!r}, world + "/pasta")
os.symlink({str(victim / "precioso.txt")!r}, world + "/arquivo")
os.symlink({str(victim)!r}, world + "/saida/pasta")
os.makedirs(world + "/trancada/dentro")
os.symlink({str(victim)!r}, world + "/trancada/dentro/pasta")
os.symlink({str(victim)!r}, world + "/trancada/pasta")
os.symlink({str(victim)!r}, os.environ["HOME"] + "/pasta")
os.chmod(world + "/trancada/dentro", 0)
os.chmod(world + "/trancada", 0)
"""
    played = play_toy(source, level)
    assert played.step.outcome is Outcome.OK
    assert (victim / "precioso.txt").read_text(encoding="utf-8") == "intacto"
    assert victim.stat().st_mode & 0o777 == 0o755
    assert "saida/pasta/precioso.txt" not in played.step.files


def test_a_locked_or_missing_world_is_no_fault_of_the_grader(
    play_toy: Callable[..., Any], level: Level
) -> None:
    source = """
import os, shutil
world = os.environ["MUNDO"]
os.chmod(world + "/saida", 0)
os.chmod(world, 0)
"""
    played = play_toy(source, level)
    assert played.step.outcome is Outcome.OK


def test_names_that_are_no_text_are_no_fault_of_the_grader(
    play_toy: Callable[..., Any], level: Level
) -> None:
    source = """
import os
folder = os.fsencode(os.environ["MUNDO"]) + b"/saida/"
for name in (b"\\xff\\xfe.txt", b"\\xed\\xa0\\x80.txt", b"nova\\nlinha.txt", b"normal.txt"):
    with open(folder + name, "w") as file:
        file.write("x")
"""
    played = play_toy(source, level)
    assert played.step.outcome is Outcome.OK
    assert played.step.files["saida/normal.txt"].text == "x"
    assert played.evidence.model_dump_json()


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        (r'{"raised": "\ud800"}', Outcome.DIED),
        (r'{"fault": "\udfff"}', Outcome.FAULT),
        (r'{"at": "na task \ud800"}', Outcome.DIED),
        ('{"report": {"state": "success"}}', Outcome.MALFORMED),
        ('{"report": [1, 2]}', Outcome.MALFORMED),
        ('{"report": "success"}', Outcome.MALFORMED),
        ('{"report": {"state": "success", "logical_date": "", "tasks": [], "points": 100}}', Outcome.MALFORMED),
        ("[" * 300_000, Outcome.DIED),
        ('{"report": ' + '{"a":' * 940 + "1" + "}" * 941, None),
        ('{"report": ' + "[" * 980 + "]" * 980 + "}", None),
        ("1" * 500_000, Outcome.DIED),
        ("\\x00\\xff\\xfe", Outcome.DIED),
        ("null", Outcome.DIED),
    ],
    ids=[
        "surrogate raised", "surrogate fault", "surrogate place", "short report",
        "list report", "text report", "report with more", "deep", "deep object", "deep list", "huge number",
        "binary", "null",
    ],
)  # fmt: skip
def test_forged_evidence(
    play_toy: Callable[..., Any], caged: Level, payload: str, outcome: Outcome | None
) -> None:
    """Whatever is written in the evidence pipe, the grader goes on and nothing of it counts as a run."""
    write = f"{payload!r}.encode() + b'\\n'" if "\\x" not in payload else "b'\\x00\\xff\\xfe\\n'"
    source = f"""
import os, stat
output = os.fstat(1).st_ino
for descriptor in range(3, 64):
    try:
        status = os.fstat(descriptor)
    except OSError:
        continue
    if stat.S_ISFIFO(status.st_mode) and status.st_ino != output:
        left = {write}
        while left:
            left = left[os.write(descriptor, left):]
os._exit(0)
"""
    started = time.monotonic()
    played = play_toy(source, caged)
    assert played.step.run is None
    assert played.step.outcome is outcome or (outcome is None and played.step.outcome is not Outcome.OK)
    assert played.evidence.model_dump_json()
    assert time.monotonic() - started < 10


def test_a_report_with_half_a_character_can_still_be_kept(play_toy: Callable[..., Any], level: Level) -> None:
    played = play_toy("report['state'] = 'quase \\ud83d'; print('\\U0001f600')", level)
    assert played.step.run.state == "quase ?"
    assert played.printed == "\U0001f600\n"
    assert played.evidence.model_dump_json()


def test_a_stopped_stage_is_replaced_and_its_child_dies(
    play_toy: Callable[..., Any], level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that freezes the stage gains no time in a world that is already being read."""
    from autograder.run import stage

    monkeypatch.setattr(stage, "GRACE_SECONDS", 0.5)
    source = """
import os, signal, time
path = os.environ["MUNDO"] + "/saida/vez.txt"
with open(path, "a") as file:
    file.write("x")
if os.path.getsize(path) == 1:
    os.kill(os.getppid(), signal.SIGSTOP)
    time.sleep(3)
    with open(path, "a") as file:
        file.write("zumbi")
else:
    time.sleep(4)
"""
    played = play_toy(source, level, wall_seconds=1.0)
    seen = played.step.files.get("saida/vez.txt")
    assert seen is None or "zumbi" not in (seen.text or "")
    assert played.step.outcome is not Outcome.OK


def test_a_killed_stage_takes_its_child_along(toy_adapter: None, tmp_path: Path, level: Level) -> None:
    """As when a person interrupts a check: nothing goes on running behind their back."""
    from autograder.run.stage import ColdStage, StageError
    from autograder.sandbox.cage import Cage

    scratch = tmp_path / "palco"
    (scratch / "x").mkdir(parents=True)
    cage = Cage(scratch, level)
    room = cage.room(scratch / "x", "mundo")
    (room.submission / "p.py").write_text(
        "import os, time\nopen(os.environ['MUNDO'] + '/pid', 'w').write('x')\ntime.sleep(60)\n",
        encoding="utf-8",
    )
    cage.hand_over(room.world)
    with ColdStage(cage, "toy", {}) as stage:
        family = {p.pid: p for p in psutil.Process().children(recursive=True)}
        request = {
            "job": "run",
            "arguments": {"file": str(cage.inside.submission / "p.py")},
            "environment": {"MUNDO": str(cage.inside.world)},
            "limits": {
                "wall_seconds": 60,
                "memory_mb": 500,
                "output_mb": 1,
                "file_mb": 1,
                "disk_mb": 9,
                "evidence_mb": 1,
            },
            "room": room.address,
        }
        ended: list[str] = []

        def ask() -> None:
            try:
                stage.play(request)
            except (StageError, ValueError, OSError) as error:
                ended.append(type(error).__name__)

        asking = threading.Thread(target=ask)
        asking.start()
        deadline = time.monotonic() + 60
        while not (room.world / "pid").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        grown = [p for p in psutil.Process().children(recursive=True) if p.pid not in family]
        assert grown
        stage._process.send_signal(signal.SIGKILL)
        asking.join(10)
    assert ended
    gone, alive = psutil.wait_procs(grown, timeout=30)
    assert len(gone) == len(grown)
    assert not alive


def test_plain_level_says_so_in_portuguese() -> None:
    assert Level.PLAIN.value == "autoavaliação, sem isolamento"


@pytest.mark.parametrize(
    ("found", "level", "words"),
    [
        ({"nested": True, "landlock": True, "why": ""}, Level.CAGE, "só seus"),
        ({"nested": True, "landlock": False, "why": "sem Landlock"}, Level.UNLOCKED, "(sem Landlock)"),
        (
            {"nested": False, "landlock": False, "why": "unshare: proibido"},
            Level.SHARED,
            "(unshare: proibido)",
        ),
    ],
)
def test_the_trial_decides_the_level(found: dict[str, object], level: Level, words: str) -> None:
    reached, reason = level_of(found)
    assert reached is level
    assert words in reason


def test_levels_are_in_order() -> None:
    for number, level in enumerate(Level):
        assert [level.reaches(other) for other in Level] == [False] * number + [True] * (4 - number)
    assert [level.nested for level in Level] == [True, True, False, False]
    assert [level.caged for level in Level] == [True, True, True, False]


def test_probe_gives_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil as sh

    probe.cache_clear()
    try:
        monkeypatch.setattr(sh, "which", lambda name: None)
        found = probe()
        if sys.platform == "linux":
            assert found.level is Level.PLAIN
            assert "sudo apt install bubblewrap" in found.reason
    finally:
        probe.cache_clear()


COURSE_UNDER_TMP = """
import json, os, sys
sys.path.insert(0, "/curso")
from autograder.run.inside import nest
os.makedirs("/tmp/curso/.venv/lib")
open("/tmp/curso/.venv/lib/airflow.py", "w").close()
open("/tmp/de-outra-entrega", "w").close()
sys.prefix = "/tmp/curso/.venv"
nest.separate()
reading, writing = os.pipe()
if os.fork() == 0:
    nest.furnish({})
    try:
        open("/tmp/curso/.venv/lib/airflow.py", "w")
        wrote = True
    except OSError:
        wrote = False
    os.write(writing, json.dumps([os.listdir("/tmp"), os.listdir("/tmp/curso/.venv/lib"), wrote]).encode())
    os._exit(0)
os.wait()
print(os.read(reading, 1000).decode())
"""


def test_a_course_under_tmp_keeps_its_libraries_in_every_run(caged: Level, tmp_path: Path) -> None:
    """Each run gets an empty /tmp: what it still has to import lies below."""
    own = Cage(tmp_path, caged)
    command = own.command([sys.executable, "-c", COURSE_UNDER_TMP], own.environment())
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [["curso"], ["airflow.py"], False]
