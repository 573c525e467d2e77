"""What Lab loads of the panel is what `painel/` says."""

from __future__ import annotations

import filecmp
import json
import re
import shutil
from pathlib import Path

import pytest

import panel

SENTENCE = "`make painel` monta o painel de novo; os arquivos montados vão no mesmo commit."


def built(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_panel_was_built_from_these_sources() -> None:
    assert (panel.BUILT / panel.HASH).read_text(encoding="utf-8").strip() == panel.source_hash(), SENTENCE


def test_lab_finds_all_that_the_panel_names() -> None:
    about = json.loads((panel.BUILT / "package.json").read_text(encoding="utf-8"))["jupyterlab"]
    entry = about["_build"]["load"]
    assert (panel.BUILT / entry).is_file()
    named = set(re.findall(r"[a-f0-9]{16}", entry))
    assert named, entry


@pytest.mark.full
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs Node, which a learner doesn't")
def test_building_again_gives_the_same_files(tmp_path: Path) -> None:
    again = tmp_path / "painel"
    panel.build(again)
    assert built(again) == built(panel.BUILT)
    _, different, missing = filecmp.cmpfiles(again, panel.BUILT, built(again), shallow=False)
    assert (different, missing) == ([], []), SENTENCE
