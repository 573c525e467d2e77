"""What graders are written with: `criterion`, `expect` and comparisons whose messages teach."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from autograder.model.evidence import Evidence, Outcome, Row, StepEvidence
from autograder.model.reports.airflow import DagSeen, DeadlineMissed, ParseReport, RunReport
from autograder.model.reports.calls import CallResult
from autograder.model.reports.dagster import DefinitionsReport, MaterializeReport
from autograder.model.reports.prefect import FlowReport, FlowRunReport

Test = TypeVar("Test", bound=Callable[..., None])

MAX_ROWS_SHOWN = 3


class Unmet(AssertionError):
    """A criterion that the work does not meet: what was expected in words, what was seen in the student's run."""

    def __init__(
        self, expected: str, seen: str, *, rows: Sequence[tuple[str, str]] = (), log: str = ""
    ) -> None:
        super().__init__(f"{expected} | {seen}")
        self.expected = expected
        self.seen = seen
        self.rows = tuple(rows[:MAX_ROWS_SHOWN])
        self.log = log


class Waits(Exception):
    """What this criterion looks at did not come about, for a reason that another criterion tells."""


def criterion(criterion_id: str) -> Callable[[Test], Test]:
    """Marks the test that decides this criterion of `exercise.toml`."""
    marker: Callable[[Test], Test] = pytest.mark.criterion(criterion_id)
    return marker


def expect(condition: object, expected: str, seen: str, **more: Any) -> None:
    """Raises Unmet unless `condition` holds."""
    if not condition:
        raise Unmet(expected, seen, **more)


_OUTCOMES: dict[Outcome, str] = {
    Outcome.TIMED_OUT: "não terminou no tempo ({detail}). Há um laço sem fim ou uma espera longa?",
    Outcome.DIED: "o processo parou antes de terminar ({detail}). Um exit(), um kill ou falta de memória fazem isso.",
    Outcome.FLOODED: "imprimiu mais de 20 MB ({detail}). Tire os prints de dentro dos laços.",
    Outcome.OUT_OF_MEMORY: "passou do limite de memória ({detail}). Leia e grave aos poucos.",
    Outcome.DISK_FULL: "gravou mais do que cabe na sua pasta ({detail}). Grave menos, e apague o que sobra.",
    Outcome.MALFORMED: "o relato da execução não pôde ser lido ({detail}).",
    Outcome.NOT_PLAYED: "não foi executado: {detail}.",
}


class GraderFault(Exception):
    """The grader's own code failed while the submission was played: nobody's points depend on that."""


def step_of(evidence: Evidence, name: str) -> StepEvidence:
    """The step `scenario/step` when it ended well.

    Raises Unmet otherwise (no evidence is never a pass), and GraderFault where the grader itself failed.
    """
    step = evidence.steps.get(name)
    if step is None:
        raise Unmet("A execução deixa evidência do que fez.", "Não há evidência desta execução.")
    if step.outcome is Outcome.FAULT:
        raise GraderFault(step.detail)
    if step.outcome is not Outcome.OK:
        why = _OUTCOMES[step.outcome].format(detail=step.detail or "sem detalhe")
        raise Unmet("O seu arquivo carrega e roda até o fim.", f"Aqui ele {why}", log=_last_output(step))
    return step


def reached(step: StepEvidence, service: str, path: str) -> list[Row]:
    """What came to one of the world's web services about this path during a step, in order."""
    return [one for one in step.services.get(service, []) if one.get("path") == path]


Report = TypeVar("Report")


