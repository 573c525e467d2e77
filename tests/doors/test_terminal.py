"""The terminal door, as far as nothing is graded: calls, help, working copies, hints."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Course

EXERCISE = "ex1-dag-complexo"
VERBS = (
    "lab", "comecar", "verificar", "observar", "dica", "progresso", "reiniciar", "gabarito", "atualizar",
    "certificado", "reproduzir", "pacote", "doutor", "gerar", "lint",
)  # fmt: skip


# --- wrong calls ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (["xyz"], "não existe o comando «xyz»"),
        (["verificr", EXERCISE], "não existe o comando «verificr»"),
        (["--nada"], "não existe a opção --nada"),
        (["comecar"], "falta dizer EX"),
        (["comecar", EXERCISE, "outro"], "sobrou o que não foi pedido: outro"),
        (["verificar"], "falta dizer EX"),
        (["verificar", EXERCISE, "--nota"], "não existe a opção --nota"),
        (["verificar", EXERCISE, "--entreg", "x"], "não existe a opção --entreg"),
        (["verificar", EXERCISE, "--entrega"], "a opção --entrega pede um valor"),
        (["verificar", EXERCISE, "--semente", "sete"], "--semente pede um número inteiro"),
        (["verificar", EXERCISE, "--semente", "-1"], "--semente pede um número a partir de 0"),
        (["verificar", EXERCISE, "--semente"], "a opção --semente pede um valor"),
        (["verificar", EXERCISE, "--json=sim"], "a opção --json não leva valor"),
        (["dica", EXERCISE], "falta dizer CRITERIO"),
        (["reproduzir"], "falta dizer RESULTADO"),
        (["reproduzir", "resultado.json"], "falta a opção --criterio"),
        (["pacote"], "falta dizer DESTINO"),
        (["progresso", "agora"], "sobrou o que não foi pedido: agora"),
        (["progresso", "--ja-domino"], "a opção --ja-domino pede um valor"),
        (["observar"], "falta dizer EX"),
        (["observar", EXERCISE, "--nada"], "não existe a opção --nada"),
        (["reiniciar"], "falta dizer EX"),
        (["gabarito"], "falta dizer EX"),
        (["atualizar", "a.zip", "b.zip"], "sobrou o que não foi pedido: b.zip"),
        (["certificado", "--nome"], "a opção --nome pede um valor"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_one_sentence_that_shows_the_way(course: Course, call: list[str], says: str) -> None:
    sentence = course.curso(*call).sentence()
    assert says in sentence
    assert "--help`" in sentence


@pytest.mark.parametrize("verb", ["comecar", "verificar", "observar", "dica", "reiniciar", "gabarito"])
def test_an_unknown_exercise_is_told_which_there_are(course: Course, verb: str) -> None:
    more = ["agenda"] if verb == "dica" else []
    sentence = course.curso(verb, "ex9", *more).sentence()
    known = ", ".join(sorted(folder.name for folder in (course.root / "exercises").iterdir()))
    assert sentence == f"Não conheço o exercício «ex9». Os que existem: {known}."


def test_an_unknown_criterion_is_told_which_there_are(course: Course) -> None:
    sentence = course.curso("dica", EXERCISE, "agendas").sentence()
    assert "não tem o critério «agendas»" in sentence
    assert "carrega, parse-sem-io, agenda" in sentence


def test_without_a_working_copy_it_says_how_to_begin(fresh: Course) -> None:
    sentence = fresh.curso("verificar", "ex1").sentence()
    assert sentence == f"Você ainda não começou este exercício: rode `curso comecar {EXERCISE}`."
    assert not (fresh.root / "trabalho").exists()


def test_a_submission_that_is_not_there(course: Course, tmp_path: Path) -> None:
    missing = tmp_path / "não há"
    assert (
        course.curso("verificar", EXERCISE, "--entrega", missing).sentence()
        == f"A pasta {missing} não existe: confira o caminho."
    )


def test_a_refusal_of_the_system_is_told_in_portuguese(fresh: Course) -> None:
    fresh.work.mkdir(parents=True)
    (fresh.work / "dags").write_text("a file where a folder must go", encoding="utf-8")
    sentence = fresh.curso("comecar", EXERCISE).sentence()
    assert "O sistema recusou" in sentence
    assert "dags" in sentence


# --- help -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_verb_is_portuguese(course: Course, verb: str) -> None:
    ran = course.curso(verb, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "Uso:" in ran.out
    assert "Mostra esta ajuda e termina." in ran.out
    for english in ("Usage", "Show this", "Options", "Arguments", "required", "default", "[OPTIONS]"):
        assert english not in ran.out


def test_the_bare_command_shows_the_help_with_every_verb(course: Course) -> None:
    bare, helped = course.curso(), course.curso("--help")
    assert (helped.code, helped.err) == (0, "")
    assert (bare.code, bare.err) == (2, "")
    assert bare.out.split() == helped.out.split()
    assert "Commands" not in helped.out
    for verb in VERBS:
        assert f"│ {verb} " in helped.out


def test_help_brings_nothing_heavy(course: Course) -> None:
    command = course.command("--help")
    command[1:1] = ["-X", "importtime"]
    done = subprocess.run(command, env=course.environment, capture_output=True, text=True, check=True)
    imported = {
        line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line
    }
    assert "typer" in imported, "the probe sees imports"
    heavy = {
        "airflow",
        "prefect",
        "dagster",
        "pydantic",
        "pytest",
        "_pytest",
        "nbformat",
        "IPython",
        "jupyterlab",
    }
    assert not imported & (heavy | {"sqlalchemy", "psutil", "jsonschema", "autograder"})


# --- lab and doctor ---------------------------------------------------------------------------------


def test_lab_passes_its_arguments_on(fresh: Course) -> None:
    ran = fresh.curso("lab", "--version")
    assert ran.code == 0, ran
    assert ran.out.strip().split(".")[0] == "4"


def test_doctor_names_what_this_machine_reaches(course: Course) -> None:
    ran = course.curso("doutor")
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert lines[0] == f"✔ Python: {sys.version.split()[0]}"
    assert any(line.startswith("✔ apache-airflow: 3.") for line in lines)
    assert any("isolamento da correção: " in line for line in lines)
    assert ran.code == (1 if any(line.startswith("✘") for line in lines) else 0)


def test_doctor_says_what_to_do_about_a_missing_cage(course: Course, tmp_path: Path) -> None:
    environment = course.environment | {"PATH": str(tmp_path)}  # no bubblewrap there
    done = subprocess.run(
        course.command("doutor"), env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1, done
    bad = [line for line in done.stdout.splitlines() if line.startswith("✘")]
    assert len(bad) == 1, done.stdout
    assert "autoavaliação, sem isolamento" in bad[0]


# --- the working copy -------------------------------------------------------------------------------


def test_starting_copies_what_a_student_needs_and_no_grader(fresh: Course) -> None:
    ran = fresh.curso("comecar", "ex1")  # a beginning that is the only one is enough
    assert (ran.code, ran.err) == (0, "")
    assert f"curso verificar {EXERCISE}" in ran.out
    given = fresh.root / "exercises" / EXERCISE
    wanted = {
        path.relative_to(given): path.read_bytes()
        for path in given.rglob("*")
        if path.is_file() and path.name != "exercise.toml" and "verificacao" not in path.parts
    }
    assert _contents(fresh.work) == wanted
    assert Path(f"{EXERCISE}.ipynb") in wanted


def test_starting_never_overwrites(fresh: Course) -> None:
    fresh.curso("comecar", EXERCISE)
    edited = fresh.work / "dags" / "vendas_diarias.py"
    edited.write_text("meu trabalho", encoding="utf-8")
    before = _contents(fresh.work)
    ran = fresh.curso("comecar", EXERCISE)
    assert (ran.code, ran.out) == (0, f"trabalho/{EXERCISE} já está completo; nada foi mudado.\n")
    assert _contents(fresh.work) == before

    notebook = fresh.work / f"{EXERCISE}.ipynb"
    notebook.unlink()
    ran = fresh.curso("comecar", EXERCISE)
    assert ran.code == 0
    assert "1 arquivo(s) novo(s)" in ran.out
    assert f"{len(before) - 1} que já existiam ficaram como estavam" in ran.out
    assert _contents(fresh.work) == before


@pytest.mark.parametrize("there", [True, False], ids=["link", "dangling link"])
def test_starting_writes_through_no_link(fresh: Course, tmp_path: Path, there: bool) -> None:
    mine = tmp_path / "o meu.py"
    if there:
        mine.write_text("meu trabalho", encoding="utf-8")
    link = fresh.work / "dags" / "vendas_diarias.py"
    link.parent.mkdir(parents=True)
    link.symlink_to(mine)
    ran = fresh.curso("comecar", EXERCISE)
    assert ran.code == 0
    assert "1 que já existiam" in ran.out
    assert link.readlink() == mine
    assert mine.exists() == there
    if there:
        assert mine.read_text(encoding="utf-8") == "meu trabalho"


def test_two_starts_at_once_make_one_whole_copy(fresh: Course) -> None:
    with ThreadPoolExecutor(4) as pool:
        codes = [ran.code for ran in pool.map(lambda _: fresh.curso("comecar", EXERCISE), range(4))]
    assert codes == [0] * 4
    given = fresh.root / "exercises" / EXERCISE
    for relative, content in _contents(fresh.work).items():
        assert (given / relative).read_bytes() == content


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- hints ------------------------------------------------------------------------------------------


def test_hints_climb_and_stay_on_the_last(fresh: Course) -> None:
    exercise = tomllib.loads(
        (fresh.root / "solutions" / EXERCISE / "exercise.toml").read_text(encoding="utf-8")
    )
    ladder = {criterion["id"]: criterion["hints"] for criterion in exercise["criteria"]}
    for number in (1, 2, 3, 3):
        ran = fresh.curso("dica", EXERCISE, "agenda")
        assert (ran.code, ran.err) == (0, "")
        first, *hint = ran.out.splitlines()
        assert first.startswith(f"Dica {number} de 3 (")
        assert "\n".join(hint) == ladder["agenda"][number - 1]
    assert fresh.curso("dica", EXERCISE, "desvio").out.splitlines()[1] == ladder["desvio"][0]


def test_a_damaged_record_is_told_of_by_the_hint_that_sets_it_aside(fresh: Course) -> None:
    fresh.record.parent.mkdir()
    fresh.record.write_text('{"version": 1, "exer', encoding="utf-8")
    ran = fresh.curso("dica", EXERCISE, "agenda")
    assert ran.code == 0
    assert "estava danificado" in ran.err
    assert len(list(fresh.record.parent.glob("progresso.json.danificado-*"))) == 1


def test_hints_asked_for_at_once_are_all_remembered(fresh: Course) -> None:
    criteria = ["agenda", "agenda", "agenda", "desvio", "carrega", "metadados", "operadores", "fan-out"]
    with ThreadPoolExecutor(len(criteria)) as pool:
        told = list(pool.map(lambda name: fresh.curso("dica", EXERCISE, name).out.split(" de ")[0], criteria))
    assert sorted(told[:3]) == ["Dica 1", "Dica 2", "Dica 3"]
    assert told[3:] == ["Dica 1"] * 5
    assert [p.name for p in fresh.record.parent.iterdir() if p.name.startswith(".")] == [], (
        "no scratch is left"
    )


# --- progress and coming back ------------------------------------------------------------------------


def test_a_mark_of_ones_own_looks_different_and_goes_again(fresh: Course) -> None:
    ran = fresh.curso("progresso", "--ja-domino", "deploys")
    assert (ran.code, ran.err) == (0, "")
    (line,) = (line for line in ran.out.splitlines() if "Deploys automatizados" in line)
    assert line.startswith("◆")
    assert "já domino" in line
    assert fresh.curso("progresso", "--json").result["checklist"][4]["mine"] is True
    ran = fresh.curso("progresso", "--ainda-nao", "deploys")
    assert "já domino" not in ran.out


def test_an_unknown_item_is_told_which_there_are(fresh: Course) -> None:
    ran = fresh.curso("progresso", "--ja-domino", "dag")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("A checklist não tem o item «dag». Os que há: dags (Escrevo DAGs do Airflow), ")
    assert ran.err.count("\n") == 1
    assert not fresh.record.exists()


def test_a_newer_record_is_one_sentence_and_stays(fresh: Course) -> None:
    fresh.record.parent.mkdir()
    fresh.record.write_text('{"version": 3}', encoding="utf-8")
    for call in (["dica", EXERCISE, "agenda"], ["progresso", "--ja-domino", "dags"], ["certificado"]):
        assert "de um curso mais novo que este" in fresh.curso(*call).sentence()
    ran = fresh.curso("progresso")
    assert ran.code == 0
    assert "de um curso mais novo" in ran.err
    assert fresh.record.read_text(encoding="utf-8") == '{"version": 3}'


def test_progress_brings_nothing_heavy(course: Course) -> None:
    command = course.command("progresso")
    command[1:1] = ["-X", "importtime"]
    done = subprocess.run(command, env=course.environment, capture_output=True, text=True, check=True)
    imported = {
        line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line
    }
    assert "curso" in imported
    assert not imported & {
        "airflow",
        "prefect",
        "dagster",
        "pytest",
        "nbformat",
        "IPython",
        "sqlalchemy",
        "psutil",
    }


def test_starting_anew_in_the_terminal(fresh: Course) -> None:
    fresh.curso("comecar", EXERCISE)
    fresh.hand_in("meu trabalho")
    ran = fresh.curso("reiniciar", "ex1")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"O trabalho de antes está em trabalho/{EXERCISE}.")
    (kept,) = (fresh.root / "trabalho").glob(f"{EXERCISE}.*")
    assert (kept / "dags" / "vendas_diarias.py").read_text(encoding="utf-8") == "meu trabalho"


def test_the_answer_asks_and_stays_closed_where_nobody_answers(fresh: Course) -> None:
    fresh.curso("comecar", EXERCISE)
    ran = fresh.curso("gabarito", EXERCISE)
    assert (ran.code, ran.out) == (1, "")
    assert "Faltam 13 critérios de 13." in ran.err
    assert "A resposta continua fechada." in ran.err
    done = subprocess.run(
        fresh.command("gabarito", EXERCISE), env=fresh.environment, cwd=fresh.root.parent,
        input="quero ver a resposta\n", capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    assert len(list((fresh.work / "comparar").iterdir())) == 3


def test_updating_a_copy_that_follows_nothing(fresh: Course) -> None:
    fresh.curso("comecar", EXERCISE)
    ran = fresh.curso("atualizar")
    assert (ran.code, ran.out, ran.err) == (0, "Nada de novo: você já tem a última versão.\n", "")
    assert "Esta pasta não tem um pacote.json" in fresh.curso("atualizar", "nada.zip").sentence()


def test_the_page_of_evidence_in_the_terminal(fresh: Course, tmp_path: Path) -> None:
    ran = fresh.curso("certificado", "--nome", "Ana & Cia", "--saida", tmp_path / "p.html")
    assert (ran.code, ran.err) == (0, "")
    assert "Ana &amp; Cia" in (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "já existe" in fresh.curso("certificado", "--saida", tmp_path / "p.html").sentence()


def test_a_state_folder_that_cannot_be_written_is_one_sentence(fresh: Course) -> None:
    (fresh.root / ".curso").write_text("a file where a folder should be", encoding="utf-8")
    assert ".curso" in fresh.curso("dica", EXERCISE, "agenda").sentence()


def test_the_copy_under_test_is_the_one_that_answers(course: Course) -> None:
    """Guards all other tests: without it they might be knocking at the repository's own door."""
    code = "import curso.places; print(curso.places.ROOT)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=os.sep,
        env=course.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == course.root.resolve()
