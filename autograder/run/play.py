"""Plays the scenarios of one submission and brings back the evidence."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from autograder.model.evidence import (
    Evidence,
    FileSeen,
    Outcome,
    ParseReport,
    RunReport,
    StepEvidence,
    report_model,
)
from autograder.model.exercise import Exercise
from autograder.run.adapters import ADAPTERS, Adapter
from autograder.run.observe import observe
from autograder.run.stage import Stage, StageError
from autograder.run.world import Observe, Parse, Run, Scenario
from autograder.sandbox.cage import Cage
from autograder.sandbox.level import Level, Probe
from autograder.submission import Submission

OnStep = Callable[[str, StepEvidence], None]


def play(
    submission: Submission,
    exercise: Exercise,
    scenarios: Iterable[Scenario],
    seen: Observe,
    *,
    seed: int,
    found: Probe,
    level: Level,
    on_step: OnStep = lambda name, evidence: None,
) -> Evidence:
    """Plays every scenario in order. Raises StageError when the grader itself cannot work."""
    adapter = ADAPTERS[exercise.adapter]
    steps: dict[str, StepEvidence] = {}
    with tempfile.TemporaryDirectory(prefix="curso-", ignore_cleanup_errors=True) as scratch:
        os.chmod(scratch, 0o711)  # the cage's user passes through, and cannot list
        cage = Cage(Path(scratch), found, level)
        submission.write(cage.outside.submission)
        cage.hand_over(cage.outside.submission)
        with contextlib.ExitStack() as open_stages:
            player = _Player(cage, adapter, exercise, seen, open_stages)
            for name, evidence in player.perform(scenarios):
                steps[name] = evidence
                on_step(name, evidence)
            versions = player.versions
        _empty(Path(scratch))
    return Evidence(exercise=exercise.id, seed=seed, level=level.value, versions=versions, steps=steps)


class _Player:
    """One submission's run through its scenarios, on one stage."""

    def __init__(
        self, cage: Cage, adapter: Adapter, exercise: Exercise, seen: Observe, stages: contextlib.ExitStack
    ) -> None:
        self._cage = cage
        self._adapter = adapter
        self._file = cage.inside.submission / exercise.files[0]
        self._seen = seen
        self._stages = stages
        self._why_stop = ""
        self._loaded: set[str] = set()
        self._stage = self._open_stage()
        self.versions = self._stage.versions

    def _open_stage(self) -> Stage:
        self._renew_home()
        stage = Stage(self._cage, self._adapter.name, self._adapter.environment(self._cage.inside))
        return self._stages.enter_context(stage)

    def _replace_stage(self) -> None:
        """Nothing of the old stage may still be alive when the world is read or built again."""
        self._stage.close()
        self._stage = self._open_stage()

    def _renew_home(self) -> None:
        """No step finds what an earlier one left in the orchestrator's own database."""
        _empty(self._cage.outside.home)
        self._adapter.fill_home(self._cage.outside.home)
        self._cage.hand_over(self._cage.outside.home)

    def perform(self, scenarios: Iterable[Scenario]) -> Iterator[tuple[str, StepEvidence]]:
        for scenario in scenarios:
            _empty(self._cage.outside.world)
            scenario.build(self._cage.outside.world)
            self._cage.hand_over(self._cage.outside.world)
            environment = scenario.environment(self._cage.inside.world)
            for name, step in scenario.steps.items():
                yield f"{scenario.id}/{name}", self._step(step, environment)

    def _step(self, step: Parse | Run, environment: dict[str, str]) -> StepEvidence:
        if isinstance(step, Run):
            if self._why_stop:
                return StepEvidence(outcome=Outcome.NOT_PLAYED, detail=self._why_stop)
            if step.dag_id not in self._loaded:
                return StepEvidence(outcome=Outcome.NOT_PLAYED, detail="o DAG não carregou")
        self._renew_home()
        request = self._request(step, environment)
        try:
            answer = self._stage.play(request)
        except StageError:
            # Perhaps the machine hiccuped: once more, on a fresh stage, before the submission is blamed.
            self._replace_stage()
            try:
                answer = self._stage.play(request)
            except StageError as error:
                self._replace_stage()
                answer = {"outcome": "died", "detail": str(error)}
                self._why_stop = "uma execução anterior derrubou o corretor duas vezes"
        evidence = self._evidence(step, answer)
        if isinstance(step, Parse) and evidence.parse:
            self._loaded |= {dag.dag_id for dag in evidence.parse.dags}
        if evidence.outcome in (Outcome.TIMED_OUT, Outcome.FLOODED, Outcome.OUT_OF_MEMORY):
            # A loop or a flood would repeat itself in every world and cost minutes.
            self._why_stop = "uma execução anterior passou dos limites"
        return evidence

    def _request(self, step: Parse | Run, environment: dict[str, str]) -> dict[str, Any]:
        arguments: dict[str, Any] = {"file": str(self._file)}
        if isinstance(step, Parse):
            arguments["days_ahead"] = step.days_ahead
        else:
            world = self._cage.inside.world
            arguments |= {
                "dag_id": step.dag_id,
                "run_after": step.run_after.isoformat(),
                "observe": {
                    "database": str(world / self._seen.database),
                    "tables": self._seen.tables,
                    "folders": [str(world / folder) for folder in self._seen.folders],
                },
            }
        return {
            "job": "parse" if isinstance(step, Parse) else "run",
            "arguments": arguments,
            "environment": environment,
            "limits": asdict(step.limits),
        }

    def _evidence(self, step: Parse | Run, answer: dict[str, Any]) -> StepEvidence:
        job = "parse" if isinstance(step, Parse) else "run"
        outcome, detail = Outcome(answer["outcome"]), str(answer.get("detail", ""))
        report: ParseReport | RunReport | None = None
        if outcome is Outcome.OK:
            try:
                report = report_model(job).model_validate(answer["report"], strict=False)
            except ValidationError:
                outcome, detail = Outcome.MALFORMED, "o relato da execução não tem a forma esperada"
        at = str(answer.get("at", ""))
        effects = observe(
            self._cage.outside.world, self._seen.database, self._seen.tables, self._seen.folders
        )
        return StepEvidence(
            outcome=outcome,
            detail=" ".join(part for part in (detail, at) if part) if outcome is not Outcome.OK else "",
            seconds=float(answer.get("seconds", 0.0)),
            output={str(k): str(v) for k, v in answer.get("output", {}).items()},
            tables=effects["tables"],
            files={name: FileSeen.model_validate(file) for name, file in effects["files"].items()},
            parse=report if isinstance(report, ParseReport) else None,
            run=report if isinstance(report, RunReport) else None,
        )


def _empty(folder: Path) -> None:
    """Removes everything under `folder`, also what a student's code made unreadable."""

    def unlock(function: Callable[..., Any], path: str, _: object) -> None:
        with contextlib.suppress(OSError):
            os.chmod(os.path.dirname(path), stat.S_IRWXU)
            if not os.path.islink(path):
                os.chmod(path, stat.S_IRWXU)
            function(path)

    os.chmod(folder, stat.S_IRWXU)  # a student's code may have locked its own world
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, onerror=unlock)
        else:
            os.unlink(entry.path)
