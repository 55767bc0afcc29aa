"""Standard normal numbers from uniform ones, with PyTorch's bits.

The Box-Muller transform turns two independent uniform numbers ``u1, u2`` into two independent normal ones::

    radius = sqrt(-2 ln u1)       theta = 2 pi u2
    radius * cos(theta)           radius * sin(theta)

In float64 PyTorch calls the C library for ``ln``, ``cos`` and ``sin``. In float32 it evaluates the
polynomials of Moshier's Cephes library, eight numbers at a time, and they are evaluated here in the same
order with the same roundings. All constants are float32 values, and every operation rounds to float32 once.

numpy has no fused multiply-add, so :func:`_fma` computes the product and sum in float64 and rounds the sum.
The product is exact; the sum is rounded twice (to 53, then to 24 bits), which gives another result than one
rounding for about one operation in 2**29, and it hardly ever survives to the end: none was seen in 2 *
10**9 normals.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import libm
from .arrays import Float32, Float64

BLOCK = 16
"""Uniforms are transformed in blocks of 16: the first eight are the ``u1``, the last eight the ``u2``."""


def _float32(*values: float) -> tuple[float, ...]:
    """The nearest float32 values, as Python floats."""
    return tuple(float(np.float32(value)) for value in values)


_ONE, _MINUS_TWO, _HALF, _MINUS_HALF = np.float32(1), np.float32(-2), np.float32(0.5), np.float32(-0.5)
_TWO_PI = np.float32(2 * math.pi)

# ln(1 + t) ~ t - t**2/2 + t**3 P(t) for sqrt(1/2) - 1 <= t < sqrt(2) - 1; the coefficients of P, highest
# first
LN_P = _float32(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
# ln 2 in two parts, the first so short that its product with an exponent is exact
LN_2_HIGH, LN_2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_SQRT_HALF_BITS = 0x3F3504F3  # the bits of float32 sqrt(1/2)

FOUR_OVER_PI = np.float32(1.27323954473516)
# -pi/4 in three parts; products of the first two with the octants 0, 2, ..., 8 are exact
PI_4_1, PI_4_2 = np.float32(-0.78515625), np.float32(-2.4187564849853515625e-4)
(PI_4_3,) = _float32(-3.77489497744594108e-8)
# cos(x) ~ 1 - x**2/2 + x**4 C(x**2) and sin(x) ~ x + x**3 S(x**2) for |x| <= pi/4
COS_C = _float32(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
SIN_S = _float32(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)


def _fma(a: Float32, b: Any, c: Any) -> Float32:
    """float32 ``a * b + c``; ``b`` comes in float64, to be used again by the next step of a polynomial."""
    wide = a.astype(np.float64)
    wide *= b
    wide += c
    return wide.astype(np.float32)


def _polynomial(coefficients: tuple[float, ...], x: Float64) -> Float32:
    """Horner's rule, one fused multiply-add per step, highest coefficient first."""
    first, second, *rest = coefficients
    wide = x * first
    wide += second
    y = wide.astype(np.float32)
    for coefficient in rest:
        y = _fma(y, x, coefficient)
    return y


def ln(x: Float32) -> Float32:
    """Natural logarithm of normal float32 numbers in (0, 1].

    ``x = (1 + t) * 2**e`` with ``1 + t`` in ``[sqrt(1/2), sqrt(2))``, hence ``ln x = ln(1 + t) + e ln 2``.

    >>> ln(np.array([1.0, 0.5], np.float32))
    array([ 0.       , -0.6931472], dtype=float32)
    """
    bits = x.view(np.int32)
    exponent = (bits - _SQRT_HALF_BITS) >> 23
    t = (bits - (exponent << 23)).view(np.float32)
    t -= _ONE
    e = exponent.astype(np.float32)
    z = t * t
    y = _polynomial(LN_P, t.astype(np.float64))
    y *= t
    y = _fma(y, z.astype(np.float64), e * LN_2_LOW)
    z *= _HALF
    y -= z
    y += t
    e *= LN_2_HIGH  # exact, so the sum below rounds once, like a fused multiply-add
    e += y
    return e


def sincos(x: Float32) -> tuple[Float32, Float32]:
    """Sine and cosine of float32 numbers in [0, 2 pi]; ``x`` is overwritten.

    ``x`` is reduced to ``[-pi/4, pi/4]`` by subtracting the nearest multiple of pi/2, counted in octants by
    the even number ``j``. The octant says which of the two polynomials is the sine, and the signs.

    >>> sine, cosine = sincos(np.array([0.0, np.pi / 2], np.float32))
    >>> sine
    array([0., 1.], dtype=float32)
    """
    j = (x * FOUR_OVER_PI).astype(np.int32)
    j += 1
    j &= -2
    f = j.astype(np.float32)
    x += f * PI_4_1
    x += f * PI_4_2
    x = _fma(f, PI_4_3, x)
    z = x * x
    wide_z = z.astype(np.float64)

    cosine = _polynomial(COS_C, wide_z)
    cosine *= z
    cosine = _fma(cosine, wide_z, z * _MINUS_HALF)
    cosine += _ONE
    sine = _polynomial(SIN_S, wide_z)
    sine *= z
    sine = _fma(sine, x.astype(np.float64), x)

    # Exchange the two where j & 2, then flip signs: on the bits, which spares np.where its branches.
    s, c = sine.view(np.int32), cosine.view(np.int32)
    difference = (s ^ c) & ((j << 30) >> 31)
    s ^= difference
    c ^= difference
    s ^= (j & 4) << 29
    c ^= ((j + 2) & 4) << 29
    return sine, cosine


def box_muller_float32(uniforms: Float32) -> None:
    """Replace uniforms in [0, 1), in whole blocks of 16, by standard normals; in place.

    >>> u = np.full(16, 0.5, np.float32)
    >>> box_muller_float32(u)
    >>> u[[0, 8]]
    array([-1.17741001e+00, -1.02932454e-07], dtype=float32)
    """
    blocks = uniforms.reshape(-1, BLOCK).T
    columns = blocks.copy()  # row k holds the k-th number of every block: long rows, which numpy likes
    first, second = columns[: BLOCK // 2], columns[BLOCK // 2 :]
    radius = ln(_ONE - first)  # 1 - u is in (0, 1]
    radius *= _MINUS_TWO
    np.sqrt(radius, out=radius)
    second *= _TWO_PI
    sine, cosine = sincos(second)
    np.multiply(radius, cosine, out=blocks[: BLOCK // 2])
    np.multiply(radius, sine, out=blocks[BLOCK // 2 :])


def box_muller_float64(uniforms: Float64) -> None:
    """The same in float64, with the C library's functions; in place."""
    blocks = uniforms.reshape(-1, 2, BLOCK // 2)
    radius, cosine, sine = polar((1 - blocks[:, 0]).ravel(), blocks[:, 1].ravel(), libm.log)
    blocks[:, 0] = (radius * cosine).reshape(-1, BLOCK // 2)
    blocks[:, 1] = (radius * sine).reshape(-1, BLOCK // 2)


def polar(u1: Float64, u2: Float64, logarithm: Any) -> tuple[Float64, Float64, Float64]:
    """``radius, cos(theta), sin(theta)`` in float64; ``logarithm(u1)`` is that of the first uniform."""
    theta = 2 * math.pi * u2
    return np.sqrt(-2 * logarithm(u1)), libm.cos(theta), libm.sin(theta)
