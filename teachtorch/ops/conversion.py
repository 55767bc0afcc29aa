"""Other dtypes, other devices, copies: ``to``, ``float()``, ``clone``, ``contiguous``, ``copy_``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..binding import Array, Number, Scalar
from ..device import CPU
from ..device import device as Device
from ..diagnose import wrapped_integer
from ..dtypes import dtype as DType
from ..op import NONE, op, tensor_method
from ..samples import fixed, unary
from ..tensor import Tensor

__all__ = ["clone", "fill", "is_nonzero", "numel"]


class memory_format:
    """How dimensions are laid out in memory: ``torch.contiguous_format`` and its kin."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"


contiguous_format, preserve_format, channels_last, channels_last_3d = map(
    memory_format, ("contiguous_format", "preserve_format", "channels_last", "channels_last_3d")
)


@op(promotion=NONE, half=False)
def clone(input: Array, *, memory_format: Any = None) -> Array:
    """A copy with memory of its own. The gradient passes through.

    >>> import teachtorch as torch
    >>> x = torch.ones(2)
    >>> y = x.clone()
    >>> y[0] = 5
    >>> x
    tensor([1., 1.])
    """
    repeated = 0 in [s for s, n in zip(input.strides, input.shape) if n > 1]  # an expanded tensor
    return input.copy("C" if memory_format is contiguous_format or repeated else "K")


clone.grad(input=lambda grad: grad)
clone.samples(unary)


@tensor_method
def contiguous(self: Tensor, memory_format: Any = contiguous_format) -> Tensor:
    """This tensor if its elements lie in order in memory, else a copy in which they do."""
    return self if is_contiguous(self, memory_format) else clone(self, memory_format=memory_format)


@tensor_method
def is_contiguous(self: Tensor, memory_format: Any = contiguous_format) -> bool:
    """Whether the elements lie in memory in the order of their indices."""
    if memory_format in (channels_last, channels_last_3d):
        ndim = self._array.ndim
        if ndim != (4 if memory_format is channels_last else 5):
            return False
        return self._array.transpose(0, *range(2, ndim), 1).flags.c_contiguous
    return self._array.flags.c_contiguous


@op(promotion=NONE, half=False, method=False, node="ToCopy")
def to_copy(input: Array, dtype: DType) -> Array:
    """The elements cast to `dtype`: floats to integers towards zero, integers modulo the range."""
    return cast_array(input, dtype.numpy)


to_copy.grad(input=lambda grad: grad)  # the engine casts it back
to_copy.samples(fixed(lambda make: ((make(3, 2), dtypes.float64), {})))


def cast_array(array: Any, dtype: Any) -> Any:
    """A copy of `array` in `dtype`, as C++ casts."""
    if array.dtype.kind == "c" and dtype.kind != "c":
        array = array.real
    if dtype.kind == "b":
        return array != 0
    if dtype.kind in "iu" and array.dtype.kind in "fV" and (dtype.itemsize < 8 or dtype.kind == "u"):
        # Out of range is undefined in C++; x86 goes through the widest integer and cuts off.
        wide = array.astype(np.float64) if array.dtype.kind == "V" else array
        with np.errstate(invalid="ignore"):
            return wide.astype(np.int64).astype(dtype)
    return array.astype(dtype)


def to_device(input: Tensor, device: Any) -> Tensor:
    """The tensor on another device; the same tensor if it is there already."""
    device = Device(device)
    if device.type == "cpu" and input.is_cpu:
        return input
    raise AssertionError(
        "Torch not compiled with CUDA enabled"
        if device.type == "cuda"
        else f"teachtorch has no device '{device}': there are cpu and cuda"
    )


