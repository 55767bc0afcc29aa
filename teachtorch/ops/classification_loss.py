r"""The negative log-likelihood of class indices: ``nll_loss``, the second half of ``cross_entropy``.

.. math:: \ell_n = -w_{y_n}\, x_{n, y_n}

where ``x`` holds log-probabilities. It is linear in ``x``: :func:`nll_weights` is its slope, and its derivative.
"""

from __future__ import annotations

from typing import Any

from ..binding import Array, Plain
from ..op import op
from ..plan import kernels
from ..samples import fixed

__all__: list[str] = []


@op(method=False)
def nll_weights(
    target: Plain, weight: Plain | None, shape: tuple[int, ...], ignore_index: int, dtype: Any, *, xp: Any
) -> Array:
    """The weight of each input: ``weight[target]`` at the target's class, 0 elsewhere.

    ``target`` ``(N, *)`` holds classes; the result has ``shape`` ``(N, C, *)``, or ``(C,)`` for one target.
    """
    axis = 1 if len(shape) > 1 else 0
    classes = shape[axis]
    target = xp.asarray(target, dtype="int64")
    counted = target != ignore_index
    if (counted & ((target < 0) | (target >= classes))).any():
        wrong = target[counted & ((target < 0) | (target >= classes))].reshape(-1)[0]
        raise IndexError(f"Target {int(wrong)} is out of bounds.")
    places = xp.expand_dims(xp.where(counted, target, 0), axis)
    of_class = xp.ones(classes, dtype) if weight is None else xp.asarray(weight, dtype)
    weights = xp.zeros(shape, dtype)
    xp.put_along_axis(weights, places, xp.where(xp.expand_dims(counted, axis), of_class[places], 0), axis)
    return weights


@op(method=False)
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
    weights = kernels.nll_weights(target, weight, input.shape, ignore_index, input.dtype)
    losses = -(weights * xp.where(weights == 0, 0, input)).sum(axis=_class_axis(input))
    if reduction == "mean":
        return losses.sum() / weights.sum()
    return losses.sum() if reduction == "sum" else losses


def _class_axis(input: Any) -> int:
    return 1 if len(input.shape) > 1 else 0


def _nll_slope(
    grad: Any, input: Any, target: Any, weight: Any, reduction: str, ignore_index: int, F: Any
) -> Any:
    weights = F.nll_weights(target, weight, tuple(input.shape), ignore_index, input.dtype)
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


@op(method=False, node="NllLoss2D")
def nll_loss2d(
    input: Array,
    target: Plain,
    *,
    weight: Plain | None = None,
    reduction: str = "mean",
    ignore_index: int = -100,
    xp: Any,
) -> Array:
    """:func:`nll_loss` of an input with more dimensions, ``(N, C, d1, ...)``; PyTorch gives it a node of its own."""
    return kernels.nll_loss(input, target, weight=weight, reduction=reduction, ignore_index=ignore_index)


nll_loss2d.grad(input=_nll_slope)
nll_loss2d.samples(fixed(lambda make: ((make(2, 3, 4), (make(2, 4) * 0).long()), {})))
