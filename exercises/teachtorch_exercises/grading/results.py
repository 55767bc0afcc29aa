"""What is recorded of a submission, and the CSV that it goes to."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MAX_MESSAGE = 600
FIRST, LAST = ("submission", "student", "assignment", "status", "score", "max_score"), ("message",)


@dataclass(frozen=True)
class Result:
    """One submission's row.

    `status` is "graded"; "timed out" or "crashed" when something in it had to be stopped or ended its
    process, with the points of the rest; or says why it could not be graded at all.
    """

    submission: str
    student: str
    status: str
    message: str = ""
    assignment: str = ""
    points: dict[str, float] = field(default_factory=dict)
    max_points: float = 0.0

    @property
    def score(self) -> float:
        return sum(self.points.values())


def write_csv(path: Path, results: Iterable[Result], questions: Sequence[str]) -> None:
    """Write one row for each result, and the file all at once: a reader never sees half of it.

    Args:
        questions: the ids of all questions, in the order of their columns.
    """
    columns = [*FIRST, *questions, *LAST]
    descriptor, temporary = tempfile.mkstemp(prefix=".results-", dir=path.parent or ".", text=False)
    try:
        with open(descriptor, "w", newline="", encoding="utf-8", errors="backslashreplace") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(_row(result) for result in results)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _row(result: Result) -> dict[str, str]:
    graded = bool(result.assignment)
    return {
        "submission": harmless(result.submission),
        "student": harmless(result.student),
        "assignment": result.assignment,
        "status": result.status,
        "score": f"{result.score:g}",
        "max_score": f"{result.max_points:g}" if graded else "",
        **{question: f"{points:g}" for question, points in result.points.items()},
        "message": harmless(result.message[:MAX_MESSAGE]),
    }


def harmless(text: str) -> str:
    """Text for a spreadsheet.

    On one line, and never a formula, whatever a student calls a file or an exception.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line
