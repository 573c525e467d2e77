"""`curso relatorio`: what its page and its CSV files say, and what they must never say."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.model.exercise import BrokenExerciseError, Exercise, load_exercise
from autograder.model.result import DifferingRow, Result, Status, Verdict
from curso.classroom.grading import note_given
from curso.package import package_files
from curso.places import exercise_folder
from curso.report import figures, gradebooks
from curso.report.anonymous import SOMEBODY, Anonymous
from curso.report.page import page
from curso.report.report import write_report
from curso.report.results import ClassResults, Person, of_folder, of_nbgrader

if TYPE_CHECKING:
    from conftest import Course

EXERCISE = "ex1-dag-complexo"
PAGE, MOODLE, CANVAS = f"relatorio-{EXERCISE}.html", f"moodle-{EXERCISE}.csv", f"canvas-{EXERCISE}.csv"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)> & \x1b[2J{{ 7 * 7 }}"
LOG = """[2026-03-10] INFO - começa
Traceback (most recent call last):
  File "/home/Ana Ávila/Área de trabalho/dags/vendas_diarias.py", line 3, in AnaAvilaDag
    autor = "ana_avila <ana.avila@exemplo.org>"  # ÁNA  AVILA
KeyError: 'C:\\\\Users\\\\ana\\\\vendas.csv'
"""


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return load_exercise(exercise_folder(EXERCISE))


@pytest.fixture(scope="module")
def result(exercise: Exercise) -> Callable[..., Result]:
    """A result where every criterion passed but those that are named, each with a status or a whole verdict."""

    def made(**other: Any) -> Result:
        verdicts = []
        for criterion in exercise.criteria:
            said = other.get(criterion.id.replace("-", "_"), other.get("all", {"status": Status.PASSED}))
            passed = said["status"] is Status.PASSED
            verdicts.append(
                Verdict(
                    criterion=criterion.id,
                    title=criterion.title,
                    points=criterion.points * passed,
                    max_points=criterion.points,
                    checklist=criterion.checklist,
                    visible=criterion.visible,
                    **said,
                )
            )
        return Result(
            exercise=exercise.id,
            title=exercise.title,
            points=sum(verdict.points for verdict in verdicts),
            max_points=exercise.max_points,
            verdicts=tuple(verdicts),
            seed=7,
            fingerprint="f" * 64,
            grader="0" * 64,
            level="básico",
            versions={},
            graded_at=datetime(2026, 3, 10, 12, tzinfo=UTC),
            seconds=1,
        )

    return made


def failed(seen: str, **more: Any) -> dict[str, Any]:
    return {"status": Status.FAILED, "seen": seen, **more}


@pytest.fixture
def results(tmp_path: Path, result: Callable[..., Result]) -> Path:
    """The results of a mixed class, beside its deliveries; one of these has no result yet."""
    folder = tmp_path / "turma da noite-resultados"
    folder.mkdir()
    given = {
        "Ana Ávila": result(
            agenda=failed(
                "Diferem: vendas.", log=LOG, rows=(DifferingRow(table="vendas", what="de Ana Ávila"),)
            )
        ),
        "Beto": result(agenda=failed("Diferem: resumo, vendas."), metadados=failed("Faltam 3 de 40.")),
        "Çelik": result(metadados=failed("Faltam 12 de 40.")),
        "Dora": result(all={"status": Status.NOT_ATTEMPTED, "seen": "Falta dags/vendas_diarias.py."}),
        "Eva": result(all={"status": Status.ERROR, "seen": "O corretor falhou."}),
        "Fábio": result(carrega=failed("Não carrega."), all={"status": Status.BLOCKED}),
        "Gabi": result(),
    }
    for name, one in given.items():
        (folder / f"{name}.json").write_text(one.model_dump_json(), encoding="utf-8")
        (tmp_path / "turma da noite" / name).mkdir(parents=True)
    (tmp_path / "turma da noite" / "Hugo").mkdir()
    return folder


class _Page(HTMLParser):
    """The text of each section by the id of its heading, the rows of its tables, and every tag and attribute."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.sections: dict[str, str] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self._at = "início"
        self._in_cell = False
        self._skipped = 0
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "h2":
            self._at = dict(attrs)["id"] or ""
        self._skipped += tag == "style"
        if tag == "tr":
            self.rows.setdefault(self._at, []).append([])
        self._in_cell = self._in_cell or tag in ("td", "th")
        if tag in ("td", "th"):
            self.rows[self._at][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag == "style"
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        self.sections[self._at] = self.sections.get(self._at, "") + data
        if self._in_cell:
            self.rows[self._at][-1][-1] += data


def read(path: Path) -> _Page:
    return _Page(path.read_text(encoding="utf-8"))


def cells(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


# --- through the real door --------------------------------------------------------------------------


def test_the_page_tells_of_the_class(course: Course, results: Path) -> None:
    ran = course.curso("relatorio", "ex1", "--turma", results)
    assert (ran.code, ran.err) == (0, ""), ran
    written = [results.with_name("turma da noite-relatorio") / name for name in (PAGE, MOODLE, CANVAS)]
    assert ran.out.splitlines() == list(map(str, written))
    told = read(written[0])
    start = " ".join(told.sections["início"].split())
    assert "pessoas8 6 com nota" in start
    assert "todos os critérios1 12%" in start
    assert "esperam por você2" in start
    by_criterion = {row[0]: row[2:] for row in told.rows["criterios"][1:]}
    assert len(by_criterion) == 13
    agenda, carrega = (
        next(row for title, row in by_criterion.items() if title.endswith(name))
        for name in ("agenda", "carrega")
    )
    # passed, share, failed, waits, not attempted, the grader's own fault: held ones count in no share
    assert agenda[0] == "33%"
    assert agenda[2:] == ["2", "2", "1", "1", "1"]
    assert carrega[2:] == ["4", "1", "0", "1", "1"]
    who = {row[0]: row[1:] for row in told.rows["pessoas"][1:]}
    assert list(who) == ["Eva", "Hugo", "Dora", "Fábio"], "the most urgent first"
    assert who["Eva"] == ["–", "Espera por você, e não é zero: O corretor falhou."]
    assert "corrija esta entrega" in who["Hugo"][1]
    assert who["Dora"] == ["0", "Falta dags/vendas_diarias.py."]
    assert who["Fábio"] == ["0", "Nenhum critério passou. O primeiro: Não carrega."]
    items = {row[0]: row[1:] for row in told.rows["checklist"][1:]}
    assert len(items) == 5
    assert items["Escrevo DAGs do Airflow"] == ["\nex1-dag-complexo: 12%\n", "12%"], "one of eight"
    assert items["Deploys automatizados"] == ["\nex3-ci-cd: não se sabe daqui\n", "não se sabe daqui"]


def test_deliveries_or_results_name_the_same_class(results: Path, tmp_path: Path) -> None:
    for folder, target in ((results, tmp_path / "a"), (tmp_path / "turma da noite", tmp_path / "b")):
        write_report(EXERCISE, folder, target)
    for name in (PAGE, MOODLE, CANVAS):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_it_needs_nothing_but_itself(results: Path, tmp_path: Path) -> None:
    """No server, no script, no other file; and a rule that holds a browser to it."""
    (path, *_), _ = write_report(EXERCISE, results, tmp_path / "s")
    told = read(path)
    assert not {"script", "link", "img", "iframe", "object", "embed"} & set(told.tags)
    assert not [name for name, _ in told.attributes if name in ("src", "href") or name.startswith("on")]
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in told.attributes
    source = path.read_text(encoding="utf-8")
    assert "url(" not in source
    assert "@import" not in source
    assert ("lang", "pt-BR") in told.attributes
    assert source.count("prefers-color-scheme: dark") == source.count("@media print") == 1
    assert path.stat().st_mode & 0o077 == 0, "it names people"


def test_the_drawing_says_in_words_what_it_shows(results: Path, tmp_path: Path) -> None:
    (path, *_), _ = write_report(EXERCISE, results, tmp_path / "s")
    drawn = read(path).sections["pontos"]
    assert "0–9 pontos: 2 pessoas." in drawn
    assert "100 pontos: 1 pessoa." in drawn
    assert "Sem nota, e fora do gráfico: 2 pessoas." in drawn


def test_a_damaged_result_is_one_sentence_and_the_others_are_told(
    course: Course, results: Path, exercise: Exercise, result: Callable[..., Result]
) -> None:
    (results / "Igor.json").write_text('{"schema_version": 1', encoding="utf-8")
    (results / "Júlia.json").write_bytes(b"\xff\xfe\x00")
    foreign = result().model_copy(update={"exercise": "ex3-ci-cd"})
    (results / "Kim.json").write_text(foreign.model_dump_json(), encoding="utf-8")
    (results / "Lia.json").mkdir()
    ran = course.curso("relatorio", EXERCISE, "--turma", results)
    assert ran.code == 2
    assert [line.split(" está")[0].split(" é ")[0] for line in ran.err.splitlines()] == [
        str(results / f"{name}.json") for name in ("Igor", "Júlia", "Kim", "Lia")
    ]
    folder = results.with_name("turma da noite-relatorio")
    who = [row[0] for row in read(folder / PAGE).rows["pessoas"][1:]]
    assert who == ["Eva", "Hugo", "Igor", "Júlia", "Kim", "Lia", "Dora", "Fábio"]
    assert "Ana Ávila" in {row[0] for row in cells(folder / CANVAS)}
    assert not {"Igor", "Júlia", "Kim", "Lia"} & {row[0] for row in cells(folder / CANVAS)}


def test_nothing_to_report_is_one_sentence_and_writes_nothing(course: Course, tmp_path: Path) -> None:
    assert "não existe" in course.curso("relatorio", EXERCISE, "--turma", tmp_path / "nada").sentence()
    (tmp_path / "vazia").mkdir()
    empty = course.curso("relatorio", EXERCISE, "--turma", tmp_path / "vazia").sentence()
    assert f"curso corrigir {EXERCISE}" in empty
    assert f"nbgrader autograde {EXERCISE}" in course.curso("relatorio", EXERCISE).sentence()
    (tmp_path / "só uma").mkdir()
    (tmp_path / "só uma" / "Ana.json").write_text("{}", encoding="utf-8")
    only = course.curso("relatorio", EXERCISE, "--turma", tmp_path / "só uma").sentence()
    assert "Nenhum resultado pôde ser lido" in only
    assert "Não conheço" in course.curso("relatorio", "ex9", "--turma", tmp_path).sentence()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["só uma", "vazia"]


# --- nothing is overwritten ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", [PAGE, MOODLE, CANVAS])
def test_only_its_own_report_is_overwritten(results: Path, name: str, tmp_path: Path) -> None:
    target = tmp_path / "saída"
    for _ in range(2):
        write_report(EXERCISE, results, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    (target / name).write_text("editado à mão", encoding="utf-8")
    with pytest.raises(BrokenExerciseError, match=f"{name} já existe"):
        write_report(EXERCISE, results, target)
    now = {path.name: path.read_bytes() for path in target.iterdir()}
    assert now == before | {name: "editado à mão".encode()}


def test_a_refusal_is_one_sentence(course: Course, results: Path, tmp_path: Path) -> None:
    (tmp_path / PAGE).write_text("outra página", encoding="utf-8")
    refused = course.curso("relatorio", EXERCISE, "--turma", results, "--saida", tmp_path).sentence()
    assert refused.startswith(f"{tmp_path / PAGE} já existe")


def test_a_file_of_somebody_else_is_left_alone(results: Path, tmp_path: Path) -> None:
    target = tmp_path / "saída"
    target.mkdir()
    (tmp_path / "fora.txt").write_text("meu", encoding="utf-8")
    (target / MOODLE).symlink_to(tmp_path / "fora.txt")
    with pytest.raises(BrokenExerciseError, match="já existe"):
        write_report(EXERCISE, results, target)
    assert (tmp_path / "fora.txt").read_text(encoding="utf-8") == "meu"
    assert [path.name for path in target.iterdir()] == [MOODLE]


def test_a_report_never_travels_with_the_class_package(tmp_path: Path) -> None:
    for name in ("turma-relatorio/notas.csv", "turma-resultados/Ana.json", "docs/notas.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    assert package_files(tmp_path) == [Path("docs/notas.csv")]


# --- what students wrote ------------------------------------------------------------------------------


def test_what_students_wrote_is_only_text(exercise: Exercise, result: Callable[..., Result]) -> None:
    row = DifferingRow(table=SCRIPT, what=SCRIPT)
    hostile = result(
        carrega=failed(SCRIPT, expected=SCRIPT, log=SCRIPT, rows=(row,)), all={"status": Status.BLOCKED}
    )
    people = (Person("Ana", hostile), Person("Beto", hostile))
    told = _Page(page(ClassResults(exercise, (exercise,), people, Path()), [SCRIPT]))
    assert not {"script", "img"} & set(told.tags)
    shown = "<script>alert(1)<…><img src=x onerror=alert(2)> & {{ 7 * 7 }}"
    assert told.sections["erros"].count(shown) == 5, "expected, seen, row (twice) and log"
    assert "\x1b" not in told.sections["erros"]


def test_a_name_is_only_text_too(exercise: Exercise, result: Callable[..., Result]) -> None:
    nothing = result(all={"status": Status.NOT_ATTEMPTED})
    people = (Person(SCRIPT, nothing), Person("\udcff\u202eavô", nothing))
    told = _Page(page(ClassResults(exercise, (exercise,), people, Path()), [SCRIPT]))
    assert not {"script", "img"} & set(told.tags)
    shown = "<script>alert(1)</script><img src=x onerror=alert(2)> & {{ 7 * 7 }}"
    assert [row[0] for row in told.rows["pessoas"][1:]] == [shown, "?avô"]


def test_equal_mistakes_are_one_however_they_differ_by_student(results: Path) -> None:
    found, more = figures.mistakes(of_folder(EXERCISE, results))
    assert [(one.criterion, one.people) for one in found] == [("agenda", 2), ("metadados", 2), ("carrega", 1)]
    assert more == 0
    assert {one.seen for one in found} == {"Diferem: vendas.", "Faltam 3 de 40.", "Não carrega."}
    assert found[0].share == 2 / 7


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Faltam 3 das 40 linhas.", "Faltam 12 das 41 linhas."),
        ("Não há a tabela «vendas».", "Não há a tabela «resumo»."),
        ("Sem dono: a_b, c.", "Sem dono: tarefa."),
        ('Falhou em "/tmp/x/a b.py".', 'Falhou em "/home/ana/c.py".'),
        ("Rodou às 02:00.", "Rodou às 5:30."),
    ],
)
def test_what_changes_from_one_student_to_the_next_makes_no_new_mistake(one: str, other: str) -> None:
    assert figures.kind(one) == figures.kind(other)


def test_different_mistakes_stay_apart() -> None:
    assert figures.kind("Não carrega: ModuleNotFoundError.") != figures.kind("Não carrega: SyntaxError.")


def test_an_example_tells_nothing_of_whose_it_is(results: Path, tmp_path: Path) -> None:
    (path, *_), _ = write_report(EXERCISE, results, tmp_path / "s")
    shown = read(path).sections["erros"]
    assert "Traceback (most recent call last):" in shown
    assert 'File "…/vendas_diarias.py", line 3' in shown
    assert "INFO - começa" not in shown, "what comes before the traceback says nothing"
    for hint in ("Ana", "ana", "vila", "VILA", "home", "Users", "trabalho/", "exemplo.org"):
        assert hint not in shown
    assert "vendas: de «estudante»" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ana_maria_dag e AnaDag", f"{SOMEBODY}_dag e {SOMEBODY}Dag"),
        ("ANA ÁVILA, avila; A\u0301vila", f"{SOMEBODY}, {SOMEBODY}; {SOMEBODY}"),
        ("banana e analista ficam", "banana e analista ficam"),
        ("em dez dias", "em dez dias"),
        ("por Caio Dias e por caio dias", f"por {SOMEBODY} e por {SOMEBODY}"),
        ("RA 1234567, em 2026; bia-2026", f"RA {SOMEBODY}, em 2026; {SOMEBODY}"),
        ("/home/caio/x.py e ~/y.csv, ../z/w.json", "…/x.py e …/y.csv, …/w.json"),
        (r"C:\Users\caio\x.py", "…/x.py"),
        ("file:///tmp/fulano.de.tal", "…"),
        (
            "dags/vendas_diarias.py e 3/4 e https://x.org/a/b",
            "dags/vendas_diarias.py e 3/4 e https://x.org/a/b",
        ),
        ("a.b@c.com.br @task", "«e-mail» @task"),
    ],
)
def test_people_are_taken_out(exercise: Exercise, text: str, shown: str) -> None:
    """«dias» is a word of this exercise: it stays where it is one."""
    known = exercise.model_copy(update={"title": "Dez dias"})
    hide = Anonymous(["Ana Ávila", "ana-maria", "caio dias", "1234567", "li", "bia 2026"], known)
    assert hide(text) == shown


