"""New tensors of random numbers: ``rand``, ``randn``, ``randint``, ``randperm``, ``normal`` and their kin.

All take ``generator=`` and the options of every function that makes a tensor, :data:`OPTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import NoneType
from typing import Any, Literal

import numpy as np

from ... import dtypes
from ...binding import REQUIRED, Array, Number, invalid_combination
from ...dtypes import dtype as DType
from ...dtypes import get_default_dtype, is_half
from ...inplace import check_no_overlap, write_out
from ...op import NONE, composite, op
from ...random import continuous, discrete
from ...random.arrays import cast
from ...random.generator import Generator
from ...shapes import broadcast_shape, check_nonnegative
from ...tensor import Tensor, wrap
from ..conversion import contiguous_format, preserve_format
from ..creation import finish
from .arguments import as_float, as_int, draw_into, generator_or_default, not_implemented
from .inplace import check_normal, check_uniform
from .integers import integer_range

__all__ = ["normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm"]

OPTIONS = frozenset({
    "size",           # the shape, for those who rather name it
    "out",            # fill this tensor, which is resized if need be, instead of a new one
    "dtype",          # unless given, the default floating type, and int64 for integers
    "layout",         # torch.strided is the only one
    "device",         # draws for a GPU are made on the CPU and copied
    "requires_grad",
    "pin_memory",     # True is refused, as by a PyTorch without a GPU
})  # fmt: skip
"""What every function that makes a tensor takes by name."""

FORM = (
    "{}*, torch.Generator generator = None, Tensor out = None, torch.dtype dtype = None, torch.layout layout"
    " = None, torch.device device = None, bool pin_memory = False, bool requires_grad = False"
)
Draw = Callable[[Any, Generator], Any]
"""Checks and fills an array: ``draw(array, generator)``."""


# -- real numbers ----------------------------------------------------------------------------------------


def _draw_uniform(array: Any, generator: Generator) -> None:
    check_uniform(array, 0.0, 1.0)
    draw_into(continuous.fill_uniform, array, 0.0, 1.0, generator=generator)


def _draw_normal(array: Any, generator: Generator, mean: float = 0.0, std: float = 1.0) -> None:
    check_normal(array, std)
    draw_into(continuous.fill_normal, array, mean, std, generator=generator)


@composite(method=False)
def rand(*size: Any, generator: Generator | None = None, **options: Any) -> Tensor:
    """Numbers uniform on [0, 1), in a tensor of the given size: ``rand(2, 3)`` or ``rand((2, 3))``.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(2, 3)
    tensor([[0.4963, 0.7682, 0.0885],
            [0.1320, 0.3074, 0.6341]])
    """
    return _create("rand", size, _draw_uniform, generator, options)


@composite(method=False)
def randn(*size: Any, generator: Generator | None = None, **options: Any) -> Tensor:
    """Normal numbers of mean 0 and variance 1, in a tensor of the given size.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randn(2, 3)
    tensor([[ 1.5410, -0.2934, -2.1788],
            [ 0.5684, -1.0845, -1.3986]])
    """
    return _create("randn", size, _draw_normal, generator, options)


@composite(method=False)
def rand_like(input: Tensor, *, generator: Generator | None = None, **options: Any) -> Tensor:
    """:func:`rand` in the shape, dtype and device of another tensor, and in its order in memory.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand_like(torch.zeros(2, 2, dtype=torch.float64))
    tensor([[0.9701, 0.7078],
            [0.4594, 0.9207]], dtype=torch.float64)
    """
    return _create_like("rand_like", input, _draw_uniform, generator, **options)


@composite(method=False)
def randn_like(input: Tensor, *, generator: Generator | None = None, **options: Any) -> Tensor:
    """:func:`randn` in the shape, dtype and device of another tensor, and in its order in memory.

    >>> import teachtorch as torch
    >>> x = torch.ones(3, 4).t()
    >>> torch.randn_like(x).shape, torch.randn_like(x).stride()
    (torch.Size([4, 3]), (1, 4))
    """
    return _create_like("randn_like", input, _draw_normal, generator, **options)


# -- integers --------------------------------------------------------------------------------------------


def _draw_integers(array: Any, generator: Generator, low: int, high: int) -> None:
    low, span = integer_range(array.dtype, low, high)
    draw_into(discrete.fill_integers, array, low, span, generator=generator)


@composite(method=False)
def randint(*args: Any, generator: Generator | None = None, **options: Any) -> Tensor:
    """``randint(high, size)``, ``randint(low, high, size)``: integers from `low`, or 0, to below `high`.

    They are int64 unless `dtype` says otherwise.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randint(10, (5,))
    tensor([4, 9, 3, 0, 3])
    """
    given = _integer_arguments(args, options)
    low, high, size = as_int(given.get("low", 0)), as_int(given.get("high")), given.get("size")
    if not isinstance(generator, (Generator, NoneType)):
        raise _no_integers(args, options | {"generator": generator})
    if low is None or high is None or not isinstance(size, (tuple, list)):
        if len(args) == 2 and "low" not in given and high is None:
            kind = type(given["high"]).__name__
            raise TypeError(f"randint(): argument 'high' (position 1) must be int, not {kind}")
        if len(args) == 2 and "low" not in given:
            kind = type(size).__name__
            raise TypeError(f"randint(): argument 'size' (position 2) must be tuple of ints, not {kind}")
        raise _no_integers(args, options)
    draw = partial(_draw_integers, low=low, high=high)
    rest = {name: value for name, value in options.items() if name not in given}
    return _create("randint", (size,), draw, generator, rest, dtypes.int64)


def _integer_arguments(args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    """Arguments of ``randint`` by name: low, high and size; `low` may be left out."""
    named = {name: options[name] for name in ("low", "high", "size") if name in options}
    names = [name for name in ("low", "high", "size") if name not in named]
    if "low" in names and len(args) < len(names):
        names.remove("low")
    return dict(zip(names, args)) | named


def _no_integers(args: tuple[Any, ...], options: dict[str, Any]) -> TypeError:
    starts = ("int high, tuple of ints size, ", "int low, int high, tuple of ints size, ")
    return invalid_combination("randint", args, options, *map(FORM.format, starts))


@composite(method=False)
def randint_like(
    input: Tensor,
    *bounds: Any,
    generator: Generator | None = None,
    low: Any = None,
    high: Any = None,
    **options: Any,
) -> Tensor:
    """``randint_like(input, high)``, ``randint_like(input, low, high)``: integers in a tensor's likeness.

    The shape, the dtype, the device and the order in memory are those of `input`.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randint_like(torch.zeros(5), 10)
    tensor([4., 9., 3., 0., 3.])
    """
    given = (*bounds, *(end for end in (low, high) if end is not None))
    ends = [end for end in map(as_int, given) if end is not None]
    if len(ends) != len(given) or len(ends) not in (1, 2):
        starts = ("Tensor input, int high, ", "Tensor input, int low, int high, ")
        raise invalid_combination("randint_like", (input, *bounds), options, *map(FORM.format, starts))
    draw = partial(_draw_integers, low=0 if len(ends) == 1 else ends[0], high=ends[-1])
    return _create_like("randint_like", input, draw, generator, **options)


@composite(method=False)
def randperm(n: Any = REQUIRED, *, generator: Generator | None = None, **options: Any) -> Tensor:
    """The integers from 0 to n - 1 in random order, each order as likely as any other.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randperm(5)
    tensor([4, 0, 1, 3, 2])
    """
    if n is REQUIRED:
        raise invalid_combination("randperm", (), options, FORM.format("int n, "))
    count = as_int(n)
    if count is None:
        raise TypeError(f"randperm(): argument 'n' (position 1) must be int, not {type(n).__name__}")

    def draw(array: Any, generator: Generator) -> None:
        _check_permutation(dtypes.FROM_NUMPY[array.dtype], count)
        array[...] = discrete.permutation(count, generator)

    return _create("randperm", (count,), draw, generator, options, dtypes.int64)


def _check_permutation(kind: DType, n: int) -> None:
    """Raise PyTorch's errors for types that cannot hold the numbers up to n - 1."""
    if kind.is_complex or kind.kind == "b":
        raise not_implemented("randperm", kind.numpy)
    if kind.is_floating_point:
        bits = discrete.SIGNIFICANT_BITS[kind.name]
        if n > 2**bits + 1:
            most = str(2**bits + 1) if bits < 16 else f"2^{bits}+1"
            raise RuntimeError(f"n cannot be greater than {most} for {kind.legacy} type.")
    elif n - 1 > np.iinfo(kind.numpy).max:
        raise RuntimeError(f"value cannot be converted to type {kind.name}_t without overflow")


