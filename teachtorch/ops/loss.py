r"""Losses of an input and a target of the same shape: how far is one from the other?

Each computes one number per element and then, by ``reduction``, keeps them (``"none"``), adds them
(``"sum"``) or takes their mean (``"mean"``, the default). The mean divides every derivative by the number of
elements, which is all that :func:`_share` says.
"""

from __future__ import annotations

import math
from typing import Any

from ..binding import Array, Plain
from ..op import op
from ..plan import kernels
from ..samples import Make, Sample, fixed

__all__: list[str] = []


def _reduce(values: Any, reduction: str) -> Any:
    if reduction == "mean":
        return values.mean()
    return values.sum() if reduction == "sum" else values


def _share(grad: Any, shape: tuple[int, ...], reduction: str) -> Any:
    """The gradient that reaches each element: of a mean of n elements, 1/n of it."""
    return grad / math.prod(shape) if reduction == "mean" else grad


def _pairs(make: Make) -> Any:
    """Input and target, under every reduction."""
    for reduction in ("mean", "sum", "none"):
        yield (make(3, 2), make(3, 2)), {"reduction": reduction}


@op(real="mse_cpu", method=False)
def mse_loss(input: Array, target: Array, *, reduction: str = "mean", xp: Any) -> Array:
    r"""The squared error :math:`(x - y)^2`. Derivatives: :math:`2 (x - y)` and :math:`-2 (x - y)`.

    >>> from teachtorch import nn, tensor
    >>> nn.functional.mse_loss(tensor([1., 2.]), tensor([0., 4.]))
    tensor(2.5000)
    """
    difference = input - target
    return _reduce(difference * difference, reduction)


def _mse_slope(grad: Any, input: Any, target: Any, reduction: str) -> Any:
    # 2/n first: one multiplication of the elements fewer, and PyTorch's rounding
    norm = 2.0 / max(math.prod(input.shape), 1) if reduction == "mean" else 2.0
    return (input - target) * norm * grad


mse_loss.grad(
    input=_mse_slope,
    target=lambda grad, input, target, reduction: -_mse_slope(grad, input, target, reduction),
)
mse_loss.samples(_pairs)


@op(real="smooth_l1_cpu", method=False)
def smooth_l1_loss(
    input: Array, target: Array, *, reduction: str = "mean", beta: float = 1.0, xp: Any
) -> Array:
    r"""With :math:`d = |x - y|`: :math:`d^2 / 2\beta` where ``d < beta``, else :math:`d - \beta/2`.

    Derivative: :math:`(x - y)/\beta` cut off at ±1.
    """
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    distance = xp.abs(input - target)
    if beta == 0:
        return _reduce(distance, reduction)
    near = 0.5 * distance * distance / beta
    return _reduce(xp.where(distance < beta, near, distance - 0.5 * beta), reduction)


def _smooth_l1_slope(grad: Any, input: Any, target: Any, reduction: str, beta: float, F: Any) -> Any:
    difference = input - target
    slope = F.sign(difference)
    if beta > 0:
        slope = F.where(F.abs(difference) < beta, difference / beta, slope)
    return slope * _share(grad, input.shape, reduction)


smooth_l1_loss.grad(
    input=_smooth_l1_slope,
    target=lambda grad, input, target, reduction, beta, F: (
        -_smooth_l1_slope(grad, input, target, reduction, beta, F)
    ),
)
smooth_l1_loss.samples(_pairs, fixed(lambda make: ((make(3), make(3)), {"beta": 0.3})))


@op(real="huber_cpu", method=False)
def huber_loss(input: Array, target: Array, *, reduction: str = "mean", delta: float = 1.0, xp: Any) -> Array:
    r"""With :math:`d = |x - y|`: :math:`d^2 / 2` up to ``delta``, then :math:`\delta (d - \delta/2)`.

    Derivative: :math:`x - y` cut off at ±delta.
    """
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    distance = xp.abs(input - target)
    near = 0.5 * distance * distance
    return _reduce(xp.where(distance < delta, near, delta * (distance - 0.5 * delta)), reduction)


def _huber_slope(grad: Any, input: Any, target: Any, reduction: str, delta: float, F: Any) -> Any:
    return F.clamp(input - target, -delta, delta) * _share(grad, input.shape, reduction)


