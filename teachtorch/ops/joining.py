"""Putting tensors together, and moving elements about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..binding import Array, Ints
from ..op import NONE, composite, op
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import Tensor

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_tensors",
    "cat",
    "column_stack",
    "concat",
    "concatenate",
    "dstack",
    "flip",
    "fliplr",
    "flipud",
    "hstack",
    "repeat_interleave",
    "roll",
    "row_stack",
    "stack",
    "tile",
    "tril",
    "triu",
    "vstack",
]


@op(method=False, half=False)
def cat(tensors: Sequence[Array], dim: int = 0, *, xp: Any) -> Array:
    """Tensors joined along an existing dimension; the other sizes must agree.

    >>> import teachtorch as torch
    >>> torch.cat([torch.tensor([1, 2]), torch.tensor([3])])
    tensor([1, 2, 3])
    """
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    kept = [x for x in tensors if x.shape != (0,)]  # PyTorch skips old-style empty tensors
    if not kept:
        return tensors[0].copy()
    first = kept[0]
    for i, x in enumerate(tensors):
        if not x.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    d = wrap_dim(dim, first.ndim)
    for x in kept[1:]:
        if x.ndim != first.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {first.ndim} and {x.ndim}")
        for k, (m, n) in enumerate(zip(first.shape, x.shape)):
            if k != d and m != n:
                place = next(i for i, y in enumerate(tensors) if y is x)
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {d}. Expected size {m} but got size {n} for "
                    f"tensor number {place} in the list."
                )
    return xp.ascontiguousarray(xp.concatenate(kept, axis=d))


def _pieces(grad: Any, tensors_shape: Any, dim: int, F: Any) -> list[Any]:
    """The parts of `grad` that belong to each tensor."""
    ndim = max(len(s) for s in tensors_shape)
    d = wrap_dim(dim, ndim)
    parts: list[Any] = []
    start = 0
    for shape in tensors_shape:
        if shape == (0,) and ndim > 1:  # an old-style empty tensor took no part
            parts.append(F.reshape(F.slice_(grad, d, 0, 0, 1), (0,)))
            continue
        parts.append(F.slice_(grad, d, start, start + shape[d], 1))
        start += shape[d]
    return parts


cat.grad(tensors=_pieces)
cat.samples(
    fixed(
        lambda make: (([make(2, 3), make(1, 3)],), {}),
        lambda make: (([make(2, 3), make(2, 1), make(2, 2)], -1), {}),
    )
)


@op(method=False, half=False)
def stack(tensors: Sequence[Array], dim: int = 0, *, xp: Any) -> Array:
    """Tensors of one shape joined along a new dimension.

    >>> import teachtorch as torch
    >>> torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    """
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    d = wrap_dim(dim, tensors[0].ndim + 1)
    for i, x in enumerate(tensors):
        if x.shape != tensors[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at entry 0 and "
                f"{list(x.shape)} at entry {i}"
            )
    return xp.ascontiguousarray(xp.stack(tensors, axis=d))


stack.grad(
    tensors=lambda grad, tensors_shape, dim, F: [F.select(grad, dim, i) for i in range(len(tensors_shape))]
)
stack.samples(
    fixed(lambda make: (([make(2, 3), make(2, 3)],), {}), lambda make: (([make(2), make(2), make(2)], 1), {}))
)


@composite(method=False)
def vstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Tensors stacked as rows.

    >>> import teachtorch as torch
    >>> torch.vstack((torch.tensor([1, 2]), torch.tensor([3, 4])))
    tensor([[1, 2],
            [3, 4]])
    """
    _expect_tensors("vstack", tensors)
    return cat([atleast_2d(t) for t in tensors], 0, out=out)


def _expect_tensors(name: str, tensors: Sequence[Tensor]) -> None:
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")


