"""Tensors over memory that others own, and memory laid out as asked: buffers, DLPack, permuted strides."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..dtypes import dtype as DType
from ..op import tensor_method
from ..tensor import Tensor, from_numpy
from .creation import empty_strided, finish

__all__ = ["empty_permuted", "from_dlpack", "frombuffer"]


def frombuffer(
    buffer: Any, *, dtype: DType, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A vector over the memory of an object with Python's buffer protocol: ``bytearray``, ``array.array``, ``mmap``.

    `offset` is in bytes, `count` in elements (-1: all that are left). Writing to one writes to the other.

    >>> import teachtorch as torch
    >>> memory = bytearray(b"abc")
    >>> t = torch.frombuffer(memory, dtype=torch.uint8)
    >>> t[0] = ord("x")
    >>> memory
    bytearray(b'xbc')
    """
    try:
        view = memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    if requires_grad and not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    length, size = view.nbytes, dtype.itemsize
    if length == 0 or count == 0:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1"
        )
    left = length - offset
    if count > 0 and count * size > left:
        raise ValueError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({length} bytes)"
        )
    if count < 0 and left % size:
        raise ValueError(
            f"buffer length ({left} bytes) after offset ({offset} bytes) must be a multiple of element size ({size})"
        )
    if view.readonly:
        warnings.warn(
            "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can "
            "write to the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the "
            "buffer to protect its data or make it writable before converting it to a tensor. This type of warning "
            "will be suppressed for the rest of this program.",
            UserWarning,
            stacklevel=2,
        )
    return finish(np.frombuffer(buffer, dtype.numpy, count, offset), requires_grad)


def from_dlpack(ext_tensor: Any) -> Tensor:
    """A tensor over the memory of another library's array, if that offers it by the DLPack protocol.

    >>> import numpy as np, teachtorch as torch
    >>> a = np.zeros(2)
    >>> torch.from_dlpack(a).data_ptr() == a.ctypes.data
    True
    """
    if not hasattr(ext_tensor, "__dlpack__"):
        raise RuntimeError(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you "
            "might have already constructed a tensor from it once."
        )
    return from_numpy(np.from_dlpack(ext_tensor))


def empty_permuted(size: Any, physical_layout: Any, *, dtype: DType | None = None, device: Any = None,
                   requires_grad: bool = False, **accepted: Any) -> Tensor:  # fmt: skip
    """Unset memory of a shape, its dimensions laid out in the given order, the outermost first.

    >>> import teachtorch as torch
    >>> torch.empty_permuted((2, 3, 4), (2, 0, 1)).stride()
    (3, 1, 6)
    """
    if len(size) != len(physical_layout):
        raise RuntimeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(size)} is not equal to len(physical_layout) = {len(physical_layout)}"
        )
    for i, d in enumerate(physical_layout):
        if not 0 <= d < len(size):
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {len(size) - 1}, but got {d} at index {i}).  "
                "NB: negative dims not currently supported; file an issue if you want it."
            )
    if len(set(physical_layout)) < len(physical_layout):
        raise RuntimeError("Duplicate dim not allowed")
    strides, step = [0] * len(size), 1
    for d in reversed(physical_layout):
        strides[d], step = step, step * max(size[d], 1)
    return empty_strided(size, strides, dtype=dtype, device=device, requires_grad=requires_grad)


@tensor_method
def new_empty_strided(
    self: Tensor, size: Any, stride: Any, dtype: DType | None = None, **options: Any
) -> Tensor:
    """Unset memory of a shape and strides, of this tensor's dtype."""
    return empty_strided(size, stride, dtype=dtype or self.dtype, **options)
