"""Variance, norms and log-sum-exp: how far numbers lie from their mean or from zero."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..binding import Array
from ..op import FLOAT, composite, op
from ..samples import fixed, one_dim
from ..shapes import wrap_dims
from ..tensor import Tensor
from .reducing import Dims, count_along, unreduce
from .reduction import mean

__all__ = ["logsumexp", "norm", "std", "std_mean", "var", "var_mean"]


def _correction(unbiased: Any, correction: Any) -> Any:
    return correction if correction is not None else (1 if unbiased is None or unbiased else 0)


@op(method=False, node="Var")
def var_(input: Array, dim: Dims, correction: float, keepdim: bool, *, xp: Any) -> Array:
    """The kernel of ``var``."""
    axes = wrap_dims(dim, input.ndim)
    n = math.prod([input.shape[d] for d in axes])
    centered = input - xp.mean(input, axis=axes, keepdims=True)
    squares = xp.abs(centered) ** 2 if input.dtype.kind == "c" else centered * centered
    return xp.sum(squares, axis=axes, keepdims=keepdim) / squares.dtype.type(np.maximum(n - correction, 0))


var_.grad(
    input=lambda grad, input, dim, correction, keepdim, F: (
        unreduce(grad, tuple(input.shape), dim, keepdim, F)
        * (input - F.mean(input, dim if dim is not None else tuple(range(len(input.shape))), True))
        * (
            2.0
            / (
                count_along(tuple(input.shape), dim) - correction
                if count_along(tuple(input.shape), dim) > correction
                else np.nan
            )
        )
    )
)
var_.samples(
    fixed(
        lambda make: ((make(3, 2), None, 1, False), {}),
        lambda make: ((make(3, 2), 0, 0, True), {}),
        lambda make: ((make(2, 3, 2), (0, 2), 1, False), {}),
    )
)


@op(method=False, node="Std")
def std_(input: Array, dim: Dims, correction: float, keepdim: bool, *, xp: Any) -> Array:
    """The kernel of ``std``."""
    return xp.sqrt(var_.op.kernel(input, dim, correction, keepdim, xp=xp))


def _std_by_input(
    grad: Any, input: Any, dim: Any, correction: Any, keepdim: bool, result: Any, F: Any
) -> Any:
    by_variance = F.where(result == 0, F.zeros_like(result), grad / (result * 2))
    n = count_along(tuple(input.shape), dim)
    shape = tuple(input.shape)
    centered = input - F.mean(input, dim if dim is not None else tuple(range(len(shape))), True)
    return (
        unreduce(by_variance, shape, dim, keepdim, F)
        * centered
        * (2.0 / (n - correction if n > correction else np.nan))
    )


std_.grad(input=_std_by_input)
std_.samples(
    fixed(lambda make: ((make(3, 2), None, 1, False), {}), lambda make: ((make(3, 2), 0, 0, True), {}))
)


def _spread(name: str, kernel: Any, doc: str) -> Any:
    def spread(
        input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
    ) -> Tensor:
        if isinstance(dim, bool):  # var(x, False): the old position of `unbiased`
            dim, unbiased = None, dim
        if isinstance(unbiased, bool) or unbiased is None:
            return kernel(input, dim, _correction(unbiased, correction), keepdim)
        raise TypeError(f"{name}(): argument 'unbiased' must be bool, not {type(unbiased).__name__}")

    spread.__name__ = spread.__qualname__ = name
    spread.__doc__ = doc
    return composite()(spread)


var = _spread(
    "var", var_,
    r"""The variance, :math:`\frac{1}{n - c} \sum_i (x_i - \bar x)^2` with the correction
    :math:`c = 1` unless told otherwise.

    >>> import teachtorch as torch
    >>> torch.var(torch.tensor([1., 2., 3.]))
    tensor(1.)
    """,
)  # fmt: skip
std = _spread(
    "std", std_,
    """The standard deviation: the square root of the variance.

    >>> import teachtorch as torch
    >>> torch.std(torch.tensor([1., 2., 3.]), correction=0)
    tensor(0.8165)
    """,
)  # fmt: skip


def var_mean(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """Variance and mean.

    >>> import teachtorch as torch
    >>> torch.var_mean(torch.tensor([1., 2., 3.]))
    (tensor(1.), tensor(2.))
    """
    if isinstance(dim, bool):  # the old position of `unbiased`
        dim, unbiased = None, dim
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def std_mean(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """Standard deviation and mean.

    >>> import teachtorch as torch
    >>> torch.std_mean(torch.tensor([1., 2., 3.]))
    (tensor(1.), tensor(2.))
    """
    if isinstance(dim, bool):  # the old position of `unbiased`
        dim, unbiased = None, dim
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


@op(promotion=FLOAT, method=False, node="LinalgVectorNorm")
def vector_norm(input: Array, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, xp: Any) -> Array:
    r"""The p-norm :math:`(\sum_i |x_i|^p)^{1/p}`; the largest modulus for infinity, the count of nonzeros for 0."""
    axes = wrap_dims(dim, input.ndim)
    size = xp.abs(input)
    if ord == math.inf:
        return xp.max(size, axis=axes, keepdims=keepdim)
    if ord == -math.inf:
        return xp.min(size, axis=axes, keepdims=keepdim)
    if ord == 0:
        return xp.sum(size != 0, axis=axes, keepdims=keepdim).astype(size.dtype)
    if ord == 1:
        return xp.sum(size, axis=axes, keepdims=keepdim)
    if ord == 2:
        return xp.sqrt(xp.sum(size * size, axis=axes, keepdims=keepdim))
    return xp.sum(size**ord, axis=axes, keepdims=keepdim) ** (1 / ord)


def _norm_by_input(grad: Any, input: Any, ord: float, dim: Dims, keepdim: bool, result: Any, F: Any) -> Any:
    shape = tuple(input.shape)
    grad, norm = unreduce(grad, shape, dim, keepdim, F), unreduce(result, shape, dim, keepdim, F)
    if ord == 0:
        return F.zeros_like(input)
    if ord == 1:
        return grad * F.sgn(input)
    if ord == 2:
        return grad * F.where(norm == 0, F.zeros_like(input), input / norm)
    if ord in (math.inf, -math.inf):
        chosen = F.eq(F.abs(input), norm)
        share = unreduce(F.sum(chosen, dim, keepdim), shape, dim, keepdim, F)
        return F.where(chosen, grad * F.sgn(input) / share, F.zeros_like(input))
    scaled = F.where(norm == 0, F.zeros_like(norm), F.pow(F.abs(input) / norm, ord - 1))
    return grad * F.sgn(input) * scaled


vector_norm.grad(input=_norm_by_input)
vector_norm.samples(
    fixed(
        lambda make: ((make(3, 2),), {}),
        lambda make: ((make(3, 2), 1, 0), {}),
        lambda make: ((make(3, 2), 3, 1, True), {}),
        lambda make: ((make(3, 2), math.inf, 0), {}),
    )
)


@composite()
def norm(
    input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: Any = None, dtype: Any = None
) -> Tensor:
    """The p-norm of all elements or along dimensions ("fro": p = 2).

    >>> import teachtorch as torch
    >>> torch.norm(torch.tensor([3., 4.]))
    tensor(5.)
    """
    if dtype is not None:
        input = input.to(dtype)
    if p == "nuc":
        from .linalg_norms import matrix_norm  # which is made of the vector norm below

        return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim, out=out)
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, out=out)


@op(promotion=FLOAT)
def logsumexp(input: Array, dim: Dims, keepdim: bool = False, *, xp: Any) -> Array:
    r""":math:`\ln \sum_i e^{x_i}`, computed from the maximum so that nothing overflows. Derivative: the softmax.

    >>> import teachtorch as torch
    >>> torch.logsumexp(torch.tensor([1000., 1000.]), 0)
    tensor(1000.6932)
    """
    axes = wrap_dims(dim, input.ndim)
    top = xp.max(input.real, axis=axes, keepdims=True)
    top = xp.where(xp.isfinite(top), top, 0)
    total = xp.log(xp.sum(xp.exp(input - top), axis=axes, keepdims=True)) + top
    return total if keepdim else total.squeeze(axes)


logsumexp.grad(
    input=lambda grad, input, dim, keepdim, result, F: (
        unreduce(grad, tuple(input.shape), dim, keepdim, F)
        * F.exp(input - unreduce(result, tuple(input.shape), dim, keepdim, F)).conjugate()
    )
)
logsumexp.samples(one_dim)