@composite(method=False)
def hstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Tensors joined side by side: along dimension 1, vectors along dimension 0.

    >>> import teachtorch as torch
    >>> torch.hstack((torch.tensor([1, 2]), torch.tensor([3])))
    tensor([1, 2, 3])
    """
    _expect_tensors("hstack", tensors)
    parts = [atleast_1d(t) for t in tensors]
    return cat(parts, 0 if parts[0].ndim == 1 else 1, out=out)


@composite(method=False)
def dstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Tensors joined along a third dimension.

    >>> import teachtorch as torch
    >>> torch.dstack((torch.tensor([1, 2]), torch.tensor([3, 4])))
    tensor([[[1, 3],
             [2, 4]]])
    """
    _expect_tensors("dstack", tensors)
    return cat([atleast_3d(t) for t in tensors], 2, out=out)


@composite(method=False)
def column_stack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Vectors as the columns of a matrix.

    >>> import teachtorch as torch
    >>> torch.column_stack((torch.tensor([1, 2]), torch.tensor([3, 4])))
    tensor([[1, 3],
            [2, 4]])
    """
    return hstack([t.reshape(t.numel(), 1) if t.ndim <= 1 else t for t in tensors], out=out)


def _atleast(n: int, grow: Any) -> Any:
    def atleast(*tensors: Any) -> Any:
        if len(tensors) == 1:
            only = tensors[0]
            return grow(only) if isinstance(only, Tensor) else tuple(map(grow, only))
        return tuple(map(grow, tensors))

    atleast.__name__ = atleast.__qualname__ = f"atleast_{n}d"
    atleast.__doc__ = f"""The tensor with at least {n} dimension{"s" if n > 1 else ""}.

    >>> import teachtorch as torch
    >>> torch.atleast_{n}d(torch.tensor(5)).shape
    torch.Size({[1] * n})
    """
    return composite(method=False)(atleast)


atleast_1d = _atleast(1, lambda t: t.reshape(1) if t.ndim == 0 else t)
atleast_2d = _atleast(2, lambda t: t.reshape(1, 1) if t.ndim == 0 else t.unsqueeze(0) if t.ndim == 1 else t)
atleast_3d = _atleast(
    3,
    lambda t: (
        t.reshape(1, 1, 1)
        if t.ndim == 0
        else t.unsqueeze(0).unsqueeze(-1)
        if t.ndim == 1
        else t.unsqueeze(-1)
        if t.ndim == 2
        else t
    ),
)


@composite(method=False)
def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """The tensors expanded to their common shape.

    >>> import teachtorch as torch
    >>> torch.broadcast_tensors(torch.tensor([1]), torch.tensor([2, 3]))[0]
    tensor([1, 1])
    """
    from ..shapes import broadcast_shape

    if len(tensors) == 1 and not isinstance(tensors[0], Tensor):
        tensors = tuple(tensors[0])
    shape = broadcast_shape(*[t._array.shape for t in tensors])
    return tuple(t.expand(shape) for t in tensors)


@op(promotion=NONE, half=False)
def flip(input: Array, dims: Ints) -> Array:
    """The elements in reverse order along dimensions.

    >>> import teachtorch as torch
    >>> torch.tensor([1, 2, 3]).flip(0)
    tensor([3, 2, 1])
    """
    axes = tuple(wrap_dim(d, input.ndim) for d in dims)
    return np.flip(input, axes).copy() if input.ndim else input.copy()


flip.grad(input=lambda grad, dims, F: F.flip(grad, dims))
flip.samples(fixed(lambda make: ((make(3, 2), (0, 1)), {}), lambda make: ((make(3), (0,)), {})))


@composite()
def fliplr(input: Tensor) -> Tensor:
    """Left and right exchanged.

    >>> import teachtorch as torch
    >>> torch.fliplr(torch.tensor([[1, 2], [3, 4]]))
    tensor([[2, 1],
            [4, 3]])
    """
    if input.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


@composite()
def flipud(input: Tensor) -> Tensor:
    """Top and bottom exchanged.

    >>> import teachtorch as torch
    >>> torch.flipud(torch.tensor([[1, 2], [3, 4]]))
    tensor([[3, 4],
            [1, 2]])
    """
    if input.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


@op(promotion=NONE, half=False)
def roll(input: Array, shifts: Any, dims: Any = (), *, xp: Any) -> Array:
    """The elements shifted along dimensions; what leaves at one end enters at the other.

    >>> import teachtorch as torch
    >>> torch.roll(torch.tensor([1, 2, 3]), 1)
    tensor([3, 1, 2])
    """
    moves = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    if not moves:
        raise RuntimeError("`shifts` required")
    if len(dims) != len(moves) and (dims or len(moves) > 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(moves)}, dims:{len(dims)}")
    if dims and not input.ndim:
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    return xp.roll(input, moves, tuple(wrap_dim(d, input.ndim) for d in dims) or None)


roll.grad(
    input=lambda grad, shifts, dims, F: F.roll(
        grad, -shifts if isinstance(shifts, int) else tuple(-s for s in shifts), dims
    )
)
roll.samples(fixed(lambda make: ((make(3, 2), 1, 0), {}), lambda make: ((make(3, 2), 2), {})))


@op(promotion=NONE, half=False)
def repeat(input: Array, repeats: Ints, *, xp: Any) -> Array:
    """The tensor repeated so many times along each dimension, copied.

    >>> import teachtorch as torch
    >>> torch.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    if len(repeats) < input.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    return xp.tile(input, repeats)


