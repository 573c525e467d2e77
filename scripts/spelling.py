"""The Portuguese that people read, spelled right: `.venv/bin/python scripts/spelling.py` lists the words to look at.

hunspell's Brazilian dictionary decides; `docs/glossario.txt` adds the words of the trade and proper names. What
stands in code (spans, fences, identifiers, file names, addresses) is no word.
"""

from __future__ import annotations

import ast
import builtins
import io
import json
import keyword
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossario.txt"
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NOT_PROSE = re.compile(
    r"https?://\S+"  # addresses
    r"|`[^`]*`"  # code, where a text is no Markdown
    r"|[%&#$]?\{[^{}]*\}|%\(?\w*\)?[sdfr]\b"  # placeholders
    r"|<[^<>]+>"
    r"|\*\.\w+|\w+[(=]|(?<=\w)[\])]\w+"  # calls, arguments
    r"|\"[\w-]+\"|'[\w-]+'|«[\w-]+»"  # values
    r"|(?<!\w)[@%!~$/\\-]+\w[\w./-]*"  # options, decorators, magics, variables, absolute paths
    r"|\b[\w.-]+/(?!\w)"  # folders
    r"|\S*\w[._/@=\\]\w\S*"  # file.py, a.b, name_name, a/b, a=b
    r"|[\w-]*\d[\w-]*"  # S3, ex1-dag, 2h
    r"|\b\w*[^\W\d_A-ZÀ-Ý][A-Z]\w*"  # camelCase, JupyterLab
    r"|\b[A-Z]{2,}s?\b"  # DAG, DAGs
)
_CODE = re.compile(
    r"^\s*(import|from \S+ import|def|class|return|raise|with|for|if|echo|set|cp|cat|exit|print|@)\b.*[\w:)\"']\s*$"
    r"|\w\(.*\)\s*$|^\s*\w+ = |^#!|[|>]{1,2} \S+\.\w+$"
    r"|\b(select|insert|update|delete|create|alter|drop|truncate)\b.*\b(from|into|table|set|view|schema)\b",
    re.I | re.M,
)
_TYPESCRIPT = re.compile(r"(?<!/)'([^'\n]+)'|`([^`]+)`|>([^<>{}]+)<")
"""Texts in quotes and between tags."""
_LITTLE = set(
    [
        "a",
        "o",
        "as",
        "os",
        "e",
        "é",
        "ou",
        "um",
        "uma",
        "de",
        "do",
        "da",
        "dos",
        "das",
        "em",
        "no",
        "na",
        "nos",
        "nas",
        "por",
        "para",
        "com",
        "sem",
        "que",
        "se",
        "não",
        "já",
        "só",
        "ao",
        "à",
    ]
)
_SENTENCE_WORDS = 4
_PYTHON = {*keyword.kwlist, *dir(builtins)}
"""In a comment or a message, `return` and `None` are what the code says."""


@dataclass(frozen=True)
class Text:
    """One piece of prose and where it stands."""

    where: str
    prose: str
    about_code: bool = False
    emphasized: bool = False
    """Words in italics, which is how a foreign phrase is set."""


