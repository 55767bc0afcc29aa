"""Operations whose result or derivative is fixed only by convention, and what of them can be compared.

The vectors of a factorization are defined up to a factor of modulus 1, which LAPACK's builds choose differently. And
functions of Hermitian or triangular matrices read one triangle, while their derivative is that by all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import teachtorch as torch
from teachtorch.op import Op
from teachtorch.tensor import Tensor

UP_TO_PHASE = frozenset({"eig", "eigh", "linalg_qr", "svd_op"})
"""Only the moduli of their results are compared with what was recorded."""


def hermitian(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of the Hermitian part of its argument."""
    return lambda a, *args, **kwargs: function((a + a.mH) / 2, *args, **kwargs)


def triangular(a: Tensor, upper: bool) -> Tensor:
    """The part of `a` that is read."""
    return a.triu() if upper else a.tril()


_SMOOTH = {
    "cholesky_ex": hermitian(torch.linalg.cholesky_ex),
    "cholesky_inverse": lambda a, upper=False: torch.cholesky_inverse(triangular(a, upper), upper),
    "cholesky_solve": lambda b, a, upper=False: torch.cholesky_solve(b, triangular(a, upper), upper),
    "eig": lambda a: torch.linalg.eig(a)[1].abs(),
    "eigh": hermitian(torch.linalg.eigh),
}


def smooth(op: Op) -> Callable[..., Any]:
    """The operation, as a function that difference quotients can be taken of."""
    return _SMOOTH.get(op.name, op.function)
