"""`check`, `hint` and `solution`: what a student calls in the notebook.

They ask the definitions in the student's own kernel and try the public cases alone. Nothing here is a
grade: expected values of public cases are for everyone to see, and the hidden ones are drawn where the
grading is done.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping

from .assignments import all_assignments, load
from .judging import State, Verdict, judge
from .namespace import Namespace
from .report import Line, Report
from .source import read_source
from .spec import Assignment, Question

PRACTICE = "This is practice, not the grade: that is worked out on further examples."

#: Questions that `check` has seen an answer to, and how many hints were given, in this kernel.
_attempted: set[str] = set()
_hints_given: Counter[str] = Counter()


def check(exercise: str) -> Report:
    """Try your answer on a few examples and say what is wrong with it.

    Args:
        exercise: a question such as "ex1a", or a whole exercise such as "ex1" for a summary.

    It is practice and costs nothing: check as often as you like.
    """
    names = _students_names(sys._getframe(1).f_globals)
    found = _find(exercise)
    if isinstance(found, Report):
        return found
    if isinstance(found, Assignment):
        return _summary(found, [_try(question, names) for question in found.questions])
    return _report(_try(found, names))


def hint(exercise: str) -> Report:
    """Give a hint; called again, a stronger one, three in all."""
    found = _find(exercise)
    if isinstance(found, Report):
        return found
    if isinstance(found, Assignment):
        return _which(found, "hint")
    given = _hints_given[found.id] = min(_hints_given[found.id] + 1, len(found.hints))
    lines = [Line("·", text) for text in found.hints[:given]]
    left = len(found.hints) - given
    footnote = f'`hint("{found.id}")` again gives a stronger one.' if left else "That was the last hint."
    return Report(f"Hint {given} of {len(found.hints)}: {found.title}", lines=lines, footnote=footnote)


def solution(exercise: str) -> Report:
    """Show our answer to a question that you have tried and checked."""
    found = _find(exercise)
    if isinstance(found, Report):
        return found
    if isinstance(found, Assignment):
        return _which(found, "solution")
    if found.id not in _attempted:
        return Report(
            f"First have a try: {found.title}",
            advice=f'Write an answer and run `check("{found.id}")`; the solution is yours after that. '
            f'`hint("{found.id}")` helps you on.',
        )
    code = read_source(_assignment_of(found)).solution(found.id)
    return Report(
        f"One solution: {found.title}", code=code, footnote="Yours may be as good and look different."
    )


# ------------------------------------------------------------------------------------------------ finding


def _students_names(callers: Mapping[str, object]) -> Mapping[str, object]:
    """The student's definitions: the notebook's if there is one, else those where `check` was called."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return callers if shell is None else shell.user_ns


def _find(exercise: str) -> Assignment | Question | Report:
    for assignment in all_assignments():
        if exercise == assignment.id:
            return assignment
        if exercise in assignment.by_id:
            return assignment.by_id[exercise]
    known = ", ".join(f'"{a.id}" ({", ".join(a.by_id)})' for a in all_assignments())
    return Report(f"There is no exercise {exercise!r}.", good=False, advice=f"There are {known}.")


def _assignment_of(question: Question) -> Assignment:
    return next(load(a.id) for a in all_assignments() if question.id in a.by_id)


def _which(assignment: Assignment, what: str) -> Report:
    """Hints and solutions are for one question at a time."""
    lines = [Line("·", f'`{what}("{q.id}")` {q.title}') for q in assignment.questions]
    return Report(f"Which question of {assignment.id}?", lines=lines)


# ------------------------------------------------------------------------------------------------ trying


def _try(question: Question, names: Mapping[str, object]) -> Verdict:
    verdict = judge(question, Namespace(names), question.public)
    if verdict.state is not State.UNANSWERED:
        _attempted.add(question.id)
    return verdict


def _report(verdict: Verdict) -> Report:
    question, trials = verdict.question, verdict.trials
    if verdict.state is State.UNANSWERED:
        advice = f'{verdict.message} Run your cell first, or ask for a `hint("{question.id}")`.'
        return Report(f"{question.title} · no answer yet", advice=advice)
    passed = len(trials) - len(verdict.failed)
    return Report(
        f"{question.title} · {passed} of {len(question.public)} examples",
        good=verdict.state is State.RIGHT,
        lines=_lines(verdict),
        advice=verdict.message,
        footnote=PRACTICE,
    )


def _lines(verdict: Verdict) -> list[Line]:
    """A line for each example.

    Where they all fail for one reason that is no mere wrong value, say it once.
    """
    reasons = {trial.problem or "" for trial in verdict.trials}
    if len(verdict.trials) > 1 and len(reasons) == 1 and not reasons <= {""}:
        (reason,) = reasons
        if not verdict.question.is_function or reason.startswith("it raises"):
            return [Line("✗", "Every example:", reason)]
    quote = "`{}`" if verdict.question.show is None else "{}"
    return [Line("✗" if t.problem else "✓", quote.format(t.text), t.problem or "") for t in verdict.trials]


def _summary(assignment: Assignment, verdicts: list[Verdict]) -> Report:
    words = {
        State.RIGHT: ("✓", "right on the examples"),
        State.WRONG: ("✗", "not right yet"),
        State.UNANSWERED: ("·", "no answer yet"),
        State.STOPPED: ("✗", "stopped"),
    }
    lines = []
    for verdict in verdicts:
        mark, what = words[verdict.state]
        question = verdict.question
        lines.append(Line(mark, f"`{question.id}` {question.title} · {what} ({question.points:g} points)"))
    left = sum(verdict.state is not State.RIGHT for verdict in verdicts)
    heading = (
        f"{assignment.title} · {len(verdicts) - left} of {len(verdicts)} questions right on the examples"
    )
    return Report(heading, good=not left, lines=lines, footnote=PRACTICE)
