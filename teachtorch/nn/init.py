"""How parameters start. Each function fills a tensor in place, outside autograd, and returns it.

A sum of ``n`` independent terms of variance ``v`` has variance ``n v``. If a layer is not to blow up or damp
its signal, its weights need a variance near ``1 / n``, where ``n`` counts the terms: *fan in* going forward,
*fan out* going backward. Xavier's rule balances the two, Kaiming's takes one of them and corrects for the
nonlinearity that follows by a *gain*.

With the same ``manual_seed`` the values are PyTorch's, bit for bit (:func:`orthogonal_` to rounding).

>>> import teachtorch as torch
>>> _ = torch.manual_seed(0)
>>> torch.nn.init.xavier_uniform_(torch.empty(2, 3))
tensor([[-0.0082,  0.5876, -0.9016],
        [-0.8062, -0.4219,  0.2938]])
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

from ..backend import namespace
from ..grad_mode import no_grad
from ..tensor import Tensor, wrap
from ._trunc_normal import trunc_normal_

__all__ = [
    "calculate_gain",
    "constant",
    "constant_",
    "dirac",
    "dirac_",
    "eye",
    "eye_",
    "kaiming_normal",
    "kaiming_normal_",
    "kaiming_uniform",
    "kaiming_uniform_",
    "normal",
    "normal_",
    "ones_",
    "orthogonal",
    "orthogonal_",
    "sparse",
    "sparse_",
    "trunc_normal_",
    "uniform",
    "uniform_",
    "xavier_normal",
    "xavier_normal_",
    "xavier_uniform",
    "xavier_uniform_",
    "zeros_",
]

_LINEAR = frozenset(["linear", "sigmoid", *(f"conv{t}{d}d" for t in ("", "_transpose") for d in (1, 2, 3))])


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """How much larger the weights before a nonlinearity should be, to make up for what it takes away.

    ===============  ==============================
    nonlinearity     gain
    ===============  ==============================
    linear, conv     1
    sigmoid          1
    tanh             5/3
    relu             sqrt(2)
    leaky_relu       sqrt(2 / (1 + negative_slope²))
    selu             3/4
    ===============  ==============================

    Args:
        nonlinearity: its name in ``nn.functional``.
        param: the negative slope of ``leaky_relu`` (0.01).
    """
    if nonlinearity in _LINEAR:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {slope} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with draws from the uniform distribution on ``[a, b)``."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with draws from the normal distribution."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value."""
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """Make a matrix the identity: a linear layer with it returns as many of its inputs as it can."""
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    tensor.zero_()
    for i in range(min(tensor.shape)):
        tensor[i, i] = 1
    return tensor


@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Make a convolution the identity on its channels: a one in the middle of each kernel on the diagonal.

    Args:
        tensor: a weight with 3, 4 or 5 dimensions.
        groups: each of so many groups of output channels starts again at the first input channel.
    """
    if tensor.ndimension() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.size(0) % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    per_group = tensor.size(0) // groups
    middle = tuple(size // 2 for size in tensor.shape[2:])
    tensor.zero_()
    for group in range(groups):
        for channel in range(min(per_group, tensor.size(1))):
            tensor[(group * per_group + channel, channel, *middle)] = 1
    return tensor


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many terms each output sums (fan in), and each input feeds (fan out).

    A weight is ``(out, in, *kernel)``: each position of the kernel counts once for every channel.
    """
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    outputs, inputs, *kernel = tensor.shape
    positions = math.prod(kernel)
    return inputs * positions, outputs * positions


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    modes = ["fan_in", "fan_out"]
    if mode.lower() not in modes:
        raise ValueError(f"Mode {mode.lower()} not supported, please use one of {modes}")
    return _calculate_fan_in_and_fan_out(tensor)[modes.index(mode.lower())]


def _xavier_std(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor))))


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    fan = _calculate_correct_fan(tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _is_empty(tensor: Tensor) -> bool:
    if 0 not in tensor.shape:
        return False
    warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=4)
    return True


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Fill uniformly in ``±gain * sqrt(6 / (fan_in + fan_out))`` (Glorot and Bengio 2010).

    A uniform distribution on ``[-b, b]`` has variance ``b² / 3``, so ``b = sqrt(3) * std``.
    """
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Fill normally with ``std = gain * sqrt(2 / (fan_in + fan_out))`` (Glorot and Bengio 2010)."""
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


@no_grad()
def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    """Fill uniformly in ``±gain * sqrt(3 / fan)`` (He et al. 2015).

    Args:
        tensor: a weight with at least 2 dimensions.
        a: the negative slope, if the nonlinearity is ``"leaky_relu"``.
        mode: ``"fan_in"`` keeps the size of the signal forward, ``"fan_out"`` that of the gradient.
        nonlinearity: what follows; see :func:`calculate_gain`.
        generator: where to draw from.
    """
    if _is_empty(tensor):
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor.uniform_(-bound, bound, generator=generator)


@no_grad()
def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    """Fill normally with ``std = gain / sqrt(fan)`` (He et al. 2015), as :func:`kaiming_uniform_`."""
    if _is_empty(tensor):
        return tensor
    return tensor.normal_(0, _kaiming_std(tensor, a, mode, nonlinearity), generator=generator)


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Fill with ``gain`` times a random orthogonal matrix, which turns and mirrors but keeps lengths.

    Dimensions after the first are taken as one. The matrix is the ``Q`` of a QR decomposition of normal
    numbers; making the diagonal of ``R`` positive makes it uniform among all orthogonal matrices.
    """
    if tensor.ndimension() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows, cols = tensor.size(0), tensor.numel() // tensor.size(0)
    drawn = tensor.new_empty((rows, cols)).normal_(0, 1, generator=generator)
    xp, array = namespace(drawn._array), drawn._array
    q, r = xp.linalg.qr(array.T if rows < cols else array)
    q *= xp.sign(xp.diagonal(r))
    tensor.view(rows, cols).copy_(wrap(q.T if rows < cols else q))
    return tensor.mul_(gain)


@no_grad()
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Fill a matrix normally and set the fraction ``sparsity`` of each column to zero (Martens 2010)."""
    from ..ops.random import randperm

    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, cols = tensor.shape
    zeros = math.ceil(sparsity * rows)
    tensor.normal_(0, std, generator=generator)
    for column in range(cols):
        tensor[randperm(rows)[:zeros], column] = 0
    return tensor


def _deprecated(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The old name of ``function``, without the underscore."""
    new = function.__name__
    old = new[:-1]

    @functools.wraps(function)
    def renamed(*args: Any, **kwargs: Any) -> Tensor:
        message = f"`nn.init.{old}` is now deprecated in favor of `nn.init.{new}`."
        warnings.warn(message, FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    renamed.__name__ = old
    renamed.__doc__ = f"The old name of :func:`{new}`; warns with ``FutureWarning``."
    return renamed


uniform = _deprecated(uniform_)
normal = _deprecated(normal_)
constant = _deprecated(constant_)
eye = _deprecated(eye_)
dirac = _deprecated(dirac_)
xavier_uniform = _deprecated(xavier_uniform_)
xavier_normal = _deprecated(xavier_normal_)
kaiming_uniform = _deprecated(kaiming_uniform_)
kaiming_normal = _deprecated(kaiming_normal_)
orthogonal = _deprecated(orthogonal_)
sparse = _deprecated(sparse_)
