"""The terminal door where it grades: results, the record they leave, and verdicts played again."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from jsonschema import Draft202012Validator, FormatChecker

if TYPE_CHECKING:
    from conftest import Course, History, Ran

EXERCISE = "ex1-dag-complexo"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
# Two points for each challenge of the lessons, beside those of the criteria.
NOTHING = {"dags": (0, 110, False), "operators": (0, 22, False)}
OTHERS = {"error-handling": (0, 102, False), "monitoring": (0, 116, False), "deploys": (0, 126, False)}


# --- results ----------------------------------------------------------------------------------------


def _valid(course: Course, document: dict[str, Any]) -> None:
    schema = json.loads((course.root / "docs" / "esquemas" / "resultado-1.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(document)
    assert not Draft202012Validator(schema).is_valid(document | {"nota": 10}), (
        "the schema refuses what it doesn't know"
    )


def test_the_starter_is_not_attempted(history: History) -> None:
    ran = history.starter
    assert (ran.code, ran.err) == (1, "")
    _valid(history.course, ran.result)
    assert (ran.result["points"], ran.result["max_points"], ran.result["seed"]) == (0, 100, 7)
    assert set(ran.statuses.values()) == {"not_attempted"}
    assert len(ran.statuses) == 13


def test_what_students_receive_scores_nothing_before_they_begin(course: Course) -> None:
    ran = course.curso("verificar", EXERCISE, "--entrega", f"exercises/{EXERCISE}", "--json", cwd=course.root)
    assert ran.code == 1
    _valid(course, ran.result)
    assert (ran.result["points"], set(ran.statuses.values())) == (0, {"not_attempted"})
    told = course.curso("verificar", EXERCISE, "--entrega", course.root / "exercises" / EXERCISE)
    assert told.code == 1
    assert told.out.count("○ não tentado") == 13
    assert "0 de 100 pontos" in told.out
    assert not course.record.exists(), "what is not the learner's own copy leaves no record"


def test_the_answer_scores_everything(history: History) -> None:
    ran = history.answer
    assert ran.code == 0, ran
    assert ran.err == ""
    _valid(history.course, ran.result)
    assert (ran.result["points"], ran.result["max_points"]) == (100, 100)
    assert set(ran.statuses.values()) == {"passed"}
    assert ran.result["versions"]["apache-airflow"].startswith("3.")


def test_a_broken_file_fails_first_and_blocks_the_rest(history: History) -> None:
    ran = history.broken
    assert (ran.code, ran.err) == (1, "")
    _valid(history.course, ran.result)
    assert ran.result["points"] == 0
    first, *others = ran.result["verdicts"]
    assert first["status"] == "failed"
    assert "RuntimeError: <script>alert(1)</script>" in first["seen"]
    assert first["hint"]
    assert {verdict["status"] for verdict in others} == {"blocked"}


# --- the record -------------------------------------------------------------------------------------


def test_the_checklist_is_ticked_by_what_was_proven_and_stays_so(history: History) -> None:
    assert history.after_starter == NOTHING | OTHERS
    assert history.after_answer == {"dags": (110, 110, True), "operators": (22, 22, True)} | OTHERS
    assert history.after_broken == history.after_answer, "a pass once proven stays"
    record = json.loads(history.course.record.read_text(encoding="utf-8"))["exercises"][EXERCISE]
    loads = record["criteria"]["carrega"]
    assert (loads["best"], loads["last"], loads["tries"], loads["hints_seen"]) == ("passed", "failed", 2, 0)
    answer = history.answer.result
    assert loads["proof"]["versions"] == answer["versions"], "of the try that passed, not of the last one"
    assert (loads["proof"]["submission"], loads["proof"]["seed"]) == (answer["fingerprint"], answer["seed"])


def test_the_checklist_in_the_terminal(history: History) -> None:
    ran = history.course.curso("progresso")
    assert (ran.code, ran.err) == (0, "")
    title, *lines = ran.out.splitlines()
    assert title == "Checklist do módulo"
    assert [line.split("  ")[0] for line in lines[:5]] == ["☑", "☑", "☐", "☐", "☐"]
    assert "Escrevo DAGs do Airflow" in lines[0]
    assert "110/110" in lines[0]
    assert ["0/102" in lines[2], "0/116" in lines[3], "0/126" in lines[4]] == [True] * 3, "not tried"
    assert "curso lab notebooks/01a-airflow-fundamentos.ipynb" in ran.out


@pytest.mark.parametrize(
    "damage",
    [b'{"version": 1, "exer', b"", b"\xff\xfe\x00", b'{"version": 0, "exercises": {}}', b"[]"],
    ids=["cut off", "empty", "no text", "of another version", "another document"],
)
def test_a_damaged_record_is_set_aside_with_a_sentence(fresh: Course, damage: bytes) -> None:
    fresh.record.parent.mkdir()
    fresh.record.write_bytes(damage)
    ran = fresh.curso("progresso", "--json")
    assert ran.code == 0
    assert ran.result["checklist"][0]["points"] == 0
    (aside,) = fresh.record.parent.glob("progresso.json.danificado-*")
    assert aside.read_bytes() == damage
    sentence = f"O registro de progresso estava danificado: guardei-o como {aside.name} e comecei um novo.\n"
    assert ran.err == sentence
    assert fresh.curso("progresso").err == "", "told once"


NOTE_MANY = """
import sys
from pathlib import Path
from autograder.model.result import Result
from curso.record.events import note_result
folder, result, name = Path(sys.argv[1]), Result.model_validate_json(Path(sys.argv[2]).read_bytes()), sys.argv[3]
for number in range(40):
    note_result(result, lambda: folder)
    note_result(result.model_copy(update={"exercise": f"{name}-{number}"}), lambda: folder)
