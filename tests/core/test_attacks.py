"""What a script tries against a warm stage and against whoever shares it. None gets anywhere, and the stage serves the next.

Both nested levels: what holds without Landlock must not lean on it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from autograder.model.evidence import Outcome
from autograder.run.adapters import ADAPTERS
from autograder.run.inside import calls, nest
from autograder.run.warm import warm_stage
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe

if TYPE_CHECKING:
    from autograder.run.services.web import WebService

Attack = Callable[..., Any]

ATTEMPT = """
import ctypes, json, os, signal, socket, time
libc = ctypes.CDLL(None, use_errno=True)
def attempt(call, *arguments):
    try:
        result = call(*arguments)
    except OSError as error:
        return type(error).__name__
    if isinstance(result, int) and result < 0 and ctypes.get_errno():
        return os.strerror(ctypes.get_errno())
    return "allowed"
"""


@pytest.fixture(params=[Level.CAGE, Level.UNLOCKED], ids=["cage", "unlocked"])
def attack(request: pytest.FixtureRequest, play_toy: Callable[..., Any], runtime: Path) -> Iterator[Attack]:
    """Plays an attack on a warm stage, which must serve the next one afterwards."""
    level: Level = request.param
    if not probe().level.reaches(level):
        pytest.skip(probe().reason)

    def run(source: str, **limits: Any) -> Any:
        return play_toy(ATTEMPT + source, level, warm=True, **limits)

    run.level = level
    yield run
    (keeper,) = [lock.read_text() for lock in runtime.glob("*/tranca")]
    after = play_toy("print('a próxima')", level, warm=True)
    assert (after.step.outcome, after.printed, after.evidence.notes) == (Outcome.OK, "a próxima\n", ())
    assert [lock.read_text() for lock in runtime.glob("*/tranca")] == [keeper]


def said(played: Any) -> Any:
    assert played.step.outcome is Outcome.OK, (played.step.detail, played.step.output)
    return json.loads(played.printed)


def test_it_sees_its_own_processes_and_nobody_elses(attack: Attack) -> None:
    source = """
print(json.dumps({pid: open(f"/proc/{pid}/stat").read().split()[3] for pid in os.listdir("/proc") if pid.isdigit()}))
"""
    seen = said(attack(source))
    assert set(seen) == {"1", "2"}  # who waits for it, and itself


def test_what_waits_for_it_can_be_neither_read_nor_stopped(attack: Attack) -> None:
    source = """
print(json.dumps([
    *(attempt(os.open, f"/proc/1/{name}", os.O_RDONLY) for name in ("mem", "environ", "maps")),
    attempt(os.listdir, "/proc/1/fd"), attempt(os.listdir, "/proc/1/root"),
    attempt(libc.ptrace, 16, 1, 0, 0),
]))
for number in set(signal.Signals) - {signal.SIGCHLD}:
    attempt(os.kill, 1, number)
"""
    assert "allowed" not in said(attack(source))


def test_another_submission_is_not_there(attack: Attack, runtime: Path) -> None:
    """Its folder lies beside ours on the same stage; its run goes on at the same time."""
    with warm_stage(ADAPTERS["toy"], attack.level) as stage:
        other = stage.cage.scratch / "curso-outra"
        other.mkdir()
        other.chmod(0o755)
        (other / "segredo.py").write_text("de outra pessoa", encoding="utf-8")
        source = """
found = []
for top in ("/palco", "/entrega", "/mundo", "/casa", "/tmp", "/modelo", "/proc/self/root/palco", "/proc/self/cwd/.."):
    for base, folders, files in os.walk(top, followlinks=False):
        found += [os.path.join(base, name) for name in files if "segredo" in name]
        if base.count("/") > 6: folders.clear()
