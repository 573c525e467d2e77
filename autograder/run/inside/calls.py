"""What a student's code may not ask of the kernel, because no namespace holds it back (seccomp).

A socket of some families leads out of every network namespace (AF_VSOCK: to the host of a virtual machine);
keys belong to a login and not to a process; and what goes through io_uring is seen by no filter.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterator

from autograder.run.inside import kernel

FAMILIES = (1, 2, 10, 16)
"""UNIX, INET, INET6 and NETLINK (which getaddrinfo asks for the machine's own addresses)."""

_LOAD, _IS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST = 0, 4, 16  # where they stand in what the filter is shown
_ALLOW, _REFUSE = 0x7FFF0000, 0x50000
_X32 = 0x40000000
# The architecture's name for the filter; socket and socketpair; what is refused: add_key, request_key, keyctl, bpf,
# perf_event_open, userfaultfd, io_uring_setup.
MACHINES = {
    "x86_64": (0xC000003E, (41, 53), (248, 249, 250, 321, 298, 323, 425)),
    "aarch64": (0xC00000B7, (198, 199), (217, 218, 219, 280, 241, 282, 425)),
}


def refuse() -> None:
    """From here on, for this process and all that come of it. It must have renounced new privileges before."""
    known = MACHINES.get(os.uname().machine)
    if known is None:
        return
    steps = [struct.pack("HBBI", *step) for step in _steps(*known)]
    code = ctypes.create_string_buffer(b"".join(steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    try:
        kernel.filter_calls(ctypes.addressof(program))
    except OSError as error:
        if error.errno != errno.EINVAL:  # a kernel without filters
            raise


def _steps(
    architecture: int, sockets: tuple[int, ...], refused: tuple[int, ...]
) -> Iterator[tuple[int, int, int, int]]:
    """The filter: instruction, how far to jump if true, if not, and its value."""
    missing = (_RETURN, 0, 0, _REFUSE | errno.ENOSYS)
    yield (_LOAD, 0, 0, _ARCHITECTURE)
    yield (_IS, 1, 0, architecture)
    yield missing  # the same calls have other numbers there
    yield (_LOAD, 0, 0, _NUMBER)
    yield (_AT_LEAST, 0, 1, _X32)
    yield missing
    for number in refused:
        yield (_IS, 0, 1, number)
        yield missing
    for place, number in enumerate(sockets):
        yield (_IS, len(sockets) - place, 0, number)
    yield (_RETURN, 0, 0, _ALLOW)
    yield (_LOAD, 0, 0, _FIRST)
    for family in FAMILIES:
        yield (_IS, 0, 1, family)
        yield (_RETURN, 0, 0, _ALLOW)
    yield (_RETURN, 0, 0, _REFUSE | errno.EAFNOSUPPORT)
