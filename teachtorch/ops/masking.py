"""Elements picked and placed by a mask, and where a mask is true."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..binding import Array, Plain, Scalar
from ..dtypes import FROM_NUMPY, c_name
from ..op import NONE, composite, op
from ..samples import fixed
from ..tensor import Tensor, wrap

__all__ = ["argwhere", "masked_fill", "masked_scatter", "masked_select", "nonzero"]


@op(
    promotion=NONE,
    half=False,
    inplace=True,
    overload=lambda input, mask, value: int(isinstance(value, Tensor)),
)
def masked_fill(input: Array, mask: Plain, value: Array | Scalar, *, xp: Any, out: Any = None) -> Array:
    """A copy with one value wherever the mask is true.

    >>> import teachtorch as torch
    >>> torch.tensor([1., -2.]).masked_fill(torch.tensor([False, True]), 0)
    tensor([1., 0.])
    """
    if mask.dtype.kind != "b":
        raise RuntimeError(
            "masked_fill_ only supports boolean masks, but got mask with dtype "
            + c_name(FROM_NUMPY[mask.dtype])
        )
    if hasattr(value, "ndim") and value.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    if isinstance(value, complex) and input.dtype.kind != "c":
        name = c_name(FROM_NUMPY[input.dtype])
        raise RuntimeError(f"value cannot be converted to type {name} without overflow")
    value = value.astype(input.dtype) if hasattr(value, "ndim") else input.dtype.type(value)
    if out is None:
        return xp.where(mask, value, input)
    xp.copyto(out, value, where=mask)
    return out


masked_fill.grad(
    input=lambda grad, mask, F: F.where(mask, F.zeros_like(grad), grad),
    value=lambda grad, mask, F: F.where(mask, grad, F.zeros_like(grad)).sum(),
)
masked_fill.samples(fixed(lambda make: ((make(3, 2), wrap(np.array([True, False])), 1.5), {})))


@op(promotion=NONE, half=False)
def masked_select(input: Array, mask: Plain, *, xp: Any) -> Array:
    """The elements where the mask is true, as a vector.

    >>> import teachtorch as torch
    >>> x = torch.tensor([1, 2, 3])
    >>> torch.masked_select(x, x > 1)
    tensor([2, 3])
    """
    if mask.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = np.broadcast_shapes(input.shape, mask.shape)
    return xp.broadcast_to(input, shape)[xp.broadcast_to(mask, shape)]


masked_select.grad(input=lambda grad, input_shape, mask, F: F.masked_place(grad, input_shape, mask))
masked_select.samples(fixed(lambda make: ((make(3, 2), wrap(np.array([True, False]))), {})))


@op(promotion=NONE, half=False, method=False)
def masked_place(input: Array, shape: Any, mask: Plain, *, xp: Any) -> Array:
    """Zeros of the broadcast shape with the vector `input` written where the mask is true."""
    whole = np.broadcast_shapes(tuple(shape), mask.shape)
    result = xp.zeros(whole, input.dtype)
    result[xp.broadcast_to(mask, whole)] = input
    return result


masked_place.grad(input=lambda grad, mask, F: F.masked_select(grad, mask))
masked_place.samples(fixed(lambda make: ((make(3), (3, 2), wrap(np.array([True, False]))), {})))


@op(promotion=NONE, half=False, inplace=True)
def masked_scatter(input: Array, mask: Plain, source: Array) -> Array:
    """A copy with the elements of `source`, in order, wherever the mask is true.

    >>> import teachtorch as torch
    >>> torch.masked_scatter(torch.zeros(3), torch.tensor([True, False, True]), torch.tensor([5., 6.]))
    tensor([5., 0., 6.])
    """
    if mask.dtype.kind != "b":
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {FROM_NUMPY[mask.dtype].legacy}"
        )
    shape = np.broadcast_shapes(input.shape, mask.shape)
    result = np.broadcast_to(input, shape).copy()
    mask = np.broadcast_to(mask, shape)
    n = int(mask.sum())
    if source.size < n:
        raise RuntimeError(
            "masked_scatter: expected self to have at least as many elements as the mask has ones"
        )
    result[mask] = source.reshape(-1)[:n]
    return result


masked_scatter.grad(
    input=lambda grad, mask, F: F.masked_fill(grad, mask, 0),
    source=lambda grad, source_shape, mask, F: _spread_back(grad, source_shape, mask, F),
)
masked_scatter.samples(fixed(lambda make: ((make(3, 2), wrap(np.array([True, False])), make(2, 2)), {})))


def _spread_back(grad: Any, source_shape: Any, mask: Any, F: Any) -> Any:
    picked = F.masked_select(grad, mask)
    n = int(np.prod(source_shape))
    rest = n - picked.shape[0]
    zeros = F.zeros_like(F.expand(F.reshape(F.sum(grad), (1,)), (rest,)))
    return F.reshape(F.cat([picked, zeros], 0), source_shape)


@composite()
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The indices of the nonzero elements, a row each; or a tuple with one tensor per dimension.

    >>> import teachtorch as torch
    >>> torch.nonzero(torch.tensor([0, 5, 7]))
    tensor([[1],
            [2]])
    """
    array = input._array
    found = np.nonzero(array.reshape(1) if array.ndim == 0 else array)
    if as_tuple:
        return tuple(wrap(i) for i in found)
    if array.ndim == 0:
        return wrap(np.zeros((len(found[0]), 0), np.int64))
    return wrap(np.stack(found, 1))


@composite()
def argwhere(input: Tensor) -> Tensor:
    """The indices of the nonzero elements, a row each.

    >>> import teachtorch as torch
    >>> torch.argwhere(torch.tensor([0, 5, 7]))
    tensor([[1],
            [2]])
    """
    return nonzero(input)
