"""Which array library computes: numpy, or CuPy for arrays on a GPU.

Kernels are written against a namespace ``xp`` that is looked up by the type of the array. What the two
libraries lack or do differently is here, one function each, so that no kernel needs to know.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

_namespaces: dict[type, Any] = {np.ndarray: np}


def namespace(array: Any) -> Any:
    """The library that `array` belongs to.

    >>> import numpy as np
    >>> namespace(np.ones(3)) is np
    True
    """
    found = _namespaces.get(type(array))
    if found is None:
        if isinstance(array, np.generic):  # what numpy returns of arrays without dimensions
            return np
        raise TypeError(f"no array library is registered for {type(array).__name__}")
    return found


def namespace_of(*values: Any) -> Any:
    """The library of the first array among `values`; numpy for plain numbers."""
    for value in values:
        found = _namespaces.get(type(value))
        if found is not None:
            return found
    return np


def register(array_type: type, library: ModuleType | Any) -> None:
    """Make `library` the namespace of arrays of `array_type`."""
    _namespaces[array_type] = library


def strided(array: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0) -> Any:
    """A view of the memory under `array`: `strides` and `offset` in bytes from its first element.

    numpy's ``as_strided`` takes five microseconds; the plain constructor takes half of one, and is enough
    where the memory is contiguous.
    """
    if type(array) is np.ndarray:
        if array.flags.c_contiguous and array.size:
            return np.ndarray(shape, array.dtype, array, offset, strides)
        if offset == 0:
            return np.lib.stride_tricks.as_strided(array, shape, strides)
    return namespace(array).lib.stride_tricks.as_strided(array, shape, strides)


def expand(array: Any, shape: tuple[int, ...]) -> Any:
    """`array` seen in a larger shape: repeated dimensions have stride 0 and cost no memory. Writable."""
    missing = len(shape) - array.ndim
    strides = (0,) * missing + tuple(
        0 if n == 1 and m != 1 else s for n, m, s in zip(array.shape, shape[missing:], array.strides)
    )
    if type(array) is np.ndarray and array.size == 0:
        return np.broadcast_to(array, shape)
    return strided(array, shape, strides)


def fresh(array: Any) -> bool:
    """Whether `array` owns its memory, so that nobody else can see it change."""
    return array.base is None
