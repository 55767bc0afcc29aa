r"""The gamma function and its family: ``lgamma digamma polygamma mvlgamma zeta igamma igammac``.

numpy has none of them. Everything here follows from three classical facts and no tables:

- the recurrence :math:`\Gamma(x + 1) = x\,\Gamma(x)`, which moves an argument to where a series is good;
- Stirling's series for large arguments, whose coefficients are Bernoulli numbers;
- the reflection :math:`\Gamma(x)\,\Gamma(1 - x) = \pi / \sin \pi x`, for negative ones.

All of it runs in double precision, whatever the dtype.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..binding import Array, Scalar
from ..calls import inplace_caller
from ..op import FLOAT, attach, op
from ..samples import fixed, positive
from ..tensor import Tensor

__all__ = ["digamma", "igamma", "igammac", "lgamma", "mvlgamma", "polygamma"]

# B_2, B_4, ..., B_24: the Bernoulli numbers of even index.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
              854513 / 138, -236364091 / 2730)  # fmt: skip


def in_double(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, computed in double precision without warnings and rounded to the first argument's dtype."""

    @functools.wraps(function)
    def compute(*arrays: Any) -> Any:
        with np.errstate(all="ignore"):
            wide = [np.asarray(a, np.float64) for a in arrays]
            return np.asarray(function(*wide)).astype(arrays[0].dtype)

    return compute


def horner(coefficients: Any, x: Any) -> Any:
    """The polynomial with these coefficients, the constant first."""
    value = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        value = value * x + c
    return value


# -- Hurwitz's zeta -----------------------------------------------------------------------------------------


def hurwitz_zeta(s: Any, q: Any) -> Any:
    r""":math:`\sum_{k \ge 0} (q + k)^{-s}`: the first terms one by one, the rest by the Euler-Maclaurin
    formula."""
    s, q = np.broadcast_arrays(s, q)
    outside = (q <= 0) & (s != np.floor(s))
    total, x = np.zeros(q.shape), q.copy()
    for _ in range(10):
        total, x = total + x**-s, x + 1
    while (behind := x < 10).any():  # negative q: on to where the formula holds
        total, x = np.where(behind, total + x**-s, total), np.where(behind, x + 1, x)
    power = x**-s
    total += power * (x / (s - 1) + 0.5)
    factor = s * power / x
    for k, b in enumerate(_BERNOULLI, 1):
        total += b / math.factorial(2 * k) * factor
        factor = factor * (s + 2 * k - 1) * (s + 2 * k) / (x * x)
    total = np.where(outside | (s < 1) | np.isnan(q), np.nan, total)
    return np.where((s == 1) | (q <= 0) & (q == np.floor(q)), np.where(s < 1, np.nan, np.inf), total)


@op(
    real="zeta_cpu",
    promotion=FLOAT,
    method=False,
    node="SpecialZeta",
    overload=lambda input, other: _which_is_number(input, other),
)
def zeta(input: Array | Scalar, other: Array | Scalar, *, xp: Any) -> Array:
    r"""Hurwitz's zeta function :math:`\zeta(s, q) = \sum_{k=0}^\infty (q + k)^{-s}`; Riemann's for :math:`q
    = 1`.

    Derivative by `other`: :math:`-s\,\zeta(s + 1, q)`. By `input` there is no closed form.

    >>> import teachtorch as torch
    >>> torch.special.zeta(torch.tensor([2.]), 1)
    tensor([1.6449])
    """
    from .logarithms import need_a_tensor

    need_a_tensor("special_zeta", input, other)
    s, q = xp.asarray(input), xp.asarray(other)
    dtype = s.dtype if hasattr(input, "dtype") else q.dtype
    return in_double(hurwitz_zeta)(s.astype(dtype), q)


def _which_is_number(input: Any, other: Any) -> int:
    """PyTorch's overloads: two tensors, a number first, a number second."""
    return 1 if not isinstance(input, Tensor) else 2 if not isinstance(other, Tensor) else 0


