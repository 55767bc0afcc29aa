"""Distances between points, and tensors kept within a distance of 0. Cross products too, which live in
space."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..binding import Array
from ..op import composite, op
from ..samples import fixed
from ..shapes import wrap_dim
from ..tensor import Tensor, wrap
from .spread import _norm_by_input as norm_by_input
from .spread import vector_norm

__all__ = ["cdist", "cross", "dist", "pdist", "renorm"]

_norm = lambda x, p, dim=None, keepdim=False: vector_norm.op.kernel(x, p, dim, keepdim, xp=np)


@op()
def dist(input: Array, other: Array, p: float = 2, *, xp: Any) -> Array:
    r"""The p-norm of the difference, :math:`(\sum_i |a_i - b_i|^p)^{1/p}`.

    >>> import teachtorch as torch
    >>> torch.dist(torch.tensor([0., 0.]), torch.tensor([3., 4.]))
    tensor(5.)
    """
    return xp.asarray(_norm(input - other, p))


dist.grad(
    input=lambda grad, input, other, p, result, F: norm_by_input(
        grad, input - other, p, None, False, result, F
    ),
    other=lambda grad, input, other, p, result, F: (
        -norm_by_input(grad, input - other, p, None, False, result, F)
    ),
)
dist.samples(
    fixed(lambda make: ((make(3, 2), make(3, 2)), {}), lambda make: ((make(3, 2), make(2), 3), {})),
)


@op(real=RuntimeError("cdist only supports floating-point dtypes, X1 got: ComplexFloat"), method=False)
def cdist(x1: Array, x2: Array, p: float = 2.0, compute_mode: str | None = None, *, xp: Any) -> Array:
    r"""The distances of all pairs: rows of :math:`(\ldots, m, d)` against rows of :math:`(\ldots, n, d)`.

    Derivative for p = 2: the unit vector from one point to the other.

    >>> import teachtorch as torch
    >>> torch.cdist(torch.tensor([[0., 0.]]), torch.tensor([[3., 4.], [0., 1.]]))
    tensor([[5., 1.]])
    """
    if x1.ndim < 2 or x2.ndim < 2:
        name, x = ("X1", x1) if x1.ndim < 2 else ("X2", x2)
        raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
        )
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if not x1.shape[-1]:
        batch = np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
        return xp.zeros((*batch, x1.shape[-2], x2.shape[-2]), x1.dtype)
    return _norm(x1[..., :, None, :] - x2[..., None, :, :], p, -1)


def _pairs(grad: Any, x1: Any, x2: Any, p: float, result: Any, F: Any) -> Any:
    """The gradient by each difference of two points."""
    difference = F.unsqueeze(x1, -2) - F.unsqueeze(x2, -3)
    return norm_by_input(grad, difference, p, -1, False, result, F)


cdist.grad(
    x1=lambda grad, x1, x2, p, result, F: F.sum(_pairs(grad, x1, x2, p, result, F), -2),
    x2=lambda grad, x1, x2, p, result, F: -F.sum(_pairs(grad, x1, x2, p, result, F), -3),
)
cdist.samples(
    fixed(lambda make: ((make(3, 2), make(4, 2)), {}), lambda make: ((make(2, 3, 2), make(4, 2), 1.0), {}))
)


@op(real=RuntimeError("pdist only supports floating-point dtypes"), method=False)
def pdist(input: Array, p: float = 2.0, *, xp: Any) -> Array:
    """The distances of all pairs of different rows: the upper triangle of ``cdist(x, x)``, row by row.

    >>> import teachtorch as torch
    >>> torch.pdist(torch.tensor([[0.], [1.], [3.]]))
    tensor([1., 3., 2.])
    """
    if input.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.ndim}D")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    first, second = np.triu_indices(input.shape[0], 1)
    if not input.shape[1]:
        return xp.zeros(len(first), input.dtype)
    return _norm(input[first] - input[second], p, -1)


def _pdist_by_input(grad: Any, input: Any, p: float, result: Any, F: Any) -> Any:
    pairs = np.triu_indices(input.shape[0], 1)
    first, second = map(wrap, pairs) if isinstance(input, Tensor) else pairs
    difference = F.index_select(input, 0, first) - F.index_select(input, 0, second)
    each = norm_by_input(grad, difference, p, -1, False, result, F)
    shape = tuple(input.shape)
    return F.index_add_zeros(each, shape, 0, first) - F.index_add_zeros(each, shape, 0, second)


pdist.grad(input=_pdist_by_input)
pdist.samples(fixed(lambda make: ((make(4, 2),), {}), lambda make: ((make(4, 2), 3.0), {})))


@op(inplace=True)
def renorm(input: Array, p: float, dim: int, maxnorm: float, *, xp: Any) -> Array:
    """Each slice along a dimension whose p-norm exceeds `maxnorm` scaled down to it.

    >>> import teachtorch as torch
    >>> torch.renorm(torch.tensor([[3., 4.], [0., 1.]]), 2, 0, 1)
    tensor([[0.6000, 0.8000],
            [0.0000, 1.0000]])
    """
    if input.ndim < 2:
        raise RuntimeError("renorm: input needs at least 2 dimensions, got " + f"{input.ndim} dimensions")
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    size = _norm(input, p, _others(input.ndim, dim), True)
    return input * xp.where(size > maxnorm, maxnorm / (size + 1e-7), 1).astype(input.dtype)


def _others(ndim: int, dim: int) -> tuple[int, ...]:
    d = wrap_dim(dim, ndim)
    return tuple(k for k in range(ndim) if k != d)


def _renorm_by_input(grad: Any, input: Any, p: float, dim: int, maxnorm: float, F: Any) -> Any:
    """Where the slice was scaled, by the product rule: the scale depends on the norm."""
    dims = _others(len(input.shape), dim)
    size = F.vector_norm(input, p, dims, True)
    along = F.real(F.sum(input.conjugate() * grad, dims, True))
    by_norm = norm_by_input(along, input, p, dims, True, size, F)
    scaled = (grad - by_norm / (size + 1e-7)) * (maxnorm / (size + 1e-7))
    return F.where(size > maxnorm, scaled, grad)


renorm.grad(input=_renorm_by_input)
renorm.samples(fixed(lambda make: ((make(3, 4), 2, 0, 1.0), {}), lambda make: ((make(3, 4), 1, 1, 2.0), {})))


@op(method=False, node="LinalgCross")
def cross_along(input: Array, other: Array, dim: int = -1, *, xp: Any) -> Array:
    """The kernel of ``cross``."""
    if input.ndim != other.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    d = wrap_dim(dim, input.ndim)
    if input.shape[d] != 3 or other.shape[d] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[d]} and "
            f"{other.shape[d]}"
        )
    a, b = xp.moveaxis(input, d, 0), xp.moveaxis(other, d, 0)
    parts = [a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3] for i in range(3)]
    return xp.moveaxis(xp.stack(parts), 0, d)


@composite()
def cross(input: Tensor, other: Tensor, dim: int | None = None, *, out: Any = None) -> Tensor:
    r"""The cross product of vectors in space, along a dimension of size 3 (the first one, if none is named).

    Derivatives: :math:`b \times g` and :math:`g \times a`.

    >>> import teachtorch as torch
    >>> torch.cross(torch.tensor([1., 0., 0.]), torch.tensor([0., 1., 0.]), dim=0)
    tensor([0., 0., 1.])
    """
    if dim is None:
        if 3 not in input.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = tuple(input.shape).index(3)
    return cross_along(input, other, dim, out=out)


cross_along.grad(
    input=lambda grad, other, dim, F: F.cross_along(other.conjugate(), grad, dim),
    other=lambda grad, input, dim, F: F.cross_along(grad, input.conjugate(), dim),
)
cross_along.samples(
    fixed(lambda make: ((make(2, 3), make(2, 3)), {}), lambda make: ((make(3, 2), make(3, 1), 0), {}))
)
