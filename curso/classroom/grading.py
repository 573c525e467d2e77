"""A delivery's result: remembered where nothing changed, judged again where only graders did, else played.

.nbgrader/resultados/EX/<key>/          one per content, seed, level and versions: result and evidence
.nbgrader/resultados/EX/alunos/<id>.json  the last result that each student was given
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import hashlib
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

import autograder
from autograder.doors import grade, held, judge_again
from autograder.judge.graders import graders_of
from autograder.judge.session import JudgeError
from autograder.model.evidence import Evidence
from autograder.model.exercise import BrokenExerciseError, load_exercise
from autograder.model.result import Result
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from autograder.submission import collect
from curso import atomic
from curso.classroom.settings import class_folder, class_seed, given_folder
from curso.places import ROOT, exercise_folder

PLAYING = ("model", "run", "sandbox", "submission.py")
"""What of the core decides what happens in a run; the rest only judges it."""


class _Remembered(BaseModel):
    """A result and who judged it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    judged_by: str
    result: Result


class UnconfinedError(Exception):
    """Student code would run with the instructor's rights; the message says what to do."""


def must_be_confined(*, allow_unconfined: bool, least: Level = Level.SHARED) -> str:
    """A warning to show, mostly "". Raises UnconfinedError below `least` where nobody allowed that."""
    found = probe()
    if found.level.reaches(least):
        return ""
    if not allow_unconfined:
        raise UnconfinedError(
            f"Nada foi corrigido: esta máquina só chega a «{found.level.value}», e a turma pede «{least.value}». "
            f"{found.reason} Para correr o risco assim mesmo, escreva aceita_sem_isolamento = true em [turma] do turma.toml."
        )
    return (
        f"ATENÇÃO: corrigindo com «{found.level.value}». O código dos estudantes pode ler e mudar os seus arquivos, "
        "o gradebook e as outras entregas."
    )


def grade_delivery(exercise_id: str, delivery: Path, root: Path = ROOT) -> Result:
    """The result of the files in `delivery`, with the class's seed. Whatever goes wrong ends in a result."""
    folder = exercise_folder(exercise_id, root)
    exercise = load_exercise(folder)
    seed = class_seed(exercise_id, root)
    level = probe().level
    try:
        graders = graders_of(folder)
        judged_by = _digest(graders.digest(), _core_digest())
        submission = collect(delivery, exercise)
        key = _digest(
            submission.fingerprint, str(seed), level.value, graders.worlds_digest(), _core_digest(PLAYING),
            *(version(name) for name in ("apache-airflow", "prefect", "dagster")),
        )  # fmt: skip
        kept = class_folder(root) / "resultados" / exercise_id / key[:32]
        known = _known(kept)
        if known and known.judged_by == judged_by:
            # Equal files of another student, perhaps found in another place: what is said of that is each one's own.
            return known.result.model_copy(update={"notes": submission.all_notes})
        evidence = _evidence(kept) if known else None
        if known and evidence:
            result, played = judge_again(folder, known.result, evidence), None
        else:
            grading = grade(folder, delivery, seed=seed)
            result, played = grading.result, grading.evidence
        if not result.held:
            _keep(kept, _Remembered(judged_by=judged_by, result=result), played)
        return result
    except (BrokenExerciseError, JudgeError, OSError, ValueError, SyntaxError) as error:
        return held(exercise, seed, level, f"O corretor não conseguiu trabalhar: {error}")
    except Exception as error:  # a grader's own code may raise anything: one delivery must not stop the class
        return held(exercise, seed, level, f"O corretor falhou: {type(error).__name__}: {error}")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@functools.cache
def _core_digest(parts: tuple[str, ...] = ()) -> str:
    """SHA-256 of the grading core's own code, or of some of its parts; exercises' graders are not in it."""
    package = Path(autograder.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        first = path.relative_to(package).parts[0]
        if first != "graders" and (not parts or first in parts):
            digest.update(f"{path.relative_to(package)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _known(folder: Path) -> _Remembered | None:
    try:
        return _Remembered.model_validate_json((folder / "resultado.json").read_bytes())
    except (OSError, ValidationError):  # not there, or damaged: graded anew and written whole
        return None


def _evidence(folder: Path) -> Evidence | None:
    try:
        return Evidence.model_validate_json(gzip.decompress((folder / "evidencia.json.gz").read_bytes()))
    except (OSError, EOFError, ValidationError):
        return None


def _keep(folder: Path, remembered: _Remembered, evidence: Evidence | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if evidence:
        packed = gzip.compress(evidence.model_dump_json().encode("utf-8", "replace"))
        atomic.write_bytes(folder / "evidencia.json.gz", packed)
    atomic.write_text(folder / "resultado.json", remembered.model_dump_json(indent=1))


# --- what each student was given ---------------------------------------------------------------------


def _given(exercise_id: str, student: str, root: Path) -> Path:
    return given_folder(exercise_id, root) / f"{student}.json"


def note_given(exercise_id: str, student: str, result: Result, root: Path = ROOT) -> None:
    """Remembers what this student's gradebook shows from now on."""
    path = _given(exercise_id, student, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_text(path, result.model_dump_json(indent=1))


def last_given(exercise_id: str, student: str, root: Path = ROOT) -> Result | None:
    """The result that this student was last given, if any."""
    with contextlib.suppress(OSError, ValidationError):
        return Result.model_validate_json(_given(exercise_id, student, root).read_bytes())
    return None
