"""Functions of one number, applied to each element: exponentials, roots, trigonometry, rounding, signs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..binding import Array
from ..op import FLOAT, alias, op
from ..samples import bounded, positive, unary

__all__ = ["abs", "absolute", "acos", "acosh", "angle", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh",
           "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "deg2rad", "exp", "exp2", "expm1", "floor", "frac",
           "isfinite", "isinf", "isnan", "log", "log10", "log1p", "log2", "rad2deg", "round", "rsqrt", "sgn",
           "sigmoid", "sign", "sin", "sinh", "sqrt", "tan", "tanh", "trunc", "fix"]  # fmt: skip


@op(promotion=FLOAT, inplace=True)
def exp(input: Array, *, xp: Any, out: Any = None) -> Array:
    r""":math:`e^x`. Its own derivative.

    >>> import teachtorch as torch
    >>> torch.exp(torch.tensor([0., 1.]))
    tensor([1.0000, 2.7183])
    """
    return xp.exp(input, out=out)


exp.grad(input=lambda grad, result: grad * result.conjugate())
exp.samples(unary)


@op(promotion=FLOAT, inplace=True)
def exp2(input: Array, *, xp: Any, out: Any = None) -> Array:
    r""":math:`2^x`. Derivative: :math:`2^x \ln 2`.

    >>> import teachtorch as torch
    >>> torch.exp2(torch.tensor([3.]))
    tensor([8.])
    """
    return xp.exp2(input, out=out) if input.dtype.kind != "c" else xp.power(2, input)


exp2.grad(input=lambda grad, result: grad * result.conjugate() * float(np.log(2)))
exp2.samples(unary)


@op(promotion=FLOAT, inplace=True)
def expm1(input: Array, *, xp: Any, out: Any = None) -> Array:
    r""":math:`e^x - 1`, exact near 0. Derivative: :math:`e^x`.

    >>> import teachtorch as torch
    >>> torch.expm1(torch.tensor([0., 1.]))
    tensor([0.0000, 1.7183])
    """
    return xp.expm1(input, out=out)


expm1.grad(input=lambda grad, result: grad * (result.conjugate() + 1))
expm1.samples(unary)


@op(promotion=FLOAT, inplace=True)
def log(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The natural logarithm; ``-inf`` at 0 and ``nan`` below. Derivative: :math:`1/x`.

    >>> import teachtorch as torch
    >>> torch.log(torch.tensor([1., 0., -1.]))
    tensor([0., -inf, nan])
    """
    return xp.log(input, out=out)


log.grad(input=lambda grad, input: grad / input.conjugate())
log.samples(positive)


