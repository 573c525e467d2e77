"""The bank of submissions that proves the graders (`tests/bank/<exercise>/`).

right/NAME/        a whole submission that must score everything
wrong/NAME.toml    a small patch over a right one, filed under the criteria that it loses
broken            what cannot be graded is made by code (a loop, 50 MB, a link): `tests/bank/test_broken.py`
hostile/NAME.toml  an attack and the points it deserves: a patch like those of wrong/, or a whole
                   submission of its own in hostile/NAME/
"""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

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


class Hostile(_Entry):
    """An attack."""

    why: str
    """What it tries."""
    points: int = Field(ge=0)
    """What it deserves: no more, and no less where the work is there."""
    base: str = ""
    """As in `Wrong`; empty for a submission in a folder of its own."""
    replace: tuple[Replace, ...] = ()
    endless: bool = False
    """It would use up every step's whole clock: tests give it a shorter one."""
    tried: tuple[str, ...] = ()
    """What it says once it has tried: proof that the attack was made. (What succeeds it tells as CONSEGUI.)"""
    open: str = ""
    """Why it gets more than it deserves and nothing can be done: an expected failure, until it is none."""


Entry = TypeVar("Entry", Wrong, Hostile)


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
        return self._entries("wrong", Wrong)

    def hostile(self) -> dict[str, Hostile]:
        """Hostile submissions by name. Raises BrokenBankError."""
        return self._entries("hostile", Hostile)

    def build_wrong(self, name: str, target: Path) -> None:
        """Writes the wrong submission to `target`. Raises BrokenBankError where its patch no longer fits."""
        self._build(f"wrong/{name}.toml", self._entry("wrong", name, Wrong), target)

    def build_hostile(self, name: str, target: Path) -> None:
        """Writes the hostile submission to `target`. Raises BrokenBankError where its patch no longer fits."""
        self._build(f"hostile/{name}.toml", self._entry("hostile", name, Hostile), target)

    def check(self) -> None:
        """Raises BrokenBankError where an entry could not be built; nothing is written."""
        for name, wrong in self.wrong().items():
            self._changed(f"wrong/{name}.toml", wrong)
        for name, hostile in self.hostile().items():
            self._changed(f"hostile/{name}.toml", hostile)

    def _entries(self, kind: str, model: type[Entry]) -> dict[str, Entry]:
        names = sorted(path.stem for path in (self.folder / kind).glob("*.toml"))
        return {name: self._entry(kind, name, model) for name in names}

    def _entry(self, kind: str, name: str, model: type[Entry]) -> Entry:
        path = self.folder / kind / f"{name}.toml"
        try:
            return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise BrokenBankError(f"{path}: {error}") from None

    def _build(self, file: str, entry: Wrong | Hostile, target: Path) -> None:
        base, changed = self._changed(file, entry)
        _copy(base, target)
        for name, text in changed.items():
            (target / name).write_text(text, encoding="utf-8")

    def _changed(self, file: str, entry: Wrong | Hostile) -> tuple[Path, dict[Path, str]]:
        """The folder that an entry starts from, and what its patch makes of the files there, by their names in it."""
        own = self.folder / file.removesuffix(".toml")
        if not entry.base:
            if not own.is_dir():
                raise BrokenBankError(
                    f"{file}: não diz a base, e a pasta {file.removesuffix('.toml')}/ não existe."
                )
            return own, {}
        base = self.right().get(entry.base)
        if base is None:
            raise BrokenBankError(f"{file}: a base «{entry.base}» não existe em right/.")
        texts = {
            path.relative_to(base): path.read_text(encoding="utf-8")
            for path in sorted(base.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }
        for change in entry.replace:
            touched = sum(text.count(change.old) for text in texts.values())
            if touched != change.count:
                raise BrokenBankError(
                    f"{file}: o trecho «{change.old[:60]}» aparece {touched} vez(es) na base, não {change.count}."
                )
            texts = {name: text.replace(change.old, change.new) for name, text in texts.items()}
        return base, texts


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


def bank_of(exercise_id: str, root: Path = ROOT) -> Bank:
    """The bank of this exercise in a full clone."""
    return Bank(exercise_id, root / "tests" / "bank" / exercise_id, root / "solutions" / exercise_id)
