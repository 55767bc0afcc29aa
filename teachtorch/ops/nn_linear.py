"""Affine maps as layers use them: :func:`linear` and :func:`bilinear`."""

from __future__ import annotations

from typing import Any

from ..binding import Array
from ..op import composite, op
from ..samples import fixed
from ..tensor import Tensor
from .matmul import addmm, matmul

__all__ = ["bilinear"]


@composite(method=False)
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    r"""``input @ weight.T + bias``, the layer :math:`y = W x + b` for each row ``x`` of ``input``.

    Shapes: ``input`` ``(*, in)``, ``weight`` ``(out, in)``, ``bias`` ``(out,)``, result ``(*, out)``.

    It is one ``addmm`` (or ``mm`` without bias), so the gradients are those of a matrix product: with
    ``G`` for the gradient of the result, :math:`G W` for the input, :math:`G^T X` for the weight, and the
    column sums of ``G`` for the bias.

    >>> import teachtorch as torch
    >>> torch.nn.functional.linear(torch.ones(5, 3), torch.ones(2, 3), torch.zeros(2)).shape
    torch.Size([5, 2])
    """
    if bias is None:
        return matmul(input, weight.t())
    if input.ndim == 2:
        return addmm(bias, input, weight.t())
    if bias.ndim == 1 and input.is_contiguous():
        # Every row is mapped alike: make one matrix of them.
        rows = addmm(bias, input.reshape(-1, input.shape[-1]), weight.t())
        return rows.view(*input.shape[:-1], rows.shape[-1])
    return matmul(input, weight.t()) + bias


@op(method=False, node="Trilinear")
def bilinear_map(input1: Array, weight: Array, input2: Array, *, xp: Any) -> Array:
    r""":math:`y_k = \sum_{ij} x_i W_{kij} z_j` for each row: ``(N, i), (k, i, j), (N, j) -> (N, k)``."""
    return ((input1 @ weight) * input2).sum(-1).T


# Linear in each of the three: the gradient by one is the same sum over the other two and the gradient.
# With k first, (k, n, i) @ (k, i, j) does all outputs at once.
bilinear_map.grad(
    input1=lambda grad, weight, input2: ((weight @ input2.T) * grad.T[:, None, :]).sum(0).T,
    weight=lambda grad, input1, input2: (input1.T * grad.T[:, None, :]) @ input2,
    input2=lambda grad, input1, weight: ((input1 @ weight) * grad.T[:, :, None]).sum(0),
)
bilinear_map.samples(fixed(lambda make: ((make(4, 3), make(2, 3, 5), make(4, 5)), {})))


@composite(method=False)
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    r""":math:`y_k = x^T W_k z + b_k` for each row ``x`` of ``input1`` and ``z`` of ``input2``.

    Shapes: ``(*, in1)``, ``(*, in2)``, ``weight`` ``(out, in1, in2)``, ``bias`` ``(out,)``, result
    ``(*, out)``.

    >>> import teachtorch as torch
    >>> torch.bilinear(torch.ones(4, 3), torch.ones(4, 5), torch.ones(2, 3, 5)).shape
    torch.Size([4, 2])
    """
    if input1.ndim != input2.ndim:
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {input1.ndim} and {input2.ndim}")
    for i, (a, b) in enumerate(zip(input1.shape[:-1], input2.shape[:-1])):
        if a != b:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {i}: got {a} and {b}")
    for k, given in enumerate((input1, input2), 1):
        if given.shape[-1] != weight.shape[k]:
            raise RuntimeError(
                f"bilinear(): input{k} size does not match weight size: "
                f"got {given.shape[-1]} but expected {weight.shape[k]}"
            )
    rows = bilinear_map(input1.reshape(-1, input1.shape[-1]), weight, input2.reshape(-1, input2.shape[-1]))
    result = rows.view(*input1.shape[:-1], weight.shape[0])
    return result if bias is None else result + bias
