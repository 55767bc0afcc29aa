"""Arrays that receive draws: in which order their elements do, and how values are rounded to their type.

PyTorch fills a tensor along its memory: the dimension with the largest stride is the outermost loop. A
transposed matrix is thus filled column by column, and gets the numbers that its untransposed self would
have got, while every other element of a vector is filled in its own order. (Operations that *return* a new
tensor fill that one, which lies in logical order, so this matters for the in-place ones.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..dtypes import is_half

Array = NDArray[Any]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Draw = Callable[[int], Array]
"""A function that returns the next n values of a distribution as a 1-d array."""

CHUNK = 2**15
"""Draws are made this many at a time where that changes nothing: their temporaries stay in the cache."""


def in_memory_order(array: Array) -> Array:
    """A view of `array` whose C order is its order in memory, one-dimensional where it is contiguous.

    >>> a = np.zeros((2, 3)).T
    >>> in_memory_order(a).shape, in_memory_order(a[:2]).shape
    ((6,), (2, 2))
    """
    if array.flags.c_contiguous:
        return array.reshape(-1)
    strides = array.strides
    ordered = array.transpose(sorted(range(array.ndim), key=lambda dim: -strides[dim]))
    return ordered.reshape(-1) if ordered.flags.c_contiguous else ordered


def fill(out: Array, draw: Draw) -> None:
    """Fill `out` in memory order with values from `draw`.

    Values are rounded to the type of `out` as C++ does it: two-byte floats are reached through float32.
    """
    target = in_memory_order(out)
    if target.ndim > 1:
        target[...] = cast(draw(target.size), out.dtype).reshape(target.shape)
        return
    for start in range(0, target.size, CHUNK):
        piece = target[start : start + CHUNK]
        piece[...] = cast(draw(piece.size), out.dtype)


def cast(values: Array, dtype: np.dtype[Any]) -> Array:
    """`values`, or for two-byte floats `values` in float32, ready to be assigned to an array of `dtype`."""
    if is_half(dtype) and values.dtype != np.float32:
        return values.astype(np.float32)
    return values


def as_reals(array: Array) -> Array:
    """A complex array as a real one with a last dimension of 2: the real and the imaginary parts.

    >>> as_reals(np.array([1 + 2j]))
    array([[1., 2.]])
    """
    part = array.real
    step = part.dtype.itemsize
    return np.lib.stride_tricks.as_strided(part, (*part.shape, 2), (*part.strides, step))
