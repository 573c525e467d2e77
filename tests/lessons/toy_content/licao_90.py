"""A lesson to try the doors and the harness on; no learner sees it."""

from __future__ import annotations

from collections.abc import Callable

from curso.lessons.challenge import Challenge, NotTried, Wrong
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="90.soma",
        question="Quanto dá `0.1 + 0.2 == 0.3` em Python?",
        options={"a": "True", "b": "False", "c": "Um erro"},
        answer="b",
        why={
            "a": "Seria assim com números decimais; os float são binários.",
            "b": "0.1 e 0.2 não cabem exatos em binário, e a soma passa um pouco de 0.3.",
            "c": "Comparar dois float nunca levanta erro.",
        },
    )
]


def _media(answer: Callable[[list[int]], float]) -> str:
    if not callable(answer):
        raise Wrong(f"Você entregou um <b>{type(answer).__name__}</b>, e aqui se pede uma função.")
    if answer([2, 4]) == 6:
        raise Wrong("A sua função somou 2 e 4 e devolveu 6. Falta dividir pela quantidade.")
    if answer([2, 4]) != 3:
        raise Wrong(f"A média de 2 e 4 saiu {answer([2, 4])}.")
    if answer([]) != 0:
        raise Wrong("Sem vendas, a média combinada é 0.")
    return "A média sai certa, e um dia sem vendas não a derruba."


def _total(answer: dict[str, int]) -> None:
    if answer["total"] != 6:
        raise Wrong("O total não é esse.")


def _nada(answer: object) -> None:
    if answer == 0:
        raise NotTried("Conte primeiro as lojas de `lojas`.")
    if answer == "dividir":
        raise ZeroDivisionError("da conferência")
    if answer == "de fora":
        int("x" * 3) if False else __import__("json").loads("{")


CHALLENGES = [
    Challenge(
        id="90.media",
        title="A média do dia",
        hints=("Some e divida.", "Um dia sem vendas tem lista vazia.", "`sum(v) / len(v) if v else 0`"),
        check=_media,
    ),
    Challenge(id="90.total", title="O total", hints=("a", "b", "c"), check=_total),
    Challenge(id="90.nada", title="Nada <i>demais</i>", hints=("a", "b", "c"), check=_nada),
    Challenge(
        id="90.dag", title="Um DAG", hints=("a", "b", "c"), check=lambda answer: f"vi {answer}", dag=True
    ),
]
