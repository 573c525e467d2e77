"""What the tests need beyond PyPI: bubblewrap (confinement), a Chromium (what the learner sees), a dictionary (spelling).

Installs them with apt where that is harmless (root, or CI=true); elsewhere says in one sentence what to run
and which tests are left out meanwhile. Standard library only; answers at once when nothing is missing.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
LEFT_OUT = {
    "bubblewrap": "os testes de confinamento com bubblewrap",
    "chromium": "os testes que abrem o JupyterLab em um navegador",
    "hunspell": "os testes de ortografia",
}
CALLED = {"chromium": "Google Chrome", "hunspell": "hunspell com o dicionário pt_BR"}


def find_browser() -> str | None:
    """A Chromium or Chrome of this machine; `CURSO_CHROMIUM` names another."""
    chosen = os.environ.get("CURSO_CHROMIUM")
    if chosen:
        return chosen
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    return next((str(path) for path in MAC_BROWSERS if path.exists()), None)


def has_dictionary() -> bool:
    """Whether hunspell is here, and knows Brazilian Portuguese."""
    if shutil.which("hunspell") is None:
        return False
    command = ["hunspell", "-d", "pt_BR", "-l"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def missing(system: str) -> list[str]:
    lacking = []
    if system == "Linux" and shutil.which("bwrap") is None:
        lacking.append("bubblewrap")
    if find_browser() is None:
        lacking.append("chromium")
    if not has_dictionary():
        lacking.append("hunspell")
    return lacking


def apt_packages(lacking: list[str], distribution: str) -> list[str]:
    """Debian package names. On Ubuntu, `chromium` would be a snap, which a test can't drive."""
    packages = []
    if "bubblewrap" in lacking:
        packages.append("bubblewrap")
    if "chromium" in lacking and distribution != "ubuntu":
        packages += ["chromium", "fonts-dejavu-core"]
    if "hunspell" in lacking:
        packages += ["hunspell", "hunspell-pt-br"]
    return packages


def distribution_id() -> str:
    try:
        return platform.freedesktop_os_release().get("ID", "")
    except OSError:
        return ""


def apt_install(packages: list[str], sudo: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in ([*sudo, "apt-get", "update", "-qq"], install):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if done.returncode:
            return False
    return True


def left_out(lacking: list[str]) -> str:
    return listed([LEFT_OUT[name] for name in lacking])


def listed(names: list[str]) -> str:
    """ "a, b e c"."""
    return " e ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def main() -> int:
    system = platform.system()
    ci = os.environ.get("CI", "").lower() == "true"
    lacking = missing(system)
    if system == "Darwin":
        print("No macOS não há bubblewrap: ficam de fora os testes de confinamento do Linux.")
    if not lacking:
        return 0
    if system == "Darwin":
        print(f"Sem {listed([CALLED[name] for name in lacking])}, ficam de fora {left_out(lacking)}.")
        return 0
    packages = apt_packages(lacking, distribution_id())
    if packages and shutil.which("apt-get"):
        root = os.geteuid() == 0
        sudo = [] if root else ["sudo", "-n"]
        if root or ci:
            print(f"Instalando com apt: {' '.join(packages)}...", flush=True)
            if not apt_install(packages, sudo) and ci:
                print(f"O apt não conseguiu instalar {' '.join(packages)}.", file=sys.stderr)
                return 1
            lacking = missing(system)
        else:
            command = f"sudo apt install {' '.join(packages)}"
            print(f"Ficam de fora {left_out(lacking)}; para incluir, rode: {command}")
            return 0
    if lacking:
        names = listed([CALLED.get(name, name) for name in lacking])
        print(f"Ficam de fora {left_out(lacking)}; para incluir, instale {names}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
