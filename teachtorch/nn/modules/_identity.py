"""A node that changes nothing, for hooks to hang on."""

from __future__ import annotations

from typing import Any

from ...autograd.function import Function
from ...tensor import Tensor


class BackwardHookFunction(Function):
    """The identity on any number of tensors."""

    @staticmethod
    def forward(ctx: Any, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The tensors themselves; no gradient flows to those that do not require it."""
        ctx.mark_non_differentiable(*(tensor for tensor in tensors if not tensor.requires_grad))
        return tensors

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        """The gradients themselves."""
        return grads
