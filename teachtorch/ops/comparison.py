"""Comparisons and logic: results are bool tensors, and nothing is differentiable but choice."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import namespace_of
from ..binding import Array, Number, Plain, Scalar, invalid_combination
from ..op import alias, attach, composite, op
from ..samples import fixed
from ..tensor import Tensor, wrap

__all__ = [
    "allclose",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "clamp",
    "clamp_max",
    "clamp_min",
    "clip",
    "eq",
    "equal",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "isclose",
    "le",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt",
    "fmax",
    "fmin",
    "maximum",
    "minimum",
    "ne",
    "not_equal",
    "where",
]


@op(inplace=True, half=False, operators=("__eq__",))
def eq(input: Array, other: Array | Number, *, xp: Any) -> Array:
    """``input == other``, elementwise.

    >>> import teachtorch as torch
    >>> torch.tensor([1, 2]) == torch.tensor([1, 3])
    tensor([ True, False])
    """
    return xp.equal(input, other)


@op(inplace=True, half=False, operators=("__ne__",))
def ne(input: Array, other: Array | Number, *, xp: Any) -> Array:
    """``input != other``, elementwise.

    >>> import teachtorch as torch
    >>> torch.ne(torch.tensor([1, 2, 3]), 2)
    tensor([ True, False,  True])
    """
    return xp.not_equal(input, other)


@op(real="lt_cpu", inplace=True, half=False, operators=("__lt__",))
def lt(input: Array, other: Array | Number, *, xp: Any) -> Array:
    """``input < other``, elementwise.

    >>> import teachtorch as torch
    >>> torch.lt(torch.tensor([1, 2, 3]), 2)
    tensor([ True, False, False])
    """
    return xp.less(input, other)


@op(real="le_cpu", inplace=True, half=False, operators=("__le__",))
def le(input: Array, other: Array | Number, *, xp: Any) -> Array:
    """``input <= other``, elementwise.

    >>> import teachtorch as torch
    >>> torch.le(torch.tensor([1, 2, 3]), 2)
    tensor([ True,  True, False])
    """
    return xp.less_equal(input, other)


@op(real="gt_cpu", inplace=True, half=False, operators=("__gt__",))
def gt(input: Array, other: Array | Number, *, xp: Any) -> Array:
    """``input > other``, elementwise.

    >>> import teachtorch as torch
    >>> torch.gt(torch.tensor([1, 2, 3]), 2)
    tensor([False, False,  True])
    """
    return xp.greater(input, other)


@op(real="ge_cpu", inplace=True, half=False, operators=("__ge__",))
def ge(input: Array, other: Array | Number, *, xp: Any) -> Array:
    """``input >= other``, elementwise.

    >>> import teachtorch as torch
    >>> torch.ge(torch.tensor([1, 2, 3]), 2)
    tensor([False,  True,  True])
    """
    return xp.greater_equal(input, other)


@op(inplace=True, half=False)
def logical_and(input: Array, other: Array, *, xp: Any) -> Array:
    """Both are nonzero.

    >>> import teachtorch as torch
    >>> torch.logical_and(torch.tensor([True, True]), torch.tensor([True, False]))
    tensor([ True, False])
    """
    return xp.logical_and(input, other)


@op(inplace=True, half=False)
def logical_or(input: Array, other: Array, *, xp: Any) -> Array:
    """At least one is nonzero.

    >>> import teachtorch as torch
    >>> torch.logical_or(torch.tensor([True, False]), torch.tensor([False, False]))
    tensor([ True, False])
    """
    return xp.logical_or(input, other)


@op(inplace=True, half=False)
def logical_xor(input: Array, other: Array, *, xp: Any) -> Array:
    """Exactly one is nonzero.

    >>> import teachtorch as torch
    >>> torch.logical_xor(torch.tensor([True, True]), torch.tensor([True, False]))
    tensor([False,  True])
    """
    return xp.logical_xor(input, other)


@op(inplace=True, half=False)
def logical_not(input: Array, *, xp: Any) -> Array:
    """True where the element is zero.

    >>> import teachtorch as torch
    >>> torch.logical_not(torch.tensor([0, 3]))
    tensor([ True, False])
    """
    return xp.logical_not(input)


@op(inplace=True, operators=("__and__", "__rand__"))
def bitwise_and(input: Array | Number, other: Array | Number, *, xp: Any) -> Array:
    """``input & other``, bit by bit; logical for bools.

    >>> import teachtorch as torch
    >>> torch.bitwise_and(torch.tensor([6]), 3)
    tensor([2])
    """
    return xp.bitwise_and(input, other)


@op(inplace=True, operators=("__or__", "__ror__"))
def bitwise_or(input: Array | Number, other: Array | Number, *, xp: Any) -> Array:
    """``input | other``, bit by bit.

    >>> import teachtorch as torch
    >>> torch.bitwise_or(torch.tensor([6]), 3)
    tensor([7])
    """
    return xp.bitwise_or(input, other)


@op(inplace=True, operators=("__xor__", "__rxor__"))
def bitwise_xor(input: Array | Number, other: Array | Number, *, xp: Any) -> Array:
    """``input ^ other``, bit by bit.

    >>> import teachtorch as torch
    >>> torch.bitwise_xor(torch.tensor([6]), 3)
    tensor([5])
    """
    return xp.bitwise_xor(input, other)


@op(inplace=True, operators=("__invert__",))
def bitwise_not(input: Array, *, xp: Any) -> Array:
    """``~input``: every bit turned; logical not for bools.

    >>> import teachtorch as torch
    >>> torch.bitwise_not(torch.tensor([5]))
    tensor([-6])
    """
    if input.dtype.kind in "fc":
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return xp.invert(input)


@op(inplace=True, operators=("__lshift__", "__rlshift__"))
def bitwise_left_shift(input: Array | Number, other: Array | Number, *, xp: Any) -> Array:
    """``input << other``.

    >>> import teachtorch as torch
    >>> torch.bitwise_left_shift(torch.tensor([3]), 2)
    tensor([12])
    """
    return xp.left_shift(input, other)


@op(inplace=True, operators=("__rshift__", "__rrshift__"))
def bitwise_right_shift(input: Array | Number, other: Array | Number, *, xp: Any) -> Array:
    """``input >> other``; the sign is kept.

    >>> import teachtorch as torch
    >>> torch.bitwise_right_shift(torch.tensor([12]), 2)
    tensor([3])
    """
    return xp.right_shift(input, other)


@op(real=RuntimeError("maximum not implemented for complex tensors."))
def maximum(input: Array, other: Array, *, xp: Any) -> Array:
    """The larger of two, elementwise; NaN if either is. Where they are equal each gets half of the gradient.

    >>> import teachtorch as torch
    >>> torch.maximum(torch.tensor([1., 5.]), torch.tensor([3., 2.]))
    tensor([3., 5.])
    """
    return xp.maximum(input, other)


maximum.grad(
    input=lambda grad, input, other, F: (
        F.where(input == other, grad / 2, grad) * F.where(input < other, 0.0, 1.0)
    ),
    other=lambda grad, input, other, F: (
        F.where(input == other, grad / 2, grad) * F.where(input > other, 0.0, 1.0)
    ),
)
maximum.samples(fixed(lambda make: ((make(3, 2), make(3, 2)), {}), lambda make: ((make(3, 2), make(2)), {})))


@op(real=RuntimeError("minimum not implemented for complex tensors."))
def minimum(input: Array, other: Array, *, xp: Any) -> Array:
    """The smaller of two, elementwise; NaN if either is.

    >>> import teachtorch as torch
    >>> torch.minimum(torch.tensor([1, 5]), torch.tensor([2, 3]))
    tensor([1, 3])
    """
    return xp.minimum(input, other)


minimum.grad(
    input=lambda grad, input, other, F: (
        F.where(input == other, grad / 2, grad) * F.where(input > other, 0.0, 1.0)
    ),
    other=lambda grad, input, other, F: (
        F.where(input == other, grad / 2, grad) * F.where(input < other, 0.0, 1.0)
    ),
)
minimum.samples(fixed(lambda make: ((make(3, 2), make(3, 2)), {}), lambda make: ((make(3, 2), make(2)), {})))


@op(real=RuntimeError("fmax not implemented for complex tensors."))
def fmax(input: Array, other: Array, *, xp: Any) -> Array:
    """The larger of two; a NaN loses against a number.

    >>> import teachtorch as torch
    >>> torch.fmax(torch.tensor([1., torch.nan]), torch.tensor([2., 3.]))
    tensor([2., 3.])
    """
    return xp.fmax(input, other)


fmax.grad(
    input=lambda grad, input, other, F: (
        grad * F.where(F.logical_or(input >= other, F.isnan(other)), 1.0, 0.0)
    ),
    other=lambda grad, input, other, F: (
        grad * F.where(F.logical_or(input >= other, F.isnan(other)), 0.0, 1.0)
    ),
)
fmax.samples(fixed(lambda make: ((make(3, 2), make(3, 2)), {})))


@op(real=RuntimeError("fmin not implemented for complex tensors."))
def fmin(input: Array, other: Array, *, xp: Any) -> Array:
    """The smaller of two; a NaN loses against a number.

    >>> import teachtorch as torch
    >>> torch.fmin(torch.tensor([1., torch.nan]), torch.tensor([2., 3.]))
    tensor([1., 3.])
    """
    return xp.fmin(input, other)


fmin.grad(
    input=lambda grad, input, other, F: (
        grad * F.where(F.logical_or(input <= other, F.isnan(other)), 1.0, 0.0)
    ),
    other=lambda grad, input, other, F: (
        grad * F.where(F.logical_or(input <= other, F.isnan(other)), 0.0, 1.0)
    ),
)
fmin.samples(fixed(lambda make: ((make(3, 2), make(3, 2)), {})))


def _clamp_overload(input: Any, min: Any = None, max: Any = None) -> int:
    return 0 if isinstance(min, Tensor) or isinstance(max, Tensor) else 1


@op(
    real=NotImplementedError("clamp is not supported for complex types"),
    inplace=True,
    overload=_clamp_overload,
)
def clamp(
    input: Array, min: Array | Scalar | None = None, max: Array | Scalar | None = None, *, xp: Any
) -> Array:
    """Values below `min` become `min`, values above `max` become `max`. Outside, the derivative is 0.

    >>> import teachtorch as torch
    >>> torch.clamp(torch.tensor([-2., 0.3, 9.]), -1, 1)
    tensor([-1.0000,  0.3000,  1.0000])
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    result = input if min is None else xp.maximum(input, min)
    return result if max is None else xp.minimum(result, max)


