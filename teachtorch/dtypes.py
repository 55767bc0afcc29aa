"""Data types: ``torch.float32`` and its kin, what each can hold, and the default floating type.

A :class:`dtype` is a name for a numpy dtype under PyTorch's rules. There is one object per type,
so types are compared with ``is``. ``bfloat16`` is numpy's through the package ``ml_dtypes``, which is
imported when the first bfloat16 tensor is made and not before.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

__all__ = ["dtype", "finfo", "get_default_dtype", "iinfo", "set_default_dtype"]


class dtype:
    """The type of a tensor's elements.

    Attributes: ``itemsize`` (bytes), ``is_floating_point``, ``is_complex``, ``is_signed``, and
    ``numpy``, the numpy dtype that stores it.

    >>> import teachtorch as torch
    >>> torch.float32, torch.float32.itemsize, torch.float32.is_floating_point
    (torch.float32, 4, True)
    >>> torch.float is torch.float32
    True
    """

    __slots__ = (
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "kind",
        "legacy",
        "name",
        "numpy",
    )

    name: str
    itemsize: builtins.int
    numpy: np.dtype[Any]

    def __init__(
        self, name: str, kind: str, itemsize: builtins.int, legacy: str, numpy_type: Any = None
    ) -> None:
        self.name = name
        self.kind = kind  # "b" bool, "u" unsigned, "i" signed, "f" floating, "c" complex: also their order
        self.itemsize = itemsize
        self.legacy = legacy  # the middle of Tensor.type(): torch.<legacy>Tensor
        self.is_floating_point = kind == "f"
        self.is_complex = kind == "c"
        self.is_signed = kind in "ifc"
        if numpy_type is not None:
            self.numpy = np.dtype(numpy_type)

    def __getattr__(self, name: str) -> Any:
        # Reached only while the slot is empty: the first use of bfloat16.
        if name == "numpy" and self.name == "bfloat16":
            import ml_dtypes

            self.numpy = np.dtype(ml_dtypes.bfloat16)
            FROM_NUMPY[self.numpy] = self
            return self.numpy
        raise AttributeError(f"'torch.dtype' object has no attribute {name!r}")

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name  # pickled by name, so that there stays one object per type

    def to_real(self) -> dtype:
        """The type of the real part: ``complex64 -> float32``; real types are returned as they are."""
        return _REAL.get(self, self)

    def to_complex(self) -> dtype:
        """The complex type with parts of this type: ``float64 -> complex128``."""
        if self.is_complex:
            return self
        return complex128 if self is float64 else complex64


float16 = half = dtype("float16", "f", 2, "Half", np.float16)
bfloat16 = dtype("bfloat16", "f", 2, "BFloat16")
float32 = float = dtype("float32", "f", 4, "Float", np.float32)
float64 = double = dtype("float64", "f", 8, "Double", np.float64)
complex64 = cfloat = dtype("complex64", "c", 8, "ComplexFloat", np.complex64)
complex128 = cdouble = dtype("complex128", "c", 16, "ComplexDouble", np.complex128)
uint8 = dtype("uint8", "u", 1, "Byte", np.uint8)
uint16 = dtype("uint16", "u", 2, "UInt16", np.uint16)
uint32 = dtype("uint32", "u", 4, "UInt32", np.uint32)
uint64 = dtype("uint64", "u", 8, "UInt64", np.uint64)
int8 = dtype("int8", "i", 1, "Char", np.int8)
int16 = short = dtype("int16", "i", 2, "Short", np.int16)
int32 = int = dtype("int32", "i", 4, "Int", np.int32)
int64 = long = dtype("int64", "i", 8, "Long", np.int64)
bool = dtype("bool", "b", 1, "Bool", np.bool_)

ALL = (
    uint8, int8, int16, int32, int64, float16, float32, float64, complex64, complex128, bool, bfloat16,
    uint16, uint32, uint64,
)  # fmt: skip
NAMES: dict[str, dtype] = {t.name: t for t in ALL} | {
    "half": float16, "float": float32, "double": float64, "cfloat": complex64, "cdouble": complex128,
    "short": int16, "int": int32, "long": int64,
}  # fmt: skip
"""Every public name, aliases included."""

_REAL = {complex64: float32, complex128: float64}

FROM_NUMPY: dict[np.dtype[Any], dtype] = {t.numpy: t for t in ALL if t is not bfloat16}
"""numpy dtype -> dtype. bfloat16 joins when it is first used."""


def from_numpy_dtype(numpy_dtype: np.dtype[Any]) -> dtype:
    """The :class:`dtype` of a numpy dtype; ``TypeError`` for those PyTorch has no match for."""
    found = FROM_NUMPY.get(numpy_dtype)
    if found is not None:
        return found
    if numpy_dtype.name == "bfloat16":
        _ = bfloat16.numpy  # an ml_dtypes array made outside: register the type now
        return bfloat16
    raise TypeError(
        f"can't convert np.ndarray of type numpy.{numpy_dtype.type.__name__}. The only supported types are: "
        "float64, float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, "
        "uint8, and bool."
    )


def c_name(element: dtype) -> str:
    """The C++ name that some of PyTorch's messages use: ``long int`` for int64."""
    names = {"Long": "long int", "Short": "short", "BFloat16": "c10::BFloat16", "Half": "c10::Half"}
    return names.get(element.legacy, element.legacy.lower())


def is_half(numpy_dtype: np.dtype[Any]) -> Any:
    """True for float16 and bfloat16: two-byte types that are computed in float32 and rounded once."""
    return numpy_dtype.itemsize == 2 and numpy_dtype.kind in "fV"


_default: dtype = float32


def get_default_dtype() -> dtype:
    """The type of a tensor made from Python floats: ``torch.float32`` unless it was changed."""
    return _default


def set_default_dtype(d: dtype, /) -> None:
    """Make `d` the type of tensors made from Python floats. Only floating types are accepted.

    >>> import teachtorch as torch
    >>> torch.set_default_dtype(torch.float64)
    >>> torch.tensor([1.5]).dtype
    torch.float64
    >>> torch.set_default_dtype(torch.float32)
    """
    global _default
    if not isinstance(d, dtype):
        raise TypeError(f"invalid dtype object: {d!r}")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d


class finfo:
    """Limits of a floating type: ``bits eps max min tiny smallest_normal resolution dtype``.

    >>> import teachtorch as torch
    >>> torch.finfo(torch.float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type: dtype | None = None) -> None:
        type = get_default_dtype() if type is None else type
        if not (type.is_floating_point or type.is_complex):
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"
            )
        real = type.to_real()
        if real is bfloat16:
            import ml_dtypes

            limits: Any = ml_dtypes.finfo(real.numpy)
        else:
            limits = np.finfo(real.numpy)
        to_float = np.float64
        self.bits = real.itemsize * 8
        self.eps = to_float(limits.eps).item()
        self.max = to_float(limits.max).item()
        self.min = to_float(limits.min).item()
        self.tiny = self.smallest_normal = to_float(limits.tiny).item()
        self.resolution = to_float(limits.resolution).item()
        self.dtype = real.name

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )


class iinfo:
    """Limits of an integer type: ``bits min max dtype``.

    >>> import teachtorch as torch
    >>> torch.iinfo(torch.int8).max
    127
    """

    def __init__(self, type: dtype) -> None:
        if type.is_floating_point or type.is_complex:
            raise TypeError(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'"
            )
        if type is bool:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        limits = np.iinfo(type.numpy)
        self.bits, self.min, self.max, self.dtype = limits.bits, limits.min, limits.max, type.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
