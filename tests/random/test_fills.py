"""Filling bare arrays: values, order of elements and number of draws, as recorded from PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from recorded import GOLDEN, SAME_LIBRARY, assert_same, assert_same_state, target, uses_the_c_library

from teachtorch.random import continuous, discrete
from teachtorch.random.generator import Generator

INT64_MIN = -(2**63)


def random_(out: NDArray[Any], generator: Generator, *bounds: int | None) -> None:
    """``random_``'s three forms: no bounds, an end, a start and an end."""
    if not bounds:
        discrete.fill_integers_of_type(out, generator)
    elif bounds == (INT64_MIN, None):
        discrete.fill_integers_full(out, generator)
    else:
        low, high = (0, bounds[0]) if len(bounds) == 1 else bounds
        assert low is not None
        if high is None:
            high = int(np.iinfo(out.dtype).max) + 1 if out.dtype.kind in "iu" else 2**24 + 1
        discrete.fill_integers(out, low, high - low, generator)


FILLS = {
    "uniform_": lambda out, g, low=0.0, high=1.0: continuous.fill_uniform(out, low, high, g),
    "normal_": lambda out, g, mean=0.0, std=1.0: continuous.fill_normal(out, mean, std, g),
    "exponential_": lambda out, g, rate=1.0: continuous.fill_exponential(out, rate, g),
    "cauchy_": lambda out, g, median=0.0, sigma=1.0: continuous.fill_cauchy(out, median, sigma, g),
    "log_normal_": lambda out, g, mean=1.0, std=2.0: continuous.fill_log_normal(out, mean, std, g),
    "geometric_": lambda out, g, p: discrete.fill_geometric(out, p, g),
    "bernoulli_": lambda out, g, p: discrete.fill_bernoulli(out, p, g),
    "random_": random_,
}


def title(case: dict[str, Any]) -> str:
    args = ", ".join(map(str, case["args"]))
    return f"{case['method']}({args})-{case['dtype']}-{case['shape']}-{case['layout']}-seed{case['seed']}"


@pytest.mark.parametrize("case", GOLDEN["fills"], ids=title)
def test_fill_is_as_recorded(case):
    generator = Generator().manual_seed(case["seed"])
    out = target(case["dtype"], case["shape"], case["layout"])
    FILLS[case["method"]](out, generator, *case["args"])
    exact = SAME_LIBRARY or not uses_the_c_library(case)
    assert_same(out, case, exact)
    assert_same_state(generator, case["state"], exact)


def test_long_arrays_equal_their_pieces():
    # Longer than the chunk in which draws are made: the same stream as many short draws that are multiples
    # of 16.
    n = 3 * 2**15 + 48
    whole, parts = np.empty(n, np.float32), np.empty(n, np.float32)
    g = Generator().manual_seed(7)
    continuous.fill_normal(whole, 0.0, 1.0, g)
    g.manual_seed(7)
    for start in range(0, n, 1616):
        continuous.fill_normal(parts[start : start + 1616], 0.0, 1.0, g)
    assert np.array_equal(whole, parts)


def test_fewer_than_sixteen_normals_are_another_stream():
    eights, sixteen = np.empty((2, 8), np.float32), np.empty(16, np.float32)
    g = Generator().manual_seed(0)
    continuous.fill_normal(eights[0], 0.0, 1.0, g)
    continuous.fill_normal(eights[1], 0.0, 1.0, g)
    continuous.fill_normal(sixteen, 0.0, 1.0, g.manual_seed(0))
    assert not np.array_equal(eights.ravel(), sixteen)


@pytest.mark.parametrize(("dtype", "words"), [(np.float32, 33), (np.float64, 66), (np.float16, 32)])
def test_an_incomplete_block_costs_sixteen_more_draws(dtype, words):
    g = Generator().manual_seed(0)
    continuous.fill_normal(np.empty(17, dtype), 0.0, 1.0, g)
    reference = Generator().manual_seed(0)
    reference._u32(words)
    assert np.array_equal(g._get_state_bytes(), reference._get_state_bytes())


def test_empty_arrays_draw_nothing():
    g = Generator().manual_seed(3)
    before = g._get_state_bytes()
    for name, args in [("uniform_", ()), ("normal_", ()), ("bernoulli_", (0.5,)), ("random_", (9,))]:
        FILLS[name](np.empty((0, 4), np.float32), g, *args)
    assert np.array_equal(g._get_state_bytes(), before)


def test_a_transposed_array_is_filled_along_its_memory():
    straight, transposed = np.empty((3, 4), np.float32), np.empty((3, 4), np.float32)
    continuous.fill_uniform(straight, 0.0, 1.0, Generator().manual_seed(0))
    continuous.fill_uniform(transposed.T, 0.0, 1.0, Generator().manual_seed(0))
    assert np.array_equal(straight, transposed)


def test_uniforms_stay_below_the_upper_end():
    # In float16 one draw in 2**12 rounds to 1, and becomes 0.
    out = np.empty(100_000, np.float16)
    continuous.fill_uniform(out, 0.0, 1.0, Generator().manual_seed(0))
    assert out.max() < 1
    assert (out == 0).sum() > 10


def test_what_overflows_is_infinite_without_a_warning():
    out = np.empty(20, np.float16)
    continuous.fill_log_normal(out, 1000.0, 1.0, Generator())
    assert np.isinf(out).all()
    continuous.fill_cauchy(out, 0.0, 1e9, Generator())
    assert np.isinf(out).any()
