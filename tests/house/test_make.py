"""The way in: `make` sets everything up from a bare machine, or says in one sentence what is missing."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import system_packages

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "make", "awk", "rm", "touch", "uname", "git", "env", "dirname", "bash")

# A Python that says it is another version, or lacks a module: what it is asked with -c is answered for real.
OLD_PYTHON = """#!/bin/sh
exec "{python}" -c 'import sys; sys.version_info = ({version}, 0, "final", 0); exec(sys.argv.pop(1))' "$2"
"""
PYTHON_WITHOUT_VENV = """#!/bin/sh
exec "{python}" -c 'import sys; sys.modules["ensurepip"] = None; exec(sys.argv.pop(1))' "$2"
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder to be the whole PATH, holding only what every system has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, f"{tool} is needed to test the Makefile"
        (folder / tool).symlink_to(found)
    return folder


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The course's way in, in a folder with spaces and accents."""
    folder = tmp_path / "pasta com espaço" / "orquestração"
    (folder / "scripts").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "uv.lock", "scripts/setup.sh"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def put(machine: Path, name: str, text: str) -> None:
    program = machine / name
    program.unlink(missing_ok=True)
    program.write_text(text, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def make(course: Path, machine: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": str(machine), "HOME": str(machine.parent), "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(["make", *args], cwd=course, env=clean, capture_output=True, text=True)


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that is ours: make adds its own when a target fails."""
    assert done.returncode != 0
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make")]
    assert len(lines) == 1, lines
    return lines[0]


def test_make_alone_explains_every_target() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets
    for target in targets[1].split():
        assert re.search(rf"^  {target} +\S", done.stdout, re.MULTILINE), target


@pytest.mark.parametrize("version", ["3, 9", "3, 14"])
def test_unsuitable_python(course: Path, machine: Path, version: str) -> None:
    put(machine, "python3", OLD_PYTHON.format(python=sys.executable, version=version))
    put(machine, "apt-get", "#!/bin/sh\n")
    put(machine, "uname", "#!/bin/sh\necho Linux\n")
    told = sentence(make(course, machine, "lab"))
    assert told == (
        f"O curso precisa do Python 3.11, 3.12 ou 3.13 e só encontrei o {version.replace(', ', '.')}: "
        'no Debian e no Ubuntu, instale com "sudo apt install python3 python3-venv".'
    )


def test_no_python_at_all(course: Path, machine: Path) -> None:
    told = sentence(make(course, machine, "test"))
    assert told.startswith("O curso precisa do Python 3.11, 3.12 ou 3.13 e não encontrei nenhum: instale")


def test_no_python_on_a_mac(course: Path, machine: Path) -> None:
    put(machine, "uname", "#!/bin/sh\necho Darwin\n")
    assert 'instale com "brew install python@3.13"' in sentence(make(course, machine, "lab"))


def test_python_without_venv(course: Path, machine: Path) -> None:
    put(machine, "python3", PYTHON_WITHOUT_VENV.format(python=sys.executable))
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert sentence(make(course, machine, "lab")) == (
        f"Falta o módulo venv do Python {version}: "
        f'no Debian e no Ubuntu, instale com "sudo apt install python{version}-venv".'
    )


def test_another_python_is_found_when_the_first_does_not_suit(course: Path, machine: Path) -> None:
    """A pyenv shim may exist without its version; the next candidate is tried, and uv is handed that one."""
    put(machine, "python3", OLD_PYTHON.format(python=sys.executable, version="3, 9"))
    put(machine, "python3.13", "#!/bin/sh\nexit 127\n")
    put(machine, "python3.12", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    put(machine, "uv", '#!/bin/sh\necho "uv $*" >> uv.txt\n')
    make(course, machine, "lab")
    calls = (course / "uv.txt").read_text(encoding="utf-8")
    assert f"uv venv --quiet --python {machine}/python3.12 --no-python-downloads .venv" in calls
    assert "uv sync --frozen --quiet --compile-bytecode --python .venv/bin/python --no-dev" in calls


def test_ci_runs_make_test(tmp_path: Path, machine: Path) -> None:
    put(machine, "make", '#!/bin/sh\necho "make $* CI=$CI"\ncat\necho end\n')
    (machine / "cat").symlink_to(str(shutil.which("cat")))
    done = subprocess.run(
        ["bash", ROOT / ".ci" / "run"],
        env={"PATH": str(machine)},
        input="not to be read",
        capture_output=True,
        text=True,
        check=True,
    )
    # All tests, whatever they cost: CI only asks which ones are slow.
    assert done.stdout == "make test ARGS=--durations=12 --durations-min=60 CI=true\nend\n"


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_from_a_fresh_clone_without_uv(tmp_path: Path, machine: Path) -> None:
    """Everything for real, as a newcomer: no uv, an empty home, a folder with spaces and accents."""
    course = tmp_path / "pasta com espaço" / "orquestração"
    subprocess.run(["git", "clone", "--quiet", ROOT, course], check=True)
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (machine / "python3").symlink_to(base)
    network = {
        key: value for key, value in os.environ.items() if re.match(r"(PIP|UV|SSL|https?_proxy)", key, re.I)
    }
    first = make(course, machine, "lab", "ARGS=--version", **network)
    assert first.returncode == 0, first.stderr[-4000:]
    assert (course / ".uv" / "bin" / "uv").exists()
    assert re.search(r"^\d+\.\d+\.\d+$", first.stdout, re.MULTILINE), first.stdout
    second = make(course, machine, "lab", "ARGS=--version", **network)
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", second.stdout), "the second time sets nothing up again"
    status = subprocess.run(["git", "status", "--porcelain"], cwd=course, capture_output=True, text=True)
    assert status.stdout == ""


class Apt:
    """Stands for a machine: which programs it has, who we are, and what is asked of apt."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, uid: int, ci: bool, system: str = "Linux") -> None:
        self.programs = {"apt-get"}
        self.asked: list[list[str]] = []
        monkeypatch.setattr(
            system_packages.shutil, "which", lambda name: name if name in self.programs else None
        )
        monkeypatch.setattr(system_packages, "MAC_BROWSERS", ())
        monkeypatch.setattr(system_packages, "has_dictionary", lambda: "hunspell" in self.programs)
        monkeypatch.setattr(system_packages.os, "geteuid", lambda: uid)
        monkeypatch.setattr(system_packages.platform, "system", lambda: system)
        monkeypatch.setattr(system_packages, "distribution_id", lambda: "debian")
        monkeypatch.setattr(system_packages.subprocess, "run", self.run)
        monkeypatch.setenv("CI", "true" if ci else "")
        monkeypatch.delenv("CURSO_CHROMIUM", raising=False)

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.asked.append(command)
        if "install" in command:
            self.programs |= {"bwrap", "chromium", "hunspell"}
        return subprocess.CompletedProcess(command, 0)


@pytest.mark.parametrize(
    ("uid", "ci", "prefix"), [(0, False, []), (0, True, []), (1000, True, ["sudo", "-n"])]
)
def test_system_packages_are_installed_where_harmless(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], uid: int, ci: bool, prefix: list[str]
) -> None:
    apt = Apt(monkeypatch, uid=uid, ci=ci)
    assert system_packages.main() == 0
    assert apt.asked[0] == [*prefix, "apt-get", "update", "-qq"]
    assert apt.asked[1][: len(prefix) + 2] == [*prefix, "apt-get", "install"]
    assert apt.asked[1][-5:] == ["bubblewrap", "chromium", "fonts-dejavu-core", "hunspell", "hunspell-pt-br"]
    assert "Ficam de fora" not in capsys.readouterr().out


def test_system_packages_elsewhere_name_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apt = Apt(monkeypatch, uid=1000, ci=False)
    assert system_packages.main() == 0
    assert apt.asked == []
    assert capsys.readouterr().out == (
        "Ficam de fora os testes de confinamento com bubblewrap, "
        "os testes que abrem o JupyterLab em um navegador e os testes de ortografia; "
        "para incluir, rode: sudo apt install bubblewrap chromium fonts-dejavu-core hunspell hunspell-pt-br\n"
    )


def test_system_packages_when_nothing_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apt = Apt(monkeypatch, uid=0, ci=True)
    apt.programs |= {"bwrap", "google-chrome", "hunspell"}
    assert system_packages.main() == 0
    assert apt.asked == []
    assert capsys.readouterr().out == ""


def test_system_packages_on_a_mac(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apt = Apt(monkeypatch, uid=501, ci=True, system="Darwin")
    assert system_packages.main() == 0
    assert apt.asked == []
    assert "No macOS não há bubblewrap" in capsys.readouterr().out


def test_an_apt_failure_stops_ci(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    apt = Apt(monkeypatch, uid=0, ci=True)
    monkeypatch.setattr(
        system_packages.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 100)
    )
    assert system_packages.main() == 1
    assert apt.asked == []
    assert capsys.readouterr().err == (
        "O apt não conseguiu instalar bubblewrap chromium fonts-dejavu-core hunspell hunspell-pt-br.\n"
    )
