"""`turma.toml`: what an instructor sets for a class. Every key is optional, and so is the file."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from autograder.model.exercise import BrokenExerciseError, read_toml
from autograder.sandbox.level import Level
from curso.places import ROOT

FILE = "turma.toml"
SECRET_FILE = "segredo-da-turma"
SECRET_BYTES = 32


class _Table(BaseModel):
    # Keys are Portuguese, because instructors write them; names in code are English.
    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_alias=True, validate_by_name=False)


class Course(_Table):
    """`[turma]`."""

    course_id: str = Field("modulo-4", alias="curso", pattern=r"^[A-Za-z0-9._-]+$")
    round: str = Field("1", alias="rodada", min_length=1)
    """A new round draws new data for the whole class."""
    exchange: Path | None = Field(None, alias="troca")
    """nbgrader's exchange: a folder that the whole class may write to."""
    least_level: Level = Field(Level.SHARED, alias="isolamento_minimo")
    """Below this level of confinement nothing is graded."""
    allow_unconfined: bool = Field(False, alias="aceita_sem_isolamento")


class LatePolicy(_Table):
    """`[atraso]`: what each day that has begun costs, as a share of the points earned."""

    grace_minutes: int = Field(0, alias="tolerancia_minutos", ge=0)
    per_day: float = Field(0.0, alias="desconto_por_dia", ge=0, le=1)
    at_most: float = Field(1.0, alias="desconto_maximo", ge=0, le=1)

    def penalty(self, points: float, seconds_late: float) -> float:
        """Points to take off a submission that is this late."""
        beyond = seconds_late - 60 * self.grace_minutes
        if beyond <= 0:
            return 0.0
        days = int(beyond // 86_400) + 1
        return round(points * min(self.at_most, self.per_day * days), 2)


class ClassSettings(_Table):
    """The whole file."""

    course: Course = Field(Course.model_validate({}), alias="turma")
    late: LatePolicy = Field(LatePolicy.model_validate({}), alias="atraso")
    weights: dict[str, float] = Field({}, alias="pesos")
    """What each exercise counts in the final grade; 1 where nothing is said."""


def load_settings(root: Path = ROOT) -> ClassSettings:
    """Reads `turma.toml` where there is one. Raises BrokenExerciseError with one sentence."""
    path = root / FILE
    return read_toml(path, ClassSettings) if path.exists() else ClassSettings.model_validate({})


def given_folder(exercise_id: str, root: Path = ROOT) -> Path:
    """Where the last result that each student was given is kept, a file for each: `<id>.json`."""
    return class_folder(root) / "resultados" / exercise_id / "alunos"


def class_folder(root: Path = ROOT) -> Path:
    """Where everything about a class is kept; for the instructor's eyes only."""
    folder = root / ".nbgrader"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def class_seed(exercise_id: str, root: Path = ROOT) -> int:
    """The one seed of all submissions to this exercise in this round; nobody guesses it without the secret."""
    text = f"{exercise_id}\n{load_settings(root).course.round}".encode()
    digest = hmac.digest(_secret(root), text, hashlib.sha256)
    return int.from_bytes(digest[:4]) % 2**31


def _secret(root: Path) -> bytes:
    """The class's secret, made on first use."""
    path = class_folder(root) / SECRET_FILE
    if not path.exists():
        # Whole or not there: written aside, then linked, and the first one to link wins.
        aside = path.with_name(f"{SECRET_FILE}.{os.getpid()}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise BrokenExerciseError(
            f"{path} não é o segredo de uma turma: restaure a cópia que você guardou, ou apague-o e corrija tudo de novo."
        )
    return secret
