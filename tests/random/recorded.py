"""The recorded stream of PyTorch (``tests/golden/random.json``), and how to compare arrays with it."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from teachtorch.random.generator import Generator

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "random.json").read_text(encoding="utf-8"))

SAME_LIBRARY = sys.platform == "linux" and platform.machine() == "x86_64"
"""Whether ``log``, ``sin`` and their kin round as they did where the file was recorded."""

ULPS = 4


def numpy_dtype(name: str) -> np.dtype[Any]:
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def target(dtype: str, shape: list[int], layout: str) -> NDArray[Any]:
    """An array of zeros of the shape, lying in memory as `layout` says."""
    kind = numpy_dtype(dtype)
    if layout == "transposed":
        return np.zeros(shape[::-1], kind).T
    if layout == "sliced":
        return np.zeros([2 * n for n in shape], kind)[tuple(slice(None, None, 2) for _ in shape)]
    if layout == "offset":
        return np.zeros([n + 1 for n in shape[::-1]], kind)[tuple(slice(1, None) for _ in shape)].T
    return np.zeros(shape, kind)


def uses_the_c_library(case: dict[str, Any]) -> bool:
    """Whether the values, or the cached normal in the state, come from ``log``, ``sin`` and their kin."""
    if case["method"] in ("uniform_", "random_", "bernoulli_"):
        return False
    blocks = case["method"] == "normal_" and case["layout"] == "contiguous" and np.prod(case["shape"]) >= 16
    return not (blocks and case["dtype"] in ("float16", "bfloat16", "float32", "complex64"))


def assert_same(array: NDArray[Any], recorded: dict[str, str], exact: bool) -> None:
    """`array` is what was recorded: to the bit or, if not `exact`, its first elements to a few ulps."""
    flat = np.ascontiguousarray(array).reshape(-1)
    head = np.frombuffer(bytes.fromhex(recorded["head"]), flat.dtype)
    if exact:
        assert flat[: head.size].tobytes() == head.tobytes(), (flat[: head.size], head)
        assert hashlib.sha256(flat.tobytes()).hexdigest()[:16] == recorded["digest"], (
            "equal at first, not later"
        )
        return
    first = flat[: head.size]
    if flat.dtype.kind in "biu":
        assert np.array_equal(first, head)
    else:
        eps = float(ml_dtypes.finfo(flat.dtype).eps)
        wide = np.complex128 if flat.dtype.kind == "c" else np.float64
        np.testing.assert_allclose(first.astype(wide), head.astype(wide), rtol=ULPS * eps)


def assert_same_state(generator: Generator, recorded: str, exact: bool) -> None:
    """The generator has drawn exactly as much as PyTorch's."""
    if exact:
        assert hashlib.sha256(generator._get_state_bytes().tobytes()).hexdigest()[:16] == recorded
