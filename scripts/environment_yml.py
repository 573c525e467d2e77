"""Write environment.yml for conda users: its pip part is uv.lock's, so that everyone has the same versions.

python scripts/environment_yml.py           writes it
python scripts/environment_yml.py --check   exits 1 when it no longer follows the lock
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "environment.yml"
NEVER = " ; sys_platform == 'never'"
HEADER = """\
# Gerado do uv.lock por scripts/environment_yml.py: não edite à mão.
# Uso, na pasta do curso:
#   conda env create -f environment.yml
#   conda activate curso-orquestracao
#   curso lab
name: curso-orquestracao
channels:
  - conda-forge
dependencies:
  - python=3.12
  - pip
  - pip:
      - -e .
"""


def uv() -> str:
    local = ROOT / ".uv" / "bin" / "uv"
    return shutil.which("uv") or str(local)


def locked_requirements() -> list[str]:
    """The lock's run-time packages as pip writes them, with their platform markers."""
    command = [uv(), "export", "--frozen", "--no-hashes", "--no-dev", "--no-emit-project", "--no-annotate"]
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    text = subprocess.run(
        [*command, "--no-header", "--quiet"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    # What uv leaves out by an override pip brings along all the same: then at the lock's version, too.
    return [line.strip().removesuffix(NEVER) for line in text.splitlines() if line.strip()]


def render(requirements: list[str]) -> str:
    return HEADER + "".join(f'      - "{line}"\n' for line in requirements)  # markers quote with '


def main(args: list[str]) -> int:
    wanted = render(locked_requirements())
    if args == ["--check"]:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == wanted:
            return 0
        print("environment.yml não segue o uv.lock: rode python scripts/environment_yml.py.", file=sys.stderr)
        return 1
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
