"""Making tensors: from Python data, filled with a value, as ranges, and like other tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dtypes
from ..binding import NUMBERS, as_ints, invalid_combination
from ..diagnose import wrapped_integer
from ..dtypes import dtype as DType
from ..dtypes import get_default_dtype
from ..op import attach, composite
from ..promotion import number_dtype
from ..tensor import Tensor, from_numpy, wrap
from .results import written

__all__ = [
    "arange",
    "as_tensor",
    "asarray",
    "empty",
    "empty_like",
    "empty_strided",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "range",
    "scalar_tensor",
    "tensor",
    "zeros",
    "zeros_like",
]

_range = range


def finish(array: Any, requires_grad: bool = False, device: Any = None, copies: bool = False) -> Tensor:
    """A tensor over a new array, on its device, with its flag."""
    result = wrap(array)
    if device is not None and str(device) != "cpu":
        result = result.to(device)
    if requires_grad:
        if array.dtype.kind in "biu":
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        result._requires_grad = True
    return result


# -- from Python data ---------------------------------------------------------------------------------


def tensor(
    data: Any,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor with a copy of `data`: a number, nested lists or tuples of numbers, an array or a tensor.

    Without `dtype`, floats give the default floating type, integers int64, and bools bool.

    >>> import teachtorch as torch
    >>> torch.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    >>> torch.tensor([(1, 1, 1), [4, 5]])
    Traceback (most recent call last):
    ValueError: expected sequence of length 3 at dim 1 (got 2)
    """
    if isinstance(data, Tensor):
        import warnings

        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
        array = data._array.astype(data._array.dtype if dtype is None else dtype.numpy)
        return finish(array, requires_grad, device)
    return finish(array_from(data, dtype), requires_grad, device)


def array_from(data: Any, dtype: DType | None) -> Any:
    """`data` as a new array of `dtype`, or of the type that the data suggest."""
    if isinstance(data, (np.ndarray, np.generic)):
        array = np.array(data)
        dtypes.from_numpy_dtype(array.dtype)
        return array if dtype is None else array.astype(dtype.numpy)
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    try:
        array = np.array(data)
    except (ValueError, TypeError, OverflowError, RuntimeError):
        return _array_slowly(data, dtype)
    kind = array.dtype.kind
    if kind not in "bifc" or (kind == "f" and array.size == 0 and not isinstance(data, float)):
        return _array_slowly(data, dtype)
    if dtype is None:
        if kind == "f":
            return array.astype(get_default_dtype().numpy)
        if kind == "c":
            return array.astype(get_default_dtype().to_complex().numpy)
        return array
    return _convert(array, dtype)


def _convert(array: Any, dtype: DType) -> Any:
    """Cast what Python wrote to the wanted type: integers must fit."""
    if array.dtype.kind == "c" and not dtype.is_complex:
        raise TypeError("must be real number, not complex")
    if dtype.kind in "iu" and array.dtype.kind in "if" and array.size:
        limits = np.iinfo(dtype.numpy)
        low = limits.min if dtype.kind == "i" else -limits.max  # C++ lets negatives wrap in unsigned types
        if not (np.isfinite(array).all() and low <= array.min() and array.max() <= limits.max):
            raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")
        if array.dtype.kind == "f":
            array = np.trunc(array).astype(np.int64)
    return array.astype(dtype.numpy)


def _array_slowly(data: Any, dtype: DType | None) -> Any:
    """Data that numpy does not take as it is: sequences of tensors, empty lists, and everything that is wrong."""
    shape = _shape_of(data)
    flat: list[Any] = []
    _collect(data, shape, 0, flat)
    if dtype is None:
        found = [_dtype_of(x) for x in flat]
        dtype = get_default_dtype()
        if found:
            from ..promotion import promote_types

            dtype = found[0]
            for other in found[1:]:
                dtype = promote_types(dtype, other)
    values = [x.item() if isinstance(x, Tensor) else x for x in flat]
    for value in values:
        if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
            raise ValueError("Overflow when unpacking long long")
    array = np.array(values) if values else np.empty(0, dtype.numpy)
    return _convert(array, dtype).reshape(shape)


