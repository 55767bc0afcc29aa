r"""Symmetric matrices that need not be positive: :math:`A = L D L^\top` with pivoting by Bunch and Kaufman.

D is block diagonal: where no single element is large enough to divide by, a block of two rows is the pivot. Only the
lower triangle is read and written.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array, Plain
from ..op import NONE, op
from ..tensor import Tensor
from .linalg_common import LinAlgError, check_floating, check_square, place
from .results import written

__all__: list[str] = []

_ALPHA = (1 + math.sqrt(17)) / 8
"""Bunch and Kaufman's choice: it keeps the growth of the elements smallest."""


def _size(x: Any) -> Any:
    return np.abs(x.real) + np.abs(x.imag)


def _pivot(a: Array, k: int) -> tuple[int, int]:
    """The row to exchange with, and how many rows the pivot takes; ``(-1, 1)`` if the column is all zeros."""
    below = _size(a[k + 1 :, k])
    here, most = _size(a[k, k]), below.max(initial=0.0)
    if max(here, most) == 0:
        return -1, 1
    if here >= _ALPHA * most:
        return k, 1
    i = k + 1 + int(np.argmax(below))
    row = max(_size(a[i, k:i]).max(initial=0.0), _size(a[i + 1 :, i]).max(initial=0.0))
    if here >= _ALPHA * most * (most / row):
        return k, 1
    return (i, 1) if _size(a[i, i]) >= _ALPHA * row else (i, 2)


def _exchange(a: Array, k: int, kk: int, kp: int, flip: Any) -> None:
    """Exchange rows and columns kk and kp of what is left, in the lower triangle."""
    a[kp + 1 :, [kk, kp]] = a[kp + 1 :, [kp, kk]]
    column = a[kk + 1 : kp, kk].copy()
    a[kk + 1 : kp, kk], a[kp, kk + 1 : kp] = flip(a[kp, kk + 1 : kp].copy()), flip(column)
    a[kp, kk] = flip(a[kp, kk])
    a[kk, kk], a[kp, kp] = a[kp, kp], a[kk, kk]
    if kk > k:
        a[kk, k], a[kp, k] = a[kp, k], a[kk, k]


def factor(a: Array, hermitian: bool) -> tuple[Array, Array, int]:
    """L and D in one matrix, the exchanges (negative, in pairs, for blocks of two), and where a pivot was 0."""
    flip = np.conj if hermitian else np.asarray
    n, info, k = len(a), 0, 0
    pivots = np.zeros(n, np.int32)
    while k < n:
        if hermitian:
            np.fill_diagonal(a, a.diagonal().real)  # what a Hermitian matrix has there, whatever was given
        kp, step = _pivot(a, k)
        if kp < 0:
            info, kp = info or k + 1, k
            pivots[k] = k + 1
            k += 1
            continue
        kk = k + step - 1
        if kp != kk:
            _exchange(a, k, kk, kp, flip)
        rest = slice(k + step, n)
        block = _block(a, k, step, flip)
        multipliers = np.linalg.solve(block.T, a[rest, k : k + step].T).T
        update = multipliers @ flip(a[rest, k : k + step]).T
        a[rest, rest] -= np.tril(update)
        a[rest, k : k + step] = multipliers
        pivots[k : k + step] = kp + 1 if step == 1 else -(kp + 1)
        k += step
    return a, pivots, info


def _block(a: Array, k: int, step: int, flip: Any) -> Array:
    """The pivot: one element, or a symmetric block of which the lower triangle is stored."""
    if step == 1:
        return a[k : k + 1, k : k + 1]
    return np.array([[a[k, k], flip(a[k + 1, k])], [a[k + 1, k], a[k + 1, k + 1]]])


