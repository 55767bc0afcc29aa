r"""The classical orthogonal polynomials, by their three-term recurrences :math:`p_{k+1} = (a_k x + b_k) p_k
- c_k p_{k-1}`.

All are in ``torch.special``. The degree `n` may be a tensor; its fraction is dropped, and a negative degree
gives 0. They have no derivatives here, as in PyTorch.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..binding import Array, Scalar
from ..op import FLOAT, op
from ..samples import fixed
from .logarithms import need_a_tensor

__all__: list[str] = []

Coefficients = Callable[[int, Any], tuple[Any, float]]


def _recurrence(x: Any, n: Any, first: Callable[[Any], Any], step: Coefficients) -> Any:
    """Run the recurrence up to the highest degree and keep, for each element, the value at its own."""
    dtype = (x if hasattr(x, "dtype") else n).dtype
    x, degree = np.broadcast_arrays(np.asarray(x, dtype), np.trunc(np.asarray(n, dtype)))
    highest = int(np.max(degree[np.isfinite(degree)], initial=-1))
    result = np.zeros_like(x)
    with np.errstate(all="ignore"):
        before, value = np.ones_like(x), first(x)
        result = np.where(degree == 0, before, result)
        for k in range(1, highest + 1):
            result = np.where(degree == k, value, result)
            factor, back = step(k, x)
            before, value = value, factor * value - back * before
    return result.astype(dtype)


def _chebyshev(x: Any, n: Any, first: Callable[[Any], Any]) -> Any:
    """The four kinds differ in their first polynomial only."""
    return _recurrence(x, n, first, lambda k, x: (2 * x, 1.0))


_special = functools.partial(op, promotion=FLOAT, method=False)


@_special(node="SpecialChebyshevPolynomialT")
def chebyshev_polynomial_t(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""Chebyshev's :math:`T_n`, with :math:`T_n(\cos\theta) = \cos n\theta`.

    >>> import teachtorch as torch
    >>> torch.special.chebyshev_polynomial_t(torch.tensor([0.5]), 2)
    tensor([-0.5000])
    """
    need_a_tensor("special_chebyshev_polynomial_t", input, n)
    return _chebyshev(input, n, lambda x: x)


