"""Plays the scenarios of one submission, side by side where each can have its own, and brings back the evidence."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from autograder.model.evidence import (
    REPORTS,
    Evidence,
    FileSeen,
    NameEvent,
    Outcome,
    Report,
    StepEvidence,
    TreeEntry,
)
from autograder.model.exercise import Exercise
from autograder.run.adapters import ADAPTERS, Adapter
from autograder.run.observe import digests, observe
from autograder.run.scratch import empty, scratch_folder
from autograder.run.stage import BusyPortError, ColdStage, Stage, StageError
from autograder.run.trees import see_tree
from autograder.run.warm import warm_stage
from autograder.run.watching import Watch, watching
from autograder.run.world import Observe, Parse, Scenario, Step
from autograder.sandbox.cage import Cage, Room
from autograder.sandbox.level import Level
from autograder.submission import Submission

OnSteps = Callable[[dict[str, StepEvidence]], None]

TOGETHER_SECONDS = 0.04
"""Steps that end this close to one another are told together: judging them takes longer than this."""

MAX_LEAKS = 20
ATTEMPTS = 3
"""How often a scenario is played whose run was killed: by the machine it never is three times, by its own code always."""

KILLED = f"sinal {signal.SIGKILL:d}"
"""How a child tells of the one signal that may come from outside, from whoever needs the memory."""

COLD = "A correção foi feita a frio, mais devagar e igualmente válida: {reason}."
_LIMITS = (Outcome.TIMED_OUT, Outcome.FLOODED, Outcome.OUT_OF_MEMORY, Outcome.DISK_FULL)


def play(
    submission: Submission,
    exercise: Exercise,
    scenarios: Iterable[Scenario],
    seen: Observe,
    *,
    seed: int,
    level: Level,
    warm: bool = False,
    on_steps: OnSteps = lambda steps: None,
) -> Evidence:
    """Plays every scenario. Raises StageError when the grader itself cannot work.

    `on_steps` is called in this thread for steps as they end, in no promised order. `warm` asks for a
    stage that lives on; where there can be none a cold one is used and the evidence's notes say so.
    """
    with contextlib.ExitStack() as stages:
        player = _Player(submission, exercise, list(scenarios), seen, level, stages, on_steps)
        player.open(warm=warm)
        player.perform()
    return Evidence(
        exercise=exercise.id,
        seed=seed,
        level=level.value,
        versions=player.versions,
        steps=player.steps_in_order(),
        notes=tuple(player.notes),
    )


@dataclass(frozen=True)
class _Seat:
    """A stage, and where this submission lies on it."""

    stage: Stage
    folder: Path


class _Killed(Exception):
    """A run was killed, perhaps from outside: that says nothing of the submission yet."""


class _Player:
    """One submission's way through its scenarios."""

    def __init__(
        self,
        submission: Submission,
        exercise: Exercise,
        scenarios: list[Scenario],
        seen: Observe,
        level: Level,
        stages: contextlib.ExitStack,
        on_steps: OnSteps,
    ) -> None:
        self.notes: list[str] = []
        self.versions: dict[str, str] = {}
        self._submission = submission
        self._adapter_of = {n: ADAPTERS[s.adapter or exercise.adapter] for n, s in enumerate(scenarios)}
        self._file = exercise.files[0]
        self._scenarios = scenarios
        self._seen = seen
        self._level = level
        self._stages = stages
        self._on_steps = on_steps
        self._steps: dict[str, StepEvidence] = {}
        self._told: queue.SimpleQueue[tuple[str, StepEvidence] | Future[None]] = queue.SimpleQueue()
        self._order = {f"{s.id}/{name}": n for n, (s, name) in enumerate(_flat(scenarios))}
        self._played_by = {f"{s.id}/{name}": s.adapter or exercise.adapter for s, name in _flat(scenarios)}
        # What one scenario learns and the others must know; guarded by the condition.
        self._changed = threading.Condition()
        self._loaded: set[str] = set()
        self._loading = set(range(len(scenarios)))  # scenarios that may still load the file
        # From which step on an orchestrator runs nothing any more, and why: what one can't bear the other may.
        self._stops: dict[str, tuple[int, str]] = {}
        self._cancelled = False
        self._kills_itself = False
        self._seats: dict[str, _Seat] = {}  # by the adapter's name

    # --- stages --------------------------------------------------------------------------------------

    def open(self, *, warm: bool) -> None:
        for adapter in {adapter.name: adapter for adapter in self._adapter_of.values()}.values():
            seat = self._open_warm(adapter) if warm else None
            self._seats[adapter.name] = seat or self._open_cold(adapter)
            self.versions |= self._seats[adapter.name].stage.versions

    def _open_warm(self, adapter: Adapter) -> _Seat | None:
        try:
            return self._take_seat(self._stages.enter_context(warm_stage(adapter, self._level)))
        except (StageError, OSError) as error:
            self._note_cold(error)
            return None

    def _open_cold(self, adapter: Adapter) -> _Seat:
        scratch = self._stages.enter_context(scratch_folder(None))
        cage = Cage(scratch, self._level, adapter.template())
        stage = ColdStage(cage, adapter.name, adapter.environment(cage.inside))
        return self._take_seat(self._stages.enter_context(stage))

    def _note_cold(self, why: Exception) -> None:
        note = COLD.format(reason=str(why).rstrip("."))
        if note not in self.notes:
            self.notes.append(note)

    def _take_seat(self, stage: Stage) -> _Seat:
        folder = self._stages.enter_context(scratch_folder(stage.cage.scratch))
        room = stage.cage.room(folder, "0")
        self._submission.write(room.submission)
        stage.cage.hand_over(room.submission)
        return _Seat(stage, folder)

    def _replace(self, adapter: Adapter, broken: _Seat, error: StageError) -> None:
        """Goes on with a fresh stage. Nothing of the old one's may still be alive when worlds are built again."""
        with self._changed:
            if self._cancelled:
                raise error
            if self._seats[adapter.name] is not broken:
                return  # another scenario was faster
            if not isinstance(broken.stage, ColdStage):
                self._note_cold(error)
            broken.stage.close()
            self._seats[adapter.name] = self._open_cold(adapter)

    # --- scenarios -----------------------------------------------------------------------------------

    def perform(self) -> None:
        workers = min(cores(), len(self._scenarios)) if self._level.nested else 1
        with ThreadPoolExecutor(max(1, workers), thread_name_prefix="cenario") as pool:
            waiting = [pool.submit(self._perform, n, s) for n, s in enumerate(self._scenarios)]
            for one in waiting:
                one.add_done_callback(self._told.put)
            try:
                playing = len(waiting)
                while playing:
                    ended, playing = self._news(playing)
                    if ended:
                        self._on_steps(ended)
            except BaseException:
                self._cancel(pool)
                raise

    def _news(self, playing: int) -> tuple[dict[str, StepEvidence], int]:
        """Waits for steps that have ended; also says how many scenarios are still being played."""
        ended: dict[str, StepEvidence] = {}
        with contextlib.suppress(queue.Empty):
            while playing:
                told = self._told.get(timeout=TOGETHER_SECONDS if ended else None)
                if isinstance(told, Future):
                    told.result()
                    playing -= 1
                else:
                    ended.update([told])
        return ended, playing

    def _cancel(self, pool: ThreadPoolExecutor) -> None:
        """What is being played is worth nothing any more: the stage's end is the end of it."""
        pool.shutdown(wait=False, cancel_futures=True)
        with self._changed:
            self._cancelled = True
            self._loading.clear()
            self._changed.notify_all()
            for seat in self._seats.values():
                seat.stage.close()

    def _perform(self, number: int, scenario: Scenario) -> None:
        adapter = self._adapter_of[number]
        fault: StageError | None = None
        killed = 0
        try:
            while True:
                seat = self._seats[adapter.name]
                try:
                    return self._attempt(number, scenario, seat, believe=killed == ATTEMPTS - 1)
                except _Killed:
                    killed += 1
                except BusyPortError:
                    raise  # a submission's own processes are gone by then
                except StageError as error:
                    # Perhaps the machine hiccuped: once more, from the beginning, before the submission is blamed.
                    self._replace(adapter, seat, error)
                    if fault:
                        break
                    fault = error
            if self._level.nested:
                raise fault  # no submission reaches a stage that gives each run a nest of its own
            self._give_up(scenario, fault)
        finally:
            self._has_loaded(number, set())

    def _attempt(self, number: int, scenario: Scenario, seat: _Seat, *, believe: bool) -> None:
        """Plays a scenario from the beginning. Raises _Killed, unless what was killed is to be believed."""
        room = seat.stage.cage.room(seat.folder, str(number))
        empty(room.world)
        scenario.build(room.world)
        built = digests(room.world, self._seen.kept)
        seat.stage.cage.hand_over(room.world)
        environment = scenario.environment(seat.stage.cage.inside.world)
        services = list(scenario.services())
        serving = {service.port: service.serve for service in services}
        to_load = [name for name, step in scenario.steps.items() if isinstance(step, Parse)]
        for name, step in scenario.steps.items():
            full_name = f"{scenario.id}/{name}"
            evidence = self._not_played(number, full_name, step)
            if evidence is None:
                self._renew_home(seat, room)
                request = self._request(step, environment, seat, room) | {"secrets": scenario.secrets}
                with watching(room.world, self._seen.watched) as watches:
                    answer = seat.stage.play(request, serving)
                    evidence = self._evidence(step, answer, room.world, built, scenario.secrets, watches)
                evidence = evidence.model_copy(update={"services": {s.name: s.seen() for s in services}})
                if evidence.outcome is Outcome.DIED and answer.get("detail") == KILLED:
                    if not (believe or self._kills_itself):
                        raise _Killed
                    self._kills_itself = True  # seen once, it need not be waited for in every scenario
            self._learn(full_name, evidence)
            if evidence.parse:
                last = name == to_load[-1]
                self._has_loaded(number, {dag.dag_id for dag in evidence.parse.dags}, more=not last)

    def _give_up(self, scenario: Scenario, error: StageError) -> None:
        """A scenario whose stage fell twice: perhaps the submission's doing, and in no case a pass."""
        why = "uma execução anterior derrubou o corretor duas vezes"
        missing = [f"{scenario.id}/{name}" for name in scenario.steps]
        missing = [name for name in missing if name not in self._steps]
        self._learn(missing[0], StepEvidence(outcome=Outcome.DIED, detail=str(error)))
        self._stop_after(missing[0], why)
        for name in missing[1:]:
            self._learn(name, StepEvidence(outcome=Outcome.NOT_PLAYED, detail=why))

    def _not_played(self, number: int, full_name: str, step: Step) -> StepEvidence | None:
        if isinstance(step, Parse):
            return None
        dag_id = step.dag_id
        with self._changed:
            if dag_id:
                # Whatever was handed in to be loaded earlier decides, but the first that loads it is enough.
                self._changed.wait_for(lambda: dag_id in self._loaded or not self._may_load_before(number))
            stop = self._stops.get(self._played_by[full_name])
            if stop and stop[0] < self._order[full_name]:
                return StepEvidence(outcome=Outcome.NOT_PLAYED, detail=stop[1])
            if dag_id and dag_id not in self._loaded:
                return StepEvidence(outcome=Outcome.NOT_PLAYED, detail="o DAG não carregou")
        return None

    def _may_load_before(self, number: int) -> bool:
        return any(other < number for other in self._loading)

    def _has_loaded(self, number: int, dag_ids: set[str], *, more: bool = False) -> None:
        with self._changed:
            self._loaded |= dag_ids
            if not more:
                self._loading.discard(number)
            self._changed.notify_all()

    def _learn(self, full_name: str, evidence: StepEvidence) -> None:
        with self._changed:
            known = full_name in self._steps  # from an attempt that did not reach its end
            self._steps[full_name] = evidence
            if evidence.outcome in _LIMITS:
                # A loop or a flood would repeat itself in every world and cost minutes.
                self._stop_after(full_name, "uma execução anterior passou dos limites")
            if not known:
                self._told.put((full_name, evidence))

    def _stop_after(self, full_name: str, why: str) -> None:
        with self._changed:
            adapter, order = self._played_by[full_name], self._order[full_name]
            if adapter not in self._stops or order < self._stops[adapter][0]:
                self._stops[adapter] = (order, why)

    def steps_in_order(self) -> dict[str, StepEvidence]:
        """The evidence as if all had been played in order: what ran beside the step that stopped the rest is void."""
        steps = {name: self._steps[name] for name in self._order}
        for name, evidence in steps.items():
            order, why = self._stops.get(self._played_by[name], (len(steps), ""))
            if self._order[name] > order and evidence.parse is None and evidence.outcome is Outcome.OK:
                steps[name] = StepEvidence(outcome=Outcome.NOT_PLAYED, detail=why)
        return steps

    # --- steps ---------------------------------------------------------------------------------------

    def _renew_home(self, seat: _Seat, room: Room) -> None:
        """No step finds what an earlier one left in the orchestrator's own database."""
        if room.home is not None:
            empty(room.home)
            seat.stage.cage.hand_over(room.home)

    def _request(self, step: Step, environment: dict[str, str], seat: _Seat, room: Room) -> dict[str, Any]:
        inside = seat.stage.cage.inside
        arguments = step.asked(inside.world) | {
            "root": str(inside.submission),
            "file": str(inside.submission / (step.file or self._file)),
            "observe": {
                "database": str(inside.world / self._seen.database),
                "tables": self._seen.tables,
                "folders": [str(inside.world / folder) for folder in self._seen.folders],
            },
        }
        return {
            "job": step.job,
            "arguments": arguments,
            "environment": environment,
            "limits": asdict(step.limits),
            "room": room.address,
        }

    def _evidence(
        self,
        step: Step,
        answer: dict[str, Any],
        world: Path,
        built: dict[str, str],
        secrets: tuple[str, ...],
        watches: dict[str, Watch],
    ) -> StepEvidence:
        outcome, detail = Outcome(answer["outcome"]), str(answer.get("detail", ""))
        report: dict[str, Report] = {}
        if outcome is Outcome.OK:
            try:
                report[step.job] = REPORTS[step.job].model_validate(answer["report"], strict=False)
            except ValidationError:
                outcome, detail = Outcome.MALFORMED, "o relato da execução não tem a forma esperada"
        at = str(answer.get("at", ""))
        events = {name: watch.events() for name, watch in watches.items()}
        trees = {
            folder: see_tree(world, folder, tuple(s.encode() for s in secrets)) for folder in self._seen.trees
        }
        leaks = ["saída"] if answer.get("told_secret") else []
        effects = observe(world, self._seen.database, self._seen.tables, self._seen.folders)
        seen = StepEvidence(
            outcome=outcome,
            detail=" ".join(part for part in (detail, at) if part) if outcome is not Outcome.OK else "",
            seconds=float(answer.get("seconds", 0.0)),
            output={str(k): str(v) for k, v in answer.get("output", {}).items()},
            tables=effects["tables"],
            files={name: FileSeen.model_validate(file) for name, file in effects["files"].items()},
            trees={folder: _tree(tree) for folder, (tree, _) in trees.items()},
            events={
                name: told if told is None else [NameEvent.model_validate(one) for one in told]
                for name, told in events.items()
            },
            leaks=tuple((leaks + [place for _, found in trees.values() for place in found])[:MAX_LEAKS]),
            changed=tuple(
                name for name, now in digests(world, self._seen.kept).items() if now != built[name]
            ),
        )
        return seen.model_copy(update=report)


def _tree(seen: dict[str, Any]) -> dict[str, TreeEntry]:
    return {path: TreeEntry.model_validate(entry) for path, entry in seen.items()}


def _flat(scenarios: list[Scenario]) -> Iterator[tuple[Scenario, str]]:
    for scenario in scenarios:
        for name in scenario.steps:
            yield scenario, name


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
