"""Services started and stopped while one goes on: for doors that must answer at once.

How far a service is, its state tells; here is only what no state tells.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from curso.portuguese import refusal
from curso.services import control
from curso.services.catalog import service_named
from curso.services.service import ServiceError

VERBS: dict[str, Callable[[str], object]] = {"start": control.start, "stop": control.stop}
_threads: dict[tuple[str, str], threading.Thread] = {}
_problems: dict[str, str] = {}


def begin(verb: str, name: str) -> None:
    """Does one of VERBS to a service in a thread, once at a time. Raises ServiceError for no service."""
    service_named(name)
    if doing(verb, name):
        return
    _problems.pop(name, None)
    thread = threading.Thread(target=_do, args=(verb, name), daemon=True)
    _threads[verb, name] = thread
    thread.start()


def doing(verb: str, name: str) -> bool:
    thread = _threads.get((verb, name))
    return thread is not None and thread.is_alive()


def problem(name: str) -> str:
    """Why the last start or stop of this service came to nothing, mostly ""."""
    return _problems.get(name, "")


def _do(verb: str, name: str) -> None:
    try:
        VERBS[verb](name)
    except (ServiceError, OSError) as error:
        if verb == "start" and doing("stop", name):
            return  # it was asked to
        _problems[name] = str(error) if isinstance(error, ServiceError) else f"{refusal(error)}."
