"""Words for how an answer differs from what was expected."""

from __future__ import annotations

import math

import numpy as np
import pytest

import teachtorch as torch
from teachtorch_exercises.compare import difference
from teachtorch_exercises.outcome import Opaque


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        (True, True),
        (True, np.array(True)),
        (None, None),
        (3, 3),
        (3, 3.0),
        (3, np.array(3)),
        (0.3, 0.1 + 0.2),
        (math.nan, math.nan),
        (math.inf, math.inf),
        (1j, 1j),
        ("ab", "ab"),
        ((3, 1), [3, 1]),
        ((3, 1), np.array([3, 1])),
        ({1, 2}, frozenset({1, 2})),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        (np.float64(2.5), 2.5),
    ],
)
def test_as_good_as_expected(expected: object, answer: object) -> None:
    assert difference(expected, answer) is None


@pytest.mark.parametrize(
    ("expected", "answer", "words"),
    [
        (True, False, "expected True, got False"),
        (True, 1, "expected True, got 1 (an int)"),
        (True, None, "expected True, got None"),
        (None, -1, "expected None, got -1 (an int)"),
        (3, True, "expected 3, got True (a bool, not a number)"),
        (3, "3", "expected 3, got '3' (a str, not a number)"),
        (3, 4, "expected 3, got 4"),
        (3.0, 10**400, f"expected 3.0, got {str(10**400)[:117]}..."),
        ("ab", "ba", "expected 'ab', got 'ba'"),
        ((3, 1), (1, 3), "expected (3, 1), got (1, 3)"),
        ((3, 1), (3,), "expected (3, 1), got (3,)"),
        ((3, 1), 3, "expected (3, 1), got 3 (an int)"),
        ({1}, [1], "expected {1}, got [1]"),
        ({"a": 1}, {}, "the key 'a' is missing"),
        ({"a": 1}, {"a": 2}, "at the key 'a': expected 1, got 2"),
        ({"a": 1}, {"a": 1, "b": 2}, "the key 'b' should not be there"),
        ({"a": 1}, [], "expected {'a': 1}, got [] (a list)"),
        (True, Opaque("Same"), "expected True, got an object of class Same (a Same)"),
    ],
)
def test_the_difference_is_said(expected: object, answer: object, words: str) -> None:
    assert difference(expected, answer) == words


def test_tensors_agree_within_the_roundings_of_their_dtype() -> None:
    x = torch.tensor([1.0, 2.0])
    assert difference(x, x * (1 + 1e-6)) is None
    assert difference(x.to(torch.bfloat16), x.to(torch.bfloat16)) is None
    assert difference(torch.tensor([1, 2]), torch.tensor([1, 2])) is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([1.0, 2.0], "expected a tensor, got a list"),
        (torch.tensor([1.0]), "expected a tensor of shape (2,), got one of shape (1,)"),
        (torch.tensor([1, 2]), "expected a tensor of dtype torch.float32, got one of torch.int64"),
        (torch.tensor([1.0, 2.5]), "1 of 2 numbers are off; the first at [1] is 2.5 and should be 2"),
        (torch.tensor([math.nan, 2.0]), "1 of 2 numbers are off; the first at [0] is nan and should be 1"),
    ],
)
def test_how_a_tensor_differs(answer: object, words: str) -> None:
    assert difference(torch.tensor([1.0, 2.0]), answer) == words


def test_a_reference_must_answer_with_plain_data() -> None:
    with pytest.raises(TypeError, match="a reference may not answer with a Thing"):
        difference(Opaque("Thing"), 1)
