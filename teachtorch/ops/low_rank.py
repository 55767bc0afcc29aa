"""Approximate factorizations of large matrices of low rank, from a random sample of their range."""

from __future__ import annotations

from ..tensor import Tensor
from .linalg_qr import linalg_qr
from .linalg_spectral import svd_op
from .matmul import matmul
from .random import randn

__all__ = ["pca_lowrank", "svd_lowrank"]


def _basis(A: Tensor, q: int, niter: int) -> Tensor:
    """`q` orthonormal vectors that nearly span the range: the image of random vectors, sharpened by iteration."""
    sample = matmul(A, randn(A.shape[-1], q, dtype=A.dtype))
    basis = linalg_qr(sample)[0]
    for _ in range(niter):
        basis = linalg_qr(matmul(A.mH, basis))[0]
        basis = linalg_qr(matmul(A, basis))[0]
    return basis


def svd_lowrank(
    A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """The `q` largest singular values of A (or of A - M) and their vectors, nearly: ``U, S, V``.

    >>> import teachtorch as torch
    >>> torch.svd_lowrank(torch.ones(3, 2), q=1)[1]
    tensor([2.4495])
    """
    A = A if M is None else A - M
    wide = A.shape[-2] < A.shape[-1]
    A = A.mH if wide else A
    basis = _basis(A, 6 if q is None else q, 2 if niter is None else niter)
    u, s, vh = svd_op(matmul(basis.mH, A), False)
    u, v = matmul(basis, u), vh.mH
    return (v, s, u) if wide else (u, s, v)


def pca_lowrank(
    A: Tensor, q: int | None = None, center: bool = True, niter: int = 2
) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components: ``svd_lowrank`` of the rows of A, centred unless ``center=False``.

    The columns of V are the directions in which the rows vary most.

    >>> import teachtorch as torch
    >>> torch.pca_lowrank(torch.tensor([[1., 0.], [3., 0.]]), q=1)[1]
    tensor([1.4142])
    """
    m, n = A.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not 0 <= q <= min(m, n):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter)
