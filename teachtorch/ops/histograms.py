"""Counting: how often each integer occurs, and how many elements fall in each interval."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import return_types
from ..diagnose import not_implemented_for
from ..op import composite
from ..tensor import Tensor, wrap
from .creation import linspace
from .results import written

__all__ = ["bincount", "histc", "histogram", "histogramdd"]


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