@dataclass(frozen=True)
class SeenRun:
    """One run with its report at hand."""

    step: StepEvidence
    report: RunReport

    def failures(self) -> str:
        """The tasks that did not end well, with their errors, in one line each."""
        bad = [t for t in self.report.tasks if t.state not in ("success", "skipped")]
        bad.sort(key=lambda task: task.state != "failed")  # what failed, before what waited for it
        lines = [f"{t.id} ({t.state}){': ' + t.error if t.error else ''}" for t in bad]
        return "; ".join(lines[:3])

    def must_have_worked(self) -> None:
        """Raises Waits where the run failed: whoever judges what it left would only repeat that."""
        if self.failures():
            raise Waits(
                f"Espera uma execução que chegue ao fim: a de um dia bom falhou em {self.failures()}."
            )

    def rows(self, table: str, **where: Any) -> list[Row]:
        """The table's rows after this run that have these values."""
        found = self.step.tables.get(table, [])
        return [row for row in found if all(row.get(column) == value for column, value in where.items())]

    def gets(self, service: str, ending: str) -> list[Row]:
        """What was asked of a world's web service about a path that ends so, in order."""
        asked = self.step.services.get(service, [])
        return [one for one in asked if one.get("method") == "GET" and str(one.get("path")).endswith(ending)]

    def skipped(self) -> tuple[str, ...]:
        """The tasks that did not run because of a branch or of what came before them."""
        return tuple(t.id for t in self.report.tasks if t.state in ("skipped", "upstream_failed"))

    def log(self) -> str:
        """The end of the log of the first task that failed."""
        for task in self.report.tasks:
            if task.state == "failed":
                return tidy_log(self.step.output.get(task.id, ""))
        return ""


_LOG_LINE = re.compile(r"^\S+Z \[(\w+) *\] (.*?) +\[([\w.]+)\]( +\w+=.*)?$")
_MACHINERY = (
    "airflow.sdk.definitions.dag",
    "airflow.api_fastapi.",
    "airflow.models.",
    "airflow.serialization.",
    "httpx",
)


def tidy_log(text: str) -> str:
    """What the student's task said, without the scheduler's own voice; at most 1,500 characters."""
    kept = []
    for line in text.splitlines():
        found = _LOG_LINE.match(line)
        if found is None:
            kept.append(line)
        elif not found[3].startswith(_MACHINERY) and not found[2].startswith("::"):
            kept.append(found[2])
    return "\n".join(kept)[-1500:]


def _there(report: Report | None, wanted: str, missing: str) -> Report:
    """A step's report. Raises Unmet where it has none."""
    if report is None:
        raise Unmet(wanted, missing)
    return report


def run_of(evidence: Evidence, name: str) -> SeenRun:
    """The run of `scenario/step`. Raises Unmet where there is none."""
    step = step_of(evidence, name)
    return SeenRun(step, _there(step.run, "O DAG roda até o fim.", "Não há relato da execução."))


def parse_of(evidence: Evidence, name: str) -> ParseReport:
    """The loading of `scenario/step`. Raises Unmet where there is none."""
    return _there(step_of(evidence, name).parse, "O arquivo carrega.", "Não há relato da carga.")


def only_dag(evidence: Evidence, name: str, dag_id: str, *, file: str = "O arquivo") -> DagSeen:
    """The one DAG that was loaded in `scenario/step`. Raises Unmet where there is none, another one or more."""
    report = parse_of(evidence, name)
    wanted = f'{file} carrega sem erro e define um DAG só, de dag_id="{dag_id}".'
    if report.errors:
        last_line = report.errors[0].strip().splitlines()[-1]
        raise Unmet(wanted, f"A carga parou com: {last_line}", log=report.errors[0])
    names = [dag.dag_id for dag in report.dags]
    expect(names, wanted, "O arquivo carregou, mas não criou nenhum DAG no nível do módulo.")
    expect(names == [dag_id], wanted, f"O seu arquivo define: {', '.join(names)}.")
    return report.dags[0]


def calls_of(evidence: Evidence, name: str) -> tuple[CallResult, ...]:
    """What the calls of `scenario/step` gave back, in their order. Raises Unmet where there is no report of them."""
    return _there(
        step_of(evidence, name).call, "As funções devolvem os seus resultados.", "Não há relato das chamadas."
    ).results


