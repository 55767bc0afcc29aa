"""Which type a mixed computation has: PyTorch's lattice and its three categories of operand.

The *lattice* says what two types have in common. The *categories* say who decides: tensors with
dimensions before zero-dimensional tensors before Python numbers; an operand of a lower category
decides only when its kind (bool < integer < floating < complex) is higher.
numpy's ``result_type`` differs in both (int32 with float32 gives float64 there).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from . import dtypes
from .dtypes import FROM_NUMPY, dtype, get_default_dtype

_UNSIGNED = (dtypes.uint16, dtypes.uint32, dtypes.uint64)


@cache
def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest type that holds both, by PyTorch's lattice.

    >>> import teachtorch as torch
    >>> torch.promote_types(torch.int32, torch.float32)
    torch.float32
    >>> torch.promote_types(torch.uint8, torch.int8)
    torch.int16
    """
    a, b = type1, type2
    if a is b:
        return a
    if "buifc".index(a.kind) > "buifc".index(b.kind):
        a, b = b, a
    if (a in _UNSIGNED or b in _UNSIGNED) and not b.is_floating_point:
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, "
            f"attempted to promote {type1.legacy} and {type2.legacy}"
        )
    if b.is_complex:
        return dtypes.complex128 if a in (dtypes.float64, dtypes.complex128) else b
    if b.is_floating_point:
        if not a.is_floating_point:
            return b
        if a.itemsize == b.itemsize:  # float16 with bfloat16: neither holds the other
            return dtypes.float32
        return a if a.itemsize > b.itemsize else b
    if a is dtypes.bool:
        return b
    if a is dtypes.uint8:
        return dtypes.int16 if b is dtypes.int8 else b
    return a if a.itemsize > b.itemsize else b


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether a result of type `from_` may be written to a tensor of type `to` (kinds may only rise).

    >>> import teachtorch as torch
    >>> torch.can_cast(torch.double, torch.float), torch.can_cast(torch.float, torch.int)
    (True, False)
    """
    if from_.is_complex and not to.is_complex:
        return False
    if from_.is_floating_point and not (to.is_floating_point or to.is_complex):
        return False
    # Like PyTorch, refuse only float -> integer, complex -> real and anything but bool -> bool.
    return to is not dtypes.bool or from_ is dtypes.bool


def number_dtype(value: Any) -> dtype:
    """The type a Python number brings: bool, int64, the default floating type or its complex type."""
    if isinstance(value, (bool, np.bool_)):
        return dtypes.bool
    if isinstance(value, (int, np.integer)):
        return dtypes.int64
    if isinstance(value, (float, np.floating)):
        return get_default_dtype()
    return get_default_dtype().to_complex()


def _combine(higher: dtype | None, lower: dtype | None) -> dtype | None:
    """`higher` decides, unless `lower` is of a higher kind."""
    if higher is None:
        return lower
    if lower is None or higher.is_complex:
        return higher
    if higher.is_floating_point:
        return higher.to_complex() if lower.is_complex else higher
    if lower.is_complex:
        return lower
    if higher is dtypes.bool or lower.is_floating_point:
        return promote_types(higher, lower)
    return higher


def result_dtype(operands: Any) -> dtype:
    """The type in which arrays and Python numbers meet.

    `operands` is a sequence of arrays (anything with ``dtype`` and ``ndim``) and Python numbers.
    """
    dimensioned: dtype | None = None
    zero_dim: dtype | None = None
    number: dtype | None = None
    for x in operands:
        d = getattr(x, "dtype", None)
        if d is None or not hasattr(x, "ndim"):
            t = number_dtype(x)
            number = t if number is None else promote_types(number, t)
            continue
        t = FROM_NUMPY[d]
        if x.ndim:
            dimensioned = t if dimensioned is None else promote_types(dimensioned, t)
        else:
            zero_dim = t if zero_dim is None else promote_types(zero_dim, t)
    result = _combine(dimensioned, _combine(zero_dim, number))
    assert result is not None, "promotion of no operands"
    return result
