"""What a student's function gives back is plain JSON before anything looks at it, or an error in words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from autograder.run.inside import calling
from autograder.run.inside.calling import MAX_DEPTH, NotPlain, call, plain


class EqualToAll:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Text(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __str__(self) -> str:
        return "outra coisa"

    __hash__ = str.__hash__


class Number(float):
    def __eq__(self, other: object) -> bool:
        return True

    def __float__(self) -> float:
        return 42.0

    __hash__ = float.__hash__


class Rows(list[int]):
    def __iter__(self) -> Iterator[int]:
        return iter([99])


class Fields(dict[str, int]):
    def items(self) -> Any:
        return [("x", 99)]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(values)
def test_plain_values_stay_as_they_are(value: Any) -> None:
    try:
        found = plain(value)
    except NotPlain:  # nested more deeply than agreed
        reject()
    assert found == value


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (Text("a"), "a"),
        (Number(1.5), 1.5),
        (Rows([1, 2]), [1, 2]),
        (Fields(a=1), {"a": 1}),
        ((1, "b"), [1, "b"]),
    ],
)
def test_what_only_passes_for_a_value_becomes_one(value: Any, exact: Any) -> None:
    found = plain(value)
    assert type(found) is type(exact)
    assert repr(found) == repr(exact)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (EqualToAll(), "EqualToAll"),
        ([EqualToAll()], "EqualToAll"),
        (Decimal("1.5"), "Decimal"),
        (float("nan"), "nan"),
        (float("inf"), "None"),
        ({1: 2}, "chaves"),
        ({Text("a"): 2}, "chaves"),
        ({1, 2}, "set"),
        (b"x", "bytes"),
        (1 << 70, "grande demais"),
        ([0] * 30_000, "mais dados"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_words(value: Any, words: str) -> None:
    with pytest.raises(NotPlain, match=words):
        plain(value)


def test_deep_and_endless_values_are_refused() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    endless: list[Any] = []
    endless.append(endless)
    for value in (deep, endless):
        with pytest.raises(NotPlain, match="mais dados"):
            plain(value)


def test_long_texts_are_cut() -> None:
    assert len(plain("x" * 100_000)) == calling.MAX_TEXT


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Writes `pacote_do_teste/contas.py` and calls functions of it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "pacote_do_teste" / "contas.py"
    file.parent.mkdir()

    def play(source: str, *calls: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        file.write_text(source, encoding="utf-8")
        told: list[dict[str, Any]] = []
        found = call({"root": str(tmp_path), "file": str(file), "calls": list(calls)}, told.append)
        assert told[0] == {"at": "ao importar contas.py"}
        results: list[dict[str, Any]] = found["results"]
        return results

    yield play
    for name in [name for name in sys.modules if name.startswith("pacote_do_teste")]:
        del sys.modules[name]


def test_each_call_stands_for_itself(module: Callable[..., list[dict[str, Any]]]) -> None:
    source = "def soma(a, b): return {'soma': a + b}\ndef quebra(): raise ValueError('não sei')\nVALOR = 3\n"
    assert module(
        source, ("soma", {"a": 1, "b": 2}), ("quebra", {}), ("nada", {}), ("VALOR", {}), ("soma", {"a": 1})
    ) == [
        {"value": {"soma": 3}},
        {"error": "ValueError: não sei"},
        {"error": "o arquivo não tem a função nada"},
        {"error": "o arquivo não tem a função VALOR"},
        {"error": "TypeError: soma() missing 1 required positional argument: 'b'"},
    ]


def test_an_object_that_equals_everything_is_an_error(module: Callable[..., list[dict[str, Any]]]) -> None:
    source = "class Tudo:\n    def __eq__(self, other): return True\ndef f(): return Tudo()\n"
    (result,) = module(source, ("f", {}))
    assert result["error"].startswith("f devolveu um objeto Tudo")


def test_an_error_that_cannot_be_written_is_named(module: Callable[..., list[dict[str, Any]]]) -> None:
    source = "class Mudo(Exception):\n    def __str__(self): raise RuntimeError\ndef f(): raise Mudo\n"
    assert module(source, ("f", {})) == [{"error": "Mudo"}]


def test_a_file_that_does_not_load_answers_every_call(module: Callable[..., list[dict[str, Any]]]) -> None:
    first, second = module("import nao_existe_mesmo\n", ("f", {}), ("g", {}))
    assert first == second
    assert "o arquivo não carrega: ModuleNotFoundError" in first["error"]


def test_a_module_that_has_become_something_else_is_an_error(
    module: Callable[..., list[dict[str, Any]]],
) -> None:
    source = "import sys\nclass Outro:\n    def __getattr__(self, name): raise RuntimeError(name)\nsys.modules[__name__] = Outro()\n"
    assert module(source, ("f", {})) == [{"error": "RuntimeError: f"}]


def test_a_class_that_lies_about_itself_is_an_error(module: Callable[..., list[dict[str, Any]]]) -> None:
    source = "class Falso:\n    __class__ = str\ndef f(): return Falso()\n"
    (result,) = module(source, ("f", {}))
    assert "value" not in result
    assert result["error"]