def deadlines_of(evidence: Evidence, name: str) -> tuple[DeadlineMissed, ...]:
    """The deadlines that passed in `scenario/step`. Raises Unmet where there is no report of them."""
    return _there(
        step_of(evidence, name).deadline, "O prazo perdido é tratado.", "Não há relato do prazo."
    ).missed


def flow_of(evidence: Evidence, name: str) -> FlowReport:
    """What the file with a Prefect flow declares, in `scenario/step`. Raises Unmet where there is no report of it."""
    return _there(step_of(evidence, name).flow, "O arquivo do flow carrega.", "Não há relato da carga.")


def flow_run_of(evidence: Evidence, name: str) -> tuple[StepEvidence, FlowRunReport]:
    """The run of a Prefect flow in `scenario/step`. Raises Unmet where there is none."""
    step = step_of(evidence, name)
    return step, _there(step.flow_run, "O flow roda até o fim.", "Não há relato da execução.")


def definitions_of(evidence: Evidence, name: str) -> DefinitionsReport:
    """What Dagster's `defs` declare, in `scenario/step`. Raises Unmet where there is no report of it."""
    return _there(
        step_of(evidence, name).definitions, "O arquivo dos assets carrega.", "Não há relato da carga."
    )


def materialized_in(evidence: Evidence, name: str) -> tuple[StepEvidence, MaterializeReport]:
    """The run that materialized assets in `scenario/step`. Raises Unmet where there is none."""
    step = step_of(evidence, name)
    return step, _there(step.materialize, "Os assets são materializados.", "Não há relato da execução.")


def differing_rows(
    table: str, seen: Sequence[Row] | None, wanted: Sequence[Mapping[str, Any]], *, visible: bool
) -> list[tuple[str, str]]:
    """Up to three differences between two sets of rows, whatever their order; [] when they are equal.

    For hidden criteria (`visible=False`) the rows' values stay out: only the symptom is told.
    """
    if seen is None:
        return [(table, "a tabela não existe mais ou não pode ser lida")]
    columns = list(wanted[0]) if wanted else None
    have = Counter(_key(row, columns) for row in seen)
    want = Counter(_key(row, columns) for row in wanted)
    missing, extra = want - have, have - want
    if not missing and not extra:
        return []
    if not visible:
        return [(table, _symptom(len(seen), len(wanted), missing.total(), extra.total()))]
    lines = [
        f"linha repetida ({have[row]} vezes): {_show(row)}"
        if row in want
        else f"linha que não deveria estar aí: {_show(row)}"
        for row in list(extra)[:MAX_ROWS_SHOWN]
    ]
    if not lines:
        lines = [f"faltam {missing.total()} linha(s) das {len(wanted)} do dia"]
    return [(table, line) for line in lines]


def share_of_rows(seen: Sequence[Row] | None, wanted: Sequence[Mapping[str, Any]]) -> float:
    """The share (0 to 1) of the wanted rows that are there, whatever else there is."""
    if not seen or not wanted:
        return 0.0
    columns = list(wanted[0])
    have = Counter(_key(row, columns) for row in seen)
    want = Counter(_key(row, columns) for row in wanted)
    return (have & want).total() / want.total()


def _symptom(seen: int, wanted: int, missing: int, extra: int) -> str:
    if not seen:
        return "nenhuma linha para o dia"
    if missing and extra:
        return "há linhas com valores errados"
    return "faltam linhas" if missing else "há linhas a mais (ou repetidas)"


def _key(row: Mapping[str, Any], columns: list[str] | None) -> tuple[tuple[str, Any], ...]:
    # Plain values only: 3 and 3.0 are the same amount, "3" and None-for-"" are not argued about.
    def plain(value: Any) -> Any:
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return "" if value is None else value

    return tuple((column, plain(row.get(column))) for column in (columns or row))


def _show(row: tuple[tuple[str, Any], ...]) -> str:
    return ", ".join(f"{column}={value}" for column, value in row)[:300]


def _last_output(step: StepEvidence) -> str:
    return list(step.output.values())[-1][-1500:] if step.output else ""