print(json.dumps({
    "palco": os.listdir("/palco"), "found": found, "mounts": open("/proc/self/mountinfo").read().count("segredo"),
    "unmount": attempt(libc.umount2, b"/palco", 2), "write": attempt(os.mkdir, "/palco/x"),
    "link": attempt(os.listdir, "/palco/../palco/curso-outra"),
}))
"""
        seen = said(attack(source))
    assert seen == {
        "palco": [], "found": [], "mounts": 0, "unmount": "Operation not permitted",
        "write": seen["write"], "link": "FileNotFoundError",
    }  # fmt: skip
    assert seen["write"] in ("OSError", "PermissionError")


def test_no_new_rights(attack: Attack) -> None:
    source = """
NEW_USER, NEW_MOUNTS, NEW_NET = 0x10000000, 0x20000, 0x40000000
print(json.dumps([
    attempt(libc.unshare, NEW_USER), attempt(libc.unshare, NEW_USER | NEW_MOUNTS), attempt(libc.unshare, NEW_MOUNTS),
    attempt(libc.unshare, NEW_NET), attempt(libc.mount, b"tmpfs", b"/tmp", b"tmpfs", 0, None),
    attempt(libc.mount, None, b"/entrega", None, 32 | 4096, None), attempt(os.chroot, "/mundo"),
    attempt(libc.sethostname, b"x", 1), attempt(open, "/proc/sys/user/max_user_namespaces", "w"),
    attempt(open, "/proc/sys/kernel/core_pattern", "w"), attempt(open, "/proc/sysrq-trigger", "w"),
    attempt(os.setuid, 0), attempt(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1),
]))
"""
    assert "allowed" not in said(attack(source))


def test_it_writes_only_in_its_own_places(attack: Attack) -> None:
    source = """
places = ["/", "/dev", "/entrega", "/curso", "/usr", "/etc", "/proc", "/palco", "/modelo", os.path.dirname(os.__file__)]
own = ["/mundo", "/casa", "/tmp", "/dev/shm"]
print(json.dumps([[attempt(open, p + "/x", "w") for p in places], [attempt(open, p + "/x", "w") for p in own],
                  [attempt(open, p, "r+b") for p in ("/dev/null", "/dev/zero")]]))
"""
    foreign, own, devices = said(attack(source))
    assert "allowed" not in foreign
    assert set(own) == {"allowed"}
    assert set(devices) == {"allowed"}


def test_its_own_places_have_a_bottom(attack: Attack) -> None:
    source = """
def fill(place):
    written = 0
    try:
        for n in range(64):
            with open(f"{place}/{n}", "wb") as file:
                for _ in range(8):
                    written += file.write(b"x" * (1 << 20))
    except OSError as error:
        return error.strerror
    return "allowed"
print(json.dumps([fill("/tmp"), fill("/dev/shm"), fill("/casa")]))
"""
    assert said(attack(source)) == ["No space left on device"] * 3


@pytest.mark.parametrize(
    "write",
    ["open(f'/mundo/saida/{n}', 'wb').write(b'x' * (1 << 20))", "open(f'/mundo/saida/{n}', 'x')"],
    ids=["large files", "many files"],
)
def test_a_disk_that_is_filled(attack: Attack, write: str) -> None:
    played = attack(f"for n in range(200_000): {write}\ntime.sleep(30)", disk_mb=40, wall_seconds=25.0)
    assert played.step.outcome is Outcome.DISK_FULL
    assert played.step.seconds < 25


def test_kill_everyone(attack: Attack) -> None:
    for target in ("-1", "0", "-os.getpgrp()", "os.getppid()"):
        played = attack(f"""
try: os.kill({target}, signal.SIGKILL)
except OSError: pass
""")
        assert played.step.outcome in (Outcome.OK, Outcome.DIED)


def test_a_fork_bomb_hits_its_own_ceiling(attack: Attack) -> None:
    source = """
made = 0
try:
    for made in range(2_000):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
except BlockingIOError:
    print(made)
"""
    assert 200 <= int(attack(source, memory_mb=20_000, wall_seconds=20.0).printed) < 256


def test_a_fork_bomb_ends_with_its_step(attack: Attack, runtime: Path) -> None:
    source = """
