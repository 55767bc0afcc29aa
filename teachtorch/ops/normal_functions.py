r"""Around the normal distribution: ``erfinv``, ``erfcx``, ``ndtr`` and its inverse and logarithm.

:math:`\Phi(x) = \tfrac12 \mathrm{erfc}(-x / \sqrt2)` is the probability that a standard normal number is
below x. The inverses start from Winitzki's closed formula, right to 2 parts in 1000, and apply Newton's
method.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..binding import Array
from ..op import FLOAT, composite, op
from ..samples import bounded, unary
from ..tensor import Tensor
from .error_function import erf, erfc
from .gamma_functions import in_double
from .results import written

__all__ = ["erfinv"]

_SQRT_HALF, _SQRT_PI = math.sqrt(0.5), math.sqrt(math.pi)
_erf = lambda x: erf.op.kernel(x, xp=np)
_erfc = lambda x: erfc.op.kernel(x, xp=np)


def _erfcx_positive(x: Any) -> Any:
    r""":math:`e^{x^2} \mathrm{erfc}(x)` for x >= 0.

    From 1 on, by the trapezoidal rule for :math:`\frac{2x}{\pi} \int_0^\infty \frac{e^{-t^2}}{x^2 + t^2}
    dt`, with the known error that the pole at :math:`t = ix` causes taken off again.
    """
    near = np.minimum(x, 1.0)
    far, h = np.maximum(x, 1.0), 0.5
    total = 0.5 / (far * far)
    for n in range(1, 14):
        total = total + math.exp(-((n * h) ** 2)) / ((n * h) ** 2 + far * far)
    total = total * (2 * h / math.pi) * far
    pole = np.minimum(far, 2 * math.pi)
    total = np.where(
        far < math.pi / h, total - 2 * np.exp(pole * pole) / np.expm1(2 * math.pi / h * pole), total
    )
    return np.where(x < 1, np.exp(near * near) * _erfc(near), np.where(x > 1e8, 1 / (_SQRT_PI * far), total))


def _erfcx(x: Any) -> Any:
    size = np.abs(x)
    value = _erfcx_positive(size)
    return np.where(x < 0, 2 * np.exp(size * size) - value, value)


def _inverse_erfc(q: Any) -> Any:
    """The y >= 0 with erfc(y) = q, for 0 < q <= 1, by Newton's method on the logarithm, which is nearly a "
    "parabola."""
    a = 0.147
    log = np.log(q * (2 - q))
    middle = 2 / (math.pi * a) + log / 2
    y = np.sqrt(np.sqrt(middle * middle - log / a) - middle)
    for _ in range(4):
        scaled = _erfcx_positive(y)
        y = y + (np.log(scaled) - y * y - np.log(q)) * scaled * _SQRT_PI / 2
    return y


def _erfinv(x: Any) -> Any:
    size = np.abs(x)
    # In the middle, Newton's method on erf itself: there 1 - |x| would lose digits.
    small = np.minimum(size, 0.5)
    y = _inverse_erfc(1 - np.maximum(small, 1e-3))
    y = np.where(small < 1e-3, small * _SQRT_PI / 2, y)
    for _ in range(3):
        y = y - (_erf(y) - small) * np.exp(y * y) * _SQRT_PI / 2
    tail = _inverse_erfc(np.clip(1 - size, 1e-300, 0.5))
    y = np.where(size <= 0.5, y, np.where(size == 1, np.inf, tail))
    return np.where(size > 1, np.nan, np.copysign(y, x))


def _ndtri(p: Any) -> Any:
    tail = np.minimum(p, 1 - p)
    y = math.sqrt(2) * _inverse_erfc(np.clip(2 * tail, 1e-320, 1.0))
    centre = np.abs(p - 0.5) < 0.25
    y = np.where(p < 0.5, -y, y)
    y = np.where(centre, math.sqrt(2) * _erfinv(np.where(centre, 2 * p - 1, 0.0)), y)
    y = np.where(p == 0, -np.inf, np.where(p == 1, np.inf, y))
    return np.where((p < 0) | (p > 1) | np.isnan(p), np.nan, y)


