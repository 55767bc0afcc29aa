"""Products of many matrices: chains, powers, the exponential; and sums of products of vectors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..binding import Array
from ..op import attach, composite, op
from ..samples import fixed
from ..tensor import Tensor, wrap
from .grids import powers_of
from .linalg_common import adjoint, check_floating, check_square
from .linalg_solve import inv
from .matmul import matmul
from .results import written

__all__ = ["matrix_exp", "matrix_power"]


def multi_dot(tensors: Any, *, out: Any = None) -> Tensor:
    """The product of a list of matrices, multiplied in the cheapest order; the first and last may be vectors.

    >>> import teachtorch as torch
    >>> torch.linalg.multi_dot([torch.ones(2, 3), torch.ones(3, 4), torch.ones(4)])
    tensor([12., 12.])
    """
    chain = list(tensors)
    n = len(chain)
    if n < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {n}")
    for i, t in enumerate(chain):
        if not (t.ndim == 2 or (i in (0, n - 1) and t.ndim == 1)):
            kind = "1D or 2D" if i in (0, n - 1) else "2D"
            raise RuntimeError(f"multi_dot(): tensor {i} must be {kind} but got {t.ndim}D")
    first_vector, last_vector = chain[0].ndim == 1, chain[-1].ndim == 1
    if first_vector:
        chain[0] = chain[0].unsqueeze(0)
    if last_vector:
        chain[-1] = chain[-1].unsqueeze(-1)
    sizes = [t.shape[0] for t in chain] + [chain[-1].shape[1]]
    for i in range(n - 1):
        if chain[i].shape[1] != chain[i + 1].shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(tensors[i].shape)} and "
                f"{list(tensors[i + 1].shape)} cannot be multiplied"
            )
    result = _multiplied(chain, _best_splits(sizes), 0, n - 1)
    shape = [m for m, dropped in zip(result.shape, (first_vector, last_vector)) if not dropped]
    result = result.view(shape)
    return written(result, out)


def _best_splits(sizes: list[int]) -> dict[tuple[int, int], int]:
    """For each stretch of the chain, where to split it: dynamic programming over ever longer stretches."""
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    split = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            costs = [
                cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)
            ]
            cost[i, j] = min(costs)
            split[i, j] = i + costs.index(cost[i, j])
    return split


def _multiplied(chain: list[Tensor], split: dict[tuple[int, int], int], i: int, j: int) -> Tensor:
    if i == j:
        return chain[i]
    k = split[i, j]
    return matmul(_multiplied(chain, split, i, k), _multiplied(chain, split, k + 1, j))


@composite()
def matrix_power(input: Tensor, n: int, *, out: Any = None) -> Tensor:
    """The `n`-th power of a square matrix, by repeated squaring; a negative power is that of the inverse.

    >>> import teachtorch as torch
    >>> torch.linalg.matrix_power(torch.tensor([[1., 1.], [0., 1.]]), 5)
    tensor([[1., 5.],
            [0., 1.]])
    """
    check_square("linalg.matrix_power", input._array)
    if n == 0:
        one = np.broadcast_to(np.eye(input.shape[-1], dtype=input._array.dtype), tuple(input.shape))
        return input * 0 + wrap(one.copy())
    base = inv(input) if n < 0 else input
    n, result = abs(n), None
    while n:
        if n & 1:
            result = base if result is None else matmul(result, base)
        n >>= 1
        base = matmul(base, base) if n else base
    assert result is not None
    return written(result, out)


@op(node="LinalgMatrixExp")
def matrix_exp(input: Array, *, xp: Any) -> Array:
    r"""The exponential of a square matrix, :math:`\sum_k A^k / k!`.

    Halved until small, then Padé's rational function of degree 13, then squared as often as it was halved.

    Derivative: the upper right block of :math:`\exp \begin{pmatrix} A^H & \bar Y \\ 0 & A^H \end{pmatrix}`.

    >>> import teachtorch as torch
    >>> torch.linalg.matrix_exp(torch.tensor([[0., 1.], [0., 0.]]))
    tensor([[1., 1.],
            [0., 1.]])
    """
    check_square("linalg.matrix_exp", input)
    check_floating("linalg.matrix_exp", input)
    if not input.size:
        return input.copy()
    dtype, input = input.dtype, input.astype(np.complex128 if input.dtype.kind == "c" else np.float64)
    largest = float(np.abs(input).sum(-2).max()) if np.isfinite(input).all() else 1.0
    halvings = max(0, math.ceil(math.log2(largest / 5.37))) if largest > 5.37 else 0
    x = input / 2**halvings if halvings else input
    q = 13
    c = [
        math.factorial(2 * q - j)
        * math.factorial(q)
        / (math.factorial(2 * q) * math.factorial(j) * math.factorial(q - j))
        for j in range(q + 1)
    ]
    one = np.eye(input.shape[-1], dtype=input.dtype)
    square = x @ x
    even, odd, power = c[0] * one, c[1] * one, one
    for j in range(2, q + 1, 2):
        power = power @ square
        even, odd = even + c[j] * power, odd + c[j + 1] * power
    odd = x @ odd
    result = np.linalg.solve(even - odd, even + odd)
    for _ in range(halvings):
        result = result @ result
    return result.astype(dtype)


def _exp_by_matrix(grad: Any, input: Any, F: Any) -> Any:
    turned = adjoint(input, F)
    n = input.shape[-1]
    block = F.cat([F.cat([turned, grad], -1), F.cat([F.zeros_like(turned), turned], -1)], -2)
    return F.slice_(F.slice_(F.matrix_exp(block), -2, 0, n, 1), -1, n, 2 * n, 1)


matrix_exp.grad(input=_exp_by_matrix)
matrix_exp.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 2, 2),), {})))
attach("matrix_exp", matrix_exp)


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1, out: Any = None) -> Tensor:
    r"""The sums of products :math:`\sum_i \bar x_i y_i` along a dimension.

    >>> import teachtorch as torch
    >>> torch.linalg.vecdot(torch.tensor([[1., 2.]]), torch.tensor([[3., 4.]]))
    tensor([11.])
    """
    if x.dtype is not y.dtype:
        raise RuntimeError(
            f"linalg.vecdot: Expected x and y to have the same dtype, but found x of type {x.dtype.legacy} "
            f"and y of type {y.dtype.legacy} instead"
        )
    result = (x.conj() * y).sum(dim)
    return written(result, out)


def vander(x: Tensor, *, N: int | None = None) -> Tensor:
    """The powers of each element, rising from 0, along a new last dimension.

    >>> import teachtorch as torch
    >>> torch.linalg.vander(torch.tensor([2, 3]), N=3)
    tensor([[1, 2, 4],
            [1, 3, 9]])
    """
    x = x.unsqueeze(0) if x.ndim == 0 else x
    n = x.shape[-1] if N is None else N
    if n <= 1:
        raise RuntimeError("N must be greater than 1.")
    return powers_of(x, n)
