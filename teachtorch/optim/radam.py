"""RAdam: Adam that waits until it knows the variance of its gradient."""

from __future__ import annotations

from typing import Any

from .optimizer import Group
from .rule import RuleOptimizer, State, check, check_betas, check_lr

__all__ = ["RAdam"]


def radam(
    param: Any,
    grad: Any,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    decoupled_weight_decay: bool,
    maximize: bool,
    F: Any,
) -> None:
    r"""One step of rectified Adam (Liu et al. 2020).

    After t steps the mean square rests on about
    :math:`\rho_t = \rho_\infty - 2 t \beta_2^t / (1 - \beta_2^t)` observations, with
    :math:`\rho_\infty = 2/(1 - \beta_2) - 1`. As long as these are five or fewer the step is plain momentum;
    then it is Adam's, times a factor that grows to 1:

    .. math:: r_t = \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\,\rho_\infty}
        {(\rho_\infty - 4)(\rho_\infty - 2)\,\rho_t}}
    """
    beta1, beta2 = betas
    mean, square = state["exp_avg"], state["exp_avg_sq"]
    state["step"] += 1
    step = state["step"].item()
    if maximize:
        grad = -grad
    if weight_decay != 0:
        if decoupled_weight_decay:
            param *= 1 - lr * weight_decay
        else:
            grad = grad + weight_decay * param
    mean += (1 - beta1) * (grad - mean)
    square *= beta2
    square += (1 - beta2) * grad * grad
    correction2 = 1 - beta2**step
    observations_limit = 2 / (1 - beta2) - 1
    observations = observations_limit - 2 * step * beta2**step / correction2
    update = mean / (1 - beta1**step) * lr
    if observations > 5.0:
        ratio = (observations - 4) * (observations - 2) * observations_limit
        ratio /= (observations_limit - 4) * (observations_limit - 2) * observations
        root = F.sqrt(square) + eps
        update = update * (correction2**0.5 / root) * ratio**0.5
    param -= update


class RAdam(RuleOptimizer):
    """RAdam, which needs no warm-up of the learning rate; the rule is :func:`radam`.

    Args:
        params: what to train.
        lr: the learning rate.
        betas: how long the means of the gradient and of its square remember.
        eps: keeps the division from growing without bound.
        weight_decay: pulls the parameters towards 0.
        decoupled_weight_decay: shrink the parameters directly, as :class:`AdamW`.
        maximize: go up instead of down.
        differentiable: let autograd record the step.
        foreach, capturable: accepted for PyTorch's sake.
    """

    buffers = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
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
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`radam`."""
        radam(
            param,
            grad,
            state,
            lr=group["lr"],
            betas=group["betas"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            decoupled_weight_decay=group["decoupled_weight_decay"],
            maximize=group["maximize"],
            F=F,
        )
