"""Fused multiply-add, ``a * b + c`` rounded once, for processors' and PyTorch's sake.

A modern processor computes ``a * b + c`` in one instruction that rounds only the final sum. numpy has no
such function: ``a * b + c`` written in numpy rounds the product, then the sum, and so differs from PyTorch
in the last bit now and then. Both functions here give the singly rounded result from ordinary arithmetic.

The tool is the *error-free transformation*: the rounding error of one floating-point sum or product is
itself a floating-point number, and a few further operations recover it exactly (Knuth's TwoSum, Dekker's
TwoProduct).
"""

from __future__ import annotations

import numpy as np

from .arrays import Float32, Float64

_SPLITTER = float(2**27 + 1)  # cuts a 53-bit significand into two halves of 26 bits
_HUGE = 2.0**960  # above this the splitting itself would overflow
_SCALE = 2.0**-128


def two_sum(a: Float64, b: Float64 | float) -> tuple[Float64, Float64]:
    """Return ``s, e`` with ``s`` the rounded sum and ``s + e == a + b`` exactly (Knuth).

    >>> two_sum(np.array([1e16]), 1.0)
    (array([1.e+16]), array([1.]))
    """
    s = a + b
    b_part = s - a
    return s, (a - (s - b_part)) + (b - b_part)


def two_product(a: Float64, b: float) -> tuple[Float64, Float64]:
    """Return ``p, e`` with ``p`` the rounded product and ``p + e == a * b`` exactly (Dekker).

    ``a`` and ``b`` are split into halves so short that their four products are exact.
    """
    p = a * b
    t = _SPLITTER * a
    a_high = t - (t - a)
    a_low = a - a_high
    t_b = _SPLITTER * b
    b_high = t_b - (t_b - b)
    b_low = b - b_high
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


def _sum_rounded_to_odd(a: Float64, b: Float64 | float) -> Float64:
    """``a + b`` rounded *to odd*: an inexact sum takes the neighbour whose last bit is 1.

    Rounding twice can go wrong only when the first rounding lands on a tie of the second one. An odd last
    bit is never on a tie, so a value rounded to odd may be rounded again, to nearest, as if it were exact.
    """
    s, error = two_sum(a, b)
    if error.any():
        # The inexact and even ones are moved by one unit in the last place towards the exact sum.
        nudge = (error != 0) & (s.view(np.int64) & 1 == 0)
        s[nudge] = np.nextafter(s[nudge], np.copysign(np.inf, error[nudge]))
    return s


def fma32(a: Float32, b: float, c: float) -> Float32:
    """float32 ``a * b + c`` with one rounding; ``b`` and ``c`` hold float32 values.

    The product of two 24-bit significands has 48 bits, which float64 holds exactly, so only the sum needs
    care.

    >>> fma32(np.array([1.0], np.float32), float(np.float32(0.1)), -float(np.float32(0.1)))
    array([0.], dtype=float32)
    """
    product = a.astype(np.float64)
    product *= b
    return _sum_rounded_to_odd(product, c).astype(np.float32)


def fma64(a: Float64, b: float, c: float) -> Float64:
    """float64 ``a * b + c`` with one rounding (Boldo and Melquiond, 2008), subnormal results aside.

    >>> float(0.1 * 10.0 - 1.0), float(fma64(np.array([0.1]), 10.0, -1.0)[0])
    (0.0, 5.551115123125783e-17)
    """
    if c == 0 or b in (0.0, 1.0):
        return a * b + c  # one of the two operations is exact
    if abs(b) > _HUGE or abs(c) > _HUGE:
        return fma64(a, b * _SCALE, c * _SCALE) / _SCALE
    product, product_error = two_product(a, b)
    low, low_error = two_sum(product_error, c)
    high, high_error = two_sum(product, low)
    return high + _sum_rounded_to_odd(high_error, low_error)
