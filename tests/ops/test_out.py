"""``out=`` of functions that are made of operations: the tensors given are written and returned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import teachtorch as torch

A = torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]], dtype=torch.float64)
V = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)

CALLS: list[tuple[str, Callable[..., Any]]] = [
    ("msort", lambda **k: torch.msort(A, **k)),
    ("diff", lambda **k: torch.diff(A, **k)),
    ("diag", lambda **k: torch.diag(V, **k)),
    ("histc", lambda **k: torch.histc(A, 4, **k)),
    ("histogram", lambda **k: torch.histogram(A, 4, **k)),
    ("quantile", lambda **k: torch.quantile(A, 0.3, 1, **k)),
    ("nanmean", lambda **k: torch.nanmean(A, 1, **k)),
    ("searchsorted", lambda **k: torch.searchsorted(V, A, **k)),
    ("kron", lambda **k: torch.kron(A, V, **k)),
    ("tensordot", lambda **k: torch.tensordot(A, A, 1, **k)),
    ("cross", lambda **k: torch.cross(A, A.flip(0), dim=1, **k)),
    ("view_copy", lambda **k: torch.view_copy(A, (9,), **k)),
    ("split_copy", lambda **k: torch.split_copy(A, 2, **k)),
    ("ndtr", lambda **k: torch.special.ndtr(A, **k)),
    ("inv", lambda **k: torch.linalg.inv(A, **k)),
    ("solve", lambda **k: torch.linalg.solve(A, V, **k)),
    ("cholesky", lambda **k: torch.linalg.cholesky(A, **k)),
    ("eigh", lambda **k: torch.linalg.eigh(A, **k)),
    ("eigvalsh", lambda **k: torch.linalg.eigvalsh(A, **k)),
    ("eigvals", lambda **k: torch.linalg.eigvals(A, **k)),
    ("svd", lambda **k: torch.linalg.svd(A, **k)),
    ("svdvals", lambda **k: torch.linalg.svdvals(A, **k)),
    ("qr", lambda **k: torch.linalg.qr(A, **k)),
    ("lu", lambda **k: torch.linalg.lu(A, **k)),
    ("lu_factor", lambda **k: torch.linalg.lu_factor(A, **k)),
    ("lu_unpack", lambda **k: torch.lu_unpack(*torch.linalg.lu_factor(A), **k)),
    ("lu_solve", lambda **k: torch.linalg.lu_solve(*torch.linalg.lu_factor(A), A, **k)),
    ("ldl_factor", lambda **k: torch.linalg.ldl_factor(A, **k)),
    ("norm", lambda **k: torch.linalg.norm(A, dim=1, **k)),
    ("matrix_norm", lambda **k: torch.linalg.matrix_norm(A, "nuc", **k)),
    ("matrix_rank", lambda **k: torch.linalg.matrix_rank(A, **k)),
    ("cond", lambda **k: torch.linalg.cond(A, **k)),
    ("multi_dot", lambda **k: torch.linalg.multi_dot([A, A, V], **k)),
    ("matrix_power", lambda **k: torch.linalg.matrix_power(A, 3, **k)),
    ("vecdot", lambda **k: torch.linalg.vecdot(A, A, **k)),
    ("householder_product", lambda **k: torch.linalg.householder_product(A, V, **k)),
    ("fft", lambda **k: torch.fft.fft(A, **k)),
    ("irfftn", lambda **k: torch.fft.irfftn(A + 0j, **k)),
]


@pytest.mark.parametrize("call", [c for _, c in CALLS], ids=[name for name, _ in CALLS])
def test_out_is_written_and_returned(call: Callable[..., Any]) -> None:
    expected = call()
    several = isinstance(expected, tuple)
    parts = expected if several else (expected,)
    out = tuple(torch.empty(0, dtype=t.dtype) for t in parts)
    returned = call(out=out if several else out[0])
    assert type(returned) is type(expected)
    for given, back, wanted in zip(out, returned if several else (returned,), parts):
        assert back is given
        assert back.shape == wanted.shape
        np.testing.assert_array_equal(back.numpy(), wanted.numpy())
