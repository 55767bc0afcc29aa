"""Integers that are all equally likely: ``random_``, and the range of those that a type can hold.

:func:`integer_range` also serves ``randint``.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...binding import Array, invalid_combination
from ...calls import inplace_caller
from ...dtypes import FROM_NUMPY, finfo
from ...op import NONE, op, tensor_method
from ...random import discrete
from ...tensor import Tensor
from .arguments import C_NAMES, as_int, draw_into, generator_or_default, not_implemented
from .inplace import destination, no_gradient

__all__: list[str] = []

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1


def _random_overload(input: Any, bounds: tuple[int | None, ...], *rest: Any) -> int:
    return 2 - len(bounds)


@op(promotion=NONE, half=False, method=False, node="Random", overload=_random_overload)
def random_fill(input: Array, bounds: tuple[int | None, ...], *, generator: Any, out: Any = None) -> Array:
    """The kernel of ``random_``: `bounds` is ``()``, ``(to,)`` or ``(from, to)``."""
    array = destination(input, out)
    if not bounds:
        if input.size and (input.dtype.kind == "c" or (input.dtype.kind == "u" and input.itemsize > 1)):
            raise not_implemented("random_kernel_cpu", input.dtype)
        return draw_into(discrete.fill_integers_of_type, array, generator=generator)
    low, high = (0, bounds[0]) if len(bounds) == 1 else bounds
    assert low is not None
    if high is None and low == _INT64_MIN:
        if input.dtype.name not in ("int64", "float64", "float32", "bfloat16"):
            raise RuntimeError(
                "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16"
            )
        return draw_into(discrete.fill_integers_full, array, generator=generator)
    low, span = integer_range(input.dtype, low, high)
    return draw_into(discrete.fill_integers, array, low, span, generator=generator)


random_fill.grad(input=no_gradient)
_random = inplace_caller(random_fill.op)


def integer_range(dtype: Any, low: int, high: int | None) -> tuple[int, int]:
    """Of the integers from `low` to below `high` that `dtype` holds exactly: the first, and how many there are.

    Without `high` they go up to the largest that the type holds.
    """
    kind = FROM_NUMPY[dtype]
    end = _largest_integer(kind) + 1 if high is None else high
    if high is not None and low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if kind.is_complex:
        raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")
    if kind.is_floating_point:
        bits = discrete.SIGNIFICANT_BITS[kind.name]
        low = _exact_from(low, dtype, bits)
        end = end if high is None else _exact_to(end, dtype, bits)
        if low >= end:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
                f"from={low} >= to={end}"
            )
    smallest, largest = _limits(kind)
    for name, value in (("from", low), ("to - 1", end - 1)):
        if not smallest <= value <= largest:
            raise RuntimeError(f"{name} is out of bounds for {C_NAMES[kind.name]}")
    if kind.is_floating_point:
        _warn_about_gaps(kind, low, end - 1)
    return low, end - low


def _limits(kind: Any) -> tuple[float, float]:
    if kind.kind == "b":
        return 0, 1
    if kind.is_floating_point:
        return finfo(kind).min, finfo(kind).max
    limits = np.iinfo(kind.numpy)
    return int(limits.min), min(int(limits.max), _INT64_MAX)


def _largest_integer(kind: Any) -> int:
    if kind.is_floating_point:
        return 2 ** discrete.SIGNIFICANT_BITS[kind.name]
    return int(_limits(kind)[1])


def _warn_about_gaps(kind: Any, low: int, last: int) -> None:
    bits = discrete.SIGNIFICANT_BITS[kind.name]
    for name, value in (("from", low), ("to - 1", last)):
        if abs(value) > 2**bits:
            warnings.warn(
                f"{name} is out of bounds [-(2^{bits}), 2^{bits}]. Due to precision limitations "
                f"{C_NAMES[kind.name]} can support discrete uniform distribution only within this range. "
                "This warning will become an error in version 1.7 release, please fix the code in advance",
                stacklevel=6,
            )


def _exact_from(low: int, dtype: Any, bits: int) -> int:
    """`low`, or the next integer that the type holds if ``low + 1`` would round to less than `low`."""
    rounded = int(_rounded(low + 1, dtype))
    if rounded < low:
        return rounded + (1 << (abs(low + 1).bit_length() - 1 - bits + 1))
    return low


def _exact_to(high: int, dtype: Any, bits: int) -> int:
    """`high`, or the integer before it that the type holds if ``high - 1`` would round to `high`."""
    rounded = int(_rounded(high - 1, dtype))
    if rounded >= high:
        return rounded - (1 << (abs(high - 1).bit_length() - 1 - bits + 1))
    return high


def _rounded(value: int, dtype: Any) -> float:
    """An integer rounded to a floating type; beyond 64-bit integers C++ sees the smallest of them."""
    with np.errstate(over="ignore"):
        result = float(np.array(value).astype(np.float32 if dtype.itemsize == 2 else dtype).astype(dtype))
    return result if abs(result) < 2.0**63 else float(_INT64_MIN)


@tensor_method
def random_(self: Tensor, *args: Any, generator: Any = None, **kwargs: Any) -> Tensor:
    """``random_()``, ``random_(to)``, ``random_(from, to)``: fill with integers, all equally likely.

    From 0, or `from`, up to but not including `to`. Without `to`, up to the largest integer of the type; for
    floating types, to the largest before which there are no gaps (2**24 for float32).

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.empty(5, dtype=torch.int64).random_(10)
    tensor([4, 9, 3, 0, 3])
    """
    given = dict(zip(("to",) if len(args) == 1 and not kwargs else ("from", "to"), args)) | kwargs
    bounds = tuple(as_int(given[name]) for name in ("from", "to") if name in given)
    no_end = given.get("to", 0) is None
    valid = len(args) <= 2 and set(given) <= {"from", "to"} and (not given or "to" in given)
    if not valid or None in bounds[: len(bounds) - no_end]:
        raise invalid_combination(
            "random_",
            args,
            kwargs,
            "*, torch.Generator generator = None",
            "int from, int to, *, torch.Generator generator = None",
            "int to, *, torch.Generator generator = None",
        )
    return _random(self, bounds, generator=generator_or_default("random_", generator))
