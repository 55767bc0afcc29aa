"""Activations with a smooth bend: ``elu``, ``gelu``, ``silu``, ``softplus`` and their kin."""

from __future__ import annotations

import math
from typing import Any

from ..binding import Array
from ..op import composite, op
from ..plan import kernels
from ..samples import fixed, unary
from ..tensor import Tensor

__all__ = ["celu", "selu", "selu_"]

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
"""With these ``selu`` keeps mean 0 and variance 1 from layer to layer (Klambauer et al. 2017)."""


def _elu_slope(input: Any, alpha: float, scale: float, input_scale: float, F: Any) -> Any:
    # exp is kept from overflowing where it is not used
    bend = F.exp(F.where(input > 0, 0, input) * input_scale)
    return F.where(input > 0, scale, bend * (alpha * scale * input_scale))


@op(real="elu_cpu", method=False, inplace=True)
def elu(input: Array, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0, *, xp: Any) -> Array:
    r"""``scale * x`` where ``x > 0``, else :math:`\mathrm{scale}\,\alpha (e^{\mathrm{input\_scale}\,x} - 1)`.

    Derivative: ``scale``, and ``scale * alpha * input_scale * exp(input_scale * x)``.
    """
    bend = xp.expm1(xp.minimum(input, 0) * input_scale) * (alpha * scale)
    return xp.where(input > 0, input * scale, bend)


elu.grad(
    input=lambda grad, input, alpha, scale, input_scale, F: (
        grad * _elu_slope(input, alpha, scale, input_scale, F)
    )
)
elu.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(3), 0.5, 2.0, 1.5), {})))


@op(real="elu_cpu", inplace=True, method=False)
def celu(input: Array, alpha: float = 1.0, *, xp: Any) -> Array:
    r"""``x`` where ``x > 0``, else :math:`\alpha (e^{x/\alpha} - 1)`: an ``elu`` whose slope has no jump.

    >>> import teachtorch as torch
    >>> torch.celu(torch.tensor([-1., 0., 2.]))
    tensor([-0.6321,  0.0000,  2.0000])
    """
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return xp.where(input > 0, input, xp.expm1(xp.minimum(input, 0) / alpha) * alpha)


celu.grad(input=lambda grad, input, alpha, F: grad * _elu_slope(input, alpha, 1.0, 1 / alpha, F))
celu.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(3), 0.5), {})))


@op(method=False, inplace=True)
def silu(input: Array, *, xp: Any) -> Array:
    r""":math:`x\,\sigma(x)`, also called swish. Derivative: :math:`\sigma (1 + x (1 - \sigma))`."""
    return input * kernels.sigmoid(input)


def _silu_slope(input: Any, F: Any) -> Any:
    s = F.sigmoid(input)
    return s * ((1 - s) * input + 1)


silu.grad(input=lambda grad, input, F: grad * _silu_slope(input, F))
silu.samples(unary)


@op(real="mish_cpu", method=False, inplace=True)
def mish(input: Array, *, xp: Any) -> Array:
    r""":math:`x \tanh(\ln(1 + e^x))`. Derivative, t being the tanh: :math:`t + x (1 - t^2) \sigma(x)`."""
    return input * xp.tanh(kernels.softplus(input))


def _mish_slope(input: Any, F: Any) -> Any:
    t = F.tanh(F.softplus(input))
    return t + input * (1 - t * t) * F.sigmoid(input)


mish.grad(input=lambda grad, input, F: grad * _mish_slope(input, F))
mish.samples(unary)


@op(real="softplus_cpu", method=False)
def softplus(input: Array, beta: float = 1.0, threshold: float = 20.0, *, xp: Any) -> Array:
    r""":math:`\frac1\beta \ln(1 + e^{\beta x})`, a smooth ``relu``.

    Where ``beta * x > threshold`` the input itself, which the rounded result would be anyway.

    Derivative: :math:`\sigma(\beta x)`.
    """
    scaled = input * beta
    return xp.where(scaled > threshold, input, xp.log1p(xp.exp(xp.minimum(scaled, threshold))) / beta)


