"""Random tensors under random options print as in PyTorch: 4000 of them, character for character."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest

import teachtorch
from teachtorch import printing

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

FLOATS = ["float32", "float32", "float32", "float64", "float16", "bfloat16"]
INTEGERS = ["int64", "int32", "int16", "int8", "uint8"]
DTYPES = [*FLOATS, *INTEGERS, "bool", "complex64", "complex128"]
SPECIAL = [math.nan, math.inf, -math.inf, 0.0, -0.0]


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    yield
    for module in (torch, teachtorch):
        module.set_printoptions(profile="default")
        module.set_default_dtype(module.float32)


def random_shape(rng: Random) -> list[int]:
    sizes = [0, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 13, 40, 130]
    shape = [rng.choice(sizes) if rng.random() < 0.5 else rng.randint(1, 5) for _ in range(rng.randint(0, 4))]
    while math.prod(shape) > 20_000:
        shape[shape.index(max(shape))] //= 3
    return shape


def random_reals(rng: Random, numbers: np.random.Generator, shape: list[int]) -> np.ndarray:
    """Doubles of every kind that changes how floats are written."""
    x = np.asarray(numbers.standard_normal(shape))
    scaled = {
        "plain": lambda: x,
        "scaled": lambda: x * 10.0 ** rng.randint(-8, 9),
        "whole": lambda: np.round(x * rng.choice([1, 10, 1000, 1e7])),
        "spread": lambda: np.exp(x * rng.choice([1, 3, 10])),
        "zero": lambda: x * 0,
        "extreme": lambda: x * 10.0 ** rng.choice([-320, -310, -45, -40, 38, 300, 5]),
    }
    x = np.asarray(scaled[rng.choice(["plain", "plain", *scaled])]())
    if rng.random() < 0.3:
        x = np.where(numbers.random(shape) < 0.2, rng.choice(SPECIAL), x)
    return np.asarray(x)


def random_array(rng: Random, numbers: np.random.Generator, dtype: str, shape: list[int]) -> np.ndarray:
    if dtype == "bool":
        return np.asarray(numbers.random(shape) < 0.5)
    if dtype in INTEGERS:
        info, limit = np.iinfo(dtype), rng.choice([3, 20, 127, 10**4, 10**9, 2**62])
        low = max(info.min, -limit) if rng.random() < 0.6 else 0
        return np.asarray(numbers.integers(low, min(info.max, limit), shape)).astype(dtype)
    with np.errstate(over="ignore"):
        if dtype.startswith("complex"):
            pair = random_reals(rng, numbers, shape), random_reals(rng, numbers, shape)
            array = np.empty(shape, dtype)
            array.real, array.imag = pair
            return array
        reals = random_reals(rng, numbers, shape)
        return reals.astype("float32" if dtype == "bfloat16" else dtype)


def random_options(rng: Random) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name, chance, choices in [
        ("profile", 0.5, ["default", "short", "full"]),
        ("precision", 0.4, [0, 1, 2, 3, 5, 8, 12]),
        ("threshold", 0.4, [0, 1, 5, 20, 100, 1000, math.inf]),
        ("edgeitems", 0.3, [0, 1, 2, 3, 4, 5]),
        ("linewidth", 0.3, [1, 10, 20, 40, 80, 120, 200]),
        ("sci_mode", 0.3, [True, False, None]),
    ]:
        if rng.random() < chance:
            options[name] = rng.choice(choices)
    return options


def build(module: Any, array: np.ndarray, dtype: str, transpose: bool, history: str) -> Any:
    """The same tensor in either library."""
    x = module.from_numpy(array.copy())
    if dtype == "bfloat16":
        x = x.to(module.bfloat16)
    if transpose and x.dim() > 1:
        x = x.transpose(0, -1)
    if history and dtype in FLOATS:
        x.requires_grad_()
        x = {
            "leaf": lambda: x,
            "add": lambda: x + 1,
            "view": lambda: x.view(x.shape),
            "sum": lambda: x.sum(),
        }[history]()
    return x


@pytest.mark.parametrize("seed", range(20))
def test_random_tensors_print_alike(seed: int) -> None:
    rng, numbers = Random(seed), np.random.default_rng(seed)
    for _ in range(200):
        dtype = rng.choice(DTYPES)
        array = random_array(rng, numbers, dtype, random_shape(rng))
        transpose, history = rng.random() < 0.3, rng.choice(["", "", "leaf", "add", "view", "sum"])
        if transpose and history == "view":
            history = "leaf"  # the sizes of a transposed tensor need not allow a view
        if history == "sum" and dtype in ("float16", "bfloat16", "float32"):
            history = "add"  # sums differ in their last bit; this is a test of printing
        options = random_options(rng) if rng.random() < 0.6 else {}
        default = "float64" if rng.random() < 0.15 else "float32"
        texts = []
        for module in (torch, teachtorch):
            module.set_default_dtype(getattr(module, default))
            module.set_printoptions(profile="default")
            module.set_printoptions(**options)
            with np.errstate(all="ignore"):
                texts.append(repr(build(module, array, dtype, transpose, history)))
        assert torch._tensor_str.get_printoptions() == printing.get_printoptions()
        assert texts[1] == texts[0], (options, default, dtype)