# -- normal numbers with a mean and a standard deviation of each element's own ---------------------------


@composite(method=False)
def normal(
    mean: Any = REQUIRED,
    std: Any = REQUIRED,
    size: Any = None,
    *,
    generator: Generator | None = None,
    **options: Any,
) -> Tensor:
    """Normal numbers. `mean` and `std` are tensors that broadcast, or numbers; two numbers need a `size`.

    `std` is 1 unless given.

    >>> import teachtorch as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.normal(torch.tensor([0., 100.]), torch.tensor([1., 0.]))
    tensor([  1.5410, 100.0000])
    >>> torch.normal(2, 3, (2,)).shape
    torch.Size([2])
    """
    positional = tuple(value for value in (mean, std, size) if value is not REQUIRED and value is not None)
    if positional and size is None and options.keys() <= {"out"}:
        if mean is REQUIRED:
            raise TypeError('normal() missing 1 required positional arguments: "mean"')
        if isinstance(mean, Tensor) or isinstance(std, Tensor):
            return normal_each(mean, 1.0 if std is REQUIRED else std, generator=generator, **options)
        if std is REQUIRED:
            raise TypeError(
                f"normal(): argument 'mean' (position 1) must be Tensor, not {type(mean).__name__}"
            )
    if len(positional) == 3 and isinstance(size, (tuple, list)):
        mean, std = as_float("normal", "mean", 1, mean), as_float("normal", "std", 2, std)
        return _create("normal", (size,), partial(_draw_normal, mean=mean, std=std), generator, options)
    raise invalid_combination(
        "normal",
        positional,
        options,
        "Tensor mean, Tensor std, *, torch.Generator generator = None, Tensor out = None",
        "Tensor mean, float std = 1, *, torch.Generator generator = None, Tensor out = None",
        "float mean, Tensor std, *, torch.Generator generator = None, Tensor out = None",
        FORM.format("float mean, float std, tuple of ints size, "),
    )


