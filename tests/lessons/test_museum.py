"""The museum of lesson 07: what it shows is what happened, and it refuses to lie."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from curso.lessons import museum

OLD = 'from airflow import DAG\nDAG("x", schedule_interval="0 2 * * *")\n'
NEW = 'from airflow.sdk import DAG\nDAG("x", schedule="0 2 * * *")\n'


@pytest.fixture(autouse=True, scope="module")
def _closed() -> Iterator[None]:
    yield
    museum.fechar()


def test_an_exhibit_shows_both_and_the_rule() -> None:
    shown = museum.peca("A <agenda>", OLD, NEW, espera="TypeError", regra="AIR301")
    assert "unexpected keyword argument 'schedule_interval'" in repr(shown)
    assert "AIR301" in repr(shown)
    assert "A &lt;agenda&gt;" in shown._repr_html_()
    assert NEW.strip().splitlines()[1] in repr(shown)


@pytest.mark.parametrize(
    ("old", "new", "expected", "rule", "said"),
    [
        (NEW, NEW, "TypeError", None, "esperava «TypeError» do código antigo"),
        (OLD, OLD, "TypeError", None, "o código novo também reclama"),
        (OLD, NEW, "TypeError", "AIR303", "esperava a regra AIR303"),
    ],
)
def test_a_museum_that_lies_is_found(old: str, new: str, expected: str, rule: str | None, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        museum.peca("A agenda", old, new, espera=expected, regra=rule)


def test_pieces_know_nothing_of_each_other_and_may_die() -> None:
    assert museum.rodar("x = 1").texto == "sem erro e sem aviso"
    assert museum.rodar("x").erro == "NameError: name 'x' is not defined"
    assert museum.rodar("import os; os._exit(1)").erro == "o processo morreu"
    assert museum.rodar("print('{}')").texto == "sem erro e sem aviso"


def test_without_ruff_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(museum.shutil, "which", lambda *_, **__: None)
    assert museum.regras(OLD) is None
    assert "o ruff não está instalado aqui" in repr(museum.Peca("x", OLD, NEW, museum.Visto("", ()), None))


def test_code_with_its_numbers() -> None:
    assert repr(museum.numerado("\na = 1\n\nb = 2\n")) == "  1 | a = 1\n  2 |\n  3 | b = 2"
