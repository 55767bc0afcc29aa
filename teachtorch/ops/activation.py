"""Activations made of straight pieces: ``relu`` and its family, and the shrinking functions.

Each piece has a constant slope, so every derivative is "the slope where the input lies": a ``where``. It is
not a product with a mask, because an infinite gradient times 0 would be ``nan``.
"""

from __future__ import annotations

from typing import Any

from ..binding import Array, Plain
from ..dtypes import FROM_NUMPY, float64
from ..op import composite, op
from ..samples import fixed, unary
from ..tensor import Tensor
from .creation import empty, ones_like

__all__ = ["hardshrink", "prelu", "relu", "rrelu", "rrelu_", "threshold"]


@op(real=NotImplementedError("clamp is not supported for complex types"), inplace=True)
def relu(input: Array, *, xp: Any) -> Array:
    r"""The rectifier :math:`\max(x, 0)`, elementwise. Derivative: 1 where the result is positive, else 0.

    >>> import teachtorch as torch
    >>> torch.relu(torch.tensor([-1., 0., 2.]))
    tensor([0., 0., 2.])
    """
    if input.dtype.kind == "b":
        raise RuntimeError("Boolean inputs not supported for relu")
    return xp.maximum(input, 0)


relu.grad(input=lambda grad, result, F: F.threshold_backward(grad, result, 0))
relu.samples(unary)


@op(real="threshold_cpu", inplace=True)
def threshold(input: Array, threshold: float, value: float, *, xp: Any) -> Array:
    """``input`` where it is over ``threshold``, else ``value``. Derivative: 1 or 0.

    >>> import teachtorch as torch
    >>> torch.threshold(torch.tensor([-1., 0.5, 2.]), 1.0, 9.0)
    tensor([9., 9., 2.])
    """
    return xp.where(input <= threshold, value, input).astype(input.dtype, copy=False)


threshold.grad(input=lambda grad, input, threshold, F: F.threshold_backward(grad, input, threshold))
threshold.samples(fixed(lambda make: ((make(3, 2), 0.1, 5.0), {})))


@op(real="threshold_cpu", method=False)
def threshold_backward(grad: Array, input: Array, threshold: float, *, xp: Any) -> Array:
    """The derivative of :func:`relu` and :func:`threshold`: ``grad`` where ``input`` is over the threshold."""
    return xp.where(input <= threshold, 0, grad)


# The slope does not change with the input, except at the kink, where it has no derivative.
threshold_backward.grad(
    grad=lambda grad, input, threshold, F: F.threshold_backward(grad, input, threshold),
    input=lambda grad, F: F.zeros_like(grad),
)
threshold_backward.samples(fixed(lambda make: ((make(3, 2), make(3, 2), 0.1), {})))


@op(real=NotImplementedError("clamp is not supported for complex types"), method=False, inplace=True)
def hardtanh(input: Array, min_val: float = -1.0, max_val: float = 1.0, *, xp: Any) -> Array:
    """``input`` kept between two bounds. Derivative: 1 strictly between them, else 0."""
    if input.dtype.kind in "iu":
        min_val, max_val = int(min_val), int(max_val)
    return xp.clip(input, min_val, max_val)


hardtanh.grad(
    input=lambda grad, input, min_val, max_val, F: F.where((input <= min_val) | (input >= max_val), 0, grad)
)
hardtanh.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(3), 0.0, 0.5), {})))


@op(real="leaky_relu_cpu", method=False, inplace=True)
def leaky_relu(input: Array, negative_slope: float = 0.01, *, xp: Any) -> Array:
    r"""``input`` where it is positive, ``negative_slope * input`` elsewhere. Derivative: 1 or the slope."""
    return xp.where(input > 0, input, input * negative_slope)


leaky_relu.grad(input=lambda grad, input, negative_slope, F: F.where(input > 0, grad, grad * negative_slope))
leaky_relu.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(3), 0.2), {})))


@op(real="prelu_cpu", method=False, node="PreluKernel")
def prelu_kernel(input: Array, weight: Array, *, xp: Any) -> Array:
    """:func:`leaky_relu` with slopes that are learned; ``weight`` broadcasts against ``input``."""
    return xp.where(input > 0, input, input * weight)


prelu_kernel.grad(
    input=lambda grad, input, weight, F: F.where(input > 0, grad, grad * weight),
    weight=lambda grad, input, F: F.where(input > 0, 0, grad * input),
)
prelu_kernel.samples(fixed(lambda make: ((make(3, 2), make(1, 2)), {})))


@composite()
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """:func:`leaky_relu` with a learned slope, one for all or one for each channel (dimension 1).

    Shapes: ``input`` ``(N, C, *)``, ``weight`` ``(C,)`` or ``(1,)``.

    >>> import teachtorch as torch
    >>> torch.prelu(torch.tensor([-2.0, 3.0]), torch.tensor([0.25]))
    tensor([-0.5000,  3.0000])
    """
    if not input.dim() and weight.numel() != 1:
        raise RuntimeError("Not allow zero-dim input tensor.")
    channels = input.shape[1] if input.dim() >= 2 else 1
    if weight.numel() not in (1, channels):
        raise RuntimeError(
            "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
            f"{weight.numel()} and channel size = {channels}."
        )
    if input.dim() >= 1:
        shape = [1] * input.dim()
        if input.dim() >= 2:
            shape[1] = weight.numel()
        weight = weight.view(shape)
    return prelu_kernel(input, weight)


