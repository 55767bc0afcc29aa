"""Scattering with a reduction: several values that go to one place are summed, multiplied, averaged or
compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..binding import Array, Plain
from ..op import NONE, op
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import wrap
from .picking import _check_gather, _picked

__all__ = ["index_reduce", "scatter_reduce"]

_START: dict[str, Any] = {"sum": 0, "mean": 0, "prod": 1, "amax": None, "amin": None}


def _reduce_at(input: Array, key: Any, values: Array, reduce: str, include_self: bool, xp: Any) -> Array:
    """`values` reduced into a copy of `input` at the places `key`."""
    result = input.copy()
    if not include_self:
        start = _START[reduce]
        if start is None:
            lowest = reduce == "amax"
            if input.dtype.kind == "f":
                start = -np.inf if lowest else np.inf
            else:
                limits = np.iinfo(input.dtype) if input.dtype.kind != "b" else None
                start = (not lowest) if limits is None else limits.min if lowest else limits.max
        result[key] = start
    step = {"sum": xp.add, "mean": xp.add, "prod": xp.multiply, "amax": xp.maximum, "amin": xp.minimum}[
        reduce
    ]
    step.at(result, key, values)
    if reduce == "mean":
        counts = xp.full(input.shape, 1 if include_self else 0)
        xp.add.at(counts, key, 1)
        counts = xp.maximum(counts, 1)
        result = (result // counts if input.dtype.kind in "iu" else result / counts).astype(input.dtype)
    return result


@op(real="scatter_gather_tensor_cpu_reduce_amax", promotion=NONE, half=False, inplace=True)
def scatter_reduce(
    input: Array, dim: int, index: Plain, src: Array, reduce: str, *, include_self: bool = True, xp: Any
) -> Array:
    """``scatter`` with a reduction, "sum", "prod", "mean", "amax" or "amin", of all values that meet in one
    place.

    The element that stood there counts too, unless ``include_self=False``.

    >>> import teachtorch as torch
    >>> torch.scatter_reduce(torch.zeros(2), 0, torch.tensor([0, 0, 1]), torch.tensor([1., 5., 2.]), "amax")
    tensor([5., 2.])
    """
    if reduce not in _START:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    d = _check_gather(
        "scatter", input.reshape(1) if not input.ndim else input, dim, index.reshape(index.shape or (1,))
    )
    if not input.ndim:
        flat = _reduce_at(input.reshape(1), index.reshape(-1), src.reshape(-1), reduce, include_self, xp)
        return flat.reshape(())
    part = src[tuple(slice(n) for n in index.shape)]
    return _reduce_at(input, _picked(index, d, input.shape), part, reduce, include_self, xp)


@op(promotion=NONE, half=False, inplace=True)
def index_reduce(
    input: Array, dim: int, index: Plain, source: Array, reduce: str, *, include_self: bool = True, xp: Any
) -> Array:
    """``index_add`` with another reduction: "prod", "mean", "amax" or "amin" of the slices that meet in one
    place.

    >>> import teachtorch as torch
    >>> torch.index_reduce(torch.ones(2), 0, torch.tensor([0, 0]), torch.tensor([2., 3.]), "prod")
    tensor([6., 1.])
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(
            f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}."
        )
    if not input.ndim:
        flat = _reduce_at(input.reshape(1), index.reshape(-1), source.reshape(-1), reduce, include_self, xp)
        return flat.reshape(())
    key = (slice(None),) * wrap_dim(dim, input.ndim) + (index.reshape(-1),)
    return _reduce_at(input, key, source, reduce, include_self, xp)


# -- derivatives --------------------------------------------------------------------------------------------


def _own(grad: Any, dim: int, index: Any, include_self: bool, F: Any) -> Any:
    """The gradient of the elements that stood there; none if they were left out."""
    return grad if include_self else F.scatter(grad, dim, index, 0)


def _counts(grad: Any, dim: int, index: Any, src: Any, include_self: bool, F: Any) -> Any:
    """How many values met in each place."""
    counts = F.ones_like(grad) if include_self else F.zeros_like(grad)
    counts = F.scatter_add(counts, dim, index, F.ones_like(src))
    return F.where(F.eq(counts, 0), F.ones_like(counts), counts)


def _shares(
    grad: Any,
    input: Any,
    dim: int,
    index: Any,
    src: Any,
    reduce: str,
    include_self: bool,
    result: Any,
    F: Any,
) -> tuple[Any, Any]:
    """The gradients by `input` and `src`."""
    if reduce == "sum":
        return _own(grad, dim, index, include_self, F), F.gather(grad, dim, index)
    if reduce == "mean":
        grad = grad / _counts(grad, dim, index, src, include_self, F)
        return _own(grad, dim, index, include_self, F), F.gather(grad, dim, index)
    if reduce in ("amax", "amin"):
        winners = F.where(F.eq(input, result), F.ones_like(grad), F.zeros_like(grad))
        winners = _own(winners, dim, index, include_self, F)
        level = F.gather(result, dim, index)
        won = F.where(F.eq(src, level), F.ones_like(src), F.zeros_like(src))
        total = F.scatter_add(winners, dim, index, won)
        share = grad / F.where(F.eq(total, 0), F.ones_like(total), total)
        own = winners * share if include_self else F.scatter(grad, dim, index, 0)
        return own, won * F.gather(share, dim, index)
    return _product_shares(grad, input, dim, index, src, include_self, result, F)


