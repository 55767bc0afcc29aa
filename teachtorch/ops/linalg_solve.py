"""Inverses, linear systems and determinants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array
from ..op import attach, op
from ..samples import fixed
from ..tensor import Tensor
from .linalg_common import LinAlgError, adjoint, check_floating, check_square, identity, identity_like, place
from .linalg_lu import eliminate
from .results import written

__all__ = ["det", "inverse", "logdet", "slogdet"]


# -- inverse ------------------------------------------------------------------------------------------------


@op(method=False, node="LinalgInvEx", returns=return_types.linalg_inv_ex)
def inv_ex(A: Array, *, check_errors: bool = False, xp: Any) -> tuple[Array, Array]:
    r"""The inverse, and a code for each matrix: 0, or the place of the first zero on the diagonal of U.

    Derivative: :math:`-A^{-H} \bar Y A^{-H}`.

    >>> import teachtorch as torch
    >>> torch.linalg.inv_ex(torch.zeros(2, 2)).info
    tensor(1, dtype=torch.int32)
    """
    check_square("linalg.inv", A)
    check_floating("linalg.inv", A)
    result, info = solved(A, identity(A, A.shape[-1]))
    if check_errors:
        _require_regular(info)
    return result, info


def solved(a: Array, b: Array) -> tuple[Array, Array]:
    """The solutions and codes; a singular matrix gives infinities, and spoils no other."""
    info = np.zeros(a.shape[:-2], np.int32)
    try:
        return np.linalg.solve(a, b), info
    except np.linalg.LinAlgError:
        info = eliminate(a)[2]
        regular = np.where(info[..., None, None] == 0, a, np.eye(a.shape[-1], dtype=a.dtype))
        whole = np.broadcast_to(info, np.broadcast_shapes(a.shape[:-2], b.shape[:-2]))
        return np.where(whole[..., None, None] == 0, np.linalg.solve(regular, b), np.inf).astype(
            a.dtype
        ), info


def _require_regular(info: Any) -> None:
    if np.any(info):
        which, at = place(info)
        raise LinAlgError(
            f"linalg.inv: {which}The diagonal element {at} is zero, the inversion could not be completed "
            "because the input matrix is singular."
        )


def _inverse_by_matrix(grads: Any, result0: Any, F: Any) -> Any:
    grad = grads[0] if isinstance(grads, list) else grads
    turned = adjoint(result0, F)
    return -(turned @ grad @ turned)


inv_ex.grad(A=_inverse_by_matrix)
inv_ex.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 2, 2),), {})))


def inv(A: Tensor, *, out: Any = None) -> Tensor:
    r"""The inverse of a square matrix, :math:`A A^{-1} = 1`.

    >>> import teachtorch as torch
    >>> torch.linalg.inv(torch.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    result, info = inv_ex(A)
    _require_regular(info._array)
    return written(result, out)


inverse = inv
attach("inverse", inv)


# -- systems ------------------------------------------------------------------------------------------------


def is_vector(A: Any, B: Any) -> bool:
    """Whether B holds one right-hand side per matrix: PyTorch's rule."""
    return B.ndim == 1 or (A.ndim - 1 == B.ndim and tuple(B.shape) == tuple(A.shape)[:-1])


@op(method=False, node="LinalgSolveEx", returns=return_types.linalg_solve_ex)
def solve_ex(
    A: Array, B: Array, *, left: bool = True, check_errors: bool = False, xp: Any
) -> tuple[Array, Array]:
    r"""``solve``, and a code for each matrix: 0, or the place of the first zero on the diagonal of U.

    Derivatives: :math:`\bar B = A^{-H} \bar X` and :math:`\bar A = -\bar B X^H`.

    >>> import teachtorch as torch
    >>> torch.linalg.solve_ex(torch.eye(2), torch.ones(2)).result
    tensor([1., 1.])
    """
    name = "linalg.solve"
    check_floating(name, A)
    check_square(name, A)
    vector = is_vector(A, B)
    if vector and not left and B.ndim:
        raise RuntimeError(
            "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In "
            "this case linalg.solve is equivalent to B / A.squeeze(-1)"
        )
    b = B[..., None] if vector else B
    if b.shape[-2 if left else -1] != A.shape[-1]:
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({A.shape[-2]}x{A.shape[-1]} and {b.shape[-2]}x{b.shape[-1]})"
        )
    if left:
        result, info = solved(A, b)
    else:
        result, info = solved(np.swapaxes(A, -2, -1), np.swapaxes(b, -2, -1))
        result = np.ascontiguousarray(np.swapaxes(result, -2, -1))
    if check_errors:
        _require_solution(info)
    return result[..., 0] if vector else result, info


def _require_solution(info: Any) -> None:
    if np.any(info):
        which, _ = place(info)
        raise LinAlgError(
            f"torch.linalg.solve: {which}The solver failed because the input matrix is singular."
        )


