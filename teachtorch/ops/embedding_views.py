"""Copies of a tensor with one part replaced: what writing to a view does, without writing."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import strided
from ..binding import Array, Plain
from ..op import NONE, op
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import wrap
from .strided import _places as places_of

__all__ = ["as_strided_scatter", "diagonal_scatter", "put", "select_scatter", "slice_scatter"]


def _expect(name: str, src: Array, shape: tuple[int, ...]) -> None:
    if src.shape != shape:
        raise RuntimeError(
            f"expected src to have a size equal to the {name} of self. src size = {list(src.shape)}, "
            f"{name} size = {list(shape)}"
        )


@op(promotion=NONE, half=False)
def select_scatter(input: Array, src: Array, dim: int, index: int) -> Array:
    """A copy with `src` at one position of a dimension: ``x.select(dim, index)`` replaced.

    >>> import teachtorch as torch
    >>> torch.select_scatter(torch.zeros(2, 2), torch.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    key = (slice(None),) * wrap_dim(dim, input.ndim) + (index,)
    _expect("slice", src, input[(*key, ...)].shape)
    result = input.copy()
    result[key] = src
    return result


select_scatter.grad(
    input=lambda grad, dim, index, F: F.select_scatter(
        grad, F.zeros_like(F.select(grad, dim, index)), dim, index
    ),
    src=lambda grad, dim, index, F: F.select(grad, dim, index),
)
select_scatter.samples(fixed(lambda make: ((make(3, 2), make(3), 1, 0), {})))


@op(promotion=NONE, half=False)
def slice_scatter(
    input: Array, src: Array, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Array:
    """A copy with `src` in place of ``x[start:end:step]`` along a dimension.

    >>> import teachtorch as torch
    >>> torch.slice_scatter(torch.zeros(4), torch.ones(2), start=1, end=3)
    tensor([0., 1., 1., 0.])
    """
    key = (slice(None),) * wrap_dim(dim, input.ndim) + (slice(start, end, step),)
    _expect("slice", src, input[key].shape)
    result = input.copy()
    result[key] = src
    return result


slice_scatter.grad(
    input=lambda grad, src_shape, dim, start, end, step, F: F.slice_scatter(
        grad, F.zeros_like(F.slice_(grad, dim, start, end, step)), dim, start, end, step
    ),
    src=lambda grad, dim, start, end, step, F: F.slice_(grad, dim, start, end, step),
)
slice_scatter.samples(fixed(lambda make: ((make(4, 2), make(2, 2), 0, 1, 4, 2), {})))


@op(promotion=NONE, half=False)
def diagonal_scatter(input: Array, src: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """A copy with `src` on a diagonal.

    >>> import teachtorch as torch
    >>> torch.diagonal_scatter(torch.zeros(2, 2), torch.ones(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    result = input.copy()
    place = result.diagonal(offset, dim1, dim2)
    _expect("diagonal", src, place.shape)
    place.flags.writeable = True
    place[...] = src
    return result


diagonal_scatter.grad(
    input=lambda grad, offset, dim1, dim2, F: F.diagonal_scatter(
        grad, F.zeros_like(F.diagonal(grad, offset, dim1, dim2)), offset, dim1, dim2
    ),
    src=lambda grad, offset, dim1, dim2, F: F.diagonal(grad, offset, dim1, dim2),
)
diagonal_scatter.samples(
    fixed(lambda make: ((make(3, 3), make(3)), {}), lambda make: ((make(3, 3), make(2), 1), {}))
)


@op(promotion=NONE, half=False)
def as_strided_scatter(
    input: Array, src: Array, size: Any, stride: Any, storage_offset: int | None = None
) -> Array:
    """A copy with `src` in place of ``x.as_strided(size, stride, storage_offset)``.

    >>> import teachtorch as torch
    >>> torch.as_strided_scatter(torch.zeros(4), torch.ones(2), (2,), (2,))
    tensor([1., 0., 1., 0.])
    """
    result = np.ascontiguousarray(input).copy()
    item, offset = input.itemsize, storage_offset or 0
    needed = (offset + sum((n - 1) * s for n, s in zip(size, stride)) + 1) * item
    if 0 not in tuple(size) and needed > result.nbytes:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {item} "
            f"requiring a storage size of {needed} are out of bounds for storage of size {result.nbytes}"
        )
    place = strided(result, tuple(size), tuple(s * item for s in stride), (storage_offset or 0) * item)
    _expect("slice", src, place.shape)
    place[...] = src
    return result


def _strided_part(grad: Any, size: Any, stride: Any, storage_offset: int | None, F: Any) -> Any:
    """The elements of a gradient, laid out row by row, at the places that were written."""
    return F.gather_places(F.reshape(grad, (-1,)), places_of(tuple(size), tuple(stride), storage_offset or 0))


as_strided_scatter.grad(
    input=lambda grad, size, stride, storage_offset, F: F.as_strided_scatter(
        grad, F.zeros_like(_strided_part(grad, size, stride, storage_offset, F)), size, stride, storage_offset
    ),
    src=lambda grad, size, stride, storage_offset, F: _strided_part(grad, size, stride, storage_offset, F),
)
as_strided_scatter.samples(fixed(lambda make: ((make(3, 3), make(2), (2,), (4,), 1), {})))


@op(promotion=NONE, half=False, inplace=True)
def put(input: Array, index: Plain, source: Array, accumulate: bool = False, *, xp: Any) -> Array:
    """A copy with the elements of `source` written (or added) at places of the flattened tensor.

    >>> import teachtorch as torch
    >>> torch.put(torch.zeros(2, 2), torch.tensor([0, 3]), torch.tensor([5., 6.]))
    tensor([[5., 0.],
            [0., 6.]])
    """
    if index.size != source.size:
        raise RuntimeError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.size}, index.numel() = {index.size}"
        )
    if index.size and not (-input.size <= index.min() and index.max() < input.size):
        bad = int(index[(index < -input.size) | (index >= input.size)].reshape(-1)[0])
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {input.size} elements.")
    flat = input.copy().reshape(-1)
    if accumulate:
        xp.add.at(flat, index.reshape(-1), source.reshape(-1))
    else:
        flat[index.reshape(-1)] = source.reshape(-1)
    return flat.reshape(input.shape)


put.grad(
    input=lambda grad, index, source_shape, accumulate, F: (
        grad if accumulate else F.put(grad, index, F.zeros_like(F.index(F.reshape(grad, (-1,)), [index])))
    ),
    source=lambda grad, index, source_shape, F: F.reshape(
        F.index(F.reshape(grad, (-1,)), [index]), source_shape
    ),
)
put.samples(
    fixed(
        lambda make: ((make(3, 2), wrap(np.array([0, 5])), make(2)), {}),
        lambda make: ((make(3, 2), wrap(np.array([1, 1])), make(2), True), {}),
    )
)