while True:
    try:
        if os.fork() == 0:
            os.setsid()
    except BlockingIOError:
        pass
"""
    played = attack(source, wall_seconds=1.0)
    assert played.step.outcome in (Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY)
    (lock,) = runtime.glob("*/tranca")
    deadline = time.monotonic() + 30
    while len(left := inside(int(lock.read_text()))) > 1:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def inside(keeper: int) -> list[psutil.Process]:
    """What runs Python in the cage that this keeper looks after."""
    return [p for p in psutil.Process(keeper).children(recursive=True) if "python" in p.name()]


def test_memory_of_twenty_forks(attack: Attack) -> None:
    source = """
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            x = bytearray(40 << 20)
            time.sleep(30)
        os._exit(0)
time.sleep(30)
"""
    started = time.monotonic()
    assert attack(source, memory_mb=300).step.outcome is Outcome.OUT_OF_MEMORY
    assert time.monotonic() - started < 10


HOLD = {
    "no name": ("os.memfd_create('x')", Outcome.OUT_OF_MEMORY),
    "lost its name": ("nameless('/mundo/saida/x')", Outcome.DISK_FULL),
}


@pytest.mark.parametrize("how", HOLD)
def test_files_that_no_folder_shows_count_too(attack: Attack, how: str) -> None:
    make, outcome = HOLD[how]
    source = f"""
def nameless(path):
    made = os.open(path, os.O_RDWR | os.O_CREAT)
    os.unlink(path)
    return made
for _ in range(8):
    held = {make}
    for _ in range(15): os.write(held, b"x" * (1 << 20))
time.sleep(20)
"""
    assert attack(source, memory_mb=80, disk_mb=80).step.outcome is outcome


def test_a_segment_that_nobody_has_attached_counts_too(attack: Attack) -> None:
    source = """
libc.shmat.restype = ctypes.c_void_p
size = 20 << 20
for _ in range(8):
    at = libc.shmat(libc.shmget(0, size, 0o1600), None, 0)
    ctypes.memset(ctypes.c_void_p(at), 1, size)
    libc.shmdt(ctypes.c_void_p(at))
time.sleep(20)
"""
    assert attack(source, memory_mb=120).step.outcome is Outcome.OUT_OF_MEMORY


@pytest.mark.xfail(
    strict=True,
    reason="o que espera dentro de um socket é memória do kernel: sem um cgroup, só o número de descritores a limita",
)
def test_what_waits_in_sockets_counts_too(attack: Attack) -> None:
    source = """
held, waiting = [], 0
while waiting < 150 << 20 and len(held) < 240:
    held.append(socket.socketpair())
    for one in held[-1]:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        one.setblocking(False)
        try:
            while waiting < 150 << 20: waiting += one.send(b"x" * 65536)
        except BlockingIOError: pass
time.sleep(2)
"""
    assert attack(source, memory_mb=60).step.outcome is Outcome.OUT_OF_MEMORY


def test_a_thread_bomb_hits_its_own_ceiling(attack: Attack) -> None:
    source = """
