"""Grades one submission, and a folder of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..assignments import all_assignments
from ..judging import State, Verdict, judge, summary
from ..source import read_source
from ..spec import Assignment
from .intake import Notebook, Refused, read_notebook, recognise
from .launch import Launcher, Limits
from .plan import plan
from .results import Result
from .session import GraderError, Session


@dataclass(frozen=True)
class Submission:
    """A file that was handed in. `path` is None for a student's folder without any notebook."""

    name: str
    student: str
    path: Path | None


def submissions(folder: Path) -> list[Submission]:
    """What was handed in: every notebook below `folder`, and every student's folder that holds none.

    A notebook in `folder` itself goes by its own name; one further down by the name of the folder it is in
    at the top. Links to folders are not followed.
    """
    found: list[Submission] = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.lower().endswith(".ipynb") and not name.startswith("."):
                path = Path(here, name)
                inside = path.relative_to(folder)
                student = inside.parts[0] if len(inside.parts) > 1 else path.stem
                found.append(Submission(str(inside), student, path))
    with_work = {submission.student for submission in found if submission.name != submission.student}
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir() and not entry.name.startswith(".") and entry.name not in with_work:
            found.append(Submission(entry.name, entry.name, None))
    return found


@dataclass(frozen=True)
class Grader:
    """How to grade: where code runs, what it may use, and the number that hidden inputs are drawn from."""

    launcher: Launcher
    limits: Limits
    seed: int
    assignment: Assignment | None = None

    def grade(self, submission: Submission) -> Result:
        """The row of one submission. It always comes: whatever went wrong is in it."""
        try:
            if submission.path is None:
                raise Refused("no notebook", "the folder holds no notebook")
            notebook = read_notebook(submission.path, self.limits.notebook)
            assignment = self.assignment or recognise(notebook, all_assignments())
            return self._grade(submission, notebook, assignment)
        except Refused as refusal:
            return Result(submission.name, submission.student, refusal.status, str(refusal))
        except GraderError as error:
            return Result(submission.name, submission.student, "grader error", str(error))
        except Exception as error:  # a fault of ours, which must not cost the others their grades
            what = f"{type(error).__name__}: {error}"
            return Result(submission.name, submission.student, "grader error", what)

    def _grade(self, submission: Submission, notebook: Notebook, assignment: Assignment) -> Result:
        source = read_source(assignment)
        steps = plan(source, notebook.cells)
        with Session(self.launcher, self.limits, steps) as session:
            session.run()
            verdicts = list(self._verdicts(session, assignment, submission, notebook))
        there = {cell.grade_id for cell in notebook.cells}
        remarks = [_remark(verdict, there) for verdict in verdicts if verdict.state is not State.RIGHT]
        remarks += [
            f"{steps[index].label}: {what}" for index, what in session.troubles.items() if _tell(what)
        ]
        status = "timed out" if session.timed_out else "crashed" if session.crashed else "graded"
        return Result(
            submission.name,
            submission.student,
            status,
            "; ".join(remark.removesuffix(".") for remark in remarks),
            assignment.id,
            {verdict.question.id: verdict.points for verdict in verdicts},
            assignment.points,
        )

    def _verdicts(
        self, session: Session, assignment: Assignment, submission: Submission, notebook: Notebook
    ) -> Iterator[Verdict]:
        for number, question in enumerate(assignment.questions):
            session.begin_question()
            rng = self._generator(submission, notebook, number)
            yield judge(question, session, [*question.public, *question.hidden(rng)])

    def _generator(self, submission: Submission, notebook: Notebook, number: int) -> np.random.Generator:
        """Hidden inputs differ between runs, students, notebooks and questions; a seed brings them back."""
        name = f"{submission.name}\0{notebook.digest}".encode(errors="backslashreplace")
        own = int.from_bytes(hashlib.sha256(name).digest()[:16], "big")
        return np.random.default_rng([self.seed, own, number])

    def grade_all(
        self,
        found: Sequence[Submission],
        workers: int,
        on_result: Callable[[Result], None] = lambda result: None,
    ) -> list[Result]:
        """Grade many at a time, in threads: the work is in the workers' processes.

        Results keep the order of `found`.
        """
        results: list[Result] = []
        pool = ThreadPoolExecutor(max_workers=workers)
        try:
            for result in pool.map(self.grade, found):
                results.append(result)
                on_result(result)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return results


def _remark(verdict: Verdict, there: set[str | None]) -> str:
    if verdict.state is State.UNANSWERED and verdict.question.id not in there:
        return f"{verdict.question.id}: {verdict.message} Its cell is missing."
    return summary(verdict)


def _tell(what: object) -> bool:
    """The starter's own NotImplementedError has been told of already, as an answer that is not there."""
    return not getattr(what, "is_starter", False)
