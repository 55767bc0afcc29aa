"""The broadcasting rule, axis by axis, with its reasons. Shapes only: no tensor is needed.

Shapes are written one under the other, aligned at the **right**. On each axis the sizes must be equal, or 1
(that operand is *stretched*: its one slice is read again and again), or missing (a 1 is *inserted* first):

>>> [axis.verdict for axis in explain([(8, 1, 6, 1), (7, 1, 5)]).axes]
['insert', 'stretch', 'stretch', 'stretch']
>>> explain([(8, 1, 6, 1), (7, 1, 5)]).shape
(8, 7, 6, 5)
>>> explain([(4, 3, 2), (2, 3)]).message
'The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 2'

Backward the same picture is read the other way: what forward repeated, backward sums.

>>> explain([(8, 1, 6, 1), (7, 1, 5)]).summed
((1, 3), (0, 2))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Literal

Shape = tuple[int, ...]
Verdict = Literal["equal", "stretch", "insert", "error"]

MAX_DIMS_TO_MEND = 6
"""Beyond this many axes in all, the search for a reshaping that helps is not worth its time."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of the result: what every operand brings to it, and what comes of it.

    Attributes:
        dim: the axis, counted from the left of the result.
        sizes: each operand's size there, ``None`` where it has no such axis.
        size: the result's size, ``None`` where the sizes cannot be brought together.
        verdict: ``"equal"``, ``"stretch"``, ``"insert"`` or ``"error"``.
        reason: the verdict in a sentence.
    """

    dim: int
    sizes: tuple[int | None, ...]
    size: int | None
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Mend:
    """A reshaping that would make a failing pair work: the code, the new shape, the result's shape."""

    code: str
    shape: Shape
    result: Shape


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Everything there is to say about broadcasting some shapes together.

    Attributes:
        names: what the operands are called.
        shapes: their shapes.
        axes: one :class:`Axis` for each axis of the result, left to right.
        shape: the result's shape, ``None`` on failure.
        message: PyTorch's own error message, ``None`` on success.
        mends: reshapings that would repair a failure, the smallest result first.
    """

    names: tuple[str, ...]
    shapes: tuple[Shape, ...]
    axes: tuple[Axis, ...]
    shape: Shape | None
    message: str | None
    mends: tuple[Mend, ...]

    @property
    def failing(self) -> tuple[Axis, ...]:
        """The axes that fail."""
        return tuple(axis for axis in self.axes if axis.verdict == "error")

    @property
    def summed(self) -> tuple[Shape, ...]:
        """For each operand, the axes of the result over which its gradient is summed."""
        return tuple(
            tuple(axis.dim for axis in self.axes if repeats(axis.sizes[operand], axis.size))
            for operand in range(len(self.shapes))
        )

    def strides(self, operand: int) -> Shape:
        """The operand's strides in elements once expanded to the result: 0 where it is repeated.

        >>> explain([(3, 1), (3, 2)]).strides(0)
        (1, 0)
        """
        strides, step = [], 1
        for axis in reversed(self.axes):
            size = axis.sizes[operand]
            strides.append(0 if repeats(size, axis.size) else step)
            step *= 1 if size is None else size
        return tuple(reversed(strides))


def repeats(size: int | None, result: int | None) -> bool:
    """Whether an operand of this size (``None``: no such axis) stands still along the axis while the result
    moves.
    """
    return size is None or (size == 1 and result not in (1, None))


def explain(shapes: Sequence[Sequence[int]], names: Sequence[str] = "abcdefgh") -> Broadcast:
    """Broadcast `shapes` together and say what happens on each axis.

    Args:
        shapes: two or more shapes; sizes are not negative.
        names: what to call them.

    Raises:
        ValueError: for fewer than two shapes, or a negative size.
    """
    named = tuple(tuple(int(size) for size in shape) for shape in shapes)
    if len(named) < 2:
        raise ValueError(f"broadcasting needs two or more shapes, got {len(named)}")
    if any(size < 0 for shape in named for size in shape):
        raise ValueError(f"sizes cannot be negative: {', '.join(map(str, named))}")
    names = tuple(names[: len(named)])
    ndim = max(map(len, named))
    axes = tuple(_axis(dim, ndim, named, names) for dim in range(ndim))
    sizes = [axis.size for axis in axes]
    shape = None if None in sizes else tuple(size for size in sizes if size is not None)
    message, mends = (None, ()) if shape is not None else _failure(named, names)
    return Broadcast(names, named, axes, shape, message, mends)


def _axis(dim: int, ndim: int, shapes: tuple[Shape, ...], names: tuple[str, ...]) -> Axis:
    aligned = [dim - (ndim - len(shape)) for shape in shapes]
    sizes = tuple(shape[i] if i >= 0 else None for shape, i in zip(shapes, aligned))
    others = {size for size in sizes if size not in (1, None)}
    if len(others) > 1:
        said = [f"{name} has {size}" for name, size in zip(names, sizes) if size not in (1, None)]
        return Axis(dim, sizes, None, "error", f"{_list(said)}: they differ and none of them is 1")
    size = others.pop() if others else 1
    missing = [name for name, own in zip(names, sizes) if own is None]
    stretched = [name for name, own in zip(names, sizes) if own == 1 and size != 1]
    again = f"read {size} times" if size else "read no times: the result is empty"
    if missing:
        then = "" if size == 1 else f" and {again}"
        more = f"; {_list(stretched)} has 1 there and is {again}" if stretched else ""
        have = "has" if len(missing) == 1 else "have"
        return Axis(
            dim, sizes, size, "insert", f"{_list(missing)} {have} no such axis: a 1 is inserted{then}{more}"
        )
    if stretched:
        have = "has" if len(stretched) == 1 else "have"
        return Axis(dim, sizes, size, "stretch", f"{_list(stretched)} {have} 1: its one slice is {again}")
    return Axis(dim, sizes, size, "equal", f"{'both' if len(sizes) == 2 else 'all'} have {size}")


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _failure(shapes: tuple[Shape, ...], names: tuple[str, ...]) -> tuple[str, tuple[Mend, ...]]:
    """PyTorch's message for the first pair that fails when read from the left, and what would mend it."""
    left = shapes[0]
    for position, right in enumerate(shapes[1:], 1):
        joined = join(left, right)
        if joined is None:
            mends = list(mendings(names[position], right, left))
            if position == 1:
                mends += mendings(names[0], left, right)
            mends.sort(key=lambda mend: (prod(mend.result), len(mend.shape)))
            cheapest = {prod(mend.result): mend for mend in reversed(mends)}  # one for each size of result
            return mismatch(left, right), tuple(cheapest[size] for size in sorted(cheapest)[:3])
        left = joined
    raise AssertionError("only shapes that fail to broadcast come here")


