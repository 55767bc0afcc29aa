"""Uniform, normal, exponential, Cauchy and log-normal numbers: fill an array in place, with PyTorch's bits.

Every function takes the array first and the generator last, and holds the generator's lock while it draws.
The arguments have been checked by the caller (see :mod:`teachtorch.ops.random`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from . import libm
from .arrays import CHUNK, Array, Draw, Float32, Float64, as_reals, cast, fill
from .fma import fma32, fma64
from .generator import Generator
from .normal import BLOCK, box_muller_float32, box_muller_float64

_ZERO = np.array(0, np.float32)


def fill_uniform(out: Array, low: float, high: float, generator: Generator) -> None:
    """Fill with numbers uniform on ``[low, high)``: ``x * (high - low) + low``, rounded once.

    Computed in float32 for two-byte types. A number that rounding carries up to `high` becomes `low`.
    """
    dtype = out.dtype
    if dtype.kind == "c":
        return fill_uniform(as_reals(out), low, high, generator)
    draw = (_uniforms64 if dtype == np.float64 else _uniforms32)(low, high, generator)
    if low != 0 or high != 1 or dtype.itemsize == 2:  # the largest float32 draw, 1 - 2**-24, is below 1
        to_type = draw
        first, end = cast(np.array([low, high]), dtype).astype(dtype)

        def draw(n: int) -> Array:
            values = to_type(n).astype(dtype, copy=False)
            values[values == end] = first
            return values

    with generator.lock:
        fill(out, draw)


def _uniforms32(low: float, high: float, generator: Generator) -> Draw:
    start, end = np.float32(low), np.float32(high)
    if start == 0 and end == 1:
        return generator._uniform32
    return lambda n: fma32(generator._uniform32(n), float(end - start), float(start))


def _uniforms64(low: float, high: float, generator: Generator) -> Draw:
    return lambda n: fma64(generator._uniform64(n), high - low, low)


def fill_normal(out: Array, mean: float, std: float, generator: Generator) -> None:
    """Fill with normal numbers of the given mean and standard deviation, ``z * std + mean`` rounded once.

    PyTorch has two ways, and the stream tells them apart. A contiguous array of 16 or more elements is made
    in blocks of 16 from uniforms of its own precision. All others get float64 normals one by one, of which
    there may be one left from an earlier call. A complex number's variance is shared between its two parts.
    """
    if out.dtype.kind == "c":
        out, std = as_reals(out), std / math.sqrt(2)
    with generator.lock:
        if out.size >= BLOCK and out.flags.c_contiguous:
            _fill_normal_in_blocks(out.reshape(-1), mean, std, generator)
        else:
            fill(out, lambda n: fma64(generator._normal64(n), std, mean))


def _fill_normal_in_blocks(flat: Array, mean: float, std: float, generator: Generator) -> None:
    if flat.dtype == np.float64:
        uniforms: Draw = generator._uniform64
        normals: Callable[[Any], Array] = partial(_to_normals64, mean=mean, std=std)
    else:
        uniforms = generator._uniform32
        normals = partial(_to_normals32, mean=float(np.float32(mean)), std=float(np.float32(std)))

    spare = flat.size % BLOCK
    whole = flat.size - spare
    start = whole - whole % CHUNK
    fill(flat[:start], lambda n: normals(uniforms(n)))
    rest = uniforms(whole - start)
    if spare:
        # An incomplete last block is replaced: 16 new uniforms for the last 16 elements, some of them drawn
        # already. The uniforms of the incomplete block are drawn and lost, unless the type is a two-byte one.
        if flat.itemsize >= 4:
            uniforms(spare)
        rest = np.concatenate([rest, uniforms(BLOCK)])
    rest = normals(rest)
    flat[start:whole] = rest[: whole - start]
    if spare:
        flat[-BLOCK:] = rest[-BLOCK:]


def _to_normals32(uniforms: Float32, mean: float, std: float) -> Float32:
    box_muller_float32(uniforms)
    if mean == 0 and std == 1:
        uniforms += _ZERO  # what adding a mean of 0 does: -0 becomes 0
        return uniforms
    return fma32(uniforms, std, mean)


def _to_normals64(uniforms: Float64, mean: float, std: float) -> Float64:
    box_muller_float64(uniforms)
    return fma64(uniforms, std, mean)


def fill_exponential(out: Array, rate: float, generator: Generator) -> None:
    """Fill with exponential numbers of the given rate λ: ``-log(1 - u) / λ``."""
    scale = -1.0 / rate
    _fill_rounding(out, lambda n: scale * libm.log1p(-generator._uniform64(n)), generator)


def fill_cauchy(out: Array, median: float, sigma: float, generator: Generator) -> None:
    """Fill with Cauchy numbers: ``median + sigma * tan(π (u - 1/2))``."""
    _fill_rounding(
        out, lambda n: fma64(libm.tan(math.pi * (generator._uniform64(n) - 0.5)), sigma, median), generator
    )


def fill_log_normal(out: Array, mean: float, std: float, generator: Generator) -> None:
    """Fill with numbers whose logarithm is normal; the normals are drawn one by one, whatever the size."""
    _fill_rounding(out, lambda n: libm.exp(fma64(generator._normal64(n), std, mean)), generator)


def _fill_rounding(out: Array, draw: Draw, generator: Generator) -> None:
    """Fill, letting what is too large for the type become infinite without a warning."""
    with generator.lock, np.errstate(over="ignore", invalid="ignore"):
        fill(out, draw)
