"""Sums, means, products and truth over all elements or along dimensions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..binding import Array
from ..dtypes import dtype as DType
from ..op import NONE, op
from ..samples import fixed, reductions
from ..shapes import wrap_dim, wrap_dims
from .reducing import Dims, by_dim, count_along, narrowed, unreduce, widened

__all__ = ["all", "any", "count_nonzero", "mean", "nansum", "prod", "sum"]


@op(promotion=NONE, half=False, overload=by_dim)
def sum(
    input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, xp: Any
) -> Array:
    r"""The sum of all elements, or along dimensions. Integers are summed in int64.

    Derivative: 1 for each summand, so the gradient is the incoming one, repeated.

    >>> import teachtorch as torch
    >>> torch.sum(torch.tensor([[1, 2], [3, 4]]), 0)
    tensor([4, 6])
    """
    if dtype is None and input.dtype.kind in "fc" and input.dtype.itemsize > 2:
        narrow = None
    else:
        input, narrow = widened(input, dtype)
    axis = None if dim is None else wrap_dims(dim, input.ndim)
    if axis == ():
        return narrowed(input.copy(), narrow)
    return narrowed(xp.add.reduce(input, axis, None, None, keepdim), narrow)


sum.grad(input=lambda grad, input_shape, dim, keepdim, F: unreduce(grad, input_shape, dim, keepdim, F))
sum.samples(reductions)


@op(promotion=NONE, half=False, overload=by_dim)
def mean(
    input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, xp: Any
) -> Array:
    r"""The arithmetic mean, of all elements or along dimensions: :math:`\frac1n \sum_i x_i`.

    Derivative: :math:`1/n` for each element.

    >>> import teachtorch as torch
    >>> torch.mean(torch.tensor([1., 2., 6.]))
    tensor(3.)
    """
    if dtype is not None and dtype.kind in "bui":
        raise RuntimeError(
            "mean(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. "
            f"Got: {dtype.legacy}"
        )
    if dtype is None and input.dtype.kind in "bui":
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {_legacy(input)}"
        )
    input, narrow = widened(input, dtype)
    axes = wrap_dims(dim, input.ndim)
    n = math.prod([input.shape[d] for d in axes])
    total = xp.add.reduce(input, axes, None, None, keepdim) if axes else input
    return narrowed(xp.true_divide(total, input.dtype.type(n)), narrow)


def _legacy(array: Array) -> str:
    from ..dtypes import FROM_NUMPY

    return FROM_NUMPY[array.dtype].legacy


mean.grad(
    input=lambda grad, input_shape, dim, keepdim, F: (
        unreduce(grad, input_shape, dim, keepdim, F) / count_along(input_shape, dim)
    )
)
mean.samples(reductions)


@op(real=RuntimeError("nansum on CPU does not support complex inputs"), promotion=NONE, half=False)
def nansum(
    input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, xp: Any
) -> Array:
    """The sum, with NaN counted as 0.

    >>> import teachtorch as torch
    >>> torch.nansum(torch.tensor([1., torch.nan, 2.]))
    tensor(3.)
    """
    input, narrow = widened(input, dtype)
    return narrowed(xp.nansum(input, axis=wrap_dims(dim, input.ndim) or None, keepdims=keepdim), narrow)


nansum.grad(
    input=lambda grad, input, dim, keepdim, F: F.where(
        F.isnan(input), F.zeros_like(input), unreduce(grad, tuple(input.shape), dim, keepdim, F)
    )
)
nansum.samples(reductions)


@op(promotion=NONE, half=False, overload=by_dim)
def prod(
    input: Array, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None, xp: Any
) -> Array:
    r"""The product of all elements, or along a dimension.

    Derivative by :math:`x_i`: the product of the others, computed from both sides so that zeros do no harm.

    >>> import teachtorch as torch
    >>> torch.prod(torch.tensor([2, 3, 4]))
    tensor(24)
    """
    input, narrow = widened(input, dtype)
    axis = None if dim is None else (wrap_dim(dim, input.ndim) if input.ndim else None)
    return narrowed(xp.multiply.reduce(input, axis, None, None, keepdim), narrow)


def _prod_by_input(grad: Any, input: Any, dim: Any, keepdim: bool, F: Any) -> Any:
    shape = tuple(input.shape)
    if dim is None or not shape:
        flat = F.reshape(input, (-1,))
        return (
            F.reshape(grad, (1,)).reshape(-1) * _product_of_others(flat, 0, F).conjugate()
            if not shape
            else (F.reshape(grad * _product_of_others(flat, 0, F).conjugate(), shape))
        )
    return unreduce(grad, shape, dim, keepdim, F) * _product_of_others(input, dim, F).conjugate()


def _product_of_others(x: Any, dim: int, F: Any) -> Any:
    """For each element, the product of all the others along `dim`: those before times those after."""
    n = tuple(x.shape)[wrap_dim(dim, len(x.shape))]
    one = F.ones_like(F.slice_(x, dim, 0, 1, 1))
    before = F.cumprod(F.cat([one, F.slice_(x, dim, 0, n - 1, 1)], dim), dim)
    reverse = F.flip(x, (dim,))
    after = F.flip(F.cumprod(F.cat([one, F.slice_(reverse, dim, 0, n - 1, 1)], dim), dim), (dim,))
    return before * after


prod.grad(input=_prod_by_input)
prod.samples(
    fixed(
        lambda make: ((make(3, 2),), {}),
        lambda make: ((make(3, 2), 0), {}),
        lambda make: ((make(3, 2), -1), {"keepdim": True}),
    )
)


@op(half=False, promotion=NONE)
def all(input: Array, dim: Dims = None, keepdim: bool = False, *, xp: Any) -> Array:
    """Whether every element is nonzero.

    >>> import teachtorch as torch
    >>> torch.all(torch.tensor([True, False]))
    tensor(False)
    """
    result = xp.all(input, axis=None if dim is None else wrap_dims(dim, input.ndim), keepdims=keepdim)
    return result.astype(np.uint8) if input.dtype == np.uint8 else result


@op(half=False, promotion=NONE)
def any(input: Array, dim: Dims = None, keepdim: bool = False, *, xp: Any) -> Array:
    """Whether some element is nonzero.

    >>> import teachtorch as torch
    >>> torch.any(torch.tensor([False, True]))
    tensor(True)
    """
    result = xp.any(input, axis=None if dim is None else wrap_dims(dim, input.ndim), keepdims=keepdim)
    return result.astype(np.uint8) if input.dtype == np.uint8 else result


@op(half=False, promotion=NONE)
def count_nonzero(input: Array, dim: Dims = None, *, xp: Any) -> Array:
    """How many elements are not zero.

    >>> import teachtorch as torch
    >>> torch.count_nonzero(torch.tensor([0, 3, 5]))
    tensor(2)
    """
    return xp.count_nonzero(input, axis=None if dim is None else wrap_dims(dim, input.ndim))
