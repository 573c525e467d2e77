"""The few calls to the Linux kernel that Python has no name for.

Each raises OSError where the kernel says no: nothing here fails in silence.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS, NEW_NET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = (
    1,
    2,
    4,
    8,
    32,
    4096,
    1 << 14,
    1 << 18,
)

_DIE_WITH_PARENT, _DUMPABLE, _DROP_BOUND, _SUBREAPER, _NO_NEW_PRIVS, _AMBIENT = 1, 4, 24, 36, 38, 47
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on every architecture
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_O_PATH = 0o10000000


def _call(name: str, *arguments: object) -> int:
    result: int = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def _prctl(option: int, value: int, third: int = 0) -> None:
    _call("prctl", option, *(ctypes.c_ulong(number) for number in (value, third, 0, 0)))


def die_with_parent() -> None:
    _prctl(_DIE_WITH_PARENT, 9)


def adopt_orphans() -> None:
    """What a child leaves behind comes back to this process."""
    _prctl(_SUBREAPER, 1)


def set_readable(readable: bool) -> None:
    """Whether a process of the same user may look into this one's memory and descriptors."""
    _prctl(_DUMPABLE, int(readable))


def no_new_privileges() -> None:
    _prctl(_NO_NEW_PRIVS, 1)


def filter_calls(program: int) -> None:
    """Lets the filter at this address (a `sock_fprog`) decide over every system call."""
    _call("prctl", 22, ctypes.c_ulong(2), ctypes.c_void_p(program))


def drop_capabilities() -> None:
    """All of them, from every set, and out of reach of what is executed later."""
    _prctl(_AMBIENT, 4)  # PR_CAP_AMBIENT_CLEAR_ALL
    for capability in range(64):
        try:
            _prctl(_DROP_BOUND, capability)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            break  # past the last one that this kernel knows
    header = struct.pack("Ii", 0x20080522, 0)
    _call("capset", header, bytes(24))


def unshare(what: int) -> None:
    _call("unshare", what)


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    text = [part.encode() or None for part in (source, target, kind)]
    _call("mount", *text, ctypes.c_ulong(flags), options.encode() or None)


def landlock_version() -> int:
    """What this kernel knows of Landlock; 0 where it has none or it is turned off."""
    if sys.platform != "linux":
        return 0
    try:
        return _call("syscall", _LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    except OSError:
        return 0


def landlock(writable_folders: tuple[str, ...], writable_files: tuple[str, ...]) -> None:
    """From here on this process and all that come of it may read what they see and write only here.

    Where the kernel can, signals and abstract sockets of processes outside are out of reach, too.
    """
    version = landlock_version()
    known = (1 << (13 + (version >= 2) + (version >= 3))) - 1
    scopes = 0b11 if version >= 6 else 0
    rules = struct.pack("QQQ", known, 0, scopes)[: 24 if version >= 6 else 8]
    ruleset = _call("syscall", _LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    try:
        _allow(ruleset, "/", _EXECUTE | _READ_FILE | _READ_DIR)
        for folder in writable_folders:
            _allow(ruleset, folder, known)
        for file in writable_files:
            _allow(ruleset, file, (_READ_FILE | _WRITE_FILE | _TRUNCATE) & known)
        _call("syscall", _LANDLOCK_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, _O_PATH | os.O_CLOEXEC)
    try:
        _call("syscall", _LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)
