"""Running sums and products along a dimension."""

from __future__ import annotations

from typing import Any

from ..binding import Array
from ..dtypes import dtype as DType
from ..op import NONE, op
from ..samples import one_dim
from ..shapes import wrap_dim
from .reducing import narrowed, widened

__all__ = ["cumprod", "cumsum"]


@op(promotion=NONE, half=False, inplace=True)
def cumsum(input: Array, dim: int, *, dtype: DType | None = None, xp: Any) -> Array:
    """The running sum along a dimension.

    >>> import teachtorch as torch
    >>> torch.cumsum(torch.tensor([1, 2, 3]), 0)
    tensor([1, 3, 6])
    """
    input, narrow = widened(input, dtype)
    if not input.ndim:
        return narrowed(input.copy(), narrow)
    return narrowed(xp.cumsum(xp.ascontiguousarray(input), axis=wrap_dim(dim, input.ndim)), narrow)


cumsum.grad(input=lambda grad, dim, F: F.flip(F.cumsum(F.flip(grad, (dim,)), dim), (dim,)))
cumsum.samples(one_dim)


@op(promotion=NONE, half=False, inplace=True)
def cumprod(input: Array, dim: int, *, dtype: DType | None = None, xp: Any) -> Array:
    """The running product along a dimension.

    >>> import teachtorch as torch
    >>> torch.cumprod(torch.tensor([1, 2, 3]), 0)
    tensor([1, 2, 6])
    """
    input, narrow = widened(input, dtype)
    if not input.ndim:
        return narrowed(input.copy(), narrow)
    return narrowed(xp.cumprod(xp.ascontiguousarray(input), axis=wrap_dim(dim, input.ndim)), narrow)


def _cumprod_by_input(grad: Any, input: Any, dim: int, result: Any, F: Any) -> Any:
    """Column by column, so that zeros do no harm: d result_k / d x_i is the product of the others up to k."""
    shape = tuple(input.shape)
    if not shape:
        return grad
    d = wrap_dim(dim, len(shape))
    n = shape[d]
    columns = []
    for i in range(n):
        ones = F.ones_like(F.slice_(input, d, i, i + 1, 1))
        others = F.cat([F.slice_(input, d, 0, i, 1), ones, F.slice_(input, d, i + 1, n, 1)], d)
        running = F.cumprod(others, d)
        columns.append(F.sum(F.slice_(grad * running.conjugate(), d, i, n, 1), d, True))
    return F.cat(columns, d) if columns else grad


cumprod.grad(input=_cumprod_by_input)
cumprod.samples(one_dim)
