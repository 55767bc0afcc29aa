"""Makes the student notebooks, and refuses an exercise that does not work.

    python -m teachtorch_exercises.build            write every student notebook
    python -m teachtorch_exercises.build --check    write nothing; fail where one is stale

An exercise is refused when its own solution does not earn full marks, when its starter earns any, when one
of its usual mistakes passes or is not answered with its own message, or when it has fewer than five of
them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .assignments import all_assignments
from .judging import State, Verdict, judge
from .namespace import Namespace
from .outcome import Answers
from .source import Source, SourceError, read_source
from .spec import Assignment, Case, Mistake, Question

NOTEBOOKS = Path(__file__).parent / "notebooks"
MISTAKES_AT_LEAST = 5
HINTS = 3
#: Hidden cases are drawn at random: one draw that happens to tell right from wrong proves little.
DRAWS = 12


def student_notebook(assignment: Assignment) -> Path:
    """Where the built notebook lies: in the package, so that every installation has it."""
    return NOTEBOOKS / f"{assignment.notebook}.ipynb"


def problems(assignment: Assignment) -> Iterator[str]:
    """Everything that is wrong with an exercise; nothing when it may be given to students."""
    try:
        source = read_source(assignment)
    except SourceError as error:
        yield str(error)
        return
    solved, starter = _definitions(source, solved=True), _definitions(source, solved=False)
    for question in assignment.questions:
        if len(question.hints) != HINTS:
            yield f"{question.id}: has {len(question.hints)} hints, not {HINTS}"
        if not question.public:
            yield f"{question.id}: has no public case, so `check` has nothing to say"
        if len(question.mistakes) < MISTAKES_AT_LEAST:
            yield f"{question.id}: has {len(question.mistakes)} mistakes, fewer than {MISTAKES_AT_LEAST}"
        yield from _solution_problems(question, Namespace(solved))
        if judge(question, Namespace(starter), question.public).state is not State.UNANSWERED:
            yield f"{question.id}: the starter counts as an answer"
        for number, mistake in enumerate(question.mistakes, 1):
            yield from _mistake_problems(question, number, mistake)


def _definitions(source: Source, *, solved: bool) -> dict[str, object]:
    """What the notebook defines when it is run, as the author solved it or as the student gets it."""
    names: dict[str, object] = {"__name__": "__main__"}
    for cell in source.cells:
        if cell.is_code and cell.role in ("author", "student"):
            try:
                text = cell.solution if solved else cell.starter
                exec(compile(text, cell.grade_id, "exec", dont_inherit=True), names)
            except NotImplementedError:
                if solved:
                    raise
    return names


def all_cases(question: Question, seed: int) -> list[Case]:
    """The public cases, then the hidden ones as one draw makes them."""
    return [*question.public, *question.hidden(np.random.default_rng(seed))]


def _verdicts(question: Question, answers: Answers) -> Iterator[Verdict]:
    return (judge(question, answers, all_cases(question, seed)) for seed in range(DRAWS))


def _solution_problems(question: Question, solved: Answers) -> Iterator[str]:
    for verdict in _verdicts(question, solved):
        if verdict.state is not State.RIGHT:
            trial = verdict.failed[0] if verdict.failed else None
            what = f"{trial.text}: {trial.problem}" if trial else verdict.message
            yield f"{question.id}: the author's solution fails: {what}"
            return


def _mistake_problems(question: Question, number: int, mistake: Mistake) -> Iterator[str]:
    states = list(_verdicts(question, Namespace({question.name: mistake.example})))
    if any(verdict.state is State.RIGHT for verdict in states):
        yield f"{question.id}: mistake {number} passes"
    elif any(verdict.message != mistake.message for verdict in states):
        yield f"{question.id}: mistake {number} is not answered with its own message"


def main(arguments: list[str] | None = None) -> int:
    """Build or check everything; the number of problems is what the shell sees."""
    parser = argparse.ArgumentParser(
        prog="python -m teachtorch_exercises.build", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a notebook is stale")
    only_check = parser.parse_args(arguments).check
    found = 0
    for assignment in all_assignments():
        wrong = list(problems(assignment))
        path = student_notebook(assignment)
        if not wrong:
            text = read_source(assignment).student_notebook()
            if only_check and (not path.exists() or path.read_text(encoding="utf-8") != text):
                wrong = [f"{path.name} is stale: run `python -m teachtorch_exercises.build`"]
            elif not only_check:
                path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{assignment.id}: {assignment.title}:", "; ".join(wrong) or "good")
        found += len(wrong)
    return found


if __name__ == "__main__":
    sys.exit(main())