@_special(node="SpecialChebyshevPolynomialU")
def chebyshev_polynomial_u(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""Chebyshev's :math:`U_n`, with :math:`U_n(\cos\theta) = \sin((n+1)\theta) / \sin\theta`.

    >>> import teachtorch as torch
    >>> torch.special.chebyshev_polynomial_u(torch.tensor([0.5]), 2)
    tensor([0.])
    """
    need_a_tensor("special_chebyshev_polynomial_u", input, n)
    return _chebyshev(input, n, lambda x: 2 * x)


@_special(node="SpecialChebyshevPolynomialV")
def chebyshev_polynomial_v(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""Chebyshev's third kind, with :math:`V_n(\cos\theta) = \cos((n+\frac12)\theta) / \cos\frac\theta2`.

    >>> import teachtorch as torch
    >>> torch.special.chebyshev_polynomial_v(torch.tensor([0.5]), 2)
    tensor([-1.])
    """
    need_a_tensor("special_chebyshev_polynomial_v", input, n)
    return _chebyshev(input, n, lambda x: 2 * x - 1)


@_special(node="SpecialChebyshevPolynomialW")
def chebyshev_polynomial_w(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""Chebyshev's fourth kind, with :math:`W_n(\cos\theta) = \sin((n+\frac12)\theta) / \sin\frac\theta2`.

    >>> import teachtorch as torch
    >>> torch.special.chebyshev_polynomial_w(torch.tensor([0.5]), 2)
    tensor([1.])
    """
    need_a_tensor("special_chebyshev_polynomial_w", input, n)
    return _chebyshev(input, n, lambda x: 2 * x + 1)


@_special(node="SpecialShiftedChebyshevPolynomialT")
def shifted_chebyshev_polynomial_t(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""``chebyshev_polynomial_t`` of :math:`2x - 1`, for x in [0, 1].

    >>> import teachtorch as torch
    >>> torch.special.shifted_chebyshev_polynomial_t(torch.tensor([0.5]), 2)
    tensor([-1.])
    """
    need_a_tensor("special_shifted_chebyshev_polynomial_t", input, n)
    return _chebyshev(2 * input - 1, n, lambda x: x)


@_special(node="SpecialShiftedChebyshevPolynomialU")
def shifted_chebyshev_polynomial_u(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""``chebyshev_polynomial_u`` of :math:`2x - 1`, for x in [0, 1].

    >>> import teachtorch as torch
    >>> torch.special.shifted_chebyshev_polynomial_u(torch.tensor([0.5]), 2)
    tensor([-1.])
    """
    need_a_tensor("special_shifted_chebyshev_polynomial_u", input, n)
    return _chebyshev(2 * input - 1, n, lambda x: 2 * x)


@_special(node="SpecialShiftedChebyshevPolynomialV")
def shifted_chebyshev_polynomial_v(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""``chebyshev_polynomial_v`` of :math:`2x - 1`, for x in [0, 1].

    >>> import teachtorch as torch
    >>> torch.special.shifted_chebyshev_polynomial_v(torch.tensor([0.5]), 2)
    tensor([-1.])
    """
    need_a_tensor("special_shifted_chebyshev_polynomial_v", input, n)
    return _chebyshev(2 * input - 1, n, lambda x: 2 * x - 1)


@_special(node="SpecialShiftedChebyshevPolynomialW")
def shifted_chebyshev_polynomial_w(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""``chebyshev_polynomial_w`` of :math:`2x - 1`, for x in [0, 1].

    >>> import teachtorch as torch
    >>> torch.special.shifted_chebyshev_polynomial_w(torch.tensor([0.5]), 2)
    tensor([-1.])
    """
    need_a_tensor("special_shifted_chebyshev_polynomial_w", input, n)
    return _chebyshev(2 * input - 1, n, lambda x: 2 * x + 1)


@_special(node="SpecialHermitePolynomialH")
def hermite_polynomial_h(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""Hermite's :math:`H_n` of physics: :math:`H_{k+1} = 2x H_k - 2k H_{k-1}`.

    >>> import teachtorch as torch
    >>> torch.special.hermite_polynomial_h(torch.tensor([0.5]), 2)
    tensor([-1.])
    """
    need_a_tensor("special_hermite_polynomial_h", input, n)
    return _recurrence(input, n, lambda x: 2 * x, lambda k, x: (2 * x, 2.0 * k))


@_special(node="SpecialHermitePolynomialHe")
def hermite_polynomial_he(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""Hermite's :math:`He_n` of statistics: :math:`He_{k+1} = x He_k - k He_{k-1}`.

    >>> import teachtorch as torch
    >>> torch.special.hermite_polynomial_he(torch.tensor([0.5]), 2)
    tensor([-0.7500])
    """
    need_a_tensor("special_hermite_polynomial_he", input, n)
    return _recurrence(input, n, lambda x: x, lambda k, x: (x, float(k)))


@_special(node="SpecialLaguerrePolynomialL")
def laguerre_polynomial_l(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""Laguerre's :math:`L_n`: :math:`(k+1) L_{k+1} = (2k + 1 - x) L_k - k L_{k-1}`.

    >>> import teachtorch as torch
    >>> torch.special.laguerre_polynomial_l(torch.tensor([0.5]), 2)
    tensor([0.1250])
    """
    need_a_tensor("special_laguerre_polynomial_l", input, n)
    return _recurrence(input, n, lambda x: 1 - x, lambda k, x: ((2 * k + 1 - x) / (k + 1), k / (k + 1)))


@_special(node="SpecialLegendrePolynomialP")
def legendre_polynomial_p(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
    r"""Legendre's :math:`P_n`: :math:`(k+1) P_{k+1} = (2k + 1) x P_k - k P_{k-1}`.

    >>> import teachtorch as torch
    >>> torch.special.legendre_polynomial_p(torch.tensor([0.5]), 2)
    tensor([-0.1250])
    """
    need_a_tensor("special_legendre_polynomial_p", input, n)
    return _recurrence(input, n, lambda x: x, lambda k, x: ((2 * k + 1) / (k + 1) * x, k / (k + 1)))


for _op in (
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
    hermite_polynomial_h,
    hermite_polynomial_he,
    laguerre_polynomial_l,
    legendre_polynomial_p,
):
    _op.samples(fixed(lambda make: ((make(3, 2), 3), {})))
