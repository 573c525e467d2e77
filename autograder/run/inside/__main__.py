"""The stage: pays an orchestrator's import costs once, then forks one disposable child per step.

Reads one JSON request per line from standard input and answers one JSON line on standard output.
Today a stage serves one submission and ends; nothing in the protocol knows that.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from importlib import import_module
from typing import TextIO

from autograder.run.inside.child import guard_stage, play


def main(adapter_name: str) -> None:
    guard_stage()
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    # From here on nothing that is printed can end up in the protocol.
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    started = time.monotonic()
    adapter = import_module(f"autograder.run.inside.{adapter_name}")
    versions = adapter.preload()
    _answer(answers, {"ready": True, "seconds": time.monotonic() - started, "versions": versions})
    for line in requests:
        request = json.loads(line)
        _answer(answers, play(adapter, request, private=(requests.fileno(), answers.fileno())))


def _answer(stream: TextIO, document: dict[str, object]) -> None:
    # Half a surrogate, which a student's text may hold, is no text: out there it would break every document.
    print(json.dumps(document, ensure_ascii=False), file=stream, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
