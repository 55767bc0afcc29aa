"""Says how an answer differs from what was expected, in words that a student can act on.

    >>> difference((3, 2), [3, 2]) is None    # a list is as good as a tuple
    True
    >>> difference(True, 1)
    'expected True, got 1 (an int)'

It runs on plain data only (see `wire`), never on an object of the student's: nothing here can be talked into
saying that two things are equal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

import teachtorch as torch

from .grading.wire import as_array
from .outcome import Opaque
from .spec import describe

#: Relative error allowed, by the width of the numbers that were compared.
TOLERANCE = {"float16": 1e-2, "bfloat16": 2e-2, "float32": 1e-5, "complex64": 1e-5}
TIGHT = 1e-9


def difference(expected: object, answer: object) -> str | None:
    """None where `answer` is as good as `expected`; else a clause that says how it differs."""
    if isinstance(expected, torch.Tensor) and expected.ndim > 0:
        return _tensor(expected, answer)
    expected, answer = _scalar(expected), _scalar(answer)
    if isinstance(expected, bool) or expected is None:
        if answer is expected:
            return None
        note = "" if answer is None or isinstance(answer, bool) else f" ({_article(answer)})"
        return _unlike(expected, answer, note)
    if isinstance(expected, int | float | complex):
        return _number(expected, answer)
    if isinstance(expected, str):
        return None if isinstance(answer, str) and answer == expected else _unlike(expected, answer)
    if isinstance(expected, Mapping):
        return _mapping(expected, answer)
    if isinstance(expected, set | frozenset):
        same = isinstance(answer, set | frozenset) and answer == expected
        return None if same else _unlike(expected, answer)
    if isinstance(expected, Sequence):
        return _sequence(expected, answer)
    raise TypeError(f"a reference may not answer with {_article(expected)}")


def _unlike(expected: object, answer: object, note: str = "") -> str:
    return f"expected {describe(expected)}, got {describe(answer)}{note}"


def _article(value: object) -> str:
    """The class of a value with its article: 'an int'."""
    name = value.type_name if isinstance(value, Opaque) else type(value).__name__
    if value is None:
        return "None"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _scalar(value: object) -> object:
    """A 0-d tensor or array is as good as the number in it."""
    if isinstance(value, torch.Tensor | np.ndarray) and len(value.shape) == 0:
        return value.item()
    return value


def _number(expected: int | float | complex, answer: object) -> str | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float | complex):
        return _unlike(expected, answer, f" ({_article(answer)}, not a number)" if answer is not None else "")
    if isinstance(expected, int) and isinstance(answer, int):
        return None if answer == expected else _unlike(expected, answer)
    try:
        close = bool(np.isclose(complex(answer), complex(expected), rtol=TIGHT, atol=TIGHT, equal_nan=True))
    except OverflowError:  # an integer beyond every float
        close = False
    return None if close else _unlike(expected, answer)


def _sequence(expected: Sequence, answer: object) -> str | None:
    if isinstance(answer, torch.Tensor | np.ndarray):
        answer = answer.tolist()
    if not isinstance(answer, list | tuple):
        return _unlike(expected, answer, "" if answer is None else f" ({_article(answer)})")
    if len(answer) != len(expected) or any(map(difference, expected, answer)):
        return _unlike(expected, answer)
    return None


def _mapping(expected: Mapping, answer: object) -> str | None:
    if not isinstance(answer, dict):
        return _unlike(dict(expected), answer, "" if answer is None else f" ({_article(answer)})")
    for key, value in expected.items():
        if key not in answer:
            return f"the key {key!r} is missing"
        if (at_key := difference(value, answer[key])) is not None:
            return f"at the key {key!r}: {at_key}"
    extra = [key for key in answer if key not in expected]
    return f"the key {describe(extra[0])} should not be there" if extra else None


def _tensor(expected: torch.Tensor, answer: object) -> str | None:
    if not isinstance(answer, torch.Tensor):
        return f"expected a tensor, got {_article(answer)}"
    if tuple(answer.shape) != tuple(expected.shape):
        return f"expected a tensor of shape {tuple(expected.shape)}, got one of shape {tuple(answer.shape)}"
    if answer.dtype != expected.dtype:
        return f"expected a tensor of dtype {expected.dtype}, got one of {answer.dtype}"
    return _elements(expected, answer)


def _elements(expected: torch.Tensor, answer: torch.Tensor) -> str | None:
    """Compares two tensors of one shape and dtype element by element."""
    name = str(expected.dtype).rpartition(".")[2]
    want, got = as_array(expected), as_array(answer)
    if want.dtype.kind in "fc":
        rtol = TOLERANCE.get(name, TIGHT)
        wrong = ~np.isclose(got, want, rtol=rtol, atol=rtol, equal_nan=True)
    else:
        wrong = got != want
    count = int(wrong.sum())
    if not count:
        return None
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f" at {list(index)}" if index else ""
    some = f"{count} of {math.prod(want.shape)} numbers are off; the first{place}" if want.size > 1 else "it"
    return f"{some} is {got[index].item():.6g} and should be {want[index].item():.6g}"