huber_loss.grad(
    input=_huber_slope,
    target=lambda grad, input, target, reduction, delta, F: (
        -_huber_slope(grad, input, target, reduction, delta, F)
    ),
)
huber_loss.samples(_pairs, fixed(lambda make: ((make(3), make(3)), {"delta": 0.3})))


@op(method=False)
def soft_margin_loss(input: Array, target: Plain, *, reduction: str = "mean", xp: Any) -> Array:
    r""":math:`\ln(1 + e^{-yx})` for targets ±1. Derivative: :math:`-y\,\sigma(-yx)`."""
    return _reduce(xp.log1p(xp.exp(-target * input)), reduction)


soft_margin_loss.grad(
    input=lambda grad, input, target, reduction, F: (
        -target * F.sigmoid(-target * input) * _share(grad, input.shape, reduction)
    )
)
soft_margin_loss.samples(_pairs)


# --- probabilities and logits ---


def _weighted(values: Any, weight: Any) -> Any:
    return values if weight is None else values * weight


@op(real="binary_cross_entropy", method=False)
def binary_cross_entropy(
    input: Array, target: Array, *, weight: Plain | None = None, reduction: str = "mean", xp: Any
) -> Array:
    r""":math:`-y \ln p - (1 - y) \ln(1 - p)` for probabilities ``p``; no logarithm falls below -100.

    Derivative by the input: :math:`(p - y) / (p (1 - p))`, by the target: :math:`\ln(1 - p) - \ln p`.
    """
    if input.size and (input.min() < 0 or input.max() > 1):
        raise RuntimeError("all elements of input should be between 0 and 1")
    with xp.errstate(divide="ignore"):
        yes, no = xp.maximum(xp.log(input), -100), xp.maximum(xp.log1p(-input), -100)
    return _reduce(_weighted((target - 1) * no - target * yes, weight), reduction)


binary_cross_entropy.grad(
    input=lambda grad, input, target, weight, reduction, F: _weighted(
        _share(grad, input.shape, reduction) * (input - target) / F.clamp((1 - input) * input, 1e-12, None),
        weight,
    ),
    target=lambda grad, input, weight, reduction, F: _weighted(
        (F.log(1 - input) - F.log(input)) * _share(grad, input.shape, reduction), weight
    ),
)


def _probabilities(make: Make) -> Any:
    for reduction in ("mean", "sum", "none"):
        yield (make(3, 2, low=0.1, high=0.9), make(3, 2, low=0.1, high=0.9)), {"reduction": reduction}


binary_cross_entropy.samples(_probabilities)


@op(method=False)
def binary_cross_entropy_with_logits(
    input: Array,
    target: Array,
    *,
    weight: Plain | None = None,
    pos_weight: Plain | None = None,
    reduction: str = "mean",
    xp: Any,
) -> Array:
    r"""The cross entropy of :math:`\sigma(x)`, without computing it: :math:`(1 - y) x - \ln \sigma(x)`.

    ``pos_weight`` multiplies the part of the positive answers. Derivative by the input:
    :math:`\sigma(x) - y`; by the target: :math:`-x`.
    """
    log_sigmoid = kernels.log_sigmoid(input)
    if pos_weight is not None:
        log_sigmoid = log_sigmoid * ((pos_weight - 1) * target + 1)
    return _reduce(_weighted((1 - target) * input - log_sigmoid, weight), reduction)


def _logits_by_input(
    grad: Any, input: Any, target: Any, weight: Any, pos_weight: Any, reduction: str, F: Any
) -> Any:
    if pos_weight is None:
        slope = F.sigmoid(input) - target
    else:
        positive = target * pos_weight
        slope = (positive + 1 - target) * F.sigmoid(input) - positive
    return _weighted(slope * _share(grad, input.shape, reduction), weight)


def _logits_by_target(grad: Any, input: Any, weight: Any, pos_weight: Any, reduction: str, F: Any) -> Any:
    if pos_weight is None:
        slope = -input
    else:
        slope = F.log_sigmoid(-input) - F.log_sigmoid(input) * pos_weight
    return _weighted(slope * _share(grad, input.shape, reduction), weight)


binary_cross_entropy_with_logits.grad(input=_logits_by_input, target=_logits_by_target)


def _with_pos_weight(make: Make) -> Sample:
    return (make(3, 2), make(3, 2)), {"pos_weight": make(2, low=0.5, high=2.0)}


binary_cross_entropy_with_logits.samples(_pairs, fixed(_with_pos_weight))
