"""What a cluster's worker is asked to call.

It imports nothing before it is called: Dask's scheduler, which only hands the call on, loads this module as well.
"""

from __future__ import annotations


def refusal(exercise_id: str, grader: str, least: str) -> str:
    """Why this machine must not grade for that class; mostly ""."""
    from curso.classroom import work

    return work.refusal(exercise_id, grader, least)


def perform(text: str) -> str:
    """Grades one piece of work."""
    from curso.classroom import work

    return work.perform(text)
