"""From findings to verdicts: dependencies, the rule for declared criteria, points."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.judge.checks import Unmet
from autograder.judge.session import Finding
from autograder.model.exercise import Basis, Criterion, Exercise
from autograder.model.result import DifferingRow, Status, Verdict


def verdicts_of(exercise: Exercise, findings: Mapping[str, Finding], *, hidden_here: bool) -> list[Verdict]:
    """One verdict per criterion, in the exercise's order.

    `hidden_here` is False in a class package: hidden criteria wait for the delivery.
    """
    verdicts: dict[str, Verdict] = {}
    for criterion in exercise.criteria:
        verdicts[criterion.id] = _verdict(exercise, criterion, findings, verdicts, hidden_here)
    paid = [c for c in exercise.criteria if verdicts[c.id].status is Status.PASSED]
    if not any(c.basis is Basis.EFFECT for c in paid):
        for criterion in paid:
            verdicts[criterion.id] = verdict(
                criterion,
                Status.BLOCKED,
                expected="O que o DAG declara vale pontos quando a execução mostra que ele funciona.",
                seen="Isto está certo, e paga assim que uma execução do DAG der certo.",
            )
    return list(verdicts.values())


def so_far(exercise: Exercise, findings: Mapping[str, Finding], *, hidden_here: bool) -> list[Verdict]:
    """The verdicts that can be told before all has been played. Provisional: what a declared criterion pays
    depends on the others."""
    verdicts: dict[str, Verdict] = {}
    for criterion in exercise.criteria:
        before = [verdicts.get(name) for name in criterion.depends]
        blocked = any(one and one.status is not Status.PASSED for one in before)
        waits = not criterion.visible and not hidden_here
        if waits or (all(before) and (blocked or criterion.id in findings)):
            verdicts[criterion.id] = _verdict(exercise, criterion, findings, verdicts, hidden_here)
    return list(verdicts.values())


def _verdict(
    exercise: Exercise,
    criterion: Criterion,
    findings: Mapping[str, Finding],
    before: Mapping[str, Verdict],
    hidden_here: bool,
) -> Verdict:
    if not criterion.visible and not hidden_here:
        return verdict(criterion, Status.WAITING, seen="Corrigido na entrega.")
    missing = [name for name in criterion.depends if before[name].status is not Status.PASSED]
    if missing:
        titles = ", ".join(f"«{exercise.criterion(name).title}»" for name in missing)
        return verdict(criterion, Status.BLOCKED, seen=f"Depende de {titles}, que ainda não passou.")
    finding = findings.get(criterion.id)
    if finding is None:
        return verdict(criterion, Status.ERROR, seen="Nenhum teste do corretor julgou este critério.")
    if finding.fault:
        return verdict(criterion, Status.ERROR, seen=f"Falha do próprio corretor: {finding.fault}")
    if finding.unmet:
        return unmet(criterion, finding.unmet)
    if finding.waits:
        return verdict(criterion, Status.BLOCKED, seen=finding.waits)
    return verdict(criterion, Status.PASSED)


def unmet(criterion: Criterion, finding: Unmet) -> Verdict:
    """A failed verdict from what a test found."""
    return verdict(
        criterion,
        Status.FAILED,
        expected=finding.expected,
        seen=finding.seen,
        rows=tuple(DifferingRow(table=table, what=what) for table, what in finding.rows),
        log=finding.log if criterion.visible else "",
    )


def verdict(
    criterion: Criterion,
    status: Status,
    *,
    expected: str = "",
    seen: str = "",
    rows: tuple[DifferingRow, ...] = (),
    log: str = "",
) -> Verdict:
    """A verdict with the criterion's own words; only a pass earns points, only a failure brings a hint."""
    return Verdict(
        criterion=criterion.id,
        title=criterion.title,
        status=status,
        points=criterion.points if status is Status.PASSED else 0,
        max_points=criterion.points,
        checklist=criterion.checklist,
        visible=criterion.visible,
        expected=expected,
        seen=seen,
        rows=rows,
        log=log,
        hint=criterion.hints[0] if status is Status.FAILED else "",
    )
