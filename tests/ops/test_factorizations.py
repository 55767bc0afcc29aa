"""Factorizations multiply back, solutions solve, and batches are many matrices: on shapes of every kind."""

from __future__ import annotations

import numpy as np
import pytest

import teachtorch as torch
from teachtorch import fft, linalg

SHAPES = [(3, 3), (4, 2), (2, 4), (2, 3, 3), (2, 1, 4, 3), (0, 3, 3), (1, 1)]
DTYPES = [torch.float64, torch.complex128]


def matrix(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    rng = np.random.default_rng(sum(shape))
    values = rng.standard_normal(shape)
    if dtype.is_complex:
        values = values + 1j * rng.standard_normal(shape)
    return torch.from_numpy(np.asarray(values)).to(dtype)


def close(a: torch.Tensor, b: torch.Tensor) -> None:
    np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-10, atol=1e-11)


def one(n: int, like: torch.Tensor) -> torch.Tensor:
    return torch.eye(n, dtype=like.dtype).expand(*like.shape[:-2], n, n)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_factors_multiply_back(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    a = matrix(*shape, dtype=dtype)
    p, lower, upper = linalg.lu(a)
    close(p @ lower @ upper, a)
    close(lower, lower.tril())
    q, r = linalg.qr(a)
    close(q @ r, a)
    close(q.mH @ q, one(q.shape[-1], q))
    u, s, vh = linalg.svd(a, full_matrices=False)
    close((u * s.unsqueeze(-2)) @ vh, a)
    u, s, vh = linalg.svd(a)
    close(u.mH @ u, one(u.shape[-1], u))
    close(torch.lu_unpack(*linalg.lu_factor(a)).U, upper)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [s for s in SHAPES if s[-1] == s[-2]], ids=str)
def test_square_matrices(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    a, b = matrix(*shape, dtype=dtype), matrix(shape[-1], 2, dtype=dtype)
    close(a @ linalg.inv(a), one(shape[-1], a))
    close(a @ linalg.solve(a, b), b.expand(*shape[:-2], *b.shape))
    close(linalg.lu_solve(*linalg.lu_factor(a), b), linalg.solve(a, b))
    close(linalg.lu_solve(*linalg.lu_factor(a), b, adjoint=True), linalg.solve(a.mH, b))
    symmetric = a + a.mT
    close(symmetric @ linalg.ldl_solve(*linalg.ldl_factor(symmetric), b), b.expand(*shape[:-2], *b.shape))
    hermitian = a + a.mH
    values, vectors = linalg.eigh(hermitian)
    close((vectors * values.unsqueeze(-2)) @ vectors.mH, hermitian)
    values, vectors = linalg.eig(a)
    close(a.to(vectors.dtype) @ vectors, vectors * values.unsqueeze(-2))
    positive = a @ a.mH + one(shape[-1], a)
    factor = linalg.cholesky(positive)
    close(factor @ factor.mH, positive)
    close(torch.cholesky_solve(b, factor), linalg.solve(positive, b))
    sign, size = linalg.slogdet(a)
    close(sign * size.exp(), linalg.det(a))
    close(linalg.matrix_exp(a) @ linalg.matrix_exp(-a), one(shape[-1], a))


def test_the_pseudo_inverse_solves_least_squares() -> None:
    a, b = matrix(5, 3), matrix(5, 2)
    x = linalg.lstsq(a, b).solution
    close(a.mT @ (a @ x), a.mT @ b)
    close(x, linalg.pinv(a) @ b)
    close(a @ linalg.pinv(a) @ a, a)


def test_singular_matrices_are_refused() -> None:
    with pytest.raises(
        linalg.LinAlgError, match=r"^linalg.inv: \(Batch element 1\): The diagonal element 2 is zero"
    ):
        linalg.inv(torch.stack([torch.eye(2), torch.ones(2, 2)]))
    with pytest.raises(
        linalg.LinAlgError, match=r"^torch.linalg.solve: The solver failed because the input matrix is"
    ):
        linalg.solve(torch.zeros(2, 2), torch.ones(2))
    with pytest.raises(
        linalg.LinAlgError, match=r"^linalg.cholesky: The factorization could not be completed"
    ):
        linalg.cholesky(-torch.eye(2))
    assert linalg.inv_ex(torch.stack([torch.eye(2), torch.ones(2, 2)])).info.tolist() == [0, 2]


def test_the_determinant_of_a_singular_matrix_has_a_gradient() -> None:
    a = torch.tensor([[1.0, 2.0], [2.0, 4.0]], dtype=torch.float64, requires_grad=True)
    linalg.det(a).backward()
    assert a.grad is not None
    close(a.grad, torch.tensor([[4.0, -2.0], [-2.0, 1.0]], dtype=torch.float64))


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_transforms_are_undone_and_keep_the_energy(n: int) -> None:
    x = matrix(3, n)
    close(fft.ifft(fft.fft(x)).real, x)
    close(fft.irfft(fft.rfft(x), n), x)
    close(fft.hfft(fft.ihfft(x), n), x)
    close((fft.fft(x, norm="ortho").abs() ** 2).sum(), (x**2).sum())
    close(fft.irfftn(fft.rfftn(x), x.shape), x)
    close(fft.rfft(x), fft.fft(x)[:, : n // 2 + 1])
    close(fft.ifftshift(fft.fftshift(x)), x)