def texts(root: Path = ROOT) -> Iterator[Text]:
    """Everything a reader of the course reads in Portuguese."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "solutions").glob("*/enunciado.md")]
    for page in sorted(page for page in pages if "build" not in page.relative_to(root).parts[:-1]):
        yield from _markdown(str(page.relative_to(root)), page.read_text(encoding="utf-8"))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        yield from notebook_texts(str(path.relative_to(root)), json.loads(path.read_text(encoding="utf-8")))
    for path in sorted((root / "solutions").glob("*/exercise.toml")):
        for value in _strings(tomllib.loads(path.read_text(encoding="utf-8"))):
            if _is_sentence(value):
                yield Text(str(path.relative_to(root)), value)
    for path in sorted((root / "curso" / "lessons" / "content").glob("licao_*.py")):
        yield from _sentences_of_code(
            str(path.relative_to(root)), path.read_text(encoding="utf-8"), comments=False
        )
    for path in sorted((root / "painel" / "src").glob("*.ts*")):
        for found in _TYPESCRIPT.finditer(path.read_text(encoding="utf-8")):
            prose = next(filter(None, found.groups()), "")
            if _is_sentence(prose):
                yield Text(str(path.relative_to(root)), prose)
    yield from _help()


def notebook_texts(where: str, notebook: dict[str, Any]) -> Iterator[Text]:
    """A notebook's Markdown, and the comments and sentences in its code."""
    for cell in notebook["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        place = f"{where}, célula {cell.get('id', '?')}"
        if cell["cell_type"] == "markdown":
            yield from _markdown(place, source)
        elif cell["cell_type"] == "code":
            yield from _sentences_of_code(place, source, comments=True)


def words(prose: str) -> list[str]:
    """The words of a text, in order."""
    return [match[0].replace("’", "'") for match in _WORD.finditer(_NOT_PROSE.sub(" ", prose))]


def misspelled(found: Iterable[Text], glossary: Iterable[str]) -> dict[str, list[str]]:
    """Words that neither the dictionary nor the glossary has, and where each stands.

    A phrase in italics of which half is unknown is in another language. Raises OSError without hunspell.
    """
    texts_read = [
        (text, [word for word in words(text.prose) if not (text.about_code and word in _PYTHON)])
        for text in found
    ]
    unknown = unknown_words((word for _, read in texts_read for word in read), glossary)
    places: dict[str, list[str]] = {}
    for text, read in texts_read:
        wrong = [word for word in read if word in unknown]
        if text.emphasized and len(read) > 1 and 2 * len(wrong) >= len(read):
            continue
        for word in wrong:
            places.setdefault(word, []).append(text.where)
    return dict(sorted(places.items(), key=lambda pair: pair[0].casefold()))


def unknown_words(found: Iterable[str], glossary: Iterable[str]) -> set[str]:
    """Those that neither the dictionary nor the glossary has."""
    extra = set(glossary)
    # hunspell takes compounds apart itself: what remains of one is judged part by part.
    parts = {
        word: {part for part in word.split("-") if len(part) > 1 and not _in_glossary(part, extra)}
        for word in set(found)
        if not _in_glossary(word, extra)
    }
    bad = _unknown(sorted(set().union(*parts.values())))
    return {word for word, split in parts.items() if split & bad}


def read_glossary(path: Path = GLOSSARY) -> list[str]:
    return path.read_text(encoding="utf-8").split()


def _in_glossary(word: str, glossary: set[str]) -> bool:
    """A name keeps its capital; any other entry may begin a sentence."""
    return word in glossary or (word[:1].lower() + word[1:]) in glossary


def _unknown(asked: Iterable[str]) -> set[str]:
    done = subprocess.run(
        ["hunspell", "-d", "pt_BR", "-i", "UTF-8", "-l"],
        input="\n".join(asked) + "\n", capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode:
        raise OSError(done.stderr.strip())
    return set(done.stdout.split())


def _markdown(where: str, source: str) -> Iterator[Text]:
    line = 0
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        line = token.map[0] + 1 if token.map else line
        if token.type == "inline":
            yield from _inline(f"{where}:{line}", token.children or [])


def _inline(where: str, tokens: list[Any]) -> Iterator[Text]:
    """A paragraph's prose, and apart from it what is in italics. The title of another's page is its own."""
    prose, italics, elsewhere, emphasized = "", "", False, False
    for token in tokens:
        if token.type == "link_open":
            elsewhere = "://" in str(token.attrGet("href"))
        elif token.type == "link_close":
            elsewhere = False
        elif token.type in ("em_open", "em_close"):
            emphasized = token.type == "em_open"
            yield Text(where, italics, emphasized=True)
            italics = ""
        elif elsewhere:
            prose += " "
        elif emphasized:
            italics += token.content if token.type == "text" else " "
        else:
            # An image's content is its alternative text; what is code or markup separates words.
            prose += (
                token.content
                if token.type in ("text", "image")
                else " " * (not token.type.startswith("strong"))
            )
    yield Text(where, prose)


def _strings(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for value in document.values():
            yield from _strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from _strings(value)
    elif isinstance(document, str):
        yield document


def _sentences_of_code(where: str, source: str, *, comments: bool) -> Iterator[Text]:
    """Strings that are sentences, and comments; lines of IPython's own are no code."""
    plain = (
        "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()) + "\n"
    )
    try:
        tree = ast.parse(plain)
        tokens = list(tokenize.generate_tokens(io.StringIO(plain).readline))
    except (SyntaxError, tokenize.TokenError):
        return  # a cell that shows a syntax error, or another language's
    english = (
        {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)} if not comments else set()
    )
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        value = ""
        if isinstance(node, ast.JoinedStr):
            value = "".join(
                str(part.value) if isinstance(part, ast.Constant) else " 0 " for part in node.values
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside | english
        ):
            value = node.value
        if _is_sentence(value):
            yield Text(f"{where}, linha {getattr(node, 'lineno', '?')} do código", value, about_code=True)
    if comments:
        for token in tokens:
            if token.type == tokenize.COMMENT and not re.match(r"# *(noqa|type:|fmt:|%%)", token.string):
                yield Text(
                    f"{where}, linha {token.start[0]} do código", token.string.lstrip("# "), about_code=True
                )


def _is_sentence(value: str) -> bool:
    """Four words and two of the little ones that every sentence has, and nothing of a program."""
    found = words(value)
    little = {word.lower() for word in found} & _LITTLE
    return len(found) >= _SENTENCE_WORDS and len(little) >= 2 and not _CODE.search(value)


def _help() -> Iterator[Text]:
    """What `curso --help` and every verb's `--help` say."""
    import typer

    from curso.cli import app
    from curso.services.catalog import MODULES

    names = re.compile(rf"\b({'|'.join(map(re.escape, MODULES))})\b")  # a choice of values is no prose

    def of(command: Any, path: str) -> Iterator[Text]:
        yield Text(f"{path} --help", command.help or "")
        for parameter in command.params:
            yield Text(
                f"{path} --help, {parameter.name}", names.sub("", getattr(parameter, "help", None) or "")
            )
        for name, inner in getattr(command, "commands", {}).items():
            yield from of(inner, f"{path} {name}")

    yield from of(typer.main.get_command(app), "curso")


def told(wrong: dict[str, list[str]]) -> str:
    """ "word (3x): where it first stands", a line each."""
    return "\n".join(f"{word} ({len(places)}x): {places[0]}" for word, places in wrong.items())


def main() -> int:
    wrong = misspelled(texts(), read_glossary())
    print(told(wrong) or "Nenhuma palavra a olhar.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
