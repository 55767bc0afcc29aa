"""``torch.linalg``: linear algebra. The functions live with their families in
``teachtorch/ops/linalg_*.py``."""

from __future__ import annotations

from typing import Any

from .ops.distances import cross_along
from .ops.linalg_common import LinAlgError
from .ops.linalg_indefinite import ldl_factor, ldl_factor_ex, ldl_solve
from .ops.linalg_least_squares import lstsq, pinv
from .ops.linalg_lu import linalg_lu as lu
from .ops.linalg_lu import linalg_lu_solve as lu_solve
from .ops.linalg_lu import lu_factor, lu_factor_ex
from .ops.linalg_norms import cond, matrix_norm, matrix_rank, norm, tensorinv, tensorsolve, vector_norm
from .ops.linalg_products import matrix_exp, matrix_power, multi_dot, vander, vecdot
from .ops.linalg_qr import householder_product
from .ops.linalg_qr import linalg_qr as qr
from .ops.linalg_solve import det, inv, inv_ex, slogdet, solve, solve_ex
from .ops.linalg_spectral import eig, eigh, eigvals, eigvalsh, svdvals
from .ops.linalg_spectral import linalg_svd as svd
from .ops.linalg_triangular import cholesky_ex, solve_triangular
from .ops.linalg_triangular import linalg_cholesky as cholesky
from .ops.matmul import matmul
from .ops.slicing import diagonal as _diagonal
from .tensor import Tensor

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh",
    "eigvals", "eigvalsh", "householder_product", "inv", "inv_ex", "ldl_factor", "ldl_factor_ex",
    "ldl_solve", "lstsq", "lu", "lu_factor", "lu_factor_ex", "lu_solve", "matmul", "matrix_exp",
    "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "norm", "pinv", "qr", "slogdet", "solve",
    "solve_ex", "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vander", "vecdot",
    "vector_norm",
]  # fmt: skip


def cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Any = None) -> Tensor:
    """The cross product of vectors in space, along a dimension of size 3.

    >>> import teachtorch as torch
    >>> torch.linalg.cross(torch.tensor([1., 0., 0.]), torch.tensor([0., 1., 0.]))
    tensor([0., 0., 1.])
    """
    return cross_along(input, other, dim, out=out)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonals of matrices: :func:`torch.diagonal` of the last two dimensions.

    >>> import teachtorch as torch
    >>> torch.linalg.diagonal(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    return _diagonal(A, offset, dim1, dim2)
