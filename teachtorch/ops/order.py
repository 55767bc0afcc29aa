"""Sorting, and what follows from order: the k largest, the median, the most frequent.

NaN counts as larger than every number, as in PyTorch. Each operation that picks elements returns their
indices too, and the gradient goes back to where they were picked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array
from ..op import composite, op
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import Tensor
from .results import written

__all__ = ["aminmax", "argsort", "kthvalue", "median", "mode", "msort", "nanmedian", "sort", "topk"]


def _line(input: Array, dim: int) -> tuple[Array, int]:
    """The array with at least one dimension, and the dimension to work along."""
    d = wrap_dim(dim, input.ndim)
    return (input, d) if input.ndim else (input.reshape(1), 0)


def _order(x: Array, d: int, descending: bool, xp: Any) -> Array:
    """The positions of the elements from small to large, or from large to small; equal ones keep their "
    "order."""
    if not descending:
        return xp.argsort(x, axis=d, kind="stable")
    backwards = xp.flip(xp.argsort(xp.flip(x, d), axis=d, kind="stable"), d)
    return x.shape[d] - 1 - backwards


def pick_back(grads: Any, shape: Any, dim: int, index: Any, keepdim: bool, F: Any) -> Any:
    """The gradient of elements that were picked along `dim`: zeros, with `grads` where they were picked."""
    grad = grads[0] if isinstance(grads, list) else grads
    if not shape:
        return F.reshape(grad, ())
    if not keepdim:
        grad, index = F.unsqueeze(grad, dim), F.unsqueeze(index, dim)
    return F.scatter_add_zeros(grad, shape, dim, index)


@op(
    real=RuntimeError(" Sort does not support complex dtypes on CPU"),
    returns=return_types.sort,
    overload=lambda input, dim, descending, stable: 0 if stable is None else 1,
)
def sort(
    input: Array, dim: int = -1, descending: bool = False, *, stable: bool | None = None, xp: Any
) -> tuple[Array, Array]:
    r"""The elements along a dimension in order, and where each was: ``values, indices``, both of the
    input's shape.

    Here equal elements always keep their order, whether `stable` asks for it or not.

    Derivative: sorting permutes, :math:`y_k = x_{\pi(k)}`, so the gradient is permuted back: :math:`\bar
    x_{\pi(k)} = \bar y_k`.

    >>> import teachtorch as torch
    >>> torch.sort(torch.tensor([3., 1., 2.]))
    torch.return_types.sort(
    values=tensor([1., 2., 3.]),
    indices=tensor([1, 2, 0]))
    """
    if input.dtype.kind == "c":
        raise RuntimeError("Sort currently does not support complex dtypes on CPU")
    x, d = _line(input, dim)
    index = _order(x, d, descending, xp)
    return xp.take_along_axis(x, index, d).reshape(input.shape), index.reshape(input.shape)


sort.grad(
    input=lambda grads, input_shape, dim, result1, F: pick_back(grads, input_shape, dim, result1, True, F)
)
sort.samples(
    fixed(
        lambda make: ((make(3, 2),), {}),
        lambda make: ((make(3, 2), 0, True), {}),
        lambda make: ((make(4),), {"stable": True}),
        lambda make: ((make(),), {}),
    )
)


@composite()
def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """The indices that sort the elements along a dimension.

    >>> import teachtorch as torch
    >>> torch.argsort(torch.tensor([3, 1, 2]), descending=True)
    tensor([0, 2, 1])
    """
    return sort(input.detach(), dim, descending)[1]


@composite()
def msort(input: Tensor, *, out: Any = None) -> Tensor:
    """The elements sorted along the first dimension.

    >>> import teachtorch as torch
    >>> torch.msort(torch.tensor([[3, 1], [2, 5]]))
    tensor([[2, 1],
            [3, 5]])
    """
    return written(sort(input, 0)[0], out)


@op(real=RuntimeError(" topk does not support complex dtypes on CPU"), returns=return_types.topk)
def topk(
    input: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True, *, xp: Any
) -> tuple[Array, Array]:
    """The `k` largest (or smallest) elements along a dimension, and where they were.

    Derivative: the gradient goes back to the elements that were picked; the others get 0.

    >>> import teachtorch as torch
    >>> torch.topk(torch.tensor([1., 4., 2., 3.]), 2)
    torch.return_types.topk(
    values=tensor([4., 3.]),
    indices=tensor([1, 3]))
    """
    x, d = _line(input, dim)
    if not 0 <= k <= x.shape[d]:
        raise RuntimeError("selected index k out of range")
    index = xp.take(_order(x, d, largest, xp), np.arange(k), axis=d)
    values = xp.take_along_axis(x, index, d)
    return (values, index) if input.ndim else (values.reshape(()), index.reshape(()))


