"""Arguments to try an operation with: each operation names the makers that suit it.

A maker takes ``make``, a function that makes a tensor of a given shape (``make(2, 3)``; ``low=``, ``high=`` bound
its values; ``dtype=`` overrides the dtype under test), and yields ``(args, kwargs)``. The tests generated from the
registry run every sample forward and backward; nothing here is imported at run time but the names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Make = Callable[..., Any]
Sample = tuple[tuple[Any, ...], dict[str, Any]]


def unary(make: Make) -> Iterator[Sample]:
    """One tensor: a matrix, a scalar, nothing at all."""
    for shape in ((3, 2), (), (0, 2)):
        yield (make(*shape),), {}


def bounded(low: float, high: float) -> Callable[[Make], Iterator[Sample]]:
    """One tensor with values between `low` and `high`, for functions with a domain."""

    def makers(make: Make) -> Iterator[Sample]:
        for shape in ((3, 2), (), (0, 2)):
            yield (make(*shape, low=low, high=high),), {}

    return makers


positive = bounded(0.1, 3.0)


def binary(make: Make) -> Iterator[Sample]:
    """Two tensors that broadcast, away from zero, and a tensor with a number."""
    for left, right in (
        ((3, 2), (3, 2)),
        ((3, 2), (2,)),
        ((3, 1), (1, 2)),
        ((), (2,)),
        ((), ()),
        ((0, 2), (1,)),
    ):
        yield (make(*left), make(*right, low=0.5, high=2.0)), {}
    yield (make(3, 2), 2), {}


def positive_base(make: Make) -> Iterator[Sample]:
    """Powers of positive numbers."""
    for left, right in (((3, 2), (3, 2)), ((3, 2), (2,)), ((), ())):
        yield (make(*left, low=0.5, high=2.0), make(*right, low=0.5, high=2.0)), {}
    for exponent in (2, 3, 0, 1, 0.5):
        yield (make(3, 2, low=0.5, high=2.0), exponent), {}
    yield (2, make(3, 2, low=0.5, high=2.0)), {}


def reductions(make: Make) -> Iterator[Sample]:
    """All dimensions, one, several, kept or not."""
    yield (make(3, 2),), {}
    yield (make(3, 2), 0), {}
    yield (make(3, 2), -1), {"keepdim": True}
    yield (make(2, 3, 2), (0, 2)), {}
    yield (make(),), {}


def one_dim(make: Make) -> Iterator[Sample]:
    """Along one dimension that must be named."""
    yield (make(3, 2), 0), {}
    yield (make(2, 3, 2), -1), {}
    yield (make(4), 0), {}


def fixed(*samples: Callable[[Make], Sample]) -> Callable[[Make], Iterator[Sample]]:
    """Samples written out: ``fixed(lambda make: ((make(2, 3), 0), {}))``."""

    def makers(make: Make) -> Iterator[Sample]:
        for sample in samples:
            yield sample(make)

    return makers
