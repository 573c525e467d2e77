"""The nest of one child: namespaces of its own, made in a process that is already warm.

Three processes take part. The supervisor `separate`s itself and stays outside of the new mounts and
process numbers; its child, the first process of the nest, `furnish`es it; that one's child, which will run
the student's code, `give_up`s every right. With the first process the kernel ends all the others.

Run as a program (`python nest.py`) it tries all of this once and says what works.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import socket
import struct
import sys

if __name__ == "__main__":  # the probe runs this file alone, where the package is not mounted
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import kernel  # type: ignore[import-not-found]
else:
    from autograder.run.inside import kernel

ROOMS = "/palco"
"""Every submission's scratch folders, as the stage sees them; no child does."""
SUBMISSION, WORLD, HOME = "/entrega", "/mundo", "/casa"
MAX_PROCESSES = 256
MAX_WATCHERS = 16
_SAFE = kernel.NO_SUID | kernel.NO_DEVICES


def separate() -> None:
    """Moves this process to its own users, network and IPC; its children get process numbers of their own."""
    user, group = os.getuid(), os.getgid()
    kernel.set_readable(True)  # or its own uid_map would not be its own
    kernel.unshare(kernel.NEW_USER | kernel.NEW_PIDS | kernel.NEW_NET | kernel.NEW_IPC)
    for name, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(content)
    kernel.set_readable(False)
    kernel.die_with_parent()  # new rights made the kernel forget it
    _raise_loopback()


def furnish(room: dict[str, str]) -> None:
    """Shows this process, the first of its nest, its own submission and world, and nobody else's.

    `room` names both folders relative to ROOMS; without them there is nothing to show (the probe).
    """
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.mount("", "/", flags=kernel.RECURSIVE | kernel.PRIVATE)
    kernel.mount("proc", "/proc", "proc", _SAFE | kernel.NO_EXEC)
    for name, most in (
        ("max_user_namespaces", 0),  # inside of yet another one it would have rights again
        ("max_inotify_instances", MAX_WATCHERS),  # all nests and their watcher outside share the user's
    ):
        with open(f"/proc/sys/user/{name}", "w") as file:
            file.write(str(most))
    if room:
        _show(room["submission"], SUBMISSION, kernel.READ_ONLY)
        _show(room["world"], WORLD, 0)
        kernel.mount("tmpfs", ROOMS, "tmpfs", _SAFE | kernel.READ_ONLY, "size=4k,mode=755")
        kernel.mount("tmpfs", HOME, "tmpfs", _SAFE, "size=256m,mode=700")
        os.chdir(WORLD)
    _renew_tmp()
    kernel.mount("tmpfs", "/dev/shm", "tmpfs", _SAFE | kernel.NO_EXEC, "size=64m,mode=1777")


def give_up(*, landlock: bool) -> None:
    """Gives up every right but to compute, to read what is shown and to write in its own folders."""
    resource.setrlimit(resource.RLIMIT_NPROC, (MAX_PROCESSES, MAX_PROCESSES))  # counted in this nest alone
    kernel.drop_capabilities()
    kernel.no_new_privileges()
    if landlock:
        folders = tuple(path for path in (WORLD, HOME, "/tmp", "/dev/shm") if os.path.isdir(path))
        kernel.landlock(folders, ("/dev/null", "/dev/zero", "/dev/full"))


def _show(folder: str, target: str, flags: int) -> None:
    path = os.path.join(ROOMS, folder)
    if os.path.realpath(path) != path:
        raise OSError(f"{folder} is no folder of its own")
    kernel.mount(path, target, flags=kernel.BIND)
    kernel.mount("", target, flags=kernel.BIND | kernel.REMOUNT | _SAFE | flags)


def _renew_tmp() -> None:
    """An empty /tmp of its own, in which the libraries of a course that was cloned there stay where they were."""
    held = [(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY)) for path in _libraries_in("/tmp")]
    kernel.mount("tmpfs", "/tmp", "tmpfs", _SAFE, "size=64m,mode=1777")
    for path, descriptor in held:
        os.makedirs(path)
        kernel.mount(f"/proc/self/fd/{descriptor}", path, flags=kernel.BIND)
        kernel.mount("", path, flags=kernel.BIND | kernel.REMOUNT | _SAFE | kernel.READ_ONLY)
        os.close(descriptor)


def _libraries_in(folder: str) -> list[str]:
    """Where this interpreter and its packages lie under `folder`, outermost only."""
    places = {sys.prefix, sys.base_prefix, os.path.dirname(os.path.dirname(os.path.realpath(sys.executable)))}
    below = sorted(path for path in places if path.startswith(folder + "/") and os.path.isdir(path))
    return [path for path in below if not any(path.startswith(other + "/") for other in below)]


def _raise_loopback() -> None:
    """In a new network namespace it is down; afterwards nobody in there may raise it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x1))  # SIOCSIFFLAGS, IFF_UP


def _probe() -> None:
    """Prints what works here: `nested` (with `why` not) and `landlock`."""
    found: dict[str, object] = {"nested": False, "landlock": False, "why": ""}
    reading, writing = os.pipe()
    try:
        separate()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(OSError):
                os.write(writing, _tried().encode())
            os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)
        answer = os.read(reading, 1000).decode()
        found |= json.loads(answer) if answer else {"why": "sem explicação"}
    except OSError as error:
        found["why"] = str(error)
    print(json.dumps(found))


def _tried() -> str:
    try:
        furnish({})
    except OSError as error:
        return json.dumps({"why": str(error)})
    try:
        give_up(landlock=True)
    except OSError as error:
        return json.dumps({"nested": True, "why": str(error)})
    return json.dumps({"nested": True, "landlock": True})


if __name__ == "__main__":
    _probe()
