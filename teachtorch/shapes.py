"""Shapes: ``torch.Size``, dimension numbers, broadcasting and PyTorch's messages about them."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["Size"]


class Size(tuple[int, ...]):
    """The shape of a tensor: a tuple that prints as ``torch.Size([2, 3])``.

    >>> import teachtorch as torch
    >>> torch.zeros(2, 3).shape.numel()
    6
    """

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements: the product of the sizes."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    __str__ = __repr__

    def __getitem__(self, index: Any) -> Any:
        item = tuple.__getitem__(self, index)
        return Size(item) if isinstance(index, slice) else item

    def __add__(self, other: Any) -> Size:
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: Any) -> Size:
        return Size(tuple(other) + tuple(self))

    def __mul__(self, times: Any) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __reduce__(self) -> tuple[Any, ...]:
        return Size, (tuple(self),)


def wrap_dim(dim: int, ndim: int) -> int:
    """`dim` counted from the front. A zero-dimensional tensor is treated as if it had one dimension."""
    n = ndim or 1
    if -n <= dim < n:
        return dim + n if dim < 0 else dim
    raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")


def wrap_dims(dim: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """The dimensions to reduce, counted from the front. None and an empty tuple mean all of them."""
    if dim is None:
        return tuple(range(ndim))
    if isinstance(dim, int):
        return (wrap_dim(dim, ndim),) if ndim else (wrap_dim(dim, ndim),)[:0]
    dims = tuple(wrap_dim(d, ndim) for d in dim)
    for i, d in enumerate(dims):
        if d in dims[:i]:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    if not dims:
        return tuple(range(ndim))
    return dims if ndim else ()


def as_shape(size: Any) -> tuple[int, ...]:
    """Sizes as given to ``zeros(2, 3)``, ``zeros((2, 3))`` or ``zeros(torch.Size([2, 3]))``."""
    if len(size) == 1 and not isinstance(size[0], int):
        only = size[0]
        if isinstance(only, Iterable) and getattr(only, "ndim", True):
            size = only
    return tuple(n if type(n) is int else operator.index(n) for n in size)


def check_nonnegative(shape: tuple[int, ...]) -> tuple[int, ...]:
    """`shape`, unless a size is negative."""
    if any(n < 0 for n in shape):
        negative = next(n for n in shape if n < 0)
        raise RuntimeError(f"Trying to create tensor with negative dimension {negative}: {list(shape)}")
    return shape


def infer_shape(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """`shape` with its one ``-1`` worked out, for ``view`` and ``reshape`` of `numel` elements."""
    if -1 not in shape:
        if math.prod(shape) != numel or any(n < 0 for n in shape):
            _refuse_shape(shape, numel)
        return shape
    known = 1
    for n in shape:
        if n < -1:
            raise RuntimeError(
                f"invalid shape dimension {n} at index {shape.index(n)} of shape {list(shape)}"
            )
        if n != -1:
            known *= n
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if known == 0 and numel == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension "
            "size -1 can be any value and is ambiguous"
        )
    if known == 0 or numel % known:
        _refuse_shape(shape, numel)
    return tuple(numel // known if n == -1 else n for n in shape)


def _refuse_shape(shape: tuple[int, ...], numel: int) -> None:
    for n in shape:
        if n < -1:
            raise RuntimeError(
                f"invalid shape dimension {n} at index {shape.index(n)} of shape {list(shape)}"
            )
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")


def check_broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Raise PyTorch's error unless `a` and `b` broadcast; the last dimension that differs is named."""
    ndim = max(len(a), len(b))
    for i in range(1, min(len(a), len(b)) + 1):
        if a[-i] != b[-i] and a[-i] != 1 and b[-i] != 1:
            raise RuntimeError(
                f"The size of tensor a ({a[-i]}) must match the size of tensor b ({b[-i]}) "
                f"at non-singleton dimension {ndim - i}"
            )


def broadcast_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in which `shapes` meet, aligned at the last dimension.

    >>> broadcast_shape((8, 1, 6, 1), (7, 1, 5))
    (8, 7, 6, 5)
    """
    result: tuple[int, ...] = ()
    for shape in shapes:
        check_broadcast(result, shape)
        short, long = sorted((result, shape), key=len)
        short = (1,) * (len(long) - len(short)) + tuple(short)
        result = tuple(n if m == 1 else m for m, n in zip(short, long))
    return result


def contiguous_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Strides in elements of a row-major tensor of `shape`: the last dimension moves fastest.

    >>> contiguous_strides((2, 3, 4))
    (12, 4, 1)
    """
    strides, step = [], 1
    for n in reversed(shape):
        strides.append(step)
        step *= max(n, 1)
    return tuple(reversed(strides))
