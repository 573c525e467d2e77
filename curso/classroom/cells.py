"""The preprocessors: verdicts into test cells, points into the gradebook, criteria that come and go."""

from __future__ import annotations

import html
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.api import Grade, GradeCell, SourceCell
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades, SaveCells

from autograder.model.result import Result, Status, Verdict
from curso import tell
from curso.classroom.adjustments import Adjustment, adjustments_of
from curso.classroom.grading import grade_delivery, note_given
from curso.classroom.settings import class_folder

Notebook = tuple[NotebookNode, dict[str, Any]]

_RESULT = "curso_resultado"


class WriteVerdicts(NbGraderPreprocessor):  # type: ignore[misc]
    """In the place of Execute: nothing of a notebook is run; each test cell gets one verdict's points and message."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Notebook:
        about = resources["nbgrader"]
        root = _root(self)
        delivery = class_folder(root) / "submitted" / about["student"] / about["assignment"]
        result = grade_delivery(about["assignment"], delivery, root)
        note_given(about["assignment"], about["student"], result, root)
        adjustments = adjustments_of(about["assignment"], about["student"], root)
        about[_RESULT] = result
        verdicts = {verdict.criterion: verdict for verdict in result.verdicts}
        shown_whole = False
        for cell in nb.cells:
            if utils.is_grade(cell):
                name = cell.metadata.nbgrader.grade_id
                _fill(cell, verdicts.get(name), adjustments.get(name))
            elif cell.cell_type == "code":
                cell.outputs = []
                if not shown_whole:
                    _show(cell, f"{result.points} de {result.max_points} pontos", tell.as_html(result))
                    shown_whole = True
        return nb, resources


def _root(configured: Any) -> Path:
    """The course's folder, wherever in nbgrader's tree of objects we stand."""
    while configured is not None:
        coursedir = getattr(configured, "coursedir", None)
        if coursedir is not None:
            return Path(coursedir.root)
        configured = configured.parent
    raise RuntimeError("no course directory above this preprocessor")


def _fill(cell: NotebookNode, verdict: Verdict | None, adjustment: Adjustment | None) -> None:
    """One output, whose plain text nbgrader reads as points.

    It would take silence, other text, nan and negative numbers for full credit: none of them is written.
    """
    most = float(cell.metadata.nbgrader.points)
    if verdict is None:  # the exercise no longer has this criterion
        _show(cell, "0.0", "<p>Este critério não existe mais no exercício.</p>")
        return
    message = tell.verdict_html(verdict)
    if adjustment:
        message += (
            f"<p><b>Ajuste do instrutor:</b> {adjustment.points:g} de {most:g} pontos. "
            f"{html.escape(adjustment.reason)}</p>"
        )
    _show(cell, str(min(max(float(verdict.points), 0.0), most)), message)


def _show(cell: NotebookNode, plain: str, message: str) -> None:
    cell.execution_count = 1
    cell.outputs = [
        new_output("execute_result", {"text/plain": plain, "text/html": message}, execution_count=1)
    ]


class SaveVerdicts(SaveAutoGrades):  # type: ignore[misc]
    """Points into the gradebook. What the grader itself failed at waits for the instructor, and is no zero."""

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._add_score(cell, resources)
        about = resources["nbgrader"]
        result: Result = about[_RESULT]
        name = cell.metadata.nbgrader.grade_id
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        adjustment = adjustments_of(self.assignment_id, self.student_id, _root(self)).get(name)
        if adjustment:
            grade.manual_score = adjustment.points
            grade.needs_manual_grade = False
        elif any(v.criterion == name and v.status is Status.ERROR for v in result.verdicts):
            grade.auto_score = None
            grade.needs_manual_grade = grade.manual_score is None
        self.gradebook.db.commit()


class SaveCriteria(SaveCells):  # type: ignore[misc]
    """The exercise's criteria into the gradebook, also when some came or went after deliveries.

    nbgrader alone refuses that. A copy of the gradebook is kept first.
    """

    def _create_notebook(self, nb: NotebookNode) -> None:
        try:
            notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        except Exception:  # nbgrader's MissingEntry: the first time, there is nothing to reconcile
            notebook = None
        if notebook is not None and notebook.submissions:
            self._reconcile(notebook)
        super()._create_notebook(nb)

    def _reconcile(self, notebook: Any) -> None:
        session = self.gradebook.db
        gone = [cell for cell in notebook.grade_cells if cell.name not in self.new_grade_cells]
        known = {cell.name for cell in notebook.grade_cells}
        new = {name: info for name, info in self.new_grade_cells.items() if name not in known}
        if not gone and not new:
            return
        kept = self._keep_gradebook()
        self.log.warning(
            "Os critérios mudaram depois de haver entregas; o gradebook de antes está em %s.", kept
        )
        sources = {cell.name: cell for cell in notebook.source_cells}
        for cell in gone:
            for grade in list(cell.grades):
                session.delete(grade)
            session.delete(cell)
            if cell.name in sources:
                session.delete(sources[cell.name])
        for name, info in new.items():
            cell = GradeCell(name=name, notebook=notebook, **info)
            session.add(cell)
            session.add(SourceCell(name=name, notebook=notebook, **self.new_source_cells[name]))
            for submission in notebook.submissions:
                session.add(Grade(cell=cell, notebook=submission))
        session.commit()
        session.refresh(notebook)

    def _keep_gradebook(self) -> Path:
        source = Path(self.db_url.removeprefix("sqlite:///"))
        kept = source.with_name(f"{source.name}.antes-{datetime.now(UTC):%Y%m%d-%H%M%S}")
        self.gradebook.db.commit()
        shutil.copyfile(source, kept)
        return kept