@op(promotion=NONE, method=False, returns=return_types.linalg_ldl_factor_ex)
def ldl_factor_ex(
    A: Array, *, hermitian: bool = False, check_errors: bool = False, xp: Any
) -> tuple[Array, Array, Array]:
    """``ldl_factor``, and a code for each matrix: 0, or the place of the first pivot that is 0.

    >>> import teachtorch as torch
    >>> torch.linalg.ldl_factor_ex(torch.zeros(2, 2)).info
    tensor(1, dtype=torch.int32)
    """
    check_square("torch.linalg.ldl_factor_ex", A)
    check_floating("torch.linalg.ldl_factor_ex", A)
    packed = np.tril(A)
    pivots, info = np.zeros(A.shape[:-1], np.int32), np.zeros(A.shape[:-2], np.int32)
    for i in np.ndindex(A.shape[:-2]):
        packed[i], pivots[i], info[i] = factor(packed[i].copy(), hermitian and A.dtype.kind == "c")
    if check_errors:
        _require_pivots("torch.linalg.ldl_factor_ex", info)
    return packed, pivots, info


def _require_pivots(name: str, info: Any) -> None:
    if np.any(info):
        which, at = place(info)
        raise LinAlgError(
            f"{name}: {which}The factorization could not be completed because the matrix is singular: D[{at},{at}] "
            "is zero."
        )


def ldl_factor(A: Tensor, *, hermitian: bool = False, out: Any = None) -> Any:
    r""":math:`A = L D L^\top` of a symmetric (or, with `hermitian`, Hermitian) matrix, packed for ``ldl_solve``.

    >>> import teachtorch as torch
    >>> torch.linalg.ldl_factor(torch.tensor([[4., 2.], [2., 5.]])).LD
    tensor([[4.0000, 0.0000],
            [0.5000, 4.0000]])
    """
    packed, pivots, info = ldl_factor_ex(A, hermitian=hermitian)
    _require_pivots("torch.linalg.ldl_factor", info._array)
    return written(return_types.linalg_ldl_factor(packed, pivots), out)


@op(promotion=NONE, method=False)
def ldl_solve(LD: Array, pivots: Plain, B: Array, *, hermitian: bool = False, xp: Any) -> Array:
    """The solution of A X = B from what ``ldl_factor`` returns.

    >>> import teachtorch as torch
    >>> packed, pivots = torch.linalg.ldl_factor(torch.tensor([[4., 2.], [2., 5.]]))
    >>> torch.linalg.ldl_solve(packed, pivots, torch.tensor([[6.], [7.]]))
    tensor([[1.],
            [1.]])
    """
    check_square("torch.linalg.ldl_solve", LD, "LD")
    if B.ndim < 2:
        raise RuntimeError(
            f"torch.linalg.ldl_solve: Expected B to have at least 2 dimensions, but it has {B.ndim} dimensions instead"
        )
    batch = np.broadcast_shapes(LD.shape[:-2], B.shape[:-2])
    x = np.array(np.broadcast_to(B, (*batch, *B.shape[-2:])))
    packed = np.broadcast_to(LD, (*batch, *LD.shape[-2:]))
    order = np.broadcast_to(pivots, (*batch, pivots.shape[-1]))
    for i in np.ndindex(batch):
        _solve_one(packed[i], order[i], x[i], hermitian and LD.dtype.kind == "c")
    return x


def _steps(pivots: Array) -> list[tuple[int, int, int]]:
    """Each pivot: its first row, how many rows it takes, and the row that was exchanged with its last."""
    steps, k = [], 0
    while k < len(pivots):
        count = 1 if pivots[k] > 0 else 2
        steps.append((k, count, abs(int(pivots[k])) - 1))
        k += count
    return steps


def _solve_one(packed: Array, pivots: Array, x: Array, hermitian: bool) -> None:
    """Forward through L, through the blocks of D, and back through the transpose of L; `x` is overwritten."""
    flip = np.conj if hermitian else np.asarray
    steps = _steps(pivots)
    for k, count, kp in steps:
        last = k + count - 1
        x[[last, kp]] = x[[kp, last]]
        x[k + count :] -= packed[k + count :, k : k + count] @ x[k : k + count]
        x[k : k + count] = np.linalg.solve(_block(packed, k, count, flip), x[k : k + count])
    for k, count, kp in reversed(steps):
        x[k : k + count] -= flip(packed[k + count :, k : k + count]).T @ x[k + count :]
        last = k + count - 1
        x[[last, kp]] = x[[kp, last]]