"""


def test_writers_at_once_lose_nothing(history: History, tmp_path: Path) -> None:
    result = tmp_path / "resultado.json"
    result.write_text(history.answer.out, encoding="utf-8")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", NOTE_MANY, str(tmp_path), str(result), name],
            env=history.course.environment,
        )
        for name in ("um", "outro", "mais-um")
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    record = json.loads((tmp_path / "progresso.json").read_text(encoding="utf-8"))["exercises"]
    assert len(record) == 1 + 3 * 40
    assert {criterion["tries"] for criterion in record[EXERCISE]["criteria"].values()} == {3 * 40}
    names = {"resultado.json", "progresso.json", "progresso.copia.json", "progresso.json.trava"}
    assert {path.name for path in tmp_path.iterdir()} == names


# --- what a student's program prints, and a verdict again ---------------------------------------------


@dataclass(frozen=True)
class Again:
    course: Course
    folder: Path
    before: Ran
    """`verificar --json --semente 11` of a DAG of one task that prints escapes and fails."""
    result: Path
    replayed: Ran
    """`reproduzir` of one criterion of it."""
    logs: Path


@pytest.fixture(scope="module")
def again(course: Course, one_task: str, tmp_path_factory: pytest.TempPathFactory) -> Again:
    scratch = tmp_path_factory.mktemp("de novo")
    folder = course.hand_in(one_task, scratch / "entrega")
    before = course.curso("verificar", EXERCISE, "--entrega", folder, "--json", "--semente", "11")
    result, logs = scratch / "resultado.json", scratch / "os logs"
    result.write_text(before.out, encoding="utf-8")
    call = ["reproduzir", result, "--criterio", "numeros-do-dia", "--entrega", folder, "--logs", logs]
    return Again(course, folder, before, result, course.curso(*call), logs)


def test_a_verdict_is_played_again_from_its_seed(again: Again) -> None:
    ran = again.replayed
    assert (ran.code, ran.err) == (1, ""), ran
    (before,) = (v for v in again.before.result["verdicts"] if v["criterion"] == "numeros-do-dia")
    assert before["status"] == "failed"
    assert "✘ ainda não  numeros-do-dia  0/14" in ran.out
    assert ran.out.count("✘") == 1, "the one criterion that was asked for"
    assert "semente 11\n" in ran.out
    told = " ".join(ran.out.replace("│", " ").split())
    assert len(before["rows"]) == 3
    for row in before["rows"]:
        assert " ".join(f"{row['table']}: {row['what']}".split()) in told
    assert "quebrou" in before["log"]


def test_the_logs_of_each_run_are_kept(again: Again) -> None:
    assert f"Logs guardados em {again.logs}" in again.replayed.out.replace("\n", "").replace("\r", "")
    logs = {path.name: path.read_text(encoding="utf-8") for path in again.logs.glob("*.log")}
    assert len(logs) >= 5
    assert any("== tudo ==" in text and "de <i>propósito</i>" in text for text in logs.values())
    evidence = json.loads((again.logs / "evidencia.json").read_text(encoding="utf-8"))
    assert {name.replace("/", "-") + ".log" for name in evidence["steps"]} == set(logs)


def test_what_a_student_prints_does_nothing_to_the_terminal(again: Again) -> None:
    (seen,) = (v for v in again.before.result["verdicts"] if v["criterion"] == "numeros-do-dia")
    assert CONTROL.search(seen["log"] + seen["seen"]), "the task's escapes are in the document"
    assert not CONTROL.search(again.before.out), "but JSON spells them out"
    assert not CONTROL.search(again.replayed.out)
    assert "quebrou de <i>propósito</i>" in " ".join(again.replayed.out.replace("│", " ").split())


def test_it_warns_when_files_or_graders_changed(history: History, tmp_path: Path) -> None:
    then = history.answer.result | {"grader": "0" * 64}
    result = tmp_path / "resultado.json"
    result.write_text(json.dumps(then), encoding="utf-8")
    ran = history.course.curso("reproduzir", result, "--criterio", "carrega", "--logs", tmp_path / "logs")
    assert ran.code == 1, "the working copy is broken by now"
    assert ran.err.splitlines() == [
        "Atenção: os arquivos da entrega mudaram desde aquele resultado.",
        "Atenção: o corretor mudou desde aquele resultado.",
    ]
    assert "semente 7\n" in ran.out


def test_what_cannot_be_played_again_is_one_sentence(history: History, tmp_path: Path) -> None:
    course = history.course
    good = tmp_path / "resultado.json"
    good.write_text(history.answer.out, encoding="utf-8")

    def sentence(document: str | Path, criterion: str = "agenda", *more: str) -> str:
        path = document if isinstance(document, Path) else tmp_path / "outro.json"
        if isinstance(document, str):
            path.write_text(document, encoding="utf-8")
        return course.curso("reproduzir", path, "--criterio", criterion, *more).sentence()

    assert sentence(tmp_path / "nenhum.json") == f"Não existe o arquivo {tmp_path / 'nenhum.json'}."
    for text in ("", "{", "{}", "[1]", history.answer.out.replace('"points": 100', '"points": "muitos"', 1)):
        assert "não é um resultado do curso" in sentence(text)
    assert "não tem o critério «agendas»" in sentence(good, "agendas")
    assert "diga onde está a entrega" in sentence(good, "agenda", "--entrega", str(tmp_path / "nada"))
    unknown = json.dumps(history.answer.result | {"exercise": "ex9"})
    assert "Não conheço o exercício «ex9»" in sentence(unknown, "agenda", "--entrega", str(tmp_path))
    assert "pasta" in sentence(tmp_path)


# --- interruption -------------------------------------------------------------------------------------


def test_ctrl_c_leaves_a_sentence_and_no_process(course: Course, tmp_path: Path) -> None:
    command = course.command("verificar", EXERCISE, "--entrega", course.answer, "--progresso")
    process = subprocess.Popen(
        command,
        env=course.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # Whoever runs the tests in a shell's background has it ignored, and children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("passo 0/")
    deadline = time.monotonic() + 60
    while (
        not (children := psutil.Process(process.pid).children(recursive=True)) and time.monotonic() < deadline
    ):
        time.sleep(0.05)
    assert children, "the run has begun"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert err == "Interrompido. Nada do seu trabalho foi mudado.\n"
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