zeta.grad(other=lambda grad, input, other, F: grad * -input * F.zeta(input + 1, other))
zeta.samples(fixed(lambda make: ((2.0, make(3, 2, low=0.5, high=4.0)), {})))


# -- lgamma -------------------------------------------------------------------------------------------------


@functools.cache
def _series_about_two() -> tuple[float, ...]:
    r"""Coefficients of :math:`\ln\Gamma(2 + z) = (1 - \gamma) z + \sum_{k \ge 2} (-1)^k \frac{\zeta(k) -
    1}{k} z^k`."""
    orders = np.arange(2.0, 32.0)
    tail = hurwitz_zeta(orders, np.full_like(orders, 2.0)) / orders * (-1) ** orders
    return (0.0, 1 - float(np.euler_gamma), *tail.tolist())


def _stirling(x: Any) -> Any:
    r""":math:`(x - \tfrac12) \ln x - x + \tfrac12 \ln 2\pi + \sum_k \frac{B_{2k}}{2k (2k-1) x^{2k-1}}`, for
    large x."""
    coefficients = [b / (2 * k * (2 * k - 1)) for k, b in enumerate(_BERNOULLI, 1)]
    main = (x - 0.5) * np.log(x) - x
    return np.where(
        np.isinf(x), np.inf, main + 0.5 * math.log(2 * math.pi) + horner(coefficients[:8], 1 / (x * x)) / x
    )


def _lgamma_positive(x: Any) -> Any:
    """Small arguments are moved by the recurrence to within 1/2 of 2, where a power series converges fast."""
    steps = np.clip(np.round(x) - 2, -2, 9)
    z = np.clip(x, 0, 11) - (2 + steps)
    product = np.ones_like(x)
    for k in range(9):  # x = z + 2 + steps: multiply (z + 2) (z + 3) ... (x - 1)
        product = np.where(k < steps, product * (z + 2 + k), product)
    near = horner(_series_about_two(), z) + np.log(product)
    near = np.where(steps <= -1, near - np.log1p(z), near)
    near = np.where(steps <= -2, near - np.log(np.where(steps <= -2, z, 1.0)), near)
    return np.where(x > 10, _stirling(np.maximum(x, 10)), near)


def log_gamma(x: Any) -> Any:
    r""":math:`\ln |\Gamma(x)|` for any real x; infinity at the poles 0, -1, -2, ..."""
    positive_part = _lgamma_positive(np.where(x > 0, x, 1.0))
    mirrored = np.where(x > 0, 1.0, x)
    distance = np.abs(mirrored - np.round(mirrored))
    negative_part = np.log(math.pi / np.sin(math.pi * distance)) - _lgamma_positive(1 - mirrored)
    result = np.where(x > 0, positive_part, np.where(distance == 0, np.inf, negative_part))
    return np.where(np.isinf(x), np.inf, np.where(np.isnan(x), np.nan, result))


@op(real="lgamma_vml_cpu", promotion=FLOAT, inplace=True)
def lgamma(input: Array, *, xp: Any) -> Array:
    r"""The logarithm of the gamma function, :math:`\ln |\Gamma(x)|`; :math:`\Gamma(n) = (n - 1)!`.

    Derivative: :math:`\psi(x)`, the digamma function.

    >>> import teachtorch as torch
    >>> torch.lgamma(torch.tensor([5.])).exp()
    tensor([24.])
    """
    return in_double(log_gamma)(input)


lgamma.grad(input=lambda grad, input, F: grad * F.digamma(input))
lgamma.samples(positive)


# -- its derivatives ----------------------------------------------------------------------------------------


