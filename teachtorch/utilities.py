"""Questions about tensors and settings of the library: ``is_tensor``, ``result_type``, ``get_num_threads``."""

from __future__ import annotations

import os
from typing import Any

from .binding import is_tensor
from .dtypes import dtype
from .promotion import result_dtype
from .tensor import Tensor

__all__ = ["get_num_threads", "is_complex", "is_floating_point", "is_storage", "is_tensor",
           "result_type", "set_num_threads", "typename"]  # fmt: skip


def is_floating_point(input: Tensor) -> bool:
    """Whether the tensor's dtype is a floating type."""
    return input.is_floating_point()


def is_complex(input: Tensor) -> bool:
    """Whether the tensor's dtype is complex."""
    return input.is_complex()


def is_storage(obj: Any, /) -> bool:
    """Whether `obj` is a storage."""
    from .storage import Storage, TypedStorage

    return isinstance(obj, (Storage, TypedStorage))


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype in which two tensors or numbers meet.

    >>> import teachtorch as torch
    >>> torch.result_type(torch.tensor([1, 2]), 1.5)
    torch.float32
    """
    return result_dtype([x._array if isinstance(x, Tensor) else x for x in (tensor1, tensor2)])


def typename(obj: Any, /) -> str:
    """The type of a tensor (``"torch.FloatTensor"``) or of any object, with its module."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    module = getattr(kind, "__module__", "")
    return kind.__qualname__ if module in ("builtins", "__builtin__", "") else f"{module}.{kind.__qualname__}"


_threads = os.cpu_count() or 1


def get_num_threads() -> int:
    """The number that was set; numpy's linear algebra decides for itself."""
    return _threads


def set_num_threads(num: int) -> None:
    """Accepted, so that programs run. To bind numpy, set ``OMP_NUM_THREADS`` before it is imported."""
    global _threads
    if num <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    _threads = num