# --- Moodle and Canvas --------------------------------------------------------------------------------


def test_the_columns_are_those_that_each_imports(results: Path, tmp_path: Path) -> None:
    write_report(EXERCISE, results, tmp_path / "s")
    moodle, canvas = cells(tmp_path / "s" / MOODLE), cells(tmp_path / "s" / CANVAS)
    assert moodle[0] == ["First name", "Last name", "Email address", "Username", "DAG complexo"]
    assert moodle[1] == ["Ana Ávila", "", "", "Ana Ávila", "94"]
    assert canvas[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "DAG complexo"]
    assert canvas[1] == ["    Points Possible", "", "", "", "", "100"]
    assert canvas[2] == ["Ana Ávila", "", "", "Ana Ávila", "", "94"]
    points = {row[3]: row[-1] for row in moodle[1:]}
    assert points == {row[3]: row[-1] for row in canvas[2:]}
    assert points["Dora"] == "0"
    assert not {"Eva", "Hugo"} & set(points), "who waits for a person has no grade, and no zero either"


@pytest.mark.parametrize(
    "name", ["=1+1", "+55", "-2", "@SUM(A1)", " =x", "\t=x", "＝x", '=HYPERLINK("http://x")']
)
def test_no_cell_is_a_formula(exercise: Exercise, result: Callable[..., Result], name: str) -> None:
    known = ClassResults(exercise, (exercise,), (Person(name, result()), Person("Ana", result())), Path())
    for text in (gradebooks.moodle(known), gradebooks.canvas(known)):
        rows = list(csv.reader(text.splitlines()))
        assert len({len(row) for row in rows}) == 1
        assert not [
            cell for row in rows for cell in row if cell.strip()[:1] in tuple("=+-@＝＋－＠") and cell
        ]
        assert any(cell.startswith("'") for row in rows for cell in row)


