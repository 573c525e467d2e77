"""Predictions and challenges as a learner meets them: each thing that can be answered gets its own answer."""

from __future__ import annotations

import json
import linecache
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.model.result import Status
from curso.lessons import challenge as challenge_module
from curso.lessons import content
from curso.lessons.challenge import Challenge
from curso.lessons.notebook_door import confira, desafio, dica, preveja
from curso.lessons.prediction import Prediction
from curso.record import events as record
from curso.record import kept
from curso.record.model import Record

TOY = Path(__file__).parent / "toy_content"
HINTS = ("um", "dois", "três")


@pytest.fixture(autouse=True)
def _toy_lesson(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The toy's lesson beside the course's, and a learner's record of its own."""
    monkeypatch.setattr(content, "__path__", [*content.__path__, str(TOY)])
    monkeypatch.setenv("CURSO_ESTADO", str(tmp_path / "estado"))
    yield
    sys.modules.pop("curso.lessons.content.licao_90", None)


def cell(source: str) -> dict[str, Any]:
    """What a notebook's cell leaves: names defined in `__main__`, with lines that can be shown."""
    name = f"/tmp/ipykernel_1/{abs(hash(source))}.py"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), space)
    return space


def text(shown: object) -> str:
    return repr(shown)


def page(shown: Any) -> str:
    html: str = shown._repr_html_()
    return html


# Challenges.


@pytest.mark.parametrize("empty", ["...", "pass", '"""Só a docstring."""', '"""Doc."""\n    ...'])
def test_an_empty_function_was_not_attempted(empty: str) -> None:
    media = cell(f"def media(vendas):\n    {empty}\n")["media"]
    assert text(desafio("90.media", media)).startswith(
        "○ não tentado: A média do dia\nA função `media` ainda"
    )


@pytest.mark.parametrize("answer", [..., [1, ...], (..., 2), {"total": ...}])
def test_as_shipped_it_was_not_attempted(answer: object) -> None:
    shown = desafio("90.total", answer)
    assert text(shown) == (
        "○ não tentado: O total\nEscreva a sua resposta no lugar dos `...` e rode a célula de novo."
    )
    assert "○ não tentado" in page(shown)
    assert "<code>...</code>" in page(shown)
    assert record.read()[0] == Record(), "looking is no try"


def test_a_check_may_say_that_nothing_was_done() -> None:
    assert text(desafio("90.nada", 0)).endswith("Conte primeiro as lojas de `lojas`.")


@pytest.mark.parametrize("body", ["return 0", "return ''", "return None", "return 'pass'"])
def test_a_function_that_does_something_is_an_attempt(body: str) -> None:
    media = cell(f"def media(vendas):\n    x = 1\n    {body}\n")["media"]
    assert not text(desafio("90.media", media)).startswith("○")


def test_right_is_praised_and_recorded() -> None:
    media = cell("def media(vendas):\n    return sum(vendas) / len(vendas) if vendas else 0\n")["media"]
    shown = desafio("90.media", media)
    assert text(shown) == ("✔ passou: A média do dia\nA média sai certa, e um dia sem vendas não a derruba.")
    known = record.read()[0].challenges["90.media"]
    assert (known.best, known.tries) == (Status.PASSED, 1)
    assert known.proof is not None
    assert text(desafio("90.total", {"total": 6})) == "✔ passou: O total\nÉ isso mesmo."


def test_wrong_says_what_was_seen_and_where_help_is() -> None:
    shown = desafio("90.media", sum)
    assert text(shown) == (
        "✘ ainda não: A média do dia\nA sua função somou 2 e 4 e devolveu 6. Falta dividir pela quantidade.\n"
        'Quer ajuda? `dica("90.media")`'
    )
    assert "<code>dica(&quot;90.media&quot;)</code>" in page(shown)


def test_what_was_proven_stays() -> None:
    desafio("90.total", {"total": 6})
    desafio("90.total", {"total": 5})
    known = record.read()[0].challenges["90.total"]
    assert (known.best, known.last, known.tries) == (Status.PASSED, Status.FAILED, 2)


