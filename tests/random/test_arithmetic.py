"""The arithmetic below the distributions: fused multiply-add, the C library, the Cephes polynomials."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from teachtorch.random import libm, normal
from teachtorch.random.fma import fma32, fma64

rng = np.random.default_rng(0)


def nearest32(exact: Fraction) -> np.float32:
    """The float32 nearest to a rational number, ties to even."""
    guess = np.float32(float(exact))
    around = [np.nextafter(guess, np.float32(-np.inf)), guess, np.nextafter(guess, np.float32(np.inf))]
    return min(around, key=lambda x: (abs(Fraction(float(x)) - exact), int(x.view(np.int32)) & 1))


@pytest.mark.parametrize("magnitude", [1.0, 1e-9, 1e9, 2.0**-30])
def test_fma32_rounds_once(magnitude):
    a = rng.random(200).astype(np.float32)
    b, c = float(np.float32(rng.normal())), float(np.float32(rng.normal() * magnitude))
    exact = [nearest32(Fraction(float(x)) * Fraction(b) + Fraction(c)) for x in a]
    assert fma32(a, b, c).tolist() == exact


def test_fma32_is_right_where_two_roundings_are_wrong():
    # The sum is a hair above a tie of float32, and float64 rounds it onto the tie.
    a, b, c = np.array([1 + 2**-23], np.float32), 1 - 2.0**-24, 2.0**-80
    exact = nearest32(Fraction(float(a[0])) * Fraction(b) + Fraction(c))
    assert fma32(a, b, c)[0] == exact
    a = np.array([1 + 2.0**-12], np.float32)
    b = 1 + 2.0**-12  # the product is 1 + 2**-11 + 2**-24: a tie
    for c in (2.0**-80, -(2.0**-80)):
        assert fma32(a, b, c)[0] == nearest32(Fraction(float(a[0])) * Fraction(b) + Fraction(c))
    assert fma32(a, b, 2.0**-80)[0] != (a.astype(np.float64) * b + 2.0**-80).astype(np.float32)[0]


@pytest.mark.parametrize("magnitude", [1.0, 1e-17, 1e17, 2.0**-60])
def test_fma64_rounds_once(magnitude):
    a = rng.normal(size=200)
    b, c = float(rng.normal()), float(rng.normal() * magnitude)
    exact = [float(Fraction(x) * Fraction(b) + Fraction(c)) for x in a.tolist()]  # float() rounds correctly
    assert fma64(a, b, c).tolist() == exact


@pytest.mark.parametrize(("b", "c"), [(1.7e308, -8.5e307), (1e300, 1e300), (3.0, 1e305)])
def test_fma64_does_not_overflow_on_the_way(b, c):
    a = rng.random(50)
    exact = [float(Fraction(x) * Fraction(b) + Fraction(c)) for x in a.tolist()]
    assert fma64(a, b, c).tolist() == exact


def test_adding_zero_turns_minus_zero_into_zero():
    assert not np.signbit(fma64(np.array([-0.0]), 2.0, 0.0)[0])
    assert not np.signbit(fma32(np.array([-0.0], np.float32), 2.0, 0.0)[0])


DOMAIN = {
    "log": (1e-9, 1),
    "log1p": (-0.999, 0),
    "sin": (0, 6.28),
    "cos": (0, 6.28),
    "tan": (-1.57, 1.57),
    "exp": (-9, 9),
}


@pytest.mark.parametrize("name", DOMAIN)
@pytest.mark.parametrize("n", [3, 5000])
def test_libm_is_the_c_librarys(name, n):
    x = rng.uniform(*DOMAIN[name], n)
    assert getattr(libm, name)(x).tolist() == [getattr(math, name)(v) for v in x.tolist()]


@pytest.mark.parametrize("name", DOMAIN)
def test_libm_without_numpys_loops_gives_the_same(name, monkeypatch):
    x = rng.uniform(*DOMAIN[name], 500)
    expected = getattr(libm, name)(x)
    monkeypatch.setattr(libm, "_numpy_agrees", lambda name: False)
    assert np.array_equal(getattr(libm, name)(x), expected)


@pytest.mark.parametrize("n", [2, 100])
def test_libm_is_infinite_where_math_raises(n):
    assert libm.log(np.zeros(n)).tolist() == [-math.inf] * n
    assert libm.exp(np.array([1000.0, 0.0] * n)).tolist() == [math.inf, 1.0] * n


def ulps(a: np.ndarray, exact: np.ndarray) -> float:
    return float((np.abs(a - exact) / np.spacing(np.abs(exact).astype(np.float32))).max())


def test_ln_is_the_logarithm():
    x = (1 - rng.integers(0, 2**24, 10_000) * 2.0**-24).astype(np.float32)
    x[:2] = 1, 2.0**-24
    exact = np.log(x.astype(np.float64))
    assert normal.ln(x)[0] == 0
    assert ulps(normal.ln(x)[x != 1], exact[x != 1]) < 1.5


def test_sincos_are_sine_and_cosine():
    x = (rng.integers(0, 2**24, 10_000) * 2.0**-24 * 2 * np.pi).astype(np.float32)
    exact = x.astype(np.float64)
    sine, cosine = normal.sincos(x.copy())
    assert np.abs(sine - np.sin(exact)).max() < 1.5e-7
    assert np.abs(cosine - np.cos(exact)).max() < 1.5e-7


@pytest.mark.parametrize("box_muller", [normal.box_muller_float32, normal.box_muller_float64])
def test_box_muller_makes_standard_normals(box_muller):
    z = rng.random(160_000).astype(np.float32 if "32" in box_muller.__name__ else np.float64)
    box_muller(z)
    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 1) < 0.01
    assert abs((np.abs(z) < 1).mean() - 0.6827) < 0.005
    pairs = z.reshape(-1, 2, 8)
    assert abs((pairs[:, 0] * pairs[:, 1]).mean()) < 0.01  # the two of a pair are independent
