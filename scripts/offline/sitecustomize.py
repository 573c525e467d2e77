"""First on PYTHONPATH while a lesson is executed: no Python program of it speaks to another machine.

A try is refused as it would be without a cable, and written to the file that `CURSO_SEM_REDE` names, since
programs that phone home usually say nothing when they fail. Unlike a network namespace, this needs no rights,
works on macOS and stays with whatever the lesson starts.
"""

import errno
import ipaddress
import os
import socket
import sys

_LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost", socket.gethostname()}


def _is_local(host):
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if name in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.split("%", 1)[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _note(where):
    path = os.environ.get("CURSO_SEM_REDE")
    if path:
        program = " ".join(getattr(sys, "orig_argv", sys.argv))[:200]
        try:
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{where} <- {program}\n")
        except OSError:
            pass  # another user's process: refused all the same


def _refuse(address):
    _note(address)
    raise OSError(errno.ENETUNREACH, f"as lições rodam sem internet, e algo tentou falar com {address}")


def _guarded(method):
    def call(self, *args):
        # sendto(data, [flags,] address) has its address last, as connect has.
        address = args[-1] if args else None
        if (
            self.family in (socket.AF_INET, socket.AF_INET6)
            and isinstance(address, tuple)
            and not _is_local(address[0])
        ):
            _refuse(address[0])
        return getattr(super(_Socket, self), method)(*args)

    call.__name__ = method
    return call


class _Socket(socket.socket):
    connect = _guarded("connect")
    connect_ex = _guarded("connect_ex")
    sendto = _guarded("sendto")


_resolve = socket.getaddrinfo


def _getaddrinfo(host, *args, **options):
    if host is not None and not _is_local(host):
        _note(host)
        raise socket.gaierror(socket.EAI_NONAME, f"as lições rodam sem internet, e algo procurou {host}")
    return _resolve(host, *args, **options)


socket.socket = _Socket
socket.SocketType = _Socket
socket.getaddrinfo = _getaddrinfo
