"""The results of a class that nobody taught: for measuring a report, and for looking at one."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from autograder.model.exercise import Exercise
from autograder.model.result import Result, Status, Verdict

FIRST = ("Ana", "Beto", "Célia", "Davi", "Elisa", "Fábio", "Gabi", "Hugo", "Íris", "João", "Kátia", "Luís")
LAST = ("Ávila", "Braga", "Couto", "Diniz", "Esteves", "Farias", "Gouveia", "Lacerda", "Moraes", "Prado")
MISTAKES = (
    "Em {n} linhas o total não bate com o arquivo do dia.",
    "Diferem: {table}.",
    "A execução falhou em `carrega_{table}`. KeyError: 'venda_{n}'",
    "Estão sem retries: {table}, confere_{table}.",
)
TABLES = ("vendas", "qualidade", "resumo", "metas_do_dia")


def write_class(exercise: Exercise, students: int, folder: Path, seed: int = 1) -> None:
    """One result for each student in `folder`, as `curso corrigir` writes them."""
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(students):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)} {number:04}"
        result = _result(exercise, name, chance)
        (folder / f"{name}.json").write_text(result.model_dump_json(indent=1), encoding="utf-8")


def _result(exercise: Exercise, name: str, chance: random.Random) -> Result:
    skill, odd = chance.betavariate(3, 1.4), chance.random()
    verdicts: list[Verdict] = []
    missed: set[str] = set()
    for criterion in exercise.criteria:
        seen = log = ""
        if odd < 0.03:
            status, seen = Status.NOT_ATTEMPTED, f"Falta {exercise.files[0]}."
        elif odd < 0.05:
            status, seen = Status.ERROR, "O corretor não conseguiu trabalhar: acabou o espaço em disco."
        elif missed & set(criterion.depends):
            status, seen = Status.BLOCKED, "Depende de outro critério, que ainda não passou."
        elif chance.random() < skill:
            status = Status.PASSED
        else:
            status = Status.FAILED
            table = chance.choice(TABLES)
            seen = chance.choice(MISTAKES).format(n=chance.randrange(2, 400), table=table)
            log = _log(name, table)
        if status is not Status.PASSED:
            missed.add(criterion.id)
        verdicts.append(
            Verdict(
                criterion=criterion.id,
                title=criterion.title,
                status=status,
                points=criterion.points * (status is Status.PASSED),
                max_points=criterion.points,
                checklist=criterion.checklist,
                visible=criterion.visible,
                expected="As tabelas têm as linhas certas do dia." if status is Status.FAILED else "",
                seen=seen,
                log=log,
            )
        )
    return Result(
        exercise=exercise.id,
        title=exercise.title,
        points=sum(verdict.points for verdict in verdicts),
        max_points=exercise.max_points,
        verdicts=tuple(verdicts),
        seed=7,
        fingerprint=f"{chance.getrandbits(256):064x}",
        grader="0" * 64,
        level="básico",
        versions={"apache-airflow": "3.3.2"},
        graded_at=datetime(2026, 3, 10, 12, tzinfo=UTC),
        seconds=6.0,
    )


def _log(name: str, table: str) -> str:
    """As long as a real one: an import of Airflow's, and a traceback with the folder of whoever wrote it."""
    start = "[2026-03-10 02:00:00] INFO - Task instance in success state\n" * 20
    return (
        f'{start}Traceback (most recent call last):\n  File "/home/{name}/curso/dags/vendas_diarias.py", line 41, in carrega_{table}\n'
        f"    linhas = dados['{table}']  # feito por {name}\nKeyError: '{table}'\n"
    )
