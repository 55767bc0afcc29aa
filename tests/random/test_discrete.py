"""Permutations, multinomial draws, and the rejection methods, apart from the recorded stream."""

from __future__ import annotations

import numpy as np
import pytest

from teachtorch.random import discrete, rejection
from teachtorch.random.generator import Generator


def fisher_yates(n: int, generator: Generator) -> list[int]:
    """The definition: one exchange after another, one word each."""
    r = list(range(n))
    for i in range(n - 1):
        j = i + generator._raw() % (n - i)
        r[i], r[j] = r[j], r[i]
    return r


@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 400, 401, 5000, 70_000])
def test_permutation_is_fisher_and_yates(n):
    g, reference = Generator().manual_seed(n), Generator().manual_seed(n)
    assert discrete.permutation(n, g).tolist() == fisher_yates(n, reference)
    assert np.array_equal(g._get_state_bytes(), reference._get_state_bytes())


@pytest.mark.parametrize("n", [1, 2, 3, 4, 50])
def test_both_ways_to_exchange_agree(n):
    rng = np.random.default_rng(n)
    for _ in range(50):
        targets = rng.integers(np.arange(n), n)
        assert discrete._exchange_all(targets).tolist() == discrete._exchange_one_by_one(targets).tolist()


def test_remainders_are_exact():
    n = 1000
    divisors = np.arange(n, 1, -1)
    # multiples of the divisor and their neighbours, up to the largest words
    for words in (
        2**32 - 1 - (2**32 - 1) % divisors,
        (2**32 - 1) // divisors * divisors - 1,
        divisors,
        divisors - 1,
    ):
        assert np.array_equal(discrete._remainders(words.astype(np.uint64), n), words % divisors)


def test_permutation_inside_out_is_a_permutation():
    g = Generator().manual_seed(0)
    r = discrete._permutation_inside_out(100, g)
    assert sorted(r.tolist()) == list(range(100))


def test_permutations_are_uniform():
    g = Generator().manual_seed(0)
    counts: dict[tuple[int, ...], int] = {}
    for _ in range(6000):
        key = tuple(discrete.permutation(3, g).tolist())
        counts[key] = counts.get(key, 0) + 1
    assert len(counts) == 6
    assert all(abs(count - 1000) < 150 for count in counts.values())


def test_multinomial_follows_the_weights():
    g = Generator().manual_seed(0)
    weights = np.array([1.0, 0.0, 3.0], np.float32)
    drawn = discrete.multinomial_with_replacement(weights, 8000, g)
    assert abs(np.bincount(drawn, minlength=3) / 8000 - [0.25, 0, 0.75]).max() < 0.02
    first = [int(discrete.multinomial_without_replacement(weights, 1, g)[0]) for _ in range(4000)]
    assert abs(np.bincount(first, minlength=3) / 4000 - [0.25, 0, 0.75]).max() < 0.03


def test_multinomial_without_replacement_never_repeats():
    weights = np.arange(1, 13, dtype=np.float64).reshape(3, 4)
    drawn = discrete.multinomial_without_replacement(weights, 4, Generator())
    assert np.sort(drawn, axis=1).tolist() == [[0, 1, 2, 3]] * 3


@pytest.mark.parametrize("rate", [0.0, 0.5, 9.9, 10.0, 200.0])
def test_poisson_has_its_mean_and_variance(rate):
    drawn = rejection.poisson(np.full(4000, rate), Generator().manual_seed(1))
    assert abs(drawn.mean() - rate) <= 5 * np.sqrt(rate / 4000)
    assert abs(drawn.var() - rate) <= 10 * rate / np.sqrt(4000)


@pytest.mark.parametrize("alpha", [0.3, 1.0, 5.0])
def test_gamma_has_its_mean_and_variance(alpha):
    drawn = rejection.standard_gamma(np.full(4000, alpha), Generator().manual_seed(1))
    assert abs(drawn.mean() - alpha) <= 5 * np.sqrt(alpha / 4000)
    assert abs(drawn.var() - alpha) <= 0.3 * max(alpha, 1)


@pytest.mark.parametrize(
    ("count", "prob"), [(5, 0.3), (100, 0.3), (100, 0.97), (1000, 0.5), (0, 0.5), (7, 0), (7, 1)]
)
def test_binomial_has_its_mean_and_bounds(count, prob):
    shape = 2000
    drawn = rejection.binomial(
        np.full(shape, float(count)), np.full(shape, float(prob)), Generator().manual_seed(1)
    )
    assert drawn.min() >= 0
    assert drawn.max() <= count
    assert abs(drawn.mean() - count * prob) <= 5 * np.sqrt(count * prob * (1 - prob) / shape)


def test_binomial_of_nan_is_nan():
    assert np.isnan(rejection.binomial(np.ones(2), np.full(2, np.nan), Generator())).all()


def test_dirichlet_points_lie_on_the_simplex():
    drawn = rejection.dirichlet(np.full((100, 4), 0.5), Generator().manual_seed(0))
    assert (drawn > 0).all()
    np.testing.assert_allclose(drawn.sum(-1), 1)
