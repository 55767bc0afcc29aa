"""Triangular systems, and Cholesky's factorization, which leads to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array
from ..op import attach, op
from ..samples import fixed
from ..tensor import Tensor, wrap
from .linalg_common import LinAlgError, adjoint, check_floating, check_square, place
from .results import written

__all__ = ["cholesky", "cholesky_inverse", "cholesky_solve", "triangular_solve"]


def _substitute(a: Array, b: Array, upper: bool, unit: bool) -> Array:
    """Solve row by row: each unknown from those that are known already."""
    n = a.shape[-1]
    x = np.array(np.broadcast_to(b, (*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), *b.shape[-2:])))
    for i in range(n - 1, -1, -1) if upper else range(n):
        known = slice(i + 1, n) if upper else slice(0, i)
        x[..., i, :] -= (a[..., i : i + 1, known] @ x[..., known, :])[..., 0, :]
        if not unit:
            x[..., i, :] /= a[..., i, i][..., None]
    return x


@op(method=False, node="LinalgSolveTriangular")
def solve_triangular(
    A: Array, B: Array, *, upper: bool, left: bool = True, unitriangular: bool = False, xp: Any
) -> Array:
    r"""The solution of :math:`A X = B` (or :math:`X A = B`) for a triangular A; the other triangle is not
    read.

    Derivatives: :math:`\bar B = A^{-H} \bar X` and :math:`\bar A = -\bar B X^H`, cut to the triangle.

    >>> import teachtorch as torch
    >>> A = torch.tensor([[2., 1.], [0., 4.]])
    >>> torch.linalg.solve_triangular(A, torch.tensor([[3.], [4.]]), upper=True)
    tensor([[1.],
            [1.]])
    """
    check_square("linalg.solve_triangular", A)
    if B.ndim < 2:
        raise RuntimeError("linalg.solve_triangular: The input tensor B must have at least 2 dimensions.")
    check_floating("linalg.solve_triangular", A)
    if B.shape[-2 if left else -1] != A.shape[-1]:
        kind = "AX = B" if left else "XA = B"
        raise RuntimeError(
            f"linalg.solve_triangular: Incompatible shapes of A and B for the equation {kind} ({A.shape[-2]}x"
            f"{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})"
        )
    with np.errstate(all="ignore"):
        if left:
            return _substitute(A, B, upper, unitriangular)
        turned = _substitute(np.swapaxes(A, -2, -1), np.swapaxes(B, -2, -1), not upper, unitriangular)
        return np.ascontiguousarray(np.swapaxes(turned, -2, -1))


def _by_b(grad: Any, A: Any, upper: bool, left: bool, unitriangular: bool, F: Any) -> Any:
    return F.solve_triangular(adjoint(A, F), grad, upper=not upper, left=left, unitriangular=unitriangular)


def _by_a(grad: Any, A: Any, upper: bool, left: bool, unitriangular: bool, result: Any, F: Any) -> Any:
    by_b = _by_b(grad, A, upper, left, unitriangular, F)
    whole = -(by_b @ adjoint(result, F) if left else adjoint(result, F) @ by_b)
    return F.triu(whole, int(unitriangular)) if upper else F.tril(whole, -int(unitriangular))


solve_triangular.grad(A=_by_a, B=_by_b)
solve_triangular.samples(
    fixed(
        lambda make: ((make(3, 3, low=1, high=3), make(3, 2)), {"upper": True}),
        lambda make: ((make(2, 3, 3, low=1, high=3), make(2, 3)), {"upper": False, "left": False}),
        lambda make: ((make(3, 3), make(3, 2)), {"upper": False, "unitriangular": True}),
    )
)


# -- Cholesky -----------------------------------------------------------------------------------------------


def _first_bad_minor(a: Array) -> int:
    """The order of the first leading minor that is not positive-definite."""
    for k in range(1, a.shape[-1] + 1):
        try:
            np.linalg.cholesky(a[:k, :k])
        except np.linalg.LinAlgError:
            return k
    return 0


@op(method=False, node="LinalgCholeskyEx", returns=return_types.linalg_cholesky_ex)
def cholesky_ex(A: Array, *, upper: bool = False, check_errors: bool = False, xp: Any) -> tuple[Array, Array]:
    r"""Cholesky's factor, and a code for each matrix: 0, or the order of the first minor that is not
    positive.

    Derivative: :math:`L^{-H}\, \Phi(L^H \bar L)\, L^{-1}`, where :math:`\Phi` takes the lower triangle and
    makes it Hermitian.

    >>> import teachtorch as torch
    >>> torch.linalg.cholesky_ex(torch.tensor([[-1.]])).info
    tensor(1, dtype=torch.int32)
    """
    check_square("linalg.cholesky", A)
    check_floating("linalg.cholesky", A)
    lower = np.tril(np.conj(np.swapaxes(A, -2, -1))) if upper else np.tril(A)
    whole = lower + np.conj(np.swapaxes(np.tril(lower, -1), -2, -1))
    factor, info = np.zeros_like(whole), np.zeros(A.shape[:-2], np.int32)
    try:
        factor = np.linalg.cholesky(whole) if whole.size else factor
    except np.linalg.LinAlgError:
        for i in np.ndindex(A.shape[:-2]):
            info[i] = _first_bad_minor(whole[i])
            if not info[i]:
                factor[i] = np.linalg.cholesky(whole[i])
    if check_errors:
        require_positive("linalg.cholesky", info)
    return np.ascontiguousarray(np.conj(np.swapaxes(factor, -2, -1))) if upper else factor, info


def require_positive(name: str, info: Any) -> None:
    """Raise PyTorch's error if a factorization failed."""
    if np.any(info):
        which, at = place(info)
        raise LinAlgError(
            f"{name}: {which}The factorization could not be completed because the input is not "
            f"positive-definite (the leading minor of order {at} is not positive-definite)."
        )