def test_a_name_is_one_cell_whatever_is_in_it(exercise: Exercise, result: Callable[..., Result]) -> None:
    people = (Person('Ana, "a\nBoa"; x', result()),)
    text = gradebooks.canvas(ClassResults(exercise, (exercise,), people, Path()))
    assert list(csv.reader(text.splitlines()))[2][0] == 'Ana, "a Boa"; x'


# --- from nbgrader's door -----------------------------------------------------------------------------


def test_what_nbgraders_door_remembers(
    fresh: Course, result: Callable[..., Result], exercise: Exercise
) -> None:
    (fresh.root / ".nbgrader" / "submitted" / "davi" / EXERCISE).mkdir(parents=True)
    note_given(EXERCISE, "ana", result(), fresh.root)
    note_given(EXERCISE, "beto", result(agenda=failed("Às 3h.")), fresh.root)
    other = load_exercise(exercise_folder("ex3-ci-cd"))
    passed = result().model_copy(
        update={
            "exercise": other.id,
            "verdicts": tuple(
                result().verdicts[0].model_copy(update={"criterion": c.id, "checklist": c.checklist})
                for c in other.criteria
            ),
        }
    )
    note_given(other.id, "ana", passed, fresh.root)
    for number in range(6):
        (fresh.root / f".nbgrader/troca/modulo-4/inbound/beto+{EXERCISE}+2026-03-1{number}+x").mkdir(
            parents=True
        )
    ran = fresh.curso("relatorio", EXERCISE)
    assert ran.code == 0, ran
    folder = fresh.root / ".nbgrader" / "relatorios" / EXERCISE
    told = read(folder / PAGE)
    who = {row[0]: row[2] for row in told.rows["pessoas"][1:]}
    assert list(who) == ["davi", "beto"]
    assert who["beto"] == f"Já entregou 6 vezes, e ainda falta: {exercise.criterion('agenda').title}."
    items = {row[0]: row[1:] for row in told.rows["checklist"][1:]}
    assert items["Deploys automatizados"] == ["\nex3-ci-cd: 33%\n", "33%"]
    assert [row[3:] for row in cells(folder / MOODLE)[1:]] == [["ana", "100"], ["beto", "94"]]
    assert "relatorios" in fresh.curso("turma", "esquecer", "davi", "--sim").out
    assert not folder.exists(), "a report names who is to be forgotten"


