"""``torch.fft``: Fourier transforms of one or several dimensions, of real and of complex tensors.

The transforms themselves, with their derivatives, are in ``teachtorch/ops/fourier.py``.
"""

from __future__ import annotations

from typing import Any

from .dtypes import dtype as DType
from .dtypes import get_default_dtype
from .ops.creation import finish
from .ops.fourier import (
    chosen,
    complex_of,
    complex_transform,
    fft_c2c,
    fft_c2r,
    fft_r2c,
    floating,
    frequencies,
    half_size,
    require_dimensions,
    scale_of,
    shifted,
    sized,
)  # fmt: skip
from .ops.results import written
from .shapes import wrap_dim
from .tensor import Tensor

__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "hfft2", "hfftn", "ifft", "ifft2", "ifftn", "ifftshift",
    "ihfft", "ihfft2", "ihfftn", "irfft", "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn",
]  # fmt: skip


def _one(input: Tensor, n: int | None, dim: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """One dimension and its size."""
    require_dimensions(input, dim)
    d = wrap_dim(dim, input.ndim)
    if n is not None and n < 1:
        raise RuntimeError(f"Invalid number of data points ({n}) specified")
    return (d,), (input.shape[d] if n is None or n == -1 else n,)


# -- complex ------------------------------------------------------------------------------------------------


def fft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None
) -> Tensor:
    r"""The Fourier transform along one dimension: :math:`X_k = \sum_n x_n e^{-2\pi i k n / N}`.

    `n` cuts the signal or fills it up with zeros. `norm` says where to divide: "backward" (by N in the
    inverse), "forward" (by N here) or "ortho" (by √N in both).

    >>> import teachtorch as torch
    >>> torch.fft.fft(torch.tensor([1., 0., 0., 0.]))
    tensor([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j])
    """
    return written(complex_transform("fft", input, *_one(input, n, dim), norm, True), out)


def ifft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None
) -> Tensor:
    r"""The inverse transform: :math:`x_n = \frac1N \sum_k X_k e^{2\pi i k n / N}`.

    >>> import teachtorch as torch
    >>> torch.fft.ifft(torch.fft.fft(torch.tensor([1., 2.]))).real
    tensor([1., 2.])
    """
    return written(complex_transform("ifft", input, *_one(input, n, dim), norm, False), out)


def fftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``fft`` along several dimensions: all of them, unless sizes `s` or dimensions are given.

    >>> import teachtorch as torch
    >>> torch.fft.fftn(torch.ones(2, 2)).real
    tensor([[4., 0.],
            [0., 0.]])
    """
    return written(complex_transform("fftn", input, *chosen(input, s, dim), norm, True), out)


def ifftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``ifft`` along several dimensions.

    >>> import teachtorch as torch
    >>> torch.fft.ifftn(torch.ones(2, 2)).real
    tensor([[1., 0.],
            [0., 0.]])
    """
    return written(complex_transform("ifftn", input, *chosen(input, s, dim), norm, False), out)


def fft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``fftn`` of the last two dimensions: of images.

    >>> import teachtorch as torch
    >>> torch.fft.fft2(torch.eye(2)).real
    tensor([[2., 0.],
            [0., 2.]])
    """
    return fftn(input, s, dim, norm, out=out)


def ifft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``ifftn`` of the last two dimensions.

    >>> import teachtorch as torch
    >>> torch.fft.ifft2(torch.ones(2, 2)).real
    tensor([[1., 0.],
            [0., 0.]])
    """
    return ifftn(input, s, dim, norm, out=out)


# -- real signals -------------------------------------------------------------------------------------------


def _real_forward(name: str, input: Tensor, dims: Any, sizes: Any, norm: str | None) -> Tensor:
    if not dims:
        raise RuntimeError(f"{name} must transform at least one axis")
    x = sized(floating(name, input, needs_real=True), dims, sizes)
    return fft_r2c(x, dims, scale_of(name, norm, True), True)


