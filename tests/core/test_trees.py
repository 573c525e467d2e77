"""What is seen of a folder whole, and of the names that come and go in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from autograder.run.trees import MAX_ENTRIES, MAX_FILE_BYTES, see_tree
from autograder.run.watching import MAX_EVENTS, watching

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "mundo" / "alvo").mkdir(parents=True)
    return tmp_path / "mundo"


def kinds(world: Path) -> dict[str, tuple[str, str]]:
    seen, _ = see_tree(world, "alvo")
    return {path: (entry["kind"], entry["content"]) for path, entry in seen.items()}


def test_files_folders_and_links_are_told_apart(world: Path) -> None:
    (world / "alvo" / "releases" / "um").mkdir(parents=True)
    (world / "alvo" / "releases" / "um" / "vazio").touch()
    (world / "alvo" / "current").symlink_to("releases/um")
    os.mkfifo(world / "alvo" / "cano")
    assert kinds(world) == {
        "cano": ("other", ""),
        "current": ("link", "releases/um"),
        "releases": ("folder", ""),
        "releases/um": ("folder", ""),
        "releases/um/vazio": ("file", EMPTY),
    }


def test_no_link_is_followed_out_of_the_world(world: Path, tmp_path: Path) -> None:
    (tmp_path / "fora").mkdir()
    (tmp_path / "fora" / "segredo.txt").write_text("de outra pessoa")
    (world / "alvo" / "pasta").symlink_to(tmp_path / "fora")
    (world / "alvo" / "arquivo").symlink_to(tmp_path / "fora" / "segredo.txt")
    (world / "alvo" / "laco").symlink_to(".")
    assert {path: kind for path, (kind, _) in kinds(world).items()} == {
        "arquivo": "link", "laco": "link", "pasta": "link",
    }  # fmt: skip
    (world / "alvo-de-mentira").symlink_to(tmp_path / "fora")
    assert see_tree(world, "alvo-de-mentira") == ({}, [])
    assert see_tree(world, "nada") == ({}, [])


def test_a_secret_is_found_wherever_it_lies(world: Path) -> None:
    (world / "alvo" / "a.env").write_text("TOKEN=abracadabra\n")
    (world / "alvo" / "b").symlink_to("para/abracadabra")
    (world / "alvo" / "abracadabra.txt").write_text("nada")
    (world / "alvo" / "limpo").write_text("abraca\ndabra")
    _, leaks = see_tree(world, "alvo", (b"abracadabra",))
    assert leaks == ["alvo/a.env", "alvo/abracadabra.txt", "alvo/b"]


def test_what_is_too_much_is_left_out(world: Path) -> None:
    with (world / "alvo" / "enorme").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert kinds(world)["enorme"] == ("file", "")
    for number in range(MAX_ENTRIES + 5):
        (world / "alvo" / f"{number:05}").symlink_to("x")
    assert len(kinds(world)) == MAX_ENTRIES


linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="só o Linux conta o que acontece em uma pasta"
)


@linux_only
def test_a_rename_is_told_from_a_gap(world: Path) -> None:
    target = world / "alvo"
    (target / "current").symlink_to("releases/um")
    with watching(world, ("alvo",)) as watches:
        (target / "novo").symlink_to("releases/dois")
        (target / "novo").replace(target / "current")
        renamed = watches["alvo"].events()
        (target / "current").unlink()
        (target / "current").symlink_to("releases/um")
        gap = watches["alvo"].events()
    assert renamed is not None
    assert gap is not None
    assert [(one["name"], one["what"]) for one in renamed] == [
        ("novo", "created"), ("novo", "moved_from"), ("current", "moved_to"),
    ]  # fmt: skip
    assert [(one["name"], one["what"]) for one in gap] == [("current", "deleted"), ("current", "created")]


@linux_only
def test_what_could_not_be_watched_to_the_end_is_not_told(world: Path) -> None:
    with watching(world, ("alvo", "nada")) as watches:
        assert watches["nada"].events() is None
        for number in range(MAX_EVENTS + 1):
            (world / "alvo" / str(number)).touch()
        assert watches["alvo"].events() is None
        assert watches["alvo"].events() is None
    with watching(world, ("alvo",)) as watches:
        (world / "alvo").rename(world / "outro")
        assert watches["alvo"].events() is None


@linux_only
def test_no_descriptor_is_left(world: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with watching(world, ("alvo",)):
            pass
    assert len(os.listdir("/proc/self/fd")) == before
