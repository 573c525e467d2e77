"""Plays one script in one child, from a process that holds nothing else: `one_step.py SCRIPT LIMITS`.

Prints the answer and what the child left behind in this process: descriptors and children.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psutil

from autograder.run.inside import child

sys.path.insert(0, str(Path(__file__).parent))
import toy

LIMITS = {
    "wall_seconds": 20.0,
    "memory_mb": 400,
    "output_mb": 2,
    "file_mb": 8,
    "disk_mb": 64,
    "evidence_mb": 1,
}


def descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def main(script: str, limits: str) -> None:
    request = {
        "job": "run",
        "arguments": {"file": script},
        "environment": {"TOY": "brinquedo"},
        "limits": LIMITS | json.loads(limits),
    }
    secret = os.open(os.devnull, os.O_RDONLY)
    child.guard_stage()
    before = descriptors()
    answer = child.play(toy, request, private=(secret,))
    left = {
        "descriptors": descriptors() - before,
        "children": [process.pid for process in psutil.Process().children(recursive=True)],
    }
    print(json.dumps({"answer": answer, "left": left}))


if __name__ == "__main__":
    main(*sys.argv[1:])
