"""Systems without an exact or unique solution: the pseudo-inverse and least squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array
from ..op import attach, op
from ..samples import fixed
from ..tensor import Tensor
from .linalg_common import adjoint, check_floating, check_matrices, check_square

__all__ = ["pinverse"]


def tolerances(a: Any, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """What counts as 0: by default the larger size times the dtype's precision, relative to the largest
    value."""
    plain = lambda t: t._array if isinstance(t, Tensor) else t
    if rtol is None:
        eps = np.finfo(a.dtype).eps
        rtol = max(a.shape[-2:]) * eps if atol is None or not np.any(np.asarray(plain(atol)) > 0) else 0.0
    return (0.0 if atol is None else plain(atol)), plain(rtol)


@op(method=False, node="LinalgPinv")
def pinv_op(A: Array, atol: Any = None, rtol: Any = None, hermitian: bool = False, *, xp: Any) -> Array:
    """The kernel of ``linalg.pinv``."""
    check_matrices("linalg.pinv", A)
    check_floating("linalg.pinv", A)
    if hermitian:
        check_square("linalg.pinv", A)
    atol, rtol = tolerances(A, atol, rtol)
    if not A.size:
        return np.swapaxes(np.zeros_like(A), -2, -1)
    if hermitian:
        s, v = np.linalg.eigh(A)
        u, vh = v, np.conj(np.swapaxes(v, -2, -1))
    else:
        u, s, vh = np.linalg.svd(A, full_matrices=False)
    size = np.abs(s)
    least = np.maximum(atol, np.asarray(rtol) * size.max(-1))
    inverse = np.where(size > np.asarray(least)[..., None], 1 / np.where(s == 0, 1, s), 0).astype(s.dtype)
    return (np.conj(np.swapaxes(vh, -2, -1)) * inverse[..., None, :]) @ np.conj(np.swapaxes(u, -2, -1))


def pinv_by_matrix(grad: Any, A: Any, result: Any, F: Any) -> Any:
    r"""With :math:`Y = A^+`: :math:`-Y^H G Y^H + (1 - A Y) G^H Y Y^H + Y^H Y\, G^H (1 - Y A)`."""
    gh, yh = adjoint(grad, F), adjoint(result, F)
    first = -(yh @ grad @ yh)
    second = (gh @ result) @ yh
    second = second - A @ (result @ second)
    third = yh @ (result @ gh)
    third = third - (third @ result) @ A
    return first + second + third


pinv_op.grad(A=pinv_by_matrix)
pinv_op.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(2, 2, 3),), {})))


def pinv(
    A: Tensor, *, atol: Any = None, rtol: Any = None, hermitian: bool = False, out: Any = None
) -> Tensor:
    r"""The pseudo-inverse of any matrix: :math:`V S^+ U^H`, where :math:`S^+` inverts the singular values
    that are not 0.

    >>> import teachtorch as torch
    >>> torch.linalg.pinv(torch.tensor([[2.], [0.]]))
    tensor([[0.5000, 0.0000]])
    """
    return pinv_op(A, atol, rtol, hermitian, out=out)


def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """``linalg.pinv`` under its old name.

    >>> import teachtorch as torch
    >>> torch.pinverse(torch.tensor([[2.], [0.]]))
    tensor([[0.5000, 0.0000]])
    """
    return pinv_op(input, None, rcond)


attach("pinverse", pinverse)


@op(method=False, node="LinalgLstsq", returns=return_types.linalg_lstsq)
def lstsq_op(
    A: Array, B: Array, rcond: float | None = None, driver: str | None = None, *, xp: Any
) -> tuple[Array, ...]:
    """The kernel of ``linalg.lstsq``."""
    check_floating("linalg.lstsq", A)
    if A.ndim < 2:
        raise RuntimeError("torch.linalg.lstsq: input must have at least 2 dimensions.")
    if B.ndim < 1:
        raise RuntimeError("torch.linalg.lstsq: other must have at least 1 dimension.")
    driver = "gelsy" if driver is None else driver
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(
            "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"
        )
    vector = A.ndim - 1 == B.ndim and B.shape == A.shape[:-1]
    b = B[..., None] if vector else B
    if b.shape[-2] != A.shape[-2]:
        raise RuntimeError("torch.linalg.lstsq: input.size(-2) should match other.size(-2)")
    m, n = A.shape[-2:]
    rcond = np.finfo(A.dtype).eps * max(m, n) if rcond is None else rcond
    s = np.linalg.svd(A, compute_uv=False) if A.size else np.zeros((*A.shape[:-2], min(m, n)), A.real.dtype)
    rank = np.asarray((s > rcond * s.max(-1, keepdims=True, initial=0)).sum(-1))
    x = pinv_op.op.kernel(A, None, rcond, xp=np) @ b
    residuals = np.zeros(0, s.dtype)
    if m > n and driver != "gelsy" and (driver == "gels" or (rank == n).all()):
        residuals = (np.abs(A @ x - b) ** 2).sum(-2)
    empty = np.zeros(0, np.int64)
    return (
        x[..., 0] if vector else x,
        residuals,
        empty if driver == "gels" else rank.astype(np.int64),
        s if driver in ("gelsd", "gelss") else np.zeros(0, s.dtype),
    )


def _columns(x: Any, A: Any, shape: Any, F: Any) -> Any:
    vector = len(A.shape) - 1 == len(shape) and tuple(shape) == tuple(A.shape)[:-1]
    return F.unsqueeze(x, -1) if vector else x


def _left_over(grads: Any, A: Any, B: Any, result0: Any, F: Any) -> tuple[Any, Any, Any]:
    """Solution, its gradient, and twice the residual vectors with the gradient of their squares."""
    x, b = _columns(result0, A, B.shape, F), _columns(B, A, B.shape, F)
    by_x = _columns(grads[0], A, B.shape, F)
    by_squares = grads[1]
    if 0 in by_squares.shape:
        return x, by_x, None
    return x, by_x, (A @ x - b) * F.unsqueeze(by_squares, -2) * 2


def _lstsq_by_a(grads: Any, A: Any, B: Any, result0: Any, F: Any) -> Any:
    x, by_x, rest = _left_over(grads, A, B, result0, F)
    inverse = F.pinv_op(A)
    by_a = pinv_by_matrix(by_x @ adjoint(_columns(B, A, B.shape, F), F), A, inverse, F)
    return by_a if rest is None else by_a + rest @ adjoint(x, F)


def _lstsq_by_b(grads: Any, A: Any, B: Any, result0: Any, F: Any) -> Any:
    _, by_x, rest = _left_over(grads, A, B, result0, F)
    by_b = adjoint(F.pinv_op(A), F) @ by_x
    return F.reshape(by_b if rest is None else by_b - rest, tuple(B.shape))


lstsq_op.grad(A=_lstsq_by_a, B=_lstsq_by_b)
lstsq_op.samples(
    fixed(
        lambda make: ((make(4, 2), make(4, 3), None, "gels"), {}),
        lambda make: ((make(2, 3), make(2, 1)), {}),
    )
)


def lstsq(A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None) -> Any:
    r"""The X that makes :math:`\|A X - B\|` smallest, and of several the smallest X; with it, residuals and
    rank.

    >>> import teachtorch as torch
    >>> A = torch.tensor([[1., 0.], [1., 1.], [1., 2.]])
    >>> torch.linalg.lstsq(A, torch.tensor([[1.], [3.], [5.]])).solution.round(decimals=4)
    tensor([[1.],
            [2.]])
    """
    return lstsq_op(A, B, rcond, driver)
