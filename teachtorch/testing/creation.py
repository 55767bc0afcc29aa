"""``make_tensor``: a random tensor of any shape, dtype and range of values, for tests."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from .. import dtypes
from ..dtypes import dtype as DType
from ..ops import empty, randint, view_as_complex
from ..tensor import Tensor

__all__ = ["make_tensor"]


def make_tensor(
    *shape: int | Sequence[int],
    dtype: DType,
    device: Any,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor of random values from ``[low, high)``, drawn from the global generator.

    Args:
        shape: sizes, one by one or as a sequence.
        dtype: any type. Without `low` and `high` floats and complex parts lie in [-9, 9), integers in [-9, 10)
            (unsigned ones in [0, 10)), bools are drawn evenly.
        device: where to put it.
        low, high: the interval, cut to what the dtype can hold.
        requires_grad: for floating and complex types.
        noncontiguous: every other element of a larger tensor.
        exclude_zero: zeros become 1, or the smallest positive number of a floating type.
        memory_format: the layout; not together with `noncontiguous`.

    >>> import teachtorch as torch
    >>> from teachtorch.testing import make_tensor
    >>> x = make_tensor(2, 3, dtype=torch.float64, device="cpu", low=0, high=1, noncontiguous=True)
    >>> x.shape, x.dtype, x.is_contiguous(), bool(((0 <= x) & (x < 1)).all())
    (torch.Size([2, 3]), torch.float64, False, True)
    """
    if len(shape) == 1 and isinstance(shape[0], Sequence):
        shape = tuple(shape[0])
    size: tuple[Any, ...] = tuple(shape)
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, "
            f"but got {noncontiguous=} and {memory_format=}"
        )
    whole = not (dtype.is_floating_point or dtype.is_complex)
    if requires_grad and whole:
        raise ValueError(
            f"`requires_grad=True` is not supported for boolean and integral dtypes, but got {dtype=}"
        )
    noncontiguous = noncontiguous and math.prod(size) > 1
    if noncontiguous:
        size = (*size[:-1], 2 * size[-1])
    low, high = _interval(low, high, dtype)
    result = (
        randint(low, high, size, device=device, dtype=dtype)
        if whole
        else _uniform(size, low, high, dtype, device)
    )
    if noncontiguous:
        result = result[..., 1::2]  # from 1 on, so that the storage offset is not 0 either
    elif memory_format is not None:
        result = result.clone(memory_format=memory_format)
    if exclude_zero:
        result[result == 0] = 1 if whole else dtypes.finfo(dtype).tiny
    return result.requires_grad_() if requires_grad else result


def _uniform(size: tuple[int, ...], low: float, high: float, dtype: DType, device: Any) -> Tensor:
    real = dtype.to_real()
    result = empty((*size, 2) if dtype.is_complex else size, dtype=real, device=device)
    if high - low >= dtypes.finfo(real).max:  # the width itself would overflow
        result.uniform_(low / 2, high / 2).mul_(2)
    else:
        result.uniform_(low, high)
    return view_as_complex(result) if dtype.is_complex else result


def _interval(low: float | None, high: float | None, dtype: DType) -> tuple[Any, Any]:
    """The interval asked for, or the usual one, cut to the range of the dtype."""
    lowest: float
    highest: float
    if dtype is dtypes.bool:
        lowest, highest, usual = 0, 2, (0, 2)
    elif dtype.is_floating_point or dtype.is_complex:
        limits = dtypes.finfo(dtype)
        lowest, highest, usual = limits.min, limits.max, (-9, 9)
    else:
        integers = dtypes.iinfo(dtype)
        lowest, highest, usual = integers.min, integers.max, (-9, 10)
        if dtype is not dtypes.int64:  # randint takes its bounds as int64, which cannot hold 2 ** 63
            highest += 1
    low = usual[0] if low is None else low
    high = usual[1] if high is None else high
    continuous = dtype.is_floating_point or dtype.is_complex
    if any(isinstance(x, float) and math.isnan(x) for x in (low, high)):
        raise ValueError(f"`low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and continuous:
        warnings.warn(
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated since 2.1 "
            "and will be removed in 2.3. Use `torch.full(...)` instead.",
            FutureWarning,
            stacklevel=3,
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < lowest or low >= highest:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), but {dtype} only supports "
            f"[{lowest}, {highest})"
        )
    low, high = (min(max(x, lowest), highest) for x in (low, high))
    return (low, high) if continuous else (math.ceil(low), math.ceil(high))
