"""Quantiles, covariances and histograms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import return_types
from ..diagnose import not_implemented_for
from ..dtypes import int64
from ..op import composite
from ..shapes import wrap_dim
from ..tensor import Tensor, wrap
from .creation import linspace
from .creation import tensor as make_tensor
from .order import sort
from .reduction import nansum, sum
from .results import written

__all__ = [
    "bincount",
    "corrcoef",
    "cov",
    "histc",
    "histogram",
    "histogramdd",
    "nanmean",
    "nanquantile",
    "quantile",
]


@composite()
def nanmean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Tensor:
    """The mean of what is not NaN.

    >>> import teachtorch as torch
    >>> torch.nanmean(torch.tensor([1., torch.nan, 3.]))
    tensor(2.)
    """
    if input._array.dtype.kind not in "fc":
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {input.dtype.legacy}"
        )
    there = sum(~input.detach().isnan(), dim, keepdim)
    result = nansum(input, dim, keepdim, dtype=dtype).div(there)
    return written(result, out)


# -- quantiles ----------------------------------------------------------------------------------------------

_BETWEEN = ("linear", "lower", "higher", "midpoint", "nearest")


def _quantile(
    name: str, input: Tensor, q: Any, dim: int | None, keepdim: bool, interpolation: str, skip_nan: bool
) -> Tensor:
    """Sort, find the (fractional) rank of each quantile, and interpolate between its neighbours."""
    if not input.numel():
        raise RuntimeError(f"{name}() input tensor must be non-empty")
    if input._array.dtype not in (np.float32, np.float64):
        raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
    if isinstance(q, Tensor):
        if q.ndim > 1:
            raise RuntimeError(f"{name}() q must be a scalar or 1D tensor")
        if q.dtype is not input.dtype:
            raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
    else:
        if not 0 <= q <= 1:
            raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q}")
        q = make_tensor(q, dtype=input.dtype)
    if interpolation not in _BETWEEN:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
            f"{interpolation}"
        )
    if not ((q._array >= 0) & (q._array <= 1)).all():
        raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
    if dim is None:
        lines = input.reshape(-1)
    else:
        d = wrap_dim(dim, input.ndim)
        lines = input.transpose(d, -1) if input.ndim else input.reshape(1)
    ordered = sort(lines, -1)[0]
    n = ordered.shape[-1]
    missing = ordered.isnan()
    if skip_nan:
        last = (~missing).sum(-1, keepdim=True).sub(1).clamp(min=0)
        ranks = q.reshape(-1) * last.to(input.dtype)
    else:
        ranks = q.reshape(-1) * (n - 1)
        ranks = ranks.expand(*lines.shape[:-1], ranks.shape[0]).masked_fill(
            missing.any(-1, keepdim=True), n - 1
        )
    if interpolation in ("lower", "higher", "nearest"):
        ranks = {"lower": ranks.floor, "higher": ranks.ceil, "nearest": ranks.round}[interpolation]()
    below = ranks.detach().to(int64)
    result = ordered.gather(-1, below)
    if interpolation in ("linear", "midpoint"):
        above = ranks.detach().ceil().to(int64)
        weight = ranks - below if interpolation == "linear" else ranks.detach().mul(0).add(0.5)
        result = result.lerp(ordered.gather(-1, above), weight)
    return _quantiles_first(result, q.ndim, dim, input.ndim, keepdim)


def _quantiles_first(result: Tensor, q_ndim: int, dim: int | None, ndim: int, keepdim: bool) -> Tensor:
    """From (lines..., quantiles), with `dim` swapped to the end, to (quantiles, shape of the reduction)."""
    result = result.unsqueeze(0).transpose(0, -1)
    if dim is None or not ndim:
        result = result.reshape(result.shape[0], *([1] * ndim if keepdim else []))
    else:
        d = wrap_dim(dim, ndim)
        result = result.transpose(d + 1, -1)
        result = result if keepdim else result.squeeze(d + 1)
    return result if q_ndim else result.squeeze(0)


@composite()
def quantile(
    input: Tensor,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Any = None,
) -> Tensor:
    """The value below which a fraction `q` of the elements lies; a NaN makes the result NaN.

    `q` is a number or a vector, whose dimension comes first in the result. Between two elements,
    `interpolation` says what to take: ``linear lower higher midpoint nearest``.

    >>> import teachtorch as torch
    >>> torch.quantile(torch.tensor([1., 2., 3., 4.]), 0.5)
    tensor(2.5000)
    """
    result = _quantile("quantile", input, q, dim, keepdim, interpolation, False)
    return written(result, out)


@composite()
def nanquantile(
    input: Tensor,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Any = None,
) -> Tensor:
    """``quantile`` of what is not NaN.

    >>> import teachtorch as torch
    >>> torch.nanquantile(torch.tensor([1., torch.nan, 3.]), 0.5)
    tensor(2.)
    """
    result = _quantile("nanquantile", input, q, dim, keepdim, interpolation, True)
    return written(result, out)


# -- covariance ---------------------------------------------------------------------------------------------


@composite()
def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    r"""The covariances of variables (rows) over observations (columns): :math:`\frac{1}{n - c} (X - \bar
    X)(X - \bar X)^H`.

    `fweights` says how often each observation was made, `aweights` how much it counts.

    >>> import teachtorch as torch
    >>> torch.cov(torch.tensor([[0., 2.], [1., 0.]]))
    tensor([[ 2.0000, -1.0000],
            [-1.0000,  0.5000]])
    """
    if input.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} "
            "dimensions"
        )
    if input._array.dtype.kind == "b":
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input.view(1, -1) if input.ndim < 2 else input
    n = x.shape[1]
    weights = None
    for name, w in (("fweights", fweights), ("aweights", aweights)):
        if w is None:
            continue
        if w.ndim > 1:
            raise RuntimeError(
                f"cov(): expected {name} to have one or fewer dimensions but got {name} with {w.ndim} "
                "dimensions"
            )
        floating = w.is_floating_point()
        if name == "fweights" and (floating or w.is_complex()):
            raise RuntimeError(
                f"cov(): expected fweights to have integral dtype but got fweights with {w.dtype.legacy} dtype"
            )
        if name == "aweights" and not floating:
            raise RuntimeError(
                f"cov(): expected aweights to have floating point dtype but got aweights with {w.dtype.legacy} dtype"
            )
        if w.numel() != n:
            raise RuntimeError(
                f"cov(): expected {name} to have the same numel as there are observations in the input but "
                f"got {w.numel()} != {n}"
            )
        if w._array.size and w._array.min() < 0:
            raise RuntimeError(f"cov(): {name} cannot be negative")
        weights = w if weights is None else weights * w
    total: Any = n if weights is None else weights.sum()
    if weights is None:
        mean = x.sum(1) / n if x.is_floating_point() or x.is_complex() else x.float().sum(1) / n
    else:
        if total._array == 0:
            raise RuntimeError("cov(): weights sum to zero, can't be normalized")
        mean = (x * weights).sum(1) / total
    if weights is not None and aweights is not None and correction != 0:
        counted = weights * aweights
        norm = total - correction * counted.sum() / total
    else:
        norm = total - correction
    if isinstance(norm, Tensor):
        norm = norm.clamp(min=0)
    else:
        norm = max(norm, 0)
    centered = x - mean.unsqueeze(1)
    other = (centered if weights is None else centered * weights).t().conj()
    return (centered @ other).true_divide(norm).squeeze()


@composite()
def corrcoef(input: Tensor) -> Tensor:
    r"""The correlation coefficients of variables (rows): covariances in units of standard deviations,
    within [-1, 1].

    >>> import teachtorch as torch
    >>> torch.corrcoef(torch.tensor([[0., 1., 2.], [4., 2., 0.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if input.ndim > 2:
        raise RuntimeError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{input.ndim} dimensions"
        )
    c = cov(input)
    if c.ndim == 0:
        return c / c
    deviation = (c.diagonal().real if c.is_complex() else c.diagonal()).sqrt()
    c = c / deviation.view(-1, 1) / deviation.view(1, -1)
    if c.is_complex():
        from .complex_numbers import complex

        return complex(c.real.clip(-1, 1), c.imag.clip(-1, 1))
    return c.clip(-1, 1)


# -- counting -----------------------------------------------------------------------------------------------


@composite()
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of 0, 1, 2, ... occurs; with `weights`, the sum of the weights where it does.

    >>> import teachtorch as torch
    >>> torch.bincount(torch.tensor([1, 1, 3]))
    tensor([0, 2, 0, 1])
    """
    array = input._array
    if array.dtype.kind not in "iu":
        raise not_implemented_for("bincount_cpu", array.dtype)
    if minlength < 0:
        raise RuntimeError(f"minlength should be >= 0 but got {minlength}")
    if array.ndim != 1 or (array.size and array.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and (weights.ndim != 1 or weights.shape != input.shape):
        raise RuntimeError("weights should be 1-d and have the same length as input")
    if weights is None:
        return wrap(np.bincount(array.astype(np.int64), minlength=minlength))
    kind = np.float32 if weights._array.dtype == np.float32 else np.float64
    return wrap(
        np.bincount(array.astype(np.int64), weights._array.astype(np.float64), minlength).astype(kind)
    )


def _range_of(array: Any, low: float, high: float) -> tuple[float, float]:
    """The bounds of a histogram: of the data if none were given, never empty."""
    if low == high and array.size:
        low, high = float(array.min()), float(array.max())
    return (low - 1, high + 1) if low == high else (low, high)


@composite()
def histc(input: Tensor, bins: int = 100, min: Any = 0, max: Any = 0, *, out: Any = None) -> Tensor:
    """How many elements fall in each of `bins` equal intervals between `min` and `max`, or of the data's
    range.

    >>> import teachtorch as torch
    >>> torch.histc(torch.tensor([1., 2., 1.]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    array = input._array
    if array.dtype.kind not in "f":
        raise not_implemented_for("histogram_cpu", array.dtype)
    if bins <= 0:
        raise RuntimeError("bins must be > 0")
    low, high = _range_of(array, float(min), float(max))
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"range of [{low:g}, {high:g}] is not finite")
    if low > high:
        raise RuntimeError("max must be larger than min")
    inside = array[(array >= low) & (array <= high)].astype(np.float64)
    place = np.minimum(((inside - low) * (bins / (high - low))).astype(np.int64), bins - 1)
    result = wrap(np.bincount(place, minlength=bins).astype(array.dtype))
    return written(result, out)


def _edges(array: Any, bins: Any, bounds: Any, dtype: Any) -> Any:
    """The boundaries of the bins along one axis."""
    if isinstance(bins, Tensor):
        return bins._array
    if bounds is not None:
        low, high = float(bounds[0]), float(bounds[1])
    else:
        low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return linspace(low, high, bins + 1, dtype=dtype)._array


def _counts(points: Any, edges: list[Any], weight: Any, density: bool) -> Any:
    """Count points (rows) in a grid of bins; the last bin of each axis includes its right edge."""
    inside = np.ones(len(points), bool)
    places = []
    for axis, edge in enumerate(edges):
        x = points[:, axis]
        place = np.searchsorted(edge, x, side="right") - 1
        place = np.where(x == edge[-1], len(edge) - 2, place)
        inside &= (place >= 0) & (place < len(edge) - 1) & ~np.isnan(x)
        places.append(place)
    shape = tuple(len(e) - 1 for e in edges)
    flat = (
        np.ravel_multi_index(tuple(p[inside] for p in places), shape)
        if inside.any()
        else np.zeros(0, np.int64)
    )
    weights = None if weight is None else weight.reshape(-1)[inside].astype(np.float64)
    hist = np.bincount(flat, weights, math.prod(shape)).reshape(shape).astype(np.float64)
    if density:
        hist = hist / hist.sum()
        for axis, edge in enumerate(edges):
            hist = hist / np.diff(edge.astype(np.float64)).reshape((-1,) + (1,) * (len(edges) - axis - 1))
    return hist.astype(points.dtype)


@composite()
def histogram(
    input: Tensor,
    bins: Any,
    *,
    range: Any = None,
    weight: Tensor | None = None,
    density: bool = False,
    out: Any = None,
) -> Any:
    """Counts per bin and the bins' edges; `bins` is their number or the edges themselves.

    >>> import teachtorch as torch
    >>> torch.histogram(torch.tensor([1., 2., 1.]), bins=4, range=(0., 3.))
    torch.return_types.histogram(
    hist=tensor([0., 2., 1., 0.]),
    bin_edges=tensor([0.0000, 0.7500, 1.5000, 2.2500, 3.0000]))
    """
    array = input._array
    if array.dtype.kind != "f":
        raise not_implemented_for("histogram_cpu", array.dtype)
    edges = _edges(array, bins, range, input.dtype)
    hist = _counts(array.reshape(-1, 1), [edges], None if weight is None else weight._array, density)
    return written(return_types.histogram(wrap(hist), wrap(edges.copy())), out)


@composite(method=False)
def histogramdd(
    input: Tensor, bins: Any, *, range: Any = None, weight: Tensor | None = None, density: bool = False
) -> Any:
    """``histogram`` of points with several coordinates, one in each column of the last dimension.

    >>> import teachtorch as torch
    >>> torch.histogramdd(torch.tensor([[0., 0.], [1., 1.], [0., 1.]]), [2, 2]).hist
    tensor([[1., 1.],
            [0., 1.]])
    """
    array = input._array
    if array.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    n = array.shape[-1]
    points = array.reshape(-1, n)
    counts = [bins] * n if isinstance(bins, int) else list(bins)
    if len(counts) != n:
        raise RuntimeError(
            "histogramdd: The size of bins must be equal to the innermost dimension of the input."
        )
    bounds = [None] * n if range is None else [range[2 * i : 2 * i + 2] for i in np.arange(n)]
    edges = [_edges(points[:, i], counts[i], bounds[i], input.dtype) for i in np.arange(n)]
    hist = _counts(points, edges, None if weight is None else weight._array, density)
    return return_types.histogramdd(wrap(hist), tuple(wrap(e.copy()) for e in edges))
