"""Puts a question's cases to a student's answer and says what came of it.

The one judge for practice and grade alike: `check` gives it the student's own kernel to ask and the public
cases, the grader a sandboxed process and all of them. Expected values are made here, on the trusted side,
and stay here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from .compare import difference
from .grading.wire import WireError, plain
from .outcome import Answers, Missing, Opaque, Outcome, Raised, Returned, Stopped
from .spec import BadAnswer, Case, Question


class State(Enum):
    """What became of one question."""

    RIGHT = "right"
    WRONG = "wrong"
    UNANSWERED = "unanswered"  # nothing there, or the starter's own NotImplementedError
    STOPPED = "stopped"


@dataclass(frozen=True)
class Trial:
    """One case: how it reads, and what was wrong with the answer (None where nothing was)."""

    case: Case
    text: str
    problem: str | None


@dataclass(frozen=True)
class Verdict:
    """What became of a question: its trials, and what to tell the student."""

    question: Question
    state: State
    trials: list[Trial] = field(default_factory=list)
    message: str = ""

    @property
    def points(self) -> float:
        return self.question.points if self.state is State.RIGHT else 0.0

    @property
    def failed(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.problem is not None]


def judge(question: Question, answers: Answers, cases: Iterable[Case]) -> Verdict:
    """Ask for the answer to `question`, try it on `cases`, and recognise the mistake if it is a usual one."""
    trials: list[Trial] = []
    effects: list[Outcome] = []
    given = None if question.is_function else answers.value(question.name)
    for case in cases:
        outcome = given or answers.call(question.name, _fresh(case))
        if isinstance(outcome, Missing):
            return Verdict(question, State.UNANSWERED, trials, f"`{question.name}` {outcome.why}.")
        if isinstance(outcome, Raised) and outcome.is_starter:
            return Verdict(question, State.UNANSWERED, trials, f"`{question.name}` is not written yet.")
        if isinstance(outcome, Stopped):
            return Verdict(question, State.STOPPED, trials, outcome.why)
        effect = _effect(question, outcome, case)
        effects.append(effect)
        trials.append(Trial(case, question.describe(case), _problem(question, case, effect)))
    if not any(trial.problem for trial in trials):
        return Verdict(question, State.RIGHT, trials)
    return Verdict(question, State.WRONG, trials, _advice(question, trials, effects))


def _fresh(case: Case) -> tuple:
    """The case's arguments, copied, so that no answer can change what the next one is asked."""
    args = plain(case.args)
    assert isinstance(args, tuple)
    return args


def _effect(question: Question, outcome: Outcome, case: Case) -> Outcome:
    """What the answer comes to on this case, as plain data."""
    if not isinstance(outcome, Returned):
        return outcome
    try:
        return Returned(plain(question.effect(outcome.value, *_fresh(case))))
    except BadAnswer as error:
        return Raised("BadAnswer", str(error))
    except Exception as error:
        if isinstance(outcome.value, Opaque):
            return Raised("BadAnswer", f"`{question.name}` is {outcome.value!r}")
        return Raised(type(error).__name__, str(error))


def expected(question: Question, case: Case) -> object:
    """What the right answer comes to, as plain data."""
    return plain(question.reference(*_fresh(case)))


def _problem(question: Question, case: Case, effect: Outcome) -> str | None:
    match effect:
        case Returned(value):
            return difference(expected(question, case), value)
        case Raised("BadAnswer", message):
            return message
        case _:
            return f"it raises {effect}"


def _advice(question: Question, trials: list[Trial], effects: list[Outcome]) -> str:
    """The words for the mistake that gives the same answers on every case; "" where there is none such."""
    for mistake in question.mistakes:
        if all(_alike(make_effect(question, mistake.example, t.case), e) for t, e in zip(trials, effects)):
            return mistake.message
    if question.is_function and all(effect == Returned(None) for effect in effects):
        return f"`{question.name}` gives None every time: does it end with a `return`?"
    return ""


def make_effect(question: Question, example: object, case: Case) -> Outcome:
    """What a wrong answer of the author's own making comes to on a case."""
    if not question.is_function:
        return _effect(question, Returned(example), case)
    assert callable(example)
    try:
        answer = plain(example(*_fresh(case)))
    except WireError as error:
        return Raised("WireError", str(error))
    except Exception as error:
        return Raised(type(error).__name__, str(error))
    return _effect(question, Returned(answer), case)


def _alike(one: Outcome, other: Outcome) -> bool:
    """Whether two effects are the same: the same value, or the same class of exception
    (and the same words where they are the author's own)."""
    match one, other:
        case Returned(a), Returned(b):
            try:
                return difference(a, b) is None
            except TypeError:  # an opaque object is like nothing else
                return False
        case Raised("BadAnswer", a), Raised("BadAnswer", b):
            return a == b
        case Raised(a), Raised(b):
            return a == b
    return False


def summary(verdict: Verdict) -> str:
    """One line on a verdict for a table or a CSV; it never tells what a hidden case expected."""
    name = verdict.question.id
    match verdict.state:
        case State.RIGHT:
            return f"{name}: right"
        case State.WRONG:
            raised = next(
                (t.problem for t in verdict.failed if t.problem and t.problem.startswith("it raises")), ""
            )
            return f"{name}: {verdict.message or raised or _how_many(verdict)}"
        case _:
            return f"{name}: {verdict.message}"


def _how_many(verdict: Verdict) -> str:
    return f"wrong in {len(verdict.failed)} of {len(verdict.trials)} cases"
