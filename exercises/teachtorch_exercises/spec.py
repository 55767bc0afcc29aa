"""What an author declares about an assignment, beside its notebook.

The notebook (`source.ipynb`) holds the words and the solutions; this is the rest: what is asked, what a right
answer is, on which inputs it is tried, and what to say to a student who went wrong. A question in full:

    Question(
        "sq1", name="square", points=2, title="Square a number",
        reference=lambda n: n * n,
        public=[Case(3), Case(-1)],
        hidden=lambda rng: [Case(int(n)) for n in rng.integers(-99, 99, 10)],
        hints=["What is 3 * 3?", "Multiply `n` by itself.", "`return n * n`"],
        mistakes=[Mistake("That doubles `n`: try it on 3.", lambda n: n + n), ...],
    )

The question may ask for a **function**, which is then called with each case's arguments, or for a
**value**. Either way each case has an *effect*: what the answer comes to on that case's arguments, which is
what is compared with `reference(*args)`. For a function that is what it returned, unless `effect` says
otherwise; for a value `effect` must say (is this pair among the pairs? what does `a * b.reshape(shape)`
come to?).

A **mistake** is a wrong answer together with what a student who gave it should be told. It is written once
and does two jobs: the build refuses an exercise that lets it pass, and a student whose answers agree with
it everywhere is told exactly that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np


class BadAnswer(Exception):
    """Raised by an `effect` that cannot read the answer at all; the message says what was expected of it."""


class Case:
    """The arguments of one trial: `Case(3, 1)` tries `f(3, 1)`."""

    def __init__(self, *args: object) -> None:
        self.args = args


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer, `example`, and what to say about it.

    `example` is a wrong value, or a function that answers as a student with this mistake would.
    """

    message: str
    example: object


def _returned(answer: object, *args: object) -> object:
    return answer


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing asked of the student, all or nothing for `points`. See the module's own words for an example.

    Args:
        id: the `grade_id` of the cell in which it is answered. name: the variable or function that the
        student is to define. reference: what the right answer comes to on a case's arguments. public: cases
        that `check` tries; the student sees them in full. hidden: draws further cases, afresh for each
        student and run; the student never sees them. effect: what an answer comes to on a case's arguments.
        A value needs one; a function's is what it returns. show: a case in words, for a value (`lambda
        pair: f'is "{pair}" among them'`). hints: from a nudge to nearly the answer.
    """

    id: str
    name: str
    title: str
    points: float
    reference: Callable[..., object]
    hidden: Callable[[np.random.Generator], Iterable[Case]]
    public: Sequence[Case] = ()
    is_function: bool = True
    effect: Callable[..., object] = _returned
    show: Callable[..., str] | None = None
    hints: Sequence[str] = ()
    mistakes: Sequence[Mistake] = ()

    def describe(self, case: Case) -> str:
        """A case as the student reads it: `compatible(3, 1)`."""
        if self.show is not None:
            return self.show(*case.args)
        if not self.is_function:
            return self.name
        return f"{self.name}({', '.join(map(describe, case.args))})"


def describe(value: object) -> str:
    """A value in a sentence: short things as they print, tensors by their shape when they are long."""
    shape = getattr(value, "shape", None)
    if shape is not None and getattr(value, "dtype", None) is not None:
        size = int(np.prod(tuple(shape), dtype=np.int64))
        if size > 6 or len(shape) > 1:
            return f"<tensor of shape {tuple(shape)}>"
    text = " ".join(repr(value).split())
    return text if len(text) <= 120 else text[:117] + "..."


@dataclass(frozen=True)
class Assignment:
    """One notebook's questions. `folder` is the package that holds `source.ipynb`."""

    id: str
    title: str
    folder: str
    questions: Sequence[Question]
    notebook: str = field(default="")

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.questions}

    @property
    def points(self) -> float:
        return sum(question.points for question in self.questions)
