"""Makes the lessons into a site, with what their cells showed: `make site`, then open build/site/index.html.

Every notebook is executed as the tests execute it (a copy of the course, real services, no network); Mermaid is
drawn by the JupyterLab of this environment, so that the pages need neither a network nor a script for it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import drawings  # noqa: E402
import pages  # noqa: E402

from lesson_runner import ROOT, LessonError, course_copy, run_notebook  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make site", description="O site das lições, com o que cada célula mostrou."
    )
    parser.add_argument("--notebooks", type=Path, help="outra pasta de notebooks, no lugar da do curso")
    parser.add_argument("--destino", type=Path, default=ROOT / "build" / "site", help="onde escrever o site")
    parser.add_argument("--sem-executar", action="store_true", help="só o texto e o código, em segundos")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="curso-site-") as folder:
        source = Path(folder) / "fonte"
        source.mkdir()
        try:
            lessons = _lessons(wanted.notebooks, execute=not wanted.sem_executar)
        except LessonError as error:
            print(error, file=sys.stderr)
            return 1
        texts = drawings.found_in(lessons.values())
        drawn = drawings.draw(texts, Path(folder) / "lab") if texts else {}
        if len(drawn) < len(texts):
            print("Sem um Chromium ou Google Chrome, os diagramas ficam como texto.", file=sys.stderr)
        pages.write(source, lessons, drawn)
        command = [
            sys.executable, "-m", "sphinx", "--builder", "html", "--fresh-env", "--fail-on-warning", "--keep-going", "--quiet",
            "--conf-dir", str(HERE), str(source), str(wanted.destino), "--doctree-dir", str(Path(folder) / "doctrees"),
        ]  # fmt: skip
        if subprocess.run(command, check=False).returncode:
            return 1
    print(f"O site está em {wanted.destino}: abra o index.html no navegador.")
    return 0


def _lessons(folder: Path | None, *, execute: bool) -> dict[str, Any]:
    """Each notebook by its file name, executed where that is asked for."""
    import nbformat

    names = sorted(path.name for path in (folder or ROOT / "notebooks").glob("*.ipynb"))
    if not execute:
        return {name: nbformat.read((folder or ROOT / "notebooks") / name, 4) for name in names}
    done = {}
    for number, name in enumerate(names, start=1):
        began = time.monotonic()
        print(f"[{number}/{len(names)}] {name}...", end=" ", flush=True)
        # One course for each: what a lesson shows doesn't depend on those before it.
        with course_copy(notebooks=folder) as copy:
            done[name], _ = run_notebook(copy, name)
        print(f"{time.monotonic() - began:.0f} s", flush=True)
    return done


if __name__ == "__main__":
    sys.exit(main())