def _inside(input: Any, min: Any, max: Any, F: Any) -> Any:
    below = True if min is None else input >= min
    above = True if max is None else input <= max
    return below if max is None else above if min is None else F.logical_and(below, above)


clamp.grad(
    input=lambda grad, input, min, max, F: F.where(_inside(input, min, max, F), grad, F.zeros_like(grad)),
    min=lambda grad, input, min, max, F: F.where(
        input < min if max is None else F.logical_and(input < min, min < max), grad, F.zeros_like(grad)
    ),
    max=lambda grad, input, min, max, F: F.where(
        input > max if min is None else F.logical_or(input > max, max < min), grad, F.zeros_like(grad)
    ),
)
clamp.samples(
    fixed(
        lambda make: ((make(3, 2), -0.5, 0.5), {}),
        lambda make: ((make(3, 2),), {"min": 0}),
        lambda make: ((make(3, 2),), {"max": make(2)}),
    )
)


@composite()
def clamp_min(input: Tensor, min: Any) -> Tensor:
    """``clamp`` from below only.

    >>> import teachtorch as torch
    >>> torch.clamp_min(torch.tensor([1, 5]), 3)
    tensor([3, 5])
    """
    if not isinstance(input, Tensor):
        raise invalid_combination("clamp_min", (input, min), {}, "Tensor input, Tensor or Number min")
    return clamp(input, min)


