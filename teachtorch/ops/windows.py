"""Windows for signal processing: weights that fade a stretch of samples in and out.

A *periodic* window of n samples is a symmetric one of n + 1 without its last: what a Fourier transform wants.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtypes import dtype as DType
from ..dtypes import get_default_dtype
from ..tensor import Tensor
from .creation import finish

__all__ = ["bartlett_window", "blackman_window", "hamming_window", "hann_window", "kaiser_window"]


def _window(
    name: str,
    length: int,
    periodic: bool,
    shape: Callable[[Any], Any],
    dtype: DType | None,
    device: Any,
    requires_grad: bool,
) -> Tensor:
    """`shape` gives the weights at places between 0 and 1."""
    dtype = dtype or get_default_dtype()
    if not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError(
            f"{name}() expects floating point dtypes, got: TensorOptions(dtype={_c_name(dtype)})"
        )
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    if length < 2:
        weights = np.ones(length)
    else:
        weights = shape(np.arange(length) / (length if periodic else length - 1))
    return finish(weights.astype(dtype.numpy), requires_grad, device)


def _c_name(dtype: DType) -> str:
    return {"int64": "long", "int32": "int"}.get(dtype.name, dtype.name)


def hann_window(window_length: int, periodic: bool = True, *, dtype: DType | None = None, layout: Any = None,
                device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:  # fmt: skip
    r"""A raised cosine: :math:`\tfrac12 - \tfrac12 \cos 2\pi t`.

    >>> import teachtorch as torch
    >>> torch.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return hamming_window(
        window_length, periodic, 0.5, 0.5, dtype=dtype, device=device, requires_grad=requires_grad
    )


def hamming_window(window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, *,
                   dtype: DType | None = None, layout: Any = None, device: Any = None, pin_memory: bool = False,
                   requires_grad: bool = False) -> Tensor:  # fmt: skip
    r"""A raised cosine on a pedestal: :math:`\alpha - \beta \cos 2\pi t`.

    >>> import teachtorch as torch
    >>> torch.hamming_window(4)
    tensor([0.0800, 0.5400, 1.0000, 0.5400])
    """
    shape = lambda t: alpha - beta * np.cos(2 * math.pi * t)
    return _window("hamming_window", window_length, periodic, shape, dtype, device, requires_grad)


def blackman_window(window_length: int, periodic: bool = True, *, dtype: DType | None = None, layout: Any = None,
                    device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:  # fmt: skip
    r""":math:`0.42 - 0.5 \cos 2\pi t + 0.08 \cos 4\pi t`.

    >>> import teachtorch as torch
    >>> torch.blackman_window(4).abs().round(decimals=4)
    tensor([0.0000, 0.3400, 1.0000, 0.3400])
    """
    shape = lambda t: 0.42 - 0.5 * np.cos(2 * math.pi * t) + 0.08 * np.cos(4 * math.pi * t)
    return _window("blackman_window", window_length, periodic, shape, dtype, device, requires_grad)


def bartlett_window(window_length: int, periodic: bool = True, *, dtype: DType | None = None, layout: Any = None,
                    device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:  # fmt: skip
    r"""A triangle: :math:`1 - |2t - 1|`.

    >>> import teachtorch as torch
    >>> torch.bartlett_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    shape = lambda t: 1 - np.abs(2 * t - 1)
    return _window("bartlett_window", window_length, periodic, shape, dtype, device, requires_grad)


def kaiser_window(window_length: int, periodic: bool = True, beta: float = 12.0, *, dtype: DType | None = None,
                  layout: Any = None, device: Any = None, pin_memory: bool = False,
                  requires_grad: bool = False) -> Tensor:  # fmt: skip
    r""":math:`I_0(\beta \sqrt{1 - (2t - 1)^2}) / I_0(\beta)` with the modified Bessel function; `beta` sets
    the width.

    >>> import teachtorch as torch
    >>> torch.kaiser_window(4)
    tensor([5.2773e-05, 2.1567e-01, 1.0000e+00, 2.1567e-01])
    """
    shape = lambda t: np.i0(beta * np.sqrt(np.maximum(1 - (2 * t - 1) ** 2, 0))) / np.i0(beta)
    return _window("kaiser_window", window_length, periodic, shape, dtype, device, requires_grad)
