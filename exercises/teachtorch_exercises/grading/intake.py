"""Reads what students handed in: notebooks, and everything that only looks like one.

Nothing is believed. A file is opened without following links and without waiting for a pipe; its size is
capped; what is not as it should be is passed over, and what cannot be read at all gets a status and a
sentence for its row.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..spec import Assignment

MAX_CELLS = 2_000
MAX_CELL_TEXT = 200_000


@dataclass(frozen=True)
class Cell:
    """A code cell as handed in: its place in the notebook, counted from 1, its id for grading, its text."""

    number: int
    grade_id: str | None
    source: str


@dataclass(frozen=True)
class Notebook:
    """A submission that could be read."""

    cells: list[Cell]
    assignment: str | None
    digest: str


class Refused(Exception):
    """A submission that cannot be graded: a status, and a sentence for the row."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


def read_notebook(path: Path, max_bytes: int) -> Notebook:
    """Read a notebook file; `Refused` says why not."""
    data = _read_bytes(path, max_bytes)
    if not data.strip():
        raise Refused("unreadable", "the file is empty")
    try:
        document = json.loads(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        raise Refused("unreadable", f"the file is not JSON: {str(error)[:100]}") from error
    except MemoryError as error:
        raise Refused("too large", "the file does not fit into memory") from error
    if not isinstance(document, dict):
        raise Refused("not a notebook", "the file is JSON, but not a notebook")
    raw = _cells_of(document)
    if raw is None:
        raise Refused("not a notebook", "the file is JSON, but has no list of cells")
    cells = [cell for number, item in enumerate(raw[:MAX_CELLS], 1) if (cell := _read_cell(number, item))]
    return Notebook(
        cells, _text(_at(document, "metadata", "teachtorch", "assignment")), hashlib.sha256(data).hexdigest()
    )


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        if path.is_symlink():
            raise Refused("refused", "the file is a link to another file")
        descriptor = os.open(path, flags)
        with open(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode):
                raise Refused("refused", "this is not an ordinary file")
            if about.st_size > max_bytes:
                raise Refused("too large", f"the file has {about.st_size:,} bytes; {max_bytes:,} are allowed")
            return file.read(max_bytes)
    except OSError as error:
        raise Refused("unreadable", f"the file cannot be opened: {error.strerror}") from error


def _cells_of(document: dict[str, Any]) -> list[Any] | None:
    """The cells of a notebook of format 4, or of the worksheets of format 3."""
    cells = document.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = document.get("worksheets")
    if not isinstance(sheets, list):
        return None
    inside = [_at(sheet, "cells") for sheet in sheets]
    return [cell for cells in inside if isinstance(cells, list) for cell in cells]


def _read_cell(number: int, item: Any) -> Cell | None:
    """A code cell, or None for everything else."""
    if _at(item, "cell_type") != "code":
        return None
    source = item.get("source", item.get("input"))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str) or not source.strip() or len(source) > MAX_CELL_TEXT:
        return None
    return Cell(number, _text(_at(item, "metadata", "nbgrader", "grade_id")), source)


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def recognise(notebook: Notebook, assignments: Iterable[Assignment]) -> Assignment:
    """The assignment that a notebook answers.

    As it says, else by its cells' ids, else by the names it defines.
    """
    known = {assignment.id: assignment for assignment in assignments}
    if notebook.assignment in known:
        return known[notebook.assignment]
    ids = {cell.grade_id for cell in notebook.cells}
    text = "\n".join(cell.source for cell in notebook.cells)

    def likeness(assignment: Assignment) -> tuple[int, int]:
        by_name = sum(_defines(text, question.name) for question in assignment.questions)
        return len(ids & set(assignment.by_id)), by_name

    best = max(known.values(), key=likeness, default=None)
    if best is None or likeness(best) == (0, 0):
        raise Refused("unknown assignment", "nothing in the notebook says which exercise it answers")
    return best


def _defines(text: str, name: str) -> bool:
    return re.search(rf"^[ \t]*(?:def[ \t]+{name}\b|{name}[ \t]*=(?!=))", text, re.MULTILINE) is not None
