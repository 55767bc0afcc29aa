"""Adagrad: the more an element has moved, the smaller its steps."""

from __future__ import annotations

from typing import Any

from ..ops.creation import full_like
from ..tensor import Tensor
from .optimizer import Group
from .rule import RuleOptimizer, State, check, check_lr

__all__ = ["Adagrad"]


def adagrad(
    param: Any,
    grad: Any,
    state: State,
    *,
    lr: float,
    lr_decay: float,
    weight_decay: float,
    eps: float,
    maximize: bool,
    F: Any,
) -> None:
    r"""One step of Adagrad (Duchi et al. 2011).

    .. math:: s \leftarrow s + g^2, \qquad
        \theta \leftarrow \theta - \frac{\eta}{1 + (t - 1)\,\delta}\, \frac{g}{\sqrt s + \epsilon}

    The sum :math:`s` only grows, so rare features keep large steps while frequent ones settle.
    """
    state["step"] += 1
    step = state["step"].item()
    if maximize:
        grad = -grad
    if weight_decay != 0:
        grad = grad + weight_decay * param
    total = state["sum"]
    total += grad * grad
    root = F.sqrt(total) + eps
    param -= (lr / (1 + (step - 1) * lr_decay)) * grad / root


class Adagrad(RuleOptimizer):
    """Adagrad, made for sparse features; the rule is :func:`adagrad`.

    Args:
        params: what to train.
        lr: the learning rate.
        lr_decay: shrinks it with the number of steps.
        weight_decay: pulls the parameters towards 0.
        initial_accumulator_value: where the sum of squares starts.
        eps: keeps the division from growing without bound.
        maximize: go up instead of down.
        differentiable: let autograd record the step.
        foreach, fused: accepted for PyTorch's sake.

    >>> import teachtorch as torch
    >>> x = torch.tensor([3.0], requires_grad=True)
    >>> optimizer = torch.optim.Adagrad([x], lr=0.1)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([2.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_lr(lr)
        check(lr_decay >= 0.0, "lr_decay value", lr_decay)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        check(initial_accumulator_value >= 0.0, "initial_accumulator_value value", initial_accumulator_value)
        check(eps >= 0.0, "epsilon value", eps)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for param in group["params"]:
                self.state[param] = self.init_state(param, group)

    def init_state(self, param: Tensor, group: Group) -> State:
        """The sum of squares at its initial value."""
        start = group["initial_accumulator_value"]
        state = super().init_state(param, group)
        state["sum"] = full_like(param, complex(start, start) if param.is_complex() else start)
        return state

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`adagrad`."""
        adagrad(
            param,
            grad,
            state,
            lr=group["lr"],
            lr_decay=group["lr_decay"],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            maximize=group["maximize"],
            F=F,
        )
