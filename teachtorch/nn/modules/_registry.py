"""What a module owns: parameters, buffers and child modules, registered by plain assignment.

``self.weight = Parameter(...)`` does not put the weight among the ordinary attributes. It lands in a
dictionary of its own, so that ``parameters()``, ``state_dict()`` and ``to()`` can find it; reading
``self.weight`` looks it up there again. :class:`Registry` is that bookkeeping and nothing else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ...node import RemovableHandle, add_hook
from ...tensor import Tensor
from ...utilities import typename
from ..parameter import Buffer, Parameter

Hooks = OrderedDict[int, Callable[..., Any]]

_global_buffer_registration_hooks: Hooks = OrderedDict()
_global_module_registration_hooks: Hooks = OrderedDict()
_global_parameter_registration_hooks: Hooks = OrderedDict()


def register_module_buffer_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, name, buffer)`` before any module registers a buffer; it may return another one."""
    return add_hook(_global_buffer_registration_hooks, hook)


def register_module_module_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, name, submodule)`` before a child is registered; it may return another one."""
    return add_hook(_global_module_registration_hooks, hook)


def register_module_parameter_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, name, parameter)`` before a parameter is registered; it may return another."""
    return add_hook(_global_parameter_registration_hooks, hook)


def _run_registration_hooks(hooks: Hooks, module: Registry, name: str, value: Any) -> Any:
    for hook in hooks.values():
        replacement = hook(module, name, value)
        if replacement is not None:
            value = replacement
    return value


class Registry:
    """The three tables of a module, and the attribute access that fills and reads them."""

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]
    call_super_init: bool = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not self.call_super_init:
            name = type(self).__name__
            if kwargs:
                raise TypeError(
                    f"{name}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
                )
            if args:
                raise TypeError(
                    f"{name}.__init__() takes 1 positional argument but {len(args) + 1} were given"
                )
        self.__dict__.update(self._empty_state())
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def _empty_state(self) -> dict[str, Any]:
        """The attributes every module starts with. Mixins add theirs."""
        return {
            "training": True,
            "_parameters": {},
            "_buffers": {},
            "_non_persistent_buffers_set": set(),
            "_modules": {},
        }

    # --- registering under a name ---

    def _check_name(self, kind: str, name: Any, table: dict[str, Any]) -> None:
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {typename(name)}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."' + (f", got: {name}" if kind == "module" else ""))
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and name not in table:
            raise KeyError(f"attribute '{name}' already exists")

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Own a tensor that is not trained, such as a running mean.

        Args:
            name: read it back as ``self.<name>``.
            tensor: the buffer, or ``None`` for a place that is kept free.
            persistent: whether ``state_dict()`` saves it.
        """
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' (torch Tensor or None "
                "required)"
            )
        tensor = _run_registration_hooks(_global_buffer_registration_hooks, self, name, tensor)
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Own a parameter under ``name``; ``None`` keeps the place free (a layer without bias)."""
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self._check_name("parameter", name, self._parameters)
        if param is not None:
            if not isinstance(param, Parameter):
                raise TypeError(
                    f"cannot assign '{typename(param)}' object to parameter '{name}' "
                    "(torch.nn.Parameter or None required)"
                )
            if param.grad_fn:
                raise ValueError(
                    f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created "
                    f"explicitly. To express '{name}' as a function of another Tensor, compute the value in "
                    "the forward() method."
                )
            param = _run_registration_hooks(_global_parameter_registration_hooks, self, name, param)
        self._parameters[name] = param

    def add_module(self, name: str, module: Any) -> None:
        """Own a child module under ``name``."""
        if not isinstance(module, Registry) and module is not None:
            raise TypeError(f"{typename(module)} is not a Module subclass")
        self._check_name("module", name, self._modules)
        self._modules[name] = _run_registration_hooks(_global_module_registration_hooks, self, name, module)

    def register_module(self, name: str, module: Any) -> None:
        """Another name for :meth:`add_module`."""
        self.add_module(name, module)

    # --- registering by assignment ---

    def __getattr__(self, name: str) -> Any:
        # Python comes here only when the ordinary look-up found nothing.
        attributes = self.__dict__
        if "_modules" in attributes:
            for table in (attributes["_parameters"], attributes["_buffers"], attributes["_modules"]):
                if name in table:
                    return table[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        attributes = self.__dict__
        ready = "_modules" in attributes
        if isinstance(value, Parameter):
            if not ready:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._forget(name, "_parameters")
            self.register_parameter(name, value)
        elif ready and name in attributes["_parameters"]:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{typename(value)}' as parameter '{name}' (torch.nn.Parameter or None "
                    "expected)"
                )
            self.register_parameter(name, None)
        elif isinstance(value, Registry) or (ready and name in attributes["_modules"]):
            self._set_child(name, value, ready)
        elif isinstance(value, Buffer) or (ready and name in attributes["_buffers"]):
            self._set_buffer(name, value)
        else:
            super().__setattr__(name, value)

    def _set_child(self, name: str, value: Any, ready: bool) -> None:
        if not ready:
            raise AttributeError("cannot assign module before Module.__init__() call")
        if isinstance(value, Registry):
            self._forget(name, "_modules")
        elif value is not None:
            raise TypeError(
                f"cannot assign '{typename(value)}' as child module '{name}' (torch.nn.Module or None "
                "expected)"
            )
        self._modules[name] = _run_registration_hooks(_global_module_registration_hooks, self, name, value)

    def _set_buffer(self, name: str, value: Any) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(
                f"cannot assign '{typename(value)}' as buffer '{name}' "
                "(torch.nn.Buffer, torch.Tensor or None expected)"
            )
        if isinstance(value, Buffer):
            persistent = value.persistent
        else:
            persistent = name not in self.__dict__.get("_non_persistent_buffers_set", ())
        self.register_buffer(name, value, persistent)

    def _forget(self, name: str, keep: str) -> None:
        """Remove whatever else was called ``name``, so that one name means one thing."""
        self.__dict__.pop(name, None)
        for table in ("_parameters", "_buffers", "_modules"):
            if table != keep:
                self.__dict__[table].pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def __delattr__(self, name: str) -> None:
        for table in (self._parameters, self._buffers, self._modules):
            if name in table:
                del table[name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    # --- looking and pickling ---

    def _get_name(self) -> str:
        return type(self).__name__

    def __dir__(self) -> list[str]:
        names = [*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
        return sorted(name for name in names if not name[0].isdigit())

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__.copy()

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A pickle from before an attribute existed gets that attribute's empty value.
        self.__dict__.update({**self._empty_state(), **state})
