"""Takes people out of what is shown of their work: names, e-mail addresses, and the folders on their machines.

Only what identifies somebody *of this class* can be known. A name is found in any spelling of case and accents, in
parts, and inside identifiers (`ana_avila`, `AnaAvila`). A surname that is also a word of the exercise (Dias, Campos)
stays where it is written as that word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from autograder.model.exercise import Exercise
from curso.tell import clean

SOMEBODY = "«estudante»"
LEAST = 3
"""Shorter parts of names are articles and initials."""
LEAST_DIGITS = 5
"""A shorter number in a name is also a year, a count, a port."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_START = r"(?:file://)?(?:~[\w.-]*[/\\]|\.{1,2}[/\\]|/(?=[^\W\d]|[._])|[A-Za-z]:[/\\])"
_QUOTED_PATH = re.compile(rf"""(?<=["'`«])({_START}[^"'`»\n]+)(?=["'`»])""")
_PATH = re.compile(rf"""(?<![\w.:/\\~…-]){_START}[^\s"'`«»<>|,;:()]*""")
_FILE = re.compile(r"[^/\\]+\.(?:py|ipynb|csv|gz|json|jsonl|ya?ml|toml|txt|md|sql|db|sqlite|sh|log|parquet)$")
"""Not any last part with a dot in it: /home/ana.avila is a person."""
_REPEATED = re.compile(rf"{SOMEBODY}(?:[\s_.+-]*{SOMEBODY})+")
_WORD = re.compile(r"[^\W_]+")


class Anonymous:
    """Takes the people of one class out of any text."""

    def __init__(self, names: Iterable[str], exercise: Exercise) -> None:
        tokens: set[str] = set()
        for name in names:
            tokens |= set(_tokens(name))
        longest_first = sorted(tokens, key=lambda token: (-len(token), token))
        self._names = re.compile("|".join(longest_first)) if tokens else None
        self._words = {folded(word) for text in _texts(exercise) for word in _WORD.findall(text)}

    def __call__(self, text: str) -> str:
        text = _EMAIL.sub("«e-mail»", unicodedata.normalize("NFC", clean(text)))
        text = without_folders(text)
        return _REPEATED.sub(SOMEBODY, self._without_names(text))

    def _without_names(self, text: str) -> str:
        if self._names is None:
            return text
        parts, at = [], 0
        for match in self._names.finditer(folded(text)):
            start, end = match.span()
            written = text[start:end]
            is_a_word = written.islower() and match[0] in self._words
            if is_a_word or not _stands_alone(text, start, end):
                continue
            parts += [text[at:start], SOMEBODY]
            at = end
        return "".join([*parts, text[at:]])


def without_folders(text: str) -> str:
    """Of each path that starts somewhere on a machine only the file's own name stays."""
    return _PATH.sub(_only_the_file, _QUOTED_PATH.sub(_only_the_file, text))


def _only_the_file(path: re.Match[str]) -> str:
    file = _FILE.search(path[0].rstrip("."))
    return f"…/{file[0]}" if file else "…"


def _tokens(name: str) -> Iterator[str]:
    """Regular expressions of what a name is recognised by: all of it, however it is joined, and each part."""
    parts = _WORD.findall(folded(unicodedata.normalize("NFC", name)))
    if len("".join(parts)) >= LEAST:
        yield r"[\W_]*".join(parts)
    for part in parts:
        if len(part) >= (LEAST_DIGITS if part.isdigit() else LEAST):
            yield part


def folded(text: str) -> str:
    """In lower case and without accents, each character in its place."""
    return "".join(unicodedata.normalize("NFKD", char)[0].lower()[:1] or char for char in text)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Not a piece of another word, but for words that are written together as IdentifiersAre."""
    before, after = text[:start][-1:], text[end : end + 1]
    begins = not before.isalpha() or (before.islower() and text[start].isupper())
    ends = not after.isalpha() or (after.isupper() and text[end - 1].islower())
    return begins and ends


def _texts(exercise: Exercise) -> Iterator[str]:
    yield from (exercise.id, exercise.title, exercise.proves, *exercise.files)
    for criterion in exercise.criteria:
        yield from (criterion.id, criterion.title, *criterion.hints)
