"""A challenge: something small to do, checked on the spot. Not attempted, wrong and "could not tell" differ."""

from __future__ import annotations

import linecache
import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, EllipsisType, FrameType, FunctionType
from typing import Any

from autograder.model.result import Status
from curso.lessons.names import check_id


class Wrong(Exception):
    """Raised by a check: the answer is wrong, and the message says what was seen and what to think of."""


class NotTried(Exception):
    """Raised by a check that finds nothing done yet; the message may say where to begin."""


@dataclass(frozen=True)
class Challenge:
    """`check` gets the learner's answer and returns the praise (what was proved), or raises `Wrong`.

    With `dag=True` the answer is a dag id: one whose file doesn't exist, or still has the line
    `# ESCREVA AQUI`, was not attempted, and the check never sees it.
    """

    id: str
    title: str
    hints: tuple[str, str, str]
    check: Callable[[Any], str | None]
    dag: bool = False

    def __post_init__(self) -> None:
        check_id(self.id)
        if len(self.hints) != 3 or len({hint.strip() for hint in self.hints} - {""}) != 3:
            raise ValueError(
                f"{self.id}: three different hints are due (a push, the concept, almost the answer)"
            )


@dataclass(frozen=True)
class Outcome:
    """What came of a try: passed, failed, not attempted, or an error where nothing could be told."""

    status: Status
    message: str


def judge(challenge: Challenge, answer: object) -> Outcome:
    """Checks an answer. Never raises, whatever the answer or the check does."""
    try:
        if reason := _not_tried(challenge, answer):
            return Outcome(Status.NOT_ATTEMPTED, reason)
        praise = challenge.check(answer)
    except Wrong as wrong:
        return Outcome(Status.FAILED, str(wrong) or "A resposta ainda não é essa.")
    except NotTried as reason:
        return Outcome(Status.NOT_ATTEMPTED, str(reason) or _PLACEHOLDER)
    except BaseException as error:
        return _explained(challenge, answer, error)
    return Outcome(Status.PASSED, str(praise) if praise else "É isso mesmo.")


_PLACEHOLDER = "Escreva a sua resposta no lugar dos `...` e rode a célula de novo."


def _not_tried(challenge: Challenge, answer: object) -> str:
    """Why this is no try; "" where it is one."""
    if _has_ellipsis(answer):
        return _PLACEHOLDER
    if isinstance(answer, FunctionType) and is_stub(answer.__code__):
        return f"A função `{answer.__name__}` ainda está vazia: escreva o corpo dela e rode a célula de novo."
    if isinstance(answer, str):
        return _dag_not_written(answer, _dags_folder(), due=challenge.dag)
    return ""


def _has_ellipsis(answer: object) -> bool:
    parts: Iterable[object] = (answer,)
    if isinstance(answer, list | tuple):
        parts = answer
    elif isinstance(answer, dict):
        parts = answer.values()
    return any(isinstance(part, EllipsisType) for part in parts)


def is_stub(code: CodeType) -> bool:
    """A body of `...`, `pass` or a docstring alone: it names nothing, and all it can give is None."""
    constants = [constant for constant in code.co_consts if constant not in (None, Ellipsis)]
    docstring = constants == [] or (len(constants) == 1 and isinstance(constants[0], str))
    return docstring and code.co_names == () and code.co_code == _stub_like(code)


def _stub_like(code: CodeType) -> bytes:
    """What Python makes of an empty body with as many constants, to compare with."""
    with_docstring = bool(code.co_consts) and isinstance(code.co_consts[0], str)
    space: dict[str, Any] = {}
    exec('def stub():\n    "doc"\n' if with_docstring else "def stub():\n    pass\n", space)
    stub: CodeType = space["stub"].__code__
    return stub.co_code


def _dags_folder() -> Path:
    """Where `%%dag` writes, whether Airflow runs or not."""
    from curso.services.folder import Folder

    return Folder("airflow") / "dags"


def _dag_not_written(dag_id: str, folder: Path, *, due: bool) -> str:
    """Why a DAG of this name is not there to be judged; "" where it is, or where none is `due`."""
    from curso.services.airflow_client import TO_WRITE

    named = re.compile(rf"(?<![\w-]){re.escape(dag_id)}(?![\w-])")
    texts = {
        path: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.rglob("*.py"))
    }
    naming = [path for path, text in texts.items() if named.search(text)]
    for path in naming:
        if TO_WRITE in texts[path]:
            return f"O arquivo `{path.name}` ainda tem a linha `{TO_WRITE}`: troque-a pela sua resposta."
    if due and not naming:
        return f"Ainda não há nenhum DAG «{dag_id}» na pasta do Airflow: escreva a célula `%%dag` e rode-a."
    return ""


