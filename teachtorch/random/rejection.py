"""Poisson, gamma, Dirichlet and binomial numbers, whose stream depends on what is accepted.

Each element draws uniforms or normals until one is accepted, so elements are made one after another, in
logical order, in a Python loop: a few microseconds each. The decisions are PyTorch's, and so is the
arithmetic that leads to them, down to the parts that float32 arguments make it do in float32 (`real` below
is the type of the arguments).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays import Array
from .generator import Generator

Real = Callable[[Any], Any]


def poisson(rates: Array, generator: Generator) -> Array:
    """The number of events in a unit of time for each of the `rates`, in their shape and type."""
    with generator.lock:
        counts = [_poisson(rate, generator) for rate in rates.astype(np.float64).ravel().tolist()]
    return np.array(counts, np.float64).astype(rates.dtype).reshape(rates.shape)


def _poisson(rate: float, generator: Generator) -> int:
    """Below 10, multiply uniforms until they fall to exp(-rate) (Knuth); above, transformed rejection.

    The rejection method is Hörmann's PTRS (1993).
    """
    uniform = generator._next_uniform
    if rate == 0:
        return 0
    if rate < 10:
        bound, count, product = math.exp(-rate), 0, uniform()
        while product > bound:
            count += 1
            product *= uniform()
        return count

    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = uniform() - 0.5
        v = uniform()
        u_s = 0.5 - abs(u)
        k = math.floor((2 * a / u_s + b) * u + rate + 0.43) if u_s else -1
        if u_s >= 0.07 and v <= v_r:
            return k
        if k < 0 or (u_s < 0.013 and v > u_s):
            continue
        density = -rate + k * math.log(rate) - math.lgamma(k + 1)
        if _log(v) + math.log(inverse_alpha) - math.log(a / (u_s * u_s) + b) <= density:
            return k


def _log(x: float) -> float:
    return math.log(x) if x else -math.inf


def standard_gamma(shapes: Array, generator: Generator) -> Array:
    """Gamma numbers of scale 1 for each shape parameter α, in an array of their shape and type."""
    real: Real = np.float32 if shapes.dtype == np.float32 else float
    with generator.lock:
        samples = [_gamma(real(alpha), real, generator) for alpha in shapes.ravel().tolist()]
    result = np.array(samples, np.float64).astype(shapes.dtype).reshape(shapes.shape)
    return np.maximum(np.finfo(shapes.dtype).tiny, result)


_THIRD = np.float32(1) / np.float32(3)  # these two constants are float32 in PyTorch, whatever the type
_SQUEEZE = float(np.float32(0.0331))


def _gamma(alpha: Any, real: Real, generator: Generator) -> float:
    """The acceptance-rejection method of Marsaglia and Tsang (2000); α < 1 is reached from α + 1."""
    scale = 1.0
    if alpha < 1:
        if alpha == 0:
            return 0.0
        scale = math.pow(1 - generator._next_uniform(), float(real(1) / alpha))
        alpha = alpha + real(1)
    d = float(alpha - real(_THIRD))
    c = 1 / math.sqrt(9 * d)
    while True:
        x = generator._next_normal()
        y = 1 + c * x
        if y <= 0:
            continue
        v = y * y * y
        u = 1 - generator._next_uniform()
        xx = x * x
        if u < 1 - _SQUEEZE * xx * xx or math.log(u) < 0.5 * xx + d * (1 - v + math.log(v)):
            return scale * d * v


def dirichlet(alpha: Array, generator: Generator) -> Array:
    """Points of the simplex: gamma numbers along the last dimension, divided by their sum.

    The sum is numpy's, so an element may differ from PyTorch's by a few units in the last place.
    """
    gamma = standard_gamma(alpha.astype(np.float64), generator)
    gamma /= gamma.sum(-1, keepdims=True)
    below_one = np.nextafter(alpha.dtype.type(1), alpha.dtype.type(0))
    return np.clip(gamma.astype(alpha.dtype), np.finfo(alpha.dtype).tiny, below_one)


def binomial(count: Array, prob: Array, generator: Generator) -> Array:
    """The number of successes in `count` trials of probability `prob`; both have the same shape and type."""
    real: Real = np.float32 if count.dtype == np.float32 else float
    with generator.lock, np.errstate(all="ignore"):
        samples = [
            _binomial(real(n), real(p), real, generator)
            for n, p in zip(count.ravel().tolist(), prob.ravel().tolist())
        ]
    return np.array(samples, np.float64).astype(count.dtype).reshape(count.shape)


def _binomial(count: Any, prob: Any, real: Real, generator: Generator) -> float:
    if count <= 0 or prob <= 0:
        return 0
    if prob >= 1:
        return count
    if math.isnan(prob):
        return math.nan
    rarer = prob if prob <= 0.5 else real(1.0 - float(prob))
    sample = _binomial_rejection if count * rarer >= 10 else _binomial_inversion
    successes = sample(count, rarer, real, generator)
    return successes if rarer is prob else count - successes


def _binomial_inversion(count: Any, prob: Any, real: Real, generator: Generator) -> int:
    """Add up geometric waiting times until they exceed `count`."""
    log_failure = float(np.log1p(-prob)) if real is np.float32 else math.log1p(-prob)
    elapsed, successes = 0.0, 0
    while True:
        u = generator._next_uniform()
        elapsed += math.ceil(math.log(u) / log_failure) if u else math.inf
        if elapsed > count:
            return successes
        successes += 1


_STIRLING_TAILS = (
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287,
)  # fmt: skip


def _stirling_tail(k: float) -> float:
    """What Stirling's formula for log k! leaves out."""
    if k < len(_STIRLING_TAILS):
        return _STIRLING_TAILS[int(k)]
    square = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)


def _binomial_rejection(count: Any, prob: Any, real: Real, generator: Generator) -> Any:
    """Transformed rejection with squeeze (Hörmann's BTRS, 1993)."""
    uniform = generator._next_uniform
    std = float(np.sqrt(count * prob * (real(1) - prob)))
    b = 1.15 + 2.53 * std
    a = -0.0873 + 0.0248 * b + 0.01 * float(prob)
    c = float(count * prob) + 0.5
    v_r = 0.92 - 4.2 / b
    odds = float(prob / (real(1) - prob))
    alpha = (2.83 + 5.1 / b) * std
    mode = float(np.floor((count + real(1)) * prob))
    n = float(count)
    while True:
        u = uniform() - 0.5
        v = uniform()
        u_s = 0.5 - abs(u)
        k = real(math.floor((2 * a / u_s + b) * u + c)) if u_s else real(-1)
        if k < 0 or k > count:
            continue
        if u_s >= 0.07 and v <= v_r:
            return k
        left = float(count - k + real(1))
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (n - mode + 1)))
            + float(count + real(1)) * math.log((n - mode + 1) / left)
            + (float(k) + 0.5) * math.log(odds * left / float(k + real(1)))
            + _stirling_tail(mode)
            + _stirling_tail(n - mode)
            - _stirling_tail(float(k))
            - _stirling_tail(float(count - k))
        )
        if _log(v * alpha / (a / (u_s * u_s) + b)) <= bound:
            return k