import threading
made = 0
try:
    for made in range(2_000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
except RuntimeError:
    print(made, flush=True)
"""
    assert 200 <= int(attack(source, wall_seconds=20.0).printed) < 256


def test_nobody_uses_up_what_tells_of_changed_files(attack: Attack) -> None:
    """The kernel counts them per user, and who watches a world from outside may be that same user."""
    source = """
made = 0
while libc.inotify_init() >= 0: made += 1
print(made)
"""
    assert int(attack(source).printed) == nest.MAX_WATCHERS


def test_a_daemon_ends_with_its_step(attack: Attack) -> None:
    source = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        os.closerange(0, 256)
        while True:
            with open("/mundo/saida/batidas", "a") as file: file.write("x")
            time.sleep(0.01)
    os._exit(0)
os.wait()
while not os.path.exists("/mundo/saida/batidas"): time.sleep(0.01)
"""
    played = attack(source)
    assert played.step.outcome is Outcome.OK
    assert played.step.seconds < 14, "it did not wait for the clock"


def test_floods_and_ways_out(attack: Attack) -> None:
    pipe = """
import stat
for evidence in range(3, 64):
    try: status = os.fstat(evidence)
    except OSError: continue
    if stat.S_ISFIFO(status.st_mode): break
"""
    for source, outcome in (
        (pipe + "while True: os.write(evidence, b'x' * 65536)", Outcome.MALFORMED),
        (
            pipe + 'os.write(evidence, b\'{"report": {"state": "success"}}\\n\'); os._exit(0)',
            Outcome.MALFORMED,
        ),
        (pipe + 'os.write(evidence, b\'{"broken": 1, "status": 0}\\n\'); os._exit(0)', Outcome.DIED),
        ("while True: os.write(1, b'x' * 65536)", Outcome.FLOODED),
        ("os._exit(0)", Outcome.DIED),
        ("os.closerange(0, 1024)", Outcome.DIED),
        ("os.closerange(0, 1024)\nwhile True: time.sleep(1)", Outcome.DIED),
        (
            "signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))\nwhile True: pass",
            Outcome.TIMED_OUT,
        ),
    ):
        played = attack(source, wall_seconds=2.0, output_mb=1, evidence_mb=1)
        assert (played.step.outcome, played.step.run) == (outcome, None), source


def test_a_service_is_neither_taken_over_nor_starved(
    attack: Attack, web_service: Callable[[], list[WebService]]
) -> None:
    """It is served outside: whoever fills it with idle lines or noise, or wants its port, meets the same service."""
    source = """
import urllib.request
def taken(option):
    with socket.socket() as own:
        own.setsockopt(socket.SOL_SOCKET, option, 1)
        own.bind(("127.0.0.1", 8025))
        own.listen()
said = [attempt(taken, option) for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT)]
idle = [socket.create_connection(("127.0.0.1", 8025)) for _ in range(200)]
for line in idle[::2]:
    attempt(line.sendall, os.urandom(4_000))
said.append(urllib.request.urlopen("http://127.0.0.1:8025/depois", timeout=10).read().decode())
print(json.dumps(said))
"""
    played = attack(source, services=web_service)
    assert said(played) == ["OSError", "OSError", "de fora"]
    assert played.asked() == ["/depois"]


def test_no_word_gets_from_one_run_to_another(attack: Attack) -> None:
    """Shared memory, message queues and sockets of the kernel, besides files."""
    leave = """
key = 4242
print(json.dumps([attempt(libc.shmget, key, 4096, 0o1666), attempt(libc.msgget, key, 0o1666)]))
socket.socket(socket.AF_UNIX).bind("\\0curso-recado")
"""
    look = """
key = 4242
print(json.dumps([attempt(libc.shmget, key, 4096, 0), attempt(libc.msgget, key, 0),
                  attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0curso-recado"))]))
"""
    assert said(attack(leave)) == ["allowed", "allowed"]
    assert "allowed" not in said(attack(look))


SOCKETS = """
def family(name):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try: return socket.socket(getattr(socket, name), kind) and "allowed"
        except OSError as error: refused = error
    return refused.errno
"""


def test_no_socket_leads_out_of_the_network_namespace(attack: Attack) -> None:
    """AF_VSOCK would: it ends at whoever hosts the virtual machine."""
    source = (
        SOCKETS
        + """
families = ("AF_VSOCK", "AF_ALG", "AF_PACKET", "AF_CAN", "AF_TIPC", "AF_QIPCRTR")
own = ("AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK")
print(json.dumps([[family(name) for name in names if hasattr(socket, name)] for names in (families, own)]))
"""
    )
    others, own = said(attack(source))
    assert others
    assert set(others) == {errno.EAFNOSUPPORT}
    assert own == ["allowed"] * 4


def test_what_no_namespace_holds_back_is_not_there(attack: Attack) -> None:
    """A session's keyring is handed from process to process: to all stages, and from one run to the next."""
    libc = ctypes.CDLL(None, use_errno=True)
    _, _, refused = calls.MACHINES[os.uname().machine]
    add, _, keyctl, *_ = refused
    if libc.syscall(keyctl, 1, None) > 0:  # a keyring for this session, as a login makes one
        assert libc.syscall(add, b"user", b"curso-chave", b"x", 1, -3) > 0
        assert libc.syscall(keyctl, 10, -3, b"user", b"curso-chave", 0) > 0, "out here it is found"
    source = f"""
answers = [
    attempt(libc.syscall, {keyctl}, 10, -3, b"user", b"curso-chave", 0),
    attempt(libc.syscall, {add}, b"user", b"curso-recado", b"x", 1, -3),
    *(attempt(libc.syscall, number, 0, 0, 0, 0, 0) for number in {refused}),
]
print(json.dumps(answers))
"""
    assert set(said(attack(source))) == {os.strerror(errno.ENOSYS)}


FORGE = """
import stat
def forge(content):
    for pipe in range(3, 64):
        try: status = os.fstat(pipe)
        except OSError: continue
        if stat.S_ISFIFO(status.st_mode):
            while content: content = content[os.write(pipe, content):]
    os._exit(0)
"""
REPORT = '{"report": {"state": "success", "logical_date": "x", "tasks": [%s]}}'
TASK = '{"id": "a", "map_index": %s, "state": "success", "tries": 1, "error": "", "waits": [%s], "effects": [], "processes": []}'
ABSURD = {
    "not a number": REPORT % (TASK % ("0", "NaN")),
    "endless": REPORT % (TASK % ("0", "Infinity")),
    "too large for a float": REPORT % (TASK % ("0", "1e999")),
    "400 digits": REPORT % (TASK % ("9" * 400, "1")),
    "5000 digits": REPORT % (TASK % ("9" * 5_000, "1")),
    "deep": '{"report": ' + "[" * 900 + "]" * 900 + "}",
    "a little less deep than Python can read": '{"report": ' + "[" * 980 + "]" * 980 + "}",
    "a key that nobody knows": REPORT.replace('"x"', '"x", "points": 100') % "",
    "another type": '{"report": {"state": ["success"], "logical_date": {}, "tasks": "todas"}}',
    "a million of nothing": REPORT % ("0," * 1_000_000 + "0"),
    "a list": '[{"report": 1}]',
    "nothing": '{"report": null}',
}


@pytest.mark.parametrize("form", ABSURD)
def test_evidence_that_is_json_and_absurd_is_none(attack: Attack, form: str) -> None:
    played = attack(FORGE + f"forge({ABSURD[form].encode()!r} + b'\\n')", output_mb=1)
    assert played.step.outcome in (Outcome.MALFORMED, Outcome.DIED)
    assert (played.step.run, played.evidence.notes) == (None, ())


def test_of_doubled_keys_everyone_reads_the_last(attack: Attack) -> None:
    """One reader reads it once: nobody could be told one thing and judged by another."""
    doubled = (
        '{"report": 1, "report": {"state": "success", "state": "failed", "logical_date": "x", "tasks": []}}'
    )
    played = attack(FORGE + f"forge({doubled.encode()!r} + b'\\n')")
    assert played.step.run
    assert played.step.run.state == "failed"


def test_memory_of_the_stage_holds_nothing_of_others(attack: Attack) -> None:
    """Each child is a copy of the stage as it was before the first submission."""
    attack("kept = {'marca': 'segredo' + '-da-primeira'}; os.environ['MARCA'] = kept['marca']; time.sleep(0)")
    source = """
import gc
gc.unfreeze()
mark = "-".join(["segredo", "da", "primeira"])
texts = [v for o in gc.get_objects() if isinstance(o, dict) and o is not globals() for v in list(o.values()) if isinstance(v, str)]
print(json.dumps([len(texts) > 1000, sum(text == mark for text in texts), mark in os.environ.values()]))
"""
    assert said(attack(source)) == [True, 0, False]
