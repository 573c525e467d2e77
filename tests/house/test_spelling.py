"""What people read in Portuguese is spelled right, by hunspell's Brazilian dictionary and our own glossary."""

from __future__ import annotations

import pytest

from spelling import Text, misspelled, notebook_texts, places, read_glossary, texts, words
from system_packages import has_dictionary

pytestmark = pytest.mark.skipif(not has_dictionary(), reason="sem hunspell com o dicionário pt_BR")


@pytest.fixture(scope="module")
def found() -> list[Text]:
    return list(texts())


def test_every_word_is_portuguese_or_in_the_glossary(found: list[Text]) -> None:
    unknown = misspelled((word for text in found for word in words(text.prose)), read_glossary())
    assert not unknown, (
        "Palavras que o dicionário não tem: corrija-as ou, se são do ofício, ponha-as em docs/glossario.txt:\n"
        + "\n".join(places(found, unknown))
    )


def test_the_glossary_is_sorted_and_every_word_of_it_needed(found: list[Text]) -> None:
    glossary = read_glossary()
    assert glossary == sorted(set(glossary), key=lambda word: (word.casefold(), word))
    used = {word for text in found for whole in words(text.prose) for word in (whole, *whole.split("-"))}
    used |= {word[:1].lower() + word[1:] for word in used}
    assert [word for word in glossary if word not in used] == [], "ninguém usa"
    known = set(glossary) - misspelled(glossary, [])
    assert not known, "o dicionário já tem"


def test_what_is_no_word() -> None:
    prose = "Rode `curso`, abra dags/vendas.py em https://x.org/nao e use {{ ds }}, --json, @task, JupyterLab, DAGs, ex1 e a_b."
    assert words(prose) == ["Rode", "abra", "em", "e", "use", "e"]
    assert words("guarda-chuva d’água, R$ 10, pré-2026") == ["guarda-chuva", "d'água", "R"]


def test_a_wrong_word_is_found_and_said_where() -> None:
    code = "%%dag x.py\n# comentario errado\nx = 'uma frase com erro de ortographia'\ny = 'xyzw'\n!ls xyzw\n"
    cells = [
        {
            "cell_type": "markdown",
            "id": "a",
            "source": ["# Olá\n", "\n", "A `xyzw` e o *pipeline* e a [exeção](x.md).\n"],
        },
        {"cell_type": "code", "id": "b", "source": code},
    ]
    found = list(notebook_texts("n.ipynb", {"cells": cells}))
    unknown = misspelled((word for text in found for word in words(text.prose)), ["pipeline"])
    assert places(found, unknown) == [
        "comentario (1x): n.ipynb, célula b, linha 2 do código",
        "exeção (1x): n.ipynb, célula a:3",
        "ortographia (1x): n.ipynb, célula b, linha 3 do código",
    ]


@pytest.mark.parametrize("word", ["backfill", "Backfill", "pós-backfill", "Airflow", "e-mail"])
def test_the_glossary_counts(word: str) -> None:
    assert not misspelled([word], ["backfill", "Airflow", "e-mail"])
    assert misspelled([word], []) == {word}


def test_names_keep_their_capital() -> None:
    assert misspelled(["airflow"], ["Airflow"]) == {"airflow"}


def test_a_text_knows_where_it_stands() -> None:
    assert places([Text("aqui", "xyzw xyzw")], {"xyzw"}) == ["xyzw (2x): aqui"]
