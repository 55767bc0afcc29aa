"""Losses of an input and a target of the same shape.

``reduction`` is ``"mean"`` (the default), ``"sum"`` or ``"none"``; ``size_average`` and ``reduce`` are its
deprecated predecessors.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from ...grad_mode import no_grad
from ...ops import loss as _ops
from ...ops.creation import ones_like
from ...ops.joining import broadcast_tensors
from ...tensor import Tensor
from .. import _reduction

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "gaussian_nll_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
    "soft_margin_loss",
]


def _same_size(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The two tensors broadcast together, with a warning that it is probably not meant."""
    if target.shape == input.shape:
        return input, target
    warnings.warn(
        f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). This "
        "will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
        stacklevel=3,
    )
    a, b = broadcast_tensors(input, target)
    return a, b


def _weighted(losses: Tensor, weight: Tensor, input: Tensor, reduction: str) -> Tensor:
    """Reduce losses with a weight each; the mean is over the weights."""
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")
    if reduction not in ("none", "sum", "mean"):
        raise ValueError(f"Invalid reduction mode: {reduction}. Expected one of 'none', 'mean', 'sum'.")
    losses = losses * weight
    return losses.sum() / weight.sum() if reduction == "mean" else _reduction.apply(losses, reduction)


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The mean squared error.

    >>> import teachtorch as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]))
    tensor(2.5000)
    """
    input, target = _same_size(input, target)
    if size_average is not None or reduce is not None:
        reduction = _reduction.legacy_get_string(size_average, reduce)
    if weight is not None:
        return _weighted((input - target) ** 2, weight, input, reduction)
    if reduction == "mean":
        return _ops.mse_loss(input, target)
    return _ops.mse_loss(input, target, reduction=_reduction.check(reduction))


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The mean absolute error."""
    input, target = _same_size(input, target)
    if size_average is not None or reduce is not None:
        reduction = _reduction.legacy_get_string(size_average, reduce)
    losses = (input - target).abs()
    if weight is not None:
        return _weighted(losses, weight, input, reduction)
    return _reduction.apply(losses, _reduction.check(reduction))


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Squared where the error is below ``beta``, absolute beyond: outliers pull with a constant force."""
    input, target = _same_size(input, target)
    reduction = _reduction.choose(size_average, reduce, reduction)
    if beta == 0.0:
        return _reduction.apply((input - target).abs(), reduction)
    return _ops.smooth_l1_loss(input, target, reduction=reduction, beta=beta)


def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    """``delta`` times :func:`smooth_l1_loss` with ``beta=delta``."""
    input, target = _same_size(input, target)
    if weight is None:
        return _ops.huber_loss(input, target, reduction=_reduction.check(reduction), delta=delta)
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")
    losses = _ops.huber_loss(input, target, reduction="none", delta=delta) * weight
    if reduction not in ("none", "sum", "mean"):
        raise ValueError(f"Invalid reduction mode: {reduction}. Expected one of 'none', 'mean', 'sum'.")
    return _reduction.apply(losses, reduction)


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The logistic loss ``log(1 + exp(-target * input))`` for targets 1 and -1."""
    reduction = _reduction.choose(size_average, reduce, reduction)
    return _ops.soft_margin_loss(input, target, reduction=reduction)


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """How badly probabilities ``input`` predict the answers ``target`` (0, 1 or between)."""
    reduction = _reduction.choose(size_average, reduce, reduction)
    if target.size() != input.size():
        raise ValueError(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}) is "
            "deprecated. Please ensure they have the same size."
        )
    return _ops.binary_cross_entropy(input, target, weight=weight, reduction=reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """:func:`binary_cross_entropy` of ``sigmoid(input)``, in one step that does not overflow."""
    reduction = _reduction.choose(size_average, reduce, reduction)
    if target.size() != input.size():
        raise ValueError(f"Target size ({target.size()}) must be the same as input size ({input.size()})")
    return _ops.binary_cross_entropy_with_logits(
        input, target, weight=weight, pos_weight=pos_weight, reduction=reduction
    )


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """The Kullback-Leibler divergence ``target * (log(target) - input)``; ``input`` holds log-probabilities.

    ``reduction="batchmean"`` is the divergence of the definition, averaged over the first dimension.
    ``log_target`` says that the target holds logarithms too.
    """
    batchmean = reduction == "batchmean"
    if size_average is None and reduce is None and reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support "
            "size.'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    reduction = _reduction.choose(size_average, reduce, "sum" if batchmean else reduction)
    if log_target:
        losses = target.exp() * (target - input)
    else:
        entropy = (target * target.log()).where(target != 0, target * 0)  # 0 log 0 = 0
        losses = entropy - target * input
    loss = _reduction.apply(losses, reduction)
    return loss / input.shape[0] if batchmean and input.dim() != 0 else loss


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-likelihood of counts ``target`` under Poisson distributions of rate ``input``.

    Args:
        input: the rates, or their logarithms.
        target: the counts.
        log_input: whether ``input`` holds logarithms.
        full: add Stirling's approximation of ``log(target!)``, which does not depend on the input.
        size_average, reduce: deprecated.
        eps: added to a rate before its logarithm is taken.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
    """
    if size_average is not None or reduce is not None:
        reduction = _reduction.legacy_get_string(size_average, reduce)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not a valid value for reduction")
    if log_input:
        losses = input.exp() - target * input
    else:
        losses = input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        losses = losses + stirling.where(target > 1, target * 0)
    return _reduction.apply(losses, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Any,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-likelihood of ``target`` under normal distributions: mean ``input``, variance ``var``.

    Args:
        input: the means.
        target: what was seen.
        var: the variances: a number, or a tensor of the same shape, which may lack one dimension or
            have size 1 there.
        full: add the constant ``log(2 pi) / 2``.
        eps: the smallest variance.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
    """
    if not isinstance(var, Tensor):
        var = var * ones_like(input)
    if bool((var < 0).any()):
        raise ValueError("var has negative entry/entries")
    if var.size() != input.size():
        if input.shape[:-1] == var.shape:
            var = var.unsqueeze(-1)
        elif input.dim() != var.dim() or not _differs_by_a_one(input.shape, var.shape):
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    var = var.clone()
    with no_grad():
        var.clamp_(min=eps)  # the gradient does not know of it
    losses = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return _reduction.apply(losses, reduction)


def _differs_by_a_one(shape: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether the shapes are alike but for one dimension, of size 1 in ``other``."""
    return sum(b for a, b in zip(shape, other) if a != b) == 1
