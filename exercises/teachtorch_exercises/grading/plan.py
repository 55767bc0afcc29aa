"""Decides what is run of a submission.

The student's cells as they stand, the author's as the author wrote them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..source import Source
from .intake import Cell


@dataclass(frozen=True)
class Step:
    """A cell to run, and how to speak of it to the student."""

    label: str
    source: str


def plan(source: Source, cells: Sequence[Cell]) -> list[Step]:
    """The cells to run, in the order in which the student left them.

    - A locked cell runs as the author wrote it, once, whatever became of its text.
    - Locked cells that are gone come back where they were: after the one before them, or at the front.
    - Cells that only check or show something are left out.
    - Everything else is the student's and runs as it stands, copies and additions included: the last
    definition of
      a name is the one that counts, as it is in a kernel.
    """
    roles = {cell.grade_id: cell for cell in source.cells if cell.is_code}
    steps: list[tuple[str | None, Step]] = []
    seen: set[str] = set()
    for cell in cells:
        author = roles.get(cell.grade_id) if cell.grade_id else None
        if author is None or author.role == "student":
            steps.append((None, Step(f"cell {cell.number}", cell.source)))
        elif author.role == "author" and author.grade_id not in seen:
            seen.add(author.grade_id)
            steps.append((author.grade_id, Step(author.grade_id, author.text)))
    before = None
    for author in roles.values():
        if author.role != "author":
            continue
        if author.grade_id not in seen:
            here = (
                next((i + 1 for i, (grade_id, _) in enumerate(steps) if grade_id == before), 0)
                if before
                else 0
            )
            steps.insert(here, (author.grade_id, Step(author.grade_id, author.text)))
        before = author.grade_id
    return [step for _, step in steps]
