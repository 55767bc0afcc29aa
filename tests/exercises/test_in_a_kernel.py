"""The exercise notebooks in a real kernel, as JupyterLab runs them."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from teachtorch_exercises.assignments import all_assignments
from teachtorch_exercises.build import student_notebook
from teachtorch_exercises.source import read_source
from teachtorch_exercises.spec import Assignment

pytestmark = [
    pytest.mark.slow,
    # The kernel's client, not ours: jupyter_client warns of its own plans for paths and event loops.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def run(assignment: Assignment, *, solved: bool) -> dict[str, nbformat.NotebookNode]:
    """The cells of an exercise, by grade_id, after a kernel has run them all."""
    notebook = nbformat.read(student_notebook(assignment), as_version=4)
    if solved:
        source = read_source(assignment)
        for cell in notebook.cells:
            if cell.metadata.nbgrader.solution:
                cell.source = source.solution(cell.metadata.nbgrader.grade_id)
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells}


@pytest.mark.parametrize("assignment", all_assignments(), ids=lambda a: a.id)
def test_solved_every_check_is_good_and_none_is_a_grade(assignment: Assignment) -> None:
    cells = run(assignment, solved=True)
    for question in assignment.questions:
        (output,) = cells[question.id + "-check"].outputs
        words = f"{len(question.public)} of {len(question.public)} examples"
        assert words in output.data["text/plain"]
        assert words in output.data["text/html"]
        assert "practice, not the grade" in output.data["text/plain"]
    assert "5 of 5 questions" in cells["show-summary"].outputs[0].data["text/plain"]


@pytest.mark.parametrize("assignment", all_assignments(), ids=lambda a: a.id)
def test_unanswered_it_runs_to_its_end_and_says_what_is_left(assignment: Assignment) -> None:
    cells = run(assignment, solved=False)
    for question in assignment.questions:
        assert "no answer yet" in cells[question.id + "-check"].outputs[0].data["text/plain"]
    assert "0 of 5 questions" in cells["show-summary"].outputs[0].data["text/plain"]
