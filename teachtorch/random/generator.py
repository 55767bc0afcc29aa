"""The generator: one Mersenne Twister with PyTorch's seeding, state format and cached normal sample.

PyTorch and numpy run the same engine, MT19937 of Matsumoto and Nishimura, and seed it alike. What differs is
what is made of its words. PyTorch takes

* one 32-bit word for a float32 uniform: the low 24 bits, times 2**-24,
* two words, the first one high, for a float64 uniform: the low 53 bits, times 2**-53,

and everything else follows from these. So after ``manual_seed(0)`` a student's numbers are the lecture's.
"""

from __future__ import annotations

import math
import os
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import libm
from .normal import polar

if TYPE_CHECKING:
    from ..device import device as Device
    from ..tensor import Tensor

__all__ = ["Generator", "default_generator"]

DEFAULT_SEED = 67280421310721
WORDS = 624  # of 32 bits, in the state of MT19937

_STATE = np.dtype(
    {
        "names": ["seed", "left", "seeded", "next", "key", "normal", "normal_is_valid"],
        "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", WORDS), "<f8", "<i4"],
        "offsets": [0, 8, 12, 16, 24, 5024, 5040],
        "itemsize": 5056,
    }
)
"""The layout of ``get_state()``, a C structure in PyTorch. What lies between the fields is 0."""

# Zero-dimensional arrays: numpy combines them with an array faster than it does Python numbers.
_LOW_24 = np.array(2**24 - 1, np.uint32)
_LOW_53 = np.array(2**53 - 1, np.uint64)
_TO_UNIT_32 = np.array(2.0**-24, np.float32)
_TO_UNIT_64 = np.array(2.0**-53, np.float64)


