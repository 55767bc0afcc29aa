"""What reductions share: which dimensions, in which type, and how a gradient finds its way back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..binding import Array
from ..dtypes import dtype as DType
from ..dtypes import is_half
from ..shapes import wrap_dims

__all__: list[str] = []


Dims = int | tuple[int, ...] | None


def by_dim(input: Any, dim: Any = None, *rest: Any) -> int:
    """PyTorch has two overloads: everything, or along dimensions."""
    return 0 if dim is None else 1


def unreduce(grad: Any, shape: tuple[int, ...], dim: Dims, keepdim: bool, F: Any) -> Any:
    """`grad` of a reduction, seen in the shape of what was reduced."""
    if not shape:
        return F.reshape(grad, shape)
    if dim is not None and not keepdim:
        kept = list(shape)
        for d in wrap_dims(dim, len(shape)):
            kept[d] = 1
        grad = F.reshape(grad, tuple(kept))
    return F.expand(grad, shape)


def widened(input: Array, dtype: DType | None) -> tuple[Array, Any]:
    """Integers are summed in int64; two-byte floats in float32; a `dtype` is cast to first."""
    if dtype is not None:
        wanted = dtype.numpy
        return (input.astype(np.float32), wanted) if is_half(wanted) else (input.astype(wanted), None)
    if input.dtype.kind in "bui":
        return input.astype(np.int64), None
    if is_half(input.dtype):
        return input.astype(np.float32), input.dtype
    return input, None


def narrowed(result: Any, dtype: Any) -> Any:
    return result if dtype is None else np.asarray(result).astype(dtype)


def count_along(shape: tuple[int, ...], dim: Dims) -> int:
    return math.prod([shape[d] for d in wrap_dims(dim, len(shape))])
