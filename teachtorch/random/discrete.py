"""Whole numbers: uniform integers, permutations, coin tosses, geometric and multinomial draws, with
PyTorch's bits.

The functions that take an array first fill it in place. All hold the generator's lock while they draw. The
arguments have been checked by the caller (see :mod:`teachtorch.ops.random`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from . import libm
from .arrays import Array, fill
from .continuous import fill_exponential
from .generator import Generator

WIDE = 2**28
"""Ranges from here on take two words per number; below, one word modulo the range is uniform enough."""

_FEW = 400  # up to here a permutation is quicker by a loop over a list


def fill_integers(out: Array, low: int, span: int, generator: Generator) -> None:
    """Fill with integers uniform on ``[low, low + span)``; `span` is below 2**64.

    A number is one 32-bit or 64-bit draw modulo `span`, plus `low` in 64-bit arithmetic.
    """

    def draw(n: int) -> Array:
        words = generator._raw(n) if span < WIDE else generator._u64(n)
        words %= np.uint64(span)
        numbers = words.view(np.int64)
        numbers += low
        return numbers

    with generator.lock:
        fill(out, draw)


def fill_integers_full(out: Array, generator: Generator) -> None:
    """Fill with 64-bit integers, all of which are equally likely."""
    with generator.lock:
        fill(out, lambda n: generator._u64(n).view(np.int64))


def fill_integers_of_type(out: Array, generator: Generator) -> None:
    """Fill from 0 to the largest integer of the type, or to the last one before gaps begin."""
    dtype = out.dtype
    if dtype.kind == "b":
        largest = 1
    elif dtype.kind in "iu":
        largest = int(np.iinfo(dtype).max)
    else:
        largest = 2 ** SIGNIFICANT_BITS[dtype.name]
    modulus = np.uint64(largest + 1)

    def draw(n: int) -> Array:
        words = generator._u64(n) if dtype.itemsize == 8 else generator._raw(n)
        words %= modulus
        return words.view(np.int64)

    with generator.lock:
        fill(out, draw)


SIGNIFICANT_BITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
"""Integers up to two to this power are exact in a floating type."""


def permutation(n: int, generator: Generator) -> NDArray[np.int64]:
    """A permutation of ``0 .. n-1`` by Fisher and Yates: exchange each r[i] with a random r[j], j >= i."""
    if n >= (2**32 - 1) // 20:
        return _permutation_inside_out(n, generator)
    targets = np.arange(n, dtype=np.int64)
    if n < 2:
        return targets
    with generator.lock:
        words = generator._raw(n - 1)
    targets[:-1] += _remainders(words, n)
    return _exchange_one_by_one(targets) if n <= _FEW else _exchange_all(targets)


def _remainders(words: NDArray[np.uint64], n: int) -> NDArray[np.int64]:
    """32-bit words modulo ``n, n-1, ..., 2``, by float64 division, which is many times faster than ``%``.

    It is exact: a quotient z/d that is no integer is at least 1/d away from one, and is rounded by less than
    2**-53 z/d, a two-millionth of that. So ``floor`` sees it on the right side.
    """
    divisors = np.arange(n, 1, -1, dtype=np.float64)
    remainders = words.astype(np.float64)
    quotients = np.floor(remainders / divisors)
    quotients *= divisors
    remainders -= quotients
    return remainders.astype(np.int64)


def _exchange_one_by_one(targets: NDArray[np.int64]) -> NDArray[np.int64]:
    r = list(range(targets.size))
    for i, j in enumerate(targets.tolist()):
        r[i], r[j] = r[j], r[i]
    return np.array(r, np.int64)


def _exchange_all(targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The result of exchanging r[i] with r[targets[i]] for i = 0, 1, ... in turn, without the loop.

    Let v(i) be what r[i] holds when step i begins. Step i moves v(i) to place j = targets[i], and what it
    finds there is the result's element i: the v(k) of the latest step k < i that had the same target, or j
    itself if there was none. And v(i) is, for the same reason, the v(k) of the latest step k < i with
    target i, or i itself.

    So each of the unknowns is either known or equal to an earlier unknown. "Equal to v(k)" is written as
    the number k, "is the number j" as n + j, and chains of equalities are followed by all elements at once.
    """
    n = targets.size
    steps = _stable_argsort(targets).astype(np.int32)  # steps with the same target side by side, in order
    target = targets[steps].astype(np.int32)
    found = target + np.int32(n)
    np.copyto(found[1:], steps[:-1], where=target[1:] == target[:-1])

    # v(i): the last step of its group stays, except that step i itself, if its own target, comes too late.
    v = np.arange(n, 2 * n, dtype=np.int32)
    v[target] = np.where(steps == target, found, steps)
    unknown = np.flatnonzero(v < n)
    while unknown.size:
        v[unknown] = v[v[unknown]]
        unknown = unknown[v[unknown] < n]

    unknown = np.flatnonzero(found < n)
    found[unknown] = v[found[unknown]]
    result = np.empty(n, np.int64)
    result[steps] = found - n
    return result


