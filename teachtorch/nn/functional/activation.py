"""Activations. ``inplace=True`` overwrites the input, as far as autograd allows it."""

from __future__ import annotations

import warnings
from typing import Any

from ...ops import activation as _pieces
from ...ops import smooth_activation as _smooth
from ...ops.activation import hardshrink, prelu, rrelu_, softshrink
from ...ops.creation import empty_like, zeros_like
from ...ops.elementwise import sigmoid, tanh
from ...ops.smooth_activation import SELU_ALPHA, SELU_SCALE, gelu, softplus
from ...ops.smooth_activation import log_sigmoid as logsigmoid
from ...ops.softmax import log_softmax as _log_softmax
from ...ops.softmax import softmax as _softmax
from ...tensor import Tensor

__all__ = [
    "celu", "celu_", "elu", "elu_", "gelu", "glu", "gumbel_softmax", "hardshrink", "hardsigmoid",
    "hardswish", "hardtanh", "hardtanh_", "leaky_relu", "leaky_relu_", "log_softmax", "logsigmoid",
    "mish", "prelu", "relu", "relu6", "relu_", "rrelu", "rrelu_", "selu", "selu_", "sigmoid", "silu",
    "softmax", "softmin", "softplus", "softshrink", "softsign", "tanh", "tanhshrink", "threshold",
    "threshold_",
]  # fmt: skip


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(x, 0)``, elementwise.

    >>> import teachtorch as torch
    >>> torch.nn.functional.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return input.relu_() if inplace else _pieces.relu(input)


def relu_(input: Tensor) -> Tensor:
    """:func:`relu` in place."""
    return input.relu_()


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """The input where it is over ``threshold``, else ``value``."""
    return input.threshold_(threshold, value) if inplace else _pieces.threshold(input, threshold, value)


def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """:func:`threshold` in place."""
    return input.threshold_(threshold, value)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """The input kept between two bounds."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return input.hardtanh_(min_val, max_val) if inplace else _pieces.hardtanh(input, min_val, max_val)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """:func:`hardtanh` in place."""
    return hardtanh(input, min_val, max_val, inplace=True)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """The input kept between 0 and 6."""
    return hardtanh(input, 0.0, 6.0, inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """The input where it is positive, ``negative_slope`` times the input elsewhere."""
    return input.leaky_relu_(negative_slope) if inplace else _pieces.leaky_relu(input, negative_slope)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """:func:`leaky_relu` in place."""
    return input.leaky_relu_(negative_slope)


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """:func:`leaky_relu` whose slope is drawn uniformly for each element; outside training it is the mean."""
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    run = _pieces.rrelu_ if inplace else _pieces.rrelu
    return run(input, lower, upper, training)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """0 up to -3, 1 from 3, a straight line between."""
    return input.hardsigmoid_() if inplace else _pieces.hardsigmoid(input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """``x * hardsigmoid(x)``."""
    return input.hardswish_() if inplace else _pieces.hardswish(input)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """The input where it is positive, else ``alpha * (exp(x) - 1)``."""
    return input.elu_(alpha) if inplace else _smooth.elu(input, alpha)


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """:func:`elu` in place."""
    return input.elu_(alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """:func:`elu` with the constants that keep mean 0 and variance 1 from layer to layer."""
    return input.elu_(SELU_ALPHA, SELU_SCALE) if inplace else _smooth.selu(input)


def selu_(input: Tensor) -> Tensor:
    """:func:`selu` in place."""
    return selu(input, inplace=True)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """:func:`elu` whose slope has no jump, whatever ``alpha``."""
    return input.celu_(alpha) if inplace else _smooth.celu(input, alpha)


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """:func:`celu` in place."""
    return input.celu_(alpha)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """``x * sigmoid(x)``."""
    return input.silu_() if inplace else _smooth.silu(input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """``x * tanh(softplus(x))``."""
    return input.mish_() if inplace else _smooth.mish(input)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half along ``dim`` times the sigmoid of the second."""
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    return _smooth.glu(input, dim)


def softsign(input: Tensor) -> Tensor:
    """``x / (1 + |x|)``."""
    return input / (input.abs() + 1)


def tanhshrink(input: Tensor) -> Tensor:
    """``x - tanh(x)``."""
    return input - input.tanh()


def _implicit_dim(name: str, ndim: int, stacklevel: int) -> int:
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an "
        "argument.",
        stacklevel=stacklevel + 1,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Probabilities along ``dim``."""
    dim = _implicit_dim("softmax", input.dim(), _stacklevel) if dim is None else dim
    return _softmax(input, dim, dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """:func:`softmax` of the negated input."""
    dim = _implicit_dim("softmin", input.dim(), _stacklevel) if dim is None else dim
    return _softmax(-input, dim, dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """The logarithm of :func:`softmax`."""
    dim = _implicit_dim("log_softmax", input.dim(), _stacklevel) if dim is None else dim
    return _log_softmax(input, dim, dtype)


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A random choice along ``dim`` that gradients can pass.

    The largest of ``logits`` plus Gumbel noise is a draw from ``softmax(logits)``; a softmax with temperature
    ``tau`` stands for the maximum. ``hard`` returns the one-hot choice but keeps the soft one's gradient.
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    noise = -empty_like(logits).detach().exponential_().log()
    soft = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    choice = soft.max(dim, keepdim=True)[1]
    one_hot = zeros_like(logits).detach().scatter_(dim, choice, 1.0)
    return one_hot - soft.detach() + soft
