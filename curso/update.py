"""`curso atualizar`: what is new in the course and in its statements, with the learner's work as it was.

Of every file three versions are looked at: the one that was given, the learner's, and the new one. Only a file that
is still as it was given is replaced. Otherwise the learner's keeps its name, and the new one lies beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from autograder.model.exercise import BrokenExerciseError, load_exercise
from curso import atomic
from curso.delivered import delivered, digest, note_delivered
from curso.places import ROOT, exercise_folder, exercise_ids, work_folder
from curso.start import given_files

RUN_ANEW = ("pyproject.toml", "uv.lock")
"""Where these change, the environment does."""
LINK = b"\0link"
"""Stands for what a link leads to, which is nobody's business here."""


@dataclass
class Told:
    """What was done, by relative path."""

    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    before: list[tuple[str, str]] = field(default_factory=list)
    """A notebook that had only been run, and where it was put."""
    conflicts: list[tuple[str, str]] = field(default_factory=list)
    """The learner's file, and where the new one lies."""

    def add(self, other: Told) -> None:
        for name in asdict(self):
            getattr(self, name).extend(getattr(other, name))

    def lines(self) -> list[str]:
        """What a learner reads."""
        changed = len(self.new) + len(self.replaced) + len(self.removed) + len(self.before)
        if not changed and not self.conflicts:
            return ["Nada de novo: você já tem a última versão."]
        lines = []
        if changed:
            lines.append(f"{changed} arquivo(s) do curso atualizado(s).")
        lines += [f"Novo: {name}" for name in self.new if name.endswith(".ipynb")]
        lines += [
            f"{name} é o novo; o seu, com o que ele mostrou, está em {kept}." for name, kept in self.before
        ]
        for name, beside in self.conflicts:
            lines.append(f"{name} ficou como você deixou; a versão nova está ao lado, em {beside}.")
        if any(name in self.replaced for name in RUN_ANEW):
            lines.append("As versões dos programas mudaram: feche o Lab e rode `make lab`, que as instala.")
        elif any(name.startswith(("curso/", "autograder/")) for name in (*self.replaced, *self.new)):
            lines.append("Se o Lab está aberto, feche-o e abra de novo.")
        return lines


@dataclass
class Merge:
    """Brings new versions of files into a folder."""

    root: Path
    told: Told = field(default_factory=Told)

    def bring(self, name: str, given: str | None, new: bytes, *, executable: bool = False) -> None:
        """The new version of one file. `given` is the digest of the version that this folder got last."""
        path = self.root / name
        mine = _content(path)
        if mine is not None and (mine == new or digest(name, new) == given):
            return  # nothing is new here; a change, if there is one, is the learner's own
        if mine is None:
            self._write(path, new, executable)
            self.told.new.append(name)
        elif mine is not LINK and digest(name, mine) == given:
            if _has_run(name, mine):
                kept = free_name(path, "antes")
                path.rename(kept)
                self.told.before.append((name, kept.relative_to(self.root).as_posix()))
            else:
                self.told.replaced.append(name)
            self._write(path, new, executable)
        else:
            self._beside(name, path, new)

    def remove(self, name: str, given: str | None) -> None:
        """What the course no longer has goes, where it is still as it was given."""
        path = self.root / name
        mine = _content(path)
        if (
            mine not in (None, LINK)
            and digest(name, mine or b"") == given
            and not _has_run(name, mine or b"")
        ):
            path.unlink()
            self.told.removed.append(name)

    def _beside(self, name: str, path: Path, new: bytes) -> None:
        for there in path.parent.glob(f"{path.stem}.novo-*{path.suffix}"):
            if _content(there) == new:
                return  # told before
        beside = free_name(path, "novo")
        self._write(beside, new, False)
        self.told.conflicts.append((name, beside.relative_to(self.root).as_posix()))

    def _write(self, path: Path, content: bytes, executable: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o755 if executable else 0o644
        atomic.write_bytes(path, content)
        path.chmod(mode)


def refresh_work(root: Path = ROOT) -> Told:
    """Brings statements and samples that have changed into the learner's copies in `trabalho/`."""
    merge = Merge(root)
    for name in exercise_ids(root):
        work, source = work_folder(name, root), root / "exercises" / name
        if not work.is_dir():
            continue
        handed_in = set(load_exercise(exercise_folder(name, root)).files)
        digests = delivered(name, root)
        files = given_files(source)
        for path in files:
            relative = path.relative_to(source).as_posix()
            known = digests.get(relative)
            if known is None and relative in handed_in and (work / relative).exists():
                continue  # copied before deliveries were noted: it is the learner's, and its start doesn't change
            merge.bring(f"trabalho/{name}/{relative}", known, path.read_bytes())
        note_delivered(name, root, (path.relative_to(source).as_posix() for path in files))
    return merge.told


def refresh_work_anew(root: Path = ROOT) -> Told:
    """The same, by the course that has just come: this process still runs the one before."""
    done = subprocess.run(
        [sys.executable, "-m", "curso.update", str(root)],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    try:
        return Told(**json.loads(done.stdout))
    except (ValueError, TypeError):
        last = (done.stderr.strip().splitlines() or ["sem dizer por quê"])[-1]
        raise BrokenExerciseError(
            f"O curso foi atualizado, mas não consegui levar os enunciados novos para trabalho/ ({last}). Rode "
            "`make lab`, e depois `curso atualizar` de novo."
        ) from None


def free_name(path: Path, what: str) -> Path:
    """A name beside `path` that says what and when, and that nothing has yet: "01a.novo-2026-03-01.ipynb"."""
    number, free = 1, path.with_name(f"{path.stem}.{what}-{date.today()}{path.suffix}")
    while free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem}.{what}-{date.today()}-{number}{path.suffix}")
    return free


def _content(path: Path) -> bytes | None:
    """What is there; None where nothing is. A link is the learner's, whatever it points to."""
    if path.is_symlink():
        return LINK
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _has_run(name: str, content: bytes) -> bool:
    """True for a notebook that shows what its cells gave."""
    if not name.endswith(".ipynb"):
        return False
    try:
        return any(cell.get("outputs") for cell in json.loads(content)["cells"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


if __name__ == "__main__":
    print(json.dumps(asdict(refresh_work(Path(sys.argv[1])))))
