"""`curso lint`: each promise of the course, broken on purpose in a copy, is one clear sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curso.lint import lint_course
from curso.publish import publish, refresh_source

if TYPE_CHECKING:
    from conftest import Course

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = "ex1-dag-complexo"
EXERCISE_FILE = f"solutions/{EXERCISE}/exercise.toml"
VISIBLE = f"solutions/{EXERCISE}/verificacao/test_visible.py"
HIDDEN = f"autograder/graders/{EXERCISE}/test_hidden.py"
WRONG = f"tests/bank/{EXERCISE}/wrong"
GENERATED = f"{EXERCISE}: exercises/ difere do que solutions/ gera: rode `curso gerar`."

Break = Callable[[Path], object]


def replace(name: str, old: str, new: str) -> Break:
    """Puts `new` in the place of the first `old`, which must be there."""

    def change(root: Path) -> None:
        text = (root / name).read_text(encoding="utf-8")
        assert old in text, f"{name} no longer holds {old!r}: mend this test"
        (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def nothing_counts_for(item: str) -> Break:
    """Every criterion of the item counts for another one, in the source and in what comes of it."""

    def change(root: Path) -> None:
        for path in root.glob("*/*/exercise.toml"):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(f'"{item}"', '"dags"'), encoding="utf-8")

    return change


def in_criterion(criterion: str, old: str, new: str) -> Break:
    """The same, in the first line that begins so after the criterion's id in exercise.toml."""

    def change(root: Path) -> None:
        path = root / EXERCISE_FILE
        before, found, after = path.read_text(encoding="utf-8").partition(f'id = "{criterion}"\n')
        assert found
        assert old in after
        path.write_text(before + found + after.replace(old, new, 1), encoding="utf-8")

    return change


def hints(criterion: str, change: Callable[[list[str]], list[str]]) -> Break:
    """Changes the three lines of a criterion's hints."""

    def edit(root: Path) -> None:
        path = root / EXERCISE_FILE
        before, found, after = path.read_text(encoding="utf-8").partition(f'id = "{criterion}"\n')
        head, opening, tail = after.partition("hints = [\n")
        ladder, closing, rest = tail.partition("\n]\n")
        assert found
        assert ladder.count("\n") == 2
        ladder = "\n".join(change(ladder.split("\n")))
        path.write_text(before + found + head + opening + ladder + closing + rest, encoding="utf-8")

    return edit


def append(name: str, text: str) -> Break:
    def change(root: Path) -> None:
        with (root / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


def lint(course: Course, *breaks: Break, generate: bool = False) -> list[str]:
    """What lint says of a course in order after these changes (and `curso gerar`, where asked for)."""
    for change in breaks:
        change(course.root)
    if generate:
        source = course.root / "solutions" / EXERCISE
        refresh_source(source)
        publish(source, course.root / "exercises" / EXERCISE)
    return lint_course(course.root, grade_answers=False)


def test_the_course_itself_is_in_order() -> None:
    assert lint_course(ROOT, grade_answers=False) == []


# --- criteria and their tests -------------------------------------------------------------------------


def test_a_criterion_without_a_test(fresh: Course) -> None:
    assert lint(fresh, replace(VISIBLE, '@criterion("metadados")\n', ""), generate=True) == [
        f"{EXERCISE}: nenhum teste julga o critério metadados."
    ]


def test_a_hidden_criterion_without_a_test(fresh: Course) -> None:
    assert lint(fresh, replace(HIDDEN, '@criterion("desvio")\n', "")) == [
        f"{EXERCISE}: nenhum teste julga o critério desvio."
    ]


def test_a_test_for_a_criterion_that_is_not_there(fresh: Course) -> None:
    extra = '\n\n@criterion("bonus")\ndef test_bonus() -> None:\n    pass\n'
    assert lint(fresh, append(HIDDEN, extra)) == [
        f"{EXERCISE}: há um teste para o critério bonus, que o exercise.toml não tem."
    ]


@pytest.mark.parametrize(
    ("criterion", "now", "says"),
    [
        ("desvio", "true", "o critério desvio é visível, mas o teste dele está entre os escondidos."),
        ("agenda", "false", "o critério agenda é escondido, mas o teste dele está entre os visíveis."),
    ],
)
def test_a_criterion_shown_where_its_test_is_not(fresh: Course, criterion: str, now: str, says: str) -> None:
    before = {"true": "false", "false": "true"}[now]
    change = in_criterion(criterion, f"visible = {before}", f"visible = {now}")
    assert lint(fresh, change, generate=True) == [f"{EXERCISE}: {says}"]


def test_a_test_file_that_is_no_python(fresh: Course) -> None:
    (problem,) = lint(fresh, append(HIDDEN, "\ndef quebrado(:\n"))
    assert "test_hidden.py, linha " in problem
    assert "não é Python" in problem


def test_hidden_graders_gone(fresh: Course) -> None:
    assert lint(fresh, lambda root: shutil.rmtree(root / "autograder" / "graders" / EXERCISE)) == [
        f"{EXERCISE}: faltam os corretores escondidos em autograder/graders/."
    ]


# --- hints --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda ladder: [ladder[0], '    "Leia mais.",', ladder[2]],
        lambda ladder: [ladder[0], ladder[1], ladder[1]],
        lambda ladder: [ladder[0], '    "                              ",', ladder[2]],
    ],
    ids=["too short", "said twice", "only spaces"],
)
def test_a_hint_that_is_none(fresh: Course, change: Callable[[list[str]], list[str]]) -> None:
    assert lint(fresh, hints("agenda", change), generate=True) == [
        f"{EXERCISE}: o critério agenda precisa de três dicas diferentes, cada uma com uma frase."
    ]


