r"""Logarithms of probabilities: entropies, log-odds, sums of exponentials, and ``sinc``.

What they share is the care at 0, where the plain formula would give :math:`0 \cdot (-\infty)` or :math:`0 /
0`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..binding import Array, Scalar
from ..op import FLOAT, op
from ..samples import bounded, fixed, positive, unary
from ..tensor import Tensor

__all__ = ["logaddexp", "logaddexp2", "logit", "sinc", "xlogy"]


def _which_is_number(input: Any, other: Any) -> int:
    """PyTorch's overloads: two tensors, a number first, a number second."""
    return 1 if not isinstance(input, Tensor) else 2 if not isinstance(other, Tensor) else 0


def _tensor_of(value: Any, like: Any) -> Any:
    """A number as an array of the other operand's dtype."""
    return value if hasattr(value, "dtype") else np.asarray(value, like.dtype)


def need_a_tensor(name: str, *values: Any) -> None:
    """Refuse numbers alone, as PyTorch's argument parser does."""
    if not any(hasattr(v, "dtype") for v in values):
        kinds = ", ".join(type(v).__name__ for v in values)
        raise TypeError(
            f"{name}() received an invalid combination of arguments - got ({kinds}), but expected one of:\n"
            " * (Tensor input, Tensor other)\n * (Number self, Tensor other)\n * (Tensor input, Number other)"
        )


def _times_log(x: Array, y: Array, log: Any, xp: Any) -> Array:
    x, y = _tensor_of(x, y), _tensor_of(y, x)
    product = x * log(xp.where(x == 0, xp.ones_like(y), y))
    return xp.where(xp.isnan(y), y, xp.where(x == 0, xp.zeros_like(product), product))


@op(real="xlogy_cpu", promotion=FLOAT, inplace=True, overload=_which_is_number)
def xlogy(input: Array | Scalar, other: Array | Scalar, *, xp: Any) -> Array:
    r""":math:`x \ln y`, and 0 where :math:`x = 0`, whatever y: the terms of an entropy.

    Derivatives: :math:`\ln y` and :math:`x / y`.

    >>> import teachtorch as torch
    >>> torch.xlogy(torch.tensor([0., 2.]), torch.tensor([0., 1.]))
    tensor([0., 0.])
    """
    need_a_tensor("xlogy", input, other)
    return _times_log(input, other, xp.log, xp)


xlogy.grad(
    input=lambda grad, input, other, F: grad * _log_unless(input, other, 0, F),
    other=lambda grad, input, other: grad * input / other,
)


@op(real="xlog1py_cpu", promotion=FLOAT, method=False, node="SpecialXlog1Py", overload=_which_is_number)
def xlog1py(input: Array | Scalar, other: Array | Scalar, *, xp: Any) -> Array:
    r""":math:`x \ln(1 + y)`, and 0 where :math:`x = 0`. Derivatives: :math:`\ln(1 + y)` and :math:`x / (1 +
    y)`.

    >>> import teachtorch as torch
    >>> torch.special.xlog1py(torch.tensor([0., 2.]), torch.tensor([-1., 1.]))
    tensor([0.0000, 1.3863])
    """
    need_a_tensor("special_xlog1py", input, other)
    return _times_log(input, other, xp.log1p, xp)


xlog1py.grad(
    input=lambda grad, input, other, F: grad * _log_unless(input, other, 1, F),
    other=lambda grad, input, other: grad * input / (other + 1),
)


def _log_unless(x: Any, y: Any, shift: int, F: Any) -> Any:
    r""":math:`\ln(y + s)`, but 0 where x is 0 and the logarithm infinite or undefined, as PyTorch has it."""
    if not hasattr(y, "shape"):
        y = F.zeros_like(x) + y
    outside = F.logical_and(F.eq(x, 0), y <= -shift)
    y = F.where(outside, F.ones_like(y), y)
    log = F.log1p(y) if shift else F.log(y)
    return F.where(outside, F.zeros_like(log), log)


for _op in (xlogy, xlog1py):
    _op.samples(
        fixed(
            lambda make: ((make(3, 2), make(3, 2, low=0.5, high=2.0)), {}),
            lambda make: ((make(3, 1), make(2, low=0.5, high=2.0)), {}),
            lambda make: ((make(3, 2), 2.0), {}),
            lambda make: ((2.0, make(3, 2, low=0.5, high=2.0)), {}),
        )
    )


@op(real="entr_cpu", promotion=FLOAT, method=False, node="SpecialEntr")
def entr(input: Array, *, xp: Any) -> Array:
    r"""The term :math:`-x \ln x` of an entropy: 0 at 0, ``-inf`` below. Derivative: :math:`-1 - \ln x`.

    >>> import teachtorch as torch
    >>> torch.special.entr(torch.tensor([0., 0.5, 1.]))
    tensor([0.0000, 0.3466, -0.0000])
    """
    inside = -input * xp.log(xp.where(input > 0, input, 1))
    return xp.where(
        xp.isnan(input), input, xp.where(input > 0, inside, xp.where(input == 0, 0, -np.inf))
    ).astype(input.dtype)


