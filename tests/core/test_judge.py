"""The judge: from tests over evidence to findings, from findings to verdicts, and messages that teach."""

from __future__ import annotations

import os
import random
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.judge.checks import GraderFault, SeenRun, Unmet, differing_rows, parse_of, run_of, step_of
from autograder.judge.messages import posts
from autograder.judge.partial import so_far
from autograder.judge.session import Finding, JudgeError, judge
from autograder.judge.verdicts import verdicts_of
from autograder.model.evidence import Evidence, Outcome, Row, StepEvidence
from autograder.model.exercise import Exercise
from autograder.model.reports.airflow import RunReport, TaskRun
from autograder.model.result import Status

HEADER = "from autograder.judge import Unmet, criterion, expect, run_of, step_of\n"
EMPTY = Evidence(exercise="ex-toy", seed=1, level="l", versions={}, steps={})

Judge = Callable[..., dict[str, Finding]]


@pytest.fixture
def judged(tmp_path: Path) -> Judge:
    """Judges with graders written on the spot."""

    def run(source: str, evidence: Evidence = EMPTY, **more: Any) -> dict[str, Finding]:
        folder = tmp_path / "corretores"
        folder.mkdir(exist_ok=True)
        path = folder / f"test_{len(list(folder.iterdir()))}.py"
        path.write_text(HEADER + textwrap.dedent(source), encoding="utf-8")
        return judge([path], evidence, more.pop("drawn", None), more.pop("expected", {}), **more)

    return run


# --- session -----------------------------------------------------------------------------------------


def test_passing_failing_and_faulty_tests(judged: Judge) -> None:
    findings = judged(
        """
        @criterion("passa")
        def test_passes():
            expect(True, "a", "b")

        @criterion("falha")
        def test_fails():
            raise Unmet("esperado", "visto", rows=[("t", "w")] * 5, log="fim")

        @criterion("quebra")
        def test_breaks():
            {}["nada"]

        @criterion("afirma")
        def test_asserts():
            assert 1 == 2
        """
    )
    assert findings["passa"] == Finding()
    unmet = findings["falha"].unmet
    assert unmet is not None
    assert (unmet.expected, unmet.seen, unmet.log, len(unmet.rows)) == ("esperado", "visto", "fim", 3)
    assert findings["falha"].fault == ""
    assert findings["quebra"].fault == "test_breaks: KeyError: 'nada'"
    assert findings["afirma"].fault.startswith("test_asserts: AssertionError")


@pytest.mark.parametrize(
    "body",
    [
        "import sys; sys.exit(0)",
        "import pytest; pytest.skip('hoje não')",
        "import pytest; pytest.xfail('hoje não')",
        "import pytest; pytest.fail('x')",
        "raise BaseException('x')",
        "raise GeneratorExit",
    ],
)
def test_however_a_grader_stops_it_is_its_own_fault(judged: Judge, body: str) -> None:
    """A skipped test would otherwise pass without having looked."""
    finding = judged(f"@criterion('a')\ndef test_a():\n    {body}\n")["a"]
    assert finding.fault
    assert finding.unmet is None


def test_a_broken_fixture_is_the_graders_fault(judged: Judge) -> None:
    findings = judged(
        """
        import pytest

        @pytest.fixture
        def broken():
            raise Unmet("parece", "do estudante")

        @pytest.fixture
        def breaks_after():
            yield
            raise RuntimeError("no fim")

        @criterion("antes")
        def test_before(broken):
            pass

        @criterion("depois")
        def test_after(breaks_after):
            pass

        @criterion("sem")
        def test_without(no_such_fixture):
            pass
        """
    )
    assert all(findings[name].fault for name in ("antes", "depois", "sem"))
    assert all(findings[name].unmet is None for name in ("antes", "depois", "sem"))