def _stable_argsort(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """``argsort(kind="stable")`` of numbers below 2**32, 16 bits at a time: numpy sorts those by radix."""
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    if keys.size > 2**16:
        order = order[np.argsort((keys >> 16).astype(np.uint16)[order], kind="stable")]
    return order


def _permutation_inside_out(n: int, generator: Generator) -> NDArray[np.int64]:
    """Beyond 2 * 10**8 numbers PyTorch draws two words for each and builds the permutation from inside."""
    r = np.arange(n, dtype=np.int64)
    with generator.lock:
        for i in range(n):
            z = (generator._raw() << 32 | generator._raw()) % (i + 1)
            r[i] = r[z]
            r[z] = i
    return r


def fill_bernoulli(out: Array, p: float, generator: Generator) -> None:
    """Fill with 1 where a float64 uniform is below `p`, else 0."""
    with generator.lock:
        fill(out, lambda n: generator._uniform64(n) < p)


def fill_bernoulli_each(out: Array, p: Array, generator: Generator) -> None:
    """Fill with 1 where a uniform is below the element of `p`, which has the shape of `out`.

    The uniforms are float64 for float64 probabilities and float32 for the other types.
    """
    stacked = np.argsort([-stride for stride in out.strides], kind="stable")
    probabilities = p.transpose(stacked)
    with generator.lock:
        if p.dtype == np.float64:
            uniforms: Array = generator._uniform64(p.size)
        else:
            uniforms = generator._uniform32(p.size)
    hits = uniforms.reshape(probabilities.shape) < probabilities.astype(uniforms.dtype)
    out.transpose(stacked)[...] = hits


def fill_geometric(out: Array, p: float, generator: Generator) -> None:
    """Fill with the number of tosses to the first success: ``ceil(log(u) / log(1 - p))``."""
    log_failure = math.log1p(-p)
    with generator.lock, np.errstate(all="ignore"):
        fill(out, lambda n: np.ceil(libm.log(generator._uniform64(n)) / log_failure))


def multinomial_with_replacement(weights: Array, n: int, generator: Generator) -> NDArray[np.int64]:
    """`n` category numbers per row of `weights`: where a float64 uniform falls among the cumulative sums."""
    rows = weights.reshape(-1, weights.shape[-1])
    if rows.dtype.itemsize == 2:
        rows = rows.astype(np.float32)
    sums = np.add.accumulate(rows, axis=1)
    sums /= sums[:, -1:].copy()
    sums[:, -1] = 1
    with generator.lock:
        uniforms = generator._uniform64(len(rows) * n).reshape(len(rows), n)
    drawn = [np.searchsorted(row.astype(np.float64), u, side="left") for row, u in zip(sums, uniforms)]
    return np.array(drawn, np.int64).reshape(*weights.shape[:-1], n)


def multinomial_without_replacement(weights: Array, n: int, generator: Generator) -> NDArray[np.int64]:
    """`n` different category numbers per row: those of the largest ``weights / q`` with exponential `q`.

    The smallest of several exponential times with rates `weights` belongs to each with probability
    proportional to its rate: the winners of a race are a draw without replacement.
    """
    race = np.empty_like(weights)  # it has the order in memory of `weights`, and is filled in that order
    fill_exponential(race, 1.0, generator)
    with np.errstate(all="ignore"):
        race = weights / race
    if n == 1:
        return race.argmax(-1)[..., None].astype(np.int64)
    ranked = np.argsort(-race, axis=-1, kind="stable")
    return ranked[..., :n].astype(np.int64)
