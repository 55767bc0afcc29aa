"""Calling a module, and the hooks that may look on or step in.

Without hooks ``module(x)`` is ``module.forward(x)``. With hooks one call runs, in this order::

    forward pre-hooks      hook(module, args)                  -> None or new args
    forward                                                       result
    forward hooks          hook(module, args, result)          -> None or a new result

and when a gradient later flows back through the module::

    backward pre-hooks     hook(module, grad_output)           -> None or new grad_output
    backward hooks         hook(module, grad_input, grad_output) -> None or new grad_input

Each kind exists for one module (``module.register_forward_hook``) and for all modules at once
(``register_module_forward_hook``); the global ones run first.
"""

from __future__ import annotations

import functools
import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ...node import RemovableHandle
from ...tensor import Tensor
from ._backward_hook import BackwardHook, warn_about_what_it_misses
from ._registry import Hooks, Registry

_global_backward_pre_hooks: Hooks = OrderedDict()
_global_backward_hooks: Hooks = OrderedDict()
_global_is_full_backward_hook: bool | None = None
_global_forward_pre_hooks: Hooks = OrderedDict()
_global_forward_hooks: Hooks = OrderedDict()
# Sets of hook ids, kept as dictionaries because a RemovableHandle cleans up dictionaries.
_global_forward_hooks_always_called: OrderedDict[int, bool] = OrderedDict()
_global_forward_hooks_with_kwargs: OrderedDict[int, bool] = OrderedDict()

_ONE_KIND_ONLY = (
    "Cannot use both regular backward hooks and full backward hooks {where}. Please use only one of them."
)


def _add(hooks: Hooks, hook: Callable[..., Any], prepend: bool = False, **flags: Any) -> RemovableHandle:
    """Register ``hook``; each flag is a pair (is it set, the dictionary that remembers it)."""
    handle = RemovableHandle(hooks, extra_dict=[marked for _, marked in flags.values()])
    hooks[handle.id] = hook
    for is_set, marked in flags.values():
        if is_set:
            marked[handle.id] = True
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, args)`` before every module's forward; it may return new ``args``."""
    return _add(_global_forward_pre_hooks, hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call ``hook(module, args, result)`` after every module's forward; it may return a new result."""
    return _add(
        _global_forward_hooks,
        hook,
        with_kwargs=(with_kwargs, _global_forward_hooks_with_kwargs),
        always_call=(always_call, _global_forward_hooks_always_called),
    )


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, grad_output)`` when a gradient reaches the output of any module."""
    return _add(_global_backward_pre_hooks, hook)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, grad_input, grad_output)`` when a gradient has passed any module."""
    return _register_global_backward_hook(hook, full=True)


def register_module_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """The older kind: it sees only the last operation of a module. Use the full one."""
    return _register_global_backward_hook(hook, full=False)


def _register_global_backward_hook(hook: Callable[..., Any], full: bool) -> RemovableHandle:
    global _global_is_full_backward_hook
    if _global_is_full_backward_hook is (not full):
        raise RuntimeError(_ONE_KIND_ONLY.format(where="as a global Module hook"))
    _global_is_full_backward_hook = full
    return _add(_global_backward_hooks, hook)


class _WrappedHook:
    """A hook that gets its module as first argument, without keeping the module alive."""

    def __init__(self, hook: Callable[..., Any], module: Any = None) -> None:
        self.hook = hook
        functools.update_wrapper(self, hook)
        self.with_module = module is not None
        if module is not None:
            self.module = weakref.ref(module)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.with_module:
            return self.hook(*args, **kwargs)
        module = self.module()
        if module is None:
            raise RuntimeError("You are trying to call the hook of a dead Module!")
        return self.hook(module, *args, **kwargs)

    def __getstate__(self) -> dict[str, Any]:
        return {"hook": self.hook, "module": self.module() if self.with_module else None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["hook"], state["module"])  # type: ignore[misc]


