"""What the tests of the grading core share: a toy exercise on the real stage, and a look at what is left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from autograder.model.evidence import REPORTS, Evidence, StepEvidence
from autograder.model.exercise import Exercise, load_exercise
from autograder.run import adapters
from autograder.run.play import play
from autograder.run.services.web import Answer, WebService
from autograder.run.stage import ColdStage
from autograder.run.warm import stop_warm
from autograder.run.world import Limits, Observe, Parse, Run, Scenario, Step, WorldService
from autograder.sandbox import cage
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from autograder.submission import Submission

collect_ignore = ["toy"]  # its graders are read by the judge

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOY = HERE / "toy"

# The same examples for everyone: a gate that changes its mind teaches nobody.
settings.register_profile(
    "core", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("core")
set_hypothesis_home_dir(ROOT / ".pytest_cache" / "hypothesis")


@pytest.fixture(params=list(Level), ids=["cage", "unlocked", "shared", "plain"])
def level(request: pytest.FixtureRequest) -> Level:
    """Every level, where the machine reaches it."""
    _need(request.param)
    return request.param


@pytest.fixture
def caged() -> Level:
    _need(Level.CAGE)
    return Level.CAGE


def _need(level: Level) -> None:
    if not probe().level.reaches(level):
        pytest.skip(f"{level.value} não existe aqui: {probe().reason}")


@pytest.fixture(autouse=True)
def _cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that wants a stage to outlive it says so."""
    monkeypatch.setenv("CURSO_CORRETOR", "frio")


