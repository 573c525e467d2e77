"""`curso pacote`: what a class receives. The repository without answers, hidden graders and their bank."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.model.exercise import BrokenExerciseError
from curso.classroom import settings
from curso.delivered import digest
from curso.places import REPORT, RESULTS, ROOT

LEFT_OUT = (
    "solutions", "autograder/graders", "tests", ".github", ".ci", "scripts/bench",
)  # fmt: skip
NEVER = {
    ".git",
    ".venv",
    ".uv",
    ".curso",
    ".nbgrader",
    "trabalho",
    "turma.toml",
    "grades.csv",
    "__pycache__",
    ".ipynb_checkpoints",
    "dist",
}

MANIFEST = "pacote.json"
"""In a package: when it was made, and the digest of every file as it was given (`curso atualizar` asks for it)."""


def package_files(root: Path = ROOT) -> list[Path]:
    """Relative paths of all that goes into the package, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        candidates = [Path(name) for name in listed.stdout.split("\0") if name]
    else:  # a copy without git
        candidates = [path.relative_to(root) for path in root.rglob("*")]
    return sorted(path for path in candidates if _goes(path) and (root / path).is_file())


def _goes(path: Path) -> bool:
    name = path.as_posix()
    if any(part in NEVER or part.endswith((RESULTS, REPORT)) for part in path.parts):
        return False
    return not any(name == folder or name.startswith(folder + "/") for folder in LEFT_OUT)


def build_package(target: Path, root: Path = ROOT) -> int:
    """Writes the package as a folder or, where the name ends in .zip, as an archive. Returns the file count.

    Raises BrokenExerciseError with a sentence where the target exists or the source is a package already.
    """
    if not (root / "solutions").is_dir():
        raise BrokenExerciseError("Isto já é um pacote de turma: só um clone completo gera outro.")
    if target.exists():
        raise BrokenExerciseError(
            f"{target} já existe, e nada é sobrescrito: escolha outro nome ou apague-o antes."
        )
    files = package_files(root)
    class_file = _students_class_file(root)
    extra = {settings.FILE: class_file} if class_file else {}
    extra[MANIFEST] = _manifest(root, files, extra)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".zip":
        # Not mkstemp: what it makes only its owner may read, and this is for a class.
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in files:
                    archive.write(root / path, Path(target.stem) / path)
                for name, text in extra.items():
                    archive.writestr(f"{target.stem}/{name}", text)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    else:
        for path in files:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, target / path)
            shutil.copymode(root / path, target / path)
        for name, text in extra.items():
            (target / name).write_text(text, encoding="utf-8")
    return len(files) + len(extra)


def _manifest(root: Path, files: list[Path], extra: dict[str, str]) -> str:
    given = {path.as_posix(): digest(path.name, (root / path).read_bytes()) for path in files}
    given |= {name: digest(name, text.encode()) for name, text in extra.items()}
    made = {"versao": 1, "feito_em": datetime.now(UTC).isoformat(timespec="seconds"), "arquivos": given}
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)


def manifest_of(content: bytes) -> dict[str, Any] | None:
    """A manifest as a document; None where this is none."""
    try:
        made = json.loads(content)
        usable = isinstance(made["feito_em"], str) and all(
            isinstance(value, str) for value in made["arquivos"].values()
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return made if usable else None


def _students_class_file(root: Path) -> str:
    """Of `turma.toml` only what a student's nbgrader needs to find its class; "" where nothing was set.

    Raises BrokenExerciseError where the file cannot be used.
    """
    if not (root / settings.FILE).is_file():
        return ""
    course = settings.load_settings(root).course
    exchange = f"troca = {json.dumps(str(course.exchange), ensure_ascii=False)}\n" if course.exchange else ""
    return f'[turma]\ncurso = "{course.course_id}"\n{exchange}'
