"""What nbgrader lets a course bring along: lateness, the exported grades, zips from Moodle, collecting."""

from __future__ import annotations

import csv
import glob
import os
import re
import shutil
import stat
import unicodedata
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback
from nbgrader.plugins import ExportPlugin, FileNameCollectorPlugin, LateSubmissionPlugin
from nbgrader.utils import ignore_patterns, temp_attrs

from curso.classroom.settings import load_settings

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score", "weight", "weighted_score",
)  # fmt: skip


class LateByDays(LateSubmissionPlugin):  # type: ignore[misc]
    """`[atraso]` of `turma.toml`."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        return load_settings().late.penalty(score, total_seconds_late) or None


class WeightedCsv(ExportPlugin):  # type: ignore[misc]
    """nbgrader's columns, quoted where a name has a comma, and each exercise's weight beside its score."""

    def export(self, gradebook: Any) -> None:
        settings = load_settings()
        target = Path(self.to or "grades.csv")
        with target.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for assignment in gradebook.assignments:
                for student in gradebook.students:
                    asked = not self.assignment or assignment.name in map(str, self.assignment)
                    if asked and (not self.student or student.id in map(str, self.student)):
                        weight = settings.weights.get(assignment.name, 1.0)
                        writer.writerow(_row(gradebook, assignment, student, weight))
        self.log.info("Notas exportadas para %s", target)


def _row(gradebook: Any, assignment: Any, student: Any, weight: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "assignment": assignment.name, "duedate": assignment.duedate, "timestamp": "", "student_id": student.id,
        "last_name": student.last_name, "first_name": student.first_name, "email": student.email,
        "raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0, "max_score": assignment.max_score,
        "weight": weight,
    }  # fmt: skip
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        pass  # nothing was handed in
    else:
        penalty = submission.late_submission_penalty
        row |= {
            "timestamp": submission.timestamp,
            "raw_score": submission.score,
            "late_submission_penalty": penalty,
            "score": max(0.0, submission.score - penalty),
        }
    share = row["score"] / row["max_score"] if row["max_score"] else 0.0
    return row | {"weighted_score": round(share * weight, 4)}


class MoodleCollector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Finds whose file it is in what Moodle's "download all submissions" makes.

    `Ana Ávila_1234_assignsubmission_file_/dags/x.py` and `..._assignsubmission_file_x.py` both belong to
    `ana-avila-1234`, whatever the zip is called. Any other layout: one folder or zip per student, named as the
    student, each by itself.
    """

    MOODLE = re.compile(r"^(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)$")

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        parts = Path(submitted_file).parts
        if "extracted" not in parts:
            return None
        inner = parts[len(parts) - parts[::-1].index("extracted") :]
        if Path(inner[-1]).suffix not in self.valid_ext:
            return None
        matched = self.MOODLE.match(inner[0])
        if matched is None and len(inner) > 1 and self.MOODLE.match(inner[1]):
            # nbgrader opens the zip of the whole class into a folder of its name: the students' are inside of it.
            inner = inner[1:]
            matched = self.MOODLE.match(inner[0])
        if matched:
            first, student = matched["rest"], f"{slug(matched['name'])}-{matched['number']}"
            rest = [*([first] if first else []), *inner[1:]]
        elif len(inner) > 1:
            student, rest = slug(inner[0]), list(inner[1:])
        else:
            return None
        return {"student_id": student, "file_id": os.path.join(*rest)} if student and rest else None


def slug(name: str) -> str:
    """A name as an identifier: Jõao d'Ávila -> joao-d-avila."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


class CollectAsData(ExchangeCollect):  # type: ignore[misc]
    """Collects files and nothing else: a link in the exchange would copy what the *instructor* may read."""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        wanted = ignore_patterns(
            exclude=self.coursedir.ignore,
            include=self.coursedir.include,
            max_file_size=self.coursedir.max_file_size,
            log=self.log,
        )

        def ignored(folder: str, names: list[str]) -> set[str]:
            odd = {name for name in names if not _plain(os.path.join(folder, name))}
            for name in sorted(odd):
                self.log.warning(
                    "Não foi recolhido (é um atalho ou não é um arquivo): %s", os.path.join(folder, name)
                )
            return odd | set(wanted(folder, [name for name in names if name not in odd]))

        shutil.copytree(src, dest, ignore=ignored, symlinks=True)


def _plain(path: str) -> bool:
    mode = os.lstat(path).st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


class ReleaseWhereItCameFrom(ExchangeReleaseFeedback):  # type: ignore[misc]
    """Releases feedback to those who handed in through the exchange; one who did not stops nobody else's."""

    def copy_files(self) -> None:
        strangers = [
            page.parent.parent.name
            for page in map(Path, sorted(glob.glob(os.path.join(self.src_path, "*.html"))))
            if not all((page.parent / note).is_file() for note in ("timestamp.txt", "submission_secret.txt"))
        ]
        for student in strangers:
            self.log.warning(
                "A entrega de %s não passou pela troca: o feedback está em %s.",
                student,
                self.coursedir.format_path(
                    self.coursedir.feedback_directory, student, self.coursedir.assignment_id
                ),
            )
        excluded = [name for name in (self.coursedir.student_id_exclude, *strangers) if name]
        with temp_attrs(self.coursedir, student_id_exclude=",".join(excluded)):
            super().copy_files()
