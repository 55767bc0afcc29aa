"""Adamax: Adam with the largest gradient in place of the mean square."""

from __future__ import annotations

from typing import Any

from .optimizer import Group
from .rule import RuleOptimizer, State, check, check_betas, check_lr

__all__ = ["Adamax"]


def adamax(
    param: Any,
    grad: Any,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    maximize: bool,
    F: Any,
) -> None:
    r"""One step of Adamax (Kingma and Ba 2015).

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        u \leftarrow \max(\beta_2 u, |g| + \epsilon), \qquad
        \theta \leftarrow \theta - \frac{\eta}{1 - \beta_1^t}\, \frac{m}{u}
    """
    beta1, beta2 = betas
    mean = state["exp_avg"]
    state["step"] += 1
    step = state["step"].item()
    if maximize:
        grad = -grad
    if weight_decay != 0:
        grad = grad + weight_decay * param
    mean += (1 - beta1) * (grad - mean)
    largest = state["exp_inf"] = F.maximum(state["exp_inf"] * beta2, F.abs(grad) + eps)
    param -= (lr / (1 - beta1**step)) * mean / largest


class Adamax(RuleOptimizer):
    """Adamax; the rule is :func:`adamax`.

    Args:
        params: what to train.
        lr: the learning rate.
        betas: how long the mean and the maximum remember.
        eps: added to each gradient's size.
        weight_decay: pulls the parameters towards 0.
        maximize: go up instead of down.
        differentiable: let autograd record the step.
        foreach, capturable: accepted for PyTorch's sake.
    """

    buffers = ("exp_avg", "exp_inf")

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_lr(lr)
        check(eps >= 0.0, "epsilon value", eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`adamax`."""
        adamax(
            param,
            grad,
            state,
            lr=group["lr"],
            betas=group["betas"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
            F=F,
        )
