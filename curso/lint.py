"""The course linted like code: what is promised in one place is kept in every other one."""

from __future__ import annotations

import ast
import filecmp
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.doors import grade
from autograder.judge.graders import graders_of
from autograder.model.exercise import BrokenExerciseError, Exercise, load_exercise
from autograder.model.result import Status, json_schema_text
from curso.bank import BrokenBankError, bank_of
from curso.lint_progress import lint_progress
from curso.places import ROOT
from curso.portuguese import refusal
from curso.publish import publish, statement_notebook

MIN_HINT_CHARACTERS = 20
SCHEMA_FILE = "docs/esquemas/resultado-1.json"
LINT_SEED = 4


def lint_course(root: Path = ROOT, *, grade_answers: bool = True) -> list[str]:
    """Every broken promise as one Portuguese sentence; [] when the course is in order.

    `grade_answers` also runs the starter and the answer of each exercise (about 20 s each).
    """
    source = root / "solutions"
    if not source.is_dir():
        return ["Falta solutions/: o lint confere um clone completo, não um pacote de turma."]
    folders = sorted(
        path for path in source.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))
    )
    problems = list(_schema(root)) + list(_links(root))
    if not folders:
        problems.append("Não há nenhum exercício em solutions/.")
    broken = False
    for folder in folders:
        try:
            exercise = load_exercise(folder)
        except BrokenExerciseError as error:
            problems.append(str(error))
            broken = True
            continue
        checks: list[Callable[[Path, Path, Exercise], Iterator[str]]] = [
            _names,
            _hints,
            _tests,
            _generated,
            _bank,
        ]
        if grade_answers:
            checks += [_starter, _answer]
        for check in checks:
            try:
                problems += [f"{folder.name}: {problem}" for problem in check(root, folder, exercise)]
            except SyntaxError as error:
                problems.append(
                    f"{folder.name}: {error.filename}, linha {error.lineno}, não é Python: {error.msg}."
                )
            except OSError as error:
                problems.append(f"{folder.name}: {error.filename or error}: {refusal(error)}.")
    if folders and not broken:  # of a broken exercise enough has been said
        problems += lint_progress(root)
    return problems


def _schema(root: Path) -> Iterator[str]:
    path = root / SCHEMA_FILE
    if not path.is_file() or path.read_text(encoding="utf-8") != json_schema_text():
        yield f"{SCHEMA_FILE} não é o esquema do resultado: rode `curso gerar`."


def _links(root: Path) -> Iterator[str]:
    """Relative links and images of the Markdown that people read."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "solutions").glob("*/enunciado.md")]
    for page in sorted(pages):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if (
                "://" not in target
                and not target.startswith("mailto:")
                and not (page.parent / target).exists()
            ):
                yield f"{page.relative_to(root)} aponta para {target}, que não existe."


def _names(root: Path, folder: Path, exercise: Exercise) -> Iterator[str]:
    if exercise.id != folder.name:
        yield f"a pasta e o id do exercise.toml ({exercise.id}) têm nomes diferentes."
    for name in exercise.files:
        if not (folder / name).is_file():
            yield f"falta o arquivo inicial {name}."
        if not (folder / "gabarito" / name).is_file():
            yield f"falta a resposta gabarito/{name}."


def _hints(root: Path, folder: Path, exercise: Exercise) -> Iterator[str]:
    for criterion in exercise.criteria:
        short = [hint for hint in criterion.hints if len(hint.strip()) < MIN_HINT_CHARACTERS]
        if short or len(set(criterion.hints)) < len(criterion.hints):
            yield f"o critério {criterion.id} precisa de três dicas diferentes, cada uma com uma frase."


def _tests(root: Path, folder: Path, exercise: Exercise) -> Iterator[str]:
    """Each criterion is judged, where it says (visible or hidden), and nothing else is."""
    graders = graders_of(folder)
    if graders.hidden is None:
        yield "faltam os corretores escondidos em autograder/graders/."
        return
    judged: dict[str, Path] = {}
    for path in graders.test_files():
        for name in _criteria_in(path):
            judged[name] = path.parent
    for criterion in exercise.criteria:
        where = judged.pop(criterion.id, None)
        right = graders.visible if criterion.visible else graders.hidden
        if where is None:
            yield f"nenhum teste julga o critério {criterion.id}."
        elif where != right:
            said, judged_as = ("visível", "escondidos") if criterion.visible else ("escondido", "visíveis")
            yield f"o critério {criterion.id} é {said}, mas o teste dele está entre os {judged_as}."
    for name in sorted(judged):
        yield f"há um teste para o critério {name}, que o exercise.toml não tem."


def _criteria_in(path: Path) -> list[str]:
    """The ids in `@criterion("id")` of one test file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("criterion"):
                    found += [str(a.value) for a in decorator.args if isinstance(a, ast.Constant)]
    return found


