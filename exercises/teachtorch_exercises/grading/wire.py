"""Plain data through a pipe: the only thing that passes between the grader and a student's process.

A *frame* is a length, that many bytes of JSON, and the raw bytes of the tensors that the JSON mentions:

    | 4 bytes: n | n bytes of JSON: {"buffers": [24, ...], ...} | 24 bytes | ...

A *value* becomes JSON that says what it was, so that `(1, 2)` does not come back as `[1, 2]`:

    >>> pack((1, 2.5, None))[0]
    ['tuple', [1, ['float', '0x1.4000000000000p+1'], None]]
    >>> unpack(*pack({"ab": (3, 1)}))
    {'ab': (3, 1)}

None, booleans, integers and strings stand for themselves; every JSON list is a tag and what it holds. Nothing
here can make an object with a behaviour: no pickle, no class names looked up, dtypes from a list, and caps on
depth, count and bytes. So whoever writes the other end can at most *give an answer*, which is their right.

The same file serves both ends, because what is written twice comes apart.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import IO, Any

import numpy as np

import teachtorch as torch
from teachtorch_exercises.outcome import Opaque

MAX_HEADER = 1 << 20
MAX_BUFFERS = 64 << 20
MAX_DEPTH = 16
MAX_NODES = 20_000
MAX_INT_BITS = 4096

#: What may cross, by name. bfloat16 is not numpy's own: it crosses as float32, which holds it exactly.
DTYPES = (
    *("bool", "uint8", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
)
ARRAY_DTYPES = (*(name for name in DTYPES if name != "bfloat16"), "uint16", "uint32", "uint64")


class WireError(Exception):
    """What came through the pipe is not a frame or a value, or is larger than what may cross."""


# ---------------------------------------------------------------------------------------------- frames


def write_frame(stream: IO[bytes], header: dict[str, Any], buffers: list[bytes] | None = None) -> None:
    """Write one frame. `header` must be JSON already; see `pack` for how a value becomes that."""
    buffers = buffers or []
    text = json.dumps({**header, "buffers": [len(b) for b in buffers]}).encode("ascii")
    if len(text) > MAX_HEADER or sum(map(len, buffers)) > MAX_BUFFERS:
        raise WireError("the answer is too large")
    stream.write(struct.pack(">I", len(text)) + text + b"".join(buffers))
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Read one frame. EOFError when the other end is gone, WireError when it does not speak this language."""
    (length,) = struct.unpack(">I", _exactly(stream, 4))
    if length > MAX_HEADER:
        raise WireError("the header is too large")
    try:
        header = json.loads(_exactly(stream, length))
    except (ValueError, RecursionError) as error:
        raise WireError("the header is not JSON") from error
    sizes = header.get("buffers") if isinstance(header, dict) else None
    if not isinstance(sizes, list) or not all(type(n) is int and n >= 0 for n in sizes):
        raise WireError("the header does not list its buffers")
    if sum(sizes) > MAX_BUFFERS:
        raise WireError("the buffers are too large")
    return header, [_exactly(stream, n) for n in sizes]


def _exactly(stream: IO[bytes], count: int) -> bytes:
    """`count` bytes, however many reads that takes."""
    parts, missing = [], count
    while missing:
        part = stream.read(missing)
        if not part:
            raise EOFError
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def as_array(tensor: torch.Tensor) -> np.ndarray:
    """The numbers of a tensor as numpy holds them; bfloat16, which numpy alone does not know, as float32."""
    tensor = tensor.detach()
    return (tensor.to(torch.float32) if tensor.dtype == torch.bfloat16 else tensor).numpy()


# ------------------------------------------------------------------------------------- values to JSON


def pack(value: object) -> tuple[Any, list[bytes]]:
    """A value as JSON and buffers. What is not plain data becomes a note of its class's name."""
    packer = _Packer()
    return packer.pack(value, 0), packer.buffers