def test_a_hint_missing(fresh: Course) -> None:
    assert lint(fresh, hints("parse-sem-io", lambda ladder: ladder[:2])) == [
        f"{fresh.root / EXERCISE_FILE}: criteria.1.hints.2: falta dizer isto."
    ]


# --- exercise.toml ------------------------------------------------------------------------------------


def test_no_toml(fresh: Course) -> None:
    (problem,) = lint(fresh, replace(EXERCISE_FILE, 'id = "', "id = ex1 "))
    assert problem.startswith(f"{fresh.root / EXERCISE_FILE} não é TOML válido: ")


def test_declared_points_over_their_share(fresh: Course) -> None:
    (problem,) = lint(fresh, in_criterion("numeros-do-dia", 'basis = "effect"', 'basis = "declared"'))
    assert problem == (
        f"{fresh.root / EXERCISE_FILE}: exercício: "
        "critérios declarados somam 40 de 100 pontos; o limite é 30%."
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (in_criterion("desvio", 'depends = ["carrega"]', 'depends = ["portao-de-qualidade"]'), "que não vem antes"),
        (in_criterion("desvio", "points = 6", "pontos = 6"), "criteria.11.points: falta dizer isto."),
        (in_criterion("desvio", "points = 6", "points = 0"), "criteria.11.points: pede um número maior que zero."),
        (in_criterion("carrega", 'checklist = "dags"', 'checklist = "dag"'), "não é um dos valores possíveis."),
        (replace(EXERCISE_FILE, 'id = "desvio"', 'id = "agenda"'), "critério repetido: agenda."),
        (replace(EXERCISE_FILE, '"dags/vendas_diarias.py"', '"../vendas.py"'), "fora da pasta: ../vendas.py."),
        (lambda root: (root / EXERCISE_FILE).unlink(), "Falta o arquivo "),
    ],
    ids=["dependency", "field", "points", "checklist", "repeated", "outside", "no file"],
)  # fmt: skip
def test_an_exercise_that_contradicts_itself(fresh: Course, change: Break, says: str) -> None:
    (problem,) = lint(fresh, change)
    assert says in problem
    assert problem.endswith(".")


def test_a_course_without_exercises(fresh: Course) -> None:
    for exercise in (fresh.root / "solutions").glob("*/exercise.toml"):
        shutil.rmtree(exercise.parent)
    assert lint_course(fresh.root, grade_answers=False) == ["Não há nenhum exercício em solutions/."]
    shutil.rmtree(fresh.root / "solutions")
    assert lint_course(fresh.root, grade_answers=False) == [
        "Falta solutions/: o lint confere um clone completo, não um pacote de turma."
    ]


# --- starter and answer ---------------------------------------------------------------------------------


def test_a_starter_or_an_answer_file_missing(fresh: Course) -> None:
    (fresh.root / "solutions" / EXERCISE / "dags" / "vendas_diarias.py").rename(fresh.root / "perdido.py")
    problems = lint(fresh)
    assert f"{EXERCISE}: falta o arquivo inicial dags/vendas_diarias.py." in problems
    (fresh.answer / "dags" / "vendas_diarias.py").unlink()
    assert f"{EXERCISE}: falta a resposta gabarito/dags/vendas_diarias.py." in lint(fresh)