def test_the_gradebook_has_the_last_word(fresh: Course, result: Callable[..., Result]) -> None:
    """Adjusted by hand and late: the grades that `nbgrader export` says too, under the names that it knows."""
    from curso.classroom.gradebook import open_gradebook

    held = result(agenda={"status": Status.ERROR, "seen": "O corretor falhou."})
    for name in ("ana", "beto", "caio"):
        note_given(EXERCISE, name, held if name != "ana" else result(), fresh.root)
    with open_gradebook(fresh.root) as gradebook:
        gradebook.add_assignment(EXERCISE)
        gradebook.add_notebook(EXERCISE, EXERCISE)
        gradebook.add_grade_cell("agenda", EXERCISE, EXERCISE, max_score=100, cell_type="code")
        for name, points, waits, penalty in (
            ("ana", 70, False, 10.5),
            ("beto", 40, False, 0),
            ("caio", 0, True, 0),
        ):
            gradebook.add_student(name, first_name=name.title(), last_name="Sá", email=f"{name}@exemplo.org")
            gradebook.add_submission(EXERCISE, name)
            grade = gradebook.find_grade("agenda", EXERCISE, EXERCISE, name)
            grade.manual_score, grade.needs_manual_grade = points, waits
            gradebook.find_submission_notebook(EXERCISE, EXERCISE, name).late_submission_penalty = penalty
        gradebook.db.commit()
    known = of_nbgrader(EXERCISE, fresh.root)
    assert [person.points for person in known.people] == [59.5, 40, None]
    assert list(csv.reader(gradebooks.moodle(known).splitlines()))[1:] == [
        ["Ana", "Sá", "ana@exemplo.org", "ana", "59.5"],
        ["Beto", "Sá", "beto@exemplo.org", "beto", "40"],
    ]
    assert list(csv.reader(gradebooks.canvas(known).splitlines()))[2][0] == "Sá, Ana"
    assert [one.name for one in figures.stuck(known)] == ["caio"], "beto's was looked at by a person"


def test_a_broken_note_of_what_was_written_makes_nothing_ours(results: Path, tmp_path: Path) -> None:
    (path, *_), _ = write_report(EXERCISE, results, tmp_path / "s")
    note = path.with_name(f".relatorio-{EXERCISE}.json")
    assert set(json.loads(note.read_text(encoding="utf-8"))) == {PAGE, MOODLE, CANVAS}
    note.write_text("[", encoding="utf-8")
    with pytest.raises(BrokenExerciseError, match="já existe"):
        write_report(EXERCISE, results, tmp_path / "s")
