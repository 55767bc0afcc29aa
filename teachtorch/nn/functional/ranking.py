"""Losses of pairs and triplets: what should be close, and what should be far apart."""

from __future__ import annotations

from collections.abc import Callable

from ...ops.comparison import minimum
from ...ops.creation import zeros_like
from ...tensor import Tensor
from .. import _reduction
from .distance import pairwise_distance

__all__ = [
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``max(0, -target * (input1 - input2) + margin)``: target 1 wants the first higher, -1 the second."""
    reduction = _reduction.choose(size_average, reduce, reduction)
    if input1.dim() != input2.dim() or input1.dim() != target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    return _reduction.apply((-target * (input1 - input2) + margin).clamp_min(0), reduction)


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """A distance ``input`` itself where ``target`` is 1, and ``max(0, margin - input)`` where it is -1."""
    reduction = _reduction.choose(size_average, reduce, reduction)
    zero = zeros_like(input).detach()
    apart = (margin - input).clamp_min(0).where(target != 1, zero)
    together = input.where(target != -1, zero)
    return _reduction.apply(apart + together, reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """With the cosine of the inputs' angle: ``1 - cos`` for target 1, ``max(0, cos - margin)`` for -1.

    Shapes: inputs ``(N, D)`` with target ``(N,)``, or ``(D,)`` with ``()``.
    """
    reduction = _reduction.choose(size_average, reduce, reduction)
    if target.dim() not in (0, 1):
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    dim, eps = target.dim(), 1e-12  # so that the root of 0 has a derivative
    products = (input1 * input2).sum(dim)
    lengths = (((input1 * input1).sum(dim) + eps) * ((input2 * input2).sum(dim) + eps)).sqrt()
    cosine = products / lengths
    zero = zeros_like(cosine).detach()
    together = (1 - cosine).where(target == 1, zero)
    apart = (cosine - margin).clamp_min(0).where(target == -1, zero)
    return _reduction.apply(together + apart, reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``max(0, |a - p| - |a - n| + margin)``: the positive should be nearer by ``margin`` than the negative.

    ``swap`` takes the negative's distance from the positive if that is smaller.
    """
    reduction = _reduction.choose(size_average, reduce, reduction)
    return triplet_margin_with_distance_loss(
        anchor,
        positive,
        negative,
        distance_function=lambda a, b: pairwise_distance(a, b, p, eps),
        margin=margin,
        swap=swap,
        reduction=reduction,
    )


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """:func:`triplet_margin_loss` with a distance of one's own."""
    _reduction.check(reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    dims = anchor.dim(), positive.dim(), negative.dim()
    if len(set(dims)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, "
            f"but got: anchor {dims[0]}D, positive {dims[1]}D, and negative {dims[2]}D inputs"
        )
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return _reduction.apply((near - far + margin).clamp_min(0), reduction)
