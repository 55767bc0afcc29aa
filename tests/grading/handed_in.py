"""Makes notebooks as students hand them in: solved, half solved, changed in every way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from teachtorch_exercises.assignments import load
from teachtorch_exercises.source import read_source

Document = dict[str, Any]


def starter(exercise: str = "ex1", **answers: str) -> Document:
    """The student notebook with nothing in it but `answers`, the text of cells by their grade_id."""
    document: Document = json.loads(read_source(load(exercise)).student_notebook())
    for grade_id, text in answers.items():
        cell(document, grade_id)["source"] = text
    return document


def solved(exercise: str = "ex1", **answers: str) -> Document:
    """The student notebook with the author's own solutions, but for `answers`."""
    source = read_source(load(exercise))
    solutions = {question.id: source.solution(question.id) for question in load(exercise).questions}
    return starter(exercise, **{**solutions, **answers})


def cell(document: Document, grade_id: str) -> dict[str, Any]:
    """One cell by its grade_id."""
    return next(c for c in document["cells"] if c["metadata"]["nbgrader"]["grade_id"] == grade_id)


def code(text: str) -> dict[str, Any]:
    """A cell of the student's own."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text}


def changed(document: Document, change: Callable[[list[dict[str, Any]]], object]) -> Document:
    """The same notebook after `change` has had its way with the list of cells."""
    change(document["cells"])
    return document


def text(document: object) -> bytes:
    """As it lies on disk."""
    return json.dumps(document).encode()