entr.grad(input=lambda grad, input, F: grad * (-F.log(input) - 1))
entr.samples(positive)


@op(real="logit_cpu", promotion=FLOAT, inplace=True)
def logit(input: Array, eps: float | None = None, *, xp: Any) -> Array:
    r"""The log-odds :math:`\ln \frac{p}{1 - p}`, the inverse of the sigmoid; with `eps`, p is first kept in
    [eps, 1 - eps].

    Derivative: :math:`\frac{1}{p (1 - p)}`, 0 where p was clamped.

    >>> import teachtorch as torch
    >>> torch.logit(torch.tensor([0.5, 0.9]))
    tensor([0.0000, 2.1972])
    """
    p = input if eps is None else xp.clip(input, input.dtype.type(eps), input.dtype.type(1 - eps))
    return xp.log(p / (1 - p))


def _logit_by_input(grad: Any, input: Any, eps: float | None, F: Any) -> Any:
    slope = grad / (input * (1 - input))
    if eps is None:
        return F.where(F.logical_or(input < 0, input > 1), F.zeros_like(input) + math.nan, slope)
    return F.where(F.logical_or(input < eps, input > 1 - eps), F.zeros_like(input), slope)


logit.grad(input=_logit_by_input)
logit.samples(bounded(0.1, 0.9), fixed(lambda make: ((make(3, 2, low=0, high=1), 0.2), {})))


def _sum_of_exponentials(a: Array, b: Array, exp: Any, log1p: Any, xp: Any) -> Array:
    """The larger, plus what the smaller adds; infinities of one sign are their own sum."""
    if a.dtype.kind == "c":
        first = a.real >= b.real
        top, low = xp.where(first, a, b), xp.where(first, b, a)
        return top + log1p(exp(low - top))
    top = xp.maximum(a, b)
    same = xp.isinf(a) & (a == b)
    return xp.where(same, a, top + log1p(exp(-xp.abs(xp.where(same, 0, a - b)))))


@op()
def logaddexp(input: Array, other: Array, *, xp: Any) -> Array:
    r""":math:`\ln(e^a + e^b)` without overflow. Derivatives: the two shares, :math:`e^{a - y}` and
    :math:`e^{b - y}`.

    >>> import teachtorch as torch
    >>> torch.logaddexp(torch.tensor([1000.]), torch.tensor([1000.]))
    tensor([1000.6932])
    """
    return _sum_of_exponentials(input, other, xp.exp, xp.log1p, xp)


logaddexp.grad(
    input=lambda grad, input, other, F: grad / (1 + F.exp(other - input)).conjugate(),
    other=lambda grad, input, other, F: grad / (1 + F.exp(input - other)).conjugate(),
)


@op(real="logaddexp2_cpu")
def logaddexp2(input: Array, other: Array, *, xp: Any) -> Array:
    r""":math:`\log_2(2^a + 2^b)` without overflow.

    >>> import teachtorch as torch
    >>> torch.logaddexp2(torch.tensor([3.]), torch.tensor([3.]))
    tensor([4.])
    """
    if input.dtype.kind == "c":
        exp2 = lambda z: xp.exp(z * math.log(2))
        return _sum_of_exponentials(input, other, exp2, lambda z: xp.log1p(z) / math.log(2), xp)
    return _sum_of_exponentials(input, other, xp.exp2, lambda z: xp.log1p(z) / math.log(2), xp)


logaddexp2.grad(
    input=lambda grad, input, other, F: grad / (1 + F.exp2(other - input)).conjugate(),
    other=lambda grad, input, other, F: grad / (1 + F.exp2(input - other)).conjugate(),
)
for _op in (logaddexp, logaddexp2):
    _op.samples(fixed(lambda make: ((make(3, 2), make(3, 2)), {}), lambda make: ((make(3, 1), make(2)), {})))


@op(promotion=FLOAT, inplace=True)
def sinc(input: Array, *, xp: Any) -> Array:
    r""":math:`\frac{\sin \pi x}{\pi x}`, and 1 at 0. Derivative: :math:`\frac{\cos \pi x - y}{x}`, and 0 at
    0.

    >>> import teachtorch as torch
    >>> torch.sinc(torch.tensor([0., 0.5]))
    tensor([1.0000, 0.6366])
    """
    zero = input == 0
    angle = math.pi * xp.where(zero, 1, input)
    return xp.where(zero, 1, xp.sin(angle) / angle).astype(input.dtype)


def _sinc_by_input(grad: Any, input: Any, result: Any, F: Any) -> Any:
    zero = F.eq(input, 0)
    x = F.where(zero, F.ones_like(input), input)
    slope = (F.cos(x * math.pi) - result) / x
    return grad * F.where(zero, F.zeros_like(slope), slope).conjugate()


sinc.grad(input=_sinc_by_input)
sinc.samples(unary)
