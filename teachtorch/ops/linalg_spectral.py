"""Eigenvalues and singular values.

The derivatives of the vectors divide by differences of values: where two are equal they do not exist. The
vectors are fixed only up to a factor of modulus 1; losses should not depend on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array
from ..op import attach, op
from ..samples import fixed
from ..tensor import Tensor
from .linalg_common import (
    LinAlgError,
    adjoint,
    check_floating,
    check_matrices,
    check_square,
    identity_like,
    used,
)
from .results import written

__all__ = ["svd"]


def _differences(values: Any, F: Any) -> Any:
    """The matrix of ``values[j] - values[i]``, with 1 on the diagonal."""
    n = values.shape[-1]
    gaps = F.unsqueeze(values, -2) - F.unsqueeze(values, -1)
    return F.where(identity_like(values, n) != 0, F.ones_like(gaps), gaps)


def _off_diagonal(x: Any, F: Any) -> Any:
    return x - F.diag_embed(F.diagonal(x, 0, -2, -1))


# -- Hermitian ----------------------------------------------------------------------------------------------


@op(method=False, node="LinalgEigh", returns=return_types.linalg_eigh)
def eigh(A: Array, UPLO: str = "L", *, xp: Any) -> tuple[Array, Array]:
    r"""Real eigenvalues, in rising order, and orthonormal eigenvectors (columns) of a Hermitian matrix:
    :math:`A = V \Lambda V^H`.

    Only the lower triangle is read, or the upper one with ``UPLO="U"``.

    Derivative: :math:`V \left(\mathrm{diag}\,\bar\lambda + \frac{X}{\lambda_j - \lambda_i}\right) V^H`, X the
    skew-Hermitian part of :math:`V^H \bar V`.

    >>> import teachtorch as torch
    >>> torch.linalg.eigh(torch.tensor([[2., 0.], [0., 1.]])).eigenvalues
    tensor([1., 2.])
    """
    check_square("linalg.eigh", A)
    check_floating("linalg.eigh", A)
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    try:
        values, vectors = np.linalg.eigh(A, "U" if UPLO.upper() == "U" else "L")
        return values, vectors
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.eigh: The algorithm failed to converge because the input matrix is ill-conditioned or "
            "has too many repeated eigenvalues."
        ) from None


def _eigh_by_matrix(grads: Any, result0: Any, result1: Any, F: Any) -> Any:
    by_values, by_vectors = grads
    turned = adjoint(result1, F)
    core = F.diag_embed(by_values)
    if used(by_vectors):
        turn = turned @ by_vectors
        core = core + _off_diagonal(turn - adjoint(turn, F), F) * 0.5 / _differences(result0, F)
    return result1 @ core @ turned


eigh.grad(A=_eigh_by_matrix)
eigh.samples(
    fixed(lambda make: ((_symmetric(make, 3, 3),), {}), lambda make: ((_symmetric(make, 2, 2, 2), "U"), {})),
)


def _symmetric(make: Any, *shape: int) -> Any:
    x = make(*shape)
    return (x + x.mT).detach()


def eigvalsh(A: Tensor, UPLO: str = "L", *, out: Any = None) -> Tensor:
    """The eigenvalues of a Hermitian matrix, in rising order.

    >>> import teachtorch as torch
    >>> torch.linalg.eigvalsh(torch.tensor([[2., 0.], [0., 1.]]))
    tensor([1., 2.])
    """
    return written(eigh(A, UPLO)[0], out)


# -- general ------------------------------------------------------------------------------------------------


@op(method=False, node="LinalgEig", returns=return_types.linalg_eig)
def eig(A: Array, *, xp: Any) -> tuple[Array, Array]:
    r"""Eigenvalues and eigenvectors (columns) of a square matrix, both complex: :math:`A V = V \Lambda`.

    Derivative: :math:`V^{-H} \left(\mathrm{diag}\,\bar\lambda + \frac{V^H \bar V - V^H V\,
    \mathrm{Re\,diag}(V^H \bar V)} {(\lambda_j - \lambda_i)^*}\right) V^H`.

    >>> import teachtorch as torch
    >>> torch.linalg.eig(torch.tensor([[0., 1.], [-1., 0.]])).eigenvalues
    tensor([0.+1.j, 0.-1.j])
    """
    check_square("linalg.eig", A)
    check_floating("linalg.eig", A)
    if not np.isfinite(A).all():
        raise RuntimeError("torch.linalg.eig: input tensor should not contain infs or NaNs.")
    wide = np.complex128 if A.dtype.itemsize == 8 * (1 + (A.dtype.kind == "c")) else np.complex64
    values, vectors = np.linalg.eig(A)
    return values.astype(wide), vectors.astype(wide)


def _eig_by_matrix(grads: Any, result0: Any, result1: Any, F: Any) -> Any:
    by_values, by_vectors = grads
    turned = adjoint(result1, F)
    core = F.diag_embed(by_values)
    if used(by_vectors):
        product = turned @ by_vectors
        along = F.real(F.diagonal(product, 0, -2, -1))
        product = product - (turned @ result1) * F.unsqueeze(along, -2)
        core = core + _off_diagonal(product, F) / _differences(result0, F).conj()
    return F.solve_ex(turned, core @ turned)[0]


eig.grad(A=_eig_by_matrix)
eig.samples(fixed(lambda make: ((make(3, 3),), {})))
attach("eig", eig)


def eigvals(A: Tensor, *, out: Any = None) -> Tensor:
    """The eigenvalues of a square matrix, complex.

    >>> import teachtorch as torch
    >>> torch.linalg.eigvals(torch.tensor([[0., 1.], [-1., 0.]]))
    tensor([0.+1.j, 0.-1.j])
    """
    return written(eig(A)[0], out)


# -- singular -----------------------------------------------------------------------------------------------


@op(method=False, node="LinalgSvd", returns=return_types.linalg_svd)
def svd_op(
    A: Array, full_matrices: bool = True, *, driver: str | None = None, xp: Any
) -> tuple[Array, Array, Array]:
    """The kernel of ``linalg.svd``."""
    check_matrices("linalg.svd", A)
    check_floating("linalg.svd", A)
    try:
        u, s, vh = np.linalg.svd(A, full_matrices)
        return u, s, vh
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.svd: The algorithm failed to converge because the input matrix is ill-conditioned or "
            "has too many repeated singular values."
        ) from None


def _svd_by_matrix(grads: Any, A: Any, result0: Any, result1: Any, result2: Any, F: Any) -> Any:
    r""":math:`U \left(\mathrm{diag}\,\bar s + \frac{X S + S Y}{s_j^2 - s_i^2}\right) V^H`, X and Y the skew
    parts of :math:`U^H \bar U` and :math:`V^H \bar V`; and what sticks out of the spaces that U and V
    span."""
    by_u, by_s, by_vh = grads
    m, n, k = A.shape[-2], A.shape[-1], result1.shape[-1]
    u, s, vh = F.slice_(result0, -1, 0, k, 1), result1, F.slice_(result2, -2, 0, k, 1)
    with_u, with_v = used(by_u), used(by_vh)
    by_u, by_vh = F.slice_(by_u, -1, 0, k, 1), F.slice_(by_vh, -2, 0, k, 1)
    core = F.diag_embed(by_s)
    if with_u or with_v:
        skew = lambda x: x - adjoint(x, F)
        x, y = skew(adjoint(u, F) @ by_u), skew(vh @ adjoint(by_vh, F))
        across, down = F.unsqueeze(s, -2), F.unsqueeze(s, -1)
        core = core + _off_diagonal(x * across + down * y, F) / _differences(s * s, F)
        kind = u._array.dtype.kind if isinstance(u, Tensor) else u.dtype.kind
        if kind == "c":
            core = core + F.diag_embed(F.diagonal(x, 0, -2, -1) / (s * 2))
    result = u @ core @ vh
    if with_u and m > k:
        outside = by_u / F.unsqueeze(s, -2)
        result = result + (outside - u @ (adjoint(u, F) @ outside)) @ vh
    if with_v and n > k:
        outside = by_vh / F.unsqueeze(s, -1)
        result = result + u @ (outside - (outside @ adjoint(vh, F)) @ vh)
    return result


svd_op.grad(A=_svd_by_matrix)
svd_op.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 4, 3), False), {})))


def linalg_svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None, out: Any = None) -> Any:
    r""":math:`A = U\, \mathrm{diag}(S)\, V^H`: orthonormal columns, singular values in falling order,
    orthonormal rows.

    With ``full_matrices=False`` only the first min(m, n) columns of U and rows of V are computed.

    >>> import teachtorch as torch
    >>> torch.linalg.svd(torch.tensor([[3., 0.], [0., 4.]])).S
    tensor([4., 3.])
    """
    return svd_op(A, full_matrices, driver=driver, out=out)


def svdvals(A: Tensor, *, driver: str | None = None, out: Any = None) -> Tensor:
    """The singular values of a matrix, in falling order.

    >>> import teachtorch as torch
    >>> torch.linalg.svdvals(torch.tensor([[3., 0.], [0., 4.]]))
    tensor([4., 3.])
    """
    return written(svd_op(A, False)[1], out)


def svd(input: Tensor, some: bool = True, compute_uv: bool = True, *, out: Any = None) -> Any:
    r"""The old form of ``linalg.svd``: returns V itself, :math:`A = U\, \mathrm{diag}(S)\, V^H`.

    >>> import teachtorch as torch
    >>> torch.svd(torch.tensor([[3., 0.], [0., 4.]])).S
    tensor([4., 3.])
    """
    u, s, vh = svd_op(input, not some)
    if not compute_uv:
        m, n = input.shape[-2:]
        u = input.new_zeros(*input.shape[:-2], m, m)
        v = input.new_zeros(*input.shape[:-2], n, n)
        return written(return_types.svd(u, s, v), out)
    return written(return_types.svd(u, s, vh.mH), out)


attach("svd", svd)