@op(method=False, inplace=True, node="RreluWithNoise")
def rrelu_with_noise(input: Array, noise: Plain, *, xp: Any) -> Array:
    """:func:`leaky_relu` with a slope of its own for each element: ``noise``, which is 1 over 0."""
    return input * noise


rrelu_with_noise.grad(input=lambda grad, noise: grad * noise)
rrelu_with_noise.samples(fixed(lambda make: ((make(3, 2), make(3, 2, low=0.1, high=0.3)), {})))


def _slopes(input: Tensor, lower: float, upper: float, training: bool) -> Tensor:
    """1 over 0; below, draws while training and their mean otherwise."""
    slopes = ones_like(input).detach()
    negative = input.detach() <= 0
    if training:
        count = int(negative.sum().item())
        slopes[negative] = (
            empty(count, dtype=float64).uniform_(lower, upper).to(input.dtype)
        )  # drawn in double
    else:
        slopes[negative] = (lower + upper) / 2
    return slopes


@composite(method=False)
def rrelu(input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False) -> Tensor:
    """:func:`leaky_relu` whose slope is drawn uniformly for each element; outside training it is the mean.

    >>> import teachtorch as torch
    >>> torch.rrelu(torch.tensor([-1.0, 2.0]), 0.0, 0.5)
    tensor([-0.2500,  2.0000])
    """
    return rrelu_with_noise(input, _slopes(input, lower, upper, training))


def rrelu_(input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False) -> Tensor:
    """:func:`rrelu` in place.

    >>> import teachtorch as torch
    >>> torch.rrelu_(torch.tensor([-1.0, 2.0]), 0.0, 0.5)
    tensor([-0.2500,  2.0000])
    """
    return input.rrelu_with_noise_(_slopes(input, lower, upper, training))


@op(real="hardsigmoid_cpu", method=False, inplace=True)
def hardsigmoid(input: Array, *, xp: Any) -> Array:
    """A sigmoid of three straight pieces: 0 to -3, ``x / 6 + 1/2``, 1 from 3. Derivative: 1/6 or 0."""
    return xp.clip(input + 3, 0, 6) / 6


hardsigmoid.grad(input=lambda grad, input, F: F.where((input > -3) & (input < 3), grad / 6, 0))
hardsigmoid.samples(fixed(lambda make: ((make(3, 2, low=-5, high=5),), {})))


@op(real="hardswish_cpu", method=False, inplace=True)
def hardswish(input: Array, *, xp: Any) -> Array:
    r"""``x * hardsigmoid(x)``. Derivative: 0 up to -3, 1 from 3, ``x / 3 + 1/2`` between."""
    return input * xp.clip(input + 3, 0, 6) / 6


hardswish.grad(
    input=lambda grad, input, F: F.where(input < 3, F.where(input <= -3, 0, grad * (input / 3 + 0.5)), grad)
)
hardswish.samples(fixed(lambda make: ((make(3, 2, low=-5, high=5),), {})))


@op(real="hardshrink_cpu")
def hardshrink(input: Array, lambd: float = 0.5, *, xp: Any) -> Array:
    """``input`` where it is over ``lambd`` in magnitude, else 0. Derivative: 1 or 0.

    >>> import teachtorch as torch
    >>> torch.hardshrink(torch.tensor([-2., 0.3, 1.]))
    tensor([-2.,  0.,  1.])
    """
    return xp.where((input >= -lambd) & (input <= lambd), 0, input)


hardshrink.grad(input=lambda grad, input, lambd, F: F.where((input >= -lambd) & (input <= lambd), 0, grad))
hardshrink.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(3), 0.1), {})))


@op(real="softshrink_check", method=False)
def softshrink(input: Array, lambd: float = 0.5, *, xp: Any) -> Array:
    """``input`` moved towards 0 by ``lambd``, and 0 where it would cross it. Derivative: 1 or 0."""
    if lambd < 0:
        raise RuntimeError(
            f"lambda must be in range [0, {xp.finfo(input.dtype).max:g}] for input dtype "
            f"{FROM_NUMPY[input.dtype].legacy}, but found {lambd:g}"
        )
    shrunk = xp.where(input > lambd, input - lambd, xp.where(input < -lambd, input + lambd, input * 0))
    return shrunk.astype(input.dtype, copy=False)


softshrink.grad(input=lambda grad, input, lambd, F: F.where((input >= -lambd) & (input <= lambd), 0, grad))
softshrink.samples(fixed(lambda make: ((make(3, 2),), {}), lambda make: ((make(3), 0.1), {})))
