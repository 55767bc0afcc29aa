r"""The negative log-likelihood of class indices: ``nll_loss``, the second half of ``cross_entropy``.

.. math:: \ell_n = -w_{y_n}\, x_{n, y_n}

where ``x`` holds log-probabilities. It is linear in ``x``, with the slope :func:`nll_weights`.
"""

from __future__ import annotations

from typing import Any

from ..binding import Array, Plain
from ..op import op
from ..plan import kernels
from ..samples import fixed

__all__: list[str] = []


@op(method=False)
def nll_weights(input: Plain, target: Plain, weight: Plain | None, ignore_index: int, *, xp: Any) -> Array:
    """The weight of each element of ``input``: ``weight[target]`` at the target's class, 0 elsewhere.

    Shapes: ``input`` ``(N, C, *)`` (only its shape and dtype count), ``target`` ``(N, *)`` of class indices.
    """
    axis = _class_axis(input)
    classes = input.shape[axis]
    target = target.astype("int64")
    counted = target != ignore_index
    outside = counted & ((target < 0) | (target >= classes))
    if outside.any():
        raise IndexError(f"Target {int(target[outside].reshape(-1)[0])} is out of bounds.")
    places = xp.expand_dims(xp.where(counted, target, 0), axis)
    of_class = xp.ones(classes, input.dtype) if weight is None else weight.astype(input.dtype)
    weights = xp.zeros_like(input)
    xp.put_along_axis(weights, places, of_class[places] * xp.expand_dims(counted, axis), axis)
    return weights


def _class_axis(input: Any) -> int:
    return 1 if len(input.shape) > 1 else 0


@op(real="nll_loss_out_frame", method=False)
def nll_loss(
    input: Array,
    target: Plain,
    *,
    weight: Plain | None = None,
    reduction: str = "mean",
    ignore_index: int = -100,
    xp: Any,
) -> Array:
    r"""Minus the log-probability of each target class; the mean is weighted by ``weight``.

    Derivative: minus the weights, each over their sum where the mean is taken.
    """
    weights = kernels.nll_weights(input, target, weight, ignore_index)
    losses = -(weights * xp.where(weights == 0, 0, input)).sum(axis=_class_axis(input))
    if reduction == "mean":
        return losses.sum() / weights.sum()
    return losses.sum() if reduction == "sum" else losses


def _nll_slope(
    grad: Any, input: Any, target: Any, weight: Any, reduction: str, ignore_index: int, F: Any
) -> Any:
    weights = F.nll_weights(input, target, weight, ignore_index)
    if reduction == "mean":
        grad = grad / weights.sum()
    elif reduction == "none":
        axis = _class_axis(input)
        shape = tuple(input.shape)
        grad = grad.reshape((*shape[:axis], 1, *shape[axis + 1 :]))
    return -weights * grad


nll_loss.grad(input=_nll_slope)
nll_loss.samples(
    fixed(
        lambda make: ((make(4, 3), (make(4) * 0).long()), {}),
        lambda make: ((make(2, 3, 4), (make(2, 4) * 0).long()), {"reduction": "sum"}),
    )
)


@op(real="nll_loss2d_forward_out_frame", method=False, node="NllLoss2D")
def nll_loss2d(
    input: Array,
    target: Plain,
    *,
    weight: Plain | None = None,
    reduction: str = "mean",
    ignore_index: int = -100,
    xp: Any,
) -> Array:
    """:func:`nll_loss` of an input ``(N, C, d1, ...)``; PyTorch gives it a node of its own."""
    return kernels.nll_loss(input, target, weight=weight, reduction=reduction, ignore_index=ignore_index)


nll_loss2d.grad(input=_nll_slope)
nll_loss2d.samples(fixed(lambda make: ((make(2, 3, 4), (make(2, 4) * 0).long()), {})))
