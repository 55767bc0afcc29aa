"""Saving a module as a dictionary of tensors, and loading it again.

The keys are the dotted names, so a state dict says which tensor belongs where but nothing about code:
``torch.save(net.state_dict(), path)`` and ``net.load_state_dict(torch.load(path))`` outlive a change of
the class.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Mapping
from typing import Any

from ...grad_mode import no_grad
from ...node import RemovableHandle, add_hook
from ...tensor import Tensor
from ..parameter import Parameter, is_lazy
from ._hooks import _WrappedHook
from ._registry import Hooks, Registry

_EXTRA_STATE_KEY_SUFFIX = "_extra_state"


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What ``load_state_dict`` returns."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class StateDict(Registry):
    """``state_dict`` and ``load_state_dict``, with their hooks."""

    _version: int = 1
    """Saved with the state dict; a subclass raises it when its members change, and reads it when loading."""

    _state_dict_hooks: Hooks
    _state_dict_pre_hooks: Hooks
    _load_state_dict_pre_hooks: Hooks
    _load_state_dict_post_hooks: Hooks

    def _empty_state(self) -> dict[str, Any]:
        return {
            **super()._empty_state(),
            "_state_dict_hooks": OrderedDict(),
            "_state_dict_pre_hooks": OrderedDict(),
            "_load_state_dict_pre_hooks": OrderedDict(),
            "_load_state_dict_post_hooks": OrderedDict(),
        }

    # --- saving ---

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """Return the parameters and persistent buffers of this module and all below it, by dotted name.

        The tensors share memory with the module: copy the dictionary to keep a moment of the training.

        Args:
            destination: an ``OrderedDict`` to fill instead of a new one.
            prefix: put before every name.
            keep_vars: return the parameters themselves instead of detached tensors.

        >>> import teachtorch as torch
        >>> list(torch.nn.Sequential(torch.nn.Linear(3, 2)).state_dict())
        ['0.weight', '0.bias']
        """
        if args:
            warnings.warn(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict "
                "for details.",
                FutureWarning,
                stacklevel=2,
            )
            given = dict(zip(("destination", "prefix", "keep_vars"), args))
            destination = given.get("destination", destination)
            prefix, keep_vars = given.get("prefix", prefix), given.get("keep_vars", keep_vars)
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            changed = hook(self, destination, prefix, local_metadata)
            if changed is None:
                continue
            if getattr(hook, "_from_public_api", False):
                raise RuntimeError("state_dict post-hook must return None")
            destination = changed
        return destination

    def _persistent_members(self) -> dict[str, Tensor]:
        """The parameters and buffers that are saved, by their name in this module."""
        skip = self._non_persistent_buffers_set
        buffers = {name: buffer for name, buffer in self._buffers.items() if name not in skip}
        return {name: m for name, m in {**self._parameters, **buffers}.items() if m is not None}

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        """Save this module alone; a subclass with state of another kind may add to it."""
        for name, member in self._persistent_members().items():
            destination[prefix + name] = member if keep_vars else member.detach()
        if type(self).get_extra_state is not StateDict.get_extra_state:
            destination[prefix + _EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def get_extra_state(self) -> Any:
        """Return what else ``state_dict`` should save. Define it together with :meth:`set_extra_state`."""
        raise RuntimeError("Module.get_extra_state() is only called where a subclass defines it.")

    def set_extra_state(self, state: Any) -> None:
        """Take back what :meth:`get_extra_state` returned."""
        raise RuntimeError("Module.set_extra_state() is only called where a subclass defines it.")

    # --- loading ---

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> _IncompatibleKeys:
        """Copy the tensors of a state dict into this module and all below it.

        Args:
            state_dict: tensors by dotted name, as :meth:`state_dict` returns them.
            strict: whether keys that are missing, or left over, are an error.
            assign: take the tensors themselves instead of copying their values (make the optimizer after it).

        Returns:
            ``missing_keys`` and ``unexpected_keys``, two lists of names.

        Raises:
            TypeError: if ``state_dict`` is no mapping.
            RuntimeError: naming every missing and unexpected key and every shape that differs.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata = getattr(state_dict, "_metadata", None)
        own: Any = OrderedDict(state_dict)  # a copy, which the hooks may change
        if metadata is not None:
            own._metadata = metadata
        errors: list[str] = []
        keys = _IncompatibleKeys([], [])
        self._load_tree(own, "", metadata, assign, keys, errors)
        if strict:
            for kind, names in (("Unexpected", keys.unexpected_keys), ("Missing", keys.missing_keys)):
                if names:
                    quoted = ", ".join(f'"{name}"' for name in names)
                    errors.insert(0, f"{kind} key(s) in state_dict: {quoted}. ")
        if errors:
            listed = "\n\t".join(errors)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listed}")
        return keys

    def _load_tree(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        metadata: Any,
        assign: bool,
        keys: _IncompatibleKeys,
        errors: list[str],
    ) -> None:
        """Load this module and those below it."""
        local_metadata = {} if metadata is None else metadata.get(prefix[:-1], {})
        if assign:
            local_metadata["assign_to_params_buffers"] = assign
        self._load_from_state_dict(
            state_dict, prefix, local_metadata, True, keys.missing_keys, keys.unexpected_keys, errors
        )
        for name, child in self._modules.items():
            if child is not None:
                below = f"{prefix}{name}."
                part = {key: value for key, value in state_dict.items() if key.startswith(below)}
                child._load_tree(part, below, metadata, assign, keys, errors)
        for hook in self._load_state_dict_post_hooks.values():
            if hook(self, keys) is not None:
                raise AssertionError(
                    "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to "
                    "return new values, if incompatible_keys need to be modified, it should be done inplace."
                )

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Load this module alone. A subclass may translate an old ``state_dict`` first (see ``_version``)."""
        for hook in self._load_state_dict_pre_hooks.values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        members = self._persistent_members()
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, member in members.items():
            key = prefix + name
            if key in state_dict:
                problem = self._load_member(name, member, key, state_dict[key], assign)
                if problem is not None:
                    error_msgs.append(problem)
            elif strict:
                missing_keys.append(key)
        extra_key = prefix + _EXTRA_STATE_KEY_SUFFIX
        if type(self).set_extra_state is not StateDict.set_extra_state:
            if extra_key in state_dict:
                self.set_extra_state(state_dict[extra_key])
            elif strict:
                missing_keys.append(extra_key)
        elif strict and extra_key in state_dict:
            unexpected_keys.append(extra_key)
        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra_key:
                    first, dot, _ = key[len(prefix) :].partition(".")
                    if first not in (self._modules if dot else members):
                        unexpected_keys.append(key)

    def _load_member(self, name: str, member: Any, key: str, value: Any, assign: bool) -> str | None:
        """Load one tensor; return what was wrong with it, if anything."""
        if not isinstance(value, Tensor):
            return (
                f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object '
                "from "
                f"checkpoint but received {type(value)}"
            )
        if not is_lazy(member):
            if not member.shape and value.shape == (1,):
                value = value[0]  # old files kept 0-d tensors with one dimension
            if value.shape != member.shape:
                return (
                    f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
                    f"the shape in current model is {member.shape}."
                )
        try:
            with no_grad():
                if not assign:
                    member.copy_(value)
                    return None
                if isinstance(member, Parameter):
                    if isinstance(value, Parameter):
                        value.requires_grad_(member.requires_grad)
                    else:
                        value = Parameter(value, requires_grad=member.requires_grad)
                setattr(self, name, value)
        except Exception as error:
            return (
                f'While copying the parameter named "{key}", whose dimensions in the model are '
                f"{member.size()} and "
                f"whose dimensions in the checkpoint are {value.size()}, an exception occurred : "
                f"{error.args}."
            )
        return None

    # --- hooks ---

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before ``state_dict`` reads this module."""
        return add_hook(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Any) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` when ``state_dict`` has read this module.

        It may change the dictionary in place and must return ``None``.
        """
        hook._from_public_api = True
        return add_hook(self._state_dict_hooks, hook)

    def _register_state_dict_hook(self, hook: Any) -> RemovableHandle:
        """The same with a hook that may return another dictionary."""
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was previously "
                "registered via register_state_dict_post_hook"
            )
        return add_hook(self._state_dict_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call a hook before this module loads, with the arguments of ``_load_from_state_dict``.

        ``hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys,
        error_msgs)``
        """
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], with_module: bool = False
    ) -> RemovableHandle:
        return add_hook(self._load_state_dict_pre_hooks, _WrappedHook(hook, self if with_module else None))

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` when this module and those below it have loaded.

        It may change the two lists of keys in place, and so decide what counts as an error.
        """
        return add_hook(self._load_state_dict_post_hooks, hook)
