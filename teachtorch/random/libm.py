"""The C library's float64 ``log``, ``log1p``, ``sin``, ``cos``, ``tan`` and ``exp`` on arrays.

PyTorch transforms its float64 draws with the functions of the C library. numpy's own loops are usually
those functions too, but on some machines (Linux with AVX-512) they are vector versions whose last bit
differs for a few values in a thousand. Python's :mod:`math` always calls the C library, one number at a
time. So each function here asks once, on a fixed sample, whether numpy agrees with :mod:`math`, and uses
numpy's fast loop only if it does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from .arrays import Float64

_SMALL = 24  # below this many elements a Python loop is as fast as any array machinery

# Where each function is called by the distributions; the sample for the comparison lies there.
_DOMAIN = {
    "log": (0.0, 1.0),
    "log1p": (-1.0, 0.0),
    "sin": (0.0, 2 * math.pi),
    "cos": (0.0, 2 * math.pi),
    "tan": (-math.pi / 2, math.pi / 2),
    "exp": (-5.0, 5.0),
}


def _one_by_one(name: str, x: Float64) -> Float64:
    """``math.<name>`` of each element; what it refuses (log of 0, exp of 1000) is numpy's inf or nan."""
    function = getattr(math, name)
    try:
        return np.array([function(value) for value in x.tolist()])
    except (ValueError, OverflowError):
        with np.errstate(all="ignore"):
            result = getattr(np, name)(x)
        inside = np.isfinite(result)
        result[inside] = [function(value) for value in x[inside].tolist()]
        return result


@cache
def _numpy_agrees(name: str) -> bool:
    """Whether numpy's loop gives the C library's bits on 4096 points spread evenly over the domain.

    The vector versions differ for at least 3 values in 1000, so a sample of 4096 does not miss them.
    """
    low, high = _DOMAIN[name]
    golden = (math.sqrt(5) - 1) / 2  # the multiples of the golden ratio, modulo 1, fill an interval evenly
    x = low + (high - low) * np.modf(np.arange(1, 4097) * golden)[0]
    return np.array_equal(getattr(np, name)(x), _one_by_one(name, x))


def _on_arrays(name: str) -> Callable[[Float64], Float64]:
    ufunc = getattr(np, name)

    def function(x: Float64) -> Float64:
        if x.size < _SMALL or not _numpy_agrees(name):
            return _one_by_one(name, x)
        with np.errstate(all="ignore"):
            return ufunc(x)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"``{name}(x)`` of each element of the 1-d array ``x``, as the C library rounds it."
    return function


log = _on_arrays("log")
log1p = _on_arrays("log1p")
sin = _on_arrays("sin")
cos = _on_arrays("cos")
tan = _on_arrays("tan")
exp = _on_arrays("exp")
