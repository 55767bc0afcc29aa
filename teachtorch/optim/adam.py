"""Adam: a step for each element that is about as large as the learning rate, whatever the gradient's size."""

from __future__ import annotations

from typing import Any

from ..ops.creation import zeros_like
from ..tensor import Tensor
from .optimizer import Group
from .rule import RuleOptimizer, State, check, check_betas, check_lr

__all__ = ["Adam"]


def adam(
    param: Any,
    grad: Any,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    amsgrad: bool,
    maximize: bool,
    decoupled_weight_decay: bool,
    F: Any,
) -> None:
    r"""One step of Adam (Kingma and Ba 2015).

    Two running means, of the gradient and of its square, tell where to go and how sure one may be:

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
        \theta \leftarrow \theta - \eta\, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    Both start at 0 and so are too small at first: after t steps by the factors :math:`1 - \beta^t`.
    ``amsgrad`` divides by the largest v so far instead. Decoupled weight decay (AdamW) shrinks the parameter
    directly; otherwise the decay goes through the gradient and is divided by :math:`\sqrt v` like it.
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
    correction1, correction2 = 1 - beta1**step, 1 - beta2**step
    if amsgrad:
        square = state["max_exp_avg_sq"] = F.maximum(state["max_exp_avg_sq"], square)
    root = F.sqrt(square) / correction2**0.5 + eps
    param -= (lr / correction1) * mean / root


class Adam(RuleOptimizer):
    """Adam, often the first optimizer to try; the rule is :func:`adam`.

    Args:
        params: what to train.
        lr: the learning rate, about the size of each element's step.
        betas: how long the means of the gradient and of its square remember.
        eps: keeps the division from growing without bound where gradients vanish.
        weight_decay: pulls the parameters towards 0.
        amsgrad: use the largest mean square so far.
        maximize: go up instead of down.
        differentiable: let autograd record the step.
        decoupled_weight_decay: shrink the parameters directly, as :class:`AdamW`.
        foreach, capturable, fused: accepted for PyTorch's sake.

    >>> import teachtorch as torch
    >>> x = torch.tensor([3.0, -500.0], requires_grad=True)
    >>> optimizer = torch.optim.Adam([x], lr=0.1)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x                             # the gradients differ by a factor of 167, the steps do not
    tensor([   2.9000, -499.9000], requires_grad=True)
    """

    buffers = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if foreach and not capturable and isinstance(lr, Tensor):
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        check_lr(lr)
        check(eps >= 0.0, "epsilon value", eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        tensors = [isinstance(beta, Tensor) for beta in betas]
        if any(tensors):
            if not all(tensors):
                raise ValueError("betas must be either both floats or both Tensors")
            betas = (betas[0].item(), betas[1].item())
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def init_state(self, param: Tensor, group: Group) -> State:
        """The two means, and with ``amsgrad`` the largest."""
        state = super().init_state(param, group)
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = zeros_like(param)
        return state

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run :func:`adam`."""
        adam(
            param,
            grad,
            state,
            lr=group["lr"],
            betas=group["betas"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            amsgrad=group["amsgrad"],
            maximize=group["maximize"],
            decoupled_weight_decay=group["decoupled_weight_decay"],
            F=F,
        )
