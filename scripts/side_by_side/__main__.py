"""Runs the same attacks against this course, plain nbgrader and otter-grader, and writes what came of them into SECURITY.md.

    python scripts/side_by_side [--so NUMERO ...] [--jeito NOME ...]

Each way has an environment of its own in a temporary folder, and so does each attack its class of two. With --so or
--jeito only these are run, and nothing is written.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "scripts"), str(ROOT / "scripts" / "bench")]

from attacks import ATTACKS, CLASS, TAKEN, Attack  # noqa: E402
from ways import POINTS, Nbgrader, Otter, Way  # noqa: E402

from autograder.doors import grade  # noqa: E402
from bait import MARK, Bait, hidden_lines, laid_bait, strings  # noqa: E402
from curso.bank import bank_of  # noqa: E402
from curso.places import exercise_folder  # noqa: E402

PAGE = ROOT / "SECURITY.md"
BEGIN, END = "<!-- lado a lado: começo (scripts/side_by_side escreve daqui) -->", "<!-- lado a lado: fim -->"
EXERCISE = "ex1-dag-complexo"
LATER_SECONDS = 20  # what was left behind has written by then
OURS = "este curso"


@dataclass(frozen=True)
class Came:
    """What came of one attack in one way."""

    gained: bool = False
    read: bool = False
    hurt: bool = False
    left: bool = False
    """Something out there was called."""

    def __str__(self) -> str:
        found = [
            words
            for happened, words in (
                (self.gained, "ganhou pontos"),
                (self.read, "leu o escondido"),
                (self.hurt, "atingiu os outros"),
                (self.left, "saiu pela rede"),
            )
            if happened
        ]
        return "**" + ", ".join(found) + "**" if found else "nada"


def with_ours(attack: Attack, folder: Path) -> Came:
    bank = bank_of(EXERCISE)
    entry = bank.hostile()[attack.ours]
    with laid_bait() as bait:
        bank.build_hostile(attack.ours, folder)
        bait.lay_out(folder)
        # It is made from the answer: what it says of itself was not read.
        own = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())
        hidden = [line for line in hidden_lines(EXERCISE) if line not in own]
        grading = grade(exercise_folder(EXERCISE), folder)
        told = "\n".join(strings(grading.evidence.model_dump() if grading.evidence else ()))
        result = grading.result
        return Came(
            gained=result.points > entry.points,
            read=bait.secret in told or any(line in told for line in hidden),
            hurt=result.held or bool(result.notes) or bool(bait.changed()),
            left=bool(bait.called()),
        )


def with_theirs(way: Way, attack: Attack, folder: Path) -> Came:
    secret = secrets.token_hex(8)
    with laid_bait(way.environment) as bait:
        cell = attack.cell.replace(MARK, str(bait.folder)).replace(CLASS, str(folder))
        mine, neighbours = way.grade(folder, cell, secret)
        return Came(
            gained=bool(mine),
            read=secret in _taken(bait),
            hurt=neighbours != POINTS or bool(_changed_in_the_end(attack, bait)),
            left=bool(bait.called()),
        )


def _taken(bait: Bait) -> str:
    path = bait.folder / "troca" / "inbound" / TAKEN
    if not path.exists():
        return ""
    taken = path.read_text(encoding="utf-8")
    path.unlink()  # that was reading; what is left to look at is harm
    return taken


def _changed_in_the_end(attack: Attack, bait: Bait) -> list[str]:
    if "fork()" in attack.cell:
        time.sleep(LATER_SECONDS)
    return bait.changed()


def table(rows: dict[str, dict[str, Came]]) -> str:
    """What the page shows."""
    ways = list(next(iter(rows.values())))
    lines = [
        "| A entrega… | " + " | ".join(ways) + " |",
        "| --- |" + " --- |" * len(ways),
        *(f"| {what} | " + " | ".join(str(came[way]) for way in ways) + " |" for what, came in rows.items()),
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--so", type=int, nargs="+", choices=range(1, len(ATTACKS) + 1), help="só estes ataques"
    )
    known = {OURS: None, Nbgrader.name: Nbgrader, Otter.name: Otter}
    parser.add_argument("--jeito", nargs="+", choices=list(known), help="só estes jeitos de corrigir")
    asked = parser.parse_args()
    chosen = [attack for number, attack in enumerate(ATTACKS, 1) if not asked.so or number in asked.so]
    rows: dict[str, dict[str, Came]] = {}
    with tempfile.TemporaryDirectory(prefix="lado-a-lado-") as scratch:
        ways = {
            name: make and make(Path(scratch))
            for name, make in known.items()
            if not asked.jeito or name in asked.jeito
        }
        for attack in chosen:
            rows[attack.what] = {}
            for name, way in ways.items():
                folder = Path(tempfile.mkdtemp(dir=scratch))
                came = with_theirs(way, attack, folder) if way else with_ours(attack, folder)
                rows[attack.what][name] = came
                print(f"{attack.what} | {name}: {came}", flush=True)
        versions = ", ".join(package for way in ways.values() if way for package in way.packages[:1])
    print("\n" + table(rows))
    if asked.so or asked.jeito:
        return
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    written = f"{BEGIN}\n\n{table(rows)}\n\nCom {versions.replace('==', ' ')}, sem contêiner, em {time.strftime('%d/%m/%Y')}.\n\n{END}"
    PAGE.write_text(before + written + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
