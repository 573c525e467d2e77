"""What actions/setup-python does, on a machine that has one Python and no internet."""

import os
import platform
import re
import sys
from pathlib import Path

KNOWN = ("3.10", "3.11", "3.12", "3.13", "3.14")


def main(asked: str) -> int:
    here = platform.python_version()
    minor = re.match(r"\d+\.\d+", asked)
    if asked and (not minor or minor[0] not in KNOWN):
        print(f"::error::The version '{asked}' with architecture 'x64' was not found.")
        return 1
    if minor and not here.startswith(f"{minor[0]}."):
        print(f"::notice::pedido: Python {asked}; esta máquina só tem o {here}, e é ele que roda")
    tools = Path(__file__).resolve().parent
    programs = Path(os.environ["RUNNER_TEMP"]) / "python"
    programs.mkdir(parents=True, exist_ok=True)
    pip = programs / "pip"  # written here: unpacked from a zip it would be no program
    pip.write_text('#!/bin/sh\nexec python -m pip "$@"\n', encoding="utf-8")
    pip.chmod(0o755)
    path = os.pathsep.join(filter(None, [str(tools), os.environ.get("PYTHONPATH", "")]))
    with open(os.environ["GITHUB_ENV"], "a", encoding="utf-8") as env:
        env.write(f"PYTHONPATH={path}\n")
    with open(os.environ["GITHUB_PATH"], "a", encoding="utf-8") as paths:
        # The last one written comes first. Not resolved: a virtual environment's Python is a link.
        paths.write(f"{Path(sys.executable).parent}\n{programs}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