class _Packer:
    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self._nodes = 0
        self._size = 0

    def pack(self, value: object, depth: int) -> Any:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise WireError("the answer is nested too deeply or has too many parts")
        if value is None or isinstance(value, bool):
            return value
        # A subclass (`torch.Size` is one of tuple) crosses as its built-in base, by the base's own methods:
        # what the subclass makes of `==` or `iter` stays behind.
        if isinstance(value, int):
            number = int.__int__(value)
            if number.bit_length() > MAX_INT_BITS:
                raise WireError("the answer holds an integer that is too large")
            return number
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, np.ndarray | np.generic):  # before float: np.float64 is a subclass of it
            return self._array("array", np.asarray(value))
        if isinstance(value, float):
            return ["float", float.hex(value)]
        if isinstance(value, complex):
            return ["complex", [float.hex(value.real), float.hex(value.imag)]]
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        for kind in (tuple, list, set, frozenset):
            if isinstance(value, kind):
                items = kind.__iter__(value)  # type: ignore[arg-type]
                return [kind.__name__, [self.pack(item, depth + 1) for item in items]]
        if isinstance(value, dict):
            pairs = dict.items(value)
            return ["dict", [[self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in pairs]]
        return _opaque(value)

    def _tensor(self, tensor: torch.Tensor) -> Any:
        name = str(tensor.dtype).rpartition(".")[2]
        if name not in DTYPES:
            return _opaque(tensor)
        _, _, shape, index = self._array("tensor", as_array(tensor))
        return ["tensor", name, shape, index, bool(tensor.requires_grad)]

    def _array(self, tag: str, array: np.ndarray) -> Any:
        if array.dtype.name not in ARRAY_DTYPES:
            return _opaque(array)
        self._size += array.nbytes  # before tobytes: a broadcast view is small here and vast when written out
        if self._size > MAX_BUFFERS:
            raise WireError("the answer is too large")
        self.buffers.append(array.astype(array.dtype.newbyteorder("=")).tobytes())
        return [tag, array.dtype.name, list(array.shape), len(self.buffers) - 1]


def _opaque(value: object) -> Any:
    return ["opaque", type(value).__qualname__[:100]]


# ------------------------------------------------------------------------------------- JSON to values


def unpack(tree: Any, buffers: list[bytes]) -> object:
    """The value that `pack` made `tree` and `buffers` of.

    WireError for anything that `pack` cannot have made.
    """
    try:
        return _Unpacker(buffers).unpack(tree, 0)
    except (TypeError, ValueError, IndexError, OverflowError) as error:
        raise WireError(f"not a value: {error}") from error


class _Unpacker:
    def __init__(self, buffers: list[bytes]) -> None:
        self._buffers = buffers
        self._nodes = 0
        self._readers: dict[str, Callable[..., object]] = {
            "float": float.fromhex,
            "complex": _complex,
            "opaque": lambda name: Opaque(str(name)[:100]),
        }

    def unpack(self, tree: Any, depth: int) -> object:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise WireError("the answer is nested too deeply or has too many parts")
        if tree is None or isinstance(tree, bool | int | str):
            return tree
        if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
            raise WireError("a value without a tag")
        tag, *content = tree
        if tag in ("tensor", "array"):
            return self._array(tag, *content)
        (inside,) = content
        if tag in ("tuple", "list", "set", "frozenset"):
            make = {"tuple": tuple, "list": list, "set": set, "frozenset": frozenset}[tag]
            return make([self.unpack(item, depth + 1) for item in inside])
        if tag == "dict":
            return {self.unpack(k, depth + 1): self.unpack(v, depth + 1) for k, v in inside}
        if tag not in self._readers:
            raise WireError("a value with an unknown tag")
        return self._readers[tag](inside)

    def _array(
        self, tag: str, name: str, shape: list[int], index: int, requires_grad: bool = False
    ) -> object:
        if name not in (DTYPES if tag == "tensor" else ARRAY_DTYPES) or len(shape) > 32:
            raise WireError("an array of a dtype or rank that may not cross")
        if not all(type(n) is int and 0 <= n <= MAX_BUFFERS for n in [*shape, index]):
            raise WireError("an array whose shape is not one")
        dtype, data = np.dtype("float32" if name == "bfloat16" else name), self._buffers[index]
        if math.prod(shape) * dtype.itemsize != len(data):
            raise WireError("an array whose shape does not fit its bytes")
        if name == "bool" and data.translate(None, b"\0\1"):
            raise WireError("a boolean array with bytes that are neither 0 nor 1")
        array = np.frombuffer(data, dtype).reshape(shape).copy()  # a copy, because bytes cannot be written to
        if tag == "array":
            return array
        tensor = torch.from_numpy(array)
        if name == "bfloat16":
            tensor = tensor.to(torch.bfloat16)
        if requires_grad is True and (tensor.is_floating_point() or tensor.is_complex()):
            tensor.requires_grad_()
        return tensor


def _complex(parts: list[str]) -> complex:
    real, imaginary = parts
    return complex(float.fromhex(real), float.fromhex(imaginary))


def plain(value: object) -> object:
    """`value` as the grader would see it: what `unpack` makes of what `pack` makes of it."""
    return unpack(*pack(value))
