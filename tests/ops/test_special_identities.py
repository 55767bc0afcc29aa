"""Special functions against the identities that define them, over the whole range and across the seams of methods."""

from __future__ import annotations

import math

import numpy as np
import pytest

import teachtorch as torch
from teachtorch import special

# From tiny to large, with points on either side of every place where a method gives way to another.
X = torch.tensor(
    sorted(
        {*np.logspace(-3, 2.5, 200), *(s + d for s in (0.5, 1, 1.6, 2, 10, 20, 25) for d in (-1e-9, 0, 1e-9))}
    ),
    dtype=torch.float64,
)
TINY = 4e-14


def close(a: torch.Tensor, b: torch.Tensor | float, tolerance: float = TINY) -> None:
    b = b.numpy() if isinstance(b, torch.Tensor) else b
    np.testing.assert_allclose(a.numpy(), b, rtol=tolerance, atol=tolerance)


def test_gamma_obeys_its_recurrence() -> None:
    close(torch.lgamma(X + 1) - torch.lgamma(X), X.log(), 2e-13)
    close(torch.digamma(X + 1) - torch.digamma(X), 1 / X)
    close(torch.polygamma(1, X + 1) + 1 / X**2, torch.polygamma(1, X))


def test_gamma_is_reflected() -> None:
    x = X[X < 0.999]
    close(torch.lgamma(x) + torch.lgamma(1 - x), torch.log(math.pi / torch.sin(math.pi * x)))
    close(torch.digamma(1 - x) - torch.digamma(x), math.pi / torch.tan(math.pi * x), 1e-12)
    close(torch.digamma(-x) - torch.digamma(x), 1 / x + math.pi / torch.tan(math.pi * x), 1e-12)


def test_gamma_of_a_half_and_zeta_of_two() -> None:
    half, one = torch.tensor([0.5], dtype=torch.float64), torch.tensor([1.0], dtype=torch.float64)
    close(torch.lgamma(half), math.log(math.pi) / 2)
    close(special.zeta(2.0, one), math.pi**2 / 6)
    close(special.zeta(4.0, one), math.pi**4 / 90)
    close(torch.polygamma(2, one), -2.4041138063191885707994)


@pytest.mark.parametrize("a", [0.3, 1.0, 7.5, 60.0])
def test_incomplete_gammas_add_up_and_obey_their_recurrence(a: float) -> None:
    shape = torch.full_like(X, a)
    close(torch.igamma(shape, X) + torch.igammac(shape, X), 1.0)
    step = torch.exp(a * X.log() - X - torch.lgamma(shape + 1))
    close(torch.igamma(shape, X) - torch.igamma(shape + 1, X), step, 1e-12)


def test_bessel_functions_have_their_wronskians() -> None:
    close(
        special.bessel_j1(X) * special.bessel_y0(X) - special.bessel_j0(X) * special.bessel_y1(X),
        2 / (math.pi * X),
    )
    k0, k1 = special.scaled_modified_bessel_k0(X), special.scaled_modified_bessel_k1(X)
    close(X * (special.i0e(X) * k1 + special.i1e(X) * k0), 1.0)


def test_airy_solves_its_equation() -> None:
    x = torch.linspace(-30, 8, 400, dtype=torch.float64)
    h = 1e-3
    curvature = (special.airy_ai(x + h) - 2 * special.airy_ai(x) + special.airy_ai(x - h)) / h**2
    close(curvature, x * special.airy_ai(x), 1e-4)
    zero = torch.zeros(1, dtype=torch.float64)
    close(special.airy_ai(zero), 3 ** (-2 / 3) / math.gamma(2 / 3))
    close(special.airy_ai(zero - 2.338107410459767039), 0.0)  # the first root


def test_inverses_undo() -> None:
    x = torch.linspace(-5, 5, 201, dtype=torch.float64)
    close(
        special.ndtri(torch.erfc(-x / math.sqrt(2)) / 2), x, 1e-9
    )  # near 1 a probability has few digits left
    low = x[x <= 0]
    close(special.ndtri(torch.erfc(-low / math.sqrt(2)) / 2), low)
    close(torch.erf(torch.erfinv(x / 5.1)), x / 5.1)
    close(torch.sigmoid(torch.logit(x / 11 + 0.5)), x / 11 + 0.5)


def test_erfcx_continues_erfc() -> None:
    near = X[X < 20]
    close(special.erfcx(near) * torch.exp(-near * near), torch.erfc(near))
    far = X[X > 100]
    close(special.erfcx(far), (1 - 0.5 / far**2 + 0.75 / far**4) / (far * math.sqrt(math.pi)), 1e-11)


def test_log_ndtr_where_the_probability_underflows() -> None:
    x = torch.tensor([-50.0], dtype=torch.float64)
    close(special.log_ndtr(x), -1254.8313611394565)


def test_chebyshev_polynomials_are_cosines() -> None:
    angle = torch.linspace(0.1, 3.0, 50, dtype=torch.float64)
    n = torch.arange(50) % 7
    x = torch.cos(angle)
    close(special.chebyshev_polynomial_t(x, n), torch.cos(n * angle))
    close(special.chebyshev_polynomial_u(x, n), torch.sin((n + 1) * angle) / torch.sin(angle), 1e-12)
    close(special.shifted_chebyshev_polynomial_t((x + 1) / 2, n), torch.cos(n * angle), 1e-12)


@pytest.mark.parametrize("name", ["lgamma", "digamma", "i0", "erfinv", "sinc"])
def test_float32_is_the_rounded_double(name: str) -> None:
    x = torch.linspace(0.05, 0.95, 50)
    close(getattr(torch, name)(x), getattr(torch, name)(x.double()).float(), 1e-7)