@pytest.fixture
def toy_adapter(alone: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes `toy` an adapter like the others, on a copy of the part of the grader that runs inside."""
    _put_beside_the_real_ones("toy", tmp_path, monkeypatch)


@pytest.fixture
def flow_adapter(alone: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes `flow` an adapter: the jobs of workflows, without the orchestrator that they usually find loaded."""
    _put_beside_the_real_ones("flow", tmp_path, monkeypatch)


def _put_beside_the_real_ones(adapter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "pacote" / "autograder"
    shutil.copytree(cage.PACKAGE / "run" / "inside", package / "run" / "inside")
    shutil.copyfile(TOY / f"{adapter}.py", package / "run" / "inside" / f"{adapter}.py")
    for name in ("__init__.py", "run/__init__.py"):
        shutil.copyfile(cage.PACKAGE / name, package / name)
    monkeypatch.setattr(cage, "PACKAGE", package)
    monkeypatch.setitem(
        adapters.ADAPTERS, adapter, adapters.Adapter(adapter, lambda places: {}, lambda: None)
    )


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's temporary folders are made, so that what is left can be counted."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def toy_course(tmp_path: Path) -> Path:
    """A whole course of one toy exercise; returns the exercise's folder."""
    course = tmp_path / "curso de brinquedo"
    shutil.copytree(TOY / "course", course, ignore=shutil.ignore_patterns("__pycache__"))
    return course / "exercises" / "ex-toy"


@pytest.fixture
def toy_exercise() -> Exercise:
    return load_exercise(TOY / "course" / "exercises" / "ex-toy")


@pytest.fixture
def submission_folder(tmp_path: Path) -> Callable[[str], Path]:
    """Writes `pipeline.py` into a fresh folder."""

    def write(source: str) -> Path:
        folder = Path(tempfile.mkdtemp(dir=tmp_path, prefix="entrega-"))
        (folder / "pipeline.py").write_text(source, encoding="utf-8")
        return folder

    return write


@dataclass
class Played:
    """What became of one script."""

    evidence: Evidence

    @property
    def step(self) -> StepEvidence:
        return self.evidence.steps["mundo/execução"]

    def asked(self, service: str = "web") -> list[str]:
        """The paths that were asked for."""
        return [str(row["path"]) for row in self.step.services[service]]

    @property
    def printed(self) -> str:
        return "".join(self.step.output.values())


@pytest.fixture
def play_toy(toy_adapter: None, toy_exercise: Exercise, scratch: Path) -> Iterator[Callable[..., Played]]:
    """Plays a script as a submission; afterwards no process and no folder of the run may be left."""
    played: list[Level] = []

    def run(
        source: str,
        level: Level,
        *,
        build: Callable[[Path], None] = lambda folder: (folder / "saida").mkdir(),
        steps: int = 1,
        warm: bool = False,
        services: Callable[[], Sequence[WorldService]] = tuple,
        **limits: Any,
    ) -> Played:
        at = datetime(2026, 3, 2, 5, tzinfo=UTC)
        runs = {
            f"execução{n or ''}": Run("toy", at, Limits(**{"wall_seconds": 15.0} | limits))
            for n in range(steps)
        }
        evidence = play(
            Submission({"pipeline.py": source.encode()}, {}),
            toy_exercise,
            [
                Scenario(
                    "mundo",
                    build,
                    {"carga": Parse(), **runs},
                    lambda world: {"MUNDO": str(world)},
                    services,
                )
            ],
            Observe("armazem.db", ("numeros",), ("saida",)),
            seed=1,
            level=level,
            warm=warm,
        )
        played.append(level)
        return Played(evidence)

    before = _stages()
    yield run
    assert played, "the fixture was asked for and not used"
    assert os.listdir(scratch) == []
    deadline = time.monotonic() + 30  # on a busy machine the kernel takes its time over dead namespaces
    while (left := _stages() - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


class Desk:
    """One stage of an adapter for many small files, in the cage where there is one: that is how a class is graded."""

    def __init__(self, folder: Path, adapter: str) -> None:
        self._adapter = adapters.ADAPTERS[adapter]
        self.cage = cage.Cage(folder / "x", probe().level, self._adapter.template())
        (folder / "x").mkdir()
        self._plays = 0

    def __enter__(self) -> Desk:
        environment = self._adapter.environment(self.cage.inside)
        self._stage = ColdStage(self.cage, self._adapter.name, environment).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._stage.close()

    def play(
        self, source: str, step: Step, *, outcome: str = "ok", again: bool = False, **environment: str
    ) -> tuple[Any, str]:
        """The step's report on this source, and what was printed; `again` in the world of the play before."""
        self._plays += not again
        folder = self.cage.scratch / f"entrega-{self._plays}"
        folder.mkdir(exist_ok=again)
        room = self.cage.room(folder, "mundo")
        for left in (None if again else room.world, room.home):
            for entry in left.iterdir() if left else ():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        path = room.submission / (step.file or "d.py")
        path.write_text(source, encoding="utf-8")
        path.chmod(0o644)
        self.cage.hand_over(*(place for place in (room.submission, room.world, room.home) if place))
        world = self.cage.inside.world
        place = {
            "root": str(self.cage.inside.submission),
            "file": str(self.cage.inside.submission / path.name),
        }
        answer = self._stage.play(
            {
                "job": step.job,
                "arguments": step.asked(world) | place,
                "environment": {"MUNDO": str(world)} | environment,
                "limits": asdict(step.limits),
                "room": room.address,
            }
        )
        assert answer["outcome"] == outcome, answer
        report = REPORTS[step.job].model_validate(answer["report"]) if outcome == "ok" else answer["detail"]
        return report, "".join(answer["output"].values())


@pytest.fixture(scope="module")
def open_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Desk]]:
    """Opens the desk of an adapter; it stays until the module's tests are done."""
    with contextlib.ExitStack() as opened:
        yield lambda adapter: opened.enter_context(Desk(tmp_path_factory.mktemp("palco"), adapter))


def _web_service() -> list[WebService]:
    """Answers everything alike."""
    return [WebService("web", 8025, lambda request: Answer(body="de fora"))]


@pytest.fixture
def web_service() -> Callable[[], list[WebService]]:
    return _web_service


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for the warm stages of this test alone. Nothing of them may be left at its end."""
    folder = Path(tempfile.mkdtemp(prefix="curso-teste-", dir="/tmp"))  # a socket's path is short
    monkeypatch.setenv("CURSO_PALCOS", str(folder))
    yield folder
    stop_warm()
    assert list(folder.rglob("*") if folder.exists() else ()) == []
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def play_warm(play_toy: Callable[..., Played], runtime: Path, caged: Level) -> Callable[..., Played]:
    """Plays a script on a stage that outlives it, until the test ends."""

    def run(source: str, **more: Any) -> Played:
        return play_toy(source, caged, warm=True, **more)

    return run


def _stages() -> set[tuple[int, str]]:
    """Every process that runs a stage, inside or outside of a cage."""
    found = set()
    for process in psutil.process_iter(["pid", "cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if "autograder.run.inside" in line and '"adapter": "toy"' in line:
            found.add((process.info["pid"], line[:200]))
    return found
