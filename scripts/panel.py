"""Builds Lab's panel out of `painel/` (`make painel`), so that a learner needs no Node.

What is built is committed. Beside it stands the hash of what it was built from: a test compares it everywhere, and
builds again where there is a Node.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "painel"
BUILT = ROOT / "curso" / "labconfig" / "labextensions" / "curso-painel"
WORKSHOP = ROOT / ".curso" / "painel"
"""Where npm works: outside of what is committed, copied and packed."""
HASH = "fonte.sha256"
_BY_NPM = ("node_modules", "lib", "labextension", "tsconfig.tsbuildinfo")


def main() -> int:
    if shutil.which("npm") is None:
        print("Para montar o painel é preciso o Node (com o npm): https://nodejs.org/pt-br", file=sys.stderr)
        return 1
    try:
        build(BUILT)
    except subprocess.CalledProcessError as error:
        print(f"{' '.join(error.cmd)} não deu certo; o que ele disse está acima.", file=sys.stderr)
        return 1
    print(f"Painel montado em {BUILT.relative_to(ROOT)}/.")
    return 0


def source_files() -> list[Path]:
    """All that decides what is built."""
    return sorted(
        path
        for path in SOURCE.rglob("*")
        if path.is_file() and path.relative_to(SOURCE).parts[0] not in _BY_NPM
    )


def source_hash() -> str:
    """Changes with every change of a source, wherever the course lies."""
    parts = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(SOURCE).as_posix()}\n"
        for path in source_files()
    ]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def build(target: Path) -> None:
    """Builds the panel and puts it in `target`, in the place of what is there. Raises CalledProcessError."""
    _lay_out()
    _npm("run", "build")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(WORKSHOP / "labextension", target)
    (target / HASH).write_text(source_hash() + "\n", encoding="utf-8")


def _lay_out() -> None:
    """Copies the sources to the workshop, and installs what the lock file names where that has changed."""
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    for left in WORKSHOP.iterdir():
        if left.name not in ("node_modules", HASH):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    shutil.copytree(SOURCE, WORKSHOP, ignore=shutil.ignore_patterns(*_BY_NPM), dirs_exist_ok=True)
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    installed = WORKSHOP / HASH
    if not installed.exists() or installed.read_text(encoding="utf-8") != lock:
        _npm("ci", "--no-audit", "--no-fund", "--ignore-scripts")
        installed.write_text(lock, encoding="utf-8")


def _npm(*arguments: str) -> None:
    subprocess.run(["npm", *arguments], cwd=WORKSHOP, check=True)


if __name__ == "__main__":
    sys.exit(main())
