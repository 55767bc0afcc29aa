"""Arithmetic, elementwise with broadcasting: ``+ - * / // % **`` and their kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..binding import NUMBERS, Array, Number, Scalar
from ..diagnose import ONE_BOOL, TWO_BOOLS
from ..op import DEFAULT, FLOAT, alias, attach, composite, op, tensor_method
from ..samples import binary, fixed, positive_base, unary

__all__ = ["add", "div", "divide", "floor_divide", "fmod", "mul", "multiply", "neg", "negative", "positive", "pow",
           "reciprocal", "remainder", "rsub", "square", "sub", "subtract", "true_divide"]  # fmt: skip


@op(inplace=True, operators=("__add__", "__radd__"))
def add(
    input: Array | Number, other: Array | Number, *, alpha: Number = 1, xp: Any, out: Any = None
) -> Array:
    r"""``input + alpha * other``, elementwise.

    Shapes broadcast; dtypes promote (an integer tensor plus a float tensor is a float tensor).

    Derivatives: :math:`\partial(a + \alpha b)/\partial a = 1`, :math:`\partial/\partial b = \alpha`.

    >>> import teachtorch as torch
    >>> torch.add(torch.tensor([1., 2.]), torch.tensor([10.]), alpha=2)
    tensor([21., 22.])
    """
    if alpha != 1 or alpha is True:
        other = _scaled("add", input, other, alpha)
    return xp.add(input, other, out=out)


def _scaled(name: str, input: Any, other: Any, alpha: Any) -> Any:
    """``alpha * other``, if the type of the result allows this factor."""
    if not isinstance(alpha, NUMBERS):
        raise TypeError(f"{name}(): argument 'alpha' must be Number, not {type(alpha).__name__}")
    kind = np.result_type(input, other).kind
    if isinstance(alpha, bool) and kind != "b":
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, (float, complex)) and kind in "bui":
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, complex) and kind != "c":
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")
    return other * alpha


def _no_bools(*operands: Any) -> str:
    """The promotion of subtraction: the usual one, but bools are refused even beside other types."""
    bools = [x.dtype.kind == "b" if hasattr(x, "dtype") else isinstance(x, bool) for x in operands[:2]]
    if any(bools):
        raise RuntimeError(TWO_BOOLS if all(bools) else ONE_BOOL)
    return DEFAULT


add.grad(
    input=lambda grad: grad,
    other=lambda grad, alpha: grad if alpha == 1 else grad * (alpha.conjugate()),
)
add.samples(binary)


@op(promotion_of=_no_bools, inplace=True, operators=("__sub__",))
def sub(
    input: Array | Number, other: Array | Number, *, alpha: Number = 1, xp: Any, out: Any = None
) -> Array:
    r"""``input - alpha * other``, elementwise.

    Derivatives: :math:`1` and :math:`-\alpha`. Two bool tensors are refused: use ``^``.

    >>> import teachtorch as torch
    >>> torch.tensor([5, 7]) - 2
    tensor([3, 5])
    """
    if alpha != 1 or alpha is True:
        other = _scaled("sub", input, other, alpha)
    return xp.subtract(input, other, out=out)


sub.grad(
    input=lambda grad: grad,
    other=lambda grad, alpha: -grad if alpha == 1 else -grad * alpha.conjugate(),
)
sub.samples(binary)


@op(
    promotion_of=_no_bools,
    operators=("__rsub__",),
    method=False,
    overload=lambda input, other, alpha: int(not hasattr(other, "_array")),
)
def rsub(input: Array, other: Array | Scalar, *, alpha: Number = 1, xp: Any) -> Array:
    """``other - alpha * input``: the subtraction that ``1 - x`` runs.

    >>> import teachtorch as torch
    >>> torch.rsub(torch.tensor([1., 2.]), 10)
    tensor([9., 8.])
    """
    return xp.subtract(other, input if alpha == 1 else input * alpha)


rsub.grad(
    input=lambda grad, alpha: -grad if alpha == 1 else -grad * alpha.conjugate(),
    other=lambda grad: grad,
)
rsub.samples(binary)


@op(inplace=True, operators=("__mul__", "__rmul__"))
def mul(input: Array | Number, other: Array | Number, *, xp: Any, out: Any = None) -> Array:
    r"""``input * other``, elementwise.

    Derivatives: :math:`\partial(ab)/\partial a = b`, :math:`\partial(ab)/\partial b = a` (conjugated for complex
    numbers: the gradient is the direction of steepest ascent).

    >>> import teachtorch as torch
    >>> torch.tensor([[1.], [2.]]) * torch.tensor([3., 4.])
    tensor([[3., 4.],
            [6., 8.]])
    """
    return xp.multiply(input, other, out=out)


mul.grad(
    input=lambda grad, other: grad * other.conjugate(),
    other=lambda grad, input: grad * input.conjugate(),
)
mul.samples(binary)


@op(
    promotion=FLOAT,
    promotion_of=lambda input, other, rounding_mode: FLOAT if rounding_mode is None else DEFAULT,
    inplace=True,
    operators=("__truediv__",),
    overload=lambda input, other, rounding_mode=None: 0 if rounding_mode is None else 1,
)
def div(
    input: Array | Number,
    other: Array | Number,
    *,
    rounding_mode: str | None = None,
    xp: Any,
    out: Any = None,
) -> Array:
    r"""``input / other``, elementwise and true: integers give floats.

    `rounding_mode` "trunc" rounds the quotient towards zero, "floor" downwards; integers then stay integers.

    Derivatives: :math:`1/b` and :math:`-a/b^2`; 0 with a rounding mode.

    >>> import teachtorch as torch
    >>> torch.tensor([7, -7]) / 2
    tensor([ 3.5000, -3.5000])
    >>> torch.div(torch.tensor([7., -7.]), 2, rounding_mode="trunc")
    tensor([ 3., -3.])
    """
    if rounding_mode is None:
        return xp.true_divide(input, other, out=out)
    if rounding_mode == "floor":
        return floor_divide.op.kernel(input, other, xp=xp, out=out)
    if rounding_mode == "trunc":
        return _divide_towards_zero(input, other, xp, out)
    raise RuntimeError(
        "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '"
        + str(rounding_mode)
        + "'"
    )


def _refuse_zero(input: Any, other: Any) -> None:
    """Integers have no quotient by zero, and floats have infinity."""
    if np.result_type(input, other).kind in "biu" and not np.all(other):
        raise RuntimeError("ZeroDivisionError")


def _divide_towards_zero(input: Any, other: Any, xp: Any, out: Any) -> Any:
    quotient = xp.true_divide(input, other)
    if np.result_type(input, other).kind in "iu":  # exact where a float would not be
        _refuse_zero(input, other)
        down = xp.floor_divide(input, other)
        quotient = down + ((quotient < 0) & (xp.remainder(input, other) != 0))
        return (
            quotient.astype(down.dtype) if out is None else xp.copyto(out, quotient, casting="unsafe") or out
        )
    return xp.trunc(quotient, out=out)


div.grad(
    input=lambda grad, other, rounding_mode, F: (
        grad / other.conjugate() if rounding_mode is None else F.zeros_like(grad)
    ),
    other=lambda grad, input, other, rounding_mode, F: (
        -grad * ((input / other) / other).conjugate() if rounding_mode is None else F.zeros_like(grad)
    ),
)
div.samples(
    binary,
    fixed(
        lambda make: ((make(3, 2), make(2, low=0.5, high=2.0)), {"rounding_mode": "trunc"}),
        lambda make: ((make(3, 2), 0.7), {"rounding_mode": "floor"}),
    ),
)


@op(real="div_floor_cpu", inplace=True, operators=("__floordiv__", "__rfloordiv__"))
def floor_divide(input: Array | Number, other: Array | Number, *, xp: Any, out: Any = None) -> Array:
    """The quotient rounded down: ``7 // 2 = 3``, ``-7 // 2 = -4``.

    >>> import teachtorch as torch
    >>> torch.tensor([7, -7]) // 2
    tensor([ 3, -4])
    """
    _refuse_zero(input, other)
    return xp.floor_divide(input, other, out=out)


floor_divide.samples(binary)


@op(real="remainder_cpu", inplace=True, operators=("__mod__", "__rmod__"))
def remainder(input: Array | Number, other: Array | Number, *, xp: Any, out: Any = None) -> Array:
    r"""Python's ``%``: the remainder has the sign of the divisor, :math:`a - b \lfloor a / b \rfloor`.

    Derivatives: :math:`1` and :math:`-\lfloor a / b \rfloor`.

    >>> import teachtorch as torch
    >>> torch.tensor([7, -7]) % 3
    tensor([1, 2])
    """
    _refuse_zero(input, other)
    return xp.remainder(input, other, out=out)


remainder.grad(
    input=lambda grad: grad,
    other=lambda grad, input, other, F: -grad * F.floor_divide(input, other),
)
remainder.samples(binary)


@op(real="fmod_cpu", inplace=True)
def fmod(input: Array, other: Array | Number, *, xp: Any, out: Any = None) -> Array:
    r"""C's remainder: it has the sign of the dividend, :math:`a - b\,\mathrm{trunc}(a / b)`.

    >>> import teachtorch as torch
    >>> torch.fmod(torch.tensor([7., -7.]), 3)
    tensor([ 1., -1.])
    """
    _refuse_zero(input, other)
    return xp.fmod(input, other, out=out)


fmod.grad(
    input=lambda grad: grad,
    other=lambda grad, input, other, F: -grad * F.div(input, other, rounding_mode="trunc"),
)
fmod.samples(binary)


@op(
    inplace=True,
    operators=("__pow__", "__rpow__"),
    overload=lambda input, exponent: 2 if not hasattr(input, "_array") else int(hasattr(exponent, "_array")),
)
def pow(input: Array | Scalar, exponent: Array | Scalar, *, xp: Any) -> Array:
    r"""``input ** exponent``, elementwise.

    Derivatives: :math:`\partial a^b/\partial a = b\,a^{b-1}` (0 where :math:`b = 0`) and
    :math:`\partial a^b/\partial b = a^b \ln a` (0 where :math:`a = 0` and :math:`b \ge 0`).

    >>> import teachtorch as torch
    >>> torch.tensor([1., 2., 3.]) ** 2
    tensor([1., 4., 9.])
    """
    if not hasattr(exponent, "ndim"):
        if exponent == 2:
            return xp.multiply(input, input)
        if exponent == 0.5 and input.dtype.kind == "f":
            return xp.sqrt(input)
        if exponent == 3:
            return input * input * input
        if isinstance(exponent, int) and exponent < 0 and input.dtype.kind in "iu":
            raise RuntimeError("Integers to negative integer powers are not allowed.")
    elif exponent.dtype.kind in "iu" and (exponent < 0).any():
        return _integer_power(input, exponent, xp)
    return xp.power(input, exponent)


def _integer_power(input: Array, exponent: Array, xp: Any) -> Array:
    """Integers to negative powers: 1 for 1, +-1 for -1, else 0, as in C++."""
    positive = xp.power(input, xp.maximum(exponent, 0))
    unit = xp.where(input == 1, 1, xp.where(input == -1, xp.where(exponent % 2 == 0, 1, -1), 0))
    return xp.where(exponent < 0, unit, positive).astype(positive.dtype)


def _by_base(grad: Any, input: Any, exponent: Any, F: Any) -> Any:
    if not hasattr(exponent, "ndim"):
        if exponent == 0:
            return F.zeros_like(grad)
        if exponent == 2 and not hasattr(input, "_array"):  # on arrays: nobody differentiates this once more
            return grad * (input.conjugate() * 2)
        return grad * (exponent * F.pow(input, exponent - 1)).conjugate()
    return F.where(
        exponent == 0, F.zeros_like(grad), grad * (exponent * F.pow(input, exponent - 1)).conjugate()
    )


def _by_exponent(grad: Any, input: Any, exponent: Any, result: Any, F: Any) -> Any:
    if not hasattr(input, "ndim"):
        if input == 0:
            return F.where(exponent >= 0, F.zeros_like(grad), grad * (result * -np.inf))
        return (
            grad * (result * np.log(input + 0j if input < 0 else input)).conjugate()
            if not isinstance(input, complex)
            else grad * (result * np.log(input)).conjugate()
        )
    at_zero = F.logical_and(input == 0, exponent.real >= 0)
    return grad * F.where(at_zero, F.zeros_like(result), result * F.log(input)).conjugate()


pow.grad(input=_by_base, exponent=_by_exponent)
pow.samples(positive_base)


@op(inplace=True, operators=("__neg__",))
def neg(input: Array, *, xp: Any, out: Any = None) -> Array:
    """``-input``.

    >>> import teachtorch as torch
    >>> -torch.tensor([1., -2.])
    tensor([-1.,  2.])
    """
    if input.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        )
    return xp.negative(input, out=out)


neg.grad(input=lambda grad: -grad)
neg.samples(unary)


@op(promotion=FLOAT, inplace=True)
def reciprocal(input: Array, *, xp: Any, out: Any = None) -> Array:
    r"""``1 / input``. Derivative: :math:`-1/a^2`.

    >>> import teachtorch as torch
    >>> torch.reciprocal(torch.tensor([2., 4.]))
    tensor([0.5000, 0.2500])
    """
    return xp.true_divide(1, input, out=out) if input.dtype.kind == "f" else xp.reciprocal(input, out=out)


reciprocal.grad(input=lambda grad, result: -grad * (result * result).conjugate())
reciprocal.samples(unary)


@composite()
def positive(input: Any) -> Any:
    """The tensor itself, for numeric types.

    >>> import teachtorch as torch
    >>> torch.positive(torch.tensor([1, -2]))
    tensor([ 1, -2])
    """
    if input.dtype is dtypes.bool:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


attach("__pos__", positive)


@composite()
def square(input: Any) -> Any:
    """``input ** 2``.

    >>> import teachtorch as torch
    >>> torch.square(torch.tensor([2., 3.]))
    tensor([4., 9.])
    """
    return pow(input, 2)


@tensor_method
def __rtruediv__(self: Any, other: Any) -> Any:
    """``2 / x`` is ``x.reciprocal() * 2``, as in PyTorch's graph."""
    return reciprocal(self) * other


subtract, multiply, divide = alias("subtract", sub), alias("multiply", mul), alias("divide", div)
true_divide, negative = alias("true_divide", div), alias("negative", neg)
