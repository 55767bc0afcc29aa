""":class:`Module`, the base class of every layer, loss and model.

Five subjects make a module; each is a class in a file of its own, and :class:`Module` is their sum:

==================  ======================================================================
``_registry.py``    parameters, buffers and child modules, registered by assignment
``_traversal.py``   ``parameters()``, ``named_modules()``, ``apply``, ``train`` and ``eval``
``_conversion.py``  ``to``, ``double``, ``half``, ``cuda``
``_state_dict.py``  ``state_dict`` and ``load_state_dict``
``_hooks.py``       ``module(x)``: forward, and the hooks around it
==================  ======================================================================
"""

from __future__ import annotations

from typing import Any

from ._conversion import Conversion
from ._hooks import (
    Hooked,
    register_module_backward_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
)
from ._registry import (
    register_module_buffer_registration_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from ._state_dict import StateDict

__all__ = [
    "Module",
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]


class Module(Hooked, StateDict, Conversion):
    """A function with parameters. Subclass it, make the parts in ``__init__``, compute in ``forward``.

    >>> import teachtorch as torch
    >>> from teachtorch import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()            # first, so that assignment can register
    ...         self.hidden = nn.Linear(3, 8)
    ...         self.out = nn.Linear(8, 1)
    ...
    ...     def forward(self, x):             # (N, 3) -> (N, 1)
    ...         return self.out(self.hidden(x).relu())
    >>> net = Net()
    >>> net
    Net(
      (hidden): Linear(in_features=3, out_features=8, bias=True)
      (out): Linear(in_features=8, out_features=1, bias=True)
    )
    >>> net(torch.ones(5, 3)).shape           # call the module, not forward: the hooks run too
    torch.Size([5, 1])
    >>> sum(p.numel() for p in net.parameters())
    41

    Attributes:
        training: whether the module is in training mode; see :meth:`train` and :meth:`eval`.
    """

    def forward(self, *input: Any) -> Any:
        """Compute the result. Every subclass defines it, with the arguments it likes."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def extra_repr(self) -> str:
        """Return what to show between the brackets, such as ``"in_features=3"``; may have several lines."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        if len(lines) <= 1 and not self._modules:
            return f"{self._get_name()}({extra})"
        lines += [f"({name}): {indent_block(repr(module))}" for name, module in self._modules.items()]
        return "\n  ".join([f"{self._get_name()}(", *lines]) + "\n)"


def indent_block(text: str) -> str:
    """Indent every line but the first by two spaces; blank lines stay empty."""
    first, *rest = text.split("\n")
    return "\n".join([first, *("  " + line if line.strip() else "" for line in rest)])