def _is_sequence(data: Any) -> bool:
    return (isinstance(data, Tensor) and data._array.ndim > 0) or (
        not isinstance(data, (str, bytes, Tensor, dict, set))
        and hasattr(data, "__len__")
        and hasattr(data, "__getitem__")
    )


def _shape_of(data: Any) -> tuple[int, ...]:
    shape = []
    while _is_sequence(data):
        shape.append(len(data))
        if len(shape) > 128:
            raise ValueError("too many dimensions 'list'")
        if not len(data):
            break
        data = data[0]
    return tuple(shape)


def _collect(data: Any, shape: tuple[int, ...], dim: int, flat: list[Any]) -> None:
    """Walk nested sequences in order; complain in PyTorch's words where they are ragged or hold no numbers."""
    if dim == len(shape):
        if isinstance(data, str):
            if shape and not flat:
                raise ValueError("too many dimensions 'str'")
            raise TypeError("new(): invalid data type 'str'")
        if _is_sequence(data):
            raise TypeError(f"'{type(data).__name__}' object cannot be interpreted as an integer")
        if not isinstance(data, (Tensor, *NUMBERS)):
            raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")
        flat.append(data)
        return
    if not _is_sequence(data):
        raise TypeError("not a sequence")
    if len(data) != shape[dim]:
        raise ValueError(f"expected sequence of length {shape[dim]} at dim {dim} (got {len(data)})")
    for item in data:
        _collect(item, shape, dim + 1, flat)


def _dtype_of(value: Any) -> DType:
    if isinstance(value, Tensor):
        return value.dtype
    if isinstance(value, np.generic):
        return dtypes.from_numpy_dtype(value.dtype)
    return number_dtype(value)


def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """`data` as a tensor, sharing memory where that is possible.

    >>> import numpy as np, teachtorch as torch
    >>> a = np.zeros(2)
    >>> torch.as_tensor(a).data_ptr() == a.ctypes.data
    True
    """
    if isinstance(data, Tensor):
        return data.to(device=device, dtype=dtype)
    if isinstance(data, np.ndarray) and (dtype is None or data.dtype == dtype.numpy):
        return from_numpy(data).to(device=device)
    return tensor(data, dtype=dtype, device=device)