def _by_right_side(grads: Any, A: Any, B_shape: Any, left: bool, F: Any) -> Any:
    grad = grads[0] if isinstance(grads, list) else grads
    vector = len(B_shape) == 1 or (len(A.shape) - 1 == len(B_shape) and tuple(B_shape) == tuple(A.shape)[:-1])
    grad = F.unsqueeze(grad, -1) if vector else grad
    by_b = F.solve_ex(adjoint(A, F), grad, left=left)[0]
    return F.squeeze(by_b, -1) if vector else by_b


def _by_system(grads: Any, A: Any, B_shape: Any, left: bool, result0: Any, F: Any) -> Any:
    by_b = _by_right_side(grads, A, B_shape, left, F)
    if (len(result0.shape) < max(2, len(A.shape)) and len(B_shape) < max(2, len(A.shape))) or len(
        B_shape
    ) == 1:
        by_b, result0 = F.unsqueeze(by_b, -1), F.unsqueeze(result0, -1)
    return -(by_b @ adjoint(result0, F)) if left else -(adjoint(result0, F) @ by_b)


solve_ex.grad(A=_by_system, B=_by_right_side)
solve_ex.samples(
    fixed(
        lambda make: ((make(3, 3), make(3, 2)), {}),
        lambda make: ((make(2, 3, 3), make(3)), {}),
        lambda make: ((make(3, 3), make(2, 3)), {"left": False}),
    )
)


def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Any = None) -> Tensor:
    r"""The solution X of :math:`A X = B`, or with ``left=False`` of :math:`X A = B`; B may be a vector.

    >>> import teachtorch as torch
    >>> torch.linalg.solve(torch.tensor([[2., 1.], [0., 4.]]), torch.tensor([3., 4.]))
    tensor([1., 1.])
    """
    result, info = solve_ex(A, B, left=left)
    _require_solution(info._array)
    return written(result, out)


# -- determinants -------------------------------------------------------------------------------------------


@op(node="LinalgDet")
def det(A: Array, *, xp: Any) -> Array:
    r"""The determinant of a square matrix.

    Derivative: :math:`\bar y\, \overline{\det A}\, A^{-H}`, and for a singular matrix the cofactors, from
    the singular values.

    >>> import teachtorch as torch
    >>> torch.det(torch.tensor([[1., 2.], [3., 4.]]))
    tensor(-2.)
    """
    check_square("linalg.det", A)
    check_floating("linalg.det", A)
    return np.asarray(np.linalg.det(A))


def _det_by_matrix(grad: Any, A: Any, result: Any, F: Any) -> Any:
    values = result._array if isinstance(result, Tensor) else result
    scale = F.unsqueeze(F.unsqueeze(grad, -1), -1)
    if np.all(values != 0):
        determinant = F.unsqueeze(F.unsqueeze(result.conjugate(), -1), -1)
        return scale * determinant * adjoint(F.inv_ex(A)[0], F)
    u, s, vh = F.svd_op(A, True)
    n = s.shape[-1]
    rest = F.where(identity_like(s, n) == 1, F.ones_like(F.unsqueeze(s, -1)), F.unsqueeze(s, -2))
    others = F.prod(rest, -1)
    turn = F.det(u) * F.det(vh)
    cofactors = (u * F.unsqueeze(others, -2)) @ vh
    return scale * F.unsqueeze(F.unsqueeze(turn.conjugate(), -1), -1) * cofactors * 1.0


det.grad(A=_det_by_matrix)
det.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 2, 2),), {})))


@op(node="LinalgSlogdet", returns=return_types.linalg_slogdet)
def slogdet(A: Array, *, xp: Any) -> tuple[Array, Array]:
    r"""The sign of the determinant and the logarithm of its modulus: no overflow for large matrices.

    Derivative of the logarithm: :math:`A^{-H}`.

    >>> import teachtorch as torch
    >>> torch.slogdet(torch.tensor([[1., 2.], [3., 4.]]))
    torch.return_types.linalg_slogdet(
    sign=tensor(-1.),
    logabsdet=tensor(0.6931))
    """
    check_square("linalg.slogdet", A)
    check_floating("linalg.slogdet", A)
    sign, size = np.linalg.slogdet(A)
    return np.asarray(sign).astype(A.dtype), np.asarray(size)


def _slogdet_by_matrix(grads: Any, A: Any, result0: Any, F: Any) -> Any:
    by_sign, scale = grads
    kind = A._array.dtype.kind if isinstance(A, Tensor) else A.dtype.kind
    if kind == "c":
        scale = scale - F.imag(by_sign.conjugate() * result0) * 1j
    return F.unsqueeze(F.unsqueeze(scale, -1), -1) * adjoint(F.inv_ex(A)[0], F)


slogdet.grad(A=_slogdet_by_matrix)
slogdet.samples(fixed(lambda make: ((make(3, 3),), {}), lambda make: ((make(2, 2, 2),), {})))


def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant; NaN if that is negative.

    >>> import teachtorch as torch
    >>> torch.logdet(torch.tensor([[2., 0.], [0., 4.]]))
    tensor(2.0794)
    """
    from .comparison import where

    sign, size = slogdet(input)
    if input.is_complex():
        return sign.log() + size
    return where(sign == -1.0, math.nan, size)


attach("logdet", logdet)
