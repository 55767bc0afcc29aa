"""Norms of vectors and matrices, and what is told by singular values: rank and condition."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..shapes import wrap_dim, wrap_dims
from ..tensor import Tensor, wrap
from .linalg_common import check_floating, check_matrices, check_square
from .linalg_least_squares import tolerances
from .linalg_solve import inv_ex
from .linalg_spectral import eigh, svdvals
from .results import written
from .spread import vector_norm as norm_of_vector

__all__: list[str] = []


def vector_norm(
    x: Tensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Tensor:
    r"""The norm :math:`(\sum |x_i|^p)^{1/p}` of all elements or along dimensions; p may be 0, inf, -inf.

    >>> import teachtorch as torch
    >>> torch.linalg.vector_norm(torch.tensor([3., -4.]), 1)
    tensor(7.)
    """
    if dtype is not None:
        x = x.to(dtype)
    if x._array.dtype.kind not in "fcV":
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {x.dtype.legacy}"
        )
    if isinstance(ord, str):
        raise TypeError("linalg_vector_norm(): argument 'ord' (position 2) must be Number, not str")
    return written(norm_of_vector(x, ord, dim, keepdim), out)


def matrix_norm(
    A: Tensor,
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Any = None,
) -> Tensor:
    """The norm of each matrix in two dimensions.

    ``"fro"``: of all elements as a vector. ``"nuc"``: the sum of the singular values. 2, -2: the largest,
    smallest singular value. 1, -1: the largest, smallest sum of a column's moduli. inf, -inf: of a row's.

    >>> import teachtorch as torch
    >>> torch.linalg.matrix_norm(torch.tensor([[1., -2.], [3., 4.]]), 1)
    tensor(6.)
    """
    if dtype is not None:
        A = A.to(dtype)
    check_matrices("linalg.matrix_norm", A._array)
    if A._array.dtype.kind not in "fcV":
        raise RuntimeError(
            f"linalg.matrix_norm: Expected a floating point or complex tensor as input. Got {A.dtype.legacy}"
        )
    dims = tuple(dim)
    if len(dims) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dims))}")
    rows, columns = wrap_dim(dims[0], A.ndim), wrap_dim(dims[1], A.ndim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dims[0]}, {dims[1]})")
    if ord == "fro":
        return written(norm_of_vector(A, 2, (rows, columns), keepdim), out)
    if ord == "nuc" or ord in (2, -2):
        values = svdvals(A.permute([d for d in range(A.ndim) if d not in (rows, columns)] + [rows, columns]))
        if ord == "nuc" or not values.shape[-1]:  # a matrix without elements has norm 0
            result = values.sum(-1)
        else:
            result = values.amax(-1) if ord > 0 else values.amin(-1)
        if keepdim:
            for d in sorted((rows, columns)):
                result = result.unsqueeze(d)
        return written(result, out)
    if isinstance(ord, str) or abs(ord) not in (1, math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    summed, compared = (rows, columns) if abs(ord) == 1 else (columns, rows)
    if not keepdim and summed < compared:
        compared -= 1
    sums = norm_of_vector(A, 1, summed, keepdim)
    if not sums.shape[compared] and ord > 0:
        return written(sums.sum(compared, keepdim), out)
    result = sums.amax(compared, keepdim) if ord > 0 else sums.amin(compared, keepdim)
    return written(result, out)


def norm(
    A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Tensor:
    """A vector norm or a matrix norm, by what `ord` and `dim` say.

    Two dimensions with an `ord` mean matrices, one dimension vectors. Without `ord`, the 2-norm of all
    elements.

    >>> import teachtorch as torch
    >>> torch.linalg.norm(torch.tensor([[3., 0.], [0., 4.]])), torch.linalg.norm(torch.eye(2), "nuc")
    (tensor(5.), tensor(2.))
    """
    count = A.ndim if dim is None else 1 if isinstance(dim, int) else len(dim)
    if ord is None or (count == 1 and not isinstance(ord, str)):
        return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype, out=out)
    if count != 2 and dim is None:
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {A.ndim}D."
        )
    if count != 2:
        given = [dim] if isinstance(dim, int) else list(dim)
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {given}")
    return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype, out=out)


def matrix_rank(
    A: Tensor,
    tol: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Any = None,
) -> Tensor:
    """How many singular values count as not zero.

    >>> import teachtorch as torch
    >>> torch.linalg.matrix_rank(torch.tensor([[1., 2.], [2., 4.]]))
    tensor(1)
    """
    array = A._array
    (check_square if hermitian else check_matrices)("linalg.matrix_rank", array)
    check_floating("linalg.matrix_rank", array)
    if isinstance(tol, bool):  # matrix_rank(A, True): hermitian in its old place
        tol, hermitian = None, tol
    if tol is not None:
        atol, rtol = tol, 0.0
    least, relative = tolerances(array, atol, rtol)
    if not array.size:
        return written(wrap(np.zeros(array.shape[:-2], np.int64)), out)
    sizes = np.abs(eigh(A.detach())[0]._array) if hermitian else svdvals(A.detach())._array
    bound = np.maximum(least, np.asarray(relative) * sizes.max(-1))
    return written(wrap(np.asarray((sizes > np.asarray(bound)[..., None]).sum(-1))), out)


def cond(A: Tensor, p: Any = None, *, out: Any = None) -> Tensor:
    """The condition number: how much solving with the matrix can magnify errors, in a norm (default: the
    2-norm).

    >>> import teachtorch as torch
    >>> torch.linalg.cond(torch.tensor([[1., 0.], [0., 0.01]]))
    tensor(100.)
    """
    check_matrices("linalg.cond", A._array)
    check_floating("linalg.cond", A._array)
    if p is None or p in (2, -2):
        values = svdvals(A)
        if not values.numel():
            return written(values.sum(-1), out)
        largest, smallest = values[..., 0], values[..., -1]
        return written(smallest / largest if p == -2 else largest / smallest, out)
    check_square("linalg.cond", A._array)
    if isinstance(p, str) and p not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    inverse, info = inv_ex(A)
    result = matrix_norm(A, p) * matrix_norm(inverse, p)
    infinite = info._array > 0
    if infinite.any():
        result = result.masked_fill(wrap(np.asarray(infinite)), math.inf)
    return written(result, out)


def tensorinv(A: Tensor, ind: int = 2, *, out: Any = None) -> Tensor:
    """The inverse of the map from the last dimensions to the first `ind`, each group flattened.

    >>> import teachtorch as torch
    >>> torch.linalg.tensorinv(torch.eye(4).view(2, 2, 4), 2).shape
    torch.Size([4, 2, 2])
    """
    from .linalg_solve import inv

    if ind <= 0:
        raise RuntimeError("Expected a strictly positive integer for 'ind'")
    left, right = tuple(A.shape[:ind]), tuple(A.shape[ind:])
    m, n = math.prod(left), math.prod(right)
    if m != n:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), "
            f"but got {n} != {m}"
        )
    return written(inv(A.reshape(m, n)).reshape(*right, *left), out)


def tensorsolve(A: Tensor, B: Tensor, dims: Any = None, *, out: Any = None) -> Tensor:
    """The X with ``tensordot(A, X, X.ndim) == B``.

    >>> import teachtorch as torch
    >>> torch.linalg.tensorsolve(torch.eye(4).view(2, 2, 4), torch.ones(2, 2))
    tensor([1., 1., 1., 1.])
    """
    from .linalg_solve import solve

    if dims is not None:
        moved = wrap_dims(tuple(dims), A.ndim)
        A = A.permute([d for d in range(A.ndim) if d not in moved] + list(moved))
    unknown = tuple(A.shape[B.ndim :])
    if math.prod(unknown) != B.numel():
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == "
            f"prod(self.shape[:other.ndim]), but got {math.prod(unknown)} != {B.numel()}"
        )
    n = B.numel()
    return written(solve(A.reshape(n, n), B.reshape(-1)).reshape(unknown), out)
