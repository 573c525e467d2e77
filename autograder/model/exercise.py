"""What an exercise promises: its files, its criteria and their hints (`exercise.toml`)."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Document = TypeVar("Document", bound=BaseModel)
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]

MAX_DECLARED_SHARE = 0.30  # of an exercise's points: the rest must rest on effects


class ChecklistItem(StrEnum):
    """The five items of the module's checklist."""

    DAGS = "dags"
    OPERATORS = "operators"
    ERROR_HANDLING = "error-handling"
    MONITORING = "monitoring"
    DEPLOYS = "deploys"


CHECKLIST_TITLES: dict[ChecklistItem, str] = {
    ChecklistItem.DAGS: "Escrevo DAGs do Airflow",
    ChecklistItem.OPERATORS: "Uso Operators apropriados",
    ChecklistItem.ERROR_HANDLING: "Implemento error handling",
    ChecklistItem.MONITORING: "Monitoro pipelines",
    ChecklistItem.DEPLOYS: "Deploys automatizados",
}


class Basis(StrEnum):
    """What a criterion rests on: what was seen from outside, or what the pipeline says of itself."""

    EFFECT = "effect"
    DECLARED = "declared"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Criterion(_Document):
    """One thing that is graded, all or nothing."""

    id: Identifier
    title: str = Field(min_length=3)
    points: int = Field(gt=0)
    checklist: ChecklistItem | None = None
    """Which item it proves; none in an optional exercise."""
    visible: bool
    basis: Basis
    depends: tuple[Identifier, ...] = ()
    hints: tuple[str, str, str]
    """A nudge, the concept, almost the answer."""


class Exercise(_Document):
    """One folder of `solutions/` (or, in a class package, of `exercises/`)."""

    id: Identifier
    title: str
    minutes: int = Field(gt=0)
    proves: str
    """One sentence for the student: what passing this exercise shows."""
    adapter: str
    files: tuple[str, ...] = Field(min_length=1)
    """Relative paths that make up a submission."""
    optional: bool = False
    """Beyond the module's checklist: it proves no item of it."""
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @property
    def max_points(self) -> int:
        return sum(criterion.points for criterion in self.criteria)

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion with this id. Raises KeyError where there is none."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        seen: set[str] = set()
        for criterion in self.criteria:
            if criterion.id in seen:
                raise ValueError(f"critério repetido: {criterion.id}")
            # Dependencies point backwards, so the order of the file is an order of grading.
            unknown = set(criterion.depends) - seen
            if unknown:
                raise ValueError(
                    f"o critério {criterion.id} depende de {', '.join(sorted(unknown))}, que não vem antes dele"
                )
            if self.optional and criterion.checklist:
                raise ValueError(
                    f"o exercício é opcional, e o critério {criterion.id} diz um item da checklist"
                )
            if not self.optional and not criterion.checklist:
                raise ValueError(f"o critério {criterion.id} não diz o seu item da checklist")
            seen.add(criterion.id)
        declared = sum(c.points for c in self.criteria if c.basis is Basis.DECLARED)
        if declared > MAX_DECLARED_SHARE * self.max_points:
            raise ValueError(
                f"critérios declarados somam {declared} de {self.max_points} pontos; o limite é 30%"
            )
        for path in self.files:
            if path.startswith("/") or ".." in Path(path).parts:
                raise ValueError(f"arquivo de entrega fora da pasta: {path}")
        return self


_PROBLEMS = {
    "missing": "falta dizer isto",
    "extra_forbidden": "este nome não existe aqui",
    "enum": "não é um dos valores possíveis",
    "string_type": "pede um texto",
    "string_too_short": "o texto é curto demais",
    "string_pattern_mismatch": "só letras minúsculas, algarismos e hífens",
    "int_type": "pede um número inteiro",
    "int_parsing": "pede um número inteiro",
    "greater_than": "pede um número maior que zero",
    "greater_than_equal": "pede um número a partir de zero",
    "less_than_equal": "pede um número até 1",
    "float_type": "pede um número",
    "float_parsing": "pede um número",
    "bool_type": "pede true ou false",
    "too_short": "falta dizer isto",
    "too_long": "há itens demais",
}


class BrokenExerciseError(Exception):
    """An `exercise.toml` that cannot be used; the message is for people."""


def load_exercise(folder: Path) -> Exercise:
    """Reads `folder/exercise.toml`. Raises BrokenExerciseError with one sentence."""
    return read_toml(folder / "exercise.toml", Exercise)


def read_toml(path: Path, model: type[Document]) -> Document:
    """A document that people write. Raises BrokenExerciseError with one sentence."""
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BrokenExerciseError(f"Falta o arquivo {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrokenExerciseError(f"{path} não é TOML válido: {error}.") from None
    except ValidationError as error:
        raise BrokenExerciseError(f"{path}: {validation_sentence(error)}") from None


def validation_sentence(error: ValidationError) -> str:
    """Where the first problem is and what it is, in Portuguese: pydantic speaks English."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "exercício"
    return f"{where}: {_PROBLEMS.get(first['type'], first['msg'].removeprefix('Value error, '))}."