def test_several_tests_of_one_criterion(judged: Judge) -> None:
    findings = judged(
        """
        import pytest

        @criterion("a")
        def test_1():
            pass

        @criterion("a")
        def test_2():
            raise Unmet("primeiro", "x")

        @criterion("a")
        def test_3():
            raise Unmet("segundo", "x")

        @criterion("a")
        def test_4():
            pass

        @criterion("b")
        @pytest.mark.parametrize("n", [1, 2, 3])
        def test_5(n):
            if n == 2:
                raise ValueError(n)
            raise Unmet("x", "y")
        """
    )
    assert findings["a"].unmet.expected == "primeiro"
    assert findings["b"].fault.endswith("ValueError: 2")


def test_fixtures_bring_evidence_draw_and_reference(judged: Judge) -> None:
    findings = judged(
        """
        @criterion("a")
        def test_a(evidencia, sorteio, esperado):
            expect((evidencia.exercise, sorteio, esperado) == ("ex-toy", "S", {"x": 1}), "a", "b")
        """,
        drawn="S",
        expected={"x": 1},
    )
    assert findings == {"a": Finding()}


def test_graders_that_cannot_be_imported(judged: Judge) -> None:
    with pytest.raises(JudgeError, match="código"):
        judged("import modulo_que_nao_existe")
    with pytest.raises(JudgeError):
        judged("def test_a(:\n")


def test_a_grader_that_stops_everything_has_judged_nothing(judged: Judge) -> None:
    source = "import pytest\n@criterion('a')\ndef test_a(): pytest.exit('chega', returncode={})\n"
    assert judged(source.format(0)) == {}
    with pytest.raises(JudgeError):
        judged(source.format(2))


def test_ctrl_c_while_judging_is_not_swallowed(judged: Judge) -> None:
    """pytest would end its own session quietly, and whoever asked would wait on."""
    with pytest.raises(KeyboardInterrupt):
        judged(
            """
            import os, signal

            @criterion("a")
            def test_a():
                os.kill(os.getpid(), signal.SIGINT)
            """
        )


def test_printing_does_not_reach_the_reader(judged: Judge, capfd: pytest.CaptureFixture[str]) -> None:
    judged("@criterion('a')\ndef test_a(): print('ruído')\n")
    assert capfd.readouterr().out == ""


SABOTAGE = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    item.obj = lambda *a, **k: None

@pytest.fixture
def evidencia():
    return None
"""
JUDGES_EVIDENCE = """
@criterion("a")
def test_a(evidencia):
    expect(evidencia is None, "a", "a evidência é a de verdade")
"""


def test_a_conftest_beside_the_graders_takes_no_part(judged: Judge, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "corretores"):
        folder.mkdir(exist_ok=True)
        (folder / "conftest.py").write_text(SABOTAGE, encoding="utf-8")
    assert judged(JUDGES_EVIDENCE)["a"].unmet is not None


def test_an_ini_file_beside_the_graders_takes_no_part(
    judged: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pytest.ini", "pyproject.toml", "tox.ini"):
        for folder in (tmp_path, tmp_path / "corretores"):
            folder.mkdir(exist_ok=True)
            section = "[tool.pytest.ini_options]" if name.endswith("toml") else "[pytest]"
            value = "'-k nada'" if name.endswith("toml") else "-k nada"
            (folder / name).write_text(f"{section}\naddopts = {value}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert judged(JUDGES_EVIDENCE)["a"].unmet is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTEST_ADDOPTS", "-k nada"),
        ("PYTEST_ADDOPTS", "--opcao-que-nao-ha"),
        ("PYTEST_PLUGINS", "sabotagem"),
    ],
)
def test_the_environment_takes_no_part(
    judged: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    (tmp_path / "sabotagem.py").write_text(SABOTAGE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(name, value)
    before = dict(os.environ)
    assert judged(JUDGES_EVIDENCE)["a"].unmet is not None
    assert dict(os.environ) | {"PYTEST_CURRENT_TEST": ""} == before | {"PYTEST_CURRENT_TEST": ""}


def test_installed_plugins_take_no_part(judged: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """hypothesis and xdist are installed here, and register themselves."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    findings = judged(
        """
        @criterion("a")
        def test_a(pytestconfig):
            names = {name for name, _ in pytestconfig.pluginmanager.list_name_plugin()}
            expect(not names & {"hypothesispytest", "xdist", "timeout", "anyio"}, "nenhum", str(names))
        """
    )
    assert findings == {"a": Finding()}


