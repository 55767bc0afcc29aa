"""RMSprop: divide by the size that the gradient had lately."""

from __future__ import annotations

from typing import Any

from ..ops.creation import zeros_like
from ..tensor import Tensor
from .optimizer import Group
from .rule import RuleOptimizer, State, check, check_lr

__all__ = ["RMSprop"]


def rmsprop(
    param: Any,
    grad: Any,
    state: State,
    *,
    lr: float,
    alpha: float,
    eps: float,
    weight_decay: float,
    momentum: float,
    centered: bool,
    maximize: bool,
    F: Any,
) -> None:
    r"""One step of RMSprop (Tieleman and Hinton 2012).

    .. math:: v \leftarrow \alpha v + (1 - \alpha) g^2, \qquad
        \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt v + \epsilon}

    ``centered`` takes the mean gradient's square from v, which leaves the variance. With ``momentum`` the
    quotient drives a velocity.
    """
    state["step"] += 1
    if maximize:
        grad = -grad
    if weight_decay != 0:
        grad = grad + weight_decay * param
    square = state["square_avg"]
    square *= alpha
    square += (1 - alpha) * grad * grad
    if centered:
        mean = state["grad_avg"]
        mean += (1 - alpha) * (grad - mean)
        root = F.sqrt(square - mean * mean) + eps
    else:
        root = F.sqrt(square) + eps
    if momentum > 0:
        velocity = state["momentum_buffer"]
        velocity *= momentum
        velocity += grad / root
        param -= lr * velocity
    else:
        param -= lr * grad / root


class RMSprop(RuleOptimizer):
    """RMSprop; the rule is :func:`rmsprop`.

    Args:
        params: what to train.
        lr: the learning rate.
        alpha: how long the mean of the squares remembers.
        eps: keeps the division from growing without bound.
        weight_decay: pulls the parameters towards 0.
        momentum: how much of its velocity a parameter keeps.
        centered: divide by the standard deviation of the gradient instead of its size.
        maximize: go up instead of down.
        differentiable: let autograd record the step.
        capturable, foreach: accepted for PyTorch's sake.
    """

    buffers = ("square_avg",)

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        check(eps >= 0.0, "epsilon value", eps)
        check(momentum >= 0.0, "momentum value", momentum)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        check(alpha >= 0.0, "alpha value", alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def init_state(self, param: Tensor, group: Group) -> State:
        """The mean square, and what momentum and centring need."""
        state = super().init_state(param, group)
        if group["momentum"] > 0:
            state["momentum_buffer"] = zeros_like(param)
        if group["centered"]:
            state["grad_avg"] = zeros_like(param)
        return state

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`rmsprop`."""
        rmsprop(
            param,
            grad,
            state,
            lr=group["lr"],
            alpha=group["alpha"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            momentum=group["momentum"],
            centered=group["centered"],
            maximize=group["maximize"],
            F=F,
        )
