"""L-BFGS: Newton's method with a guess at the curvature, made from the last gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..grad_mode import enable_grad, no_grad
from ..ops.complex_numbers import view_as_real
from ..ops.joining import cat
from ..tensor import Tensor
from .line_search import Point, strong_wolfe
from .optimizer import Optimizer
from .rule import check_lr

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    r"""Limited-memory BFGS (Nocedal 1980), for small problems without noise.

    Newton's step is :math:`-H^{-1} g` with the matrix H of second derivatives. Between two points the gradient
    changes by :math:`y \approx H s` when the parameters change by s, so the last few pairs (s, y) tell enough
    about :math:`H^{-1}` to multiply by it: see :meth:`_direction`.

    Every step may call ``closure`` several times; it must clear the gradients, compute the loss, call
    ``backward`` and return the loss.

    Args:
        params: what to train; groups are not supported.
        lr: a factor on the step.
        max_iter: so many changes of the parameters within one step.
        max_eval: so many calls of the closure, ``max_iter * 5 // 4`` if left out.
        tolerance_grad: done when no element of the gradient is larger.
        tolerance_change: done when the parameters or the loss change less.
        history_size: so many pairs are remembered.
        line_search_fn: ``"strong_wolfe"`` to search along each direction, ``None`` to trust it.

    >>> import teachtorch as torch
    >>> x = torch.tensor([-1.0, 2.0], requires_grad=True)
    >>> optimizer = torch.optim.LBFGS([x], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> for _ in range(2):
    ...     _ = optimizer.step(closure)
    >>> x
    tensor([1.0000, 1.0000], requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_lr(lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    # --- all parameters as one vector ---

    @property
    def _params(self) -> list[Tensor]:
        return self.param_groups[0]["params"]

    def _flat_grad(self) -> Tensor:
        """The gradient of all parameters, one after another; complex ones as pairs."""
        grads = [p.new_zeros(p.shape) if p.grad is None else p.grad for p in self._params]
        return cat([_as_reals(grad).reshape(-1) for grad in grads])

    def _move(self, t: float, direction: Tensor) -> None:
        """Go ``t`` times ``direction``."""
        offset = 0
        for param in self._params:
            reals = _as_reals(param.detach())  # the same memory
            end = offset + reals.numel()
            reals.add_(direction[offset:end].view(reals.shape), alpha=t)
            offset = end

    # --- the step ---

    @no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:
        """Change the parameters up to ``max_iter`` times; return the loss before the first change."""
        closure = enable_grad()(closure)
        group = self.param_groups[0]
        lr = float(group["lr"])
        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        first_loss = closure()
        loss, evaluations = float(first_loss), 1
        state["func_evals"] += 1
        grad = self._flat_grad()
        if _largest(grad) <= group["tolerance_grad"]:
            return first_loss

        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            direction = self._direction(grad, state, group["history_size"])
            previous_loss, state["prev_loss"] = loss, loss
            # Nothing is known about the scale yet at the very first step.
            t = lr if state["n_iter"] > 1 else min(1.0, 1.0 / float(grad.abs().sum())) * lr
            state.update(d=direction, t=t)
            slope = float(grad.dot(direction))
            if slope > -group["tolerance_change"]:
                break
            calls = 0
            if group["line_search_fn"] is not None:
                left = group["max_eval"] - evaluations
                point, calls = self._search(closure, Point(0.0, loss, grad, slope), t, direction, left)
                loss, grad, t = point.loss, point.grad, point.t
                state["t"] = t
            self._move(t, direction)
            if group["line_search_fn"] is None and iteration != group["max_iter"]:
                loss, grad, calls = float(closure()), self._flat_grad(), 1
            evaluations += calls
            state["func_evals"] += calls
            if (
                evaluations >= group["max_eval"]
                or _largest(grad) <= group["tolerance_grad"]
                or _largest(direction * t) <= group["tolerance_change"]
                or abs(loss - previous_loss) < group["tolerance_change"]
            ):
                break
        return first_loss

    def _direction(self, grad: Tensor, state: dict[str, Any], history_size: int) -> Tensor:
        r"""Compute :math:`-H^{-1} g` from the remembered pairs, by the two-loop recursion.

        Each pair corrects the product for its own direction, the newest first; in the middle the matrix is
        a mere number, :math:`s \cdot y / y \cdot y`; then the corrections are undone in reverse.
        """
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1, prev_flat_grad=grad.clone())
            return -grad
        changes, steps, ro = state["old_dirs"], state["old_stps"], state["ro"]
        y = grad - state["prev_flat_grad"]
        s = state["d"] * state["t"]
        ys = float(y.dot(s))
        if ys > 1e-10:  # the loss must curve upwards along s
            if len(changes) == history_size:
                for remembered in (changes, steps, ro):
                    remembered.pop(0)
            changes.append(y)
            steps.append(s)
            ro.append(1.0 / ys)
            state["H_diag"] = ys / float(y.dot(y))
        state["prev_flat_grad"] = grad.clone()
        q = -grad
        weights = [0.0] * len(changes)
        for i in reversed(range(len(changes))):
            weights[i] = float(steps[i].dot(q)) * float(ro[i])
            q.add_(changes[i], alpha=-weights[i])
        r = q * state["H_diag"]
        for i in range(len(changes)):
            undo = float(changes[i].dot(r)) * float(ro[i])
            r.add_(steps[i], alpha=weights[i] - undo)
        return r

    def _search(
        self, closure: Callable[[], Any], start: Point, t: float, direction: Tensor, max_evaluations: int
    ) -> tuple[Point, int]:
        """Find a step length along ``direction``; the parameters are where they were afterwards."""
        if self.param_groups[0]["line_search_fn"] != "strong_wolfe":
            raise RuntimeError("only 'strong_wolfe' is supported")
        before = [param.detach().clone() for param in self._params]

        def evaluate(t: float) -> Point:
            self._move(t, direction)
            loss, grad = float(closure()), self._flat_grad()
            for param, values in zip(self._params, before):
                param.copy_(values)
            return Point(t, loss, grad, float(grad.dot(direction)))

        return strong_wolfe(evaluate, start, t, _largest(direction), max_evaluations=max_evaluations)


def _largest(vector: Tensor) -> float:
    return float(vector.abs().max())


def _as_reals(tensor: Tensor) -> Tensor:
    """Complex numbers as pairs of real ones in the same memory."""
    return view_as_real(tensor) if tensor.is_complex() else tensor
