"""Sums and mixtures of products in one step: what optimizers are made of."""

from __future__ import annotations

from typing import Any

from ..binding import Array, Number, Scalar
from ..op import op
from ..samples import fixed
from ..tensor import Tensor

__all__ = ["addcdiv", "addcmul", "lerp"]


def _as_tensor_weight(input: Any, end: Any, weight: Any) -> int:
    """PyTorch has two overloads: the weight is a number, or a tensor."""
    return 1 if isinstance(weight, Tensor) else 0


@op(inplace=True, overload=_as_tensor_weight)
def lerp(input: Array, end: Array, weight: Array | Scalar, *, xp: Any) -> Array:
    r"""Linear interpolation from `input` to `end`: :math:`a + w\,(b - a)`, elementwise with broadcasting.

    Computed from the nearer end, so that :math:`w = 1` gives exactly :math:`b`.
    Derivatives: :math:`1 - w` by the start, :math:`w` by the end, :math:`b - a` by the weight.

    >>> import teachtorch as torch
    >>> torch.lerp(torch.tensor([0., 10.]), torch.tensor([4., 20.]), 0.5)
    tensor([ 2., 15.])
    """
    if input.dtype.kind not in "fcV":
        from ..diagnose import not_implemented_for

        raise not_implemented_for("lerp_kernel_scalar", input.dtype)
    step = end - input
    return xp.where(xp.abs(weight) < 0.5, input + weight * step, end - step * (1 - weight)).astype(
        input.dtype
    )


lerp.grad(
    input=lambda grad, weight, F: (
        grad * F.conj(1 - weight) if hasattr(weight, "shape") else grad * (1 - weight).conjugate()
    ),
    end=lambda grad, weight: grad * weight.conjugate(),
    weight=lambda grad, input, end: grad * (end - input).conjugate(),
)
lerp.samples(
    fixed(
        lambda make: ((make(3, 2), make(3, 2), 0.3), {}),
        lambda make: ((make(3, 2), make(2), make(3, 1, low=0, high=1)), {}),
    )
)


@op(inplace=True)
def addcmul(input: Array, tensor1: Array, tensor2: Array, *, value: Number = 1, xp: Any) -> Array:
    r""":math:`x + v\,a\,b`, elementwise with broadcasting.

    Derivatives: 1, :math:`v\,b` and :math:`v\,a`.

    >>> import teachtorch as torch
    >>> torch.addcmul(torch.ones(2), torch.tensor([1., 2.]), torch.tensor([3., 4.]), value=10)
    tensor([31., 81.])
    """
    return input + (tensor1 * tensor2 if value == 1 else tensor1 * tensor2 * value)


addcmul.grad(
    input=lambda grad: grad,
    tensor1=lambda grad, tensor2, value: grad * (tensor2 * value).conjugate(),
    tensor2=lambda grad, tensor1, value: grad * (tensor1 * value).conjugate(),
)
addcmul.samples(
    fixed(
        lambda make: ((make(3, 2), make(3, 2), make(3, 2)), {}),
        lambda make: ((make(2), make(3, 1), make(2)), {"value": 2}),
    )
)


@op(inplace=True)
def addcdiv(input: Array, tensor1: Array, tensor2: Array, *, value: Number = 1, xp: Any) -> Array:
    r""":math:`x + v\,a / b`, elementwise with broadcasting: the update of Adam.

    Derivatives: 1, :math:`v / b` and :math:`-v\,a / b^2`.

    >>> import teachtorch as torch
    >>> torch.addcdiv(torch.zeros(2), torch.tensor([1., 6.]), torch.tensor([2., 3.]))
    tensor([0.5000, 2.0000])
    """
    if input.dtype.kind in "biu" and tensor1.dtype.kind in "biu":
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will "
            "perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be "
            "implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer "
            "inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv "
            "behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes."
        )
    return input + (tensor1 / tensor2 if value == 1 else tensor1 * value / tensor2)


addcdiv.grad(
    input=lambda grad: grad,
    tensor1=lambda grad, tensor2, value: grad * (value / tensor2).conjugate(),
    tensor2=lambda grad, tensor1, tensor2, value: grad * (tensor1 * -value / (tensor2 * tensor2)).conjugate(),
)
addcdiv.samples(
    fixed(
        lambda make: ((make(3, 2), make(3, 2), make(3, 2, low=0.5, high=2.0)), {}),
        lambda make: ((make(2), make(3, 1), make(2, low=0.5, high=2.0)), {"value": 2}),
    )
)
