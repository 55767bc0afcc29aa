"""What random operations ask of their arguments, with PyTorch's words for what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...backend import namespace
from ...dtypes import FROM_NUMPY, is_half
from ...random.generator import Generator, default_generator
from ...tensor import Tensor

Fill = Callable[..., None]
"""A function of :mod:`teachtorch.random` that fills an array: ``fill(array, *parameters, generator)``."""

C_NAMES = {
    "bool": "bool", "uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int",
    "int64": "long int", "uint16": "short unsigned int", "uint32": "unsigned int",
    "uint64": "long unsigned int", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "float32": "float",
    "float64": "double", "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip
"""C++'s names for the types, which some messages use."""


def generator_or_default(name: str, generator: Any) -> Generator:
    """The generator an operation draws from."""
    if generator is None:
        return default_generator
    if not isinstance(generator, Generator):
        raise TypeError(
            f"{name}(): argument 'generator' must be torch.Generator, not {type(generator).__name__}"
        )
    return generator


def as_float(name: str, argument: str, position: int, value: Any) -> float:
    """A real number, or a tensor that holds one, as a Python float."""
    if isinstance(value, Tensor) and value.dim() == 0 and not value.is_complex():
        value = value.item()
    if not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(
            f"{name}(): argument '{argument}' (position {position}) must be float, not {type(value).__name__}"
        )
    return float(value)


def as_int(value: Any) -> int | None:
    """An integer, or a tensor that holds one, as a Python int; None if `value` is something else."""
    if (
        isinstance(value, Tensor)
        and value.dim() == 0
        and not (value.is_floating_point() or value.is_complex())
    ):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        return None
    if not -(2**63) <= value < 2**63:
        raise ValueError("Overflow when unpacking long long")
    return int(value)


def not_implemented(kernel: str, dtype: Any) -> NotImplementedError:
    """PyTorch's error for a type that a kernel has no code for."""
    return NotImplementedError(f"\"{kernel}\" not implemented for '{FROM_NUMPY[dtype].legacy}'")


def is_float(dtype: Any) -> bool:
    """Whether a numpy dtype is a real floating type, bfloat16 included."""
    return dtype.kind == "f" or is_half(dtype)


def draw_into(fill: Fill, array: Any, *parameters: Any, generator: Generator) -> Any:
    """Fill `array` and return it. The draws for an array on a GPU are made on the CPU, and copied."""
    if type(array) is np.ndarray:
        fill(array, *parameters, generator)
    else:
        host = np.empty(array.shape, array.dtype)
        fill(host, *parameters, generator)
        array[...] = namespace(array).asarray(host)
    return array