def _sum_repeats(grad: Any, input_shape: Any, repeats: Any, F: Any) -> Any:
    shape = (1,) * (len(repeats) - len(input_shape)) + tuple(input_shape)
    split = tuple(n for pair in zip(repeats, shape) for n in pair)
    summed = F.sum(F.reshape(grad, split), tuple(range(0, 2 * len(repeats), 2))) if repeats else grad
    return F.reshape(summed, input_shape)


repeat.grad(input=_sum_repeats)
repeat.samples(fixed(lambda make: ((make(3, 2), 2, 3), {}), lambda make: ((make(2), 2, 2), {})))


@composite()
def tile(input: Tensor, *dims: Any) -> Tensor:
    """``repeat``, with missing leading counts taken as 1.

    >>> import teachtorch as torch
    >>> torch.tile(torch.tensor([1, 2]), (2,))
    tensor([1, 2, 1, 2])
    """
    from ..binding import as_ints

    times = as_ints(dims)
    return repeat(input, (1,) * (input.ndim - len(times)) + times)


@composite()
def repeat_interleave(
    input: Tensor, repeats: Any, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Each element repeated in place.

    >>> import teachtorch as torch
    >>> torch.repeat_interleave(torch.tensor([1, 2]), 2)
    tensor([1, 1, 2, 2])
    """
    from .creation import tensor

    if dim is None:
        input, dim = input.flatten(), 0
    counts = repeats._array if isinstance(repeats, Tensor) else repeats
    index = np.repeat(
        np.arange(input.shape[dim]), counts if np.ndim(counts) == 0 or len(counts) > 1 else counts[0]
    )
    return input.index_select(dim, tensor(index))


@op(promotion=NONE, half=False, inplace=True)
def tril(input: Array, diagonal: int = 0, *, xp: Any) -> Array:
    """The lower triangle: zeros above the diagonal.

    >>> import teachtorch as torch
    >>> torch.tril(torch.ones(2, 2))
    tensor([[1., 0.],
            [1., 1.]])
    """
    if input.ndim < 2:
        raise RuntimeError("tril: input tensor must have at least 2 dimensions")
    return xp.tril(input, diagonal)


tril.grad(input=lambda grad, diagonal, F: F.tril(grad, diagonal))
tril.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 3, 4), 1), {})))


@op(promotion=NONE, half=False, inplace=True)
def triu(input: Array, diagonal: int = 0, *, xp: Any) -> Array:
    """The upper triangle: zeros below the diagonal.

    >>> import teachtorch as torch
    >>> torch.triu(torch.ones(2, 2))
    tensor([[1., 1.],
            [0., 1.]])
    """
    if input.ndim < 2:
        raise RuntimeError("triu: input tensor must have at least 2 dimensions")
    return xp.triu(input, diagonal)


triu.grad(input=lambda grad, diagonal, F: F.triu(grad, diagonal))
triu.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 3, 4), -1), {})))

concat, concatenate, row_stack = cat, cat, vstack
