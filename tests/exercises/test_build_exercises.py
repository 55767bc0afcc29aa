"""Every exercise works: its solution passes, its starter and usual mistakes do not; and the build says so."""

from __future__ import annotations

from dataclasses import replace

import nbformat
import pytest

from teachtorch_exercises.assignments import all_assignments, load
from teachtorch_exercises.build import all_cases, main, problems, student_notebook
from teachtorch_exercises.source import Cell, read_source
from teachtorch_exercises.spec import Assignment, Mistake, Question

ASSIGNMENTS = all_assignments()
IDS = [assignment.id for assignment in ASSIGNMENTS]


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=IDS)
def test_an_exercise_works(assignment: Assignment) -> None:
    assert list(problems(assignment)) == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=IDS)
def test_the_student_notebook_is_not_stale(assignment: Assignment) -> None:
    built = student_notebook(assignment).read_text(encoding="utf-8")
    assert built == read_source(assignment).student_notebook(), "run `python -m teachtorch_exercises.build`"


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=IDS)
def test_the_student_notebook_is_a_notebook_with_nbgraders_cells(assignment: Assignment) -> None:
    notebook = nbformat.read(student_notebook(assignment), as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells}
    assert len(cells) == len(notebook.cells)
    for question in assignment.questions:
        answer, check = cells[question.id].metadata.nbgrader, cells[question.id + "-check"].metadata.nbgrader
        assert (answer.solution, answer.locked, answer.grade) == (True, False, False)
        assert (check.solution, check.locked, check.grade, check.points) == (
            False,
            True,
            True,
            question.points,
        )
    assert all(cell.metadata.nbgrader.schema_version == 3 for cell in notebook.cells)


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=IDS)
def test_the_student_notebook_holds_no_solution(assignment: Assignment) -> None:
    text = read_source(assignment).student_notebook()
    assert "SOLUTION" not in text
    assert text.count("raise NotImplementedError") == len(assignment.questions)


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=IDS)
def test_the_student_notebook_begins_with_the_imports(assignment: Assignment) -> None:
    notebook = nbformat.read(student_notebook(assignment), as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.source.startswith(
        "import teachtorch as torch\nfrom teachtorch_exercises import check, hint, solution\n"
    )


@pytest.mark.parametrize("question", [q for a in ASSIGNMENTS for q in a.questions], ids=lambda q: q.id)
def test_hidden_cases_come_from_the_seed(question: Question) -> None:
    drawn = [repr([case.args for case in all_cases(question, seed)]) for seed in (1, 1)]
    assert drawn[0] == drawn[1]


# --------------------------------------------------------------------------------- what the build refuses

EX1 = load("ex1")


def _with(question: Question) -> Assignment:
    others = [q for q in EX1.questions if q.id != question.id]
    return replace(EX1, questions=[question, *others])


def _complaints(question: Question) -> str:
    return "; ".join(problems(_with(question)))


def test_an_exercise_is_refused_whose_solution_fails() -> None:
    wrong = replace(EX1.by_id["ex1b"], reference=lambda m, n: False, mistakes=EX1.by_id["ex1b"].mistakes)
    assert "ex1b: the author's solution fails: compatible(3, 3): expected False, got True" in _complaints(
        wrong
    )


def test_an_exercise_is_refused_whose_mistakes_pass() -> None:
    mistakes = [*EX1.by_id["ex1b"].mistakes, Mistake("Right.", lambda m, n: m == n or 1 in (m, n))]
    assert "ex1b: mistake 7 passes" in _complaints(replace(EX1.by_id["ex1b"], mistakes=mistakes))


def test_an_exercise_is_refused_whose_mistakes_cannot_be_told_apart() -> None:
    mistakes = [*EX1.by_id["ex1b"].mistakes, Mistake("Twice.", lambda m, n: m == n)]
    assert "ex1b: mistake 7 is not answered with its own message" in _complaints(
        replace(EX1.by_id["ex1b"], mistakes=mistakes)
    )


def test_an_exercise_is_refused_with_too_few_mistakes_hints_or_cases() -> None:
    poor = replace(EX1.by_id["ex1b"], mistakes=[], hints=[], public=[])
    complaints = _complaints(poor)
    assert "has 0 mistakes, fewer than 5" in complaints
    assert "has 0 hints, not 3" in complaints
    assert "has no public case" in complaints


def test_an_exercise_is_refused_whose_question_has_no_cell() -> None:
    lost = replace(EX1.by_id["ex1b"], id="ex1z")
    assert "no cell with the grade_id 'ex1z'" in _complaints(lost)


def test_build_writes_what_check_finds(tmp_path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("teachtorch_exercises.build.NOTEBOOKS", tmp_path)
    monkeypatch.setattr("teachtorch_exercises.build.DRAWS", 1)
    assert main(["--check"]) == len(ASSIGNMENTS)
    assert "is stale" in capsys.readouterr().out
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert len(list(tmp_path.iterdir())) == len(ASSIGNMENTS)


# ------------------------------------------------------------------------------------------ solution marks

MARKED = """\
def f(x):
    ### BEGIN SOLUTION
    y = x
    return y
    ### END SOLUTION
"""


def test_the_starter_stands_where_the_solution_stood() -> None:
    cell = Cell("f", "f", "student", True, MARKED)
    assert cell.starter == "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError\n"
    assert cell.solution == "def f(x):\n    y = x\n    return y\n"