def _generated(root: Path, folder: Path, exercise: Exercise) -> Iterator[str]:
    """`exercises/` is what `solutions/` generates, to the byte."""
    if graders_of(folder).hidden is None:
        return  # said by _tests, and without the reference there is nothing to generate from
    notebook = folder / f"{exercise.id}.ipynb"
    if not notebook.is_file() or notebook.read_text(encoding="utf-8") != statement_notebook(folder, exercise):
        yield f"{notebook.name} não corresponde ao enunciado.md: rode `curso gerar`."
    if "{{CRITERIOS}}" not in (folder / "enunciado.md").read_text(encoding="utf-8"):
        yield "o enunciado.md não mostra os critérios ({{CRITERIOS}})."
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / exercise.id
        publish(folder, fresh)
        committed = root / "exercises" / exercise.id
        if _tree(fresh / "dados") != _tree(folder / "dados") or not _same_contents(
            fresh / "dados", folder / "dados"
        ):
            yield "dados/ não é a amostra que o world.py sorteia: rode `curso gerar`."
        if _tree(fresh) != _tree(committed) or not _same_contents(fresh, committed):
            yield "exercises/ difere do que solutions/ gera: rode `curso gerar`."


def _tree(folder: Path) -> set[Path]:
    return {p.relative_to(folder) for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}


def _same_contents(left: Path, right: Path) -> bool:
    return all(filecmp.cmp(left / name, right / name, shallow=False) for name in _tree(left))


def _bank(root: Path, folder: Path, exercise: Exercise) -> Iterator[str]:
    """Every patch fits, names criteria that exist, and each criterion has a mistake that only it catches."""
    bank = bank_of(exercise.id, root)
    known = {criterion.id for criterion in exercise.criteria}
    try:
        wrong, hostile = bank.wrong(), bank.hostile()
        for name, entry in wrong.items():
            for criterion in sorted(set(entry.loses) - known):
                yield f"banco, wrong/{name}.toml: o critério {criterion} não existe."
        bank.check()
    except BrokenBankError as error:
        yield f"banco, {error}"
        return
    for path in sorted((bank.folder / "hostile").glob("*/")):
        if path.name not in hostile:
            yield f"banco, hostile/{path.name}/: falta {path.name}.toml, que diz quantos pontos ela merece."
    alone = {entry.loses[0] for entry in wrong.values() if len(entry.loses) == 1}
    for criterion in sorted(known - alone):
        yield f"o critério {criterion} não tem no banco nenhuma entrega errada que só ele pegue."


def _starter(root: Path, folder: Path, exercise: Exercise) -> Iterator[str]:
    result = grade(folder, root / "exercises" / exercise.id, seed=LINT_SEED).result
    if result.points or any(v.status is not Status.NOT_ATTEMPTED for v in result.verdicts):
        yield f"o arquivo inicial vale {result.points} pontos; deveria ser 0, não tentado."


def _answer(root: Path, folder: Path, exercise: Exercise) -> Iterator[str]:
    result = grade(folder, folder / "gabarito", seed=LINT_SEED).result
    if result.points != result.max_points:
        lost = [f"{v.criterion} ({v.seen[:120]})" for v in result.verdicts if v.status is not Status.PASSED]
        yield f"a resposta vale {result.points} de {result.max_points}: {'; '.join(lost[:3])}."
