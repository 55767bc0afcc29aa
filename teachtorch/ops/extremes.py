"""The largest and the smallest, their places, and where their gradient goes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array, invalid_combination
from ..op import NONE, composite, op
from ..samples import fixed, reductions
from ..shapes import wrap_dim, wrap_dims
from ..tensor import Tensor
from .reducing import Dims, unreduce

__all__ = ["amax", "amin", "argmax", "argmin", "max", "min"]


def _nonempty(input: Array, name: str, axes: tuple[int, ...], dim: Any) -> None:
    if not input.size and dim == ():
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )
    for d in axes:
        if not input.shape[d]:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


@op(real="max_values_cpu", half=False)
def amax(input: Array, dim: Dims = (), keepdim: bool = False, *, xp: Any) -> Array:
    """The largest element along dimensions. Equal maxima share the gradient evenly.

    >>> import teachtorch as torch
    >>> torch.amax(torch.tensor([[1, 5], [7, 2]]), 1)
    tensor([5, 7])
    """
    axes = wrap_dims(dim, input.ndim)
    _nonempty(input, "amax", axes, dim)
    return xp.max(input, axis=axes, keepdims=keepdim)


@op(real="min_values_cpu", half=False)
def amin(input: Array, dim: Dims = (), keepdim: bool = False, *, xp: Any) -> Array:
    """The smallest element along dimensions. Equal minima share the gradient evenly.

    >>> import teachtorch as torch
    >>> torch.amin(torch.tensor([[1, 5], [7, 2]]), 1)
    tensor([1, 2])
    """
    axes = wrap_dims(dim, input.ndim)
    _nonempty(input, "amin", axes, dim)
    return xp.min(input, axis=axes, keepdims=keepdim)


def shared_by_extremes(grad: Any, input: Any, dim: Dims, keepdim: bool, result: Any, F: Any) -> Any:
    shape = tuple(input.shape)
    where = F.eq(input, unreduce(result, shape, dim, keepdim, F))
    share = F.sum(where, dim, keepdim)
    return F.where(where, unreduce(grad / share, shape, dim, keepdim, F), 0.0)


for _op in (amax, amin):
    _op.grad(input=shared_by_extremes)
    _op.samples(reductions)


@op(real="max_all", half=False, method=False, node="Max", overload=lambda input: 1)
def max_all(input: Array, *, xp: Any) -> Array:
    """The kernel of ``max`` of everything."""
    if input.size == 0:
        raise RuntimeError(
            "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
            "'dim' argument."
        )
    return xp.max(input)


@op(real="min_all", half=False, method=False, node="Min", overload=lambda input: 1)
def min_all(input: Array, *, xp: Any) -> Array:
    """The kernel of ``min`` of everything."""
    if input.size == 0:
        raise RuntimeError(
            "min(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
            "'dim' argument."
        )
    return xp.min(input)


for _op in (max_all, min_all):
    _op.grad(input=lambda grad, input, result, F: shared_by_extremes(grad, input, None, False, result, F))
    _op.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(),), {})))


def _along(input: Array, dim: int, keepdim: bool, which: Any) -> tuple[Array, Array]:
    """Value and index of an extreme along one dimension; the first one counts."""
    if not input.ndim:
        return input.copy(), np.zeros((), np.int64)
    d = wrap_dim(dim, input.ndim)
    if not input.shape[d]:
        raise IndexError(
            f"{which.__name__.removeprefix('arg')}(): Expected reduction dim {d} to have non-zero size."
        )
    index = np.expand_dims(which(input, axis=d), d)
    values = np.take_along_axis(input, index, d)
    return (values, index) if keepdim else (values.squeeze(d), index.squeeze(d))


@op(
    real=RuntimeError("max(): does not support complex input"),
    half=False,
    method=False,
    node="Max",
    returns=return_types.max,
)
def max_dim(input: Array, dim: int, keepdim: bool = False, *, xp: Any) -> tuple[Array, Array]:
    """The kernel of ``max`` along a dimension: values and indices."""
    return _along(input, dim, keepdim, xp.argmax)


@op(
    real=RuntimeError("min(): does not support complex input"),
    half=False,
    method=False,
    node="Min",
    returns=return_types.min,
)
def min_dim(input: Array, dim: int, keepdim: bool = False, *, xp: Any) -> tuple[Array, Array]:
    """The kernel of ``min`` along a dimension: values and indices."""
    return _along(input, dim, keepdim, xp.argmin)


def _to_the_chosen(grad: Any, input_shape: Any, dim: int, keepdim: bool, result1: Any, F: Any) -> Any:
    """The gradient goes to the element that was chosen."""
    grad = grad[0] if isinstance(grad, list) else grad
    if not input_shape:
        return grad
    if not keepdim:
        grad, result1 = F.unsqueeze(grad, dim), F.unsqueeze(result1, dim)
    return F.scatter(F.zeros_like(F.expand(grad, input_shape)), dim, result1, grad)


for _op in (max_dim, min_dim):
    _op.grad(input=_to_the_chosen)
    _op.samples(fixed(lambda make: ((make(3, 2), 0), {}), lambda make: ((make(3, 2), 1, True), {})))


def _extreme(name: str, everything: Any, along: Any, pairwise: str, doc: str) -> Any:
    def extreme(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        if (args and isinstance(args[0], Tensor)) or "other" in kwargs:
            other = args[0] if args else kwargs["other"]
            from . import comparison

            if not isinstance(input, Tensor):
                raise invalid_combination(name, (input, other), {}, "Tensor input, Tensor other")
            return getattr(comparison, pairwise)(input, other, out=out)
        if args or "dim" in kwargs or "axis" in kwargs:
            return along(input, *args, out=out, **kwargs)
        return everything(input, out=out)

    extreme.__name__ = extreme.__qualname__ = name
    extreme.__doc__ = doc
    return composite()(extreme)


max = _extreme(
    "max", max_all, max_dim, "maximum",
    """The largest element; along `dim`, values and indices; with another tensor, the larger of each pair.

    >>> import teachtorch as torch
    >>> torch.max(torch.tensor([[1, 5], [7, 2]]), 1)
    torch.return_types.max(
    values=tensor([5, 7]),
    indices=tensor([1, 0]))
    """,
)  # fmt: skip
min = _extreme(
    "min", min_all, min_dim, "minimum",
    """The smallest element; along `dim`, values and indices; with another tensor, the smaller of each pair.

    >>> import teachtorch as torch
    >>> torch.min(torch.tensor([3., 1., 2.]))
    tensor(1.)
    """,
)  # fmt: skip


@op(real=RuntimeError("argmax(): does not support complex input"), half=False, promotion=NONE)
def argmax(input: Array, dim: int | None = None, keepdim: bool = False, *, xp: Any) -> Array:
    """The index of the largest element, the first if there are several.

    >>> import teachtorch as torch
    >>> torch.argmax(torch.tensor([[1, 5], [7, 2]]), 1)
    tensor([1, 0])
    """
    return _index_of(input, dim, keepdim, xp.argmax)


@op(real=RuntimeError("argmin(): does not support complex input"), half=False, promotion=NONE)
def argmin(input: Array, dim: int | None = None, keepdim: bool = False, *, xp: Any) -> Array:
    """The index of the smallest element, the first if there are several.

    >>> import teachtorch as torch
    >>> torch.argmin(torch.tensor([[1, 5], [7, 2]]), 1)
    tensor([0, 1])
    """
    return _index_of(input, dim, keepdim, xp.argmin)


def _index_of(input: Array, dim: int | None, keepdim: bool, which: Any) -> Array:
    if input.size == 0 and dim is None:
        raise IndexError(
            f"{which.__name__}(): Expected reduction dim to be specified for input.numel() == 0."
        )
    if dim is None:
        index = np.asarray(which(input))
        return index.reshape((1,) * input.ndim) if keepdim else index
    return (
        which(input, axis=wrap_dim(dim, input.ndim), keepdims=keepdim)
        if input.ndim
        else np.zeros((), np.int64)
    )