# --- verdicts ----------------------------------------------------------------------------------------

UNMET = Finding(unmet=Unmet("esperado", "visto", rows=[("t", "w")], log="o fim do log"))
FAULT = Finding(fault="test_x: KeyError: 'x'")
PASSED = Finding()


def statuses(exercise: Exercise, findings: dict[str, Finding], hidden_here: bool = True) -> dict[str, str]:
    judged = verdicts_of(exercise, findings, hidden_here=hidden_here)
    assert [v.criterion for v in judged] == [c.id for c in exercise.criteria]
    for verdict in judged:
        assert verdict.points == (verdict.max_points if verdict.status is Status.PASSED else 0)
        assert bool(verdict.hint) is (verdict.status is Status.FAILED)
    return {verdict.criterion: verdict.status.value for verdict in judged}


def test_all_passed(toy_exercise: Exercise) -> None:
    findings = dict.fromkeys(("declara", "grava", "dobra"), PASSED)
    assert set(statuses(toy_exercise, findings).values()) == {"passed"}


def test_what_depends_on_a_failure_is_blocked_all_the_way(toy_exercise: Exercise) -> None:
    findings = {"declara": UNMET, "grava": PASSED, "dobra": PASSED}
    assert statuses(toy_exercise, findings) == {"declara": "failed", "grava": "blocked", "dobra": "blocked"}
    blocked = verdicts_of(toy_exercise, findings, hidden_here=True)[1]
    assert blocked.seen == "Depende de «Declara um DAG», que ainda não passou."


def test_a_fault_blocks_and_never_pays(toy_exercise: Exercise) -> None:
    findings = {"declara": PASSED, "grava": FAULT, "dobra": PASSED}
    assert statuses(toy_exercise, findings) == {"declara": "blocked", "grava": "error", "dobra": "blocked"}


def test_declared_pays_only_with_an_effect(toy_exercise: Exercise) -> None:
    alone = {"declara": PASSED, "grava": UNMET, "dobra": PASSED}
    assert statuses(toy_exercise, alone)["declara"] == "blocked"
    together = {"declara": PASSED, "grava": PASSED, "dobra": UNMET}
    assert statuses(toy_exercise, together)["declara"] == "passed"


def test_a_criterion_without_a_test_is_an_error(toy_exercise: Exercise) -> None:
    findings = {"declara": PASSED, "dobra": PASSED}
    assert statuses(toy_exercise, findings)["grava"] == "error"
    assert statuses(toy_exercise, {})["declara"] == "error"


def test_hidden_criteria_wait_in_a_class_package(toy_exercise: Exercise) -> None:
    findings = {"declara": PASSED, "grava": PASSED, "dobra": PASSED}
    assert statuses(toy_exercise, findings, hidden_here=False) == {
        "declara": "passed",
        "grava": "passed",
        "dobra": "waiting",
    }


def test_a_failed_verdict_tells_expected_seen_rows_log_and_hint(toy_exercise: Exercise) -> None:
    verdicts = verdicts_of(
        toy_exercise, {"declara": PASSED, "grava": PASSED, "dobra": UNMET}, hidden_here=True
    )
    hidden = verdicts[2]
    assert (hidden.expected, hidden.seen, hidden.hint) == ("esperado", "visto", "um empurrão")
    assert hidden.log == ""  # a log shows inputs
    visible = verdicts_of(toy_exercise, {"declara": UNMET}, hidden_here=True)[0]
    assert visible.log == "o fim do log"
    assert visible.rows[0].what == "w"


