"""NAdam: Adam that looks ahead, with Nesterov's momentum."""

from __future__ import annotations

from typing import Any

from .optimizer import Group
from .rule import RuleOptimizer, State, check, check_betas, check_lr

__all__ = ["NAdam"]


def nadam(
    param: Any,
    grad: Any,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    momentum_decay: float,
    decoupled_weight_decay: bool,
    maximize: bool,
    F: Any,
) -> None:
    r"""One step of NAdam (Dozat 2016).

    The momentum :math:`\mu_t = \beta_1 (1 - \tfrac12\, 0.96^{t\psi})` warms up. With m and v as in Adam the
    step mixes the gradient and the momentum that the *next* step will have:

    .. math::
        \theta \leftarrow \theta - \frac{\eta}{\sqrt{v / (1 - \beta_2^t)} + \epsilon} \left(
        \frac{1 - \mu_t}{1 - \prod_{i \le t} \mu_i}\, g + \frac{\mu_{t+1}}{1 - \prod_{i \le t+1} \mu_i}\, m
        \right)
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
    mu = beta1 * (1.0 - 0.5 * 0.96 ** (step * momentum_decay))
    mu_next = beta1 * (1.0 - 0.5 * 0.96 ** ((step + 1) * momentum_decay))
    state["mu_product"] *= mu
    product = state["mu_product"].item()
    mean += (1 - beta1) * (grad - mean)
    square *= beta2
    square += (1 - beta2) * grad * grad
    root = F.sqrt(square / (1 - beta2**step)) + eps
    param -= (lr * (1.0 - mu) / (1.0 - product)) * grad / root
    param -= (lr * mu_next / (1.0 - product * mu_next)) * mean / root


class NAdam(RuleOptimizer):
    """NAdam; the rule is :func:`nadam`.

    Args:
        params: what to train.
        lr: the learning rate.
        betas: how long the means of the gradient and of its square remember.
        eps: keeps the division from growing without bound.
        weight_decay: pulls the parameters towards 0.
        momentum_decay: how fast the momentum warms up.
        decoupled_weight_decay: shrink the parameters directly, as :class:`AdamW`.
        maximize: go up instead of down.
        differentiable: let autograd record the step.
        foreach, capturable: accepted for PyTorch's sake.
    """

    numbers = {"step": 0.0, "mu_product": 1.0}  # mu_product: of the momenta so far
    buffers = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        check(momentum_decay >= 0.0, "momentum_decay value", momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`nadam`."""
        nadam(
            param,
            grad,
            state,
            lr=group["lr"],
            betas=group["betas"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            momentum_decay=group["momentum_decay"],
            decoupled_weight_decay=group["decoupled_weight_decay"],
            maximize=group["maximize"],
            F=F,
        )
