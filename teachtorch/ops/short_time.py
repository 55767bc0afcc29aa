"""``stft`` and ``istft``: the Fourier transforms of overlapping stretches of a signal, and the way back."""

from __future__ import annotations

import numpy as np

from ..op import composite
from ..tensor import Tensor, wrap
from .fourier import complex_of, fft_c2c, fft_c2r, fft_r2c, half_size, reflected
from .sliding import unfold, unfold_backward

__all__ = ["istft", "stft"]


def _window(like: Tensor, n_fft: int, win_length: int | None, window: Tensor | None, name: str) -> Tensor:
    """The window, ones by default, in the middle of `n_fft` samples."""
    length = n_fft if win_length is None else win_length
    if not 0 < length <= n_fft:
        raise RuntimeError(f"{name}(...): expected 0 < win_length <= n_fft, but got win_length={length}")
    if window is None:
        window = wrap(np.ones(length, like._array.real.dtype))
    elif tuple(window.shape) != (length,):
        raise RuntimeError(
            f"{name}(...): expected a 1D window tensor of size equal to win_length={length}, but got "
            f"window with size {list(window.shape)}"
        )
    if length == n_fft:
        return window
    left = (n_fft - length) // 2
    whole = window.new_zeros(n_fft)
    return whole.slice_scatter(window, 0, left, left + length)


@composite()
def stft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Tensor:
    """The transforms of stretches of `n_fft` samples, `hop_length` apart: (batch, frequencies, stretches).

    With `center`, the signal is first continued by half a stretch on both sides, so that stretch t is about
    sample ``t * hop_length``.

    >>> import teachtorch as torch
    >>> torch.stft(torch.ones(8), 4, window=torch.ones(4), return_complex=True).shape
    torch.Size([3, 9])
    """
    if input.ndim not in (1, 2):
        raise RuntimeError("stft: expected a 1D or 2D tensor")
    if return_complex is None and not input.is_complex() and (window is None or not window.is_complex()):
        raise RuntimeError("stft requires the return_complex parameter be given for real inputs, and will further "
                           "require that return_complex=True in a future PyTorch release.")  # fmt: skip
    hop = n_fft // 4 if hop_length is None else hop_length
    if hop <= 0:
        raise RuntimeError(
            f"stft({input.dtype.legacy}...): expected hop_length > 0, but got hop_length={hop}"
        )
    x = input.unsqueeze(0) if input.ndim == 1 else input
    x = reflected(x, n_fft // 2, pad_mode) if center else x
    if not 0 < n_fft <= x.shape[-1]:
        raise RuntimeError(f"stft: expected 0 < n_fft <= {x.shape[-1]}, but got n_fft={n_fft}")
    frames = unfold(x, -1, n_fft, hop) * _window(input, n_fft, win_length, window, "stft")
    scale = "root" if normalized else "none"
    if frames.is_complex():
        if onesided:
            raise RuntimeError("Cannot have onesided output if window or input is complex")
        result = fft_c2c(frames, (2,), scale, True)
    else:
        result = fft_r2c(frames, (2,), scale, True if onesided is None else onesided)
    result = result.transpose(1, 2)
    result = result.squeeze(0) if input.ndim == 1 else result
    return result if return_complex or return_complex is None else result.view_as_real()


@composite()
def istft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The signal whose ``stft`` is given: the stretches transformed back, added where they overlap, and
    divided by what the squares of the windows add up to there.

    >>> import teachtorch as torch
    >>> x, window = torch.arange(8.), torch.ones(4)
    >>> spectra = torch.stft(x, 4, window=window, return_complex=True)
    >>> torch.istft(spectra, 4, window=window, length=8).round(decimals=4)
    tensor([0., 1., 2., 3., 4., 5., 6., 7.])
    """
    if not input.is_complex():
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with "
            "return_complex=True."
        )
    hop = n_fft // 4 if hop_length is None else hop_length
    one = (not return_complex and input.shape[-2] != n_fft) if onesided is None else onesided
    x = input.unsqueeze(0) if input.ndim == 2 else input
    if one and x.shape[1] != half_size(n_fft):
        raise RuntimeError(
            f"istft({input.dtype.legacy}...): expected the frequency dimension (3rd to the last) of the "
            f"input tensor to match n_fft / 2 + 1 when onesided=True, but got {x.shape[1]}"
        )
    scale = "root" if normalized else "size"
    x = x.transpose(1, 2)
    if return_complex:
        frames = fft_c2c(x, (2,), scale, False)
    else:
        frames = fft_c2r(x if one else x.narrow(2, 0, half_size(n_fft)), (2,), scale, n_fft)
    shape_like = frames.real if frames.is_complex() else frames
    weights = _window(shape_like, n_fft, win_length, window, "istft")
    count = x.shape[1]
    total = n_fft + hop * (count - 1)
    signal = unfold_backward(frames * weights, (x.shape[0], total), 1, n_fft, hop)
    squares = (weights * weights).expand(1, count, n_fft)
    sums = unfold_backward(squares, (1, total), 1, n_fft, hop)[0]
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else total - (n_fft // 2 if center else 0)
    kept = slice(start, min(end, total))
    if np.abs(sums[kept]._array).min(initial=1.0) < 1e-11:
        raise RuntimeError(f"istft({input.dtype.legacy}...) window overlap add min: 1")
    signal = signal[:, kept] / sums[kept]
    if length is not None and end > total:
        from .joining import cat

        signal = cat([signal, signal.new_zeros(signal.shape[0], end - total)], 1)
    result = signal.squeeze(0) if input.ndim == 2 else signal
    return complex_of(result) if return_complex else result
