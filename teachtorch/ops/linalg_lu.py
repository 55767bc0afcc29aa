r"""Gaussian elimination: :math:`A = P L U` with rows exchanged so that each pivot is as large as may be.

Everything that needs an elimination is here: ``lu`` in its forms, and solving with what they return.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array
from ..dtypes import int32
from ..op import attach, op
from ..samples import fixed
from ..tensor import Tensor, wrap
from .linalg_common import LinAlgError, adjoint, check_floating, check_matrices, place
from .linalg_triangular import solve_triangular
from .results import written

__all__ = ["lu", "lu_solve", "lu_unpack"]


def eliminate(a: Array, pivot: bool = True) -> tuple[Array, Array, Array]:
    """L and U in one matrix, the row each step exchanged with (from 1), and where a pivot was 0 (0:
    nowhere)."""
    work = a.copy()
    *batch, m, n = a.shape
    steps = min(m, n)
    pivots = np.broadcast_to(np.arange(1, steps + 1, dtype=np.int32), (*batch, steps)).copy()
    info = np.zeros(batch, np.int32)
    for k in range(steps):
        if pivot:
            best = k + np.argmax(_size(work[..., k:, k]), axis=-1)
            pivots[..., k] = best + 1
            chosen = best[..., None, None]
            row = np.take_along_axis(work, chosen, -2)
            np.put_along_axis(work, chosen, work[..., k : k + 1, :].copy(), -2)
            work[..., k : k + 1, :] = row
        top = work[..., k, k]
        info = np.where((info == 0) & (top == 0), k + 1, info).astype(np.int32)
        factors = work[..., k + 1 :, k] / np.where(top == 0, 1, top)[..., None]
        work[..., k + 1 :, k] = factors
        work[..., k + 1 :, k + 1 :] -= factors[..., :, None] * work[..., k : k + 1, k + 1 :]
    return work, pivots, np.asarray(info)


def _size(x: Array) -> Array:
    """What pivots are compared by: of a complex number, as LAPACK does, the sum of its parts."""
    return np.abs(x.real) + np.abs(x.imag) if x.dtype.kind == "c" else np.abs(x)


def permutation(pivots: Array, m: int, dtype: Any) -> Array:
    """The matrix P of the exchanges: P times rows in pivot order gives rows in their old order."""
    batch = pivots.shape[:-1]
    order = np.broadcast_to(np.arange(m), (*batch, m)).copy()
    for k in range(pivots.shape[-1]):
        other = pivots[..., k : k + 1].astype(np.int64) - 1
        here = order[..., k : k + 1].copy()
        order[..., k : k + 1] = np.take_along_axis(order, other, -1)
        np.put_along_axis(order, other, here, -1)
    return np.swapaxes(np.eye(m, dtype=dtype)[order], -2, -1)


def _split(packed: Array) -> tuple[Array, Array]:
    m, n = packed.shape[-2:]
    k = min(m, n)
    lower = np.tril(packed[..., :, :k], -1) + np.eye(m, k, dtype=packed.dtype)
    return lower, np.triu(packed[..., :k, :])


@op(method=False, node="LinalgLu")
def plu(A: Array, *, pivot: bool = True, xp: Any) -> tuple[Array, Array, Array]:
    """The kernel of ``linalg.lu``: L, U and the exchanges of rows."""
    check_matrices("linalg.lu", A)
    check_floating("linalg.lu", A)
    packed, pivots, _ = eliminate(A, pivot)
    return *_split(packed), pivots


def _permutation_like(lower: Any, pivots: Any) -> Any:
    """P on the carrier of `lower`."""
    if isinstance(lower, Tensor):
        return wrap(permutation(pivots._array, lower.shape[-2], lower._array.dtype))
    return permutation(pivots, lower.shape[-2], lower.dtype)


def _by_factors(gl: Any, gu: Any, p: Any, lower: Any, upper: Any, F: Any) -> Any:
    r"""For a square matrix :math:`P L^{-H} (\mathrm{tril}(L^H \bar L) + \mathrm{triu}(\bar U U^H)) U^{-H}`.

    The surplus rows of a tall matrix and columns of a wide one are linear in their part of L or U.
    """
    m, n = lower.shape[-2], upper.shape[-1]
    k = min(m, n)
    rows = lambda x, a, b: F.slice_(x, -2, a, b, 1)
    columns = lambda x, a, b: F.slice_(x, -1, a, b, 1)
    below = adjoint(rows(lower, 0, k), F) @ rows(gl, 0, k)
    above = columns(gu, 0, k) @ adjoint(columns(upper, 0, k), F)
    if n > k:
        below = below - columns(gu, k, n) @ adjoint(columns(upper, k, n), F)
    if m > k:
        above = above - adjoint(rows(lower, k, m), F) @ rows(gl, k, m)
    core = F.tril(below, -1) + F.triu(above)
    left, right = adjoint(rows(lower, 0, k), F), adjoint(columns(upper, 0, k), F)
    core = F.solve_triangular(left, core, upper=True, unitriangular=True)
    core = F.solve_triangular(right, core, upper=False, left=False)
    if n > k:
        core = F.cat([core, F.solve_triangular(left, columns(gu, k, n), upper=True, unitriangular=True)], -1)
    if m > k:
        core = F.cat([core, F.solve_triangular(right, rows(gl, k, m), upper=False, left=False)], -2)
    return p @ core


plu.grad(
    A=lambda grads, result0, result1, result2, F: _by_factors(
        grads[0], grads[1], _permutation_like(result0, result2), result0, result1, F
    )
)
plu.samples(
    fixed(
        lambda make: ((make(3, 3),), {}),
        lambda make: ((make(2, 4, 3),), {}),
        lambda make: ((make(3, 4),), {}),
    )
)


def linalg_lu(A: Tensor, *, pivot: bool = True, out: Any = None) -> Any:
    r""":math:`A = P L U`: a permutation, a unit lower and an upper triangular matrix.

    >>> import teachtorch as torch
    >>> P, L, U = torch.linalg.lu(torch.tensor([[1., 2.], [4., 4.]]))
    >>> L, U
    (tensor([[1.0000, 0.0000],
            [0.2500, 1.0000]]), tensor([[4., 4.],
            [0., 1.]]))
    """
    lower, upper, pivots = plu(A, pivot=pivot)
    p = permutation(pivots._array, A.shape[-2], A._array.dtype) if pivot else np.zeros(0, A._array.dtype)
    return written(return_types.linalg_lu(wrap(p), lower, upper), out)


@op(method=False, node="LinalgLuFactorEx", returns=return_types.linalg_lu_factor_ex)
def lu_factor_ex(
    A: Array, *, pivot: bool = True, check_errors: bool = False, xp: Any
) -> tuple[Array, Array, Array]:
    """``lu_factor``, and a code for each matrix: 0, or the place of the first pivot that is 0.

    >>> import teachtorch as torch
    >>> torch.linalg.lu_factor_ex(torch.zeros(2, 2)).info
    tensor(1, dtype=torch.int32)
    """
    check_matrices("torch.linalg.lu_factor_ex", A)
    check_floating("torch.linalg.lu_factor_ex", A)
    packed, pivots, info = eliminate(A, pivot)
    if check_errors and info.any():
        which, at = place(info)
        raise LinAlgError(
            f"torch.linalg.lu_factor_ex: {which}U[{at},{at}] is zero and using it on lu_solve would result "
            "in a division by zero. If you still want to perform the factorization, consider calling "
            "linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)"
        )
    return packed, pivots, info


def _by_packed(grads: Any, packed: Any, pivots: Any, F: Any) -> Any:
    m, n = packed.shape[-2:]
    k = min(m, n)
    columns, rows = F.slice_(packed, -1, 0, k, 1), F.slice_(packed, -2, 0, k, 1)
    one = (
        wrap(np.eye(m, k, dtype=packed._array.dtype))
        if isinstance(packed, Tensor)
        else np.eye(m, k, dtype=packed.dtype)
    )
    gl, gu = F.tril(F.slice_(grads[0], -1, 0, k, 1), -1), F.triu(F.slice_(grads[0], -2, 0, k, 1))
    return _by_factors(gl, gu, _permutation_like(packed, pivots), F.tril(columns, -1) + one, F.triu(rows), F)


lu_factor_ex.grad(A=lambda grads, result0, result1, F: _by_packed(grads, result0, result1, F))
lu_factor_ex.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 4, 3),), {})))


def lu_factor(A: Tensor, *, pivot: bool = True, out: Any = None) -> Any:
    """L and U packed into one matrix, and the exchanges of rows: what ``lu_solve`` wants.

    >>> import teachtorch as torch
    >>> torch.linalg.lu_factor(torch.tensor([[1., 2.], [4., 4.]])).pivots
    tensor([2, 2], dtype=torch.int32)
    """
    packed, pivots, _ = lu_factor_ex(A, pivot=pivot)
    return written(return_types.linalg_lu_factor(packed, pivots), out)


def lu_unpack(
    LU_data: Tensor,
    LU_pivots: Tensor,
    unpack_data: bool = True,
    unpack_pivots: bool = True,
    *,
    out: Any = None,
) -> Any:
    """P, L and U from the packed form that ``lu_factor`` returns.

    >>> import teachtorch as torch
    >>> packed, pivots = torch.linalg.lu_factor(torch.tensor([[1., 2.], [4., 4.]]))
    >>> torch.lu_unpack(packed, pivots).U
    tensor([[4., 4.],
            [0., 1.]])
    """
    if LU_pivots.dtype is not int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 "
            "dtype.\nNote: this function is intended to be used with the output produced by "
            "torch.linalg.lu_factor"
        )
    m, n = LU_data.shape[-2:]
    k = min(m, n)
    array = LU_data._array
    p = lower = upper = wrap(np.zeros(0, array.dtype))
    if unpack_pivots:
        p = wrap(permutation(LU_pivots._array, m, array.dtype))
    if unpack_data:
        lower = LU_data.narrow(-1, 0, k).tril(-1) + wrap(np.eye(m, k, dtype=array.dtype))
        upper = LU_data.narrow(-2, 0, k).triu()
    return written(return_types.lu_unpack(p, lower, upper), out)


def linalg_lu_solve(
    LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False, out: Any = None
) -> Tensor:
    """Solve :math:`A X = B` (or :math:`X A = B`, or with the adjoint of A) from the packed form of A.

    >>> import teachtorch as torch
    >>> packed, pivots = torch.linalg.lu_factor(torch.tensor([[2., 0.], [0., 4.]]))
    >>> torch.linalg.lu_solve(packed, pivots, torch.tensor([[2.], [4.]]))
    tensor([[1.],
            [1.]])
    """
    if not left:  # X A = B is A^H X^H = B^H
        return written(linalg_lu_solve(LU, pivots, B.mH, adjoint=not adjoint).mH, out)
    p, lower, upper = lu_unpack(LU, pivots)
    if adjoint:
        y = solve_triangular(upper.mH, B, upper=False)
        return written(p @ solve_triangular(lower.mH, y, upper=True, unitriangular=True), out)
    y = solve_triangular(lower, p.mT @ B, upper=False, unitriangular=True)
    return solve_triangular(upper, y, upper=True, out=out)


def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Any = None) -> Tensor:
    """``linalg.lu_solve`` with its arguments in the old order.

    >>> import teachtorch as torch
    >>> torch.lu_solve(torch.tensor([[2.]]), *torch.linalg.lu_factor(torch.tensor([[4.]])))
    tensor([[0.5000]])
    """
    return linalg_lu_solve(LU_data, LU_pivots, b, out=out)


def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """``linalg.lu_factor`` under its old name; with `get_infos`, the codes too.

    >>> import teachtorch as torch
    >>> torch.lu(torch.tensor([[1., 2.], [4., 4.]]))[1]
    tensor([2, 2], dtype=torch.int32)
    """
    packed, pivots, info = lu_factor_ex(A, pivot=pivot)
    return written((packed, pivots, info) if get_infos else (packed, pivots), out)


attach("lu_solve", lu_solve)
attach("lu", lu)
