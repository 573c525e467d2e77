"""environment.yml gives conda users what uv.lock gives everybody else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "environment_yml.py"


def pip_part() -> list[str]:
    document = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    return next(entry["pip"] for entry in document["dependencies"] if isinstance(entry, dict))


def locked_versions() -> dict[str, set[str]]:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    versions: dict[str, set[str]] = {}
    for package in lock["package"]:
        versions.setdefault(package["name"], set()).add(package.get("version", ""))
    return versions


def test_environment_yml_follows_the_lock() -> None:
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_lock_follows_pyproject() -> None:
    """`uv sync --frozen` would not notice."""
    local = ROOT / ".uv" / "bin" / "uv"
    done = subprocess.run(
        [shutil.which("uv") or local, "lock", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_drift_is_noticed(tmp_path: Path) -> None:
    """The same script over a tree whose environment.yml lost one package."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / SCRIPT.name).write_bytes(SCRIPT.read_bytes())
    for name in ("pyproject.toml", "uv.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / ".uv").symlink_to(ROOT / ".uv")
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "environment.yml").write_text("".join(lines[:-1]), encoding="utf-8")
    command = [sys.executable, tmp_path / "scripts" / SCRIPT.name, "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "rode python scripts/environment_yml.py" in done.stderr


def test_pip_part_pins_only_what_the_lock_has() -> None:
    locked = locked_versions()
    editable, *pins = pip_part()
    assert editable == "-e ."
    assert len(pins) > 200
    for pin in map(Requirement, pins):
        versions = {specifier.version for specifier in pin.specifier}
        assert versions <= locked[canonicalize_name(pin.name)], pin


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_pip_part_installs_the_locked_versions(tmp_path: Path) -> None:
    """What conda does with that part: pip, a requirements file, the folder of environment.yml."""
    venv = tmp_path / "ambiente de pip"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    python = venv / "bin" / "python"
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("\n".join(pip_part()) + "\n", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    install = [python, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    done = subprocess.run(
        [*install, "-r", requirements], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], check=True, capture_output=True)
    installed = {canonicalize_name(row["name"]): row["version"] for row in json.loads(listed.stdout)}
    wanted = {}
    for pin in map(Requirement, pip_part()[1:]):
        if pin.marker is None or pin.marker.evaluate():
            wanted[canonicalize_name(pin.name)] = next(iter(pin.specifier)).version
    assert {name: installed.get(name) for name in wanted} == wanted
    assert set(installed) - set(wanted) <= {"pip", "setuptools", "curso-orquestracao"}
    checked = subprocess.run([python, "-m", "pip", "check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    answer = subprocess.run([venv / "bin" / "curso", "--help"], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
