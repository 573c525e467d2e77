"""Try the course with the newest versions of everything, and say what broke.

Works in a scratch clone: exact pins become lower bounds (upper bounds, which have a reason beside them,
stay), the lock is made anew and the fast tests run. The summary goes to the terminal and, on GitHub, to the
step's summary. Exits 1 when something broke. Arguments go to pytest.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def relax(pyproject: str) -> str:
    """Exact pins in the dependency lists become lower bounds; everything else stays as it is."""
    return re.sub(r'^(\s+"[A-Za-z0-9._-]+)==', r"\1>=", pyproject, flags=re.MULTILINE)


def versions(lock: str) -> dict[str, str]:
    """A package may be locked twice, for different Pythons."""
    found: dict[str, list[str]] = {}
    for package in tomllib.loads(lock)["package"]:
        found.setdefault(package["name"], []).append(package.get("version", ""))
    return {name: ", ".join(sorted(each)) for name, each in found.items()}


def changed(before: dict[str, str], after: dict[str, str], direct: set[str]) -> list[str]:
    """One table row for each package whose version moved, the ones we ask for ourselves first."""
    moved = [name for name in before.keys() & after.keys() if before[name] != after[name]]
    moved.sort(key=lambda name: (name not in direct, name))
    shown = {name: f"**{name}**" if name in direct else name for name in moved}
    return [f"| {shown[name]} | {before[name]} | {after[name]} |" for name in moved]


def direct_dependencies(pyproject: str) -> set[str]:
    document = tomllib.loads(pyproject)
    listed = [*document["project"]["dependencies"], *document["dependency-groups"]["dev"]]
    return {match[0].lower() for line in listed if (match := re.match(r"[A-Za-z0-9._-]+", line))}


def failures(report: Path) -> list[str]:
    """The failed tests of a junit report, each with the first line of its reason."""
    if not report.is_file():
        return ["Os testes nem chegaram a rodar: veja o fim do registro."]
    lines = []
    for case in ET.parse(report).iter("testcase"):
        for bad in (*case.findall("failure"), *case.findall("error")):
            reason = (bad.get("message") or "").strip().splitlines() or [""]
            lines.append(f"`{case.get('classname')}.{case.get('name')}`: {reason[0][:200]}")
    return lines


def held_back(tree: str) -> list[str]:
    """Rows for what we ask for ourselves and can't have at its newest, from `uv tree --outdated`."""
    found = re.findall(r"^\S+ (\S+) v(\S+).* \(latest: v(\S+)\)", tree, re.MULTILINE)
    return [f"| {name} | {ours} | {newest} |" for name, ours, newest in found]


@dataclass
class Outcome:
    moved: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def summary(result: Outcome) -> str:
    outcome = "**quebrou**:" if result.broken else "**tudo passou**."
    text = ["## Canário", "", f"Com as versões mais novas que combinam entre si, {outcome}", ""]
    text += [*(f"- {line}" for line in result.broken), ""] if result.broken else []
    rule = "| --- | --- | --- |"
    if result.moved:
        text += ["### O que mudou de versão", "", "| pacote | no uv.lock | testada |", rule, *result.moved]
    else:
        text += ["Nenhum pacote mudou de versão."]
    if result.held:
        text += [
            "",
            "### O que outro pacote segura",
            "",
            "| pacote | testada | mais nova |",
            rule,
            *result.held,
        ]
    return "\n".join(text) + "\n"


def uv() -> str:
    return shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")


def last_lines(text: str) -> str:
    return " ".join(line.strip() for line in text.strip().splitlines()[-12:])


def try_newest(scratch: Path, pytest_args: list[str]) -> Outcome:
    subprocess.run(["git", "clone", "--quiet", ROOT, scratch], check=True)
    pyproject = scratch / "pyproject.toml"
    lock = scratch / "uv.lock"
    original = pyproject.read_text(encoding="utf-8")
    before = versions(lock.read_text(encoding="utf-8"))
    pyproject.write_text(relax(original), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    environment |= {"UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(scratch / ".venv")}
    locked = subprocess.run(
        [uv(), "lock", "--upgrade", "--quiet"], cwd=scratch, env=environment, capture_output=True, text=True
    )
    if locked.returncode:
        return Outcome(broken=[f"As versões mais novas não combinam entre si: {last_lines(locked.stderr)}"])
    moved = changed(before, versions(lock.read_text(encoding="utf-8")), direct_dependencies(original))
    tree = subprocess.run(
        [uv(), "tree", "--frozen", "--outdated", "--depth", "1", "--no-dev", "--quiet"],
        cwd=scratch,
        env=environment,
        capture_output=True,
        text=True,
    )
    held = held_back(tree.stdout)
    synced = subprocess.run(
        [uv(), "sync", "--frozen", "--quiet", "--compile-bytecode", "--python", sys.executable],
        cwd=scratch,
        env=environment,
        capture_output=True,
        text=True,
    )
    if synced.returncode:
        return Outcome(moved, held, [f"As versões mais novas não se instalam: {last_lines(synced.stderr)}"])
    # environment.yml follows the lock that was just made anew; that drift is ours and says nothing.
    subprocess.run([scratch / ".venv/bin/python", "scripts/environment_yml.py"], cwd=scratch, check=True)
    report = scratch / "report.xml"
    command = [scratch / ".venv/bin/python", "-m", "pytest", "-m", "not full", f"--junitxml={report}"]
    tested = subprocess.run([*command, *pytest_args], cwd=scratch, env=environment)
    broken = failures(report) if tested.returncode else []
    if tested.returncode and not broken:
        broken = [f"O pytest saiu com o código {tested.returncode}: veja o fim do registro."]
    return Outcome(moved, held, broken)


def main(pytest_args: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="canario-") as folder:
        result = try_newest(Path(folder) / "curso", pytest_args)
    text = summary(result)
    print(text)
    if target := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(target, "a", encoding="utf-8") as file:
            file.write(text)
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
