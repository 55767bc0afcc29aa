"""Losses of scores and classes."""

from __future__ import annotations

from ...ops import classification_loss as _ops
from ...ops.smooth_activation import log_sigmoid
from ...ops.softmax import log_softmax
from ...tensor import Tensor
from .. import _reduction

__all__ = ["cross_entropy", "multilabel_soft_margin_loss", "nll_loss"]


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-probability of each target class.

    Shapes: ``input`` ``(N, C)`` with ``target`` ``(N,)``, or ``(C,)`` with ``()``, or
    ``(N, C, d1, ...)`` with ``(N, d1, ...)``.

    Args:
        input: log-probabilities, as from ``log_softmax``.
        target: class indices.
        weight: of each class, ``(C,)``; the mean is weighted by it.
        size_average, reduce: deprecated.
        ignore_index: targets of this class do not count.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    >>> import teachtorch as torch
    >>> log_p = torch.tensor([[0.5, 0.5], [0.25, 0.75]]).log()
    >>> torch.nn.functional.nll_loss(log_p, torch.tensor([0, 1]))
    tensor(0.4904)
    """
    reduction = _reduction.choose(size_average, reduce, reduction)
    if input.dim() == 0 or (input.dim() == 1 and target.dim() > 0 and target.shape != (1,)):
        raise ValueError(f"Expected 1 or more dimensions (got {input.dim()})")
    batch = input.shape[0] if input.dim() > 1 else 1
    if target.dim() > 0 and batch != target.shape[0]:
        raise ValueError(
            f"Expected input batch_size ({batch}) to match target batch_size ({target.shape[0]})."
        )
    if input.dim() > 2 and input.shape[2:] != target.shape[1:]:
        shape = (batch, *input.shape[2:])
        raise RuntimeError(f"Expected target size {list(shape)}, got {list(target.shape)}")
    kernel = _ops.nll_loss if input.dim() <= 2 else _ops.nll_loss2d
    return kernel(input, target, weight=weight, reduction=reduction, ignore_index=ignore_index)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    r"""``nll_loss(log_softmax(input), target)``: the loss of classification, from scores.

    Args:
        input: scores (logits), ``(N, C)``, ``(C,)`` or ``(N, C, d1, ...)``.
        target: class indices without the dimension C, or probabilities in the shape of ``input``.
        weight: of each class, ``(C,)``.
        size_average, reduce: deprecated.
        ignore_index: targets of this class do not count.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        label_smoothing: move this much of each target's probability to all classes alike.

    >>> import teachtorch as torch
    >>> torch.nn.functional.cross_entropy(torch.tensor([[2.0, 0.0]]), torch.tensor([0]))
    tensor(0.1269)
    """
    reduction = _reduction.choose(size_average, reduce, reduction)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    class_dim = 1 if input.dim() > 1 else 0
    log_p = log_softmax(input, class_dim)
    if target.shape == input.shape and target.is_floating_point():
        return _soft_cross_entropy(log_p, target, weight, class_dim, reduction, label_smoothing)
    loss = nll_loss(log_p, target, weight, ignore_index=ignore_index, reduction=reduction)
    if label_smoothing == 0.0:
        return loss
    # The part of the target that is spread over all classes.
    spread = -log_p if weight is None else -log_p * _along(weight, log_p, class_dim)
    spread = spread.sum(class_dim).masked_fill(target == ignore_index, 0.0)
    if reduction == "none":
        uniform = spread
    elif reduction == "sum":
        uniform = spread.sum()
    else:
        counted = target != ignore_index
        if weight is None:
            uniform = spread.sum() / counted.sum()
        else:
            uniform = spread.sum() / weight[target[counted]].sum()
    classes = input.shape[class_dim]
    return (1 - label_smoothing) * loss + uniform * (label_smoothing / classes)


def _along(weight: Tensor, like: Tensor, dim: int) -> Tensor:
    """A vector seen along one dimension of another tensor."""
    shape = [1] * like.dim()
    shape[dim] = weight.shape[0]
    return weight.view(shape)


def _soft_cross_entropy(
    log_p: Tensor, target: Tensor, weight: Tensor | None, dim: int, reduction: str, label_smoothing: float
) -> Tensor:
    """The cross entropy of two distributions."""
    if label_smoothing > 0.0:
        target = target * (1 - label_smoothing) + label_smoothing / log_p.shape[dim]
    losses = log_p * target
    if weight is not None:
        losses = losses * _along(weight, log_p, dim)
    if reduction == "none":
        return -losses.sum(dim)
    if reduction == "sum":
        return -losses.sum()
    return -losses.sum() / max(log_p.numel() // log_p.shape[dim], 1)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The binary cross entropy of each class on its own, averaged over the classes (the last dimension)."""
    if size_average is not None or reduce is not None:
        reduction = _reduction.legacy_get_string(size_average, reduce)
    losses = -(target * log_sigmoid(input) + (1 - target) * log_sigmoid(-input))
    if weight is not None:
        losses = losses * weight
    losses = losses.sum(-1) / input.shape[-1]
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    return _reduction.apply(losses, reduction)