class Generator:
    """A stream of pseudorandom numbers: the state of the algorithm, and the seed it started from.

    Functions that draw take one as ``generator=``; without it they use :data:`default_generator`. A
    generator may be shared by threads: every operation draws its numbers in one piece, under ``lock``.

    On a CUDA device PyTorch draws from another algorithm (Philox), which this class does not imitate: there
    are generators of the CPU alone.

    >>> import teachtorch as torch
    >>> g = torch.Generator().manual_seed(0)
    >>> torch.rand(2, generator=g)
    tensor([0.4963, 0.7682])
    >>> g.initial_seed()
    0
    """

    __slots__ = ("_cached_normal", "_device", "_legacy", "_raw", "_seed", "lock")

    _raw: Any  # random_raw of the bit generator: the next 32-bit words
    _legacy: np.random.RandomState  # holds the bit generator, and seeds it as PyTorch does

    def __init__(self, device: Any = None) -> None:
        self._device = _generator_device(device)
        self._seed = DEFAULT_SEED
        self._cached_normal: float | None = None
        self.lock = Lock()

    def __getattr__(self, name: str) -> Any:
        # Reached while the engine's slots are empty: it starts at the first use, since importing numpy.random
        # takes longer than importing all of this package.
        if name in ("_raw", "_legacy"):
            twister = np.random.MT19937(0)
            self._raw = twister.random_raw
            self._legacy = np.random.RandomState(twister)
            self._legacy.seed(self._seed & 0xFFFFFFFF)
            return getattr(self, name)
        raise AttributeError(f"'torch._C.Generator' object has no attribute '{name}'")

    def __repr__(self) -> str:
        return f"<torch._C.Generator object at {id(self):#x}>"

    # -- seeds -------------------------------------------------------------------------------------------

    def manual_seed(self, seed: int, /) -> Generator:
        """Start the stream anew from `seed`, an integer from -2**63 to 2**64 - 1, and return this generator.

        The algorithm uses the low 32 bits; ``initial_seed`` reports all 64. A negative seed is taken modulo
        2**64.

        >>> import teachtorch as torch
        >>> torch.Generator().manual_seed(-1).initial_seed() == 2**64 - 1
        True
        """
        if type(seed) is not int:
            if isinstance(seed, (bool, float)) or not isinstance(seed, (int, np.integer)):
                raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
            seed = int(seed)
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        with self.lock:
            self._seed = seed % 2**64
            self._legacy.seed(self._seed & 0xFFFFFFFF)
            self._cached_normal = None
        return self

    def seed(self) -> int:
        """Start anew from a seed that the operating system makes up, and return it."""
        seed = int.from_bytes(os.urandom(8), "little")
        self.manual_seed(seed)
        return seed

    def initial_seed(self) -> int:
        """The seed this stream started from."""
        return self._seed

    # -- state -------------------------------------------------------------------------------------------

    @property
    def device(self) -> Device:
        """The device this generator was made for."""
        return self._device

    def get_state(self) -> Tensor:
        """The whole state as a uint8 tensor of 5056 bytes, the same bytes as PyTorch's.

        >>> import teachtorch as torch
        >>> g = torch.Generator()
        >>> state = g.get_state()
        >>> first = torch.rand(3, generator=g)
        >>> torch.equal(first, torch.rand(3, generator=g.set_state(state)))
        True
        """
        from ..tensor import wrap

        return wrap(self._get_state_bytes())

    def set_state(self, new_state: Tensor, /) -> Generator:
        """Continue from a state that ``get_state`` returned, here or in PyTorch; returns this generator."""
        from ..tensor import Tensor

        if not isinstance(new_state, Tensor):
            raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
        array = new_state.numpy(force=True)
        if array.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if not array.flags.c_contiguous:
            raise RuntimeError("RNG state must be contiguous")
        self._set_state_bytes(array.reshape(-1))
        return self

    def _get_state_bytes(self) -> NDArray[np.uint8]:
        with self.lock:
            twister = self._legacy.get_state(legacy=False)["state"]
            key, position = twister["key"], twister["pos"]
            if position == WORDS and self._is_as_seeded(key):
                position, left = 0, 1  # PyTorch's way to say "not used yet"; numpy has one way for both
            else:
                left = WORDS + 1 - position
            state = np.zeros((), _STATE)
            state["seed"], state["seeded"] = self._seed, 1
            state["left"], state["next"], state["key"] = left, position, key
            if self._cached_normal is not None:
                state["normal"], state["normal_is_valid"] = self._cached_normal, 1
        return np.frombuffer(bytearray(state.tobytes()), np.uint8)

    def _set_state_bytes(self, raw: NDArray[np.uint8]) -> None:
        if raw.size != _STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE.itemsize} but found the input RNG state "
                f"size to be {raw.size}"
            )
        state = np.frombuffer(raw.tobytes(), _STATE)[0]
        left, position = int(state["left"]), int(state["next"])
        if left == 1:
            position = WORDS  # the block is used up, or was never begun: the next draw makes a new one
        if not state["seeded"] or not 0 < left <= WORDS or position != WORDS + 1 - left:
            raise RuntimeError("Invalid mt19937 state")
        with self.lock:
            self._seed = int(state["seed"])
            self._cached_normal = float(state["normal"]) if state["normal_is_valid"] else None
            self._legacy.set_state(("MT19937", state["key"].astype(np.uint32), position, 0, 0.0))

    def _is_as_seeded(self, key: NDArray[np.uint32]) -> bool:
        seeded = np.random.RandomState(self._seed & 0xFFFFFFFF).get_state(legacy=False)["state"]["key"]
        return np.array_equal(key, seeded)

    def clone_state(self) -> Generator:
        """A second generator in the same state."""
        clone = Generator(self._device)
        clone._set_state_bytes(self._get_state_bytes())
        return clone

    def get_offset(self) -> int:
        """An offset into the stream exists on GPUs alone; here it raises ``RuntimeError``."""
        raise RuntimeError("CPU Generator does not use offset")

    def set_offset(self, offset: int, /) -> Generator:
        """An offset into the stream exists on GPUs alone; here it raises ``RuntimeError``."""
        raise RuntimeError("CPU Generator does not use offset")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._device,), self._get_state_bytes()

    def __setstate__(self, state: NDArray[np.uint8]) -> None:
        self._set_state_bytes(state)

    # -- draws: the caller holds the lock ----------------------------------------------------------------

    def _u32(self, n: int) -> NDArray[np.uint32]:
        """The next `n` words."""
        return self._raw(n).astype(np.uint32)

    def _u64(self, n: int) -> NDArray[np.uint64]:
        """`n` numbers of two words each, the first one high."""
        words = self._raw(2 * n)
        numbers = words[0::2] << 32
        numbers |= words[1::2]
        return numbers

    def _uniform32(self, n: int) -> NDArray[np.float32]:
        """`n` float32 numbers in [0, 1), one word each."""
        words = self._raw(n).astype(np.uint32)
        words &= _LOW_24
        numbers = words.view(np.int32).astype(np.float32)  # signed integers convert faster
        numbers *= _TO_UNIT_32
        return numbers

    def _uniform64(self, n: int) -> NDArray[np.float64]:
        """`n` float64 numbers in [0, 1), two words each."""
        words = self._u64(n)
        words &= _LOW_53
        numbers = words.view(np.int64).astype(np.float64)
        numbers *= _TO_UNIT_64
        return numbers

    def _normal64(self, n: int) -> NDArray[np.float64]:
        """`n` standard normals from pairs of float64 uniforms, the cached one first.

        A pair of uniforms makes two normals. When the last is not asked for, it is kept for the next call,
        whoever makes it and for whatever dtype.
        """
        if n < 16:
            return np.array([self._next_normal() for _ in range(n)], np.float64)
        cached = [] if self._cached_normal is None else [self._cached_normal]
        uniforms = self._uniform64((n - len(cached) + 1) // 2 * 2)
        radius, cosine, sine = polar(-uniforms[1::2], uniforms[0::2], libm.log1p)
        normals = np.concatenate([cached, np.stack([radius * cosine, radius * sine], 1).reshape(-1)])
        self._cached_normal = float(normals[n]) if normals.size > n else None
        return normals[:n]

    def _next_uniform(self) -> float:
        """One float64 number in [0, 1)."""
        high, low = self._raw(), self._raw()
        return ((high << 32 | low) & (2**53 - 1)) * 2.0**-53

    def _next_normal(self) -> float:
        """One standard normal."""
        if self._cached_normal is not None:
            normal, self._cached_normal = self._cached_normal, None
            return normal
        theta = 2 * math.pi * self._next_uniform()
        radius = math.sqrt(-2 * math.log1p(-self._next_uniform()))
        self._cached_normal = radius * math.sin(theta)
        return radius * math.cos(theta)


def _generator_device(argument: Any) -> Device:
    """The device of a new generator, refusing what PyTorch refuses."""
    from ..device import CPU, device

    if argument is None or argument == "cpu":
        return CPU
    if not isinstance(argument, (str, int, device)) or isinstance(argument, bool):
        raise TypeError(
            f"Generator(): argument 'device' (position 1) must be torch.device, not {type(argument).__name__}"
        )
    if isinstance(argument, int):
        raise RuntimeError("Cannot access accelerator device when none is available.")
    place = device(argument)
    if place.type == "cuda":
        raise RuntimeError("Cannot get CUDA generator without ATen_cuda library.")
    if place.type != "cpu":
        raise RuntimeError(f"{place.type.upper()} device type not an accelerator.")
    return CPU


default_generator = Generator()
"""The generator of every draw that is given none. Like PyTorch's it starts from a seed nobody chose."""
default_generator._seed = int.from_bytes(os.urandom(8), "little")
