"""Quantiles and covariances."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import int64
from ..op import composite
from ..shapes import wrap_dim
from ..tensor import Tensor
from .creation import tensor as make_tensor
from .order import sort
from .reduction import nansum, sum
from .results import written

__all__ = ["corrcoef", "cov", "nanmean", "nanquantile", "quantile"]


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
