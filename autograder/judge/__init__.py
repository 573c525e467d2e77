"""The judge: pytest over evidence, in a process that never imports student code.

A grader's tests use `criterion` to say what they decide and `expect` to decide it.
"""

from autograder.judge.checks import (
    SeenRun,
    Unmet,
    Waits,
    criterion,
    differing_rows,
    expect,
    run_of,
    share_of_rows,
    step_of,
)

__all__ = [
    "SeenRun",
    "Unmet",
    "Waits",
    "criterion",
    "differing_rows",
    "expect",
    "run_of",
    "share_of_rows",
    "step_of",
]
