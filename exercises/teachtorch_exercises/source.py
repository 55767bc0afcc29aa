"""Reads an author's notebook and makes the student's of it.

`source.ipynb` is the whole exercise with its solutions. A cell's role follows from its `grade_id`:

    the id of a question          the student's cell; lines between the marks below are the solution
    the same with "-check"        calls `check`; carries the question's points, as nbgrader's test cells do
    begins with "show-"           a picture or a summary for the student; not run when grading
    anything else                 the author's, locked: words and set-up

    ### BEGIN SOLUTION
    ### END SOLUTION
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from .spec import Assignment

CHECK, SHOW = "-check", "show-"
MARKS = re.compile(r"^([ \t]*)### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION$", re.DOTALL | re.MULTILINE)
STUB = "# YOUR CODE HERE\nraise NotImplementedError"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class SourceError(ValueError):
    """The author's notebook is not as this module's own words say."""


@dataclass(frozen=True)
class Cell:
    """One cell of the source: `role` is "student", "check", "show" or "author"."""

    id: str
    grade_id: str
    role: str
    is_code: bool
    text: str

    @property
    def question(self) -> str:
        return self.grade_id.removesuffix(CHECK)

    @property
    def starter(self) -> str:
        """The text with every solution taken out."""
        return MARKS.sub(lambda match: _indent(STUB, match[1]), self.text)

    @property
    def solution(self) -> str:
        """The text as it reads when the marks are taken out and the solutions left in."""
        return MARKS.sub(lambda match: match[2].rstrip("\n"), self.text)


def _indent(text: str, by: str) -> str:
    return "\n".join(by + line for line in text.splitlines())


@dataclass(frozen=True)
class Source:
    """An assignment's notebook, read."""

    assignment: Assignment
    cells: list[Cell]

    @cached_property
    def by_grade_id(self) -> dict[str, Cell]:
        return {cell.grade_id: cell for cell in self.cells}

    def solution(self, question_id: str) -> str:
        """The author's own answer to a question, as code."""
        return self.by_grade_id[question_id].solution

    @cached_property
    def version(self) -> str:
        """Changes whenever a word of the notebook does."""
        text = "\0".join(cell.text for cell in self.cells)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def student_notebook(self) -> str:
        """The notebook that students get, as the text of an .ipynb file."""
        document = {
            "cells": [self._student_cell(cell) for cell in self.cells],
            "metadata": {
                "kernelspec": KERNEL,
                "language_info": {"name": "python"},
                "teachtorch": {"assignment": self.assignment.id, "version": self.version},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    def _student_cell(self, cell: Cell) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "nbgrader": {
                "grade": cell.role == "check",
                "grade_id": cell.grade_id,
                "locked": cell.role != "student",
                "schema_version": 3,
                "solution": cell.role == "student",
                "task": False,
            }
        }
        # JupyterLab's own locks: a courtesy, since the grader takes the author's cells from here in any case.
        metadata |= {"deletable": False, "editable": cell.role == "student"}
        if cell.role == "check":
            metadata["nbgrader"]["points"] = self.assignment.by_id[cell.question].points
        if cell.role == "student":
            # So that "Run All" gets past the answers that are still to be written.
            metadata["tags"] = ["raises-exception"]
        text = cell.starter.splitlines(keepends=True)
        if not cell.is_code:
            return {"cell_type": "markdown", "id": cell.id, "metadata": metadata, "source": text}
        code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "outputs": []}
        return {**code, "id": cell.id, "metadata": metadata, "source": text}


def read_source(assignment: Assignment) -> Source:
    """Read `source.ipynb` in the assignment's own package and see that it fits the questions."""
    text = resources.files(assignment.folder).joinpath("source.ipynb").read_text(encoding="utf-8")
    cells = [_read_cell(assignment, cell) for cell in json.loads(text)["cells"]]
    ids = [cell.grade_id for cell in cells]
    if len(set(ids)) < len(ids):
        raise SourceError(f"{assignment.id}: two cells have one grade_id")
    for question in assignment.questions:
        for needed in (question.id, question.id + CHECK):
            if needed not in ids:
                raise SourceError(f"{assignment.id}: no cell with the grade_id {needed!r}")
        if not MARKS.search(cells[ids.index(question.id)].text):
            raise SourceError(f"{assignment.id}: the cell {question.id!r} has no solution marks")
    return Source(assignment, cells)


def _read_cell(assignment: Assignment, cell: dict[str, Any]) -> Cell:
    try:
        grade_id = cell["metadata"]["nbgrader"]["grade_id"]
    except KeyError as error:
        raise SourceError(f"{assignment.id}: the cell {cell.get('id')!r} has no grade_id") from error
    role = "author"
    if grade_id in assignment.by_id:
        role = "student"
    elif grade_id.removesuffix(CHECK) in assignment.by_id:
        role = "check"
    elif grade_id.startswith(SHOW):
        role = "show"
    text = "".join(cell["source"])
    if "### BEGIN SOLUTION" in MARKS.sub("", text) or "### END SOLUTION" in MARKS.sub("", text):
        raise SourceError(f"{assignment.id}: the solution marks of {grade_id!r} do not pair up")
    return Cell(cell["id"], grade_id, role, cell["cell_type"] == "code", text)
