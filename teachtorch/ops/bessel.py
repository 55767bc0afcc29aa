r"""The modified Bessel functions ``i0 i1 k0 k1``, which grow or fall like exponentials.

Each has a power series for small arguments and an asymptotic one for large arguments. Between them:

- I: the power series has only positive terms, so it serves up to 20;
- K: :math:`K_\nu(x) = \int_0^\infty e^{-x \cosh t} \cosh \nu t\, dt`, for which the trapezoidal rule is exact to
  the last digit with a few dozen points.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..binding import Array
from ..op import FLOAT, op
from ..samples import unary
from .gamma_functions import in_double

__all__ = ["i0"]

EULER = float(np.euler_gamma)


# -- I ------------------------------------------------------------------------------------------------------


def hankel_terms(order: float, x: Any, count: int) -> list[Any]:
    r"""Terms :math:`a_k(\nu) / x^k` of the asymptotic series, :math:`a_k = \prod_j \frac{4\nu^2 -
    (2j-1)^2}{8j}`."""
    terms = [np.ones_like(x)]
    for k in range(1, count):
        terms.append(terms[-1] * (4 * order * order - (2 * k - 1) ** 2) / (8 * k * x))
    return terms


def power_series(order: int, x: Any, sign: int, count: int) -> Any:
    r""":math:`\sum_k \frac{(\pm x^2/4)^k}{k!\,(k+\nu)!}`, without the factor :math:`(x/2)^\nu`."""
    square = sign * x * x / 4
    total = term = np.full_like(x, 1 / math.factorial(order))
    for k in range(1, count):
        term = term * square / (k * (k + order))
        total = total + term
    return total


def _scaled_i(order: int, x: Any) -> Any:
    r""":math:`e^{-|x|} I_n(x)` for n = 0 or 1."""
    size = np.abs(x)
    small = np.minimum(size, 20.0)
    near = np.exp(-small) * (small / 2) ** order * power_series(order, small, 1, 70)
    large = np.maximum(size, 20.0)
    terms = hankel_terms(order, large, 24)
    far = sum((-1) ** k * t for k, t in enumerate(terms)) / np.sqrt(2 * math.pi * large)
    value = np.where(size <= 20, near, np.where(np.isinf(size), 0.0, far))
    return np.where(x < 0, -value, value) if order else value


def _plain_i(order: int, x: Any) -> Any:
    """Half of the exponential on either side, so that it overflows no sooner than the result."""
    half = np.exp(np.abs(x) / 2)
    return np.where(np.isinf(x), np.inf * (np.sign(x) if order else 1.0), _scaled_i(order, x) * half * half)


@op(real="i0_vml_cpu", promotion=FLOAT, inplace=True)
def i0(input: Array, *, xp: Any) -> Array:
    r"""The modified Bessel function of the first kind of order 0: :math:`\sum_k \frac{(x^2/4)^k}{(k!)^2}`.

    Derivative: :math:`I_1(x)`.

    >>> import teachtorch as torch
    >>> torch.i0(torch.tensor([0., 1.]))
    tensor([1.0000, 1.2661])
    """
    return in_double(lambda x: _plain_i(0, x))(input)


@op(real="i0e_cpu", promotion=FLOAT, method=False, node="SpecialI0E")
def i0e(input: Array, *, xp: Any) -> Array:
    r""":math:`e^{-|x|} I_0(x)`, which does not overflow. Derivative: :math:`e^{-|x|} I_1(x) -
    \mathrm{sgn}(x)\, y`.

    >>> import teachtorch as torch
    >>> torch.special.i0e(torch.tensor([0., 100.]))
    tensor([1.0000, 0.0399])
    """
    return in_double(lambda x: _scaled_i(0, x))(input)


@op(real="i1_cpu", promotion=FLOAT, method=False, node="SpecialI1")
def i1(input: Array, *, xp: Any) -> Array:
    r"""The modified Bessel function of the first kind of order 1. Derivative: :math:`I_0(x) - I_1(x) / x`.

    >>> import teachtorch as torch
    >>> torch.special.i1(torch.tensor([0., 1.]))
    tensor([0.0000, 0.5652])
    """
    return in_double(lambda x: _plain_i(1, x))(input)


@op(real="i1e_cpu", promotion=FLOAT, method=False, node="SpecialI1E")
def i1e(input: Array, *, xp: Any) -> Array:
    r""":math:`e^{-|x|} I_1(x)`, which does not overflow.

    >>> import teachtorch as torch
    >>> torch.special.i1e(torch.tensor([0., 100.]))
    tensor([0.0000, 0.0397])
    """
    return in_double(lambda x: _scaled_i(1, x))(input)


i0.grad(input=lambda grad, input, F: grad * F.i1(input))
i0e.grad(input=lambda grad, input, result, F: grad * (F.i1e(input) - F.sgn(input) * result))
i1.grad(input=lambda grad, input, result, F: grad * _i1_slope(F.i0(input), result, input, F))
i1e.grad(
    input=lambda grad, input, result, F: (
        grad * (_i1_slope(F.i0e(input), result, input, F) - F.sgn(input) * result)
    )
)
for _op in (i0, i0e, i1, i1e):
    _op.samples(unary)


def _i1_slope(i0: Any, i1: Any, x: Any, F: Any) -> Any:
    """I0 - I1/x, which is 1/2 at 0."""
    zero = F.eq(x, 0)
    return F.where(zero, F.zeros_like(x) + 0.5, i0 - i1 / F.where(zero, F.ones_like(x), x))


# -- K ------------------------------------------------------------------------------------------------------


def scaled_k(order: float, x: Any) -> Any:
    r""":math:`e^x K_\nu(x)` for x >= 1 by the trapezoidal rule; the range of t shrinks as x grows."""
    far = np.arccosh(1 + 40 / x)
    step = far / 64
    total = 0.5 * np.ones_like(x)
    for k in range(1, 65):
        t = k * step
        total = total + np.exp(-x * 2 * np.sinh(t / 2) ** 2) * np.cosh(order * t)
    return total * step


def _near_k0(x: Any) -> Any:
    r""":math:`-(\ln\frac x2 + \gamma) I_0(x) + \sum_k \frac{(x^2/4)^k}{(k!)^2} H_k` with the harmonic
    numbers H."""
    total, term, harmonic = np.zeros_like(x), np.ones_like(x), 0.0
    for k in range(1, 20):
        term, harmonic = term * x * x / (4 * k * k), harmonic + 1 / k
        total = total + term * harmonic
    return total - (np.log(x / 2) + EULER) * power_series(0, x, 1, 20)


def _near_k1(x: Any) -> Any:
    r""":math:`\frac1x + \ln\frac x2 I_1(x) - \frac x4 \sum_k (\psi(k+1) + \psi(k+2))
    \frac{(x^2/4)^k}{k!\,(k+1)!}`."""
    total, term, harmonic = np.zeros_like(x), np.ones_like(x), 0.0
    for k in range(20):
        total = total + term * (2 * harmonic + 1 / (k + 1) - 2 * EULER)
        harmonic += 1 / (k + 1)
        term = term * x * x / (4 * (k + 1) * (k + 2))
    return 1 / x + np.log(x / 2) * x / 2 * power_series(1, x, 1, 20) - x / 4 * total


def _k(order: int, x: Any, scaled: bool) -> Any:
    near_of = _near_k1 if order else _near_k0
    small, large = np.clip(x, 1e-308, 1.0), np.clip(x, 1.0, 1e300)
    near, far = near_of(small), scaled_k(order, large)
    near, far = (near * np.exp(small), far) if scaled else (near, far * np.exp(-large))
    value = np.where(x <= 1, near, np.where(np.isinf(x), 0.0, far))
    return np.where(x == 0, np.inf, np.where((x < 0) | np.isnan(x), np.nan, value))


@op(promotion=FLOAT, method=False, node="SpecialModifiedBesselI0")
def modified_bessel_i0(input: Array, *, xp: Any) -> Array:
    """The modified Bessel function of the first kind of order 0: :func:`torch.i0` under its long name.

    >>> import teachtorch as torch
    >>> torch.special.modified_bessel_i0(torch.tensor([1.]))
    tensor([1.2661])
    """
    return in_double(lambda x: _plain_i(0, x))(input)


@op(promotion=FLOAT, method=False, node="SpecialModifiedBesselI1")
def modified_bessel_i1(input: Array, *, xp: Any) -> Array:
    """The modified Bessel function of the first kind of order 1: ``torch.special.i1`` under its long name.

    >>> import teachtorch as torch
    >>> torch.special.modified_bessel_i1(torch.tensor([1.]))
    tensor([0.5652])
    """
    return in_double(lambda x: _plain_i(1, x))(input)


@op(promotion=FLOAT, method=False, node="SpecialModifiedBesselK0")
def modified_bessel_k0(input: Array, *, xp: Any) -> Array:
    """The modified Bessel function of the second kind of order 0: infinite at 0, falling like an "
    "exponential.

    >>> import teachtorch as torch
    >>> torch.special.modified_bessel_k0(torch.tensor([1.]))
    tensor([0.4210])
    """
    return in_double(lambda x: _k(0, x, False))(input)


@op(promotion=FLOAT, method=False, node="SpecialModifiedBesselK1")
def modified_bessel_k1(input: Array, *, xp: Any) -> Array:
    """The modified Bessel function of the second kind of order 1.

    >>> import teachtorch as torch
    >>> torch.special.modified_bessel_k1(torch.tensor([1.]))
    tensor([0.6019])
    """
    return in_double(lambda x: _k(1, x, False))(input)


@op(promotion=FLOAT, method=False, node="SpecialScaledModifiedBesselK0")
def scaled_modified_bessel_k0(input: Array, *, xp: Any) -> Array:
    r""":math:`e^x K_0(x)`, which does not underflow.

    >>> import teachtorch as torch
    >>> torch.special.scaled_modified_bessel_k0(torch.tensor([1., 100.]))
    tensor([1.1445, 0.1252])
    """
    return in_double(lambda x: _k(0, x, True))(input)


@op(promotion=FLOAT, method=False, node="SpecialScaledModifiedBesselK1")
def scaled_modified_bessel_k1(input: Array, *, xp: Any) -> Array:
    r""":math:`e^x K_1(x)`, which does not underflow.

    >>> import teachtorch as torch
    >>> torch.special.scaled_modified_bessel_k1(torch.tensor([1., 100.]))
    tensor([1.6362, 0.1258])
    """
    return in_double(lambda x: _k(1, x, True))(input)