@composite()
def clamp_max(input: Tensor, max: Any) -> Tensor:
    """``clamp`` from above only.

    >>> import teachtorch as torch
    >>> torch.clamp_max(torch.tensor([1, 5]), 3)
    tensor([1, 3])
    """
    if not isinstance(input, Tensor):
        raise invalid_combination("clamp_max", (input, max), {}, "Tensor input, Tensor or Number max")
    return clamp(input, None, max)


@op(method=False, node="Where")
def where_(condition: Plain, input: Array | Number, other: Array | Number, *, xp: Any) -> Array:
    """The kernel of ``torch.where``."""
    return xp.where(condition, input, other)


where_.grad(
    input=lambda grad, condition, F: F.where(condition, grad, F.zeros_like(grad)),
    other=lambda grad, condition, F: F.where(condition, F.zeros_like(grad), grad),
)
where_.samples(fixed(lambda make: ((make(3, 2) > 0, make(3, 2), make(2)), {})))


def _where_array(condition: Any, input: Any, other: Any) -> Any:
    return namespace_of(condition, input, other).where(condition, input, other)


@composite(method=False, raw=_where_array)
def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """Elements of `input` where `condition` holds, of `other` elsewhere; with the condition alone, where it holds.

    >>> import teachtorch as torch
    >>> x = torch.tensor([-1., 2.])
    >>> torch.where(x > 0, x, 0.)
    tensor([0., 2.])
    """
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if condition._array.dtype != np.bool_:
        if condition._array.dtype != np.uint8:
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype.legacy}"
            )
        condition = condition.bool()
    if not isinstance(input, Tensor) and not isinstance(other, Tensor):
        from ..promotion import number_dtype, promote_types

        common = promote_types(number_dtype(input), number_dtype(other)).numpy
        input, other = wrap(np.asarray(input, common)), wrap(np.asarray(other, common))
    return where_(condition, input, other)


