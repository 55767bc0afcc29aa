"""Fast first, diagnose after: what PyTorch would have said, found out once numpy has refused.

Checking every argument before every operation would cost more than most operations on small tensors. So
kernels run unchecked; only when one raises are its arguments looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .dtypes import FROM_NUMPY
from .shapes import check_broadcast
from .tensor import Tensor, wrap

if TYPE_CHECKING:
    from .op import Op


TWO_BOOLS = (
    "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator "
    "instead."
)
ONE_BOOL = (
    "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the "
    "`~` or `logical_not()` operator instead."
)

WHOLE_NUMBERS = {
    "bitwise_and": "bitwise_and_cpu",
    "bitwise_or": "bitwise_or_cpu",
    "bitwise_xor": "bitwise_xor_cpu",
    "bitwise_left_shift": "lshift_cpu",
    "bitwise_right_shift": "rshift_cpu",
}
"""Operations on bits, and what PyTorch calls their kernels when it refuses other types."""


def explain(op: Op, values: list[Any], arrays: list[Any], error: Exception) -> list[Any] | None:
    """Raise PyTorch's error for these arguments; or return values to try again with; or None if at a loss."""
    signature = op.signature
    operands = [arrays[i] for i in signature.promoted if hasattr(arrays[i], "shape")]
    if isinstance(error, OverflowError):
        return _wrap_integers(op, values, arrays)
    if op.name in ("sub", "rsub") and any(x.dtype.kind == "b" for x in operands):
        raise RuntimeError(
            TWO_BOOLS
            if all(x.dtype.kind == "b" if hasattr(x, "dtype") else isinstance(x, bool) for x in arrays[:2])
            else ONE_BOOL
        ) from None
    first = next((x for x in operands if x.dtype.kind not in "biu"), None)
    if isinstance(error, TypeError) and first is not None and op.name in WHOLE_NUMBERS:
        raise not_implemented_for(WHOLE_NUMBERS[op.name], first.dtype) from None
    if isinstance(error, ValueError) and not isinstance(error, np.linalg.LinAlgError):
        shape: tuple[int, ...] = ()
        for x in [arrays[i] for i in signature.arrays if hasattr(arrays[i], "shape")]:
            check_broadcast(shape, x.shape)
            shape = np.broadcast_shapes(shape, x.shape)
    return None


def refuse_complex(op: Op, arrays: list[Any]) -> None:
    """Raise the error of an operation on real numbers if it is given complex ones."""
    for i in op.signature.arrays:
        dtype = getattr(arrays[i], "dtype", None)
        if dtype is not None and dtype.kind == "c":
            raise op.real if isinstance(op.real, Exception) else not_implemented_for(str(op.real), dtype)


def _wrap_integers(op: Op, values: list[Any], arrays: list[Any]) -> list[Any] | None:
    """PyTorch lets a Python integer wrap around in the tensor's integer type; numpy refuses it."""
    dtype = next((arrays[i].dtype for i in op.signature.promoted if hasattr(arrays[i], "dtype")), None)
    if dtype is None or dtype.kind not in "iu":
        return None
    again = list(values)
    for i in op.signature.numbers:
        if isinstance(values[i], int) and not isinstance(values[i], Tensor):
            again[i] = wrap(wrapped_integer(values[i], dtype))
    return again


def wrapped_integer(value: int, dtype: Any) -> Any:
    """`value` modulo the range of an integer dtype, as a zero-dimensional array."""
    bits = dtype.itemsize * 8
    value &= (1 << bits) - 1
    if dtype.kind == "i" and value >> (bits - 1):
        value -= 1 << bits
    return np.asarray(value, dtype)


def not_implemented_for(name: str, dtype: Any) -> RuntimeError:
    """PyTorch's error for a dtype that an operation has no kernel for (``NotImplementedError`` in class)."""
    return NotImplementedError(f"\"{name}\" not implemented for '{FROM_NUMPY[dtype].legacy}'")
