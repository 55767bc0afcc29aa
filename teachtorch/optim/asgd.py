"""Averaged stochastic gradient descent: the mean of the parameters converges where they still wander."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from .optimizer import Group
from .rule import RuleOptimizer, State, check, check_lr, counter

__all__ = ["ASGD"]


def asgd(
    param: Any,
    grad: Any,
    state: State,
    *,
    lr: float,
    lambd: float,
    alpha: float,
    t0: float,
    weight_decay: float,
    maximize: bool,
) -> None:
    r"""One step of averaged descent (Polyak and Juditsky 1992).

    .. math:: \theta \leftarrow (1 - \lambda\eta_t)\,\theta - \eta_t g, \qquad
        \bar\theta \leftarrow \bar\theta + \mu_t (\theta - \bar\theta)

    with :math:`\eta_{t+1} = \eta / (1 + \lambda\eta t)^\alpha` and :math:`\mu_{t+1} = 1/\max(1, t - t_0)`:
    averaging starts after ``t0`` steps. The mean is kept in ``state["ax"]``.
    """
    state["step"] += 1
    step = state["step"].item()
    if maximize:
        grad = -grad
    if weight_decay != 0:
        grad = grad + weight_decay * param
    eta, mu = state["eta"].item(), state["mu"].item()
    param *= 1 - lambd * eta
    param -= eta * grad
    if mu == 1:
        state["ax"] = param * 1  # a copy
    else:
        state["ax"] += mu * (param - state["ax"])
    state["eta"][...] = lr / (1 + lambd * lr * step) ** alpha
    state["mu"][...] = 1 / max(1, step - t0)


class ASGD(RuleOptimizer):
    """Averaged gradient descent; the rule is :func:`asgd`.

    Args:
        params: what to train.
        lr: the learning rate to start with.
        lambd: how fast it falls, and a pull towards 0.
        alpha: the power with which it falls.
        t0: the step after which averaging starts.
        weight_decay: pulls the parameters towards 0.
        maximize: go up instead of down.
        differentiable: let autograd record the step.
        foreach, capturable: accepted for PyTorch's sake.
    """

    numbers = {"step": 0.0, "eta": 0.0, "mu": 1.0}  # eta: the learning rate in force; mu: the next weight
    buffers = ("ax",)

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_lr(lr)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def init_state(self, param: Tensor, group: Group) -> State:
        """The first learning rate is ``lr``."""
        return {**super().init_state(param, group), "eta": counter(float(group["lr"]))}

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`asgd`."""
        asgd(
            param,
            grad,
            state,
            lr=group["lr"],
            lambd=group["lambd"],
            alpha=group["alpha"],
            t0=group["t0"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
        )
