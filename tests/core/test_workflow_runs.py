"""Workflows that really run: in the cage, with the stand-ins that they find there."""

from __future__ import annotations

import os
import socket
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.judge.deploys import said
from autograder.model.evidence import Outcome, StepEvidence
from autograder.model.exercise import Exercise
from autograder.run.play import play
from autograder.run.world import Limits, Observe, RunTests, RunWorkflow, Scenario, Step
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from autograder.submission import Submission

FILE, TESTS = ".github/workflows/deploy.yml", "tests/test_dags.py"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"
TOKEN = "tok_abracadabra_abracadabra"
EXERCISE = Exercise.model_validate(
    {
        "id": "ex-fluxo", "title": "Um fluxo", "minutes": 1, "proves": "nada", "adapter": "flow", "files": [FILE, TESTS],
        "criteria": [{
            "id": "um", "title": "Um critério", "points": 1, "checklist": "deploys", "visible": True, "basis": "effect",
            "hints": ["a", "b", "c"],
        }],
    }
)  # fmt: skip
Run = Callable[..., StepEvidence]


@pytest.fixture
def run(flow_adapter: None, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs steps of a shell (or a whole workflow) as a push, on the best level there is."""
    monkeypatch.setenv("SEGREDO_DO_CORRETOR", "nunca-visto")

    def it(
        script: str = "", *, workflow: str = "", tests: str = "", step: Step | None = None, **limits: Any
    ) -> StepEvidence:
        lines = textwrap.indent(textwrap.dedent(script).strip(), " " * 10)
        whole = workflow or (
            f"on: push\njobs:\n  um:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: {CHECKOUT}\n      - run: |\n{lines}\n"
            "        env:\n          ALVO: ${{ vars.ALVO }}\n          TOKEN: ${{ secrets.TOKEN }}\n"
        )

        def build(world: Path) -> None:
            (world / "repositorio").mkdir()
            (world / "repositorio" / "requirements.txt").write_text(
                "apache-airflow==3.3.2\npytest # os testes\n"
            )
            (world / "repositorio" / "alo.py").write_text("import sys\nprint('alo', sys.argv[1:])\n")
            (world / "alvo").mkdir()

        asked = step or RunWorkflow(
            ("repositorio",), FILE, target="alvo", secrets={"TOKEN": TOKEN},
            variables=lambda world: {"ALVO": str(world / "alvo")},
            limits=Limits(**{"wall_seconds": 60.0, "memory_mb": 3_000} | limits),
        )  # fmt: skip
        evidence = play(
            Submission({FILE: whole.encode(), TESTS: tests.encode() or b"\n"}, {}),
            EXERCISE,
            [Scenario("mundo", build, {"um": asked}, secrets=(TOKEN,))],
            Observe("", (), ("alvo",), trees=("alvo",), watched=("alvo",)),
            seed=1,
            level=probe().level,
        )
        return evidence.steps["mundo/um"]

    return it


def left(step: StepEvidence, name: str) -> str:
    """A file that the workflow has left in its target."""
    text = step.files[f"alvo/{name}"].text
    assert text is not None
    return text


def green(step: StepEvidence) -> StepEvidence:
    assert step.outcome is Outcome.OK, (step.detail, step.output)
    assert step.workflow is not None
    assert step.workflow.exit == 0, (said(step), {name: file.text for name, file in step.files.items()})
    return step


# --- Python ------------------------------------------------------------------------------------------


def test_python_does_what_python_does(run: Run) -> None:
    script = """
    exec > "$ALVO/dito" 2>&1
    python -c 'import sys; print(sys.argv, sys.path[0] == "")' a b
    python alo.py um dois
    python3 - tres <<'FIM'
    import sys
    print(__name__, sys.argv)
    FIM
    echo 'print(6 * 7)' | python
    python -m json.tool --compact <<< '{"a":  1}'
    python -u -W ignore -c 'import sys; print("autograder" in sys.modules, "/curso" in sys.path)'
    python -c 'raise SystemExit(7)' || echo "saiu $?"
    python -c 'import sys; sys.exit("palavras")' || echo "saiu $?"
    python -c 'import os; os.kill(os.getpid(), 9)' || echo "saiu $?"
    python nada.py || echo "saiu $?"
    mkdir pasta; echo 'OI = 3' > pasta/modulo.py
    PYTHONPATH=pasta python -c 'import modulo; print(modulo.OI)'
    python -c 'import subprocess, sys; print(subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout)'
    timeout 1 python -c 'import time; time.sleep(60)' || echo "saiu $?"
    cd pasta && python -c 'import os; print(os.path.basename(os.getcwd()))'
    VALOR='com "aspas" e ç' python -c 'import os; print(os.environ["VALOR"], "SEGREDO_DO_CORRETOR" in os.environ)'
    """
    lines = left(green(run(script)), "dito").splitlines()
    assert [line for line in lines if "Errno" not in line] == [
        "['-c', 'a', 'b'] True", "alo ['um', 'dois']", "__main__ ['-', 'tres']", "42", '{"a":1}', "True False", "saiu 7",
        "palavras", "saiu 1", "saiu 137", "saiu 2", "3", "b'1\\n'", "saiu 124", "pasta", 'com "aspas" e ç False',
    ]  # fmt: skip


def test_packages_are_there_or_are_missed(run: Run) -> None:
    script = """
    pip install -q --upgrade pip && pip install -r requirements.txt -c https://example.org/limites.txt
    python -m pip install 'pytest>=7' time-machine
    uv pip install --system -r requirements.txt
    pip install pacote-que-nao-existe 2> "$ALVO/falta" && exit 1
    pip install -r nada.txt 2>> "$ALVO/falta" && exit 1
    pip install 'pytest==1.0' 2> "$ALVO/outra"
    python -m venv .venv && . .venv/bin/activate
    command -v python > "$ALVO/onde"; python -c 'import pytest'
    deactivate; uv venv outro && uv run python -c 'import pytest' && uv run pytest --version
    """
    step = green(run(script))
    assert "pacote-que-nao-existe não está instalado" in left(step, "falta")
    assert "nada.txt" in left(step, "falta")
    assert "no corretor há a" in left(step, "outra")
    assert left(step, "onde").endswith("/.venv/bin/python\n")


@pytest.mark.parametrize(
    ("tests", "code"),
    [
        ('def test_a():\n    assert sorted("ba") == ["a", "b"]\n', 0),
        ("def test_a():\n    assert False\n", 1),
        ("import nada_disso\n", 2),
        ("", 5),
        ("import os\nos._exit(3)\n", 3),
        ("import os\nos.kill(os.getpid(), 9)\n", 137),
    ],
    ids=["green", "red", "broken", "none", "exit", "killed"],
)
def test_tests_end_as_pytest_ends(run: Run, tests: str, code: int) -> None:
    step = run(tests=tests, step=RunTests("repositorio", TESTS))
    assert step.tests is not None, (step.detail, step.output)
    assert step.tests.exit == code, step.output


# --- GitHub ------------------------------------------------------------------------------------------


def test_each_job_begins_with_nothing_and_artifacts_pass(run: Run) -> None:
    workflow = f"""
on: push
jobs:
  um:
    runs-on: ubuntu-latest
    steps:
      - run: ls -A > "${{{{ vars.ALVO }}}}/antes"
      - uses: {CHECKOUT}
        with: {{path: fonte}}
      - run: cd fonte && git rev-parse HEAD > "${{{{ vars.ALVO }}}}/commit" && mkdir -p a/b c && echo 1 > a/b/x && echo 2 > c/y
      - uses: actions/upload-artifact@qualquer
        with: {{name: coisas, path: "fonte/a\\nfonte/c"}}
  dois:
    needs: um
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@qualquer
        with: {{name: coisas, path: aqui}}
      - run: find . -type f > "${{{{ vars.ALVO }}}}/depois"
"""
    step = green(run(workflow=workflow))
    assert step.workflow is not None
    assert left(step, "antes") == ""
    assert left(step, "commit").strip() == step.workflow.commits[0]
    assert sorted(left(step, "depois").split()) == ["./aqui/a/b/x", "./aqui/c/y"]


def test_an_action_that_is_not_there_is_no_action(run: Run) -> None:
    step = run(
        workflow="on: push\njobs:\n  um:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: alguem/coisa@v1\n"
    )
    assert step.workflow is not None
    assert step.workflow.exit != 0


# --- what gets out -----------------------------------------------------------------------------------


def test_the_usual_programs_are_there(run: Run) -> None:
    step = green(
        run('echo "a b" | awk \'{print $2}\' > "$ALVO/awk"; which tar curl git sed find > "$ALVO/onde"')
    )
    assert left(step, "awk") == "b\n"
    assert len(left(step, "onde").split()) == 5


def test_a_secret_is_seen_where_it_gets_out(run: Run) -> None:
    assert green(run('echo "o token é $TOKEN"')).leaks == (), "the runner covers it"
    assert green(run('echo "$TOKEN" > "$ALVO/t"; ln -s "$TOKEN" "$ALVO/l"')).leaks == ("alvo/l", "alvo/t")
    assert green(run('printf "%s" "$TOKEN" | sed "s/a/a /" | tr -d " "')).leaks == (), "still the runner"


def test_a_workflow_touches_nothing_outside_of_its_scratch(run: Run, tmp_path: Path) -> None:
    if probe().level is not Level.CAGE:
        pytest.skip(probe().reason)
    outside = tmp_path / "fora"
    outside.mkdir(mode=0o777)
    outside.chmod(0o777)
    (outside / "meu.txt").write_text("não toque")
    (outside / "meu.txt").chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        script = f"""
        rm -rf {outside} {tmp_path} /curso /modelo /palco /entrega 2>/dev/null || true
        echo mudado > {outside}/meu.txt 2>/dev/null || true
        (echo > /dev/tcp/127.0.0.1/{server.getsockname()[1]}) 2>/dev/null && echo LIGOU
        (echo > /dev/tcp/10.0.0.1/80) 2>/dev/null && echo LIGOU
        cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep SEGREDO_DO && echo LEU
        cat /etc/shadow 2>/dev/null && echo LEU
        ls {Path(__file__).parents[2]}/solutions {Path(__file__).parents[2]}/autograder/graders 2>/dev/null && echo LEU
        find / -name test_hidden.py -not -path '/proc/*' 2>/dev/null | grep -q . && echo LEU
        mkdir -p "$HOME/veneno"; printf '#!/bin/sh\\nexit 0\\n' > "$HOME/veneno/git"; chmod +x "$HOME/veneno/git"
        echo "$HOME/veneno" >> "$GITHUB_PATH"; echo "LD_PRELOAD=/nada.so" >> "$GITHUB_ENV"; echo "BASH_ENV=$HOME/x" >> "$GITHUB_ENV"
        mkdir -p .git/hooks "$HOME/.config/git"; printf '#!/bin/sh\\nfalse\\n' > .git/hooks/pre-commit
        git config --global core.hooksPath "$PWD/.git/hooks"
        nohup sleep 300 > /dev/null 2>&1 &
        echo fim > "$ALVO/fim"
        """
        step = green(run(script))
        with pytest.raises(TimeoutError):
            server.accept()
    assert left(step, "fim") == "fim\n"
    printed = "\n".join(step.output.values())
    assert "| LIGOU" not in printed
    assert "| LEU" not in printed
    assert (outside / "meu.txt").read_text() == "não toque"
    assert sorted(os.listdir(tmp_path)) == ["fora", "pacote", "tmp"], "the last two are this test's own"
    after = green(run('git status --short > "$ALVO/depois"; test -z "$LD_PRELOAD$BASH_ENV"'))
    assert left(after, "depois") == ""


def test_a_workflow_that_never_ends_is_cut_off(run: Run) -> None:
    step = run("while true; do sleep 1; done", wall_seconds=6.0)
    assert step.outcome is Outcome.TIMED_OUT
    assert step.workflow is None
    assert "no workflow" in step.detail