def asarray(
    obj: Any,
    *,
    dtype: DType | None = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """``as_tensor`` with a say on copying.

    >>> import teachtorch as torch
    >>> torch.asarray([1, 2])
    tensor([1, 2])
    """
    result = as_tensor(obj, dtype, device)
    if copy and result.numel() and isinstance(obj, (Tensor, np.ndarray)):
        result = result.clone()
    return result.detach().requires_grad_(requires_grad) if requires_grad else result


def scalar_tensor(
    s: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A zero-dimensional tensor.

    >>> import teachtorch as torch
    >>> torch.scalar_tensor(3)
    tensor(3.)
    """
    return full((), s, dtype=dtype or get_default_dtype(), device=device, requires_grad=requires_grad)


def legacy_tensor(cls: type, *args: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """``torch.Tensor(2, 3)``: memory of that shape; ``torch.Tensor([1, 2])``: the data as the default floating type."""
    if len(args) == 1 and isinstance(args[0], Tensor) and args[0].dtype is get_default_dtype():
        array = args[0]._array
    elif len(args) == 1 and not isinstance(args[0], (int, tuple)) and hasattr(args[0], "__len__"):
        array = args[0]._array if isinstance(args[0], Tensor) else array_from(args[0], get_default_dtype())
    elif len(args) == 1 and isinstance(args[0], tuple):
        array = array_from(args[0], get_default_dtype())
    else:
        array = (
            np.zeros(as_ints(args), get_default_dtype().numpy)
            if args
            else np.zeros(0, get_default_dtype().numpy)
        )
    result: Tensor = object.__new__(cls)
    result._array = array
    return result


# -- filled -------------------------------------------------------------------------------------------


def _sizes(name: str, size: Any) -> tuple[int, ...]:
    try:
        shape = as_ints(size)
    except TypeError:
        wrong = size[0] if len(size) == 1 else next(s for s in size if not isinstance(s, int))
        raise TypeError(
            f"{name}(): argument 'size' (position 1) must be tuple of ints, not {type(wrong).__name__}"
        ) from None
    for n in shape:
        if n < 0:
            if name == "zeros":
                raise RuntimeError("zeros: Dimension size must be non-negative.")
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {list(shape)}")
    return shape


def _filled(name: str, doc: str, fill: Any) -> Any:
    def create(
        *size: Any,
        out: Tensor | None = None,
        dtype: DType | None = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        pin_memory: bool = False,
        memory_format: Any = None,
        names: Any = None,
        **by_name: Any,
    ) -> Tensor:
        if "size" in by_name:
            size = (by_name.pop("size"),)
        if by_name:
            raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(by_name))}'")
        array = fill(_sizes(name, size), (dtype or get_default_dtype()).numpy)
        if out is not None:
            from ..inplace import write_out

            return write_out(out, wrap(array))
        return finish(array, requires_grad, device)

    create.__name__ = create.__qualname__ = name
    create.__doc__ = doc
    return composite(method=False)(create)


zeros = _filled(
    "zeros",
    """A tensor of zeros: ``zeros(2, 3)`` or ``zeros((2, 3))``.

    >>> import teachtorch as torch
    >>> torch.zeros(2, 3, dtype=torch.int64)
    tensor([[0, 0, 0],
            [0, 0, 0]])
    """,
    np.zeros,
)
ones = _filled(
    "ones",
    """A tensor of ones.

    >>> import teachtorch as torch
    >>> torch.ones(3)
    tensor([1., 1., 1.])
    """,
    np.ones,
)
empty = _filled(
    "empty",
    """A tensor whose memory is not set. Here it is zeros: what PyTorch leaves there teaches nothing.

    >>> import teachtorch as torch
    >>> torch.empty(2, 3).shape
    torch.Size([2, 3])
    """,
    np.zeros,
)


def full(
    size: Any, fill_value: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
    out: Tensor | None = None, layout: Any = None, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A tensor filled with one value, whose type it takes unless `dtype` is given.

    >>> import teachtorch as torch
    >>> torch.full((2,), 7)
    tensor([7, 7])
    """
    if isinstance(fill_value, Tensor):
        dtype = dtype or fill_value.dtype
        fill_value = fill_value.item()
    if not isinstance(fill_value, NUMBERS):
        raise TypeError(
            f"full(): argument 'fill_value' (position 2) must be Number, not {type(fill_value).__name__}"
        )
    dtype = dtype or number_dtype(fill_value)
    shape = _sizes("full", size if isinstance(size, (tuple, list)) else (size,))
    if dtype.kind in "iu" and isinstance(fill_value, int):
        array = np.full(shape, wrapped_integer(int(fill_value), dtype.numpy))
    else:
        array = np.full(shape, fill_value, dtype.numpy)
    return written(finish(array, requires_grad, device), out)


@composite(method=False)
def empty_strided(size: Sequence[int], stride: Sequence[int], *, dtype: DType | None = None, device: Any = None,
                  requires_grad: bool = False, **accepted: Any) -> Tensor:  # fmt: skip
    """Unset memory of a shape, laid out with the given strides (in elements).

    >>> import teachtorch as torch
    >>> torch.empty_strided((2, 3), (1, 2)).stride()
    (1, 2)
    """
    from ..backend import strided

    element = (dtype or get_default_dtype()).numpy
    length = 1 + sum((n - 1) * s for n, s in zip(size, stride)) if 0 not in size else 0
    memory = np.zeros(length, element)
    array = (
        strided(memory, tuple(size), tuple(s * element.itemsize for s in stride))
        if length
        else np.zeros(size, element)
    )
    return finish(array, requires_grad, device)


def _like(name: str, doc: str, fill: Any) -> Any:
    def create(
        input: Tensor,
        *,
        dtype: DType | None = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        pin_memory: bool = False,
        memory_format: Any = None,
    ) -> Tensor:
        if not isinstance(input, Tensor):
            raise TypeError(
                f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}"
            )
        array = fill(input._array, None if dtype is None else dtype.numpy)
        return finish(array, requires_grad, device)

    create.__name__ = create.__qualname__ = name
    create.__doc__ = doc
    return composite(method=False, raw=lambda array: fill(array, None))(create)


def _zeros_like(array: Any, dtype: Any) -> Any:
    from ..backend import namespace_of

    return namespace_of(array).zeros_like(array, dtype)


def _ones_like(array: Any, dtype: Any) -> Any:
    from ..backend import namespace_of

    return namespace_of(array).ones_like(array, dtype)


zeros_like = _like(
    "zeros_like",
    """Zeros of the shape, dtype and device of another tensor.

    >>> import teachtorch as torch
    >>> torch.zeros_like(torch.tensor([1, 2]))
    tensor([0, 0])
    """,
    _zeros_like,
)
ones_like = _like(
    "ones_like",
    """Ones of the shape, dtype and device of another tensor.

    >>> import teachtorch as torch
    >>> torch.ones_like(torch.tensor([2., 3.]))
    tensor([1., 1.])
    """,
    _ones_like,
)
empty_like = _like(
    "empty_like",
    """Unset memory (here: zeros) of the shape, dtype and device of another tensor.

    >>> import teachtorch as torch
    >>> torch.empty_like(torch.tensor([1, 2])).shape
    torch.Size([2])
    """,
    _zeros_like,
)


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    layout: Any = None,
    pin_memory: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """One value in the shape, dtype and device of another tensor.

    >>> import teachtorch as torch
    >>> torch.full_like(torch.tensor([1, 2]), 7)
    tensor([7, 7])
    """
    return full(
        input._array.shape, fill_value, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad
    )


# -- ranges -------------------------------------------------------------------------------------------


def arange(
    start: Any, end: Any = None, step: Any = 1, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False, out: Tensor | None = None, layout: Any = None, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """Numbers from `start` up to but not including `end`: int64 unless a float is among the arguments.

    >>> import teachtorch as torch
    >>> torch.arange(3), torch.arange(1, 2, 0.5)
    (tensor([0, 1, 2]), tensor([1.0000, 1.5000]))
    """
    if end is None:
        start, end = 0, start
    start, end, step = (x.item() if isinstance(x, (Tensor, np.generic)) else x for x in (start, end, step))
    if dtype is None and out is not None:
        dtype = out.dtype
    if dtype is None:
        dtype = dtypes.int64 if all(isinstance(x, int) for x in (start, end, step)) else get_default_dtype()
    _check_range(start, end, step)
    if dtype.is_floating_point:
        length = math.ceil((end - start) / step)
        # PyTorch computes start + i * step in double, then rounds.
        array = (float(start) + np.arange(length) * float(step)).astype(dtype.numpy)
    else:
        start, end, step = (int(x) if dtype.kind in "iu" else x for x in (start, end, step))
        if step == 0:
            raise ValueError("step must be nonzero")
        array = np.arange(start, end, step).astype(dtype.numpy)
    return written(finish(array, requires_grad, device), out)


def _check_range(start: Any, end: Any, step: Any) -> None:
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")


def range(
    start: Any, end: Any = None, step: Any = 1, *, dtype: DType | None = None, **options: Any
) -> Tensor:
    """Like ``arange`` but with the end included, and floats always. Deprecated in PyTorch.

    >>> import teachtorch as torch
    >>> torch.range(1, 3)
    tensor([1., 2., 3.])
    """
    if end is None:
        start, end = 0, start
    _check_range(start, end, step)
    length = math.floor((end - start) / step) + 1
    array = (float(start) + np.arange(length) * float(step)).astype((dtype or get_default_dtype()).numpy)
    return finish(array, options.get("requires_grad", False), options.get("device"))


def linspace(
    start: Any, end: Any, steps: int, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
    out: Tensor | None = None, layout: Any = None, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """`steps` numbers evenly spaced from `start` to `end`, both included.

    >>> import teachtorch as torch
    >>> torch.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    array = _spaced(start, end, steps, _type_of_result(dtype, out, start, end))
    return written(finish(array, requires_grad, device), out)


def _type_of_result(dtype: DType | None, out: Tensor | None, start: Any, end: Any) -> DType:
    if dtype is None:
        dtype = _span_dtype(start, end) if out is None else out.dtype
    return dtype


def _span_dtype(start: Any, end: Any) -> DType:
    complex_ = any(isinstance(x, complex) for x in (start, end))
    return get_default_dtype().to_complex() if complex_ else get_default_dtype()


def _spaced(start: Any, end: Any, steps: int, dtype: DType, logarithmic: bool = False) -> Any:
    """PyTorch's rule: the step in the dtype's own precision, counted from the nearer end."""
    if not isinstance(steps, int):
        name = "logspace" if logarithmic else "linspace"
        raise invalid_combination(name, (start, end, steps), {}, "Number start, Number end, int steps")
    start, end = (x.item() if isinstance(x, Tensor) else x for x in (start, end))
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if steps == 0:
        return np.empty(0, dtype.numpy)
    if steps == 1:
        return np.array([start]).astype(dtype.numpy)
    if dtype.kind in "iu":
        start, end = int(start), int(end)
        step = (end - start) / (steps - 1)
        index = np.arange(steps)
        low = np.trunc(start + step * index)
        high = np.trunc(end - step * (steps - 1 - index))
        return np.where(index < steps // 2, low, high).astype(dtype.numpy)
    compute = np.dtype(np.float32) if dtype.itemsize == 2 and not dtype.is_complex else dtype.numpy
    first, last = compute.type(start), compute.type(end)
    step = (last - first) / compute.type(steps - 1)
    index = np.arange(steps)
    half = steps // 2
    wide = np.float64 if compute == np.float32 else compute  # one rounding per element: PyTorch uses an FMA
    low = (wide(first) if callable(wide) else wide.type(first)) + step.astype(wide) * index[:half]
    high = (wide(last) if callable(wide) else wide.type(last)) - step.astype(wide) * (
        steps - 1 - index[half:]
    )
    return np.concatenate([low, high]).astype(compute).astype(dtype.numpy)


def logspace(
    start: Any, end: Any, steps: int, base: float = 10.0, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False, out: Tensor | None = None, layout: Any = None, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """`base` to the powers ``linspace(start, end, steps)``.

    >>> import teachtorch as torch
    >>> torch.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    dtype = _type_of_result(dtype, out, start, end)
    if dtype.kind in "iu":
        start, end = (int(x.item() if isinstance(x, Tensor) else x) for x in (start, end))
    wide = dtype if dtype.kind in "fc" and dtype.itemsize > 2 else dtypes.float32
    powers = _spaced(start, end, steps, wide, logarithmic=True)
    return written(
        finish(np.power(powers.dtype.type(base), powers).astype(dtype.numpy), requires_grad, device), out
    )


def eye(
    n: int, m: int | None = None, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
    out: Tensor | None = None, layout: Any = None, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """Ones on the diagonal, zeros elsewhere.

    >>> import teachtorch as torch
    >>> torch.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    for name, count in (("n", n), ("m", m)):
        if count is not None and count < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {count}")
    return written(
        finish(np.eye(n, m, dtype=(dtype or get_default_dtype()).numpy), requires_grad, device), out
    )


# -- like this tensor ---------------------------------------------------------------------------------


def _new(name: str, fill: Any) -> None:
    def create(self: Tensor, *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
               layout: Any = None, pin_memory: bool = False, **by_name: Any) -> Tensor:  # fmt: skip
        size = (by_name["size"],) if "size" in by_name else size
        array = fill(_sizes(name, size), (dtype or self.dtype).numpy)
        return finish(array, requires_grad, self.device if device is None else device)

    create.__name__ = name
    create.__doc__ = f"``torch.{name.removeprefix('new_')}`` of this tensor's dtype and device."
    setattr(Tensor, name, create)


_new("new_zeros", np.zeros)
_new("new_ones", np.ones)
_new("new_empty", np.zeros)


def _new_full(self: Tensor, size: Any, fill_value: Any, *, dtype: DType | None = None, device: Any = None,
              requires_grad: bool = False, **accepted: Any) -> Tensor:  # fmt: skip
    """``torch.full`` of this tensor's dtype and device."""
    return full(
        size, fill_value, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad
    )


def _new_tensor(
    self: Tensor, data: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """``torch.tensor`` of this tensor's dtype and device."""
    return tensor(data, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad)


attach("new_full", _new_full)
attach("new_tensor", _new_tensor)