def _normal_overload(mean: Any, std: Any, *rest: Any) -> int:
    if not isinstance(mean, Tensor):
        return 2
    return 3 if isinstance(std, Tensor) else 1


@op(promotion=NONE, half=False, method=False, node="Normal", overload=_normal_overload)
def normal_each(mean: Array | Number, std: Array | Number, *, generator: Any = None) -> Array:
    """``z * std + mean`` with standard normal z, in the type of `mean` if it is a tensor, else of `std`."""
    generator = generator_or_default("normal", generator)
    kind = (mean if hasattr(mean, "dtype") else std).dtype
    z = np.empty(broadcast_shape(np.shape(mean), np.shape(std)), kind)
    if hasattr(std, "dtype"):
        _check_deviations(std)
        _draw_normal(z, generator)
        z = _combined(np.multiply, z, std)
    else:
        _draw_normal(z, generator, std=as_float("normal", "std", 2, std))
    if not hasattr(mean, "dtype"):
        mean = cast(np.array(mean), kind).astype(kind)  # a number is rounded to the type before it is added
    return _combined(np.add, z, mean)


normal_each.grad(
    mean=lambda grad, F: F.zeros_like(grad),
    std=lambda grad, F: F.zeros_like(grad),
)


def _check_deviations(std: Any) -> None:
    if std.dtype.kind == "c":
        raise RuntimeError("normal expects standard deviation to be non-complex")
    if std.size and not std.min() >= 0:
        raise RuntimeError("normal expects all elements of std >= 0.0")


