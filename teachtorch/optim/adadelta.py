"""Adadelta: steps in the parameter's own units, without a learning rate to choose."""

from __future__ import annotations

from typing import Any

from .optimizer import Group
from .rule import RuleOptimizer, State, check, check_lr

__all__ = ["Adadelta"]


def adadelta(
    param: Any,
    grad: Any,
    state: State,
    *,
    lr: float,
    rho: float,
    eps: float,
    weight_decay: float,
    maximize: bool,
    F: Any,
) -> None:
    r"""One step of Adadelta (Zeiler 2012).

    .. math:: v \leftarrow \rho v + (1 - \rho) g^2, \qquad
        \Delta = \frac{\sqrt{u + \epsilon}}{\sqrt{v + \epsilon}}\, g, \qquad
        u \leftarrow \rho u + (1 - \rho) \Delta^2, \qquad \theta \leftarrow \theta - \eta \Delta

    The gradient's unit cancels; what is left is the typical size of earlier steps.
    """
    state["step"] += 1
    if maximize:
        grad = -grad
    if weight_decay != 0:
        grad = grad + weight_decay * param
    square, moved = state["square_avg"], state["acc_delta"]
    square *= rho
    square += (1 - rho) * grad * grad
    delta = F.sqrt(moved + eps) / F.sqrt(square + eps) * grad
    moved *= rho
    moved += (1 - rho) * delta * delta
    param -= lr * delta


class Adadelta(RuleOptimizer):
    """Adadelta; the rule is :func:`adadelta`.

    Args:
        params: what to train.
        lr: a factor on the step, 1 in the original.
        rho: how long the means remember.
        eps: where the steps start from.
        weight_decay: pulls the parameters towards 0.
        maximize: go up instead of down.
        differentiable: let autograd record the step.
        foreach, capturable: accepted for PyTorch's sake.
    """

    buffers = ("square_avg", "acc_delta")

    def __init__(
        self,
        params: Any,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        check(0.0 <= rho <= 1.0, "rho value", rho)
        check(eps >= 0.0, "epsilon value", eps)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`adadelta`."""
        adadelta(
            param,
            grad,
            state,
            lr=group["lr"],
            rho=group["rho"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
            F=F,
        )