@op(real="erfinv_vml_cpu", promotion=FLOAT, inplace=True)
def erfinv(input: Array, *, xp: Any) -> Array:
    r"""The inverse of the error function, on (-1, 1). Derivative: :math:`\frac{\sqrt\pi}{2} e^{y^2}`.

    >>> import teachtorch as torch
    >>> torch.erfinv(torch.tensor([0., 0.5]))
    tensor([0.0000, 0.4769])
    """
    return in_double(_erfinv)(input)


erfinv.grad(input=lambda grad, result, F: grad * F.exp(result * result) * (_SQRT_PI / 2))
erfinv.samples(bounded(-0.9, 0.9))


@op(real="erfcx_cpu", promotion=FLOAT, method=False, node="SpecialErfcx")
def erfcx(input: Array, *, xp: Any) -> Array:
    r""":math:`e^{x^2} \mathrm{erfc}(x)`, which does not underflow. Derivative: :math:`2xy - 2/\sqrt\pi`.

    >>> import teachtorch as torch
    >>> torch.special.erfcx(torch.tensor([0., 100.]))
    tensor([1.0000, 0.0056])
    """
    return in_double(_erfcx)(input)


erfcx.grad(input=lambda grad, input, result: grad * (2 * input * result - 2 / _SQRT_PI))
erfcx.samples(unary)


@composite(method=False)
def ndtr(input: Tensor, *, out: Any = None) -> Tensor:
    r"""The probability that a standard normal number is below x: :math:`\tfrac12 (1 + \mathrm{erf}(x /
    \sqrt2))`.

    >>> import teachtorch as torch
    >>> torch.special.ndtr(torch.tensor([0., 1.96]))
    tensor([0.5000, 0.9750])
    """
    result = (1 + erf(input * _SQRT_HALF)) * 0.5
    return written(result, out)


@op(real="ndtri_cpu", promotion=FLOAT, method=False, node="SpecialNdtri")
def ndtri(input: Array, *, xp: Any) -> Array:
    r"""The inverse of ``ndtr``: the normal number with a given probability below it.

    Derivative: one over the density, :math:`\sqrt{2\pi}\, e^{y^2/2}`.

    >>> import teachtorch as torch
    >>> torch.special.ndtri(torch.tensor([0.5, 0.975]))
    tensor([0.0000, 1.9600])
    """
    return in_double(_ndtri)(input)


ndtri.grad(input=lambda grad, result, F: grad * F.exp(result * result / 2) * math.sqrt(2 * math.pi))
ndtri.samples(bounded(0.1, 0.9))


def _log_ndtr(x: Any) -> Any:
    left = np.minimum(x, -1.0) * _SQRT_HALF
    right = np.log1p(-0.5 * _erfc(np.maximum(x, -1.0) * _SQRT_HALF))
    return np.where(x < -1, np.log(_erfcx_positive(-left) / 2) - left * left, right)


@op(real="log_ndtr_cpu", promotion=FLOAT, method=False, node="SpecialLogNdtr")
def log_ndtr(input: Array, *, xp: Any) -> Array:
    r""":math:`\ln \Phi(x)`, exact far to the left, where the probability itself underflows.

    Derivative: :math:`\sqrt{2/\pi} / \mathrm{erfcx}(-x / \sqrt2)`.

    >>> import teachtorch as torch
    >>> torch.special.log_ndtr(torch.tensor([-40.]))
    tensor([-804.6085])
    """
    return in_double(_log_ndtr)(input)


log_ndtr.grad(input=lambda grad, input, F: grad / F.erfcx(input * -_SQRT_HALF) * math.sqrt(2 / math.pi))
log_ndtr.samples(unary)