def _digamma(x: Any) -> Any:
    """Up to 10 by the recurrence, then the derivative of Stirling's series; reflected for negative "
    "arguments."""
    mirrored = x < 0
    y = np.where(mirrored, 1 - x, x)
    total = np.zeros_like(y)
    for _ in range(10):
        small = y < 10
        total = np.where(small, total - 1 / np.where(y == 0, 1.0, y), total)
        y = np.where(small, y + 1, y)
    series = horner([b / (2 * k) for k, b in enumerate(_BERNOULLI[:8], 1)], 1 / (y * y)) / (y * y)
    total += np.log(y) - 0.5 / y - np.where(np.isinf(y), 0, series)
    fraction = x - np.round(x)
    total = np.where(mirrored, total - math.pi / np.tan(math.pi * fraction), total)
    total = np.where(mirrored & (fraction == 0) | np.isneginf(x), np.nan, total)
    return np.where(x == 0, np.copysign(np.inf, -x), total)


@op(real="digamma", promotion=FLOAT, inplace=True)
def digamma(input: Array, *, xp: Any) -> Array:
    r""":math:`\psi(x) = \frac{d}{dx} \ln\Gamma(x)`. Its derivative is the first polygamma function.

    >>> import teachtorch as torch
    >>> torch.digamma(torch.tensor([1.]))
    tensor([-0.5772])
    """
    return in_double(_digamma)(input)


digamma.grad(input=lambda grad, input, F: grad * F.polygamma_of(input, 1))
digamma.samples(positive)


def _polygamma(x: Any, n: int) -> Any:
    sign = 1.0 if n % 2 else -1.0
    if n != 1:
        return sign * math.factorial(n) * hurwitz_zeta(np.asarray(n + 1.0), x)
    mirrored = x < 0.5
    positive_part = hurwitz_zeta(np.asarray(2.0), np.where(mirrored, 1 - x, x))
    return np.where(mirrored, (math.pi / np.sin(math.pi * x)) ** 2 - positive_part, positive_part)


@op(promotion=FLOAT, method="polygamma", node="Polygamma")
def polygamma_of(input: Array, n: int, *, xp: Any) -> Array:
    """The kernel of ``polygamma``."""
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return in_double(_digamma)(input) if n == 0 else in_double(lambda x: _polygamma(x, n))(input)


polygamma_of.grad(input=lambda grad, input, n, F: grad * F.polygamma_of(input, n + 1))
polygamma_of.samples(fixed(lambda make: ((make(3, 2, low=0.5, high=4.0), 2), {})))
attach("polygamma_", inplace_caller(polygamma_of.op))


def polygamma(n: int, input: Tensor, *, out: Any = None) -> Tensor:
    r"""The `n`-th derivative of the digamma function: :math:`(-1)^{n+1}\, n!\, \zeta(n + 1, x)`.

    Its own derivative is the next one.

    >>> import teachtorch as torch
    >>> torch.polygamma(1, torch.tensor([1.]))
    tensor([1.6449])
    """
    return polygamma_of(input, n, out=out)


@op(promotion=FLOAT, inplace=True)
def mvlgamma(input: Array, p: int, *, xp: Any) -> Array:
    r"""The logarithm of the multivariate gamma function, :math:`\frac{p(p-1)}{4} \ln\pi + \sum_{j=1}^p
    \ln\Gamma(x - \frac{j-1}{2})`.

    >>> import teachtorch as torch
    >>> torch.mvlgamma(torch.tensor([3.]), 2)
    tensor([1.5502])
    """
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    total = sum(log_gamma(np.asarray(input, np.float64) - j / 2) for j in range(p))
    return (total + p * (p - 1) / 4 * math.log(math.pi)).astype(input.dtype)


mvlgamma.grad(
    input=lambda grad, input, p, F: grad * F.digamma(F.unsqueeze(input, -1) - _halves(input, p)).sum(-1),
)
mvlgamma.samples(fixed(lambda make: ((make(3, 2, low=2.0, high=4.0), 3), {})))


def _halves(like: Any, p: int) -> Any:
    """0, 1/2, 1, ... on the carrier of `like`."""
    values = np.arange(p) / 2
    if isinstance(like, Tensor):
        from ..tensor import wrap

        return wrap(values.astype(like._array.dtype))
    return values.astype(like.dtype)


# -- incomplete ---------------------------------------------------------------------------------------------