softplus.grad(
    input=lambda grad, input, beta, threshold, F: F.where(
        input * beta > threshold, grad, grad * F.sigmoid(input * beta)
    )
)
softplus.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(3), 2.0, 1.0), {})))


@op(real="log_sigmoid_cpu", method=False)
def log_sigmoid(input: Array, *, xp: Any) -> Array:
    r""":math:`\ln \sigma(x) = \min(x, 0) - \ln(1 + e^{-|x|})`. Derivative: :math:`\sigma(-x)`."""
    return xp.minimum(input, 0) - xp.log1p(xp.exp(-xp.abs(input)))


log_sigmoid.grad(input=lambda grad, input, F: grad * F.sigmoid(-input))
log_sigmoid.samples(unary)


@op(real="GeluKernelImpl", method=False)
def gelu(input: Array, *, approximate: str = "none", xp: Any) -> Array:
    r""":math:`x\,\Phi(x)`, where :math:`\Phi` is the normal distribution function.

    ``approximate="tanh"``: :math:`\frac{x}{2} (1 + \tanh(\sqrt{2/\pi}\,(x + 0.044715 x^3)))`.
    """
    if approximate == "none":
        return input * ((kernels.erf(input * math.sqrt(0.5)) + 1) * 0.5)
    if approximate == "tanh":
        return (
            input * 0.5 * (1 + xp.tanh((input + 0.044715 * input * input * input) * math.sqrt(2 / math.pi)))
        )
    raise RuntimeError("approximate argument must be either none or tanh.")


def _gelu_slope(input: Any, approximate: str, F: Any) -> Any:
    square = input * input
    if approximate == "none":
        density = F.exp(square * -0.5) * (1 / math.sqrt(2 * math.pi))
        return (F.erf(input * math.sqrt(0.5)) + 1) * 0.5 + input * density
    t = F.tanh((input + input * square * 0.044715) * math.sqrt(2 / math.pi))
    inner = (square * (3 * 0.044715) + 1) * math.sqrt(2 / math.pi)
    return (t + 1) * 0.5 + input * (1 - t * t) * inner * 0.5


gelu.grad(input=lambda grad, input, approximate, F: grad * _gelu_slope(input, approximate, F))
gelu.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(3, 2),), {"approximate": "tanh"})))


@op(real="glu_cpu", method=False)
def glu(input: Array, dim: int = -1, *, xp: Any) -> Array:
    r"""The first half along ``dim``, gated by the second: :math:`a\,\sigma(b)`."""
    if input.ndim == 0:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    size = input.shape[dim]
    if size % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim % input.ndim} is size {size}")
    first, second = _halves(input, dim)
    return first * kernels.sigmoid(second)


def _halves(input: Any, dim: int) -> tuple[Any, Any]:
    before = (slice(None),) * (dim % input.ndim)
    half = input.shape[dim] // 2
    return input[(*before, slice(None, half))], input[(*before, slice(half, None))]


def _glu_by_input(grad: Any, input: Any, dim: int, F: Any) -> Any:
    first, second = _halves(input, dim)
    gate = F.sigmoid(second)
    return F.cat([grad * gate, grad * first * (1 - gate) * gate], dim)


glu.grad(input=_glu_by_input)
glu.samples(fixed(lambda make: ((make(3, 4),), {}), lambda make: ((make(4, 3), 0), {})))


@composite(method=False)
def selu(input: Tensor) -> Tensor:
    r"""``elu`` with the two constants that keep mean 0 and variance 1 from layer to layer.

    >>> import teachtorch as torch
    >>> torch.selu(torch.tensor([-1., 2.]))
    tensor([-1.1113,  2.1014])
    """
    return elu(input, SELU_ALPHA, SELU_SCALE)


def selu_(input: Tensor) -> Tensor:
    """:func:`selu` in place.

    >>> import teachtorch as torch
    >>> torch.selu_(torch.tensor([-1., 2.]))
    tensor([-1.1113,  2.1014])
    """
    return input.elu_(SELU_ALPHA, SELU_SCALE)
