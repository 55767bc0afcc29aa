"""Optimizers that treat every parameter alike, by a rule written once as plain arithmetic.

A rule is a function such as :func:`teachtorch.optim.adam.adam`. It gets one parameter, its gradient, and
what it remembered of that parameter, and changes the first and the last in place with ``+=`` and ``*=``.
:class:`RuleOptimizer` calls it in one of two ways:

- on the raw arrays below the tensors, which is fast and needs no ``no_grad``;
- with ``differentiable=True`` on the tensors themselves, so that one can differentiate through the step.

Both carriers understand the same operators; a rule that needs a function takes it from ``F``, which is
numpy (or CuPy) in the first case and ``torch`` in the second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from .. import dtypes
from ..backend import namespace
from ..dtypes import is_half
from ..grad_mode import enable_grad
from ..ops.creation import tensor as make_tensor
from ..ops.creation import zeros_like
from ..plan import operations
from ..tensor import Tensor, wrap
from .optimizer import Group, Optimizer

State = dict[str, Any]


class RuleOptimizer(Optimizer):
    """The loop over groups and parameters. A subclass gives the initial state and calls its rule."""

    numbers: ClassVar[dict[str, float]] = {"step": 0.0}
    """Names and first values of the state that is one number; ``"step"`` counts the steps."""

    buffers: ClassVar[tuple[str, ...]] = ()
    """Names of the state that starts as zeros in the parameter's shape."""

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        super().__init__(params, defaults)
        if defaults.get("fused"):
            if defaults["differentiable"]:
                raise RuntimeError("`fused` does not support `differentiable`")
            if defaults["foreach"]:
                raise RuntimeError("`fused` and `foreach` cannot be `True` together.")

    def init_state(self, param: Tensor, group: Group) -> State:
        """What is remembered of a parameter before its first step."""
        state: State = {name: counter(value) for name, value in self.numbers.items()}
        state.update((name, zeros_like(param)) for name in self.buffers)
        return state

    def update(self, param: Any, grad: Any, state: State, group: Group, F: Any) -> None:
        """Run the rule on one parameter: on arrays, or on tensors where it is to be differentiated."""
        raise NotImplementedError

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient, by the rule."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            if group["differentiable"]:
                self._step_on_tensors(group)
            else:
                self._step_on_arrays(group)
        return loss

    def _step_on_arrays(self, group: Group) -> None:
        plain = with_plain_numbers(group)
        for param in group["params"]:
            grad = param.grad
            if grad is None:
                continue
            state = self.state.get(param) or self.init_state(param, group)
            arrays = {name: tensor._array for name, tensor in state.items()}
            array = param._array
            if array.dtype.kind == "f" and array.dtype.itemsize > 2:
                self.update(array, grad._array, arrays, plain, namespace(array))
            else:
                self._update_unusual(array, grad._array, arrays, plain)
            if arrays:
                self.state[param] = state
                for name, new in arrays.items():  # what the rule did not change in place
                    tensor = state.get(name)
                    if tensor is None:
                        state[name] = wrap(np.asarray(new) if isinstance(new, np.generic) else new)
                    elif tensor._array is not new:
                        tensor._array[...] = new
            param._bump_version()

    def _update_unusual(self, param: Any, grad: Any, state: State, group: Group) -> None:
        """Complex numbers are updated as pairs of real ones, 16-bit floats in float32 and rounded once."""
        narrow = is_half(param.dtype)
        there, back = (_widened, _narrowed) if narrow else (_as_pairs, _as_complex)
        wide_param = there(param)
        wide = {name: there(array) if array.dtype == param.dtype else array for name, array in state.items()}
        self.update(wide_param, there(grad), wide, group, namespace(param))
        if narrow:
            param[...] = wide_param
        for name, array in wide.items():
            shared = name in state and state[name].dtype != param.dtype
            state[name] = array if shared else back(array, param.dtype)

    def _step_on_tensors(self, group: Group) -> None:
        with enable_grad():
            for param in group["params"]:
                if param.grad is None:
                    continue
                state = self.state.get(param) or self.init_state(param, group)
                # The rule writes in place, and the graph of an earlier step may have saved what it writes to.
                state = {name: tensor.clone() for name, tensor in state.items()}
                self.update(param, param.grad, state, group, operations)
                if state:
                    self.state[param] = state


def counter(value: float) -> Tensor:
    """A number in the state, kept as a 0-d tensor so that it is saved like the rest."""
    wide = dtypes.get_default_dtype() is dtypes.float64
    return make_tensor(value, dtype=dtypes.float64 if wide else dtypes.float32)


def with_plain_numbers(group: Group) -> Group:
    """The group with settings that are tensors (a learning rate may be one) read as numbers."""
    tensors = {name: value.item() for name, value in group.items() if isinstance(value, Tensor)}
    return {**group, **tensors} if tensors else group


def check_lr(lr: Any) -> None:
    """Raise ``ValueError`` for a negative learning rate, or a tensor that is no single number."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    check(lr >= 0.0, "learning rate", lr)


def check(holds: Any, what: str, value: Any) -> None:
    """Raise ``ValueError`` unless a setting is in its range."""
    if not holds:
        raise ValueError(f"Invalid {what}: {value}")


def check_betas(betas: Any) -> None:
    """Raise ``ValueError`` unless both decay rates lie in ``[0, 1)``."""
    for i in (0, 1):
        check(0.0 <= betas[i] < 1.0, f"beta parameter at index {i}", betas[i])


def _as_pairs(array: Any) -> Any:
    """Complex numbers seen as pairs of real ones, in a new last dimension."""
    real = array.real  # the same memory, and the imaginary parts lie between
    as_strided = namespace(array).lib.stride_tricks.as_strided
    return as_strided(real, (*array.shape, 2), (*array.strides, real.itemsize))


def _as_complex(pairs: Any, dtype: Any) -> Any:
    """Pairs of real numbers as complex ones."""
    return namespace(pairs).ascontiguousarray(pairs).view(dtype)[..., 0]


def _widened(array: Any) -> Any:
    return array.astype("float32")


def _narrowed(array: Any, dtype: Any) -> Any:
    return array.astype(dtype)
