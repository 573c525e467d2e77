"""Start the real `curso lab` and see it in a real browser: for the tests and for the README's images."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from system_packages import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "curso"
SLOW_LAB_ASKS = "Selecionar Kernel"


@dataclass
class Lab:
    url: str
    log: Path

    def address(self, path: str) -> str:
        return f"{self.url}{path}{'&' if '?' in path else '?'}token={TOKEN}"

    def get(self, path: str) -> tuple[str, str]:
        """The final address and the body."""
        with urllib.request.urlopen(self.address(path), timeout=60) as answer:
            return answer.url, answer.read().decode()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running_lab(
    scratch: Path, *, root: Path = ROOT, port: int | None = None, wait_seconds: float = 120
) -> Iterator[Lab]:
    """`curso lab` as a newcomer has it: an empty home and no Jupyter state, both in `scratch`.

    The same `scratch` and `port` make it the Lab that was closed before.
    """
    home = scratch / "home"
    home.mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER")}
    environment |= {"HOME": str(home), "LC_ALL": "C.UTF-8", "JUPYTER_CONFIG_DIR": str(scratch / "config")}
    environment |= {"JUPYTER_DATA_DIR": str(scratch / "data"), "JUPYTER_TOKEN": TOKEN}
    port = port or free_port()
    program = Path(sys.executable).parent / "curso"
    command = [str(program), "lab", "--no-browser", "--port", str(port), "--ServerApp.port_retries=0"]
    log = scratch / "lab.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    lab = Lab(f"http://127.0.0.1:{port}", log)
    try:
        _wait_until_up(lab, process, wait_seconds)
        yield lab
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(lab: Lab, process: subprocess.Popen[bytes], wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            lab.get("/api/status")
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not come up:\n{lab.log.read_text(encoding='utf-8')[-4000:]}")


@contextmanager
def browser_page(*, width: int = 1400, height: int = 900) -> Iterator[Page]:
    """A page of the system's own Chromium."""
    from playwright.sync_api import sync_playwright

    arguments = ["--disable-dev-shm-usage"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to start as root otherwise
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
        try:
            yield browser.new_page(viewport={"width": width, "height": height}, locale="pt-BR")
        finally:
            browser.close()


def open_welcome(page: Page, lab: Lab) -> None:
    """Go to the Lab's door and wait until the notebook that opens there is drawn and its kernel is idle."""
    page.set_default_timeout(60_000)
    # What Lab asks on a machine that was too busy to answer it at once; a person would accept it, too.
    asked = page.locator("dialog.jp-Dialog", has_text=SLOW_LAB_ASKS)
    page.add_locator_handler(asked, lambda dialog: dialog.locator(".jp-mod-accept").click())
    page.goto(lab.address("/"))
    page.wait_for_selector(".jp-NotebookPanel .jp-MarkdownOutput h1")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
