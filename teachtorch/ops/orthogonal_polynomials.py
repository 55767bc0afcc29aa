r"""The classical orthogonal polynomials, by their three-term recurrences :math:`p_{k+1} = (a_k x + b_k) p_k
- c_k p_{k-1}`.

All are in ``torch.special``. The degree `n` may be a tensor; its fraction is dropped, and a negative degree
gives 0. They have no derivatives here, as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..binding import Array, Scalar
from ..op import FLOAT, op
from ..samples import fixed

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


def _chebyshev(first: Callable[[Any], Any], shifted: bool) -> Callable[[Any, Any], Any]:
    """The four kinds differ in their first polynomial only; shifted ones live on [0, 1]."""

    def value(x: Any, n: Any) -> Any:
        x = 2 * x - 1 if shifted else x
        return _recurrence(x, n, first, lambda k, y: (2 * y, 1.0))

    return value


_FIRST = {"t": lambda x: x, "u": lambda x: 2 * x, "v": lambda x: 2 * x - 1, "w": lambda x: 2 * x + 1}


def _polynomial(name: str, doc: str, value: Callable[[Any, Any], Any]) -> Any:
    def kernel(input: Array | Scalar, n: Array | Scalar, *, xp: Any) -> Array:
        return value(input, n)

    kernel.__name__ = kernel.__qualname__ = name
    kernel.__doc__ = doc
    node = "Special" + "".join(part.capitalize() for part in name.split("_"))
    function = op(promotion=FLOAT, method=False, node=node)(kernel)
    function.samples(fixed(lambda make: ((make(3, 2), 3), {})))
    return function


chebyshev_polynomial_t = _polynomial(
    "chebyshev_polynomial_t",
    r"""Chebyshev's :math:`T_n`, with :math:`T_n(\cos\theta) = \cos n\theta`.

    >>> import teachtorch as torch
    >>> torch.special.chebyshev_polynomial_t(torch.tensor([0.5]), 2)
    tensor([-0.5000])
    """,
    _chebyshev(_FIRST["t"], False),
)
chebyshev_polynomial_u = _polynomial(
    "chebyshev_polynomial_u",
    r"""Chebyshev's :math:`U_n`, with :math:`U_n(\cos\theta) = \sin((n+1)\theta) / \sin\theta`.""",
    _chebyshev(_FIRST["u"], False),
)
chebyshev_polynomial_v = _polynomial(
    "chebyshev_polynomial_v",
    r"""Chebyshev's third kind, with :math:`V_n(\cos\theta) = \cos((n+\frac12)\theta) / \cos\frac\theta2`.""",
    _chebyshev(_FIRST["v"], False),
)
chebyshev_polynomial_w = _polynomial(
    "chebyshev_polynomial_w",
    r"""Chebyshev's fourth kind, with :math:`W_n(\cos\theta) = \sin((n+\frac12)\theta) /
    \sin\frac\theta2`.""",
    _chebyshev(_FIRST["w"], False),
)
shifted_chebyshev_polynomial_t, shifted_chebyshev_polynomial_u, shifted_chebyshev_polynomial_v, \
    shifted_chebyshev_polynomial_w = (
    _polynomial(
        f"shifted_chebyshev_polynomial_{kind}",
        f"Chebyshev's polynomial {kind.upper()} of :math:`2x - 1`, for x in [0, 1].",
        _chebyshev(_FIRST[kind], True),
    )
    for kind in "tuvw"
)  # fmt: skip
hermite_polynomial_h = _polynomial(
    "hermite_polynomial_h",
    r"""Hermite's :math:`H_n` of physics: :math:`H_{k+1} = 2x H_k - 2k H_{k-1}`.""",
    lambda x, n: _recurrence(x, n, lambda x: 2 * x, lambda k, x: (2 * x, 2.0 * k)),
)
hermite_polynomial_he = _polynomial(
    "hermite_polynomial_he",
    r"""Hermite's :math:`He_n` of statistics: :math:`He_{k+1} = x He_k - k He_{k-1}`.""",
    lambda x, n: _recurrence(x, n, lambda x: x, lambda k, x: (x, float(k))),
)
laguerre_polynomial_l = _polynomial(
    "laguerre_polynomial_l",
    r"""Laguerre's :math:`L_n`: :math:`(k+1) L_{k+1} = (2k + 1 - x) L_k - k L_{k-1}`.""",
    lambda x, n: _recurrence(x, n, lambda x: 1 - x, lambda k, x: ((2 * k + 1 - x) / (k + 1), k / (k + 1))),
)
legendre_polynomial_p = _polynomial(
    "legendre_polynomial_p",
    r"""Legendre's :math:`P_n`: :math:`(k+1) P_{k+1} = (2k + 1) x P_k - k P_{k-1}`.""",
    lambda x, n: _recurrence(x, n, lambda x: x, lambda k, x: ((2 * k + 1) / (k + 1) * x, k / (k + 1))),
)