def test_everything_is_escaped() -> None:
    shown = page(desafio("90.media", "<script>"))
    assert "um &lt;b&gt;str&lt;/b&gt;, e" in shown
    hostile = cell("def media(v):\n    raise ValueError('<script>alert(1)</script> \\x1b[2J`oi`')\n")["media"]
    shown = desafio("90.media", hostile)
    assert "<script>" not in page(shown)
    assert "\x1b" not in text(shown) + page(shown)
    assert "<b>Nada &lt;i&gt;demais" in page(desafio("90.nada", ...))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "return sum(vendas) / len(vendaz)",
            "NameError: name 'vendaz' is not defined`: esse nome não existe",
        ),
        ("return {}['x']", "KeyError: 'x'`: essa chave"),
        ("return vendas[99]", "IndexError: list index out of range`: a lista é mais curta"),
        ("return 1 / 0", "ZeroDivisionError: division by zero`: o divisor chegou a zero"),
        ("return vendas.x", "AttributeError: 'list' object has no attribute 'x'`: o objeto não tem"),
        ("return int('a')", "ValueError: invalid literal for int() with base 10: 'a'`: o valor"),
        ("raise SystemExit(3)", "SystemExit: 3`: uma função devolve"),
        (
            "return media(vendas)",
            "RecursionError: maximum recursion depth exceeded`: a função chama a si mesma",
        ),
        ("raise Exception", "Exception`: leia essa linha"),
    ],
)
def test_an_exception_of_the_learners_is_told_with_its_line(body: str, said: str) -> None:
    media = cell(f"# uma célula\ndef media(vendas):\n    {body}\n")["media"]
    shown = text(desafio("90.media", media))
    first, sentence, *_ = shown.splitlines()
    assert first == "✘ ainda não: A média do dia"
    where = f"O seu código parou na linha 3 da célula, dentro de `media` (`{body}`), com `{said}"
    assert sentence.startswith(where), sentence
    assert sentence.endswith(".")
    assert "Traceback" not in shown


def test_an_empty_day_is_the_learners_own_line_too() -> None:
    media = cell("def media(vendas):\n    return sum(vendas) / len(vendas)\n")["media"]
    assert "pense no caso em que não há nada para contar" in text(desafio("90.media", media))


def test_a_function_that_cannot_be_called_so() -> None:
    media = cell("def media():\n    return 3\n")["media"]
    shown = text(desafio("90.media", media))
    assert shown.startswith("✘ ainda não")
    assert "por causa dos parâmetros dela: `TypeError: media() takes 0 positional arguments" in shown


def test_what_the_check_could_not_use_is_no_fault_and_no_try() -> None:
    shown = text(desafio("90.total", {"soma": 6}))
    assert shown.startswith("! não deu para conferir: O total\nA conferência recebeu `{'soma': 6}`")
    assert "(do tipo `dict`) e parou com `KeyError: 'total'`" in shown
    assert text(desafio("90.nada", "dividir")).startswith("! não deu para conferir")
    assert "O erro não veio do seu código: `JSONDecodeError" in text(desafio("90.nada", "de fora"))
    assert record.read()[0].challenges == {}


def test_stopping_a_check_is_told_without_a_traceback() -> None:
    media = cell("def media(vendas):\n    raise KeyboardInterrupt\n")["media"]
    shown = text(desafio("90.media", media))
    assert "A conferência foi interrompida na linha 2 da célula" in shown
    assert shown.startswith("! não deu para conferir")


def test_a_dag_that_is_not_written_was_not_attempted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(challenge_module, "_dags_folder", lambda: tmp_path)
    (tmp_path / "outro.py").write_text("DAG('vendas_do_dia')", encoding="utf-8")
    assert "Ainda não há nenhum DAG «vendas»" in text(desafio("90.dag", "vendas"))
    path = tmp_path / "vendas.py"
    path.write_text("@dag(dag_id='vendas')\n    # ESCREVA AQUI\n", encoding="utf-8")
    shown = text(desafio("90.dag", "vendas"))
    assert shown.startswith("○ não tentado")
    assert "`vendas.py` ainda tem a linha `# ESCREVA AQUI`" in shown
    path.write_text("@dag(dag_id='vendas')\n", encoding="utf-8")
    assert text(desafio("90.dag", "vendas")) == "✔ passou: Um DAG\nvi vendas"
    assert text(desafio("90.dag", ...)).startswith("○ não tentado")


def test_unknown_names_get_one_sentence_with_the_known_ones() -> None:
    assert text(desafio("90.mediana", 1)) == (
        "! nome desconhecido: Não conheço o desafio «90.mediana». "
        "Os que existem na lição 90: 90.dag, 90.media, 90.nada, 90.total."
    )
    assert "As que existem na lição 90: 90.soma." in text(preveja("90.x", "a"))
    assert "As que existem na lição 90: 90.soma." in text(confira("90.x"))
    everything = text(dica("<média>"))
    assert "90.media" in everything
    assert "<média>" not in page(dica("<média>"))
    not_a_name: Any = 7
    assert "Não conheço o desafio «7»" in text(desafio(not_a_name, 1))


# Hints.


def test_hints_come_one_by_one_and_the_last_one_stays() -> None:
    first, second, third, again = (text(dica("90.media")) for _ in range(4))
    assert first.splitlines() == [
        "? dica 1 de 3: A média do dia", "1. Some e divida.", "Rode a célula de novo para a próxima dica.",
    ]  # fmt: skip
    assert "2. Um dia sem vendas" in second
    assert "3. `sum(v)" not in second
    assert third == again
    assert third.endswith("3. `sum(v) / len(v) if v else 0`\nEra a última dica.")
    assert record.read()[0].challenges["90.media"].hints_seen == 3


