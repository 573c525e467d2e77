"""What a judge reads of a workflow's file and of a deploy, without running any."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.judge.checks import Unmet, Waits
from autograder.judge.deploys import Deployed, deployed, failed_step, said, watched
from autograder.judge.workflows import Workflow, matches, starts, workflow_of
from autograder.model.evidence import Evidence, NameEvent, Outcome, StepEvidence, TreeEntry
from autograder.model.reports.workflows import ReadingReport, WorkflowReport

SHA = "4be1f0a" + "0" * 33


@pytest.mark.parametrize(
    ("patterns", "name", "fits"),
    [
        (["main"], "main", True),
        (["main"], "maintenance", False),
        (["releases/**"], "releases/1/2", True),
        (["dags/**"], "dags/sub/x.py", True),
        (["dags/*"], "dags/sub/x.py", False),
        (["**"], "a/b", True),
        (["**.md"], "docs/a.md", True),
        (["**/a.md"], "a.md", True),
        (["**", "!docs/**"], "docs/a", False),
        (["!docs/**", "**"], "docs/a", True),
        (["v[12].x"], "v2.x", True),
        (["a+(b"], "a+(b", False),
        ([], "main", False),
    ],
)
def test_patterns_are_githubs(patterns: list[str], name: str, fits: bool) -> None:
    assert matches(patterns, name) is fits


def test_filters_that_leave_out_are_read_too() -> None:
    assert starts({}, "paths", "x")
    assert not starts({"paths-ignore": ["**.md"]}, "paths", "README.md")
    assert starts({"paths-ignore": ["**.md"]}, "paths", "dags/x.py")
    assert starts({"branches": "main"}, "branches", "main")


@pytest.mark.parametrize("on", ["push", ["push"], {"push": ""}, {"push": {"branches": ["main"]}}])
def test_events_in_each_of_their_forms(on: Any) -> None:
    assert list(Workflow({"on": on}, ()).events) == ["push"]


def test_a_file_of_any_form_is_no_fault_of_the_grader() -> None:
    for content in ({}, {"on": 3, "jobs": []}, {"jobs": {"a": {"steps": "x"}, "b": ["y"]}}, {"jobs": {"a": {"steps": [3, {"uses": []}]}}}):  # fmt: skip
        workflow = Workflow(content, ())
        assert list(workflow.uses()) == []
        assert [workflow.permissions(job) for job in workflow.jobs] in ([], [None])
        assert workflow.events in ({}, {})


def test_values_of_a_matrix_and_of_the_environment() -> None:
    said = {
        "env": {"PY": "3.12"},
        "jobs": {
            "a": {"strategy": {"matrix": {"python": ["3.12", "3.13"]}}},
            "b": {"env": {"PY": "3.13"}},
            "c": {"strategy": {"matrix": {"include": [{"python": "3.12", "so": "linux"}, {"so": "outro"}]}}},
        },
    }
    workflow = Workflow(said, ())
    one, other, each = workflow.jobs
    assert workflow.values(each, "${{ matrix.python }}") == ["3.12"]
    assert workflow.values(one, "${{ matrix.python }}") == ["3.12", "3.13"]
    assert workflow.values(one, "${{ env.PY }}") == ["3.12"]
    assert workflow.values(other, "${{env.PY}}") == ["3.13"]
    assert workflow.values(one, "3.12") == ["3.12"]


@pytest.mark.parametrize("content", [None, "texto", [1]])
def test_what_is_no_workflow_is_waited_for(content: Any) -> None:
    report = ReadingReport(content=content, problem="" if content else "não é YAML", findings=())
    step = StepEvidence(outcome=Outcome.OK, reading=report)
    with pytest.raises(Waits):
        workflow_of(evidence(step), "a/b")


# --- deploys -----------------------------------------------------------------------------------------


def evidence(step: StepEvidence) -> Evidence:
    return Evidence(exercise="x", seed=1, level="x", versions={}, steps={"a/b": step})


def deploy(entries: dict[str, TreeEntry], **more: Any) -> Deployed:
    report = WorkflowReport(exit=0, commits=(SHA,), inputs={})
    return deployed(
        evidence(StepEvidence(outcome=Outcome.OK, workflow=report, trees={"alvo": entries}, **more)),
        "a/b",
        "alvo",
    )


def tree(current: str, *files: str) -> dict[str, TreeEntry]:
    entries = {"current": TreeEntry(kind="link", content=current), "releases": TreeEntry(kind="folder")}
    for file in files:
        parts = file.split("/")
        entries |= {"/".join(parts[:n]): TreeEntry(kind="folder") for n in range(1, len(parts))}
        entries[file] = TreeEntry(kind="file", content="d")
    return entries


@pytest.mark.parametrize(
    ("link", "live"),
    [
        ("releases/v1", "v1"),
        ("./releases/v1/", "v1"),
        ("/mundo/alvo/releases/v1", "v1"),
        ("/tmp/a b/alvo//releases/v1", "v1"),
        ("releases/v2", ""),
        ("releases", ""),
        ("releases/", ""),
        ("releases/v1/dags", ""),
        ("/mundo/outro/releases/v1", ""),
        ("../alvo/releases/v1", ""),
        ("releases/..", ""),
    ],
)
def test_what_a_link_makes_live(link: str, live: str) -> None:
    assert deploy(tree(link, "releases/v1/dags/a.py")).live == live


def test_no_link_no_release() -> None:
    assert deploy({"current": TreeEntry(kind="folder")}).live == ""
    assert deploy({}).live == ""
    assert deploy(tree("releases/.v1", "releases/.v1/dags/a.py")).live == "", "a draft is no release"


def test_differences_are_told_one_by_one() -> None:
    entries = tree("releases/v1", "releases/v1/dags/a.py", "releases/v1/dags/velho.py", "releases/v1/LEIA", "releases/v1/dags/__pycache__/a.pyc")  # fmt: skip
    entries["releases/v1/dags/c.py"] = TreeEntry(kind="link", content="a.py")
    wanted = {"dags/a.py": "outro", "dags/b.py": "d", "dags/c.py": "d"}
    assert deploy(entries).differences("v1", wanted) == [
        "falta dags/b.py", "dags/c.py não é um arquivo comum", "dags/a.py tem outro conteúdo", "sobra dags/velho.py",
    ]  # fmt: skip


def test_only_what_happens_to_current_is_a_switch() -> None:
    told = [NameEvent(name="novo", what="created"), NameEvent(name="current", what="moved_to")]
    assert watched(deploy({}, events={"alvo": told})) == ["moved_to"]
    with pytest.raises(Waits):
        watched(deploy({}, events={"alvo": None}))
    with pytest.raises(Waits):
        watched(deploy({}))


def test_a_red_workflow_says_where() -> None:
    log = "[testar] ⭐ Run Main pytest\n[testar]   | 1 failed\n[testar]   ❌  Failure - Main pytest tests/ [1.2s]\n[testar] 🏁  Job failed\n"
    step = StepEvidence(outcome=Outcome.OK, output={"": log})
    assert failed_step(step) == "falhou o passo «pytest tests/»"
    assert said(step) == "1 failed\n(falhou: pytest tests/ [1.2s])"
    assert "nenhum passo" in failed_step(StepEvidence(outcome=Outcome.OK))


def test_a_workflow_without_a_report_is_no_pass() -> None:
    with pytest.raises(Unmet):
        deployed(evidence(StepEvidence(outcome=Outcome.OK)), "a/b", "alvo")