def _real_inverse(
    name: str, input: Tensor, dims: Any, sizes: Any, norm: str | None, last: int | None
) -> Tensor:
    if not dims:
        raise RuntimeError(f"{name} must transform at least one axis")
    length = 2 * (input.shape[dims[-1]] - 1) if last is None else last
    if length < 1:
        raise RuntimeError(f"Invalid number of data points ({length}) specified")
    x = sized(complex_of(floating(name, input)), dims, (*sizes[:-1], half_size(length)))
    return fft_c2r(x, dims, scale_of(name, norm, False), length)


def _last(s: Any) -> int | None:
    """The size asked for along the last dimension."""
    if s is None:
        return None
    n = s if isinstance(s, int) else s[-1]
    return None if n == -1 else n


def rfft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None
) -> Tensor:
    r"""``fft`` of a real signal: only the first N // 2 + 1 frequencies, since the others are their
    conjugates.

    >>> import teachtorch as torch
    >>> torch.fft.rfft(torch.tensor([1., 1., 1., 1.]))
    tensor([4.+0.j, 0.+0.j, 0.+0.j])
    """
    return written(_real_forward("rfft", input, *_one(input, n, dim), norm), out)


def irfft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None
) -> Tensor:
    """The real signal of length `n` (default: 2 (m - 1)) whose first frequencies are given: the inverse of
    ``rfft``.

    >>> import teachtorch as torch
    >>> torch.fft.irfft(torch.tensor([4. + 0j, 0, 0]))
    tensor([1., 1., 1., 1.])
    """
    return written(_real_inverse("irfft", input, *_one(input, None, dim), norm, _checked(n)), out)


def _checked(n: int | None) -> int | None:
    if n is not None and n < 1 and n != -1:
        raise RuntimeError(f"Invalid number of data points ({n}) specified")
    return None if n == -1 else n


def rfftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``rfft`` along the last of several dimensions, ``fft`` along the others.

    >>> import teachtorch as torch
    >>> torch.fft.rfftn(torch.ones(2, 2)).real
    tensor([[4., 0.],
            [0., 0.]])
    """
    return written(_real_forward("rfftn", input, *chosen(input, s, dim), norm), out)


def irfftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Any = None
) -> Tensor:
    """The inverse of ``rfftn``.

    >>> import teachtorch as torch
    >>> torch.fft.irfftn(torch.fft.rfftn(torch.ones(2, 2)))
    tensor([[1., 1.],
            [1., 1.]])
    """
    return written(_real_inverse("irfftn", input, *chosen(input, s, dim), norm, _last(s)), out)


def rfft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``rfftn`` of the last two dimensions.

    >>> import teachtorch as torch
    >>> torch.fft.rfft2(torch.ones(4, 4)).shape
    torch.Size([4, 3])
    """
    return rfftn(input, s, dim, norm, out=out)


def irfft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``irfftn`` of the last two dimensions.

    >>> import teachtorch as torch
    >>> torch.fft.irfft2(torch.fft.rfft2(torch.eye(2)))
    tensor([[1., 0.],
            [0., 1.]])
    """
    return irfftn(input, s, dim, norm, out=out)


# -- real spectra -------------------------------------------------------------------------------------------


def hfft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None
) -> Tensor:
    """The real spectrum of a signal with ``x[-n] == x[n].conj()``, of which one half is given.

    >>> import teachtorch as torch
    >>> torch.fft.hfft(torch.tensor([1. + 0j, 0, 0]))
    tensor([1., 1., 1., 1.])
    """
    return hfftn(input, None if _checked(n) is None else (n,), (dim,), norm, out=out)


def hfftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``hfft`` along the last of several dimensions, ``fft`` along the others.

    >>> import teachtorch as torch
    >>> torch.fft.hfftn(torch.ones(2, 2, dtype=torch.complex64)).shape
    torch.Size([2, 2])
    """
    dims, sizes = chosen(input, s, dim)
    if not dims:
        raise RuntimeError("hfftn must transform at least one axis")
    last = _last(s)
    length = 2 * (input.shape[dims[-1]] - 1) if last is None else last
    if length < 1:
        raise RuntimeError(f"Invalid number of data points ({length}) specified")
    x = sized(complex_of(floating("hfftn", input)), dims, (*sizes[:-1], half_size(length)))
    scale = scale_of("hfftn", norm, True)
    x = fft_c2c(x, dims[:-1], scale, True) if len(dims) > 1 else x
    return written(fft_c2r(x.conj(), dims[-1:], scale, length), out)


