"""The bank of submissions that proves the graders (`tests/bank/<exercise>/`).

right/NAME/        a whole submission that must score everything
wrong/NAME.toml    a small patch over a right one, filed under the criteria that it loses
broken            what cannot be graded is made by code (a loop, 50 MB, a link): `tests/bank/test_broken.py`
hostile/NAME/      a submission that tries to raise its own grade, with `deserves.toml`
"""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curso.places import ROOT


class BrokenBankError(Exception):
    """A bank entry that cannot be used; the message says which and why."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Replace(_Entry):
    """One change: `old` must stand exactly once in the base (or `count` times)."""

    old: Annotated[str, Field(min_length=1)]
    new: str
    count: int = 1


class Wrong(_Entry):
    """A plausible mistake."""

    base: str
    """`gabarito`, or the name of a folder in `right/`."""
    why: str
    loses: tuple[str, ...] = Field(min_length=1)
    """The criteria that fail. What only waits for one of them (blocked) is not listed."""
    replace: tuple[Replace, ...] = Field(min_length=1)


class Deserves(_Entry):
    """What a hostile submission may score at most, and what it tries."""

    why: str
    max_points: int = Field(ge=0)


@dataclass(frozen=True)
class Bank:
    """The bank of one exercise."""

    exercise_id: str
    folder: Path
    solution: Path
    """The exercise's own folder in `solutions/`."""

    def right(self) -> dict[str, Path]:
        """Folders of submissions that must score everything; the answer is one of them."""
        found = {path.name: path for path in sorted((self.folder / "right").glob("*")) if path.is_dir()}
        return {"gabarito": self.solution / "gabarito", **found}

    def wrong(self) -> dict[str, Wrong]:
        """Wrong submissions by name. Raises BrokenBankError."""
        found = {}
        for path in sorted((self.folder / "wrong").glob("*.toml")):
            try:
                found[path.stem] = Wrong.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
            except (tomllib.TOMLDecodeError, ValidationError) as error:
                raise BrokenBankError(f"{path}: {error}") from None
        return found

    def build_wrong(self, name: str, target: Path) -> None:
        """Writes the wrong submission to `target`. Raises BrokenBankError where its patch no longer fits."""
        entry = self.wrong()[name]
        bases = self.right()
        if entry.base not in bases:
            raise BrokenBankError(f"wrong/{name}.toml: a base «{entry.base}» não existe em right/.")
        shutil.copytree(
            bases[entry.base], target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
        for change in entry.replace:
            touched = 0
            for path in sorted(target.rglob("*")):
                if path.is_file():
                    text = path.read_text(encoding="utf-8")
                    touched += text.count(change.old)
                    path.write_text(text.replace(change.old, change.new), encoding="utf-8")
            if touched != change.count:
                raise BrokenBankError(
                    f"wrong/{name}.toml: o trecho «{change.old[:60]}» aparece {touched} vez(es) na base, não {change.count}."
                )

    def hostile(self) -> dict[str, tuple[Path, Deserves]]:
        """Hostile submissions by name. Raises BrokenBankError."""
        found = {}
        for path in sorted((self.folder / "hostile").glob("*/deserves.toml")):
            try:
                deserves = Deserves.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
            except (tomllib.TOMLDecodeError, ValidationError) as error:
                raise BrokenBankError(f"{path}: {error}") from None
            found[path.parent.name] = (path.parent, deserves)
        return found


def bank_of(exercise_id: str, root: Path = ROOT) -> Bank:
    """The bank of this exercise in a full clone."""
    return Bank(exercise_id, root / "tests" / "bank" / exercise_id, root / "solutions" / exercise_id)
