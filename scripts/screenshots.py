"""Make the README's images in docs/imagens/ from the running program, so that they never lie."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from lab_browser import ROOT, browser_page, open_welcome, running_lab
from system_packages import find_browser

IMAGES = ROOT / "docs" / "imagens"


def main() -> int:
    if find_browser() is None:
        print("Para refazer as imagens, instale o Chromium ou o Google Chrome.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="imagens-") as scratch,
        running_lab(Path(scratch)) as lab,
        browser_page(width=1280, height=800) as page,
    ):
        open_welcome(page, lab)
        page.screenshot(path=IMAGES / "jupyterlab-boas-vindas.png")
    print(f"Imagens refeitas em {IMAGES.relative_to(ROOT)}/.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
