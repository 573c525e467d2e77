"""The stage: pays an orchestrator's import costs once, then forks one disposable child per step.

It is given its settings as JSON and, as standard input, a listening socket; what is asked for there, and how, is in `zygote`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from importlib import import_module

from autograder.run.inside.child import Surroundings, guard_stage
from autograder.run.inside.zygote import serve


def main(settings: str) -> None:
    asked = json.loads(settings)
    guard_stage()
    listening = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=listening) as listener:
        adapter = import_module(f"autograder.run.inside.{asked['adapter']}")
        serve(adapter, listener, Surroundings(**asked["surroundings"]), asked["idle_seconds"])


if __name__ == "__main__":
    main(sys.argv[1])
