"""Stochastic gradient descent, with momentum or without."""

from __future__ import annotations

from typing import Any

from .optimizer import Group
from .rule import RuleOptimizer, State, check, check_lr

__all__ = ["SGD"]


def sgd(
    param: Any,
    grad: Any,
    state: State,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
) -> None:
    r"""One step of gradient descent: :math:`\theta \leftarrow \theta - \eta\, g`.

    With momentum :math:`\mu` the parameter has a velocity :math:`b`, which the gradient changes:

    .. math:: b \leftarrow \mu b + (1 - \tau) g, \qquad \theta \leftarrow \theta - \eta\, b

    and with Nesterov's it takes the gradient where the velocity would carry it: :math:`g + \mu b` for b.
    """
    if maximize:
        grad = -grad
    if weight_decay != 0:  # the gradient of weight_decay/2 * |param|²
        grad = grad + weight_decay * param
    if momentum != 0:
        if "momentum_buffer" not in state:
            velocity = state["momentum_buffer"] = +grad  # + copies an array
        else:
            velocity = state["momentum_buffer"]
            velocity *= momentum
            velocity += (1 - dampening) * grad
        grad = grad + momentum * velocity if nesterov else velocity
    param -= lr * grad


class SGD(RuleOptimizer):
    """Gradient descent on the loss of one batch at a time; the rule is :func:`sgd`.

    Args:
        params: what to train.
        lr: the learning rate, how far to go along the gradient.
        momentum: how much of its velocity a parameter keeps.
        dampening: how much of each new gradient the velocity does not take up.
        weight_decay: pulls the parameters towards 0.
        nesterov: look ahead along the velocity; needs momentum, and no dampening.
        maximize: go up instead of down.
        foreach, fused: accepted for PyTorch's sake.
        differentiable: let autograd record the step.

    >>> import teachtorch as torch
    >>> x = torch.tensor([3.0], requires_grad=True)
    >>> optimizer = torch.optim.SGD([x], lr=0.1)
    >>> for _ in range(3):
    ...     optimizer.zero_grad()
    ...     (x * x).sum().backward()
    ...     optimizer.step()
    >>> x
    tensor([1.5360], requires_grad=True)
    """

    numbers = {}

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: Any = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_lr(lr)
        check(momentum >= 0.0, "momentum value", momentum)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`sgd`."""
        sgd(
            param,
            grad,
            state,
            lr=group["lr"],
            momentum=group["momentum"],
            dampening=group["dampening"],
            weight_decay=group["weight_decay"],
            nesterov=group["nesterov"],
            maximize=group["maximize"],
        )
