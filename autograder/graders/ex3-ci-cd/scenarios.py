"""The hidden scenarios: repositories in which one rule is broken, and workflows that are asked odd things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from autograder.run.world import Scenario

Changes = Mapping[str, str | None]
UNKNOWN = '$(touch "{target}/invadido")nao-existe'
"""A version that nobody has published. Where a workflow pastes it into a script, it leaves its mark."""


def scenarios(drawn: Any, world: ModuleType) -> list[Scenario]:
    """`world` is the exercise's own module, which drew `drawn`."""
    own = drawn.own

    def ask(version: str) -> Any:
        return world.push(drawn, event="workflow_dispatch", inputs={"versao": version})

    return [
        *(world.faulty(drawn, name, twin.but(changes)) for name, (twin, changes) in hidden_faults(drawn).items()),
        world.scenario(
            drawn, "de-novo", lambda folder: world.build(folder, own), {"primeira": world.push(drawn), "segunda": world.push(drawn)}
        ),
        world.scenario(
            drawn, "versoes", lambda folder: world.build(folder, own, earlier=True), {"desconhecida": ask(UNKNOWN), "vazia": ask("")}
        ),
        world.scenario(
            drawn, "proposta", lambda folder: world.build(folder, own, earlier=True), {"proposta": world.push(drawn, event="pull_request")}
        ),
    ]  # fmt: skip


def hidden_faults(drawn: Any) -> dict[str, tuple[Any, Changes]]:
    """Each fault's name, the repository that it is put into, and the files that it changes there."""
    return {
        name: (drawn.others[number % len(drawn.others)], fault(drawn.others[number % len(drawn.others)]))
        for number, (name, fault) in enumerate(FAULTS.items())
    }


def swapped(role: str, *pairs: tuple[str, str]) -> Callable[[Any], Changes]:
    """One file with other words in it."""

    def change(repository: Any) -> Changes:
        dag = repository.dags[role]
        text = dag.text
        for old, new in pairs:
            for name, value in dag.blanks.items():
                old, new = old.replace(f"@{name}@", value), new.replace(f"@{name}@", value)
            assert text.count(old) == 1, (role, old)
            text = text.replace(old, new)
        return {dag.file: text}

    return change


def gone(repository: Any) -> Changes:
    return {repository.dags["hand"].file: None}


def twice(repository: Any) -> Changes:
    """A copy that somebody forgot, with other tasks under the same id."""
    dag = repository.dags["hand"]
    return {dag.file.replace(".py", "_copia.py"): dag.text}


def empty(repository: Any) -> Changes:
    return {dag.file: None for dag in repository.dags.values()}


def unlisted(repository: Any) -> Changes:
    dag = repository.dags["group"]
    new = dag.text.replace(f'dag_id="{dag.ids[0]}"', f'dag_id="{dag.ids[0]}_teste"')
    return {"dags/rascunho.py": new}


FAULTS: dict[str, Callable[[Any], Changes]] = {
    # the catalogue
    "falta": gone,
    "nunca-chamado": swapped("flow", ("\n\npipeline()\n", "\n")),
    "repetido": twice,
    "vazio": empty,
    "fora": unlisted,
    # what each task and each DAG has
    "dono": swapped("hand", (', owner="@OWNER@", retries=1', ", retries=1")),
    "tags": swapped("many", ('        tags=["@TAG@", regiao],\n', "")),
    "tentativas": swapped("group", (', bash_command="echo ok", retries=1', ', bash_command="echo ok"')),
    # dates
    "catchup": swapped("wait", ("    catchup=False,\n", "")),
    "agora": swapped("load", ('pendulum.datetime(2026, @MONTH@, 1, tz="America/Sao_Paulo")', 'pendulum.now("America/Sao_Paulo")')),
    "hoje": swapped("flow", ('pendulum.datetime(2026, @MONTH@, 1, tz="America/Sao_Paulo")', 'pendulum.today("America/Sao_Paulo").add(days=-7)')),
    # what loading touches
    "variable": swapped("flow", (
        "def pipeline():\n", 'def pipeline():\n    destino = Variable.get("destino", default="/tmp")\n    print(destino)\n\n'
    )),
    "arquivo": swapped("flow", (
        'parents[1] / "include" / "sql"\n', 'parents[1] / "include" / "sql"\nTEXTO = (CONSULTAS / "@SQL@.sql").read_text()\n'
    )),
    # what waits for what
    "task": swapped("load", ('task_id="@TASK3@"', 'task_id="@TASK3@_final"')),
    "grupo": swapped("group", ('group_id="@GROUP@"', 'group_id="@GROUP@_novo"')),
}  # fmt: skip
