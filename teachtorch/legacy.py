"""The tensor types of PyTorch's first years: ``torch.FloatTensor([1, 2])``, ``x.type(torch.LongTensor)``.

Every tensor is a ``torch.Tensor`` with a dtype today; old tutorials still write these names.
"""

from __future__ import annotations

from typing import Any

from . import dtypes
from .binding import as_ints
from .ops.creation import array_from, finish
from .tensor import Tensor


class _LegacyType(type):
    """``isinstance(x, torch.FloatTensor)`` asks for the dtype."""

    dtype: dtypes.dtype

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"


def _legacy_type(dtype: dtypes.dtype) -> Any:
    def new(cls: Any, *args: Any) -> Tensor:
        if len(args) == 1 and not isinstance(args[0], int):
            data = args[0]
            if isinstance(data, Tensor):
                return data.to(dtype)
            return finish(array_from(data, dtype))
        import numpy as np

        return finish(np.zeros(as_ints(args) if args else 0, dtype.numpy))

    name = f"{dtype.legacy}Tensor"
    doc = (
        f"A tensor of {dtype}, from data or of a shape. Write ``torch.tensor(data, dtype={dtype})`` instead."
    )
    return _LegacyType(name, (), {"__new__": new, "__doc__": doc, "dtype": dtype, "__module__": "torch"})


FloatTensor, DoubleTensor, HalfTensor, BFloat16Tensor = map(
    _legacy_type, (dtypes.float32, dtypes.float64, dtypes.float16, dtypes.bfloat16)
)
ByteTensor, CharTensor, ShortTensor, IntTensor, LongTensor, BoolTensor = map(
    _legacy_type, (dtypes.uint8, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64, dtypes.bool)
)


def set_default_tensor_type(t: Any, /) -> None:
    """Set the default dtype by the name or the class of an old tensor type. Use ``set_default_dtype``."""
    by_name = {f"torch.{d.legacy}Tensor": d for d in dtypes.ALL}
    chosen = by_name.get(t) if isinstance(t, str) else getattr(t, "dtype", None)
    if chosen is None:
        raise TypeError(f"invalid type object: {t!r}")
    dtypes.set_default_dtype(chosen)