def _by_matrix(grads: Any, upper: bool, result0: Any, F: Any) -> Any:
    grad = grads[0] if isinstance(grads, list) else grads
    factor = adjoint(result0, F) if upper else result0
    grad = adjoint(grad, F) if upper else grad
    product = F.tril(adjoint(factor, F) @ grad)
    product = (product + adjoint(F.tril(product, -1), F)) * 0.5
    half = F.solve_triangular(adjoint(factor, F), product, upper=True)
    return F.solve_triangular(factor, half, upper=False, left=False)


cholesky_ex.grad(A=_by_matrix)


def _positive(make: Any, *shape: int) -> Any:
    x = make(*shape)
    return (x @ x.mT + 2 * wrap(np.eye(shape[-1]))).to(x.dtype).detach()


cholesky_ex.samples(
    fixed(
        lambda make: ((_positive(make, 3, 3),), {}),
        lambda make: ((_positive(make, 2, 3, 3),), {"upper": True}),
    )
)


def linalg_cholesky(A: Tensor, *, upper: bool = False, out: Any = None) -> Tensor:
    r"""The triangular L with :math:`A = L L^H` of a Hermitian positive-definite matrix; the upper triangle
    is not read.

    >>> import teachtorch as torch
    >>> torch.linalg.cholesky(torch.tensor([[4., 2.], [2., 5.]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    factor, info = cholesky_ex(A, upper=upper)
    require_positive("linalg.cholesky", info._array)
    return written(factor, out)


def cholesky(input: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:
    """``linalg.cholesky`` under its old name.

    >>> import teachtorch as torch
    >>> torch.cholesky(torch.tensor([[9.]]))
    tensor([[3.]])
    """
    factor, info = cholesky_ex(input, upper=upper)
    require_positive("cholesky", info._array)
    return written(factor, out)


@op()
def cholesky_solve(input: Array, L: Array, upper: bool = False, *, xp: Any) -> Array:
    r"""The solution of :math:`A X = B` from the Cholesky factor L (or, upper, its adjoint) of A: two
    substitutions.

    Derivatives: :math:`\bar B = A^{-1} \bar X` and :math:`\bar L = -(C + C^H) L` with :math:`C = \bar B X^H`.

    >>> import teachtorch as torch
    >>> torch.cholesky_solve(torch.tensor([[4.]]), torch.tensor([[2.]]))
    tensor([[1.]])
    """
    if input.ndim < 2 or L.ndim < 2:
        name, t = ("b", input) if input.ndim < 2 else ("u", L)
        raise RuntimeError(f"{name} should have at least 2 dimensions, but has {t.ndim} dimensions instead")
    lower = np.conj(np.swapaxes(L, -2, -1)) if upper else L
    half = _substitute(lower, input, False, False)
    return _substitute(np.conj(np.swapaxes(lower, -2, -1)), half, True, False)


def _by_factor(by_a: Any, L: Any, upper: bool, F: Any) -> Any:
    """From the gradient by A = L L^H (or U^H U) to that by the factor."""
    both = by_a + adjoint(by_a, F)
    return L @ both if upper else both @ L


cholesky_solve.grad(
    input=lambda grad, L, upper, F: F.cholesky_solve(grad, L, upper),
    L=lambda grad, L, upper, result, F: _by_factor(
        -(F.cholesky_solve(grad, L, upper) @ adjoint(result, F)), L, upper, F
    ),
)
cholesky_solve.samples(
    fixed(
        lambda make: ((make(3, 2), make(3, 3, low=1, high=2).tril()), {}),
        lambda make: ((make(3, 2), make(3, 3, low=1, high=2).triu(), True), {}),
    )
)


@op()
def cholesky_inverse(L: Array, upper: bool = False, *, xp: Any) -> Array:
    r"""The inverse of A from its Cholesky factor.

    Derivative: :math:`(C + C^H) L` with :math:`C = -A^{-1} \bar Y A^{-1}`.

    >>> import teachtorch as torch
    >>> torch.cholesky_inverse(torch.tensor([[2.]]))
    tensor([[0.2500]])
    """
    if L.ndim < 2:
        raise RuntimeError("cholesky_inverse: The input tensor A must have at least 2 dimensions.")
    one = np.broadcast_to(np.eye(L.shape[-1], dtype=L.dtype), L.shape)
    return cholesky_solve.op.kernel(one, np.triu(L) if upper else np.tril(L), upper, xp=np)


cholesky_inverse.grad(L=lambda grad, L, upper, result, F: _by_factor(-(result @ grad @ result), L, upper, F))
cholesky_inverse.samples(fixed(lambda make: ((make(3, 3, low=1, high=2).tril(),), {})))


def triangular_solve(
    b: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Any:
    """``linalg.solve_triangular`` under its old name; returns A too.

    >>> import teachtorch as torch
    >>> torch.triangular_solve(torch.tensor([[4.]]), torch.tensor([[2.]])).solution
    tensor([[2.]])
    """
    matrix = A.mT if transpose else A
    solution = solve_triangular(matrix, b, upper=upper != transpose, unitriangular=unitriangular)
    return return_types.triangular_solve(solution, A.clone())


attach("cholesky", cholesky)
attach("triangular_solve", triangular_solve)