def join(a: Shape, b: Shape) -> Shape | None:
    """The shape of ``a + b``, or ``None``.

    >>> join((4, 1), (3,)), join((2,), (3,))
    ((4, 3), None)
    """
    ndim = max(len(a), len(b))
    out = []
    for x, y in zip((1,) * (ndim - len(a)) + a, (1,) * (ndim - len(b)) + b):
        if x != y and 1 not in (x, y):
            return None
        out.append(y if x == 1 else x)
    return tuple(out)


def mismatch(a: Shape, b: Shape) -> str:
    """PyTorch's message for two shapes that do not fit: the first failure, read from the right."""
    ndim = max(len(a), len(b))
    for back in range(1, min(len(a), len(b)) + 1):
        if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            return (
                f"The size of tensor a ({a[-back]}) must match the size of tensor b ({b[-back]}) "
                f"at non-singleton dimension {ndim - back}"
            )
    raise AssertionError(f"{a} and {b} broadcast")


def mendings(name: str, shape: Shape, other: Shape) -> Iterator[Mend]:
    """Ways to put axes of size 1 into `shape` so that it broadcasts with `other`; and its transpose.

    >>> [mend.code for mend in mendings("b", (3,), (4, 3, 2))][:1]
    ['b.unsqueeze(1)']
    >>> min(mendings("c", (5, 3), (4, 3, 2)), key=lambda mend: prod(mend.result)).code
    'c.view(5, 1, 3, 1)'
    """
    if len(shape) == 2 and (joined := join(shape[::-1], other)) is not None:
        yield Mend(f"{name}.t()", shape[::-1], joined)
    if not shape or len(shape) + len(other) > 2 * MAX_DIMS_TO_MEND:
        return
    for ndim in range(len(shape) + 1, len(shape) + len(other) + 1):
        # The first axis stays first: ones in front of it would be inserted anyway.
        for places in combinations(range(1, ndim), len(shape) - 1):
            viewed = [1] * ndim
            for place, size in zip((0, *places), shape):
                viewed[place] = size
            joined = join(tuple(viewed), other)
            if joined is not None:
                yield Mend(_insertion(name, shape, (0, *places), tuple(viewed)), tuple(viewed), joined)


def _insertion(name: str, shape: Shape, places: Shape, viewed: Shape) -> str:
    inserted = [place for place in range(len(viewed)) if place not in places]
    if len(inserted) == 1:
        return f"{name}.unsqueeze({inserted[0]})"
    return f"{name}.view({', '.join(map(str, viewed))})"


def gradient_code(broadcast: Broadcast, operand: int, grad: str = "grad") -> str:
    """The code that brings a gradient of the result's shape back to the operand's shape.

    >>> both = explain([(8, 1, 6, 1), (7, 1, 5)])
    >>> gradient_code(both, 0)
    'grad.sum(dim=(1, 3), keepdim=True)'
    >>> gradient_code(both, 1)
    'grad.sum(dim=(0, 2), keepdim=True).view(7, 1, 5)'
    """
    dims, shape = broadcast.summed[operand], broadcast.shapes[operand]
    if not dims:
        return grad
    grad = grad if grad.isidentifier() else f"({grad})"
    if len(dims) == len(broadcast.axes) and not shape:
        return f"{grad}.sum()"
    inserted = len(broadcast.axes) - len(shape)
    dim = str(dims[0]) if len(dims) == 1 else str(dims)
    if all(d < inserted for d in dims):
        return f"{grad}.sum(dim={dim})"
    keep = f"{grad}.sum(dim={dim}, keepdim=True)"
    return f"{keep}.view({', '.join(map(str, shape))})" if inserted else keep