@op(promotion=FLOAT, inplace=True)
def log2(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The logarithm to base 2. Derivative: :math:`1/(x \ln 2)`.

    >>> import teachtorch as torch
    >>> torch.log2(torch.tensor([8.]))
    tensor([3.])
    """
    return xp.log2(input, out=out)


log2.grad(input=lambda grad, input: grad / (input.conjugate() * float(np.log(2))))
log2.samples(positive)


@op(promotion=FLOAT, inplace=True)
def log10(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The logarithm to base 10. Derivative: :math:`1/(x \ln 10)`.

    >>> import teachtorch as torch
    >>> torch.log10(torch.tensor([1., 10.]))
    tensor([0., 1.])
    """
    return xp.log10(input, out=out)


log10.grad(input=lambda grad, input: grad / (input.conjugate() * float(np.log(10))))
log10.samples(positive)


@op(promotion=FLOAT, inplace=True)
def log1p(input: Array, *, xp: Any, out: Any = None) -> Array:
    r""":math:`\ln(1 + x)`, exact near 0. Derivative: :math:`1/(1 + x)`.

    >>> import teachtorch as torch
    >>> torch.log1p(torch.tensor([0., 1.]))
    tensor([0.0000, 0.6931])
    """
    return xp.log1p(input, out=out)


log1p.grad(input=lambda grad, input: grad / (input + 1).conjugate())
log1p.samples(positive)


@op(promotion=FLOAT, inplace=True)
def sqrt(input: Array, *, xp: Any, out: Any = None) -> Array:
    r""":math:`\sqrt{x}`. Derivative: :math:`1/(2\sqrt{x})`.

    >>> import teachtorch as torch
    >>> torch.sqrt(torch.tensor([4., 2.]))
    tensor([2.0000, 1.4142])
    """
    return xp.sqrt(input, out=out)


sqrt.grad(input=lambda grad, result: grad / (result.conjugate() * 2))
sqrt.samples(positive)


@op(promotion=FLOAT, inplace=True)
def rsqrt(input: Array, *, xp: Any) -> Array:
    r""":math:`1/\sqrt{x}`. Derivative: :math:`-\tfrac12 x^{-3/2}`.

    >>> import teachtorch as torch
    >>> torch.rsqrt(torch.tensor([4.]))
    tensor([0.5000])
    """
    return 1 / xp.sqrt(input)


rsqrt.grad(input=lambda grad, result, F: grad * (F.pow(result, 3) * -0.5).conjugate())
rsqrt.samples(positive)


@op(promotion=FLOAT, inplace=True)
def sin(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The sine of an angle in radians. Derivative: :math:`\cos x`.

    >>> import teachtorch as torch
    >>> torch.sin(torch.tensor([0., 1.5708]))
    tensor([0., 1.])
    """
    return xp.sin(input, out=out)


sin.grad(input=lambda grad, input, F: grad * F.cos(input).conjugate())
sin.samples(unary)


@op(promotion=FLOAT, inplace=True)
def cos(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The cosine of an angle in radians. Derivative: :math:`-\sin x`.

    >>> import teachtorch as torch
    >>> torch.cos(torch.tensor([0., 3.1415927]))
    tensor([ 1., -1.])
    """
    return xp.cos(input, out=out)


cos.grad(input=lambda grad, input, F: grad * -F.sin(input).conjugate())
cos.samples(unary)


@op(promotion=FLOAT, inplace=True)
def tan(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The tangent. Derivative: :math:`1 + \tan^2 x`.

    >>> import teachtorch as torch
    >>> torch.tan(torch.tensor([0., 1.]))
    tensor([0.0000, 1.5574])
    """
    return xp.tan(input, out=out)


tan.grad(input=lambda grad, result: grad * (result * result + 1).conjugate())
tan.samples(bounded(-1, 1))


@op(promotion=FLOAT, inplace=True)
def asin(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The angle whose sine is given. Derivative: :math:`1/\sqrt{1 - x^2}`.

    >>> import teachtorch as torch
    >>> torch.asin(torch.tensor([0., 1.]))
    tensor([0.0000, 1.5708])
    """
    return xp.arcsin(input, out=out)


asin.grad(input=lambda grad, input, F: grad * F.rsqrt(1 - input * input).conjugate())
asin.samples(bounded(-0.9, 0.9))


@op(promotion=FLOAT, inplace=True)
def acos(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The angle whose cosine is given. Derivative: :math:`-1/\sqrt{1 - x^2}`.

    >>> import teachtorch as torch
    >>> torch.acos(torch.tensor([1., 0.]))
    tensor([0.0000, 1.5708])
    """
    return xp.arccos(input, out=out)


acos.grad(input=lambda grad, input, F: -grad * F.rsqrt(1 - input * input).conjugate())
acos.samples(bounded(-0.9, 0.9))


@op(promotion=FLOAT, inplace=True)
def atan(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The angle whose tangent is given. Derivative: :math:`1/(1 + x^2)`.

    >>> import teachtorch as torch
    >>> torch.atan(torch.tensor([0., 1.]))
    tensor([0.0000, 0.7854])
    """
    return xp.arctan(input, out=out)


atan.grad(input=lambda grad, input: grad / (input * input + 1).conjugate())
atan.samples(unary)


@op(promotion=FLOAT, inplace=True)
def sinh(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The hyperbolic sine. Derivative: :math:`\cosh x`.

    >>> import teachtorch as torch
    >>> torch.sinh(torch.tensor([0., 1.]))
    tensor([0.0000, 1.1752])
    """
    return xp.sinh(input, out=out)


sinh.grad(input=lambda grad, input, F: grad * F.cosh(input).conjugate())
sinh.samples(unary)


@op(promotion=FLOAT, inplace=True)
def cosh(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The hyperbolic cosine. Derivative: :math:`\sinh x`.

    >>> import teachtorch as torch
    >>> torch.cosh(torch.tensor([0., 1.]))
    tensor([1.0000, 1.5431])
    """
    return xp.cosh(input, out=out)


cosh.grad(input=lambda grad, input, F: grad * F.sinh(input).conjugate())
cosh.samples(unary)


@op(promotion=FLOAT, inplace=True)
def tanh(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The hyperbolic tangent, between -1 and 1. Derivative: :math:`1 - \tanh^2 x`.

    >>> import teachtorch as torch
    >>> torch.tanh(torch.tensor([0., 1.]))
    tensor([0.0000, 0.7616])
    """
    return xp.tanh(input, out=out)


tanh.grad(input=lambda grad, result: grad * (1 - result * result).conjugate())
tanh.samples(unary)


@op(promotion=FLOAT, inplace=True)
def asinh(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The inverse hyperbolic sine. Derivative: :math:`1/\sqrt{x^2 + 1}`.

    >>> import teachtorch as torch
    >>> torch.asinh(torch.tensor([0., 1.]))
    tensor([0.0000, 0.8814])
    """
    return xp.arcsinh(input, out=out)


asinh.grad(input=lambda grad, input, F: grad * F.rsqrt(input * input + 1).conjugate())
asinh.samples(unary)


@op(promotion=FLOAT, inplace=True)
def acosh(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The inverse hyperbolic cosine, for :math:`x \ge 1`. Derivative: :math:`1/\sqrt{x^2 - 1}`.

    >>> import teachtorch as torch
    >>> torch.acosh(torch.tensor([1., 2.]))
    tensor([0.0000, 1.3170])
    """
    return xp.arccosh(input, out=out)


acosh.grad(input=lambda grad, input, F: grad * (F.rsqrt(input - 1) * F.rsqrt(input + 1)).conjugate())
acosh.samples(bounded(1.2, 3))


@op(promotion=FLOAT, inplace=True)
def atanh(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""The inverse hyperbolic tangent, for :math:`|x| < 1`. Derivative: :math:`1/(1 - x^2)`.

    >>> import teachtorch as torch
    >>> torch.atanh(torch.tensor([0., 0.5]))
    tensor([0.0000, 0.5493])
    """
    return xp.arctanh(input, out=out)


atanh.grad(input=lambda grad, input: grad / (1 - input * input).conjugate())
atanh.samples(bounded(-0.9, 0.9))


@op(promotion=FLOAT, inplace=True)
def sigmoid(input: Array, *, xp: Any) -> Array:
    r"""The logistic function :math:`\sigma(x) = 1/(1 + e^{-x})`. Derivative: :math:`\sigma(1 - \sigma)`.

    >>> import teachtorch as torch
    >>> torch.sigmoid(torch.tensor([0., 2.]))
    tensor([0.5000, 0.8808])
    """
    return 1 / (1 + xp.exp(-input))


sigmoid.grad(input=lambda grad, result: grad * ((1 - result) * result).conjugate())
sigmoid.samples(unary)


@op(inplace=True, operators=("__abs__",))
def abs(input: Array, *, xp: Any) -> Array:
    r"""The absolute value; for complex numbers the modulus, which is real. Derivative: the sign, 0 at 0.

    >>> import teachtorch as torch
    >>> torch.abs(torch.tensor([-1.5, 2.]))
    tensor([1.5000, 2.0000])
    """
    return xp.abs(input)


abs.grad(input=lambda grad, input, F: grad * F.sgn(input))
abs.samples(unary)


@op(
    real=NotImplementedError(
        "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead."
    ),
    inplace=True,
)
def sign(input: Array, *, xp: Any) -> Array:
    """-1, 0 or 1. The derivative is 0 everywhere.

    >>> import teachtorch as torch
    >>> torch.sign(torch.tensor([-3., 0., 2.]))
    tensor([-1.,  0.,  1.])
    """
    return input if input.dtype.kind == "b" else xp.sign(input)


sign.grad(input=lambda grad, F: F.zeros_like(grad))
sign.samples(unary)


@op(inplace=True)
def sgn(input: Array, *, xp: Any) -> Array:
    """The sign; for complex numbers :math:`z/|z|`.

    >>> import teachtorch as torch
    >>> torch.sgn(torch.tensor([3 + 4j]))
    tensor([0.6000+0.8000j])
    """
    if input.dtype.kind != "c":
        return input if input.dtype.kind == "b" else xp.sign(input)
    modulus = xp.abs(input)
    return xp.where(modulus == 0, 0, input / xp.where(modulus == 0, 1, modulus)).astype(input.dtype)


def _sgn_by_input(grad: Any, input: Any, result: Any, F: Any) -> Any:
    if input.dtype.kind != "c" if not hasattr(input, "is_complex") else not input.is_complex():
        return F.zeros_like(grad)
    return (grad / F.abs(input)) - ((grad / input).real * result)


sgn.grad(input=_sgn_by_input)
sgn.samples(unary)


@op(promotion=FLOAT)
def angle(input: Array, *, xp: Any) -> Array:
    """The argument of a complex number, in radians; for real numbers 0 or pi.

    >>> import teachtorch as torch
    >>> torch.angle(torch.tensor([1j, -1]))
    tensor([1.5708, 3.1416])
    """
    if input.dtype.kind == "c":
        return xp.angle(input)
    return xp.where(xp.isnan(input), input, xp.where(input < 0, input.dtype.type(np.pi), input.dtype.type(0)))


angle.grad(input=lambda grad, F: F.zeros_like(grad))
angle.samples(unary)


@op(real=NotImplementedError("floor is not supported for complex inputs"), inplace=True)
def floor(input: Array, *, xp: Any) -> Array:
    """Rounded down. Integers are returned as they are; the derivative is 0.

    >>> import teachtorch as torch
    >>> torch.floor(torch.tensor([1.2, -1.2]))
    tensor([ 1., -2.])
    """
    return xp.floor(input) if input.dtype.kind == "f" else input.copy()


floor.grad(input=lambda grad, F: F.zeros_like(grad))
floor.samples(unary)


@op(real=NotImplementedError("ceil is not supported for complex inputs"), inplace=True)
def ceil(input: Array, *, xp: Any) -> Array:
    """Rounded up. The derivative is 0.

    >>> import teachtorch as torch
    >>> torch.ceil(torch.tensor([1.2, -1.2]))
    tensor([ 2., -1.])
    """
    return xp.ceil(input) if input.dtype.kind == "f" else input.copy()


ceil.grad(input=lambda grad, F: F.zeros_like(grad))
ceil.samples(unary)


@op(real=NotImplementedError("trunc is not supported for complex inputs"), inplace=True)
def trunc(input: Array, *, xp: Any) -> Array:
    """Rounded towards zero. The derivative is 0.

    >>> import teachtorch as torch
    >>> torch.trunc(torch.tensor([1.7, -1.7]))
    tensor([ 1., -1.])
    """
    return xp.trunc(input) if input.dtype.kind == "f" else input.copy()


trunc.grad(input=lambda grad, F: F.zeros_like(grad))
trunc.samples(unary)


@op(real="frac_cpu", inplace=True)
def frac(input: Array, *, xp: Any) -> Array:
    r"""What :func:`trunc` takes away: :math:`x - \mathrm{trunc}(x)`. Derivative: 1.

    >>> import teachtorch as torch
    >>> torch.frac(torch.tensor([1.25, -1.25]))
    tensor([ 0.2500, -0.2500])
    """
    return input - xp.trunc(input)


frac.grad(input=lambda grad: grad)
frac.samples(unary)


@op(real="round_vml_cpu", inplace=True)
def round(input: Array, *, decimals: int = 0, xp: Any) -> Array:
    """Rounded to so many decimals, halves to the even digit. The derivative is 0.

    >>> import teachtorch as torch
    >>> torch.round(torch.tensor([0.5, 1.5, 2.567]))
    tensor([0., 2., 3.])
    """
    if input.dtype.kind != "f":
        return input.copy()
    if not decimals:
        return xp.rint(input)
    scale = input.dtype.type(10 ** np.abs(decimals).item())
    return xp.rint(input * scale) / scale if decimals > 0 else xp.rint(input / scale) * scale


round.grad(input=lambda grad, F: F.zeros_like(grad))
round.samples(unary)


@op(real=RuntimeError("deg2rad is not supported for complex tensors."), promotion=FLOAT, inplace=True)
def deg2rad(input: Array, *, xp: Any) -> Array:
    """Degrees to radians.

    >>> import teachtorch as torch
    >>> torch.deg2rad(torch.tensor([180.]))
    tensor([3.1416])
    """
    return input * (np.pi / 180)


deg2rad.grad(input=lambda grad: grad * (np.pi / 180))
deg2rad.samples(unary)


@op(real=RuntimeError("rad2deg is not supported for complex tensors."), promotion=FLOAT, inplace=True)
def rad2deg(input: Array, *, xp: Any) -> Array:
    """Radians to degrees.

    >>> import teachtorch as torch
    >>> torch.rad2deg(torch.tensor([3.1415927]))
    tensor([180.])
    """
    return input * (180 / np.pi)


rad2deg.grad(input=lambda grad: grad * (180 / np.pi))
rad2deg.samples(unary)


@op(half=False)
def isnan(input: Array, *, xp: Any) -> Array:
    """True where the element is not a number.

    >>> import teachtorch as torch
    >>> torch.isnan(torch.tensor([1., float("nan")]))
    tensor([False,  True])
    """
    return xp.isnan(input)


@op(half=False)
def isinf(input: Array, *, xp: Any) -> Array:
    """True where the element is infinite.

    >>> import teachtorch as torch
    >>> torch.isinf(torch.tensor([1., torch.inf, torch.nan]))
    tensor([False,  True, False])
    """
    return xp.isinf(input)


@op(half=False)
def isfinite(input: Array, *, xp: Any) -> Array:
    """True where the element is neither infinite nor not a number.

    >>> import teachtorch as torch
    >>> torch.isfinite(torch.tensor([1., torch.inf, torch.nan]))
    tensor([ True, False, False])
    """
    return xp.isfinite(input)


absolute, fix = alias("absolute", abs), alias("fix", trunc)
arcsin, arccos, arctan = alias("arcsin", asin), alias("arccos", acos), alias("arctan", atan)
arcsinh, arccosh, arctanh = alias("arcsinh", asinh), alias("arccosh", acosh), alias("arctanh", atanh)
