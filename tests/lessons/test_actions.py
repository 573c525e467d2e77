"""Workflows in lessons: what GitHub would start, what act runs, and what a learner is told where neither can."""

from __future__ import annotations

import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from curso.lessons import actions, pytest_runs
from curso.lessons.actions import Corrida, Repositorio
from curso.lessons.checkers import actionlint, esquema, zizmor
from curso.lessons.triggers import WorkflowError, dispara, matches, read, unheeded

JOBS = "\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo oi\n"


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("dags/**", ["dags/a.py", "dags/b/c.py"], ["tests/a.py", "dags"]),
        ("*.md", ["README.md"], ["docs/README.md"]),
        ("**.md", ["README.md", "docs/x/README.md"], ["README.mdx"]),
        ("**/README.md", ["README.md", "a/b/README.md"], ["a/READMExmd"]),
        ("entrega/*", ["entrega/1"], ["entrega/1/2"]),
        ("v[12].[0-9]+", ["v1.10", "v2.0"], ["v3.0"]),
        ("*.jsx?", ["page.js", "page.jsx"], ["page.jsxx"]),
    ],
)
def test_patterns_are_githubs(pattern: str, fits: list[str], does_not: list[str]) -> None:
    assert [name for name in fits if not matches(name, [pattern])] == []
    assert [name for name in does_not if matches(name, [pattern])] == []


def test_the_last_pattern_that_fits_decides() -> None:
    patterns = ["docs/**", "!docs/**.md", "docs/leia.md"]
    assert [matches(name, patterns) for name in ("docs/a.py", "docs/a.md", "docs/leia.md")] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("on", "event", "branch", "files", "runs", "reason"),
    [
        ("on: push", "push", "x", [], True, "passam pelos filtros"),
        ("on: [pull_request]", "push", "x", [], False, "não tem `push`"),
        ("on:\n  push:", "push", "x", [], True, "passam pelos filtros"),
        ("on:\n  push: {branches: [main]}", "push", "x", [], False, "não está em `branches: [main]`"),
        ("on:\n  push: {branches-ignore: ['x*']}", "push", "xy", [], False, "branches-ignore"),
        ("on:\n  push: {tags: ['v*']}", "push", "main", [], False, "só há filtro de `tags`"),
        ("on:\n  push: {paths: ['dags/**']}", "push", "m", ["a.md", "dags/b.py"], True, "passam"),
        ("on:\n  push: {paths: ['dags/**']}", "push", "m", ["a.md"], False, "nenhum arquivo mudado"),
        ("on:\n  push: {paths-ignore: ['**.md']}", "push", "m", ["a.md", "b/c.md"], False, "paths-ignore"),
        ("on:\n  push: {paths-ignore: ['**.md']}", "push", "m", ["a.md", "b.py"], True, "passam"),
        ("on:\n  workflow_dispatch:", "workflow_dispatch", "m", [], True, "tem `workflow_dispatch`"),
    ],
)
def test_what_starts_a_workflow(
    on: str, event: str, branch: str, files: list[str], runs: bool, reason: str
) -> None:
    decided = dispara(on + JOBS, event, branch, files)
    assert (bool(decided), reason in decided.motivo) == (runs, True), decided


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("on: push\njobs:\n\ta: 1\n", "linha 3"),
        ("- um\n- dois\n", "um workflow é um mapa"),
        ("on: push\n", "falta `jobs:`"),
        ("jobs:\n  a: {}\n", "falta `on:`"),
        ("on: push\njobs: [a]\n", "um nome e um corpo"),
    ],
)
def test_a_file_that_is_no_workflow_is_told_in_portuguese(text: str, said: str) -> None:
    with pytest.raises(WorkflowError, match=said):
        read(text, "ci.yml")