def test_a_starter_that_is_judged_and_an_answer_below_100(fresh: Course, broken: str) -> None:
    fresh.hand_in(broken, fresh.root / "exercises" / EXERCISE)
    fresh.hand_in(broken, fresh.answer)
    for other in (fresh.root / "solutions").glob("*/"):
        if other.name != EXERCISE:  # their answers are graded where the course itself is
            shutil.rmtree(other)
    problems = lint_course(fresh.root)
    assert f"{EXERCISE}: o arquivo inicial vale 0 pontos; deveria ser 0, não tentado." in problems
    (answer,) = (problem for problem in problems if "a resposta vale" in problem)
    assert answer.startswith(
        f"{EXERCISE}: a resposta vale 0 de 100: carrega (A carga parou com: RuntimeError"
    )


# --- the bank -------------------------------------------------------------------------------------------


def _entry(loses: str, old: str, base: str = "gabarito") -> str:
    return f'base = "{base}"\nwhy = "De propósito."\nloses = ["{loses}"]\n\n[[replace]]\nold = "{old}"\nnew = "x"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (_entry("agenda", "isto não está lá"), "wrong/nova.toml: o trecho «isto não está lá» aparece 0 vez(es) na base, não 1."),
        (_entry("agenda", "import"), "não 1."),
        (_entry("agendas", "retry_delay"), "wrong/nova.toml: o critério agendas não existe."),
        (_entry("agenda", "retry_delay", base="ninguém"), "wrong/nova.toml: a base «ninguém» não existe em right/."),
        ("base = gabarito", "nova.toml"),
        (_entry("agenda", "retry_delay") + "pontos = 3\n", "nova.toml"),
    ],
    ids=["no longer fits", "fits often", "unknown criterion", "unknown base", "no TOML", "unknown field"],
)  # fmt: skip
def test_an_entry_of_the_bank_that_cannot_be_used(fresh: Course, text: str, says: str) -> None:
    (fresh.root / WRONG / "nova.toml").write_text(text, encoding="utf-8")
    (problem,) = lint(fresh)
    assert problem.startswith(f"{EXERCISE}: banco, ")
    assert says in problem


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('why = "X."\npoints = 0\n', "hostile/novo.toml: não diz a base, e a pasta hostile/novo/ não existe."),
        ('why = "X."\npoints = 0\nbase = "gabarito"\n[[replace]]\nold = "nada disso"\nnew = ""\n', "não 1."),
        ('why = "X."\npoints = -1\n', "novo.toml"),
    ],
    ids=["no submission", "no longer fits", "less than nothing"],
)  # fmt: skip
def test_an_attack_that_cannot_be_used(fresh: Course, text: str, says: str) -> None:
    (fresh.root / WRONG).with_name("hostile").joinpath("novo.toml").write_text(text, encoding="utf-8")
    (problem,) = lint(fresh)
    assert problem.startswith(f"{EXERCISE}: banco, ")
    assert says in problem


def test_an_attack_that_says_not_what_it_deserves(fresh: Course) -> None:
    (fresh.root / WRONG).with_name("hostile").joinpath("espiao.toml").unlink()
    assert lint(fresh) == [
        f"{EXERCISE}: banco, hostile/espiao/: falta espiao.toml, que diz quantos pontos ela merece."
    ]


def test_a_criterion_that_no_mistake_is_filed_under(fresh: Course) -> None:
    gone = [
        path
        for path in (fresh.root / WRONG).glob("*.toml")
        if 'loses = ["metadados"]' in path.read_text("utf-8")
    ]
    assert gone
    for path in gone:
        path.unlink()
    assert lint(fresh) == [
        f"{EXERCISE}: o critério metadados não tem no banco nenhuma entrega errada que só ele pegue."
    ]


# --- what is generated ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        append(f"exercises/{EXERCISE}/dags/vendas_diarias.py", "# à mão\n"),
        append(f"exercises/{EXERCISE}/a-mais.txt", "à mão\n"),
        lambda root: (root / "exercises" / EXERCISE / "dados" / "esperado.json").unlink(),
        append(f"exercises/{EXERCISE}/{EXERCISE}.ipynb", " "),
        lambda root: shutil.rmtree(root / "exercises" / EXERCISE),
    ],
    ids=["edited", "added", "removed", "notebook", "gone"],
)
def test_exercises_changed_by_hand(fresh: Course, change: Break) -> None:
    assert lint(fresh, change) == [GENERATED]


def test_all_exercises_gone(fresh: Course) -> None:
    names = sorted(folder.name for folder in (fresh.root / "exercises").iterdir())
    assert len(names) > 1
    told = lint(fresh, lambda root: shutil.rmtree(root / "exercises"))
    assert told == [GENERATED.replace(EXERCISE, name) for name in names]