topk.grad(
    input=lambda grads, input_shape, dim, result1, F: pick_back(grads, input_shape, dim, result1, True, F)
)
topk.samples(
    fixed(
        lambda make: ((make(3, 4), 2), {}),
        lambda make: ((make(3, 4), 2, 0, False), {}),
        lambda make: ((make(4), 0), {}),
    )
)


def _picked_at(input: Array, dim: int, keepdim: bool, index: Array, xp: Any) -> tuple[Array, Array]:
    """Values and indices at one position per line."""
    x, d = _line(input, dim)
    values = xp.take_along_axis(x, index, d)
    if not input.ndim:
        return values.reshape(()), index.reshape(())
    return (values, index) if keepdim else (values.squeeze(d), index.squeeze(d))


def _need_elements(name: str, input: Array, dim: int) -> tuple[Array, int]:
    x, d = _line(input, dim)
    if not x.shape[d]:
        raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")
    return x, d


@op(real="kthvalue_cpu", returns=return_types.kthvalue)
def kthvalue(input: Array, k: int, dim: int = -1, keepdim: bool = False, *, xp: Any) -> tuple[Array, Array]:
    """The `k`-th smallest element along a dimension, counted from 1, and where it was.

    >>> import teachtorch as torch
    >>> torch.kthvalue(torch.tensor([5, 7, 6]), 2).values
    tensor(6)
    """
    x, d = _need_elements("kthvalue", input, dim)
    if not 1 <= k <= x.shape[d]:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {d}")
    index = xp.take(_order(x, d, False, xp), np.arange(k - 1, k), axis=d)
    return _picked_at(input, dim, keepdim, index, xp)


kthvalue.grad(
    input=lambda grads, input_shape, dim, keepdim, result1, F: pick_back(
        grads, input_shape, dim, result1, keepdim, F
    )
)
kthvalue.samples(
    fixed(
        lambda make: ((make(3, 4), 2), {}),
        lambda make: ((make(3, 4), 1, 0, True), {}),
        lambda make: ((make(), 1), {}),
    )
)


# -- the middle ---------------------------------------------------------------------------------------------


def _middle(x: Array, d: int, skip_nan: bool, xp: Any) -> Array:
    """The index of the lower median along `d`. A NaN is the median of its line, unless NaNs are skipped."""
    order = xp.argsort(x, axis=d, kind="stable")
    missing = xp.isnan(x) if x.dtype.kind == "f" else xp.zeros(x.shape, bool)
    there = x.shape[d] - xp.sum(missing, axis=d, keepdims=True)
    place = xp.maximum(there - 1, 0) // 2
    if not skip_nan:
        place = xp.where(there < x.shape[d], there, place)  # NaNs come last: the first of them
    return xp.take_along_axis(order, place, d)


def _middle_of_all(input: Array, skip_nan: bool, xp: Any) -> Array:
    flat = input.reshape(-1)
    if not flat.size:
        return xp.full((), np.nan if input.dtype.kind == "f" else np.iinfo(input.dtype).min, input.dtype)
    return flat[_middle(flat, 0, skip_nan, xp)].reshape(())


@op(real="median_cpu", method=False, node="Median")
def median_all(input: Array, *, xp: Any) -> Array:
    """The kernel of ``median`` of everything."""
    return _middle_of_all(input, False, xp)


@op(real="median_cpu", method=False, node="Nanmedian")
def nanmedian_all(input: Array, *, xp: Any) -> Array:
    """The kernel of ``nanmedian`` of everything."""
    return _middle_of_all(input, True, xp)


def _shared_by_equals(grad: Any, input: Any, result: Any, F: Any) -> Any:
    """All elements equal to the result share the gradient; NaN counts as equal to NaN here."""
    chosen = F.where(F.isnan(result), F.isnan(input), F.eq(input, result))
    return F.where(chosen, grad / F.sum(chosen), F.zeros_like(input))


for _op in (median_all, nanmedian_all):
    _op.grad(input=_shared_by_equals)
    _op.samples(
        fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(5),), {}), lambda make: ((make(),), {}))
    )


@op(real="median_out", method=False, node="Median", overload=lambda *_: 1, returns=return_types.median)
def median_dim(input: Array, dim: int = -1, keepdim: bool = False, *, xp: Any) -> tuple[Array, Array]:
    """The kernel of ``median`` along a dimension."""
    x, d = _need_elements("median", input, dim)
    return _picked_at(input, dim, keepdim, _middle(x, d, False, xp), xp)


