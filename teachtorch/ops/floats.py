"""The parts of a floating-point number, and functions of two of them: sign, exponent, angle, length."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import return_types
from ..binding import Array, Scalar
from ..op import FLOAT, NONE, alias, attach, composite, op
from ..samples import binary, fixed, unary
from ..tensor import Tensor

__all__ = ["arctan2", "atan2", "copysign", "float_power", "frexp", "gcd", "heaviside", "hypot", "isneginf",
           "isposinf", "isreal", "lcm", "ldexp", "nan_to_num", "nextafter", "signbit"]  # fmt: skip


@op(real="atan2_cpu", promotion=FLOAT, inplace=True)
def atan2(input: Array, other: Array, *, xp: Any) -> Array:
    r"""The angle of the point :math:`(x, y)` = (`other`, `input`), in radians, by quadrant.

    Derivatives: :math:`x / (x^2 + y^2)` and :math:`-y / (x^2 + y^2)`.

    >>> import teachtorch as torch
    >>> torch.atan2(torch.tensor([1., -1.]), torch.tensor([0., 0.]))
    tensor([ 1.5708, -1.5708])
    """
    return xp.arctan2(input, other)


def _over_square(grad: Any, part: Any, input: Any, other: Any, F: Any) -> Any:
    square = input * input + other * other
    return F.where(square == 0, F.zeros_like(square), grad * part / square)


atan2.grad(
    input=lambda grad, input, other, F: _over_square(grad, other, input, other, F),
    other=lambda grad, input, other, F: _over_square(grad, -input, input, other, F),
)
atan2.samples(fixed(lambda make: ((make(3, 2), make(3, 2)), {}), lambda make: ((make(3, 1), make(2)), {})))
arctan2 = alias("arctan2", atan2)


@op(real="hypot_cpu", inplace=True)
def hypot(input: Array, other: Array, *, xp: Any) -> Array:
    r""":math:`\sqrt{a^2 + b^2}` without overflow. Derivatives: :math:`a / h` and :math:`b / h`.

    >>> import teachtorch as torch
    >>> torch.hypot(torch.tensor([3.]), torch.tensor([4.]))
    tensor([5.])
    """
    if input.dtype.kind not in "fV":
        from ..diagnose import not_implemented_for

        raise not_implemented_for("hypot_cpu", input.dtype)
    return xp.hypot(input, other)


hypot.grad(
    input=lambda grad, input, result: grad * (input / result),
    other=lambda grad, other, result: grad * (other / result),
)
hypot.samples(fixed(lambda make: ((make(3, 2), make(3, 2)), {}), lambda make: ((make(3, 1), make(2)), {})))


@op(promotion=FLOAT, inplace=True, overload=lambda input, other: 0 if isinstance(other, Tensor) else 1)
def copysign(input: Array, other: Array | Scalar, *, xp: Any) -> Array:
    """The size of `input` with the sign of `other`; -0 and negative NaN count as negative.

    Derivative: the sign by which the input was changed; 0 at 0.

    >>> import teachtorch as torch
    >>> torch.copysign(torch.tensor([1., -2.]), -1)
    tensor([-1., -2.])
    """
    return xp.copysign(input, other)


copysign.grad(
    input=lambda grad, input, result, F: F.where(input == 0, F.zeros_like(input), grad * (result / input)),
    other=lambda grad, result, F: F.zeros_like(result),
)
copysign.samples(binary)


@op()
def signbit(input: Array, *, xp: Any) -> Array:
    """Whether the sign is negative: true for -0 too.

    >>> import teachtorch as torch
    >>> torch.signbit(torch.tensor([1., -2., -0.]))
    tensor([False,  True,  True])
    """
    if input.dtype.kind == "c":
        raise RuntimeError("signbit is not implemented for complex tensors.")
    return xp.signbit(input) if input.dtype.kind == "f" else input < 0


@op(inplace=True)
def nextafter(input: Array, other: Array, *, xp: Any) -> Array:
    """The next number that the dtype can hold, from `input` towards `other`.

    The step is too small to matter: the derivative is 1, and 0 where both are equal.

    >>> import teachtorch as torch
    >>> torch.nextafter(torch.tensor([1.]), torch.tensor([2.])) - 1 == torch.finfo(torch.float32).eps
    tensor([True])
    """
    return xp.nextafter(input, other)


nextafter.grad(
    input=lambda grad, input, other, F: F.where(input != other, grad, F.zeros_like(grad)),
    other=lambda grad, F: F.zeros_like(grad),
)
nextafter.samples(
    fixed(lambda make: ((make(3, 2), make(3, 2)), {}), lambda make: ((make(3, 1), make(2)), {}))
)


@op(inplace=True)
def heaviside(input: Array, values: Array, *, xp: Any) -> Array:
    """The step function: 0 below zero, 1 above, and `values` at zero.

    >>> import teachtorch as torch
    >>> torch.heaviside(torch.tensor([-1., 0., 2.]), torch.tensor([0.5]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    return xp.where(input == 0, values, (input > 0).astype(values.dtype))


@op(half=False, returns=return_types.frexp)
def frexp(input: Array, *, xp: Any) -> tuple[Array, Array]:
    r"""Mantissa and exponent: :math:`x = m \cdot 2^e` with :math:`\tfrac12 \le |m| < 1`.

    Derivative of the mantissa: :math:`2^{-e}`; the exponent is constant between its jumps.

    >>> import teachtorch as torch
    >>> mantissa, exponent = torch.frexp(torch.tensor([8., 3.]))
    >>> mantissa, exponent
    (tensor([0.5000, 0.7500]), tensor([4, 2], dtype=torch.int32))
    """
    if input.dtype.kind not in "fV":
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    mantissa, exponent = xp.frexp(input)
    return mantissa, exponent.astype(np.int32)


frexp.grad(input=lambda grads, result1, F: grads[0] / F.exp2(result1 * 1.0))
frexp.samples(unary)


@op(promotion=FLOAT, inplace=True)
def ldexp(input: Array, other: Array, *, xp: Any) -> Array:
    r""":math:`x \cdot 2^e`. Derivatives: :math:`2^e` and :math:`x\,2^e \ln 2`.

    >>> import teachtorch as torch
    >>> torch.ldexp(torch.tensor([1.]), torch.tensor([3]))
    tensor([8.])
    """
    return input * xp.exp2(other) if other.dtype.kind != "c" else input * xp.power(2, other)


ldexp.grad(
    input=lambda grad, other, F: grad * F.exp2(other).conjugate(),
    other=lambda grad, result: grad * result.conjugate() * math.log(2),
)
ldexp.samples(fixed(lambda make: ((make(3, 2), make(3, 2)), {}), lambda make: ((make(3, 1), make(2)), {})))


@composite()
def float_power(input: Any, exponent: Any, *, out: Any = None) -> Tensor:
    """The power, computed in double precision whatever the dtypes.

    >>> import teachtorch as torch
    >>> torch.float_power(torch.tensor([2]), 3)
    tensor([8.], dtype=torch.float64)
    """
    from .arithmetic import pow
    from .logarithms import need_a_tensor

    need_a_tensor("float_power", input, exponent)
    wide = _double_of(input, exponent)
    base, power = (x.to(wide) if isinstance(x, Tensor) else x for x in (input, exponent))
    return pow(base, power, out=out)


def _float_power_(self: Tensor, exponent: Any) -> Tensor:
    """In-place version of :func:`torch.float_power`: only for double and complex double tensors."""
    wide = _double_of(self, exponent)
    if self.dtype is not wide:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {self.dtype.legacy} but the operation's result "
            f"requires dtype {wide.legacy}"
        )
    return self.pow_(exponent.to(wide) if isinstance(exponent, Tensor) else exponent)


_float_power_.__name__ = "float_power_"
attach("float_power_", _float_power_)


def _double_of(*values: Any) -> Any:
    from ..dtypes import complex128, float64

    return (
        complex128
        if any(isinstance(v, complex) or (isinstance(v, Tensor) and v.is_complex()) for v in values)
        else float64
    )


@op(inplace=True)
def nan_to_num(
    input: Array,
    nan: float | None = None,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    xp: Any,
) -> Array:
    """NaN replaced by 0 (or `nan`), infinities by the largest and smallest number (or `posinf`, `neginf`).

    Derivative: 1 where nothing was replaced, else 0.

    >>> import teachtorch as torch
    >>> torch.nan_to_num(torch.tensor([torch.nan, 1.]))
    tensor([0., 1.])
    """
    if input.dtype.kind in "biu":
        return input.copy()
    if input.dtype.kind == "c":
        result = input.copy()
        result.real = nan_to_num.op.kernel(input.real, nan, posinf, neginf, xp=xp)
        result.imag = nan_to_num.op.kernel(input.imag, nan, posinf, neginf, xp=xp)
        return result
    limits = xp.finfo(input.dtype)
    kind = input.dtype.type
    result = xp.where(xp.isnan(input), kind(0 if nan is None else nan), input)
    result = xp.where(input == np.inf, kind(limits.max if posinf is None else posinf), result)
    return xp.where(input == -np.inf, kind(limits.min if neginf is None else neginf), result)


nan_to_num.grad(input=lambda grad, input, F: grad * F.isfinite(input))
nan_to_num.samples(unary)


# -- integers -----------------------------------------------------------------------------------------------


def _integers_only(name: str, input: Array) -> None:
    if input.dtype.kind not in "iu":
        from ..diagnose import not_implemented_for

        raise not_implemented_for(name, input.dtype)


@op(inplace=True)
def gcd(input: Array, other: Array, *, xp: Any) -> Array:
    """The greatest common divisor, elementwise.

    >>> import teachtorch as torch
    >>> torch.gcd(torch.tensor([12, 7]), torch.tensor([18, 3]))
    tensor([6, 1])
    """
    _integers_only("gcd_cpu", input)
    return xp.gcd(input, other)


@op(inplace=True)
def lcm(input: Array, other: Array, *, xp: Any) -> Array:
    """The least common multiple, elementwise.

    >>> import teachtorch as torch
    >>> torch.lcm(torch.tensor([4]), torch.tensor([6]))
    tensor([12])
    """
    _integers_only("lcm_cpu", input)
    return xp.lcm(input, other)


# -- questions ----------------------------------------------------------------------------------------------


@op(promotion=NONE, half=False)
def isposinf(input: Array, *, xp: Any) -> Array:
    """Where the element is plus infinity.

    >>> import teachtorch as torch
    >>> torch.isposinf(torch.tensor([-torch.inf, torch.inf]))
    tensor([False,  True])
    """
    return input == np.inf


@op(promotion=NONE, half=False)
def isneginf(input: Array, *, xp: Any) -> Array:
    """Where the element is minus infinity.

    >>> import teachtorch as torch
    >>> torch.isneginf(torch.tensor([-torch.inf, 1.]))
    tensor([ True, False])
    """
    return input == -np.inf


@op(promotion=NONE, half=False)
def isreal(input: Array, *, xp: Any) -> Array:
    """Where the imaginary part is zero: everywhere in a real tensor.

    >>> import teachtorch as torch
    >>> torch.isreal(torch.tensor([1 + 0j, 2j]))
    tensor([ True, False])
    """
    return input.imag == 0 if input.dtype.kind == "c" else xp.ones(input.shape, bool)
