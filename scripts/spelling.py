"""The Portuguese that people read, spelled right: `.venv/bin/python scripts/spelling.py` lists the words to look at.

hunspell's Brazilian dictionary decides; `docs/glossario.txt` adds the words of the trade and proper names. What
stands in code (spans, fences, identifiers, file names, addresses) is no word.
"""

from __future__ import annotations

import ast
import io
import json
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
    r"|<[^<> ]+>"
    r"|(?<!\w)[@%!~$/\\-]+\w[\w./-]*"  # options, decorators, magics, variables, absolute paths
    r"|\b[\w.-]+/(?!\w)"  # folders
    r"|\S*\w[._/@=\\]\w\S*"  # file.py, a.b, name_name, a/b, a=b
    r"|[\w-]*\d[\w-]*"  # S3, ex1-dag, 2h
    r"|\b\w*[^\W\d_A-ZÀ-Ý][A-Z]\w*"  # camelCase, JupyterLab
    r"|\b[A-Z]{2,}s?\b"  # DAG, DAGs
)
_SQL = re.compile(
    r"\b(select|insert|update|delete|create|alter|drop|truncate)\b.*\b(from|into|table|set|view|schema)\b",
    re.I | re.S,
)
_SENTENCE_WORDS = 4


@dataclass(frozen=True)
class Text:
    """One piece of prose and where it stands."""

    where: str
    prose: str


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


def misspelled(found: Iterable[str], glossary: Iterable[str]) -> set[str]:
    """Those that neither the dictionary nor the glossary has. Raises OSError where there is no hunspell."""
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
    lines = 0
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        lines = token.map[0] + 1 if token.map else lines
        if token.type != "inline":
            continue
        prose = " ".join(
            child.content if child.type == "text" else "\n" for child in _flat(token.children or [])
        )
        yield Text(f"{where}:{lines}", _joined(prose))


def _flat(tokens: Iterable[Any]) -> Iterator[Any]:
    for token in tokens:
        if token.type == "image":
            yield from _flat(token.children or [])
        else:
            yield token


def _joined(prose: str) -> str:
    return re.sub(r" ?\n ?", " ", prose)


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
            yield Text(f"{where}, linha {getattr(node, 'lineno', '?')} do código", value)
    if comments:
        for token in tokens:
            if token.type == tokenize.COMMENT and not re.match(r"# *(noqa|type:|fmt:|%%)", token.string):
                yield Text(f"{where}, linha {token.start[0]} do código", token.string.lstrip("# "))


def _is_sentence(value: str) -> bool:
    return len(words(value)) >= _SENTENCE_WORDS and not _SQL.search(value)


def _help() -> Iterator[Text]:
    """What `curso --help` and every verb's `--help` say."""
    import typer

    from curso.cli import app
    from curso.services.catalog import MODULES

    names = re.compile(rf"\b({'|'.join(map(re.escape, MODULES))})\b")  # a choice of values is no prose

    def told(command: Any, path: str) -> Iterator[Text]:
        yield Text(f"{path} --help", command.help or "")
        for parameter in command.params:
            yield Text(
                f"{path} --help, {parameter.name}", names.sub("", getattr(parameter, "help", None) or "")
            )
        for name, inner in getattr(command, "commands", {}).items():
            yield from told(inner, f"{path} {name}")

    yield from told(typer.main.get_command(app), "curso")


def places(found: Iterable[Text], unknown: set[str]) -> list[str]:
    """ "word: where", for each word where it first stands and how often."""
    first: dict[str, str] = {}
    count: dict[str, int] = {}
    for text in found:
        for word in words(text.prose):
            if word in unknown:
                first.setdefault(word, text.where)
                count[word] = count.get(word, 0) + 1
    return [f"{word} ({count[word]}x): {first[word]}" for word in sorted(first, key=str.casefold)]


def main() -> int:
    all_texts = list(texts())
    unknown = misspelled((word for text in all_texts for word in words(text.prose)), read_glossary())
    print("\n".join(places(all_texts, unknown)) or "Nenhuma palavra a olhar.")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