def _explained(challenge: Challenge, answer: object, error: BaseException) -> Outcome:
    """One sentence about an exception that no check meant: the learner's, the answer's shape, or ours."""
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    theirs = [(frame, line) for frame, line in frames if _is_learners(frame)]
    if isinstance(error, KeyboardInterrupt):
        where = f" {_place(*theirs[-1])}" if theirs else ""
        return Outcome(
            Status.ERROR, f"A conferência foi interrompida{where}. Rode a célula de novo quando quiser."
        )
    said = _said(error)
    if theirs:
        return Outcome(
            Status.FAILED, f"O seu código parou {_place(*theirs[-1])} com `{said}`: {_advice(error)}."
        )
    if type(error).__module__.partition(".")[0] == "curso":  # one of our own sentences
        if type(error).__name__ != "ErroNoDag":
            return Outcome(Status.ERROR, str(error))
        last = str(error).strip().splitlines()[-1:] or ["sem dizer por quê"]
        return Outcome(Status.FAILED, f"O Airflow não conseguiu importar o seu arquivo: `{last[0][:200]}`.")
    in_check = bool(frames) and frames[-1][0].f_globals is getattr(challenge.check, "__globals__", None)
    if in_check and isinstance(error, TypeError) and re.search(r"\) (takes|missing|got an unexpected)", said):
        return Outcome(
            Status.FAILED,
            f"O desafio não conseguiu chamar a sua função, por causa dos parâmetros dela: `{said}`.",
        )
    if in_check:
        return Outcome(
            Status.ERROR,
            f"A conferência recebeu {_described(answer)} e parou com `{said}`: veja se é isso mesmo que o desafio "
            "pede. Se for, o defeito é da conferência, e não seu.",
        )
    return Outcome(
        Status.ERROR,
        f"O erro não veio do seu código: `{said}`. Rode a célula de novo; se continuar, `curso doutor` no terminal "
        "diz o que falta nesta máquina.",
    )


def _is_learners(frame: FrameType) -> bool:
    """A notebook's cells run in `__main__`; so does nothing of the course's."""
    return frame.f_globals.get("__name__") == "__main__"


def _place(frame: FrameType, line: int) -> str:
    text = linecache.getline(frame.f_code.co_filename, line).strip()
    shown = f" (`{text[:80]}`)" if text and "`" not in text else ""
    return f"na linha {line} da célula, dentro de `{frame.f_code.co_name}`{shown},"


def _said(error: BaseException) -> str:
    first = str(error).strip().splitlines()
    message = f": {first[0][:200]}" if first else ""
    return f"{type(error).__name__}{message}".replace("`", "'")


def _described(answer: object) -> str:
    try:
        shown = repr(answer)
    except Exception:
        shown = "…"
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    return f"`{shown}` (do tipo `{type(answer).__name__}`)".replace("\n", " ")


_ADVICE: tuple[tuple[type[BaseException], str], ...] = (
    (ModuleNotFoundError, "esse módulo não existe aqui; confira o nome no import"),
    (ImportError, "o módulo existe, mas não tem esse nome; confira o import"),
    (UnboundLocalError, "a variável é usada antes de receber um valor dentro da função"),
    (NameError, "esse nome não existe; confira a grafia, ou se a célula que o cria já rodou"),
    (KeyError, "essa chave não existe no que chegou; imprima as chaves que há"),
    (IndexError, "a lista é mais curta do que você esperava; pense no caso de ela chegar vazia"),
    (AttributeError, "o objeto não tem esse atributo; imprima o `type()` dele"),
    (ZeroDivisionError, "o divisor chegou a zero; pense no caso em que não há nada para contar"),
    (RecursionError, "a função chama a si mesma e nunca para"),
    (UnicodeError, "o texto não está na codificação que você leu; diga `encoding=` ao abrir o arquivo"),
    (AssertionError, "um `assert` seu não se confirmou; olhe o valor que ele compara"),
    (FileNotFoundError, "esse arquivo não existe; confira o caminho a partir de onde a função roda"),
    (TimeoutError, "a espera acabou antes da resposta; veja o que ficou preso"),
    (TypeError, "chegou um valor de outro tipo, ou argumentos a mais ou a menos; imprima o que chega nessa linha"),
    (ValueError, "o valor é do tipo certo, mas não serve; imprima o que chega nessa linha"),
    (SystemExit, "uma função devolve o resultado; quem a chama decide se o programa termina"),
)  # fmt: skip


def _advice(error: BaseException) -> str:
    for kind, advice in _ADVICE:
        if isinstance(error, kind):
            return advice
    return "leia essa linha pensando nos valores que chegam a ela"