def test_a_statement_that_its_notebooks_do_not_follow(fresh: Course) -> None:
    assert lint(fresh, append(f"solutions/{EXERCISE}/enunciado.md", "\nMais uma regra.\n")) == [
        f"{EXERCISE}: {EXERCISE}.ipynb não corresponde ao enunciado.md: rode `curso gerar`.",
        GENERATED,
    ]


def test_a_statement_without_its_criteria(fresh: Course) -> None:
    change = replace(f"solutions/{EXERCISE}/enunciado.md", "{{CRITERIOS}}", "")
    assert lint(fresh, change, generate=True) == [
        f"{EXERCISE}: o enunciado.md não mostra os critérios ({{{{CRITERIOS}}}})."
    ]


def test_generating_puts_things_in_order_again(fresh: Course) -> None:
    append(f"solutions/{EXERCISE}/enunciado.md", "\nMais uma regra.\n")(fresh.root)
    append("docs/esquemas/resultado-1.json", " ")(fresh.root)
    names = sorted(folder.name for folder in (fresh.root / "exercises").iterdir())
    told = "".join(f"exercises/{name} gerado de solutions/{name}\n" for name in names)
    assert fresh.curso("gerar").out == told
    assert lint(fresh) == []


# --- documents --------------------------------------------------------------------------------------------


def test_a_schema_out_of_date(fresh: Course) -> None:
    change = replace("docs/esquemas/resultado-1.json", '"seconds"', '"segundos"')
    assert lint(fresh, change) == [
        "docs/esquemas/resultado-1.json não é o esquema do resultado: rode `curso gerar`."
    ]


@pytest.mark.parametrize("page", ["README.md", f"solutions/{EXERCISE}/enunciado.md"])
def test_a_dead_link(fresh: Course, page: str) -> None:
    change = append(page, "\n[longe](https://exemplo.invalid/x) [aqui](#inicio) [ali](docs/nada.md#fim)\n")
    assert f"{page} aponta para docs/nada.md, que não existe." in lint(fresh, change, generate=True)
    assert sum("aponta para" in problem for problem in lint(fresh)) == 1


# --- the verb -----------------------------------------------------------------------------------------------


def test_the_verb_says_all_of_it_and_its_code_says_whether(fresh: Course) -> None:
    ran = fresh.curso("lint", "--rapido")
    assert (ran.code, ran.out, ran.err) == (0, "✔ O curso está em ordem.\n", "")
    (fresh.root / "LICENSE").unlink()
    append("docs/esquemas/resultado-1.json", " ")(fresh.root)
    ran = fresh.curso("lint", "--rapido")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines() == [
        "✘ docs/esquemas/resultado-1.json não é o esquema do resultado: rode `curso gerar`.",
        "✘ README.md aponta para LICENSE, que não existe.",
    ]


# --- the checklist and the road -----------------------------------------------------------------------

RULES = "docs/checklist.toml"
WELCOME = "notebooks/00-comece-aqui.ipynb"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (replace(RULES, '"02.*"', '"03.*"'), [f"{RULES}: operators: nenhuma lição tem o desafio 03.*."]),
        (
            replace(
                RULES, 'error-handling = ["01b.retries"]', 'error-handling = ["01b.retries", "01b.cron"]'
            ),
            [f"{RULES}: o desafio 01b.cron conta para dags e error-handling: escolha um."],
        ),
        (
            nothing_counts_for("monitoring"),
            [
                f"{RULES}: o item monitoring não pode ser marcado: nenhum critério de exercício conta para ele."
            ],
        ),
        (
            replace(WELCOME, "[07b](07b-codigo-que-dura.ipynb)", "07b"),
            ["00-comece-aqui.ipynb, o roteiro: nenhuma semana tem um link para 07b-codigo-que-dura."],
        ),
        (
            replace(WELCOME, "| **Semana 1** |", "| **Antes** |"),
            [
                f"00-comece-aqui.ipynb, o roteiro: nenhuma semana tem um link para 0{one}."
                for one in (
                    "1a-airflow-fundamentos",
                    "1b-airflow-tempo-e-falhas",
                    "2a-airflow-operators-e-sql",
                    "2b-airflow-esperar-e-multiplicar",
                )
            ],
        ),
        (replace(RULES, "[desafios]", "[desafio]"), [f"{{root}}/{RULES}: desafios: falta dizer isto."]),
    ],
)
def test_rules_and_road(fresh: Course, change: Break, says: list[str]) -> None:
    assert lint(fresh, change) == [sentence.replace("{root}", str(fresh.root)) for sentence in says]
