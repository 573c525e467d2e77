"""`curso gabarito`: an exercise's answer and two other right ways, beside the learner's own.

They open by themselves once everything has passed. Before that one honest question stands in front of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

from autograder.model.exercise import Exercise, load_exercise
from curso import atomic
from curso.bank import bank_of
from curso.places import ROOT, exercise_folder, state_folder, work_folder
from curso.record import kept
from curso.record.events import note_answer_opened

FOLDER = "comparar"
WORDS = "quero ver a resposta"
OTHERS = 2


class ClosedError(Exception):
    """The answer stays closed; the message says why."""


def open_answers(exercise_id: str, ask: Callable[[str], str], root: Path = ROOT) -> list[str]:
    """Copies the answers beside the learner's work and tells where, line by line. `ask` is asked where not all passed.

    Raises ClosedError, UnknownExerciseError, NewerVersionError and OSError.
    """
    folder = exercise_folder(exercise_id, root)
    exercise = load_exercise(folder)
    if not (folder / "gabarito").is_dir():
        raise ClosedError(
            "As respostas não vêm no pacote da turma: depois da entrega, peça-as a quem dá aula."
        )
    work = work_folder(exercise.id, root)
    if not work.is_dir():
        raise ClosedError(f"Você ainda não começou este exercício: rode `curso comecar {exercise.id}`.")
    record, _ = kept.load(state_folder(root))
    missing = [c.id for c in exercise.criteria if not record.criterion(exercise.id, c.id).passed]
    opened = exercise.id in record.exercises and record.exercises[exercise.id].answer is not None
    if missing and not opened and _plain(ask(_question(exercise, len(missing)))) != WORDS:
        raise ClosedError(
            f"A resposta continua fechada. Uma dica de cada vez ajuda mais: curso dica {exercise.id} {missing[0]}"
        )
    note_answer_opened(exercise.id, before_passing=bool(missing), folder=lambda: state_folder(root))
    lines = []
    for name, source in _chosen(exercise, work, root).items():
        target = _copy(exercise, source, work / FOLDER / name)
        what = "a resposta do curso" if name == "gabarito" else "outro jeito que também ganha nota cheia"
        lines.append(f"{target.relative_to(root)}: {what}.")
    first = exercise.files[0]
    lines.append(
        "Leia ao lado do seu com três perguntas: o que aqui é mais simples que o meu? O que o meu faz melhor? Se a fonte "
        f"de dados mudar amanhã, qual dos dois quebra? Para ver as diferenças: diff trabalho/{exercise.id}/{first} "
        f"trabalho/{exercise.id}/{FOLDER}/gabarito/{first}"
    )
    return lines


def _question(exercise: Exercise, missing: int) -> str:
    left = "Falta 1 critério" if missing == 1 else f"Faltam {missing} critérios"
    return (
        f"{left} de {len(exercise.criteria)}. Depois de ler a resposta, este exercício não ensina mais o que ensinaria: "
        "descobrir sozinho só dá uma vez. As dicas ainda estão aí, e fechar o editor até amanhã também funciona.\n"
        "Você já tentou de verdade? Se quer abrir mesmo assim (isso fica anotado no seu registro), escreva: "
        f"{WORDS}\n> "
    )


def _plain(text: str) -> str:
    """What was typed, without capitals, quotes and a full stop."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().strip(" \t\n\"'`«».!").split())


def _chosen(exercise: Exercise, work: Path, root: Path) -> dict[str, Path]:
    """The answer, and the ways that are least like what has been seen: the learner's own first of all."""
    right = bank_of(exercise.id, root).right()
    chosen = {"gabarito": right.pop("gabarito")}
    seen = [_text(exercise, work), _text(exercise, chosen["gabarito"])]
    texts = {name: _text(exercise, folder) for name, folder in right.items()}
    while texts and len(chosen) <= OTHERS:
        name = min(texts, key=lambda one: max(_likeness(texts[one], text) for text in seen))
        chosen[name] = right[name]
        seen.append(texts.pop(name))
    return chosen


def _text(exercise: Exercise, folder: Path) -> list[str]:
    lines: list[str] = []
    for name in exercise.files:
        path = folder / name
        if path.is_file():
            lines += path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines


def _likeness(one: list[str], other: list[str]) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _copy(exercise: Exercise, source: Path, target: Path) -> Path:
    """Copies the files of a submission; what the learner may have written into an earlier copy stays."""
    contents = {name: (source / name).read_bytes() for name in exercise.files if (source / name).is_file()}
    number, free = 1, target
    while any(
        (free / name).exists() and (free / name).read_bytes() != text for name, text in contents.items()
    ):
        number += 1
        free = target.with_name(f"{target.name}-{number}")
    for name, text in contents.items():
        path = free / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            atomic.write_bytes(path, text)
            path.chmod(0o644)
    return free
