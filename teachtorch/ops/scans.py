"""Running along a dimension: extremes so far, differences of neighbours, areas under a curve."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array
from ..op import composite, op
from ..samples import fixed, one_dim
from ..shapes import wrap_dim
from ..tensor import Tensor
from .joining import cat
from .logarithms import logaddexp
from .order import pick_back
from .results import written
from .running import cumsum

__all__ = [
    "cummax",
    "cummin",
    "cumulative_trapezoid",
    "diff",
    "gradient",
    "logcumsumexp",
    "trapezoid",
    "trapz",
]


def _running(input: Array, dim: int, extreme: Any, xp: Any) -> tuple[Array, Array]:
    """The extreme so far and where it stands, the last place if it occurs again. From a NaN on it is NaN."""
    d = wrap_dim(dim, input.ndim)
    if not input.ndim:
        return input.copy(), xp.zeros((), np.int64)
    values = extreme.accumulate(input, axis=d)
    place = np.arange(input.shape[d]).reshape((-1,) + (1,) * (input.ndim - d - 1))
    reached = input == values
    if input.dtype.kind == "f":
        reached = reached | xp.isnan(input)
    return values, xp.maximum.accumulate(xp.where(reached, place, 0), axis=d)


@op(real="cummax_cpu", returns=return_types.cummax)
def cummax(input: Array, dim: int, *, xp: Any) -> tuple[Array, Array]:
    """The largest element so far along a dimension, and where it stands.

    Derivative: each result passes its gradient to the element it is.

    >>> import teachtorch as torch
    >>> torch.cummax(torch.tensor([1, 3, 2, 5]), 0).values
    tensor([1, 3, 3, 5])
    """
    return _running(input, dim, xp.maximum, xp)


@op(real="cummin_cpu", returns=return_types.cummin)
def cummin(input: Array, dim: int, *, xp: Any) -> tuple[Array, Array]:
    """The smallest element so far along a dimension, and where it stands.

    >>> import teachtorch as torch
    >>> torch.cummin(torch.tensor([3, 1, 2]), 0).values
    tensor([3, 1, 1])
    """
    return _running(input, dim, xp.minimum, xp)


for _op in (cummax, cummin):
    _op.grad(
        input=lambda grads, input_shape, dim, result1, F: pick_back(grads, input_shape, dim, result1, True, F)
    )
    _op.samples(one_dim)


@op()
def logcumsumexp(input: Array, dim: int, *, xp: Any) -> Array:
    r"""The running :math:`y_k = \ln \sum_{i \le k} e^{x_i}`, without overflow.

    Derivative: :math:`\bar x_i = \sum_{k \ge i} \bar y_k\, e^{x_i - y_k}`.

    >>> import teachtorch as torch
    >>> torch.logcumsumexp(torch.tensor([1000., 1000.]), 0)
    tensor([1000.0000, 1000.6932])
    """
    if input.dtype.kind not in "fc":
        from ..diagnose import not_implemented_for

        raise not_implemented_for("logcumsumexp_out_cpu", input.dtype)
    d = wrap_dim(dim, input.ndim)
    if not input.ndim or not input.size:
        return input.copy()
    if input.dtype.kind != "c":
        return xp.logaddexp.accumulate(input, axis=d)
    result = input.copy()
    lines, total = xp.moveaxis(result, d, 0), None
    for line in lines:
        total = line.copy() if total is None else logaddexp.op.kernel(total, line, xp=xp)
        line[...] = total
    return result


def _logcumsumexp_by_input(grad: Any, input: Any, dim: int, result: Any, F: Any) -> Any:
    """In logarithms, so that nothing overflows; a sum of both signs is the difference of two of one sign.

    The logarithm of 0 is a number so low that its exponential is 0: differences of infinities would be NaN.
    """
    if not len(input.shape):
        return grad

    def from_behind(logs: Any) -> Any:
        return F.flip(F.logcumsumexp(F.flip(logs - result, (dim,)), dim), (dim,))

    def gathered(grad: Any, wanted: Any) -> Any:
        logs = F.log(F.where(wanted, grad, F.ones_like(grad)))
        return F.exp(from_behind(F.where(wanted, logs, F.zeros_like(grad) - 1e30)) + input)

    if input.dtype.is_complex if hasattr(input.dtype, "is_complex") else input.dtype.kind == "c":
        return gathered(grad.conjugate(), F.ne(grad, 0)).conjugate()
    return gathered(grad, grad > 0) - gathered(-grad, grad < 0)


logcumsumexp.grad(input=_logcumsumexp_by_input)
logcumsumexp.samples(one_dim, fixed(lambda make: ((make(),), {"dim": 0})))


# -- neighbours ---------------------------------------------------------------------------------------------


@composite()
def diff(
    input: Tensor,
    n: int = 1,
    dim: int = -1,
    prepend: Tensor | None = None,
    append: Tensor | None = None,
    *,
    out: Any = None,
) -> Tensor:
    """The differences of neighbours along a dimension, taken `n` times; of bools, whether they differ.

    >>> import teachtorch as torch
    >>> torch.diff(torch.tensor([1, 4, 9]))
    tensor([3, 5])
    """
    if input.ndim == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    for extra in (prepend, append):
        if extra is not None and extra.ndim != input.ndim:
            raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    d = wrap_dim(dim, input.ndim)
    parts = [t for t in (prepend, input, append) if t is not None]
    result = cat(parts, d) if len(parts) > 1 and n else input
    length = result.shape[d]
    if n == 0:
        return result.clone()
    for _ in range(min(n, length)):
        m = max(result.shape[d] - 1, 0)
        later, earlier = result.narrow(d, result.shape[d] - m, m), result.narrow(d, 0, m)
        result = later.logical_xor(earlier) if result._array.dtype.kind == "b" else later.sub(earlier)
    return written(result, out)


def _neighbours(y: Tensor, d: int) -> tuple[Tensor, Tensor]:
    n = y.shape[d]
    return y.narrow(d, 0, n - 1), y.narrow(d, 1, n - 1)


def _spacings(y: Tensor, x: Tensor, dim: int) -> Tensor:
    """The distances of the sample points, shaped to go with the pairs of neighbours of `y`."""
    name = "trapezoid"
    if x.ndim == 0 or (x.ndim == 1 and y.ndim == 0):
        raise IndexError(f"{name}: There must be one `x` value for each sample point")
    d = wrap_dim(dim, y.ndim)
    if x.ndim == 1:
        if x.shape[0] != y.shape[d]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        gaps = x[1:] - x[:-1]
        return gaps.reshape((-1,) + (1,) * (y.ndim - d - 1))
    if x.ndim < y.ndim:
        x = x.reshape((1,) * (y.ndim - x.ndim) + tuple(x.shape))
    left, right = _neighbours(x, wrap_dim(dim, x.ndim))
    return right - left


@composite(method=False)
def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    r"""The area under sampled values by the trapezoidal rule: :math:`\sum_i \tfrac12 (y_i + y_{i+1})\,
    \Delta x_i`.

    >>> import teachtorch as torch
    >>> torch.trapezoid(torch.tensor([0., 1., 2.]), dx=0.5)
    tensor(1.)
    """
    d = wrap_dim(dim, y.ndim)
    if y.shape[d] == 0:
        shape = [n for i, n in enumerate(y.shape) if i != d]
        return y.new_zeros(shape) if y.is_floating_point() or y.is_complex() else y.new_zeros(shape).float()
    if y._array.dtype.kind == "b" or (x is not None and x._array.dtype.kind == "b"):
        raise RuntimeError("trapezoid: received a bool input for `x` or `y`, but bool is not supported")
    if x is not None:
        gaps = _spacings(y, x, dim)
        left, right = _neighbours(y, d)
        return ((left + right) * gaps).sum(dim) / 2.0
    return (y.sum(dim) - (y.select(dim, 0) + y.select(dim, -1)) * 0.5) * (1 if dx is None else dx)


trapz = trapezoid


@composite(method=False)
def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """The area under sampled values up to each of them, from the second on.

    >>> import teachtorch as torch
    >>> torch.cumulative_trapezoid(torch.tensor([0., 1., 2.]))
    tensor([0.5000, 2.0000])
    """
    d = wrap_dim(dim, y.ndim)
    if y._array.dtype.kind == "b" or (x is not None and x._array.dtype.kind == "b"):
        raise RuntimeError(
            "cumulative_trapezoid: received a bool input for `x` or `y`, but bool is not supported"
        )
    left, right = _neighbours(y, d)
    if x is not None:
        return cumsum((left + right) * _spacings(y, x, dim), dim) / 2.0
    return cumsum((1 if dx is None else dx) / 2.0 * (left + right), dim)


@composite(method=False)
def gradient(input: Tensor, *, spacing: Any = None, dim: Any = None, edge_order: int = 1) -> list[Tensor]:
    r"""The derivative of a sampled function along each dimension, by second-order differences.

    Inside, :math:`f'_i \approx \frac{f_{i+1} - f_{i-1}}{2h}` (weighted by the distances where they differ);
    at the edges, one-sided differences of order `edge_order`.

    >>> import teachtorch as torch
    >>> torch.gradient(torch.tensor([1., 4., 9., 16.]))
    [tensor([3., 4., 6., 7.])]
    """
    spacing = 1 if spacing is None else spacing
    if dim is None:
        dims = tuple(range(input.ndim))
    else:
        dims = (dim,) if isinstance(dim, int) else tuple(dim)
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    for i, d in enumerate(dims):
        wrapped = wrap_dim(d, input.ndim)
        if wrapped in [wrap_dim(e, input.ndim) for e in dims[:i]]:
            raise RuntimeError(f"dim {wrapped} appears multiple times in the list of dims")
        if input.shape[d] < edge_order + 1:
            raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    spacings = list(spacing) if isinstance(spacing, (list, tuple)) else [spacing] * len(dims)
    if len(spacings) != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the "
            f"same length, but got a spacing argument of length {len(spacings)} and a dim argument of length "
            f"{len(dims)}."
        )
    return [_slope(input, h, wrap_dim(d, input.ndim), edge_order) for d, h in zip(dims, spacings)]


def _slope(f: Tensor, spacing: Any, d: int, edge_order: int) -> Tensor:
    """The derivative along one dimension, from the distances of its sample points."""
    n = f.shape[d]
    at = lambda i: f.narrow(d, i, 1)
    if isinstance(spacing, Tensor) and spacing.ndim:
        gaps = spacing[1:] - spacing[:-1]
        column = lambda g: g.reshape((-1,) + (1,) * (f.ndim - d - 1))
        a, b = column(gaps[:-1]), column(gaps[1:])
        first, second, before_last, last = gaps[0], gaps[min(1, n - 2)], gaps[max(n - 3, 0)], gaps[-1]
        low, here, high = f.narrow(d, 0, n - 2), f.narrow(d, 1, n - 2), f.narrow(d, 2, n - 2)
        inside = low * (-b / (a * (a + b))) + here * ((b - a) / (a * b)) + high * (a / (b * (a + b)))
    else:
        first = second = before_last = last = spacing
        inside = (f.narrow(d, 2, n - 2) - f.narrow(d, 0, n - 2)) / (2 * spacing)
    if edge_order == 1:
        left, right = (at(1) - at(0)) / first, (at(n - 1) - at(n - 2)) / last
    else:
        left = _one_sided(at(0), at(1), at(2), first, second)
        right = -_one_sided(at(n - 1), at(n - 2), at(n - 3), last, before_last)
    return cat([left, inside, right], d)


def _one_sided(f0: Tensor, f1: Tensor, f2: Tensor, a: Any, b: Any) -> Tensor:
    """The derivative at the first of three points at distances `a` and `b`: that of the parabola through "
    "them."""
    return f0 * (-(2 * a + b) / (a * (a + b))) + f1 * ((a + b) / (a * b)) - f2 * (a / (b * (a + b)))
