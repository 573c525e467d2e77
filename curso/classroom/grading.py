"""A delivery's result: remembered where nothing changed, judged again where only graders did, else played.

.nbgrader/resultados/EX/<key>/          one per content, seed, level and versions: result and evidence
.nbgrader/resultados/EX/alunos/<id>.json  the last result that each student was given
"""

from __future__ import annotations

import contextlib
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from autograder.doors import grade, held, judge_again
from autograder.judge.graders import graders_of
from autograder.model.evidence import Evidence
from autograder.model.exercise import load_exercise
from autograder.model.result import Result
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe
from autograder.submission import collect
from curso import atomic
from curso.classroom.settings import class_folder, class_seed, given_folder
from curso.classroom.versions import PLAYING, core_digest, digest, grader_version, orchestrators
from curso.classroom.work import Answer, Work, fault_of, work_of
from curso.places import ROOT, exercise_folder


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


@dataclass(frozen=True)
class Asked:
    """A submission on its way: what travels, and what stays here. No name of a student's is in either."""

    work: Work
    fingerprint: str
    notes: tuple[str, ...]


class Desk:
    """What all deliveries of one exercise share in one class, worked out once. Raises whatever graders raise."""

    def __init__(self, exercise_id: str, root: Path, least: Level) -> None:
        """Below `least` nothing is graded, and nothing that was is remembered."""
        self.folder = exercise_folder(exercise_id, root)
        self.exercise = load_exercise(self.folder)
        self.least = least
        self.seed = class_seed(exercise_id, root)
        graders = graders_of(self.folder)
        self._drawn_from = graders.seed(self.seed)
        self._grader = graders.digest()
        self._judged_by = digest(self._grader, core_digest())
        self._version = grader_version(graders)
        self._played_by = (graders.worlds_digest(), core_digest(PLAYING), *orchestrators())
        self._results = class_folder(root) / "resultados" / self.exercise.id

    def ask(self, delivery: Path) -> Asked:
        """Reads a delivery as data."""
        submission = collect(delivery, self.exercise)
        work = work_of(submission, self.exercise.id, self.seed, self._version, self.least)
        return Asked(work, submission.fingerprint, submission.all_notes)

    def remembered(self, asked: Asked) -> Result | None:
        """The result of equal files, judged again where only graders changed. Raises what judging raises."""
        for level in (level for level in Level if level.reaches(self.least)):
            kept = self._kept(asked.fingerprint, level.value)
            known = _known(kept)
            if known and known.judged_by == self._judged_by:
                # Of another student, perhaps found in another place: what is said of that is each one's own.
                return known.result.model_copy(update={"notes": asked.notes})
            evidence = _evidence(kept) if known else None
            if known and evidence:
                result = judge_again(self.folder, known.result, evidence)
                _keep(kept, _Remembered(judged_by=self._judged_by, result=result), None)
                return result
        return None

    def keep(self, asked: Asked, result: Result, evidence: Evidence | None) -> Result:
        """Remembers a result, unless a person must look at it. Raises OSError."""
        if not result.held:
            kept = self._kept(asked.fingerprint, result.level)
            _keep(kept, _Remembered(judged_by=self._judged_by, result=result), evidence)
        return result

    def accept(self, asked: Asked, answer: str | None) -> Result | None:
        """The result in a worker's answer, remembered. None where it is not one that could be true."""
        try:
            told = Answer.model_validate_json(answer or "")
        except ValidationError:
            return None
        if told.refused:
            return self.held(f"A correção foi recusada: {told.refused}")
        if told.result is None or not self._fits(told.result, asked):
            return None
        if told.evidence and (told.evidence.exercise, told.evidence.seed) != (
            self.exercise.id,
            self._drawn_from,
        ):
            return None
        seen = told.evidence.notes if told.evidence else ()
        result = told.result.model_copy(update={"notes": (*asked.notes, *seen)})
        return self.keep(asked, result, told.evidence)

    def _fits(self, result: Result, asked: Asked) -> bool:
        """Whether this can be what became of these files: their exercise, seed, criteria, and no points beyond."""
        most = {criterion.id: criterion.points for criterion in self.exercise.criteria}
        return (
            (result.exercise, result.seed) == (self.exercise.id, self._drawn_from)
            and (result.held or (result.fingerprint, result.grader) == (asked.fingerprint, self._grader))
            and [verdict.criterion for verdict in result.verdicts] == list(most)
            and all(verdict.points <= most[verdict.criterion] for verdict in result.verdicts)
            and result.points == sum(verdict.points for verdict in result.verdicts)
            and result.max_points == self.exercise.max_points
            and result.level in {level.value for level in Level if level.reaches(self.least)}
        )

    def held(self, why: str) -> Result:
        return held(self.exercise, self._drawn_from, self.least, why)

    def _kept(self, fingerprint: str, level: str) -> Path:
        key = digest(fingerprint, str(self.seed), level, *self._played_by)
        return self._results / key[:32]


def grade_delivery(exercise_id: str, delivery: Path, root: Path = ROOT) -> Result:
    """The result of the files in `delivery`, with the class's seed. Whatever goes wrong ends in a result."""
    exercise = load_exercise(exercise_folder(exercise_id, root))
    seed = class_seed(exercise_id, root)
    level = probe().level
    try:
        desk = Desk(exercise_id, root, level)
        asked = desk.ask(delivery)
        if known := desk.remembered(asked):
            return known
        grading = grade(desk.folder, delivery, seed=seed)
        return desk.keep(asked, grading.result, grading.evidence)
    except Exception as error:  # a grader's own code may raise anything: one delivery must not stop the class
        return held(exercise, seed, level, fault_of(error))


def _known(folder: Path) -> _Remembered | None:
    try:
        return _Remembered.model_validate_json((folder / "resultado.json").read_bytes())
    except (OSError, ValidationError):  # not there, or damaged: graded anew and written whole
        return None


def _evidence(folder: Path) -> Evidence | None:
    try:
        return Evidence.model_validate_json(gzip.decompress((folder / "evidencia.json.gz").read_bytes()))
    except (OSError, EOFError, zlib.error, ValidationError):
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