def _lower_series(a: Any, x: Any) -> Any:
    r""":math:`P(a, x) = \frac{x^a e^{-x}}{\Gamma(a+1)} \sum_k \frac{x^k}{(a+1) \cdots (a+k)}`, for x below
    about a."""
    total = term = np.ones_like(x)
    for k in range(1, 20000):
        term = term * (x / (a + k))
        total = total + term
        if not (term > total * 1e-17).any():
            break
    return total * np.exp(a * np.log(x) - x - log_gamma(a + 1))


def _upper_fraction(a: Any, x: Any) -> Any:
    """Q(a, x) by its continued fraction, evaluated from the front (Lentz), for x above about a."""
    tiny = 1e-300
    b = x + 1 - a
    c, d = np.full_like(x, 1 / tiny), 1 / np.where(b == 0, tiny, b)
    value = d
    for k in range(1, 20000):
        numerator = -k * (k - a)
        b = b + 2
        d, c = numerator * d + b, b + numerator / c
        d = 1 / np.where(d == 0, tiny, d)
        c = np.where(c == 0, tiny, c)
        step = c * d
        value = value * step
        if not (np.abs(step - 1) > 1e-16).any():
            break
    return value * np.exp(a * np.log(x) - x - log_gamma(a))


def _incomplete(a: Any, x: Any, upper: bool) -> Any:
    a, x = np.broadcast_arrays(a, x)
    series = x < a + 1
    safe = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    lower = _lower_series(np.where(safe & series, a, 1.0), np.where(safe & series, x, 1.0))
    rest = _upper_fraction(np.where(safe & ~series, a, 1.0), np.where(safe & ~series, x, 3.0))
    p = np.where(series, lower, 1 - rest) if not upper else np.where(series, 1 - lower, rest)
    low, high = (1.0, 0.0) if upper else (0.0, 1.0)
    p = np.where(safe, p, np.nan)
    p = np.where((x == 0) & (a > 0) | np.isposinf(a) & np.isfinite(x) & (x >= 0), low, p)
    p = np.where((a == 0) & (x > 0) | np.isposinf(x) & np.isfinite(a) & (a > 0), high, p)
    return p


@op(real="igamma_cpu", promotion=FLOAT, inplace=True)
def igamma(input: Array, other: Array, *, xp: Any) -> Array:
    r"""The regularized lower incomplete gamma function :math:`P(a, x) = \frac{1}{\Gamma(a)} \int_0^x
    t^{a-1} e^{-t} dt`.

    The distribution function of the gamma distribution of shape a = `input`. Derivative by x = `other`:
    :math:`x^{a-1} e^{-x} / \Gamma(a)`; by `input` there is none.

    >>> import teachtorch as torch
    >>> torch.igamma(torch.tensor([1.]), torch.tensor([2.]))
    tensor([0.8647])
    """
    return in_double(lambda a, x: _incomplete(a, x, False))(input, other)


@op(real="igammac_cpu", promotion=FLOAT, inplace=True)
def igammac(input: Array, other: Array, *, xp: Any) -> Array:
    r"""The regularized upper incomplete gamma function :math:`Q(a, x) = 1 - P(a, x)`, exact where it is
    small.

    >>> import teachtorch as torch
    >>> torch.igammac(torch.tensor([1.]), torch.tensor([2.]))
    tensor([0.1353])
    """
    return in_double(lambda a, x: _incomplete(a, x, True))(input, other)


def _gamma_density(a: Any, x: Any, F: Any) -> Any:
    return F.exp((a - 1) * F.log(x) - x - F.lgamma(a))


igamma.grad(other=lambda grad, input, other, F: grad * _gamma_density(input, other, F))
igammac.grad(other=lambda grad, input, other, F: -grad * _gamma_density(input, other, F))
for _op in (igamma, igammac):
    _op.samples(fixed(lambda make: ((make(3, 2, low=0.5, high=3.0), make(3, 2, low=0.5, high=4.0)), {})))
