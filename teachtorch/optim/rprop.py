"""Rprop: only the sign of the gradient counts."""

from __future__ import annotations

from typing import Any

from ..ops.creation import full_like
from ..tensor import Tensor
from .optimizer import Group
from .rule import RuleOptimizer, State, check_lr

__all__ = ["Rprop"]


def rprop(
    param: Any,
    grad: Any,
    state: State,
    *,
    etas: tuple[float, float],
    step_sizes: tuple[float, float],
    maximize: bool,
    F: Any,
) -> None:
    r"""One step of resilient backpropagation (Riedmiller and Braun 1993).

    Every element has a step size of its own. It grows by the factor :math:`\eta_+` as long as the gradient
    keeps its sign. When the sign changes a minimum was overrun: the step size shrinks by :math:`\eta_-`, and
    this step is left out.
    """
    shrink, grow = etas
    state["step"] += 1
    if maximize:
        grad = -grad
    agreement = F.sign(grad * state["prev"])
    one = F.ones_like(grad)
    factor = F.where(agreement > 0, one * grow, F.where(agreement < 0, one * shrink, one))
    smallest, largest = step_sizes
    size = state["step_size"] * factor
    size = F.where(size < smallest, one * smallest, F.where(size > largest, one * largest, size))
    grad = F.where(agreement < 0, one * 0, grad)
    param -= F.sign(grad) * size
    state["step_size"], state["prev"] = size, grad


class Rprop(RuleOptimizer):
    """Rprop, for gradients of the whole data set; the rule is :func:`rprop`.

    Args:
        params: what to train.
        lr: the first step size.
        etas: by what a step size shrinks and grows.
        step_sizes: the smallest and the largest.
        maximize: go up instead of down.
        differentiable: let autograd record the step.
        capturable, foreach: accepted for PyTorch's sake.
    """

    buffers = ("prev",)

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def init_state(self, param: Tensor, group: Group) -> State:
        """No previous gradient, and the learning rate as step size."""
        lr = float(group["lr"])
        state = super().init_state(param, group)
        state["step_size"] = full_like(param, complex(lr, lr) if param.is_complex() else lr)
        return state

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`rprop`."""
        rprop(
            param,
            grad,
            state,
            etas=group["etas"],
            step_sizes=group["step_sizes"],
            maximize=group["maximize"],
            F=F,
        )
