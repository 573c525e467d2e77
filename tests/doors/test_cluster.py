"""A class graded by a Dask cluster: the same grades as on one machine, whatever becomes of the workers."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.model.result import Result
from autograder.sandbox.probe import probe
from curso.bank import bank_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Course, ToyClass

EXERCISE = "ex1-dag-complexo"
DASK = str(Path(sys.executable).with_name("dask"))

# The batch's own program gives a worker a quarter of an hour before it is called hung.
HURRIED = """
import json, sys
from pathlib import Path
from autograder.sandbox.level import Level
from curso.classroom.batch import deliveries_in, grade_class
from curso.classroom.cluster import Cluster
address, deliveries, results, ceiling = sys.argv[1:]
told = []
tell = lambda sentence: (told.append(sentence), print(sentence, file=sys.stderr))
cluster = Cluster(address, Level.PLAIN, tell, ceiling=float(ceiling), patience=400)
graded = grade_class("ex-toy", deliveries_in(Path(deliveries)), Path(results), executor=cluster)
print(json.dumps({"told": told, "held": [who for who, result in graded.items() if result.held]}))
"""


@dataclass
class Cluster:
    """A scheduler and its workers, each in a process of its own, and each worker with its own stages."""

    scratch: Path
    host: str = "127.0.0.1"
    within: tuple[str, ...] = ()
    """The start of a command that runs where the scheduler is."""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _stages: list[Path] = field(default_factory=list)

    def start(self, environment: dict[str, str]) -> None:
        told = self.scratch / "scheduler.json"
        asked = ["--host", self.host, "--port", "0", "--no-dashboard", "--scheduler-file", str(told)]
        self._scheduler = self._run([*self.within, DASK, "scheduler", *asked], environment)
        until(lambda: told.exists() and "address" in json.loads(told.read_text(encoding="utf-8") or "{}"))
        self.address: str = json.loads(told.read_text(encoding="utf-8"))["address"]

    def hire(
        self, environment: dict[str, str], host: str = "127.0.0.1", within: tuple[str, ...] = ()
    ) -> subprocess.Popen[bytes]:
        place = self.scratch / f"w{len(self.workers)}"
        place.mkdir()
        self._stages.append(place / "p")
        asked = ["--host", host, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        asked += ["--local-directory", str(place / "dask")]
        own = environment | {"CURSO_PALCOS": str(place / "p")}
        worker = self._run([*within, DASK, "worker", self.address, *asked], own)
        self.workers.append(worker)
        return worker

    def _run(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.scratch / "dask.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.scratch, env=environment, stdout=log, stderr=log)

    def close(self) -> None:
        for process in (*self.workers, self._scheduler):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
                process.wait(20)
        for stages in self._stages:
            for lock in stages.glob("*/tranca"):
                with contextlib.suppress(OSError, ValueError):
                    os.kill(int(lock.read_text()), signal.SIGTERM)
            until(lambda stages=stages: not list(stages.glob("*/porta")))


def until(holds: Callable[[], bool], seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def cluster(toy_class: ToyClass) -> Iterator[Cluster]:
    made = Cluster(toy_class.scratch)
    made.start(toy_class.environment)
    yield made
    made.close()


def marks(results: dict[str, Result]) -> dict[str, list[tuple[str, str, int]]]:
    return {
        who: [(verdict.criterion, verdict.status.value, verdict.points) for verdict in result.verdicts]
        for who, result in results.items()
    }


def test_workers_that_die_or_hang_cost_time_and_no_grade(
    toy_class: ToyClass, toy_points: dict[str, int], cluster: Cluster
) -> None:
    assert toy_class.grade().code == 0
    alone = toy_class.kept()
    assert {who: result.points for who, result in alone.items()} == toy_points
    toy_class.forget()
    dies, hangs, _ = (cluster.hire(toy_class.environment) for _ in range(3))
    command = [
        sys.executable,
        "-P",
        "-c",
        HURRIED,
        cluster.address,
        toy_class.deliveries,
        toy_class.results,
        "40",
    ]
    process = subprocess.Popen(
        [str(part) for part in command], env=toy_class.environment, stdout=subprocess.PIPE, encoding="utf-8"
    )
    try:
        until(lambda: bool(toy_class.kept()))
        hangs.send_signal(signal.SIGSTOP)
        until(lambda: len(toy_class.kept()) > 2)
        dies.kill()
        out, _ = process.communicate(timeout=240)
    finally:
        process.kill()
    told = json.loads(out)
    assert told["held"] == []
    assert any("sumiu" in sentence for sentence in told["told"]), told
    together = toy_class.kept()
    assert marks(together) == marks(alone)
    assert {result.level for result in together.values()} == {probe().level.value}
    evidence = list((toy_class.course.root / ".nbgrader" / "resultados").rglob("evidencia.json.gz"))
    assert evidence, "what came back can be judged again"
    again = toy_class.grade("--cluster", cluster.address)
    assert again.code == 0, again
    assert {who: result.graded_at for who, result in toy_class.kept().items()} == {
        who: result.graded_at for who, result in together.items()
    }, "remembered, wherever it was graded"


def test_a_worker_with_another_grader_is_refused_by_name(
    toy_class: ToyClass, cluster: Cluster, new_course: Callable[[Path], Course], tmp_path: Path
) -> None:
    newer = tmp_path / "outro"
    shutil.copytree(toy_class.course.root, newer)
    with (newer / "autograder/graders/ex-toy/test_hidden.py").open("a", encoding="utf-8") as graders:
        graders.write("# mudou\n")
    cluster.hire(toy_class.environment | {"PYTHONPATH": str(newer)})
    ran = toy_class.grade("--cluster", cluster.address)
    assert (ran.code, ran.out) == (2, "")
    refused, nobody = ran.err.splitlines()
    assert refused.startswith("O worker tcp://127.0.0.1:")
    assert "foi recusado: tem outra versão do corretor (" in refused
    assert nobody.startswith(f"Nenhum worker em {cluster.address} pode corrigir esta turma.")
    assert toy_class.kept() == {}
    # The rest of the cluster goes on without it.
    cluster.hire(toy_class.environment)
    ran = toy_class.grade("--cluster", cluster.address)
    assert ran.code == 0, ran
    assert "foi recusado: tem outra versão do corretor (" in ran.err


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("tcp://127.0.0.1:1", "Ninguém atende em tcp://127.0.0.1:1"),
        ("127.0.0.1", "«127.0.0.1» não é o endereço de um scheduler"),
        ("ftp://x:1", "«ftp://x:1» não é o endereço de um scheduler"),
        ("tls://127.0.0.1:1", "faltam os certificados"),
    ],
)
def test_where_no_scheduler_is_there_is_a_sentence(toy_class: ToyClass, address: str, words: str) -> None:
    assert words in toy_class.grade("--cluster", address).sentence()


# --- machines of their own ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lab:
    """A room of machines: network namespaces of their own, on one switch, with no way to anywhere else."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    """Of the instructor's machine first, then of the workers'."""

    def within(self, number: int) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.names[number])

    def cut_off(self, number: int) -> None:
        ip(f"-n {self.names[0]} link set {self.names[0]}-{number} down")


def ip(line: str) -> None:
    subprocess.run(["ip", *line.split()], check=True, capture_output=True)


@pytest.fixture
def lab() -> Iterator[Lab]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("máquinas com rede própria se imitam com `ip netns`, que só o root pode usar")
    mark = f"ct{random.randrange(16**4):04x}"
    names = tuple(f"{mark}{number}" for number in range(4))
    try:
        try:
            for name in names:
                ip(f"netns add {name}")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"este sistema não deixa criar redes próprias: {error.stderr.decode().strip()}")
        switch = names[0]
        ip(f"-n {switch} link set lo up")
        ip(f"-n {switch} link add sw type bridge")
        ip(f"-n {switch} addr add 10.213.7.1/24 dev sw")
        ip(f"-n {switch} link set sw up")
        for number, name in enumerate(names[1:], 1):
            ip(f"-n {name} link set lo up")
            ip(f"-n {name} link add eth0 type veth peer name {switch}-{number} netns {switch}")
            ip(f"-n {switch} link set {switch}-{number} master sw up")
            ip(f"-n {name} addr add 10.213.7.{number + 1}/24 dev eth0")
            ip(f"-n {name} link set eth0 up")
        yield Lab(names, tuple(f"10.213.7.{number + 1}" for number in range(4)))
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def mixed_class(folder: Path, students: int) -> dict[str, int | None]:
    """Right, wrong and hostile submissions in turn; their points where the bank says how many they get."""
    bank = bank_of(EXERCISE)
    hostile = [name for name, entry in bank.hostile().items() if not entry.endless]
    right, wrong = list(bank.right().items()), list(bank.wrong())
    deserved: dict[str, int | None] = {}
    for number in range(students):
        name, turn = f"estudante-{number:02}", number // 3
        if number % 3 == 0:
            shutil.copytree(right[turn % len(right)][1], folder / name)
            deserved[name] = 100
        elif number % 3 == 1:
            bank.build_wrong(wrong[turn * 7 % len(wrong)], folder / name)
            deserved[name] = None
        else:
            attack = hostile[turn * 2 % len(hostile)]
            bank.build_hostile(attack, folder / name)
            entry = bank.hostile()[attack]
            deserved[name] = None if entry.open else entry.points
    return deserved


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("students", [0, 30], ids=["toy class", "class of 30"])
def test_a_lab_in_which_one_machine_dies_and_one_is_cut_off_gives_the_same_grades(
    toy_class: ToyClass, lab: Lab, students: int, tmp_path: Path
) -> None:
    exercise, folder = ("ex-toy", toy_class.deliveries) if students == 0 else (EXERCISE, tmp_path / "turma")
    deserved = mixed_class(folder, students) if students else {}
    places = {where: tmp_path / where for where in ("local", "cluster")}

    def call(where: str, *more: str) -> list[str]:
        return toy_class.course.command(
            "corrigir", exercise, "--turma", folder, "--resultados", places[where], *more
        )

    def kept(where: str) -> dict[str, Result]:
        return {p.stem: Result.model_validate_json(p.read_bytes()) for p in places[where].glob("*.json")}

    where_it_is = {"cwd": toy_class.course.root.parent, "env": toy_class.environment}
    done = subprocess.run(call("local"), **where_it_is, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done
    alone = kept("local")
    assert {who: alone[who].points for who, points in deserved.items() if points is not None} == {
        who: points for who, points in deserved.items() if points is not None
    }
    toy_class.forget()
    cluster = Cluster(toy_class.scratch, lab.addresses[0], lab.within(0))
    cluster.start(toy_class.environment)
    try:
        for number in (1, 2, 3):
            cluster.hire(toy_class.environment, lab.addresses[number], lab.within(number))
        command = [*lab.within(0), *call("cluster", "--cluster", cluster.address)]
        process = subprocess.Popen(
            command, **where_it_is, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        until(lambda: len(kept("cluster")) >= len(alone) // 6, 1200)
        cluster.workers[0].kill()
        until(lambda: len(kept("cluster")) >= len(alone) // 3, 1200)
        lab.cut_off(2)
        out, err = process.communicate(timeout=2400)
        assert process.returncode == 0, (out, err)
        assert err.count(" sumiu: ") + err.count(" não responde ") >= 1, err
    finally:
        cluster.close()
    assert marks(kept("cluster")) == marks(alone)