# Predictions.


def test_a_question_as_shipped_shows_its_options_and_waits() -> None:
    shown = text(preveja("90.soma", ...))
    assert shown.splitlines() == [
        "○ não respondida: Quanto dá `0.1 + 0.2 == 0.3` em Python?", "a) True", "b) False", "c) Um erro",
        'Antes de rodar a próxima célula, troque os `...` por "a", "b" ou "c" e rode esta de novo.',
    ]  # fmt: skip
    assert record.read()[0].predictions == {}


@pytest.mark.parametrize("guess", ["d", "", "ab", 1, None, ["a"]])
def test_what_is_no_letter_is_asked_for_again(guess: object) -> None:
    assert 'use "a", "b" ou "c".' in text(preveja("90.soma", guess))


def test_nothing_is_told_before_the_experiment() -> None:
    shown = text(preveja("90.soma", " B "))
    assert shown.startswith("• palpite anotado")
    assert "☞ b) False" in shown
    assert "binário" not in shown


def test_a_right_guess_and_a_surprise() -> None:
    preveja("90.soma", "b")
    right = text(confira("90.soma"))
    assert right.startswith("✔ você previu: Quanto dá")
    assert "b) False\n0.1 e 0.2 não cabem" in right
    assert "E as outras opções?:\n  a) True\n  Seria" in right
    preveja("90.soma", "c")
    surprise = text(confira("90.soma"))
    assert surprise.startswith("✘ surpresa")
    assert "Seu palpite foi c) Um erro\nComparar" in surprise
    assert "O que aconteceu: b) False\n0.1" in surprise
    known = record.read()[0].predictions["90.soma"]
    assert (known.first, known.last) == ("b", "c")
    assert known.confirmed_at is not None


def test_without_a_guess_the_answer_is_folded_away() -> None:
    shown = confira("90.soma")
    assert text(shown).startswith("○ não respondida")
    assert 'preveja("90.soma", ...)' in text(shown)
    assert "<details><summary>Ver as respostas mesmo assim</summary>" in page(shown)


# What is kept.


def test_a_damaged_record_is_set_aside_and_the_lesson_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "estado"
    folder.mkdir()
    (folder / kept.FILE).write_text('{"version": 1, "challenges": ', encoding="utf-8")
    shown = text(desafio("90.total", {"total": 6}))
    assert shown.startswith("✔ passou")
    assert "O registro de progresso estava danificado: guardei-o como progresso.json.danificado-" in shown
    assert (
        json.loads((folder / kept.FILE).read_text(encoding="utf-8"))["challenges"]["90.total"]["tries"] == 1
    )
    assert len(list(folder.glob("*.danificado-*"))) == 1


@pytest.mark.parametrize("call", [lambda: desafio("90.total", {"total": 6}), lambda: dica("90.total"),
                                  lambda: preveja("90.soma", "a"), lambda: confira("90.soma")])  # fmt: skip
def test_where_nothing_can_be_written_the_lesson_goes_on(
    call: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "arquivo").write_text("", encoding="utf-8")
    monkeypatch.setenv("CURSO_ESTADO", str(tmp_path / "arquivo" / "estado"))
    shown = text(call())
    assert "Isto não ficou anotado no seu progresso: não consegui escrever em" in shown
    assert "há um arquivo onde deveria haver uma pasta" in shown


# What authors write.


def _none(_: object) -> None:
    return None


@pytest.mark.parametrize("name", ["1.x", "01", "01.", "01.Ordem", "01.é", "01.a_b", "01.a ", "01.-a"])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        Challenge(id=name, title="t", hints=HINTS, check=_none)


@pytest.mark.parametrize("hints", [("a", "b"), ("a", "b", "b"), ("a", "b", " ")])
def test_three_hints_that_differ(hints: Any) -> None:
    with pytest.raises(ValueError, match="three different hints"):
        Challenge(id="01.x", title="t", hints=hints, check=_none)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answer": "c"}, "none of the options"),
        ({"why": {"a": "x"}}, "each option has its own"),
        ({"options": {"a": "x"}}, "lettered"),
        ({"options": {"b": "x", "a": "y"}}, "lettered"),
        ({"id": "x"}, "is no id"),
    ],
)
def test_questions_are_whole(change: dict[str, Any], said: str) -> None:
    whole: dict[str, Any] = {
        "id": "01.x", "question": "?", "options": {"a": "x", "b": "y"}, "answer": "a", "why": {"a": "x", "b": "y"},
    }  # fmt: skip
    Prediction(**whole)
    with pytest.raises(ValueError, match=said):
        Prediction(**whole | change)