@given(st.lists(st.sampled_from([PASSED, UNMET, FAULT, None]), min_size=3, max_size=3), st.booleans())
def test_no_finding_pays_more_than_it_found(found: list[Finding | None], hidden_here: bool) -> None:
    exercise = _exercise()
    findings = {c.id: f for c, f in zip(exercise.criteria, found, strict=True) if f is not None}
    seen = statuses(exercise, findings, hidden_here)
    for criterion in exercise.criteria:
        if seen[criterion.id] == "passed":
            assert findings[criterion.id] == PASSED
            assert all(seen[name] == "passed" for name in criterion.depends)
            assert hidden_here or criterion.visible
    effects = [seen[c.id] for c in exercise.criteria if c.basis.value == "effect"]
    assert "passed" in effects or "passed" not in seen.values()


def _exercise() -> Exercise:
    from autograder.model.exercise import load_exercise

    return load_exercise(Path(__file__).parent / "toy" / "course" / "exercises" / "ex-toy")


# --- reading evidence --------------------------------------------------------------------------------


def evidence_of(step: StepEvidence) -> Evidence:
    return EMPTY.model_copy(update={"steps": {"a/b": step}})


def test_missing_evidence_is_never_a_pass() -> None:
    with pytest.raises(Unmet, match="Não há evidência"):
        step_of(EMPTY, "a/b")
    with pytest.raises(Unmet, match="Não há relato"):
        run_of(evidence_of(StepEvidence(outcome=Outcome.OK)), "a/b")
    with pytest.raises(Unmet, match="Não há relato"):
        parse_of(evidence_of(StepEvidence(outcome=Outcome.OK)), "a/b")


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (Outcome.OK, Outcome.FAULT)])
def test_every_bad_end_is_told(outcome: Outcome) -> None:
    step = StepEvidence(outcome=outcome, detail="DETALHE", output={"": "antes\n", "t": "o fim\n"})
    with pytest.raises(Unmet) as raised:
        step_of(evidence_of(step), "a/b")
    assert "DETALHE" in raised.value.seen
    assert raised.value.log == "o fim\n"


def test_the_adapters_fault_is_not_the_students(judged: Judge) -> None:
    faulty = evidence_of(StepEvidence(outcome=Outcome.FAULT, detail="KeyError: 'x'"))
    with pytest.raises(GraderFault):
        step_of(faulty, "a/b")
    findings = judged("@criterion('a')\ndef test_a(evidencia): step_of(evidencia, 'a/b')\n", faulty)
    assert findings["a"].unmet is None
    assert "GraderFault" in findings["a"].fault


def test_failures_and_log_of_a_run() -> None:
    def task(name: str, state: str, error: str = "") -> TaskRun:
        return TaskRun(id=name, map_index=-1, state=state, tries=1, error=error, effects=(), processes=())

    tasks = (
        task("a", "success"),
        task("b", "skipped"),
        task("c", "failed", "E: x"),
        task("d", "upstream_failed"),
    )
    step = StepEvidence(outcome=Outcome.OK, output={"": "fora", "c": "x" * 3_000 + "fim"})
    run = SeenRun(step, RunReport(state="failed", logical_date="", tasks=tasks))
    assert run.failures() == "c (failed): E: x; d (upstream_failed)"
    assert run.log().endswith("fim")
    assert len(run.log()) == 1500
    assert SeenRun(step, RunReport(state="success", logical_date="", tasks=tasks[:2])).log() == ""


# --- differing rows ----------------------------------------------------------------------------------

values = st.one_of(st.none(), st.text(max_size=5), st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9))
rows = st.lists(st.fixed_dictionaries({"a": values, "b": values}), max_size=8)