def _where_method(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """``torch.where(condition, self, other)``."""
    return where(condition, self, other)


_where_method.__name__ = "where"
attach("where", _where_method)


@composite()
def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    r"""Where :math:`|a - b| \le \mathrm{atol} + \mathrm{rtol}\,|b|`.

    >>> import teachtorch as torch
    >>> torch.isclose(torch.tensor([1., 2.]), torch.tensor([1., 2.1]))
    tensor([ True, False])
    """
    for i, (name, value) in enumerate((("input", input), ("other", other))):
        if not isinstance(value, Tensor):
            raise TypeError(
                f"isclose(): argument '{name}' (position {i + 1}) must be Tensor, not {type(value).__name__}"
            )
    if input.dtype is not other.dtype:
        raise RuntimeError(f"{input.dtype.legacy} did not match {other.dtype.legacy}")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance}")
    return wrap(np.asarray(np.isclose(input._array, other._array, rtol, atol, equal_nan)))


@composite()
def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether :func:`isclose` holds everywhere.

    >>> import teachtorch as torch
    >>> torch.allclose(torch.tensor([1.]), torch.tensor([1. + 1e-7]))
    True
    """
    return bool(isclose(input, other, rtol, atol, equal_nan)._array.all())


@composite()
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether shape and all elements are equal.

    >>> import teachtorch as torch
    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
    True
    """
    return bool(np.array_equal(input._array, other._array))


greater, greater_equal, less, less_equal, not_equal, clip = (
    alias("greater", gt), alias("greater_equal", ge), alias("less", lt), alias("less_equal", le),
    alias("not_equal", ne), alias("clip", clamp),
)  # fmt: skip
