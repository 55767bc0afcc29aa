"""The operation families, expression by expression, against PyTorch: values, dtypes, gradients, node names.

Each line of the table is evaluated twice, with ``torch`` as PyTorch and as teachtorch, on the same inputs:
``a b`` (3, 4) and ``sq`` (3, 3) in float64, ``batch`` (2, 3, 3), ``v w`` vectors of 4 and of 3, ``pos`` (3,
4) within (0.1, 0.9), ``ints`` (3, 4), ``z`` (3, 3) complex. All but the integers require grad.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import teachtorch

torch = pytest.importorskip("torch", reason="compares with PyTorch")
pytestmark = [
    pytest.mark.parity,
    pytest.mark.filterwarnings(
        "ignore::UserWarning", "ignore::RuntimeWarning"
    ),  # deprecated names, divisions by 0
]


def _inputs(library: Any) -> dict[str, Any]:
    rng = np.random.default_rng(17)
    arrays: dict[str, Any] = {
        "a": rng.standard_normal((3, 4)),
        "b": rng.standard_normal((3, 4)),
        "sq": rng.standard_normal((3, 3)),
        "batch": rng.standard_normal((2, 3, 3)),
        "v": rng.standard_normal(4),
        "w": rng.standard_normal(3),
        "pos": rng.uniform(0.1, 0.9, (3, 4)),
        "z": rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3)),
        "ints": rng.integers(0, 6, (3, 4)),
    }
    holes = arrays["b"].copy()
    holes[0, 1] = holes[2, 0] = np.nan
    arrays["holes"] = holes
    tensors = {name: library.from_numpy(array) for name, array in arrays.items()}
    for tensor in tensors.values():
        if tensor.is_floating_point() or tensor.is_complex():
            tensor.requires_grad_()
    return tensors


def _tensors(value: Any) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return [t for item in value for t in _tensors(item)]
    return [value]


def _array(tensor: Any) -> Any:
    return (
        tensor.detach().resolve_conj().numpy()
        if isinstance(tensor, torch.Tensor)
        else tensor.detach().numpy()
    )


def _run(library: Any, expression: str) -> tuple[list[Any], list[Any], list[str]]:
    """Results, gradients of a fixed weighted sum of them, and node names."""
    inputs = _inputs(library)
    results = _tensors(eval(expression, {"torch": library, **inputs}))
    tracked = [r for r in results if isinstance(r, library.Tensor) and r.requires_grad]
    sources = [t for t in inputs.values() if t.requires_grad]
    gradients = []
    if tracked:
        weights = [
            library.cos(library.arange(t.numel(), dtype=library.float64)).reshape(t.shape).to(t.dtype)
            for t in tracked
        ]
        gradients = list(library.autograd.grad(tracked, sources, weights, allow_unused=True))
    names = [t.grad_fn.name() for t in tracked]
    return results, gradients, names


def _assert_equal(got: Any, wanted: Any) -> None:
    if not isinstance(wanted, torch.Tensor):
        assert got == wanted
        return
    assert str(got.dtype) == str(wanted.dtype)
    assert tuple(got.shape) == tuple(wanted.shape)
    np.testing.assert_allclose(_array(got), _array(wanted), rtol=1e-7, atol=1e-9)


ORDER = """
torch.sort(a)
torch.sort(a, 0, True)
torch.sort(a, stable=True)
torch.sort(holes)
torch.argsort(a, 1)
torch.msort(a)
torch.topk(a, 2)
torch.topk(a, 2, 0, False)
torch.kthvalue(a, 2)
torch.kthvalue(a, 1, 0, True)
torch.median(a)
torch.median(a, 1)
torch.median(holes)
torch.nanmedian(holes)
torch.nanmedian(holes, 1)
torch.mode(ints)
torch.mode(a, 0, True)
torch.aminmax(a)
torch.aminmax(a, dim=1, keepdim=True)
torch.cummax(a, 1)
torch.cummin(holes, 0)
torch.logcumsumexp(a, 1)
torch.logcumsumexp(z, 0)
torch.diff(a)
torch.diff(a, 2, 0)
torch.diff(a, prepend=b[:, :1])
torch.trapezoid(a).sum()
torch.trapezoid(a, v).sum()
torch.trapezoid(a, dx=0.5, dim=0).sum()
torch.cumulative_trapezoid(a).sum()
torch.cumulative_trapezoid(a, v).sum()
torch.gradient(v)
torch.gradient(a, spacing=2.0, edge_order=2)
torch.gradient(v, spacing=(pos.detach()[0].cumsum(0),))
"""

SEARCH = """
torch.unique(ints)
torch.unique(ints, return_inverse=True, return_counts=True)
torch.unique(ints % 2, dim=0, return_inverse=True)
torch.unique_consecutive(torch.tensor([1, 1, 2, 2, 1]), return_inverse=True, return_counts=True)
torch.isin(ints, torch.tensor([1, 4]))
torch.isin(ints, 3, invert=True)
torch.searchsorted(torch.tensor([1, 3, 5]), ints)
torch.searchsorted(torch.tensor([1, 3, 5]), ints, right=True, out_int32=True)
torch.searchsorted(pos.detach().sort()[0], b.detach())
torch.bucketize(torch.tensor(2.5), torch.tensor([1.0, 3.0]))
torch.unravel_index(ints, (2, 3))
"""

STATISTICS = """
torch.quantile(a, 0.3, keepdim=True).sum()
torch.quantile(a, torch.tensor([0.25, 0.75], dtype=torch.float64), 1).sum()
torch.quantile(a, 0.4, 0, interpolation="nearest").sum()
torch.nanquantile(holes, 0.3, 1).sum()
torch.nanmean(holes)
torch.nanmean(holes, 1, True)
torch.cov(a)
torch.cov(a, correction=0, fweights=torch.tensor([1, 2, 1, 3]), aweights=pos.detach()[0])
torch.cov(z)
torch.corrcoef(a)
torch.bincount(torch.tensor([1, 1, 3]), minlength=6)
torch.bincount(torch.tensor([1, 1, 3]), torch.tensor([0.5, 1.0, 2.0]))
torch.histc(a, 5)
torch.histc(a, 5, -1, 1)
torch.histogram(a.detach(), 4)
torch.histogram(a.detach(), 4, range=(-1.0, 1.0), density=True)
torch.histogram(a.detach(), torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64), weight=pos.detach())
torch.histogramdd(a.detach().reshape(6, 2), [2, 3])
"""

POINTWISE = """
torch.lerp(a, b, 0.3)
torch.lerp(a, b, pos)
torch.addcmul(a, b, pos, value=2)
torch.addcmul(w.reshape(3, 1), b, v)
torch.addcdiv(a, b, pos, value=0.5)
torch.atan2(a, b)
torch.hypot(a, b)
torch.copysign(a, b)
torch.copysign(a, -1.0)
torch.signbit(a)
torch.nextafter(a, b)
torch.heaviside(ints - 2, ints)
torch.frexp(a)
torch.ldexp(a, ints)
torch.ldexp(a, b)
torch.float_power(pos, 2)
torch.float_power(pos, b)
torch.nan_to_num(holes)
torch.nan_to_num(a / 0, 1.0, 2.0, -3.0)
torch.gcd(ints, ints.t().reshape(3, 4))
torch.lcm(ints, ints.t().reshape(3, 4))
torch.isposinf(a / 0)
torch.isneginf(a / 0)
torch.isreal(z)
"""


SPECIAL = """
torch.erfinv(pos)
torch.lgamma(a)
torch.digamma(a)
torch.polygamma(0, pos)
torch.polygamma(2, pos)
pos.polygamma(1)
torch.mvlgamma(pos + 1, 2)
torch.igamma(pos.detach(), pos)
torch.igammac(pos.detach(), pos)
torch.special.zeta(2.0, pos)
torch.special.zeta(pos.detach() + 1, 2.0)
torch.i0(a)
torch.special.i0e(a)
torch.special.i1(a)
torch.special.i1e(a)
torch.special.bessel_j0(a.detach())
torch.special.bessel_j1(a.detach())
torch.special.bessel_y0(pos.detach())
torch.special.bessel_y1(pos.detach())
torch.special.modified_bessel_k0(pos.detach())
torch.special.modified_bessel_k1(pos.detach())
torch.special.scaled_modified_bessel_k1(pos.detach() * 9)
torch.special.spherical_bessel_j0(a.detach())
torch.special.erfcx(a)
torch.special.ndtr(a).sum()
torch.special.ndtri(pos)
torch.special.log_ndtr(a * 5)
torch.sinc(a)
torch.sinc(ints)
torch.xlogy(a, pos)
torch.xlogy(2.0, pos)
torch.xlogy(ints, 3)
torch.special.xlog1py(a, pos)
torch.special.xlog1py(a, 2)
torch.special.entr(pos)
torch.logit(pos)
torch.logit(pos, 0.3)
torch.logaddexp(a, b)
torch.logaddexp2(a, b)
torch.special.chebyshev_polynomial_t(a.detach(), 5)
torch.special.chebyshev_polynomial_w(pos.detach(), ints)
torch.special.hermite_polynomial_h(a.detach(), 4)
torch.special.legendre_polynomial_p(pos.detach(), ints)
torch.special.laguerre_polynomial_l(pos.detach(), 3)
"""


BUILDING = """
torch.diag_embed(a)
torch.diag_embed(a, 1, 0, 2)
torch.diag(v).sum()
torch.diag(a).sum()
torch.diagflat(a)
torch.trace(a)
torch.block_diag(a, v, sq[:2])
torch.tril_indices(3, 4, 1)
torch.triu_indices(3, 4, -1)
torch.meshgrid(v, w, indexing="ij")
torch.meshgrid(v, w, indexing="xy")
torch.cartesian_prod(v, w)
torch.combinations(v, 3)
torch.combinations(v, 2, with_replacement=True)
torch.vander(v.detach())
torch.vander(v.detach(), 2, increasing=True)
torch.hann_window(7, dtype=torch.float64)
torch.hamming_window(7, False, dtype=torch.float64)
torch.blackman_window(6, dtype=torch.float64)
torch.bartlett_window(5, dtype=torch.float64)
torch.kaiser_window(8, True, 5.0, dtype=torch.float64)
torch.select_scatter(a, w, 1, 2)
torch.slice_scatter(a, b[:, :2], 1, 0, 4, 2)
torch.diagonal_scatter(sq, v[:2], 1)
torch.put(a, torch.tensor([[0, 5]]), v[:2])
torch.put(a, torch.tensor([1, 1]), v[:2], accumulate=True)
torch.scatter_reduce(a, 0, ints % 3, b, "sum")
torch.scatter_reduce(a, 0, ints % 3, b, "prod", include_self=False)
torch.scatter_reduce(a, 0, ints % 3, b, "amax")
torch.scatter_reduce(a, 0, ints % 3, b * (ints > 2), "prod")
torch.index_reduce(a, 1, torch.tensor([0, 2, 0]), b[:, :3], "prod")
torch.index_reduce(a, 0, torch.tensor([1, 1]), b[:2], "amin", include_self=False)
a.unfold(1, 2, 1)
a.unfold(0, 2, 1).unfold(1, 3, 1)
torch.rot90(a, 3)
torch.hsplit(a, 2)
torch.vsplit(a, [1])
torch.nonzero_static(ints > 3, size=5)
torch.unravel_index(torch.tensor(7), (3, 4))
(a * 2).t_() * 3
(a * 2).unsqueeze_(1).transpose_(0, 2) * 3
a.detach().clone().resize_(2, 3)
z.mH * 2
torch.frombuffer(bytearray(range(8)), dtype=torch.int16, count=2, offset=2)
torch.empty_permuted((2, 3, 4), (2, 0, 1)).stride()
torch.take(a, torch.tensor([[0, -1], [5, 5]]))
"""


PRODUCTS = """
torch.einsum("ij,kj->ik", a, b).sum()
torch.einsum("ij,ij->", a, b)
torch.einsum("ii->i", sq).sum()
torch.einsum("i,j", v, w)
torch.einsum("bij,jk->bik", batch, a).sum()
torch.einsum("...ij->...ji", batch).sum()
torch.einsum("bij,bjk,k->bi", batch, batch, w).sum()
torch.einsum(a, [0, 1], v, [1], [0]).sum()
torch.tensordot(a, b, ([0, 1], [0, 1])).sum()
torch.tensordot(batch, sq, 1).sum()
torch.kron(a, w).sum()
torch.cross(batch, sq.expand(2, 3, 3), dim=2)
torch.linalg.cross(sq, w.unsqueeze(0))
torch.cdist(a, b)
torch.cdist(a, b, 1.0)
torch.cdist(batch, sq, 3.0)
torch.pdist(a)
torch.dist(a, b, 3)
torch.renorm(a, 2, 0, 0.5)
torch.addr(a, w, v, beta=2, alpha=3)
torch.addbmm(sq, batch, batch, alpha=2)
torch.baddbmm(batch, batch, batch, beta=0.5)
torch.addmv(w, a, v)
torch.chain_matmul(sq, sq, a).sum()
"""

LINEAR = """
torch.linalg.norm(a)
torch.linalg.norm(a, "nuc")
torch.linalg.norm(batch, 2, dim=(1, 2)).sum()
torch.linalg.norm(v, 3)
torch.linalg.matrix_norm(batch, 1)
torch.linalg.matrix_norm(batch, -float("inf"), keepdim=True)
torch.linalg.vector_norm(a, float("inf"), 1)
torch.det(sq)
torch.linalg.det(batch)
torch.linalg.det(torch.ones_like(sq) * sq[0])
torch.slogdet(batch)
torch.logdet(sq @ sq.mT)
torch.linalg.inv(sq)
torch.linalg.inv_ex(batch)
torch.linalg.solve(sq, w)
torch.linalg.solve(batch, sq)
torch.linalg.solve(sq, a.mT, left=False)
torch.linalg.solve_triangular(sq, a, upper=True)
torch.linalg.solve_triangular(sq, batch, upper=False, left=False, unitriangular=True)
torch.linalg.cholesky(sq @ sq.mT + torch.eye(3))
torch.linalg.cholesky(z @ z.mH + torch.eye(3), upper=True)
torch.cholesky_solve(a, sq)
torch.cholesky_inverse(sq)
torch.linalg.qr(a.mT)
torch.linalg.qr(a)
torch.linalg.qr(z)
torch.linalg.svd(a, full_matrices=False)
torch.linalg.svdvals(batch)
torch.linalg.eigh(sq + sq.mT)[1].abs()
torch.linalg.eigvalsh(z + z.mH)
torch.linalg.eigvals(sq)
torch.linalg.eig(sq)[1].abs()
torch.linalg.lstsq(a.mT, v.reshape(4, 1)).solution
torch.linalg.pinv(a)
torch.linalg.pinv(z)
torch.linalg.matrix_rank(a)
torch.linalg.matrix_power(sq, 5)
torch.linalg.matrix_power(sq, -2)
torch.linalg.matrix_exp(batch)
torch.linalg.cond(sq).sum()
torch.linalg.cond(sq.detach(), 1)
torch.linalg.lu(batch)
torch.linalg.lu(a)
torch.linalg.lu_factor(sq)
torch.linalg.lu_solve(*torch.linalg.lu_factor(sq), a).sum()
torch.linalg.multi_dot([w, sq, a, v])
torch.linalg.ldl_factor(sq.detach())
torch.linalg.ldl_factor(z.detach(), hermitian=True)
torch.linalg.ldl_solve(*torch.linalg.ldl_factor(sq.detach()), a.detach())
[torch.manual_seed(0), torch.svd_lowrank(a, 2)[1].sum()][1]
[torch.manual_seed(0), torch.pca_lowrank(a, 2, niter=1)[1].sum()][1]
torch.linalg.vecdot(a, b)
torch.linalg.householder_product(a.mT, w).sum()
torch.linalg.tensorinv(sq.reshape(3, 3, 1), 1).sum()
torch.linalg.tensorsolve(sq, w).sum()
torch.linalg.vander(v, N=3)
"""

FOURIER = """
torch.fft.fft(a)
torch.fft.fft(z, 5, 0, "ortho")
torch.fft.ifft(a, norm="forward")
torch.fft.rfft(a, 6)
torch.fft.irfft(z, 5)
torch.fft.hfft(z)
torch.fft.ihfft(a, norm="ortho")
torch.fft.fft2(batch)
torch.fft.rfftn(batch)
torch.fft.irfft2(z, (4, 3))
torch.fft.hfftn(z)
torch.fft.ihfft2(batch)
torch.fft.fftshift(a)
torch.fft.ifftshift(a, 1)
torch.fft.fftfreq(5, 0.5)
torch.fft.rfftfreq(5)
torch.stft(a.reshape(12), 4, 2, window=pos[0], return_complex=True).abs().sum()
torch.istft(torch.stft(a, 2, 1, window=torch.ones(2), return_complex=True), 2, 1, window=torch.ones(2))
"""


@pytest.mark.parametrize(
    "expression",
    [
        line
        for table in (ORDER, SEARCH, STATISTICS, POINTWISE, SPECIAL, BUILDING, PRODUCTS, LINEAR, FOURIER)
        for line in table.strip().splitlines()
    ],
)
def test_as_pytorch(expression: str) -> None:
    results, gradients, names = _run(teachtorch, expression)
    wanted, wanted_gradients, wanted_names = _run(torch, expression)
    assert len(results) == len(wanted)
    for got, expected in zip(results, wanted):
        _assert_equal(got, expected)
    for got, expected in zip(gradients, wanted_gradients):
        if got is None or expected is None:
            present = expected if got is None else got
            assert present is None or not np.any(_array(present)), "one gradient is missing"
        else:
            _assert_equal(got, expected)
    assert names == wanted_names
