"""Nobody is marked down for how a notebook looks when the answers in it are right."""

from __future__ import annotations

from pathlib import Path

import pytest
from handed_in import solved, starter, text
from honest import HONEST

from teachtorch_exercises.grading.grade import Grader, Submission, submissions
from teachtorch_exercises.grading.results import Result


@pytest.fixture(scope="module")
def graded(grader: Grader, submitted: Path) -> dict[str, Result]:
    folder = submitted / "honest"
    folder.mkdir()
    for name, document in HONEST.items():
        (folder / f"{name}.ipynb").write_bytes(text(document))
    rows = grader.grade_all(submissions(folder), workers=2)
    return {row.student: row for row in rows}


@pytest.mark.parametrize("name", HONEST)
def test_right_answers_earn_full_marks(graded: dict[str, Result], name: str) -> None:
    assert graded[name].score == graded[name].max_points, graded[name]
    assert graded[name].status == "graded", graded[name]


def _one(grader: Grader, tmp_path: Path, document: object) -> Result:
    path = tmp_path / "one.ipynb"
    path.write_bytes(text(document))
    return grader.grade(Submission("one.ipynb", "one", path))


def test_an_empty_notebook_earns_nothing_and_says_what_is_missing(grader: Grader, tmp_path: Path) -> None:
    row = _one(grader, tmp_path, starter())
    assert row.score == 0
    assert row.status == "graded"
    assert "ex1a: `pairs` is not defined" in row.message
    assert "ex1b: `compatible` is not written yet" in row.message


def test_a_deleted_answer_is_said_to_be_missing(grader: Grader, tmp_path: Path) -> None:
    document = solved()
    document["cells"] = [c for c in document["cells"] if c["metadata"]["nbgrader"]["grade_id"] != "ex1d"]
    row = _one(grader, tmp_path, document)
    assert row.points["ex1d"] == 0
    assert row.score == row.max_points - 4
    assert "ex1d: `why` is not defined. Its cell is missing" in row.message


def test_a_usual_mistake_is_named_in_the_row(grader: Grader, tmp_path: Path) -> None:
    row = _one(grader, tmp_path, solved(ex1b="def compatible(m, n): return m == n"))
    assert "ex1b: Equal sizes agree, but a size 1 agrees with every other one too" in row.message


def test_an_error_is_told_with_the_students_own_line(grader: Grader, tmp_path: Path) -> None:
    row = _one(grader, tmp_path, solved(ex1b="def compatible(m, n):\n    return m / 0"))
    assert "ZeroDivisionError: division by zero at line 2, `return m / 0`" in row.message


def test_a_seed_brings_the_same_row_back(grader: Grader, tmp_path: Path) -> None:
    document = solved(ex1c="def failing_axis(s, t): return -1")
    assert _one(grader, tmp_path, document) == _one(grader, tmp_path, document)


def test_without_a_sandbox_honest_work_is_graded_the_same(bare_grader: Grader, tmp_path: Path) -> None:
    row = _one(bare_grader, tmp_path, solved(ex1b="while True: pass"))
    assert row.status == "timed out"
    assert row.points["ex1a"] == 4
    assert row.points["ex1d"] == 4