def test_what_act_leaves_out_is_listed() -> None:
    text = "on: push\nconcurrency: x\njobs:\n  a:\n    timeout-minutes: 1\n    services: {}\n    environment: p\n    steps: []\n"
    assert unheeded(read(text)) == ["concurrency", "timeout-minutes (a)", "services (a)", "environment (a)"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Commits a workflow to a fresh repository, and runs it."""

    def of(text: str, event: str = "push", **how: Any) -> Corrida:
        repository = Repositorio()
        repository.escrever(".github/workflows/ci.yml", textwrap.dedent(text))
        repository.escrever("dados.txt", "dez lojas\n")
        repository.commit("teste")
        repository.escrever("segredo-meu.txt", "fora do commit\n")
        if event == "pull_request":
            repository.ramo("outro")
            return repository.pull_request("um título", **how)
        return repository.push(**how)

    return of


def test_jobs_steps_matrix_outputs_and_secrets(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    seen = run(
        """
        on: push
        jobs:
          um:
            runs-on: ubuntu-latest
            strategy: {matrix: {loja: [belém, recife]}}
            outputs: {quem: "${{ steps.s.outputs.quem }}"}
            steps:
              - name: antes
                run: ls -A
              - uses: actions/checkout@v6
              - name: depois
                run: ls -A && cat dados.txt
              - id: s
                run: echo "quem=${{ matrix.loja }}" >> "$GITHUB_OUTPUT"
          dois:
            needs: um
            runs-on: ubuntu-24.04
            timeout-minutes: 3
            env: {CHAVE: "${{ secrets.CHAVE }}", ONDE: "${{ vars.ONDE }}", QUEM: "${{ needs.um.outputs.quem }}"}
            steps:
              - run: echo "$CHAVE em $ONDE para $QUEM"
              - name: cai
                run: echo fim; exit 3
          tres:
            needs: dois
            runs-on: ubuntu-latest
            steps: [{run: echo nunca}]
          quatro:
            runs-on: windows-latest
            steps: [{run: echo nunca}]
        """,
        segredos={"CHAVE": "abacaxi"},
        variaveis={"ONDE": "Belém"},
    )
    assert seen.jobs == {
        "um (belém)": "success",
        "um (recife)": "success",
        "dois": "failure",
        "quatro": "skipped",
        "tres": "skipped",
    }
    assert not seen.passou
    assert seen.saida("um (recife)", "antes") == ""
    files = seen.saida("um (recife)", "depois")
    assert "dez lojas" in files
    assert "segredo-meu" not in files  # what was not committed is not there
    assert "*** em Belém para " in seen.saida("dois")
    assert seen.ignorado == ["timeout-minutes (dois)"]
    said = capsys.readouterr().out
    assert "✘ dois › cai" in said
    assert "      fim" in said
    assert "○ tres: pulado" in said
    assert "ele pede windows-latest" in said


def test_a_pull_request_has_a_title_and_a_base(run: Any) -> None:
    seen = run(
        """
        on: pull_request
        jobs:
          a:
            runs-on: ubuntu-latest
            env: {T: "${{ github.event.pull_request.title }}"}
            steps: [{run: 'echo "$T para $GITHUB_BASE_REF vindo de $GITHUB_HEAD_REF"'}]
        """,
        event="pull_request",
    )
    assert seen.saida() == "um título para main vindo de outro"


def test_python_comes_with_setup_python_and_pip_downloads_nothing(run: Any) -> None:
    seen = run(
        """
        on: push
        jobs:
          sem:
            runs-on: ubuntu-latest
            steps: [{run: command -v pytest || echo nenhum}]
          com:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
                with: {python-version: "3.12"}
              - run: pip install "pytest>=9" && command -v pytest
              - run: python -m pip install nao-existe-mesmo==1.0
          velho:
            runs-on: ubuntu-latest
            steps: [{uses: actions/setup-python@v6, with: {python-version: "3.1"}}]
        """
    )
    assert seen.jobs == {"sem": "success", "com": "failure", "velho": "failure"}
    assert not seen.saida("sem").startswith(str(Path(sys.executable).parent))
    assert "Requirement already satisfied: pytest>=9" in seen.saida("com")
    assert "aqui o pip não baixa nada" in seen.saida("com")
    assert "The version '3.1'" in seen.saida("velho")


def test_filters_are_read_before_act_is_asked(run: Any) -> None:
    seen = run("on:\n  push: {branches: [producao]}" + JOBS)
    assert seen.jobs == {}
    assert not seen.passou
    assert repr(seen) == "Nada rodou: o ramo `main` não está em `branches: [producao]`."


def test_a_second_push_counts_only_its_own_files() -> None:
    repository = Repositorio()
    repository.escrever(".github/workflows/ci.yml", "on:\n  push: {paths: ['dags/**']}" + JOBS)
    repository.escrever("dags/a.py", "")
    repository.commit("primeiro")
    assert repository.push(mostrar=False).passou
    repository.escrever("README.md", "oi")
    repository.commit("segundo")
    assert not repository.push(mostrar=False).disparo


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{uses: astral-sh/setup-uv@v6}", "seria baixada da internet"),
        ("{uses: actions/checkout}", "precisa dizer a versão"),
    ],
)
def test_an_action_that_is_not_here_is_refused_by_name(run: Any, step: str, said: str) -> None:
    with pytest.raises(WorkflowError, match=said):
        run(f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{step}]\n")


def test_what_act_itself_refuses_is_told(run: Any) -> None:
    with pytest.raises(WorkflowError, match="O act recusou o arquivo"):
        run(
            "on: push\njobs:\n  a:\n    needs: ninguem\n    runs-on: ubuntu-latest\n    steps: [{run: echo}]\n"
        )


def test_a_workflow_that_was_not_committed_is_told() -> None:
    repository = Repositorio()
    repository.escrever("a.txt", "a")
    repository.commit("a")
    repository.escrever(".github/workflows/ci.yml", "on: push" + JOBS)
    with pytest.raises(WorkflowError, match="Ele existe, mas falta o commit"):
        repository.push()


@pytest.mark.parametrize("name", ["/etc/x", "../x", ".git/config", ""])
def test_nothing_is_written_outside_of_the_repository(name: str) -> None:
    with pytest.raises(WorkflowError, match="dentro do repositório"):
        Repositorio().escrever(name, "x")


def test_a_run_without_end_is_ended_with_all_its_children(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "SECONDS", 2)
    began = time.monotonic()
    with pytest.raises(WorkflowError, match="foi interrompido"):
        run("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: sleep 98.7}]\n")
    assert time.monotonic() - began < 30
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "98.7"]]


def test_a_file_without_tests_passes_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def confere():\n    pass\n", encoding="utf-8")
    assert not pytest_runs.run(tmp_path, "test_a.py", airflow=False).passou


def test_each_test_has_its_row_and_its_reason(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "def test_bom():\n    pass\n\n\ndef test_mau():\n    assert 1 == 2\n", encoding="utf-8"
    )
    seen = pytest_runs.run(tmp_path, airflow=False)
    assert {row["teste"]: row["resultado"] for row in seen} == {
        "test_a::test_bom": "passou",
        "test_a::test_mau": "falhou",
    }
    assert seen.falhas == ["test_a::test_mau"]
    assert "assert 1 == 2" in seen[1]["motivo"]


def test_a_file_that_cannot_be_imported_is_a_test_that_fails(tmp_path: Path) -> None:
    (tmp_path / "test_b.py").write_text("import nada_disso\n", encoding="utf-8")
    (row,) = pytest_runs.run(tmp_path, airflow=False)
    assert (row["teste"], row["resultado"]) == ("test_b", "falhou")
    assert "No module named 'nada_disso'" in row["motivo"]


@pytest.mark.parametrize(
    ("name", "own", "found"),
    [
        ("leia-me.txt", "", "test_a"),
        ("pytest.ini", "[pytest]\npython_files = prova_*.py\n", "prova_a"),
        ("pyproject.toml", "[tool.pytest.ini_options]\npython_files = 'prova_*.py'\n", "prova_a"),
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n", "test_a"),
    ],
)
def test_a_folder_has_its_own_settings_and_none_of_those_above(
    tmp_path: Path, name: str, own: str, found: str
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --isto-nao-existe\n", encoding="utf-8")
    folder = tmp_path / "repositório"
    folder.mkdir()
    (folder / name).write_text(own, encoding="utf-8")
    for module in ("test_a.py", "prova_a.py"):
        (folder / module).write_text("def test_bom():\n    pass\n", encoding="utf-8")
    (row,) = pytest_runs.run(folder, airflow=False)
    assert row["teste"] == f"{found}::test_bom"


def test_the_checkers_say_where_and_what_in_portuguese() -> None:
    text = "on: push\njobs:\n  a:\n    needs: b\n    runs-on: ubuntu-latest\n    timeout-minute: 3\n    steps: [{uses: actions/checkout@v6}]\n"
    assert {(row["linha"], row["regra"]) for row in actionlint(text)} == {
        (6, "syntax-check"),
        (3, "job-needs"),
    }
    assert "unpinned-uses" in {row["regra"] for row in zizmor(text)}
    assert all(row["em português"] for row in [*actionlint(text), *zizmor(text)])
    assert "timeout-minute" in esquema(text)[0]["diz"]
    with pytest.raises(WorkflowError, match="não pôde ser lido"):
        actionlint("on: [")