class Hooked(Registry):
    """Make a module callable: run ``forward``, and the hooks around it where there are any."""

    forward: Callable[..., Any]
    _backward_pre_hooks: Hooks
    _backward_hooks: Hooks
    _is_full_backward_hook: bool | None
    _forward_hooks: Hooks
    _forward_hooks_with_kwargs: OrderedDict[int, bool]
    _forward_hooks_always_called: OrderedDict[int, bool]
    _forward_pre_hooks: Hooks
    _forward_pre_hooks_with_kwargs: OrderedDict[int, bool]

    def _empty_state(self) -> dict[str, Any]:
        return {
            **super()._empty_state(),
            "_backward_pre_hooks": OrderedDict(),
            "_backward_hooks": OrderedDict(),
            "_is_full_backward_hook": None,
            "_forward_hooks": OrderedDict(),
            "_forward_hooks_with_kwargs": OrderedDict(),
            "_forward_hooks_always_called": OrderedDict(),
            "_forward_pre_hooks": OrderedDict(),
            "_forward_pre_hooks_with_kwargs": OrderedDict(),
        }

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not (
            self._forward_pre_hooks
            or self._forward_hooks
            or self._backward_pre_hooks
            or self._backward_hooks
            or _global_forward_pre_hooks
            or _global_forward_hooks
            or _global_backward_pre_hooks
            or _global_backward_hooks
        ):
            return self.forward(*args, **kwargs)
        call = _HookedCall(self, args, kwargs)
        try:
            return call.run()
        except Exception:
            call.run_hooks_that_are_always_called()
            raise

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before every forward; it may return new ``args``.

        Args:
            hook: what to call. A result that is not a tuple counts as a tuple of one.
            prepend: run before the pre-hooks registered so far.
            with_kwargs: call ``hook(module, args, kwargs)`` instead; it then returns ``(args, kwargs)``.
        """
        flags = (with_kwargs, self._forward_pre_hooks_with_kwargs)
        return _add(self._forward_pre_hooks, hook, prepend, with_kwargs=flags)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call ``hook(module, args, result)`` after every forward; it may return a new result.

        Args:
            hook: what to call.
            prepend: run before the hooks registered so far.
            with_kwargs: call ``hook(module, args, kwargs, result)`` instead.
            always_call: call it even when forward raised; ``result`` is then ``None``.

        >>> import teachtorch as torch
        >>> layer = torch.nn.Linear(3, 2)
        >>> handle = layer.register_forward_hook(lambda module, args, result: print(result.shape))
        >>> _ = layer(torch.ones(5, 3))
        torch.Size([5, 2])
        >>> handle.remove()
        """
        return _add(
            self._forward_hooks,
            hook,
            prepend,
            with_kwargs=(with_kwargs, self._forward_hooks_with_kwargs),
            always_call=(always_call, self._forward_hooks_always_called),
        )

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` when a gradient reaches the output; it may return a new one."""
        return _add(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when a gradient has passed through the module.

        The gradients are tuples, one entry for each positional input and each output; the hook may return
        a new ``grad_input``.
        """
        return self._register_backward_hook(hook, prepend, full=True)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """The older kind: it sees only the last operation of the module. Use the full one."""
        return self._register_backward_hook(hook, False, full=False)

    def _register_backward_hook(self, hook: Callable[..., Any], prepend: bool, full: bool) -> RemovableHandle:
        if self._is_full_backward_hook is (not full):
            raise RuntimeError(_ONE_KIND_ONLY.format(where="on a single Module"))
        self._is_full_backward_hook = full
        return _add(self._backward_hooks, hook, prepend)

    def _backward_hooks_of_kind(self, full: bool) -> list[Callable[..., Any]]:
        hooks: list[Callable[..., Any]] = []
        if _global_is_full_backward_hook is full:
            hooks += _global_backward_hooks.values()
        if self._is_full_backward_hook is full:
            hooks += self._backward_hooks.values()
        return hooks


class _HookedCall:
    """One call of a module that has hooks. It remembers how far it came, for the ``always_call`` hooks."""

    def __init__(self, module: Hooked, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.module = module
        self.args = args
        self.kwargs = kwargs
        self.result: Any = None
        self.called: set[int] = set()

    def run(self) -> Any:
        module = self.module
        pre_hooks = [*_global_backward_pre_hooks.values(), *module._backward_pre_hooks.values()]
        full_hooks = module._backward_hooks_of_kind(full=True)
        self.run_pre_hooks()
        backward_hook = BackwardHook(module, full_hooks, pre_hooks) if full_hooks or pre_hooks else None
        if backward_hook is not None:
            self.args = backward_hook.setup_input_hook(self.args)
        self.result = module.forward(*self.args, **self.kwargs)
        for hook_id, hook in (*_global_forward_hooks.items(), *module._forward_hooks.items()):
            self.called.add(hook_id)
            self.run_forward_hook(hook_id, hook)
        if backward_hook is not None:
            if not isinstance(self.result, (Tensor, tuple)):
                warnings.warn(
                    "For backward hooks to be called, module output should be a Tensor or a tuple of "
                    f"Tensors but received {type(self.result)}",
                    stacklevel=4,
                )
            self.result = backward_hook.setup_output_hook(self.result)
        self.attach_hooks_of_the_older_kind()
        return self.result

    def run_pre_hooks(self) -> None:
        module = self.module
        for hook_id, hook in (*_global_forward_pre_hooks.items(), *module._forward_pre_hooks.items()):
            if hook_id in module._forward_pre_hooks_with_kwargs:
                changed = hook(module, self.args, self.kwargs)
                if changed is None:
                    continue
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise RuntimeError(
                        "forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
                        f"but got {changed}."
                    )
                self.args, self.kwargs = changed
            else:
                changed = hook(module, self.args)
                if changed is not None:
                    self.args = changed if isinstance(changed, tuple) else (changed,)

    def run_forward_hook(self, hook_id: int, hook: Callable[..., Any]) -> None:
        module = self.module
        if hook_id in module._forward_hooks_with_kwargs or hook_id in _global_forward_hooks_with_kwargs:
            changed = hook(module, self.args, self.kwargs, self.result)
        else:
            changed = hook(module, self.args, self.result)
        if changed is not None:
            self.result = changed

    def run_hooks_that_are_always_called(self) -> None:
        """Something raised: call the remaining ``always_call`` hooks, and let the first error stand."""
        module = self.module
        for where, hooks, always in (
            ("global module", _global_forward_hooks, _global_forward_hooks_always_called),
            ("module", module._forward_hooks, module._forward_hooks_always_called),
        ):
            for hook_id, hook in hooks.items():
                if hook_id not in always or hook_id in self.called:
                    continue
                try:
                    self.run_forward_hook(hook_id, hook)
                except Exception as error:
                    warnings.warn(
                        f"{where} forward hook with ``always_call=True`` raised an exception that was "
                        f"silenced as another error was raised in forward: {error}",
                        stacklevel=4,
                    )

    def attach_hooks_of_the_older_kind(self) -> None:
        hooks = self.module._backward_hooks_of_kind(full=False)
        if not hooks:
            return
        output = self.result
        while not isinstance(output, Tensor):
            if isinstance(output, dict):
                output = next(value for value in output.values() if isinstance(value, Tensor))
            else:
                output = output[0]
        if output.grad_fn is not None:
            for hook in hooks:
                output.grad_fn.register_hook(_WrappedHook(hook, self.module))
            warn_about_what_it_misses(self.args, self.result, output.grad_fn)
