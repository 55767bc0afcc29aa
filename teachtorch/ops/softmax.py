r"""``softmax`` and its logarithm: scores along a dimension become probabilities, or their logarithms.

.. math:: p_i = \frac{e^{x_i}}{\sum_j e^{x_j}}

A common summand in the scores cancels. So the largest is taken away first, and no exponential overflows.
"""

from __future__ import annotations

from typing import Any

from ..binding import Array
from ..diagnose import not_implemented_for
from ..op import composite, op
from ..samples import one_dim
from ..tensor import Tensor

__all__ = ["log_softmax", "softmax"]


def _centred(input: Any, dim: int, name: str) -> tuple[Any, int | None]:
    """The scores less the largest, and the axis to sum over (all of a scalar)."""
    if input.dtype.kind not in "fc":
        last = "_lastdim" if dim in (-1, input.ndim - 1) else ""
        raise not_implemented_for(f"{name}{last}_kernel_impl", input.dtype)
    axis = dim if input.ndim else None
    if input.size == 0:
        return input, axis
    return input - input.max(axis=axis, keepdims=True), axis


@op(real="softmax_kernel_impl", method=False, node="Softmax")
def softmax_along(input: Array, dim: int, *, xp: Any) -> Array:
    r"""The kernel of ``softmax``. Derivative: :math:`\partial p_i/\partial x_j = p_i (\delta_{ij} - p_j)`."""
    centred, axis = _centred(input, dim, "softmax")
    powers = xp.exp(centred)
    return powers / powers.sum(axis=axis, keepdims=True)


softmax_along.grad(
    input=lambda grad, result, dim: (
        (grad - (grad * result).sum(dim, keepdims=True)) * result if result.ndim else grad * 0
    )
)
softmax_along.samples(one_dim)


@op(real="log_softmax_kernel_impl", method=False, node="LogSoftmax")
def log_softmax_along(input: Array, dim: int, *, xp: Any) -> Array:
    r"""The kernel of ``log_softmax``. Derivative: :math:`\delta_{ij} - p_j`."""
    centred, axis = _centred(input, dim, "log_softmax")
    return centred - xp.log(xp.exp(centred).sum(axis=axis, keepdims=True))


log_softmax_along.grad(
    input=lambda grad, result, dim, F: (
        grad - F.exp(result) * grad.sum(dim, keepdims=True) if result.ndim else grad * 0
    )
)
log_softmax_along.samples(one_dim)


@composite()
def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    r"""Probabilities :math:`e^{x_i} / \sum_j e^{x_j}` along ``dim``.

    Args:
        input: scores of any shape.
        dim: along which the result adds up to 1.
        dtype: cast the input first.

    >>> import teachtorch as torch
    >>> torch.softmax(torch.tensor([1., 2., 3.]), dim=0)
    tensor([0.0900, 0.2447, 0.6652])
    """
    return softmax_along(input if dtype is None else input.to(dtype), dim)


@composite()
def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """The logarithm of :func:`softmax`, computed without it: no probability is rounded to 0 first.

    >>> import teachtorch as torch
    >>> torch.log_softmax(torch.tensor([1., 2., 3.]), dim=0)
    tensor([-2.4076, -1.4076, -0.4076])
    """
    return log_softmax_along(input if dtype is None else input.to(dtype), dim)