def _combined(ufunc: Any, z: Any, other: Any) -> Any:
    """``ufunc(z, other)`` in the type of `z`; two-byte types are computed in float32, then rounded."""
    wide = np.float32 if is_half(z.dtype) else z.dtype
    if hasattr(other, "dtype") and (other.dtype.kind in "biu" or is_half(other.dtype)):
        other = other.astype(wide)
    return ufunc(z.astype(wide, copy=False), other).astype(z.dtype, copy=False)


# -- what they share -------------------------------------------------------------------------------------


def _create(
    name: str, size: Any, draw: Draw, generator: Any, options: dict[str, Any], default: DType | None = None
) -> Tensor:
    """A new tensor, or ``out``, of the size and options given to the function `name`, filled by `draw`."""
    if not size and "size" in options:
        size = (options["size"],)
    dtype, out = options.get("dtype"), options.get("out")
    accepted = isinstance(generator, (Generator, NoneType)) and isinstance(dtype, (DType, NoneType))
    if not size or not accepted or not options.keys() <= OPTIONS:
        named = options if generator is None else options | {"generator": generator}
        raise invalid_combination(name, size, named, FORM.format("tuple of ints size, "))
    if options.get("pin_memory"):
        raise RuntimeError(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is "
            "available on this system."
        )
    shape = _shape(name, size)
    generator = generator_or_default(name, generator)
    if out is not None:
        if dtype is not None and dtype is not out.dtype:
            raise RuntimeError(
                f"dtype {dtype.legacy} does not match dtype of out parameter ({out.dtype.legacy})"
            )
        return draw_out(out, shape, draw, generator)
    array = np.empty(shape, (dtype or default or get_default_dtype()).numpy)
    draw(array, generator)
    return finish(array, options.get("requires_grad", False), options.get("device"))


def draw_out(out: Tensor, shape: tuple[int, ...], draw: Draw, generator: Generator) -> Tensor:
    """Draw into ``out=``: along its memory, or, if it must be resized, into a new array."""
    if out._array.shape != shape:
        array = np.empty(shape, out._array.dtype)
        draw(array, generator)
        return write_out(out, wrap(array))
    check_no_overlap(out)
    draw(out._array, generator)
    out._bump_version()
    return out


def _shape(name: str, size: tuple[Any, ...]) -> tuple[int, ...]:
    """``rand(2, 3)`` and ``rand((2, 3))`` as a tuple of integers."""
    given = tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
    shape = []
    for n in given:
        length = as_int(n)
        if length is None and isinstance(n, (tuple, list)):
            raise invalid_combination(name, size, {}, FORM.format("tuple of ints size, "))
        if length is None:
            kind = type(n).__name__
            raise TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {kind}")
        shape.append(length)
    return check_nonnegative(tuple(shape))


def _create_like(
    name: str,
    input: Any,
    draw: Draw,
    generator: Any,
    dtype: DType | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
    memory_format: Any = preserve_format,
) -> Tensor:
    if not isinstance(input, Tensor):
        kind = type(input).__name__
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {kind}")
    order: Literal["C", "K"] = "C" if memory_format is contiguous_format else "K"
    array = np.empty_like(input._array, None if dtype is None else dtype.numpy, order)
    draw(array, generator_or_default(name, generator))
    return finish(array, requires_grad, device)
