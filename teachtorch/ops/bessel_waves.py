r"""The Bessel functions ``j0 j1 y0 y1``, which oscillate, and Airy's function.

Power series for small arguments, asymptotic ones for large. Between them, for J, the recurrence
:math:`J_{n-1} = \frac{2n}{x} J_n - J_{n+1}`, run downwards from far up and scaled at the end (Miller's algorithm); Y is
a sum of the J found on the way (Neumann's series).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..binding import Array
from ..op import FLOAT, op
from .bessel import EULER, hankel_terms, power_series, scaled_k
from .gamma_functions import in_double

__all__: list[str] = []


# -- J and Y ------------------------------------------------------------------------------------------------


def downward(order: float, x: Any, start: int = 90) -> list[Any]:
    r""":math:`J_\nu, J_{\nu+1}, \ldots` for 1 <= x <= 25, by Miller's algorithm.

    The scale comes from :math:`(x/2)^\nu = \sum_k \frac{(\nu + 2k)\,\Gamma(\nu + k)}{k!} J_{\nu + 2k}(x)`.
    """
    values = [np.zeros_like(x), np.full_like(x, 1e-200)]
    for n in range(start, 0, -1):
        values.append(2 * (order + n) / x * values[-1] - values[-2])
    values.reverse()
    weight, norm = math.gamma(order + 1), np.zeros_like(x)
    for k in range(start // 2):
        norm = norm + weight * values[2 * k]
        ratio = (order + k) / (order + 2 * k) if k else 1.0
        weight *= (order + 2 * k + 2) / (k + 1) * ratio
    return [v * (x / 2) ** order / norm for v in values]


def phase_parts(order: float, x: Any) -> tuple[Any, Any]:
    r"""P and Q of :math:`J_\nu = \sqrt{2/\pi x}\,(P \cos\chi - Q \sin\chi)`, :math:`\chi = x - (\nu/2 +
    1/4)\pi`."""
    terms = hankel_terms(order, x, 24)
    p = sum((-1) ** (k // 2) * t for k, t in enumerate(terms) if k % 2 == 0)
    q = sum((-1) ** (k // 2) * t for k, t in enumerate(terms) if k % 2)
    return p, q


def _j_and_y(order: int, x: Any) -> tuple[Any, Any]:
    """J and Y of order 0 or 1 for x > 0."""
    low, middle, high = np.clip(x, 1e-308, 1.0), np.clip(x, 1.0, 25.0), np.clip(x, 25.0, 1e300)
    # up to 1: the power series
    j_low = (low / 2) ** order * power_series(order, low, -1, 14)
    y_low = _series_y(order, low)
    # up to 25: recurrence and Neumann's series
    j = downward(0.0, middle)
    log = 2 / math.pi * (np.log(middle / 2) + EULER)
    if order == 0:
        y_middle = log * j[0] - 4 / math.pi * sum((-1) ** k / k * j[2 * k] for k in range(1, 42))
    else:
        tail = sum((-1) ** k * (2 * k + 1) / (k * (k + 1)) * j[2 * k + 1] for k in range(1, 42))
        y_middle = (log - 2 / math.pi) * j[1] - 2 / (math.pi * middle) * j[0] - 2 / math.pi * tail
    # beyond: the asymptotic series
    p, q = phase_parts(order, high)
    angle = high - (order / 2 + 0.25) * math.pi
    amplitude = np.sqrt(2 / (math.pi * high))
    j_high = amplitude * (p * np.cos(angle) - q * np.sin(angle))
    y_high = amplitude * (p * np.sin(angle) + q * np.cos(angle))
    pick = lambda a, b, c: np.where(x <= 1, a, np.where(x <= 25, b, np.where(np.isinf(x), 0.0, c)))
    return pick(j_low, j[order], j_high), pick(y_low, y_middle, y_high)


def _series_y(order: int, x: Any) -> Any:
    """The power series of Y: that of J with a logarithm, and harmonic numbers in its coefficients."""
    total, term, harmonic = np.zeros_like(x), np.ones_like(x), 0.0
    log = np.log(x / 2) + EULER
    if order == 0:
        for k in range(1, 14):
            term, harmonic = term * -x * x / (4 * k * k), harmonic + 1 / k
            total = total + term * harmonic
        return 2 / math.pi * (log * power_series(0, x, -1, 14) - total)
    for k in range(14):
        total = total + term * (2 * harmonic + 1 / (k + 1))
        harmonic += 1 / (k + 1)
        term = term * -x * x / (4 * (k + 1) * (k + 2))
    return 2 / math.pi * (log * x / 2 * power_series(1, x, -1, 14) - 1 / x - x / 4 * total)


def _j(order: int, x: Any) -> Any:
    value = _j_and_y(order, np.abs(x))[0]
    value = np.where(x == 0, 0.0 if order else 1.0, value)
    return np.where(np.isnan(x), np.nan, np.where(x < 0, -value, value) if order else value)


def _y(order: int, x: Any) -> Any:
    value = _j_and_y(order, np.where(x > 0, x, 1.0))[1]
    return np.where(x == 0, -np.inf, np.where((x < 0) | np.isnan(x), np.nan, value))


@op(promotion=FLOAT, method=False, node="SpecialBesselJ0")
def bessel_j0(input: Array, *, xp: Any) -> Array:
    """The Bessel function of the first kind of order 0: a wave on a drum, 1 at the centre, dying away as "
    "1/√x.

    >>> import teachtorch as torch
    >>> torch.special.bessel_j0(torch.tensor([0., 1.]))
    tensor([1.0000, 0.7652])
    """
    return in_double(lambda x: _j(0, x))(input)


@op(promotion=FLOAT, method=False, node="SpecialBesselJ1")
def bessel_j1(input: Array, *, xp: Any) -> Array:
    """The Bessel function of the first kind of order 1: 0 at 0, odd.

    >>> import teachtorch as torch
    >>> torch.special.bessel_j1(torch.tensor([0., 1.]))
    tensor([0.0000, 0.4401])
    """
    return in_double(lambda x: _j(1, x))(input)


@op(promotion=FLOAT, method=False, node="SpecialBesselY0")
def bessel_y0(input: Array, *, xp: Any) -> Array:
    """The Bessel function of the second kind of order 0: minus infinity at 0.

    >>> import teachtorch as torch
    >>> torch.special.bessel_y0(torch.tensor([0., 1.]))
    tensor([  -inf, 0.0883])
    """
    return in_double(lambda x: _y(0, x))(input)


@op(promotion=FLOAT, method=False, node="SpecialBesselY1")
def bessel_y1(input: Array, *, xp: Any) -> Array:
    """The Bessel function of the second kind of order 1.

    >>> import teachtorch as torch
    >>> torch.special.bessel_y1(torch.tensor([1., 2.]))
    tensor([-0.7812, -0.1070])
    """
    return in_double(lambda x: _y(1, x))(input)


@op(promotion=FLOAT, method=False, node="SpecialSphericalBesselJ0")
def spherical_bessel_j0(input: Array, *, xp: Any) -> Array:
    r""":math:`\sin x / x`, the spherical Bessel function of order 0; 1 at 0.

    >>> import teachtorch as torch
    >>> torch.special.spherical_bessel_j0(torch.tensor([0., 1.]))
    tensor([1.0000, 0.8415])
    """
    return in_double(lambda x: np.where(np.isinf(x), 0.0, np.sinc(x / math.pi)))(input)


# -- Airy ---------------------------------------------------------------------------------------------------


def _airy_ai(x: Any) -> Any:
    r"""By the power series about 0; else by K of order 1/3 (right) or J of orders ±1/3 (left) of
    :math:`\tfrac23 |x|^{3/2}`."""
    small = np.clip(x, -1.6, 1.6)
    cube = small**3
    f = f_term = np.ones_like(x)
    g = g_term = small
    for k in range(1, 16):
        f_term = f_term * cube / ((3 * k) * (3 * k - 1))
        g_term = g_term * cube / ((3 * k) * (3 * k + 1))
        f, g = f + f_term, g + g_term
    at_zero, slope = 1 / (3 ** (2 / 3) * math.gamma(2 / 3)), 1 / (3 ** (1 / 3) * math.gamma(1 / 3))
    near = at_zero * f - slope * g
    right = np.clip(x, 1.6, 1e4)
    z = 2 / 3 * right**1.5
    decay = np.sqrt(right / 3) / math.pi * scaled_k(1 / 3, z) * np.exp(-z)
    left = np.clip(-x, 1.6, 1e10)
    z = 2 / 3 * left**1.5
    middle, high = np.clip(z, 1.0, 25.0), np.maximum(z, 25.0)
    waves = np.sqrt(left) / 3 * (downward(1 / 3, middle)[0] + downward(-1 / 3, middle)[0])
    p, q = phase_parts(1 / 3, high)
    angle = high - math.pi / 4
    far = (p * np.cos(angle) - q * np.sin(angle)) / (math.sqrt(math.pi) * left**0.25)
    waves = np.where(z <= 25, waves, far)
    value = np.where(x > 1.6, decay, np.where(x < -1.6, waves, near))
    return np.where(np.isfinite(x), value, np.nan)


@op(promotion=FLOAT, method=False, node="SpecialAiryAi")
def airy_ai(input: Array, *, xp: Any) -> Array:
    r"""The Airy function: the solution of :math:`y'' = x y` that vanishes to the right and oscillates to
    the left.

    >>> import teachtorch as torch
    >>> torch.special.airy_ai(torch.tensor([0., 1.]))
    tensor([0.3550, 0.1353])
    """
    return in_double(_airy_ai)(input)