@op(real="median_out", method=False, node="Nanmedian", overload=lambda *_: 1, returns=return_types.nanmedian)
def nanmedian_dim(input: Array, dim: int = -1, keepdim: bool = False, *, xp: Any) -> tuple[Array, Array]:
    """The kernel of ``nanmedian`` along a dimension."""
    x, d = _need_elements("median", input, dim)
    return _picked_at(input, dim, keepdim, _middle(x, d, True, xp), xp)


for _op in (median_dim, nanmedian_dim):
    _op.grad(
        input=lambda grads, input_shape, dim, keepdim, result1, F: pick_back(
            grads, input_shape, dim, result1, keepdim, F
        )
    )
    _op.samples(fixed(lambda make: ((make(3, 4), 1), {}), lambda make: ((make(3, 4), 0, True), {})))


@composite()
def median(input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Any = None) -> Any:
    """The middle element of all, or ``values, indices`` along a dimension: of two middle ones the smaller.

    >>> import teachtorch as torch
    >>> torch.median(torch.tensor([1., 4., 2., 3.]))
    tensor(2.)
    """
    return median_all(input, out=out) if dim is None else median_dim(input, dim, keepdim, out=out)


@composite()
def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Any = None) -> Any:
    """The median of what is not NaN.

    >>> import teachtorch as torch
    >>> torch.nanmedian(torch.tensor([1., torch.nan, 2., 3.]))
    tensor(2.)
    """
    return nanmedian_all(input, out=out) if dim is None else nanmedian_dim(input, dim, keepdim, out=out)


@op(real="mode_cpu", returns=return_types.mode)
def mode(input: Array, dim: int = -1, keepdim: bool = False, *, xp: Any) -> tuple[Array, Array]:
    """The most frequent element along a dimension (the smallest of several), and the last place it stands.

    >>> import teachtorch as torch
    >>> torch.mode(torch.tensor([2, 1, 2, 3])).values
    tensor(2)
    """
    x, d = _need_elements("mode", input, dim)
    order = xp.argsort(x, axis=d, kind="stable")
    lines = xp.moveaxis(xp.take_along_axis(x, order, d), d, -1)
    n = lines.shape[-1]
    place = xp.broadcast_to(xp.arange(n), lines.shape)
    new = xp.concatenate([xp.ones((*lines.shape[:-1], 1), bool), lines[..., 1:] != lines[..., :-1]], -1)
    start = xp.maximum.accumulate(xp.where(new, place, 0), axis=-1)  # where the run of equal elements began
    last = xp.argmax(place - start, axis=-1)  # the end of the first of the longest runs
    index = xp.take_along_axis(order, xp.expand_dims(last, d), d)
    return _picked_at(input, dim, keepdim, index, xp)


mode.grad(
    input=lambda grads, input_shape, dim, keepdim, result1, F: pick_back(
        grads, input_shape, dim, result1, keepdim, F
    )
)
mode.samples(fixed(lambda make: ((make(3, 4),), {}), lambda make: ((make(3, 4), 0, True), {})))


@op(real="aminmax_cpu", returns=return_types.aminmax)
def aminmax(input: Array, *, dim: int | None = None, keepdim: bool = False, xp: Any) -> tuple[Array, Array]:
    """The smallest and the largest element, of all or along a dimension. Equal extremes share the gradient.

    >>> import teachtorch as torch
    >>> torch.aminmax(torch.tensor([3, 1, 2]))
    torch.return_types.aminmax(
    min=tensor(1),
    max=tensor(3))
    """
    if not input.size and dim is None:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    axis = None if dim is None else wrap_dim(dim, input.ndim)
    if axis is not None and input.ndim and not input.shape[axis]:
        raise IndexError(f"aminmax: Expected reduction dim {axis} to have non-zero size.")
    axis = axis if input.ndim else None
    return xp.min(input, axis=axis, keepdims=keepdim), xp.max(input, axis=axis, keepdims=keepdim)


def _back_to_both(grads: Any, input: Any, dim: Any, keepdim: bool, result0: Any, result1: Any, F: Any) -> Any:
    from .extremes import shared_by_extremes

    low = shared_by_extremes(grads[0], input, dim, keepdim, result0, F)
    return low + shared_by_extremes(grads[1], input, dim, keepdim, result1, F)


aminmax.grad(input=_back_to_both)
aminmax.samples(
    fixed(lambda make: ((make(3, 4),), {}), lambda make: ((make(3, 4),), {"dim": 1, "keepdim": True}))
)
