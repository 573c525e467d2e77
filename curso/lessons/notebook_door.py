"""What a lesson's cells call: `preveja`, `confira`, `desafio`, `dica`. Each answers with a card, and never raises."""

from __future__ import annotations

from autograder.model.result import Status
from curso.lessons import content
from curso.lessons.challenge import judge
from curso.lessons.prediction import Prediction, is_unanswered
from curso.record import events as record
from curso.show.card import BLUE, GREEN, GREY, PURPLE, RED, Card, Folded, Sign, notices

_OUTCOMES = {
    Status.PASSED: Sign("✔", "passou", GREEN),
    Status.FAILED: Sign("✘", "ainda não", RED),
    Status.NOT_ATTEMPTED: Sign("○", "não tentado", GREY),
    Status.ERROR: Sign("!", "não deu para conferir", PURPLE),
}
_UNANSWERED = Sign("○", "não respondida", GREY)
_NOTED = Sign("•", "palpite anotado", BLUE)
_RIGHT = Sign("✔", "você previu", GREEN)
_SURPRISE = Sign("✘", "surpresa", RED)
_HINT = Sign("?", "dica", BLUE)
_UNKNOWN = Sign("!", "nome desconhecido", PURPLE)


def preveja(pergunta: str, palpite: object) -> Card:
    """Shows a question and takes your guess, a letter in place of `...`. Nothing is told yet."""
    try:
        asked = content.prediction(pergunta)
    except content.UnknownNameError as error:
        return Card(_UNKNOWN, str(error))
    if is_unanswered(palpite):
        how = f"Antes de rodar a próxima célula, troque os `...` por {asked.letters} e rode esta de novo."
        return Card(_UNANSWERED, asked.question, (_options(asked), how))
    letter = asked.letter(palpite)
    if letter is None:
        return Card(
            _UNANSWERED,
            asked.question,
            (_options(asked), f"Este palpite não é uma das letras: use {asked.letters}."),
        )
    notice = record.note_guess(asked.id, letter)
    then = f'Agora rode a experiência. Depois dela, `confira("{asked.id}")` conta se foi assim.'
    return Card(_NOTED, asked.question, (_options(asked, letter), then, *notices(notice)))


def confira(pergunta: str) -> Card:
    """After the experiment: whether your guess was right, and why each option is or isn't what happens."""
    try:
        asked = content.prediction(pergunta)
    except content.UnknownNameError as error:
        return Card(_UNKNOWN, str(error))
    known, notice = record.read()
    guess = known.predictions.get(asked.id)
    letter = asked.letter(guess.last) if guess else None
    whys = {option: f"{option}) {text}\n{asked.why[option]}" for option, text in asked.options.items()}
    if letter is None:
        how = f'Você ainda não deu o seu palpite: volte à célula com `preveja("{asked.id}", ...)` e responda.'
        return Card(
            _UNANSWERED,
            asked.question,
            (how, Folded("Ver as respostas mesmo assim", tuple(whys.values())), *notices(notice)),
        )
    notice = record.note_confirmed(asked.id) or notice
    others = tuple(why for option, why in whys.items() if option not in (letter, asked.answer))
    parts: list[str | Folded] = [whys[asked.answer]]
    if letter != asked.answer:
        parts = [f"Seu palpite foi {whys[letter]}", f"O que aconteceu: {whys[asked.answer]}"]
    if others:
        parts.append(Folded("E as outras opções?", others))
    return Card(_RIGHT if letter == asked.answer else _SURPRISE, asked.question, (*parts, *notices(notice)))


def desafio(nome: str, resposta: object) -> Card:
    """Checks your answer to a challenge, which goes in place of `...`."""
    try:
        challenge = content.challenge(nome)
    except content.UnknownNameError as error:
        return Card(_UNKNOWN, str(error))
    outcome = judge(challenge, resposta)
    notice = record.note_try(challenge.id, outcome.status)
    more = f'Quer ajuda? `dica("{challenge.id}")`' if outcome.status is Status.FAILED else ""
    return Card(_OUTCOMES[outcome.status], challenge.title, notices(outcome.message, more, notice))


def dica(nome: str) -> Card:
    """The next hint of a challenge, under those you have seen: a push, the concept, almost the answer."""
    try:
        challenge = content.challenge(nome)
    except content.UnknownNameError as error:
        return Card(_UNKNOWN, str(error))
    taken, notice = record.next_challenge_hint(challenge.id)
    seen = [f"{number}. {hint}" for number, hint in enumerate(challenge.hints[:taken], start=1)]
    more = "Rode a célula de novo para a próxima dica." if taken < 3 else "Era a última dica."
    sign = Sign(_HINT.mark, f"{_HINT.word} {taken} de 3", _HINT.colour)
    return Card(sign, challenge.title, (*seen, *notices(more, notice)))


def _options(asked: Prediction, chosen: str = "") -> str:
    lines = [f"{'☞ ' if letter == chosen else ''}{letter}) {text}" for letter, text in asked.options.items()]
    return "\n".join(lines)
