"""Finds the graders of an exercise: what its folder shows, and what is hidden.

visible   `<exercise>/verificacao/`: `world.py` (draw, scenarios, OBSERVE, SAMPLE_SEED) and `test_*.py`
hidden    `autograder/graders/<id>/` or, laid over it, `$CURSO_GRADERS/<id>/`: `scenarios.py`,
          `reference.py` and `test_*.py`; absent from a class package
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.model.exercise import load_exercise
from autograder.run.world import Observe, Scenario


@dataclass(frozen=True)
class Graders:
    """The graders of one exercise."""

    exercise_id: str
    visible: Path
    hidden: Path | None
    world: ModuleType

    @property
    def observe(self) -> Observe:
        seen = self.world.OBSERVE
        assert isinstance(seen, Observe)
        return seen

    def seed(self, asked: int) -> int:
        """Without the reference only the sample's expected rows are known, so only the sample can be judged."""
        return asked if self.hidden else int(self.world.SAMPLE_SEED)

    def draw(self, seed: int) -> Any:
        return self.world.draw(seed)

    def scenarios(self, drawn: Any) -> list[Scenario]:
        found: list[Scenario] = list(self.world.scenarios(drawn))
        if self.hidden:
            found += _load(self.hidden / "scenarios.py").scenarios(drawn, self.world)
        return found

    def expected(self, drawn: Any) -> dict[str, Any]:
        """The reference's answer for this draw, as plain JSON."""
        if self.hidden:
            answer = _load(self.hidden / "reference.py").expected(drawn, self.world)
        else:
            answer = json.loads((self.visible.parent / "dados" / "esperado.json").read_text(encoding="utf-8"))
        assert isinstance(answer, dict)
        return answer

    def test_files(self) -> list[Path]:
        folders = [self.visible, *([self.hidden] if self.hidden else [])]
        return [path for folder in folders for path in sorted(folder.glob("test_*.py"))]

    def digest(self) -> str:
        """SHA-256 of all that judges: a changed grader is another grader."""
        digest = hashlib.sha256()
        folders = [self.visible, *([self.hidden] if self.hidden else [])]
        paths = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
        for path in [self.visible.parent / "exercise.toml", *paths]:
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def worlds_digest(self) -> str:
        """SHA-256 of all that decides what is played; evidence stays good for as long as this does."""
        digest = hashlib.sha256()
        exercise = load_exercise(self.visible.parent)
        digest.update(repr((exercise.adapter, exercise.files)).encode())
        for path in [self.visible / "world.py", *([self.hidden / "scenarios.py"] if self.hidden else [])]:
            digest.update(path.read_bytes())
        return digest.hexdigest()


def graders_of(exercise_folder: Path) -> Graders:
    """The graders of the exercise in this folder."""
    exercise_id = exercise_folder.resolve().name
    visible = exercise_folder / "verificacao"
    overlay = os.environ.get("CURSO_GRADERS")
    candidates = [Path(overlay) / exercise_id] if overlay else []
    candidates.append(exercise_folder.resolve().parents[1] / "autograder" / "graders" / exercise_id)
    hidden = next((folder for folder in candidates if folder.is_dir()), None)
    return Graders(exercise_id, visible, hidden, _load(visible / "world.py"))


def _load(path: Path) -> ModuleType:
    """Imports one file by its path (exercise folders are no Python packages), once per path and content."""
    key = hashlib.sha256(path.read_bytes() + str(path).encode()).hexdigest()[:12]
    name = f"curso_graders.{path.stem}_{key}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