@tensor_method
def to(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """This tensor with another dtype, on another device, or like another tensor: itself if nothing changes.

    >>> import teachtorch as torch
    >>> torch.tensor([300]).to(torch.uint8)
    tensor([44], dtype=torch.uint8)
    """
    device, dtype, copy = kwargs.get("device"), kwargs.get("dtype"), kwargs.get("copy", False)
    for arg in args:
        if isinstance(arg, DType):
            dtype = arg
        elif isinstance(arg, Tensor):
            dtype, device = arg.dtype, arg.device
        elif isinstance(arg, (str, Device)) or (isinstance(arg, int) and not isinstance(arg, bool)):
            device = arg
        elif arg is not None and not isinstance(arg, bool):
            raise TypeError(
                "to() received an invalid combination of arguments - got "
                f"({', '.join(type(a).__name__ for a in args)}), but expected one of:\n"
                " * (torch.device device = None, torch.dtype dtype = None, bool non_blocking = "
                "False, bool copy = False, "
                "*, torch.memory_format memory_format = None)"
            )
    result = self
    if dtype is not None and dtype.numpy != self._array.dtype:
        result = to_copy(self, dtype)
    elif copy:
        result = clone(self)
    if device is not None and device is not CPU:
        result = to_device(result, device)
    form = kwargs.get("memory_format")
    return result if form is None else result.contiguous(memory_format=form)


def _cast(name: str, dtype: DType) -> None:
    def cast(self: Tensor, memory_format: Any = None) -> Tensor:
        return self if self._array.dtype == dtype.numpy else to_copy(self, dtype)

    cast.__name__ = name
    cast.__doc__ = f"``self.to({dtype})``."
    setattr(Tensor, name, cast)


for _name, _dtype in (
    ("float", dtypes.float32),
    ("double", dtypes.float64),
    ("half", dtypes.float16),
    ("bfloat16", dtypes.bfloat16),
    ("int", dtypes.int32),
    ("long", dtypes.int64),
    ("short", dtypes.int16),
    ("char", dtypes.int8),
    ("byte", dtypes.uint8),
    ("bool", dtypes.bool),
    ("cfloat", dtypes.complex64),
    ("cdouble", dtypes.complex128),
):
    _cast(_name, _dtype)


def cast_to_type(self: Tensor, dtype: Any) -> Tensor:
    """``tensor.type(torch.float64)`` and ``tensor.type("torch.DoubleTensor")``."""
    if isinstance(dtype, str):
        by_name = {f"torch.{t.legacy}Tensor": t for t in dtypes.ALL}
        if dtype not in by_name:
            raise ValueError(f"invalid type: '{dtype}'")
        dtype = by_name[dtype]
    elif isinstance(dtype, type) and hasattr(dtype, "dtype"):
        dtype = dtype.dtype
    return self.to(dtype)


@tensor_method
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """Cast to the dtype of another tensor."""
    return self.to(other)


@tensor_method
def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor in main memory."""
    return to_device(self, "cpu")


@tensor_method
def cuda(self: Tensor, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Tensor:
    """The tensor on a GPU."""
    return to_device(self, Device("cuda") if device is None else device)


# -- copying into ---------------------------------------------------------------------------------------


@op(promotion=NONE, half=False, method=False, inplace=True, node="CopyBackwards")
def copy(input: Array, src: Array | Number, non_blocking: bool = False, *, out: Any = None) -> Array:
    """The kernel of ``copy_``: `src` in the shape and dtype of `input`."""
    source = np.asarray(src) if not hasattr(src, "ndim") else src
    if source.ndim > input.ndim or any(
        n not in (1, m) for n, m in zip(source.shape[::-1], input.shape[::-1], strict=False)
    ):
        from ..shapes import check_broadcast

        check_broadcast(input.shape, source.shape)
        raise RuntimeError(
            f"output with shape {list(input.shape)} doesn't match the broadcast shape "
            f"{list(np.broadcast_shapes(input.shape, source.shape))}"
        )
    value = source if source.dtype == input.dtype else cast_array(source, input.dtype)
    return value if value.shape == input.shape else np.broadcast_to(value, input.shape)


copy.grad(input=lambda grad, F: F.zeros_like(grad), src=lambda grad: grad)
copy.samples(fixed(lambda make: ((make(3, 2), make(2)), {})))


@op(
    promotion=NONE,
    half=False,
    method=False,
    inplace=True,
    overload=lambda input, value: 3 if isinstance(value, Tensor) else 2,
)
def fill(input: Array, value: Array | Scalar, *, xp: Any, out: Any = None) -> Array:
    """One value everywhere, in the shape and dtype of `input`.

    >>> import teachtorch as torch
    >>> torch.fill(torch.zeros(2), 7)
    tensor([7., 7.])
    """
    number = value.item() if hasattr(value, "item") and value.dtype.kind != "V" else value
    if hasattr(value, "ndim") and value.ndim:
        raise RuntimeError(
            f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions."
        )
    if isinstance(number, int) and input.dtype.kind in "iu":
        number = wrapped_integer(int(number), input.dtype)
    elif isinstance(number, float) and input.dtype.kind in "iu":
        number = int(number)
    if out is None:
        return xp.full(input.shape, number, input.dtype)
    out[...] = number
    return out


fill.grad(input=lambda grad, F: F.zeros_like(grad), value=lambda grad: grad.sum())
fill.samples(fixed(lambda make: ((make(3, 2), 1.5), {}), lambda make: ((make(3, 2), make()), {})))


@op(promotion=NONE, half=False, method=False, inplace=True)
def zero(input: Array, *, xp: Any, out: Any = None) -> Array:
    """The kernel of ``zero_``: zeros everywhere."""
    if out is None:
        return xp.zeros(input.shape, input.dtype)
    out[...] = 0
    return out


zero.grad(input=lambda grad, F: F.zeros_like(grad))
zero.samples(fixed(lambda make: ((make(3, 2),), {})))


# -- plain facts ------------------------------------------------------------------------------------------


@tensor_method
def is_nonzero(input: Tensor) -> bool:
    """Whether the one element is not zero.

    >>> import teachtorch as torch
    >>> torch.is_nonzero(torch.tensor([0.5]))
    True
    """
    return bool(input)


def numel(input: Tensor) -> int:
    """The number of elements.

    >>> import teachtorch as torch
    >>> torch.numel(torch.zeros(2, 3))
    6
    """
    return input.numel()
