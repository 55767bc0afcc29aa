"""What becomes of a question, from the student's definitions to the words they read."""

from __future__ import annotations

import pytest

from teachtorch_exercises.judging import State, judge, summary
from teachtorch_exercises.namespace import Namespace
from teachtorch_exercises.spec import BadAnswer, Case, Mistake, Question

SQUARE = Question(
    id="q",
    name="square",
    title="Square a number",
    points=2,
    reference=lambda n: n * n,
    public=[Case(3), Case(0), Case(-2)],
    hidden=lambda rng: [Case(int(n)) for n in rng.integers(-9, 9, 5)],
    mistakes=[
        Mistake("That doubles it.", lambda n: n + n),
        Mistake("Where has the sign gone?", lambda n: -n * n),
    ],
)


def _even(answer: object, n: int) -> bool:
    if not isinstance(answer, list):
        raise BadAnswer("`evens` should be a list")
    return n in answer


EVENS = Question(
    id="v",
    name="evens",
    title="Even numbers",
    points=1,
    is_function=False,
    reference=lambda n: n % 2 == 0,
    effect=_even,
    show=lambda n: f"is {n} among them?",
    public=[Case(n) for n in range(4)],
    hidden=lambda rng: [],
    mistakes=[Mistake("Those are the odd ones.", [1, 3])],
)


def _judge(question: Question, **names: object):
    return judge(question, Namespace(names), question.public)


def test_a_right_function_earns_the_points() -> None:
    verdict = _judge(SQUARE, square=lambda n: n**2)
    assert verdict.state is State.RIGHT
    assert verdict.points == 2
    assert [trial.text for trial in verdict.trials] == ["square(3)", "square(0)", "square(-2)"]


def test_one_wrong_case_costs_the_points() -> None:
    verdict = _judge(SQUARE, square=lambda n: n * abs(n))
    assert verdict.state is State.WRONG
    assert verdict.points == 0
    assert [trial.problem for trial in verdict.failed] == ["expected 4, got -4"]


def test_a_usual_mistake_is_recognised_by_its_answers() -> None:
    assert _judge(SQUARE, square=lambda n: 2 * n).message == "That doubles it."
    assert _judge(SQUARE, square=lambda n: -(n**2)).message == "Where has the sign gone?"
    assert _judge(SQUARE, square=lambda n: 7).message == ""


def test_a_forgotten_return_is_recognised() -> None:
    assert "does it end with a `return`" in _judge(SQUARE, square=lambda n: None).message


def test_nothing_there_is_no_answer() -> None:
    assert _judge(SQUARE).message == "`square` is not defined."
    assert _judge(SQUARE, square=5).message == "`square` is not a function."
    assert _judge(EVENS, evens=...).message == "`evens` is not defined."


def test_the_starter_is_no_answer() -> None:
    def square(n: int) -> int:
        raise NotImplementedError

    assert _judge(SQUARE, square=square).state is State.UNANSWERED


@pytest.mark.parametrize("end", [SystemExit, GeneratorExit, RecursionError, ZeroDivisionError])
def test_whatever_a_function_raises_is_a_wrong_answer(end: type[BaseException]) -> None:
    def square(n: int) -> int:
        raise end("so there")

    verdict = _judge(SQUARE, square=square)
    assert verdict.state is State.WRONG
    assert verdict.failed[0].problem.startswith(f"it raises {end.__name__}: so there")


def test_an_interrupted_function_is_stopped() -> None:
    def square(n: int) -> int:
        raise KeyboardInterrupt

    assert _judge(SQUARE, square=square).state is State.STOPPED


def test_a_function_cannot_change_what_the_next_is_asked() -> None:
    question = Question(
        id="q",
        name="f",
        title="",
        points=1,
        reference=len,
        public=[shared := Case([1, 2])],
        hidden=lambda rng: [],
    )
    assert _judge(question, f=lambda items: items.append(3) or 2).state is State.RIGHT
    assert shared.args == ([1, 2],)


def test_a_value_is_judged_by_its_effect() -> None:
    assert _judge(EVENS, evens=[0, 2, 4]).state is State.RIGHT
    verdict = _judge(EVENS, evens=[1, 3])
    assert verdict.message == "Those are the odd ones."
    assert verdict.trials[0].text == "is 0 among them?"


def test_an_answer_that_cannot_be_read_is_told_what_was_expected() -> None:
    assert {t.problem for t in _judge(EVENS, evens=5).trials} == {"`evens` should be a list"}


def test_an_object_with_a_behaviour_of_its_own_is_no_answer() -> None:
    class Same:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    assert _judge(SQUARE, square=lambda n: Same()).points == 0
    assert _judge(EVENS, evens=Same()).points == 0


def test_a_summary_never_tells_what_was_expected() -> None:
    assert summary(_judge(SQUARE, square=lambda n: n**2)) == "q: right"
    assert summary(_judge(SQUARE, square=lambda n: 7)) == "q: wrong in 3 of 3 cases"
    assert summary(_judge(SQUARE, square=lambda n: 2 * n)) == "q: That doubles it."
    assert summary(_judge(SQUARE)) == "q: `square` is not defined."
    assert summary(_judge(SQUARE, square=lambda n: n / 0)).startswith("q: it raises ZeroDivisionError")