def _product_shares(
    grad: Any, input: Any, dim: int, index: Any, src: Any, include_self: bool, result: Any, F: Any
) -> tuple[Any, Any]:
    """For a product: the product of the others, computed without dividing by 0."""
    one = F.where(F.eq(input, 0), F.ones_like(input), input)
    others = F.scatter_reduce(one, dim, index, src, "prod", include_self=include_self)
    own = _own(grad * (others / one).conjugate(), dim, index, include_self, F)
    zero = F.eq(src, 0)
    safe = F.where(zero, F.ones_like(src), src)
    zeros = F.where(zero, F.ones_like(src), F.zeros_like(src))
    met = F.gather(F.scatter_add(F.zeros_like(input), dim, index, zeros), dim, index)
    nonzero = F.gather(
        F.scatter_reduce(input, dim, index, safe, "prod", include_self=include_self), dim, index
    )
    # One zero: its factor's gradient is the product of the rest, and all others' gradient is 0.
    only = F.logical_and(zero, F.eq(met, 1))
    by_src = F.where(only, nonzero, F.gather(result, dim, index) / safe)
    by_src = F.where(F.logical_and(zero, met > 1), F.zeros_like(by_src), by_src)
    return own, F.gather(grad, dim, index) * by_src.conjugate()


def _trimmed(src: Any, index: Any, F: Any) -> Any:
    """`src` cut to the shape of `index`, which is all that takes part."""
    for d, n in enumerate(index.shape):
        if n != src.shape[d]:
            src = F.slice_(src, d, 0, n, 1)
    return src


def _scatter_shares(grad: Any, input: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool,
                    result: Any, F: Any) -> tuple[Any, Any]:  # fmt: skip
    if not len(input.shape):
        grad, input, result, index, src = (F.reshape(t, (-1,)) for t in (grad, input, result, index, src))
        own, by_src = _shares(grad, input, 0, index, src, reduce, include_self, result, F)
        return F.reshape(own, ()), by_src
    return _shares(grad, input, dim, index, _trimmed(src, index, F), reduce, include_self, result, F)


def _padded(by_src: Any, src: Any, F: Any) -> Any:
    """Zeros where `src` took no part."""
    shape = tuple(src.shape)
    if not shape:
        return F.reshape(by_src, ())
    for d, n in enumerate(shape):
        if by_src.shape[d] != n:
            whole = (*by_src.shape[:d], n, *by_src.shape[d + 1 :])
            by_src = F.slice_backward(by_src, whole, d, 0, by_src.shape[d], 1)
    return by_src


scatter_reduce.grad(
    input=lambda grad, input, dim, index, src, reduce, include_self, result, F: _scatter_shares(
        grad, input, dim, index, src, reduce, include_self, result, F
    )[0],
    src=lambda grad, input, dim, index, src, reduce, include_self, result, F: _padded(
        _scatter_shares(grad, input, dim, index, src, reduce, include_self, result, F)[1], src, F
    ),
)


def _index_shares(grad: Any, input: Any, dim: int, index: Any, source: Any, reduce: str, include_self: bool,
                  result: Any, F: Any) -> tuple[Any, Any]:  # fmt: skip
    """The same with an index per slice: give each element of the slice that index."""
    if not len(input.shape):
        grad, input, result, source = (F.reshape(t, (-1,)) for t in (grad, input, result, source))
    shape = tuple(source.shape)
    d = wrap_dim(dim, len(shape))
    line = F.reshape(index, (1,) * d + (-1,) + (1,) * (len(shape) - d - 1))
    return _shares(grad, input, d, F.expand(line, shape), source, reduce, include_self, result, F)


index_reduce.grad(
    input=lambda grad, input, dim, index, source, reduce, include_self, result, F: F.reshape(
        _index_shares(grad, input, dim, index, source, reduce, include_self, result, F)[0], tuple(input.shape)
    ),
    source=lambda grad, input, dim, index, source, reduce, include_self, result, F: F.reshape(
        _index_shares(grad, input, dim, index, source, reduce, include_self, result, F)[1],
        tuple(source.shape),
    ),
)
scatter_reduce.samples(
    fixed(
        lambda make: ((make(3, 2), 0, wrap(np.array([[0, 2], [0, 1]])), make(2, 2), "sum"), {}),
        lambda make: (
            (make(3, 2), 0, wrap(np.array([[0, 2], [0, 1]])), make(2, 2), "prod"),
            {"include_self": False},
        ),
        lambda make: ((make(3, 2), 1, wrap(np.array([[0, 0], [0, 1]])), make(3, 2), "amax"), {}),
    )
)
index_reduce.samples(
    fixed(
        lambda make: ((make(3, 2), 0, wrap(np.array([0, 2, 0])), make(3, 2), "mean"), {}),
        lambda make: ((make(3, 2), 1, wrap(np.array([0, 0])), make(3, 2), "prod"), {}),
    )
)
