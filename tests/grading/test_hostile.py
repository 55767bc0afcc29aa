"""The whole corpus, graded as one batch: nothing in it earns a point, stops the batch or stays behind."""

from __future__ import annotations

import contextlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from handed_in import code, solved, starter, text
from hostile import ATTACKS, FILES, NOT_FILES, attack, write

from teachtorch_exercises.grading.grade import Grader, Submission, submissions
from teachtorch_exercises.grading.launch import PACKAGE
from teachtorch_exercises.grading.results import Result

Rows = dict[str, Result]


def grade(grader: Grader, folder: Path) -> Rows:
    return {result.submission: result for result in grader.grade_all(submissions(folder), workers=2)}


@dataclass(frozen=True)
class Batch:
    rows: Rows
    left_behind: set[str]


@pytest.fixture(scope="module")
def attacked(impatient_grader: Grader, submitted: Path) -> Batch:
    """Every attack, in one batch with an honest submission that has all the answers."""
    folder = submitted / "attacks"
    folder.mkdir()
    for name, source in ATTACKS.items():
        (folder / f"{name}.ipynb").write_bytes(attack(source))
    (folder / "solved.ipynb").write_bytes(text(solved()))
    before = _descendants()
    rows = grade(impatient_grader, folder)
    return Batch(rows, _descendants() - before)


def _descendants() -> set[str]:
    """The processes that come from this one, the dead among them: the grader adopts what workers leave."""
    parents = {}
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {str(pid) for pid in found - {os.getpid()}}


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_earns_nothing_and_gets_its_row(attacked: Batch, name: str) -> None:
    row = attacked.rows[f"{name}.ipynb"]
    assert row.score == 0, row
    assert row.status in ("graded", "timed out", "crashed"), row


@pytest.mark.slow
def test_the_neighbour_of_attacks_is_graded_as_ever(attacked: Batch) -> None:
    assert attacked.rows["solved.ipynb"].score == attacked.rows["solved.ipynb"].max_points


@pytest.mark.slow
def test_no_process_outlives_the_batch(attacked: Batch) -> None:
    assert not attacked.left_behind


def test_what_is_no_notebook_gets_a_row_that_says_so(impatient_grader: Grader, submitted: Path) -> None:
    folder = submitted / "files"
    folder.mkdir()
    write(folder)
    rows = grade(impatient_grader, folder)
    expected = {name: status for name, (_, status) in FILES.items()} | NOT_FILES
    assert {name: row.status for name, row in rows.items()} == expected
    assert all(row.score == 0 for row in rows.values())
    assert all(row.message for row in rows.values())


@pytest.mark.parametrize(
    ("harm", "status"),
    [
        ("while True: pass", "timed out"),
        pytest.param("import os; os._exit(1)", "crashed", marks=pytest.mark.slow),
        pytest.param("def compatible(m, n):\n    while True: pass", "timed out", marks=pytest.mark.slow),
        ("def compatible(m, n):\n    import os; os._exit(1)", "crashed"),
        pytest.param("import sys; sys.exit()", "graded", marks=pytest.mark.slow),
    ],
)
def test_harm_in_one_question_costs_that_question_alone(
    impatient_grader: Grader, tmp_path: Path, harm: str, status: str
) -> None:
    own_rule = "def failing_axis(s, t):\n" + "\n".join(
        "    " + line
        for line in (
            "for k in range(1, min(len(s), len(t)) + 1):",
            "    if s[-k] != t[-k] and 1 not in (s[-k], t[-k]): return -k",
        )
    )
    row = _grade_one(impatient_grader, tmp_path, solved(ex1b=harm, ex1c=own_rule))
    assert row.points == {"ex1a": 4, "ex1b": 0, "ex1c": 5, "ex1d": 4, "ex1e": 3}
    assert row.status == status


@pytest.mark.slow
def test_many_endless_cells_are_stopped_after_a_while_and_the_rest_is_still_asked(
    impatient_grader: Grader, tmp_path: Path
) -> None:
    document = solved()
    document["cells"] += [code("import os; os._exit(0)")] * 50
    row = _grade_one(impatient_grader, tmp_path, document)
    assert row.score == row.max_points
    assert row.status == "crashed"


def test_the_network_is_not_there(impatient_grader: Grader, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        call = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 1)"
        row = _grade_one(impatient_grader, tmp_path, starter(ex1a=call))
        with pytest.raises(TimeoutError):
            server.accept()
    assert "Error" in row.message


def test_nothing_is_carried_from_one_worker_to_the_next(impatient_grader: Grader, tmp_path: Path) -> None:
    leave = "open('/tmp/left', 'w').close()"
    find = "import os; assert not os.path.exists('/tmp/left')\npairs = 'ab ae af be bf de ef'.split()"
    assert _grade_one(impatient_grader, tmp_path, starter(ex1a=leave)).message
    assert _grade_one(impatient_grader, tmp_path, starter(ex1a=find)).points["ex1a"] == 4


def test_the_walls_are_what_stops_an_attack(
    grader: Grader, patient_bare_grader: Grader, tmp_path: Path
) -> None:
    """The corpus is no row of straw men: without the walls, this one takes every point."""
    guess = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n"
    document = attack(guess + dedent(ATTACKS["the exercises imported from where they are installed"]))
    bare, walled = (_grade_one(each, tmp_path, document) for each in (patient_bare_grader, grader))
    assert bare.score == bare.max_points
    assert walled.score == 0


def _grade_one(grader: Grader, folder: Path, document: object) -> Result:
    path = folder / "one.ipynb"
    path.write_bytes(document if isinstance(document, bytes) else text(document))
    return grader.grade(Submission("one.ipynb", "one", path))
