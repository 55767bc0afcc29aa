"""Which array library computes: numpy, or CuPy for arrays on a GPU.

Kernels are written against a namespace ``xp`` that is looked up by the type of the array. What the two
libraries lack or do differently is here, one function each, so that no kernel needs to know.
"""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
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
            try:
                return np.ndarray(shape, array.dtype, array, offset, strides)
            except ValueError:  # beyond this array, though perhaps not beyond the memory it is a view of
                pass
        if offset == 0:
            return np.lib.stride_tricks.as_strided(array, shape, strides)
        return np.lib.stride_tricks.as_strided(_from(array, offset), shape, strides)
    return namespace(array).ndarray(shape, array.dtype, array.data + offset, strides)


def _from(array: Any, offset: int) -> Any:
    """A one-element view of the memory `offset` bytes after the first element of a numpy array."""
    memory = dict(array.__array_interface__, shape=(1,), strides=None)
    memory["data"] = (memory["data"][0] + offset, False)
    place = np.asarray(SimpleNamespace(__array_interface__=memory, base=array))
    return place if place.dtype == array.dtype else place.view(array.dtype)


def expand(array: Any, shape: tuple[int, ...]) -> Any:
    """`array` seen in a larger shape: repeated dimensions have stride 0 and cost no memory. Writable."""
    if isinstance(array, np.generic):
        array = np.asarray(array)  # what numpy makes of arithmetic on zero-dimensional arrays
    missing = len(shape) - array.ndim
    strides = [0 if n != m else s for n, m, s in zip(array.shape, shape[missing:], array.strides)]
    # A new dimension of size 1 is not repeated, and steps over what follows.
    for i in reversed(range(missing)):
        step = shape[i + 1] * strides[0] if strides else array.itemsize
        strides.insert(0, step if shape[i] == 1 else 0)
    return strided(array, shape, tuple(strides))


def fresh(array: Any) -> bool:
    """Whether `array` owns its memory, so that nobody else can see it change."""
    return array.base is None
