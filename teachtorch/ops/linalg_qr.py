"""Orthogonal bases: ``qr``, and the reflections it is made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array
from ..op import attach, op
from ..samples import fixed
from ..tensor import Tensor, wrap
from .joining import cat
from .linalg_common import adjoint, check_floating, check_matrices
from .results import written

__all__ = ["geqrf", "orgqr", "ormqr", "qr"]


@op(method=False, node="LinalgQr", returns=return_types.linalg_qr)
def linalg_qr(A: Array, mode: str = "reduced", *, xp: Any) -> tuple[Array, Array]:
    r""":math:`A = Q R`: orthonormal columns and an upper triangular matrix. ``mode``: reduced, complete or r.

    Derivative for at least as many rows as columns: :math:`(\bar Q + Q\, \mathrm{sym}(\mathrm{triu}(\bar R
    R^H - Q^H \bar Q)))\, R^{-H}`.

    >>> import teachtorch as torch
    >>> Q, R = torch.linalg.qr(torch.tensor([[3., 1.], [4., 2.]]))
    >>> (Q @ R).round(decimals=4)
    tensor([[3., 1.],
            [4., 2.]])
    """
    check_matrices("linalg.qr", A)
    check_floating("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or "
            "'complete'"
        )
    if mode == "r":
        return np.zeros(0, A.dtype), np.linalg.qr(A, "r")
    q, r = np.linalg.qr(A, "complete" if mode == "complete" else "reduced")
    return q, r


def _qr_by_matrix(grads: Any, mode: str, result0: Any, result1: Any, F: Any) -> Any:
    q, r = result0, result1
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
            "linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
        )
    m, n = q.shape[-2], r.shape[-1]
    if mode == "complete" and m > n:
        raise RuntimeError(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols"
        )
    by_q, by_r = grads
    core = by_r @ adjoint(r, F) - adjoint(q, F) @ by_q
    if m >= n:
        upper = F.triu(core)
        both = upper + adjoint(upper, F)
        both = both - F.diag_embed(F.diagonal(both, 0, -2, -1)) * 0.5
        return F.solve_triangular(adjoint(r, F), by_q + q @ both, upper=False, left=False)
    skew = F.tril(adjoint(core, F) - core)
    skew = skew - F.diag_embed(F.diagonal(skew, 0, -2, -1)) * 0.5
    square = F.slice_(r, -1, 0, m, 1)
    left = F.solve_triangular(adjoint(square, F), q @ skew, upper=False, left=False)
    rest = F.zeros_like(F.slice_(r, -1, m, n, 1))
    return F.cat([left, rest], -1) + q @ by_r


linalg_qr.grad(A=_qr_by_matrix)
linalg_qr.samples(
    fixed(
        lambda make: ((make(3, 3),), {}),
        lambda make: ((make(2, 4, 3),), {}),
        lambda make: ((make(3, 4),), {}),
    )
)


def qr(input: Tensor, some: bool = True, *, out: Any = None) -> Any:
    """``linalg.qr`` under its old name: reduced, or complete with ``some=False``.

    >>> import teachtorch as torch
    >>> torch.qr(torch.tensor([[-2.]])).R.abs()
    tensor([[2.]])
    """
    return written(return_types.qr(linalg_qr(input, "reduced" if some else "complete")), out)


@op(node="Geqrf", returns=return_types.geqrf)
def geqrf(input: Array, *, xp: Any) -> tuple[Array, Array]:
    """R and, below its diagonal, the vectors of the reflections whose product is Q; and their factors tau.

    >>> import teachtorch as torch
    >>> torch.geqrf(torch.tensor([[3.], [4.]])).a[0].abs()
    tensor([5.])
    """
    check_matrices("torch.geqrf", input, "input")
    turned, tau = np.linalg.qr(input, "raw")
    return np.ascontiguousarray(np.swapaxes(turned, -2, -1)), tau


def householder_product(A: Tensor, tau: Tensor, *, out: Any = None) -> Tensor:
    r"""The first columns of :math:`H_1 H_2 \cdots H_k`, :math:`H_i = 1 - \tau_i v_i v_i^H`: Q from what
    ``geqrf`` returns.

    The i-th vector is 1 at place i, 0 before, and what stands below the diagonal of column i of A after.

    >>> import teachtorch as torch
    >>> torch.linalg.householder_product(*torch.geqrf(torch.tensor([[3.], [4.]]))).abs()
    tensor([[0.6000],
            [0.8000]])
    """
    if A.ndim < 2:
        raise RuntimeError("torch.linalg.householder_product: input must have at least 2 dimensions.")
    m, n = A.shape[-2:]
    if m < n:
        raise RuntimeError(
            "torch.linalg.householder_product: input.shape[-2] must be greater than or equal to "
            "input.shape[-1]"
        )
    if n < tau.shape[-1]:
        raise RuntimeError(
            "torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]"
        )
    one = wrap(np.broadcast_to(np.eye(m, n, dtype=A._array.dtype), tuple(A.shape)).copy())
    return written(_reflected(A, tau, one, range(tau.shape[-1] - 1, -1, -1)), out)


def _reflected(A: Tensor, tau: Tensor, x: Tensor, order: Any, conjugate: bool = False) -> Tensor:
    """Apply the reflections to the columns of `x`, one after the other."""
    m = A.shape[-2]
    for i in order:
        v = _vector(A, i, m)
        factor = tau[..., i, None, None]
        x = x - (factor.conj() if conjugate else factor) * (v @ (v.mH @ x))
    return x


def _vector(A: Tensor, i: int, m: int) -> Tensor:
    head = np.zeros((*A.shape[:-2], i + 1, 1), A._array.dtype)
    head[..., i, 0] = 1
    return cat([wrap(head), A[..., i + 1 : m, i : i + 1]], -2)


orgqr = householder_product


def ormqr(
    input: Tensor, tau: Tensor, other: Tensor, left: bool = True, transpose: bool = False, *, out: Any = None
) -> Tensor:
    """The product of Q, all of it, from what ``geqrf`` returns, with a matrix: Q C, C Q, or with the
    adjoint of Q.

    >>> import teachtorch as torch
    >>> torch.ormqr(*torch.geqrf(torch.tensor([[1.]])), torch.tensor([[5.]])).abs()
    tensor([[5.]])
    """
    if input.ndim < 2:
        raise RuntimeError("torch.ormqr: input must have at least 2 dimensions.")
    if other.ndim < 2:
        raise RuntimeError("torch.ormqr: other must have at least 2 dimensions.")
    if not left:
        return written(ormqr(input, tau, other.mH, True, not transpose).mH, out)
    k = tau.shape[-1]
    order = range(k) if transpose else range(k - 1, -1, -1)
    return written(_reflected(input, tau, other, order, transpose), out)


attach("qr", qr)
attach("orgqr", orgqr)
attach("ormqr", ormqr)
