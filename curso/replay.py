"""`curso reproduzir`: one verdict again, from its seed, with the logs kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pydantic import ValidationError

from autograder.doors import grade
from autograder.model.exercise import BrokenExerciseError
from autograder.model.result import Result
from curso.places import exercise_folder, work_folder


def replay(
    result_file: Path, criterion: str, submission: Path | None, logs: Path | None
) -> tuple[Result, list[str], Path]:
    """The new result, notes on what differs from then, and the folder with the logs.

    Raises BrokenExerciseError with a sentence where the result file cannot be used.
    """
    try:
        before = Result.model_validate_json(result_file.read_bytes())
    except FileNotFoundError:
        raise BrokenExerciseError(f"Não existe o arquivo {result_file}.") from None
    except ValidationError:
        raise BrokenExerciseError(
            f"{result_file} não é um resultado do curso. Gere um com `curso verificar EX --json > resultado.json`."
        ) from None
    known = [verdict.criterion for verdict in before.verdicts]
    if criterion not in known:
        raise BrokenExerciseError(
            f"O resultado não tem o critério «{criterion}». Os que há: {', '.join(known)}."
        )
    folder = submission or work_folder(before.exercise)
    if not folder.is_dir():
        raise BrokenExerciseError(f"A pasta {folder} não existe: diga onde está a entrega com --entrega.")
    grading = grade(exercise_folder(before.exercise), folder, seed=before.seed, only=frozenset({criterion}))
    notes = []
    if grading.result.fingerprint != before.fingerprint:
        notes.append("Atenção: os arquivos da entrega mudaram desde aquele resultado.")
    if grading.result.grader != before.grader:
        notes.append("Atenção: o corretor mudou desde aquele resultado.")
    kept = logs or Path(tempfile.mkdtemp(prefix=f"curso-{before.exercise}-"))
    kept.mkdir(parents=True, exist_ok=True)
    if grading.evidence:
        for name, step in grading.evidence.steps.items():
            text = "\n".join(
                f"== {task or 'fora das tasks'} ==\n{output}" for task, output in step.output.items()
            )
            (kept / (name.replace("/", "-") + ".log")).write_text(text, encoding="utf-8")
        (kept / "evidencia.json").write_text(grading.evidence.model_dump_json(indent=1), encoding="utf-8")
    return grading.result, notes, kept
