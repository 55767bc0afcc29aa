"""How a module notices the gradients that pass it: two identity nodes, one before and one behind it.

The module may compute anything between its inputs and its outputs, so there is no single node to hook.
:class:`BackwardHook` therefore puts the inputs and the outputs through ``BackwardHookFunction``,
which changes nothing, and hooks those two nodes::

    args -> [identity] -> forward -> [identity] -> result
                ^ grad_input             ^ grad_output

Backward meets the right node first: the pre-hooks run there, and ``grad_output`` is kept. The hooks run
at the left one, where ``grad_input`` is known.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ...grad_mode import is_grad_enabled
from ...tensor import Tensor


class BackwardHook:
    """The backward hooks of one call of a module."""

    def __init__(self, module: Any, user_hooks: list[Any], user_pre_hooks: list[Any]) -> None:
        self.module = module
        self.user_hooks = user_hooks
        self.user_pre_hooks = user_pre_hooks
        self.n_inputs = self.n_outputs = 0
        # Where the tensors are among the inputs and outputs; None where no gradient can flow.
        self.input_places: list[int] | None = None
        self.output_places: list[int] | None = None
        self.grad_outputs: tuple[Any, ...] | None = None

    def setup_input_hook(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return ``args`` with its tensors behind the left identity node."""
        self.n_inputs = len(args)
        args, self.input_places = _through_identity(args, self._at_inputs)
        return args

    def setup_output_hook(self, result: Any) -> Any:
        """Return ``result`` with its tensors behind the right identity node."""
        outputs = result if isinstance(result, tuple) else (result,)
        self.n_outputs = len(outputs)
        outputs, self.output_places = _through_identity(outputs, self._at_outputs)
        return outputs if isinstance(result, tuple) else outputs[0]

    def _at_outputs(self, _: Any, grad_output: tuple[Any, ...]) -> tuple[Any, ...] | None:
        assert self.output_places is not None
        self.grad_outputs = _scatter(self.output_places, grad_output, self.n_outputs)
        for hook in self.user_pre_hooks:
            changed = hook(self.module, self.grad_outputs)
            if changed is None:
                continue
            if len(changed) != len(self.grad_outputs):
                raise RuntimeError(
                    "Backward pre hook returned an invalid number of grad_output, "
                    f"got {len(changed)}, but expected {len(self.grad_outputs)}"
                )
            self.grad_outputs = changed
        grads = tuple(self.grad_outputs[place] for place in self.output_places)
        if self.input_places is None:  # there is no left node: this is the last chance
            self._run_without_inputs()
        return grads

    def _at_inputs(self, grad_input: tuple[Any, ...], _: Any) -> tuple[Any, ...] | None:
        if self.grad_outputs is None:  # backward did not come through the outputs
            return None
        assert self.input_places is not None
        grads = _scatter(self.input_places, grad_input, self.n_inputs)
        for hook in self.user_hooks:
            changed = hook(self.module, grads, self.grad_outputs)
            if changed is None:
                continue
            changed = changed if isinstance(changed, tuple) else tuple(changed)
            if len(changed) != len(grads):
                raise RuntimeError(
                    "Backward hook returned an invalid number of grad_input, "
                    f"got {len(changed)}, but expected {len(grads)}"
                )
            grads = changed
        self.grad_outputs = None
        return tuple(grads[place] for place in self.input_places)

    def _run_without_inputs(self) -> None:
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module outputs since "
            "no inputs require gradients. See "
            "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
            "#torch.nn.Module.register_full_backward_hook for more details.",
            stacklevel=5,
        )
        grads = (None,) * self.n_inputs
        for hook in self.user_hooks:
            changed = hook(self.module, grads, self.grad_outputs)
            if changed is not None and not (isinstance(changed, tuple) and all(g is None for g in changed)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None "
                    "or None for all gradients."
                )
        self.grad_outputs = None


def _scatter(places: list[int], values: tuple[Any, ...], size: int) -> tuple[Any, ...]:
    """``size`` entries: the values at their places and ``None`` elsewhere."""
    entries: list[Any] = [None] * size
    for place, value in zip(places, values):
        entries[place] = value
    return tuple(entries)


def _through_identity(
    values: tuple[Any, ...], hook: Callable[..., Any]
) -> tuple[tuple[Any, ...], list[int] | None]:
    """Put the tensors among ``values`` through one hooked identity node; say where they are."""
    places = [place for place, value in enumerate(values) if isinstance(value, Tensor)]
    if not (is_grad_enabled() and any(values[place].requires_grad for place in places)):
        return values, None
    from ._identity import BackwardHookFunction  # hooks are rare: custom functions are imported when needed

    tensors = BackwardHookFunction.apply(*(values[place] for place in places))
    node = next(tensor.grad_fn for tensor in tensors if tensor.grad_fn is not None)
    node.register_hook(hook)
    changed = list(values)
    for place, tensor in zip(places, tensors):
        changed[place] = tensor
    if type(values) is tuple:
        return tuple(changed), places
    return type(values)(*changed), places  # a named tuple stays one


def warn_about_what_it_misses(args: Any, result: Any, node: Any) -> None:
    """Say which gradients a hook of the older kind will not see: it watches one node alone."""
    problem = _what_it_misses(args, result, node)
    if problem is not None:
        warnings.warn(
            f"Using {problem} Please use register_full_backward_hook to get the documented behavior.",
            FutureWarning,
            stacklevel=5,
        )


def _what_it_misses(args: Any, result: Any, node: Any) -> str | None:
    deprecated = "is deprecated and will be removed in future versions. This hook will be missing"
    outputs, inputs = _as_tensors(result), _as_tensors(args)
    if outputs is None:
        return (
            "non-full backward hooks on a Module that does not return a single Tensor or a tuple of Tensors "
            f"{deprecated} some of the grad_output."
        )
    if inputs is None:
        return (
            "non-full backward hooks on a Module that does not take as input a single Tensor or a tuple of "
            f"Tensors {deprecated} some of the grad_input."
        )
    output_nodes = {output.grad_fn for output in outputs if output.grad_fn is not None}
    if not output_nodes or (len(output_nodes) == 1 and node not in output_nodes):
        return (
            f"a non-full backward hook when outputs are nested in python data structure {deprecated} "
            "some grad_output."
        )
    if len(output_nodes) > 1:
        return (
            "a non-full backward hook when outputs are generated by different autograd Nodes "
            f"{deprecated} some grad_output."
        )
    if {tensor.grad_fn for tensor in inputs if tensor.grad_fn is not None} != {
        n for n, _ in node.next_functions
    }:
        return (
            f"a non-full backward hook when the forward contains multiple autograd Nodes {deprecated} "
            "some grad_input."
        )
    return None


def _as_tensors(value: Any) -> tuple[Tensor, ...] | None:
    if isinstance(value, Tensor):
        return (value,)
    if isinstance(value, tuple) and all(isinstance(entry, Tensor) for entry in value):
        return value
    return None
