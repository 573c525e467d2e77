"""Nothing stops a batch: whatever of it is killed, no result is lost, none gets better, and the next start goes on."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from autograder.model.result import Result

if TYPE_CHECKING:
    from conftest import ToyClass

Marks = list[tuple[str, str, int]]


def marks(result: Result) -> Marks:
    return [(verdict.criterion, verdict.status.value, verdict.points) for verdict in result.verdicts]


def parts(batch: psutil.Process, toys: ToyClass) -> dict[str, list[psutil.Process]]:
    """What a running batch is made of. (World services live in its workers.)"""
    below = batch.children(recursive=True)
    workers = [one for one in below if "curso.classroom.work" in one.cmdline()]
    keepers = toys.keepers()
    stages = [one for one in below if one not in workers]
    stages += [one for keeper in keepers for one in keeper.children(recursive=True)]
    found = {"batch": [batch], "worker": workers, "keeper": keepers, "stage or run": stages}
    return {kind: some for kind, some in found.items() if some}


@pytest.mark.parametrize("kills", [5, pytest.param(60, marks=[pytest.mark.full, pytest.mark.timeout(2400)])])
def test_killing_any_part_at_any_moment_loses_nothing(
    toy_class: ToyClass, toy_points: dict[str, int], kills: int
) -> None:
    ran = toy_class.grade()
    assert ran.code == 0, ran
    undisturbed = toy_class.kept()
    assert {name: result.points for name, result in undisturbed.items()} == toy_points
    seed = random.randrange(2**32)
    print(f"semente {seed}")  # shown where the test fails
    chance = random.Random(seed)
    killed: list[str] = []

    def compare() -> None:
        for name, result in toy_class.kept().items():
            assert result.held or marks(result) == marks(undisturbed[name]), (name, killed)
            assert result.points <= undisturbed[name].points

    toy_class.forget()
    while len(killed) < kills:
        process = toy_class.start()
        batch = psutil.Process(process.pid)
        while process.poll() is None and len(killed) < kills:
            time.sleep(chance.uniform(0.1, 1.2))
            try:
                there = parts(batch, toy_class)
                kind = chance.choice(sorted(there))
                chance.choice(there[kind]).kill()
                killed.append(kind)
            except psutil.Error:
                continue  # it ended just now
            compare()
        process.communicate(timeout=240)
        compare()
        if process.returncode == 0 and len(killed) < kills:
            toy_class.forget()
    assert len(set(killed)) > 1
    again = toy_class.grade()
    assert again.code == 0, again
    assert {name: marks(result) for name, result in toy_class.kept().items()} == {
        name: marks(result) for name, result in undisturbed.items()
    }, killed
    assert not list(toy_class.results.glob(".*.json.*")), "nothing half written is left"


def test_ctrl_c_keeps_what_is_done_and_the_next_start_goes_on(
    toy_class: ToyClass, toy_points: dict[str, int]
) -> None:
    process = toy_class.start()
    deadline = time.monotonic() + 60
    while not (done := toy_class.kept()) and time.monotonic() < deadline:
        time.sleep(0.02)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    kept = toy_class.kept()
    assert err == (
        f"Interrompido com {len(kept)} de {len(toy_points)} entregas corrigidas, que estão em {toy_class.results}."
        " Rode de novo para continuar.\n"
    )
    assert 0 < len(done) <= len(kept) < len(toy_points)
    assert not psutil.wait_procs(workers, timeout=30)[1]
    again = toy_class.grade()
    assert again.code == 0, again
    finished = toy_class.kept()
    assert {name: result.points for name, result in finished.items()} == toy_points
    assert {name: finished[name].graded_at for name in kept} == {
        name: result.graded_at for name, result in kept.items()
    }


def test_a_folder_of_results_has_one_writer_and_its_death_lets_the_next_one_in(toy_class: ToyClass) -> None:
    first = toy_class.start()
    deadline = time.monotonic() + 60
    while not (toy_class.results / ".corrigindo").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "Outra correção está escrevendo em" in toy_class.grade().sentence()
    first.kill()
    first.communicate(timeout=30)
    assert toy_class.grade().code == 0