@given(rows, st.randoms(use_true_random=False), st.booleans())
def test_order_does_not_matter(rows: list[dict[str, Any]], rng: random.Random, visible: bool) -> None:
    shuffled = rows[:]
    rng.shuffle(shuffled)
    assert differing_rows("t", shuffled, rows, visible=visible) == []


@given(rows, st.data(), st.booleans())
def test_a_missing_row_is_always_noticed(
    rows: list[dict[str, Any]], data: st.DataObject, visible: bool
) -> None:
    wanted = [*rows, {"a": "a mais", "b": 1}]
    position = data.draw(st.integers(0, len(wanted) - 1))
    seen = wanted[:position] + wanted[position + 1 :]
    assert differing_rows("t", seen, wanted, visible=visible)


@given(rows, st.data(), st.booleans())
def test_a_repeated_row_is_always_noticed(
    rows: list[dict[str, Any]], data: st.DataObject, visible: bool
) -> None:
    wanted = [*rows, {"a": "a mais", "b": 1}]
    again = data.draw(st.sampled_from(wanted))
    differences = differing_rows("t", [*wanted, again], wanted, visible=visible)
    assert 1 <= len(differences) <= 3


@given(rows, rows)
def test_hidden_differences_show_no_value(seen: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    symptoms = {
        "nenhuma linha para o dia",
        "há linhas com valores errados",
        "faltam linhas",
        "há linhas a mais (ou repetidas)",
    }
    shown = differing_rows("t", seen, wanted, visible=False)
    assert {what for _, what in shown} <= symptoms
    assert bool(shown) is bool(differing_rows("t", seen, wanted, visible=True))


@given(st.integers(-(2**52), 2**52))
def test_an_amount_is_the_same_as_int_float_and_bool(number: int) -> None:
    assert differing_rows("t", [{"a": float(number)}], [{"a": number}], visible=True) == []
    assert differing_rows("t", [{"a": str(number)}], [{"a": number}], visible=True) != []
    assert differing_rows("t", [{"a": 1}], [{"a": True}], visible=True) == []


def test_amounts_that_differ_differ() -> None:
    assert differing_rows("t", [{"a": 3.01}], [{"a": 3}], visible=True)
    assert differing_rows("t", [{"a": 0.1 + 0.2}], [{"a": 0.3}], visible=True)
    assert differing_rows("t", [{"a": "inf"}], [{"a": 0}], visible=True)
    assert differing_rows("t", [{"a": float("inf")}], [{"a": 0}], visible=True)


def test_none_and_empty_are_not_argued_about() -> None:
    assert differing_rows("t", [{"a": None}], [{"a": ""}], visible=True) == []
    assert differing_rows("t", [{"a": 0}], [{"a": ""}], visible=True) != []
    assert differing_rows("t", [{"a": " "}], [{"a": ""}], visible=True) != []


def test_columns_nobody_asked_for_do_not_count() -> None:
    assert differing_rows("t", [{"a": 1, "criado_em": "hoje"}], [{"a": 1}], visible=True) == []
    assert differing_rows("t", [{"b": 1}], [{"a": 1}], visible=True) != []


def test_visible_shows_the_students_rows_never_the_right_ones() -> None:
    seen = [{"a": n, "b": "meu"} for n in range(10)]
    shown = differing_rows("vendas", seen, [{"a": 777, "b": "certo"}], visible=True)
    assert shown[0] == ("vendas", "linha que não deveria estar aí: a=0, b=meu")
    assert len(shown) == 3
    assert "777" not in str(shown)
    assert "certo" not in str(shown)
    missing = differing_rows("vendas", seen[:8], seen, visible=True)
    assert missing == [("vendas", "faltam 2 linha(s) das 10 do dia")]


def test_long_values_are_cut() -> None:
    ((_, what),) = differing_rows("t", [{"a": "x" * 10_000}], [], visible=True)
    assert len(what) < 400


@pytest.mark.parametrize("visible", [True, False])
def test_a_table_that_is_gone(visible: bool) -> None:
    assert differing_rows("t", None, [], visible=visible) == [
        ("t", "a tabela não existe mais ou não pode ser lida")
    ]
    assert differing_rows("t", [], [], visible=visible) == []


@pytest.mark.parametrize(
    ("seen", "wanted", "symptom"),
    [
        ([], [{"a": 1}], "nenhuma linha para o dia"),
        ([{"a": 1}], [{"a": 1}, {"a": 2}], "faltam linhas"),
        ([{"a": 1}, {"a": 1}], [{"a": 1}], "há linhas a mais (ou repetidas)"),
        ([{"a": 1}, {"a": 3}], [{"a": 1}, {"a": 2}], "há linhas com valores errados"),
        ([{"a": 1}], [], "há linhas a mais (ou repetidas)"),
    ],
)
def test_each_symptom(seen: list[Any], wanted: list[Any], symptom: str) -> None:
    assert differing_rows("t", seen, wanted, visible=False) == [("t", symptom)]


# --- while steps are still being played --------------------------------------------------------------

ASKING = """
@criterion("primeiro")
def test_first(evidencia):
    step_of(evidencia, "m/a")

@criterion("segundo")
def test_second(evidencia):
    step_of(evidencia, "m/a")
    step_of(evidencia, "m/b")

@criterion("todos")
def test_all(evidencia):
    expect(not [s for s in evidencia.steps.values() if s.files], "a", "b")

@criterion("tem")
def test_has(evidencia):
    expect("m/b" in evidencia.steps, "a", "b")

@criterion("dois")
def test_one_of_two(evidencia):
    step_of(evidencia, "m/b")

@criterion("dois")
def test_two_of_two(evidencia):
    expect(False, "a", "b")

@criterion("nunca")
def test_a_step_that_nobody_plays(evidencia):
    step_of(evidencia, "m/inexistente")
"""
PLAYED = StepEvidence(outcome=Outcome.OK)


def test_what_asks_too_early_is_put_off(judged: Judge) -> None:
    early = judged(ASKING, so_far("ex-toy", 1, "l", {"m/a": PLAYED}, frozenset({"m/b"})))
    assert set(early) == {"primeiro", "nunca"}
    assert early["primeiro"] == Finding()
    assert early["nunca"].unmet is not None
    whole = {"m/a": PLAYED, "m/b": PLAYED}
    for evidence in (
        so_far("ex-toy", 1, "l", whole, frozenset()).model_copy(update={"steps": whole}),
        Evidence(exercise="ex-toy", seed=1, level="l", versions={}, steps=whole),
    ):
        late = judged(ASKING, evidence)
        assert set(late) == {"primeiro", "segundo", "todos", "tem", "dois", "nunca"}
        assert late["dois"].unmet is not None


def test_what_is_decided_is_not_judged_again(judged: Judge) -> None:
    findings = judged(ASKING, decided=frozenset({"primeiro", "nunca", "dois"}))
    assert set(findings) == {"segundo", "todos", "tem"}


def test_a_webhooks_message_that_was_cut_has_no_words_and_is_no_fault() -> None:
    cut = '{"text": "' + "x" * 50
    rows: list[Row] = [
        {"status": 200, "body": '{"text": "um\\ndois", "blocks": [{"text": {"text": "três"}}]}'},
        {"status": 200, "body": "payload=%7B%22text%22%3A%20%22quatro%22%7D"},
        {"status": 200, "body": cut},
        {"status": 200, "body": f"payload={cut}"},
        {"status": 400, "body": '{"text": "recusada"}'},
    ]
    seen = posts(StepEvidence(outcome=Outcome.OK, services={"slack": rows}), "slack")
    assert [(message.head, message.text) for message in seen] == [
        ("um", "um\ndois\ntrês"), ("quatro", "quatro"), ("", ""), ("", ""),
    ]  # fmt: skip