def hfft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``hfftn`` of the last two dimensions.

    >>> import teachtorch as torch
    >>> torch.fft.hfft2(torch.ones(2, 3, dtype=torch.complex64)).shape
    torch.Size([2, 4])
    """
    return hfftn(input, s, dim, norm, out=out)


def ihfft(
    input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None
) -> Tensor:
    """The inverse of ``hfft``: the first half of the signal that has the given real spectrum.

    >>> import teachtorch as torch
    >>> torch.fft.ihfft(torch.tensor([1., 1., 1., 1.])).real
    tensor([1., 0., 0.])
    """
    return ihfftn(input, None if _checked(n) is None else (n,), (dim,), norm, out=out)


def ihfftn(
    input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None, *, out: Any = None
) -> Tensor:
    """The inverse of ``hfftn``.

    >>> import teachtorch as torch
    >>> torch.fft.ihfftn(torch.ones(2, 2)).real
    tensor([[1., 0.],
            [0., 0.]])
    """
    dims, sizes = chosen(input, s, dim)
    if not dims:
        raise RuntimeError("ihfftn must transform at least one axis")
    x = sized(floating("ihfftn", input, needs_real=True), dims, sizes)
    scale = scale_of("ihfftn", norm, False)
    x = fft_r2c(x, dims[-1:], scale, True).conj()
    return written(fft_c2c(x, dims[:-1], scale, False) if len(dims) > 1 else x, out)


def ihfft2(
    input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None, *, out: Any = None
) -> Tensor:
    """``ihfftn`` of the last two dimensions.

    >>> import teachtorch as torch
    >>> torch.fft.ihfft2(torch.ones(2, 4)).shape
    torch.Size([2, 3])
    """
    return ihfftn(input, s, dim, norm, out=out)


# -- frequencies --------------------------------------------------------------------------------------------


def fftfreq(n: int, d: float = 1.0, *, dtype: DType | None = None, out: Any = None, layout: Any = None,
            device: Any = None, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """The frequencies of ``fft``'s results, in cycles per unit of the sample spacing `d`.

    >>> import teachtorch as torch
    >>> torch.fft.fftfreq(4)
    tensor([ 0.0000,  0.2500, -0.5000, -0.2500])
    """
    values = frequencies(n, d, n, True).astype((dtype or get_default_dtype()).numpy)
    return written(finish(values, requires_grad, device), out)


def rfftfreq(n: int, d: float = 1.0, *, dtype: DType | None = None, out: Any = None, layout: Any = None,
             device: Any = None, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """The frequencies of ``rfft``'s results.

    >>> import teachtorch as torch
    >>> torch.fft.rfftfreq(4)
    tensor([0.0000, 0.2500, 0.5000])
    """
    values = frequencies(n, d, half_size(n), False).astype((dtype or get_default_dtype()).numpy)
    return written(finish(values, requires_grad, device), out)


def fftshift(input: Tensor, dim: Any = None) -> Tensor:
    """The frequency 0 moved to the middle.

    >>> import teachtorch as torch
    >>> torch.fft.fftshift(torch.tensor([0, 1, -2, -1]))
    tensor([-2, -1,  0,  1])
    """
    return shifted(input, dim, False)


def ifftshift(input: Tensor, dim: Any = None) -> Tensor:
    """The inverse of ``fftshift``.

    >>> import teachtorch as torch
    >>> torch.fft.ifftshift(torch.tensor([-2, -1, 0, 1]))
    tensor([ 0,  1, -2, -1])
    """
    return shifted(input, dim, True)
