"""The grades in the columns that Moodle's and Canvas's own gradebooks import.

Who has no grade yet (held for a person, nothing that can be read) is in neither file: both leave alone whom they do
not find there, while an empty cell may be taken for zero.

No cell starts with what a spreadsheet takes for a formula (OWASP, "CSV Injection"): such a name gets an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from curso.report.results import ClassResults, Person
from curso.tell import clean

STARTS_A_FORMULA = tuple("=+-@＝＋－＠")


def moodle(known: ClassResults) -> str:
    """Grades > Import > CSV file, with "Map from" the column that your Moodle knows people by.

    The first three columns are named as in the exports that this import takes back (grade/tests/fixtures/
    grade_import.csv of moodle/moodle); people are found by id, idnumber, e-mail or username, by the one column that
    is mapped, and one person who is not found stops the whole import (grade/import/csv/classes/load_data.php).
    https://docs.moodle.org/en/Grade_import
    """
    head = ("First name", "Last name", "Email address", "Username", known.exercise.title)
    rows = (
        (*_first_and_last(person), person.graded.email if person.graded else "", person.name, _number(points))
        for person, points in _graded(known)
    )
    return _csv([head, *rows])


def canvas(known: ClassResults) -> str:
    """Gradebook > Import.

    The header must begin with Student and ID and have Section last before the assignments; a row "Points Possible"
    follows. People are found by ID, else SIS User ID, else SIS Login ID, else by name, "Last, First" too; an
    assignment by its title (lib/gradebook_importer.rb and lib/gradebook_exporter.rb of instructure/canvas-lms).
    https://community.canvaslms.com/t5/Instructor-Guide/How-do-I-import-grades-in-the-Gradebook/ta-p/807
    """
    head = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", known.exercise.title)
    possible = ("    Points Possible", "", "", "", "", _number(known.exercise.max_points))
    rows = (
        (_last_comma_first(person), "", "", person.name, "", _number(points))
        for person, points in _graded(known)
    )
    return _csv([head, possible, *rows])


def _graded(known: ClassResults) -> Iterable[tuple[Person, float]]:
    return ((person, person.points) for person in known.people if person.points is not None)


def _first_and_last(person: Person) -> tuple[str, str]:
    if person.graded and (person.graded.first_name or person.graded.last_name):
        return person.graded.first_name, person.graded.last_name
    return person.name, ""


def _last_comma_first(person: Person) -> str:
    first, last = _first_and_last(person)
    return f"{last}, {first}" if first and last else first or last


def _number(points: float) -> str:
    return f"{round(points, 2):g}"


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def _safe(cell: str) -> str:
    text = clean(cell).replace("\n", " ").replace("\t", " ")
    return f"'{text}" if text.lstrip().startswith(STARTS_A_FORMULA) else text
