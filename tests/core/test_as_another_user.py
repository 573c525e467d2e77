"""The attacks once more as a normal user, where the tests themselves run as root (elsewhere they already do)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.run.adapters import cache_folder
from autograder.sandbox.level import Level
from autograder.sandbox.probe import probe

ROOT = Path(__file__).resolve().parents[2]
USER = "1000"
SAMPLE = (
    "kill_everyone or another_submission or no_new_rights or daemon or mata_os_outros or ligacoes or forjada"
)
ALL = pytest.param("", marks=[pytest.mark.full, pytest.mark.timeout(3600)])

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="os testes já rodam como um usuário comum"),
    pytest.mark.skipif(probe().level is not Level.CAGE, reason="sem isolamento não há o que atacar"),
]


@pytest.mark.parametrize("chosen", [SAMPLE, ALL], ids=["sample", "all"])
def test_the_attacks_as_a_normal_user(chosen: str) -> None:
    home = Path("/tmp") / f"curso-usuario-{os.getpid()}"  # pytest's own folders are closed to others
    home.mkdir(mode=0o755)
    try:
        os.chown(home, int(USER), int(USER))
        done = subprocess.run(
            [*as_user(), sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0",
             "-k", chosen, "tests/core/test_attacks.py", "tests/bank/test_hostile.py"],
            cwd=ROOT, capture_output=True, text=True, check=False,
            env={
                "PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8",
                "CURSO_CACHE": str(cache_folder()), "PYTHONDONTWRITEBYTECODE": "1",
            },
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
        assert " passed" in done.stdout
        assert "skipped" not in done.stdout, done.stdout[-2000:]
    finally:
        shutil.rmtree(home)


def as_user() -> list[str]:
    """A user's own view of this machine, in which the interpreter and the course are readable.

    Root's home is closed to others, and both may lie in there.
    """
    command = ["bwrap", "--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", str(Path.home())]
    made = {Path.home()}
    for folder in sorted({Path(sys.base_prefix), Path(sys.prefix), ROOT, cache_folder()}):
        if not folder.is_relative_to(Path.home()):
            continue
        for parent in reversed(folder.parents):
            if parent.is_relative_to(Path.home()) and parent not in made:
                made.add(parent)
                command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", str(folder), str(folder)]
    return [*command, "setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
