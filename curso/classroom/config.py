"""What `nbgrader_config.py` sets. It is found from the course's folder and, in this environment, from any other."""

from __future__ import annotations

import os
import sys
from typing import Any

from autograder.model.exercise import BrokenExerciseError, load_exercise
from curso.classroom.gradebook import find_programs
from curso.classroom.settings import class_folder, load_settings
from curso.places import ROOT, exercise_folder, exercise_ids

NOT_COPIED = ["gabarito", "enunciado.md"]
"""Of an exercise's source: answers and the text that the statement is made from."""
FILE_KINDS = [".py", ".ipynb", ".yml", ".yaml", ".toml", ".sql", ".txt", ".cfg", ".sh"]
VALIDATE_SECONDS = 600


def configure(c: Any) -> None:
    """Sets nbgrader up for this course; `c` is the configuration object that Jupyter hands to such a file."""
    try:
        course = load_settings().course
    except BrokenExerciseError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    full_clone = (ROOT / "solutions").is_dir()
    find_programs()
    folder = class_folder() if full_clone else ROOT / ".nbgrader"

    c.CourseDirectory.course_id = course.course_id
    c.CourseDirectory.root = str(ROOT)
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "exercises"
    c.CourseDirectory.submitted_directory = ".nbgrader/submitted"
    c.CourseDirectory.autograded_directory = ".nbgrader/autograded"
    c.CourseDirectory.feedback_directory = ".nbgrader/feedback"
    c.CourseDirectory.solution_directory = ".nbgrader/solution"
    c.CourseDirectory.db_url = f"sqlite:///{folder}/gradebook.db"
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", *NOT_COPIED]

    exchange = course.exchange or os.environ.get("CURSO_TROCA") or (folder / "troca" if full_clone else None)
    if exchange:
        c.Exchange.root = str(exchange)
    if full_clone and exchange == folder / "troca":
        # Nothing was set: one clone plays both sides, which is enough to try everything out.
        exchange.mkdir(mode=0o777, exist_ok=True)
    # The Lab's panel of assignments goes there before it asks for anything.
    work = ROOT / "trabalho"
    work.mkdir(exist_ok=True)
    c.Exchange.assignment_dir = str(work)
    c.ExchangeFactory.collect = "curso.classroom.plugins.CollectAsData"
    c.ExchangeFactory.release_feedback = "curso.classroom.plugins.ReleaseWhereItCameFrom"

    # exercises/ is generated: to generate it again is no loss, and registers the exercise in the gradebook.
    c.GenerateAssignment.force = True
    # nbgrader's Validate would give a cell 30 s; the first one checks the whole exercise, and may have to warm up.
    c.Execute.timeout = VALIDATE_SECONDS
    # Feedback follows the gradebook: nbgrader would keep the old page after points were adjusted.
    c.GenerateFeedback.force = True
    c.ZipCollectApp.downloaded_directory = ".nbgrader/downloaded"
    c.ZipCollectApp.collector_plugin = "curso.classroom.plugins.MoodleCollector"
    c.ZipCollectApp.extractor_plugin = "curso.classroom.archives.ExtractWithinBounds"
    c.FileNameCollectorPlugin.valid_ext = FILE_KINDS
    c.ExportApp.plugin_class = "curso.classroom.plugins.WeightedCsv"
    c.AssignLatePenalties.plugin_class = "curso.classroom.plugins.LateByDays"
    c.CourseAutograde.least_level = course.least_level.value
    c.CourseAutograde.allow_unconfined = course.allow_unconfined
    if full_clone:
        _take_part(c)


def _take_part(c: Any) -> None:
    """The instructor's side: our steps in nbgrader's conversions."""
    from nbgrader import preprocessors as theirs

    from curso.classroom import cells, converter, formgrader

    names = exercise_ids()
    c.Autograde.exclude_overwriting = {
        name: list(load_exercise(exercise_folder(name)).files) for name in names
    }
    c.Autograde.autograde_preprocessors = [
        cells.WriteVerdicts,
        theirs.LimitOutput,
        cells.SaveVerdicts,
        theirs.AssignLatePenalties,
        theirs.CheckCellMetadata,
    ]
    c.GenerateAssignment.preprocessors = [
        theirs.LockCells,
        theirs.ClearOutput,
        theirs.CheckCellMetadata,
        theirs.ComputeChecksums,
        cells.SaveCriteria,
    ]
    converter.install()
    formgrader.install()
